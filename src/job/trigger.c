/* SPDX-License-Identifier: Apache-2.0 */
/* trigger.c - waiting times. */
#include "job/trigger.h"

#define RETRY_MS_MIN 100
#define RETRY_MS_MAX 2000
#define RETRY_AWAY_MS_MAX 200

int64_t trigger_wait_ms(int64_t interval_ms, int64_t wall_ms)
{
    return interval_ms - wall_ms % interval_ms;
}

int64_t trigger_retry_ms(enum err_kind kind, int failures)
{
    int64_t most_ms = kind == ERR_UNAVAILABLE ? RETRY_AWAY_MS_MAX : RETRY_MS_MAX;
    int64_t wait_ms = RETRY_MS_MIN;

    for (int i = 1; i < failures && wait_ms < most_ms; i++)
        wait_ms *= 2;
    return wait_ms < most_ms ? wait_ms : most_ms;
}
