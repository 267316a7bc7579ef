/* SPDX-License-Identifier: Apache-2.0 */
/* box.h - one service and the process that is it at the moment.
 *
 *                      ready                     exit (not asked for)
 *    start --> STARTING ----> READY       any ------------------------> RESTARTING
 *                 ^            |                                          |   |
 *                 +------------+               timer, started again      |   | ready
 *                  not ready                   (stays RESTARTING) <-------+   v
 *                                                                            READY
 *
 *    any --asked to end--> STOPPED        exit 0 of jobs that end by themselves --> FINISHED
 *    BOX_TRIES_MAX exits without ever having been ready --> FAILED
 *
 * Thread: the loop. */
#ifndef SUPERVISOR_BOX_H
#define SUPERVISOR_BOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "config/config.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/worker.h"
#include "supervisor/diag_file.h"
#include "supervisor/restart.h"

#define BOX_TRIES_MAX 3
#define BOX_TAIL_LINES 8
#define BOX_LINE_BYTES 1024
#define BOX_REASON_BYTES ERR_TEXT_BYTES

enum box_state {
    BOX_STARTING,
    BOX_READY,
    BOX_RESTARTING,
    BOX_STOPPED,
    BOX_FINISHED,
    BOX_FAILED,
};

struct box;

struct box_events {
    void (*line)(void *owner, struct box *box, struct span line);
    /* It is in another state than before. */
    void (*changed)(void *owner, struct box *box);
};

/* What starts a service's process. */
struct box_setting {
    struct loop *loop;
    struct worker_pool *pool; /* asks for readiness */
    struct worker_pool *diag_pool;
    const struct config *config;
    const char *program;
    int port_base; /* 0: none */
    const struct box_events *events;
    void *owner;
};

struct box *box_create(const struct box_setting *setting, enum config_service service);
/* Before the pools are closed: it submits nothing more. */
void box_finish(struct box *box);
void box_close(struct box *box); /* after it; NULL is fine */

void box_start(struct box *box);
/* SIGTERM, once; a box without a process is stopped at once. */
void box_stop(struct box *box);
void box_kill(struct box *box);
/* Asks its /readyz, unless an answer is still on its way. */
void box_probe(struct box *box);

const char *box_name(const struct box *box);
enum box_state box_state(const struct box *box);
const char *box_state_text(enum box_state state);
int box_pid(const struct box *box);          /* 0: no process */
int64_t box_since_ms(const struct box *box); /* on the wall clock */
/* Why it is not ready; "" when nothing is known. */
const char *box_reason(const struct box *box);
bool box_was_killed(const struct box *box);
void box_address(const struct box *box, char text[ADDRESS_TEXT_BYTES]);
/* What it said last, oldest first; false behind the last. */
bool box_tail(const struct box *box, size_t i, const char **line);
/* Nothing more will happen: stopped, finished or failed, and no process. */
bool box_is_over(const struct box *box);

#endif
