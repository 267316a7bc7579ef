/* SPDX-License-Identifier: Apache-2.0 */
/* home.h - the home directory as the supervisor needs it: made, locked, free of the dying.
 *
 * Thread: the main one, before the loop runs. */
#ifndef SUPERVISOR_HOME_H
#define SUPERVISOR_HOME_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"

#define HOME_WAIT_MS_MAX 10000
/* A Unix socket's path has at most 107 bytes; the longest of ours is run/supervisor.sock. */
#define HOME_BYTES_MAX 87

/* Makes HOME, run and diag.  The error says what to do. */
MUST_CHECK bool home_prepare(const char *home, struct err *err);
/* Takes the supervisor's lock: waits for one that is ending, refuses one that runs (ERR_CONFLICT).
 * Then waits until no service of an earlier one is left. */
MUST_CHECK bool home_lock(const char *home, int *fd, struct err *err);
/* The pid in a lock file, 0: none. */
int home_lock_pid(const char *home, const char *name);
/* Is the lock free (or not there)?  Only asks. */
bool home_is_free(const char *home, const char *name);

#endif
