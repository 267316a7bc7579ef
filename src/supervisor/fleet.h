/* SPDX-License-Identifier: Apache-2.0 */
/* fleet.h - all services of one configuration, started together and ended in order.
 *
 * The end: collector, job, sql, catalog, broker are asked one after another,
 * each when the one before it has ended or FLEET_STEP_MS have passed, so that
 * what is on its way can still be written.  What is left FLEET_STOP_MS_MAX
 * after the first was asked is killed.
 *
 * Thread: the loop. */
#ifndef SUPERVISOR_FLEET_H
#define SUPERVISOR_FLEET_H

#include <stdbool.h>

#include "base/text.h"
#include "supervisor/box.h"

#define FLEET_STEP_MS 2000
#define FLEET_STOP_MS_MAX 10000

struct fleet;

struct fleet_events {
    void (*line)(void *owner, const struct box *box, struct span line);
    /* For the first time all are ready or finished. */
    void (*ready)(void *owner);
    /* One will not start. */
    void (*failed)(void *owner, const struct box *box);
    /* The last one has ended after fleet_stop(). */
    void (*stopped)(void *owner);
};

/* `setting`'s events and owner are the fleet's to fill in. */
struct fleet *fleet_create(const struct box_setting *setting, const struct fleet_events *events,
                           void *owner);
/* Before the pools are closed, and after it; NULL is fine. */
void fleet_finish(struct fleet *fleet);
void fleet_close(struct fleet *fleet);

void fleet_start(struct fleet *fleet);
void fleet_stop(struct fleet *fleet); /* once */
void fleet_kill(struct fleet *fleet); /* whatever is left, now */
bool fleet_is_ready(const struct fleet *fleet);
bool fleet_is_stopping(const struct fleet *fleet);
/* The boxes in the order in which an event meets them; NULL behind the last. */
const struct box *fleet_box(const struct fleet *fleet, size_t i);
/* [{"name":...,"pid":...,"state":...,"address":...,"since":...}] */
void fleet_write(const struct fleet *fleet, struct text *out);

#endif
