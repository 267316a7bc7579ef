/* SPDX-License-Identifier: Apache-2.0 */
/* presto_value.h - cells as Presto and Trino put them into JSON.
 *
 * Each function appends one whole JSON value.  Text and numbers that JSON has
 * go through base/json.h.
 *
 * Thread: one at a time per text. */
#ifndef WIRE_PRESTO_VALUE_H
#define WIRE_PRESTO_VALUE_H

#include <stdint.h>

#include "base/span.h"
#include "base/text.h"

/* The shortest digits that read back; "NaN", "Infinity" and "-Infinity" as strings. */
void presto_value_double(struct text *out, double number);
void presto_value_real(struct text *out, float number);
/* Days since 1970-01-01: "2020-01-02"; years past 9999 with a sign. */
void presto_value_date(struct text *out, int64_t days);

/* A count of units since midnight or 1970, in digits of a second, and how many of them are shown.
 * What is not shown is cut off, towards the past. */
struct presto_instant {
    int64_t units;
    int digits; /* 0 seconds, 3 milliseconds, 6 microseconds, 9 nanoseconds */
    int shown;  /* 0 to 9 */
};

void presto_value_time(struct text *out, const struct presto_instant *instant);
/* `zone` is appended after a space, NULL: none. */
void presto_value_timestamp(struct text *out, const struct presto_instant *instant,
                            const char *zone);
/* Base64 (RFC 4648 section 4). */
void presto_value_bytes(struct text *out, struct span bytes);
/* "3 00:00:00.000" and "-0-2". */
void presto_value_day_interval(struct text *out, int64_t milliseconds);
void presto_value_year_interval(struct text *out, int64_t months);

#endif
