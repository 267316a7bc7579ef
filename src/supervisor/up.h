/* SPDX-License-Identifier: Apache-2.0 */
/* up.h - steelthread up: one supervisor per home, and its services.
 *
 * HOME/run/supervisor.lock is held as long as it lives.  It ends when it is
 * told to (SIGINT, SIGTERM, POST /down), and its services with it.
 *
 * Thread: the main one. */
#ifndef SUPERVISOR_UP_H
#define SUPERVISOR_UP_H

#include "base/command.h"

#define UP_READY_MS_MAX 30000 /* of `up -d`, until all are ready */

int up_run(const struct command_line *line);

#endif
