/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - the system's two clocks. */
#include "io/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_us(clockid_t which)
{
    struct timespec now;

    (void)clock_gettime(which, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

int64_t clock_wall_ms(void)
{
    return clock_wall_us() / 1000;
}

int64_t clock_steady_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_steady_ms(void)
{
    return clock_steady_us() / 1000;
}

void clock_sleep_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    if (ms <= 0)
        return;
    while (nanosleep(&left, &left) != 0)
        continue;
}

const char *clock_iso(int64_t wall_ms, char text[CLOCK_TEXT_BYTES])
{
    int64_t ms = wall_ms % 1000;
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm utc;

    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    (void)gmtime_r(&seconds, &utc);
    size_t used = strftime(text, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(text + used, CLOCK_TEXT_BYTES - used, ".%03dZ", (int)ms);
    return text;
}
