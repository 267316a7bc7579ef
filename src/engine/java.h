/* SPDX-License-Identifier: Apache-2.0 */
/* java.h - numbers and times printed and read as Java, and so Spark and Trino, do it.
 *
 * Thread: any; pure. */
#ifndef ENGINE_JAVA_H
#define ENGINE_JAVA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define JAVA_NUMBER_BYTES 32
#define JAVA_TIMESTAMP_BYTES 48

/* Double.toString: 1.0, 0.001, 1.0E7, NaN, -Infinity; the shortest digits that read back. */
size_t java_double(char to[JAVA_NUMBER_BYTES], double value);
/* Float.toString. */
size_t java_float(char to[JAVA_NUMBER_BYTES], float value);
/* Spark's cast of a text to a whole number: spaces around and a fraction, which is cut off, are
 * allowed.  False: NULL. */
bool java_whole(struct span text, int64_t min, int64_t max, int64_t *value);
/* Spark's cast of a text to double.  False: NULL. */
bool java_parse_double(struct span text, double *value);
/* Spark's cast to boolean: t true y yes 1, f false n no 0 in any case.  False: NULL. */
bool java_parse_bool(struct span text, bool *value);
/* Spark's cast of a timestamp: 2026-11-22 23:44:49.098, no zeros at the fraction's end, a plus
 * before years past 9999.  Proleptic Gregorian microseconds since 1970, already in local time. */
size_t java_timestamp(char to[JAVA_TIMESTAMP_BYTES], int64_t micros);

#endif
