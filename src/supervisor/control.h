/* SPDX-License-Identifier: Apache-2.0 */
/* control.h - HOME/run/supervisor.sock: how ps, down and the clients ask the supervisor.
 *
 *   GET /readyz    200 {"ready":true}, or 503 {"ready":false,"reason":...}
 *   GET /ps        [{"name":...,"pid":...,"state":...,"address":...,"since":...}]
 *   GET /self      {"pid":...,"stopping":...,"kafka":"127.0.0.1:29092"}
 *   POST /down     answered when all have ended: as /ps, and "killed" for each
 *
 * Thread: the loop. */
#ifndef SUPERVISOR_CONTROL_H
#define SUPERVISOR_CONTROL_H

#include <stdbool.h>

#include "base/err.h"
#include "io/loop.h"
#include "supervisor/fleet.h"

struct control;

/* `down` is called at the first POST /down. */
MUST_CHECK struct control *control_create(struct loop *loop, const struct config *config,
                                          const struct fleet *fleet, void (*down)(void *owner),
                                          void *owner, struct err *err);
/* All have ended: answers those who wait for it. */
void control_stopped(struct control *control);
/* No answer is on its way any more. */
bool control_is_idle(const struct control *control);
void control_close(struct control *control); /* NULL is fine */

#endif
