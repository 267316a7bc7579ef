/* SPDX-License-Identifier: Apache-2.0 */
/* detach.h - goes to the background, while the one who asked waits for word.
 *
 * The process that stays in the foreground prints what the other one says,
 * until that gives it an exit status or dies.
 *
 * Thread: the main one, before any other is started, unless said. */
#ifndef SUPERVISOR_DETACH_H
#define SUPERVISOR_DETACH_H

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"

/* In the background: true, and *to is where to speak.  In the foreground it does not return but
 * ends the process with the status that it was given. */
MUST_CHECK bool detach_begin(int *to, struct err *err);
/* Printed on the foreground's standard error. */
void detach_say(int to, struct span text);
/* The foreground ends with `status`; closes `to`. */
void detach_finish(int to, int status);
/* Standard input and output lead nowhere from now on, standard error to the end of the file. */
MUST_CHECK bool detach_streams(const char *path, struct err *err);
/* A file that standard error has filled becomes `path`.1, and a new one is begun; what fails is
 * tried again by the next call.  Also before detach_streams(), or on a worker. */
void detach_roll(const char *path);

#endif
