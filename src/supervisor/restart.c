/* SPDX-License-Identifier: Apache-2.0 */
/* restart.c - at once, then doubling, anew after a good while. */
#include "supervisor/restart.h"

void restart_ready(struct restart *restart, int64_t now_ms)
{
    if (restart->ready)
        return;
    restart->ready = true;
    restart->ready_ms = now_ms;
}

void restart_not_ready(struct restart *restart, int64_t now_ms)
{
    if (restart->ready && now_ms - restart->ready_ms >= RESTART_GOOD_MS)
        restart->crashes = 0;
    restart->ready = false;
}

int64_t restart_crashed(struct restart *restart, int64_t now_ms)
{
    restart_not_ready(restart, now_ms);
    if (restart->crashes++ == 0)
        return 0;
    int64_t wait_ms = RESTART_FIRST_MS;
    for (int i = 2; i < restart->crashes && wait_ms < RESTART_LAST_MS; i++)
        wait_ms *= 2;
    return wait_ms < RESTART_LAST_MS ? wait_ms : RESTART_LAST_MS;
}
