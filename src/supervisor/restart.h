/* SPDX-License-Identifier: Apache-2.0 */
/* restart.h - how long to wait before a service that crashed is started again.
 *
 *   crash      1st      2nd      3rd      4th      5th      6th      7th ...
 *   wait       0 ms   100 ms   200 ms   400 ms   800 ms  1600 ms  2000 ms
 *
 * After RESTART_GOOD_MS of readiness the count begins anew.
 *
 * Thread: any; a value. */
#ifndef SUPERVISOR_RESTART_H
#define SUPERVISOR_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#define RESTART_FIRST_MS 100
#define RESTART_LAST_MS 2000
#define RESTART_GOOD_MS 5000

struct restart {
    int crashes; /* since it was last good */
    bool ready;
    int64_t ready_ms; /* since when */
};

void restart_ready(struct restart *restart, int64_t now_ms);
void restart_not_ready(struct restart *restart, int64_t now_ms);
/* Counts a crash; returns the wait. */
int64_t restart_crashed(struct restart *restart, int64_t now_ms);

#endif
