/* SPDX-License-Identifier: Apache-2.0 */
/* trigger.h - when the next micro-batch begins.
 *
 * Thread: any; pure. */
#ifndef JOB_TRIGGER_H
#define JOB_TRIGGER_H

#include <stdint.h>

#include "base/err.h"

/* Milliseconds until the next multiple of `interval_ms` on the wall clock, as Spark's
 * ProcessingTime trigger: 1 to interval_ms. */
int64_t trigger_wait_ms(int64_t interval_ms, int64_t wall_ms);

/* How long to wait before trying again what failed `failures` times in a row: 100 ms, doubling, at
 * most 2 s; where a peer was away (ERR_UNAVAILABLE) at most 200 ms, for who asks waits already. */
int64_t trigger_retry_ms(enum err_kind kind, int failures);

#endif
