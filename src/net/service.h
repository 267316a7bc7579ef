/* SPDX-License-Identifier: Apache-2.0 */
/* service.h - what every service process is: a loop, a lock, a control socket, an orderly end.
 *
 * HOME/run/NAME.sock answers HTTP with JSON: GET /readyz (200 {"ready":true}
 * or 503 with the reason), GET /counters, and what the service adds.  SIGTERM
 * and SIGINT begin the drain; when it takes longer than SERVICE_DRAIN_MS_MAX
 * the process ends all the same, with exit status 1.
 *
 * Thread: the loop. */
#ifndef NET_SERVICE_H
#define NET_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "io/loop.h"
#include "net/http_server.h"

#define SERVICE_DRAIN_MS_MAX 9000 /* the supervisor kills at 10 s */
/* The supervisor's pid, in the environment of the services it starts: they end when it does. */
#define SERVICE_PARENT_VARIABLE "STEELTHREAD_SUPERVISOR_PID"

struct service;

struct service_events {
    /* Stop taking, finish, sync, commit, close; then service_drained().  Called once. */
    void (*drain)(void *owner);
    /* Writes the members of the counters' JSON object: each `json_key` with its number. */
    void (*counters)(void *owner, struct json_writer *json);
    /* A request on the control socket that is neither /readyz nor /counters.  NULL: 404. */
    http_serve_fn *serve;
};

/* Makes HOME/run if needed, takes the lock HOME/run/NAME.lock (ERR_CONFLICT when another holds
 * it), opens the control socket, ties the process to its parent when the supervisor started it. */
MUST_CHECK struct service *service_create(const char *name, const char *home,
                                          const struct service_events *events, void *owner,
                                          struct err *err);
struct loop *service_loop(struct service *service);
/* Not ready until said; `why_not` is copied and shown while not ready. */
void service_set_ready(struct service *service, bool ready, const char *why_not);
bool service_is_draining(const struct service *service);
/* The drain is done: service_run() returns. */
void service_drained(struct service *service);
/* Something that cannot be repaired: says it, and service_run() returns 1. */
void service_fail(struct service *service, const struct err *err);
/* The process's exit status.  A failure before (in create) is the caller's to say. */
int service_run(struct service *service);
void service_close(struct service *service); /* NULL is fine */

/* Answers a control request with the JSON object in `body`. */
void service_reply(struct http_exchange *exchange, int status, const struct text *body);

#endif
