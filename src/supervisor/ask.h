/* SPDX-License-Identifier: Apache-2.0 */
/* ask.h - one question to the supervisor that runs in a home.
 *
 * Thread: the main one of a command. */
#ifndef SUPERVISOR_ASK_H
#define SUPERVISOR_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

#define ASK_BYTES_MAX ((size_t)256 * 1024)

/* The answer's body, in `arena`.  ERR_UNAVAILABLE: none runs there, or it does not answer;
 * ERR_IO: another user's. */
MUST_CHECK bool ask_supervisor(const char *home, const char *method, const char *target,
                               int64_t timeout_ms, struct span *body, struct arena *arena,
                               struct err *err);
/* False when none answers. */
bool ask_self(const char *home, bool *stopping);

#endif
