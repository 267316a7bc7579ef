/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the time.
 *
 * Code on the loop asks loop_now_ms(), which moves once per turn.
 *
 * Thread: any. */
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include <stdint.h>

#define CLOCK_TEXT_BYTES 32

/* Milliseconds and microseconds since 1970-01-01T00:00:00Z; it may jump. */
int64_t clock_wall_ms(void);
int64_t clock_wall_us(void);
/* Since some moment in the past; it never goes back. */
int64_t clock_steady_ms(void);
int64_t clock_steady_us(void);
void clock_sleep_ms(int64_t ms); /* blocks: not for the loop */
/* `wall_ms` as 2026-03-01T10:15:04.112Z; returns `text`. */
const char *clock_iso(int64_t wall_ms, char text[CLOCK_TEXT_BYTES]);

#endif
