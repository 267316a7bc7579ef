/* SPDX-License-Identifier: Apache-2.0 */
/* engine_type.h - the types of columns, without the engine's own header.
 *
 * A type is a value: it points to its children, which live as long as whoever
 * handed it out says (a query until its next start, an arena, for ever).
 *
 * Thread: any. */
#ifndef ENGINE_ENGINE_TYPE_H
#define ENGINE_ENGINE_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum engine_kind {
    ENGINE_UNKNOWN, /* the type of a bare NULL */
    ENGINE_BOOLEAN,
    ENGINE_TINYINT,
    ENGINE_SMALLINT,
    ENGINE_INTEGER,
    ENGINE_BIGINT,
    ENGINE_HUGEINT, /* 128 bits; no dialect has it, the engine's own sums do */
    ENGINE_REAL,
    ENGINE_DOUBLE,
    ENGINE_DECIMAL, /* precision, scale */
    ENGINE_VARCHAR, /* precision: the declared length in characters, 0 when unbounded */
    ENGINE_VARBINARY,
    ENGINE_DATE,
    ENGINE_TIME,         /* precision: digits of the second */
    ENGINE_TIMESTAMP,    /* precision: digits of the second, 0, 3, 6 or 9 */
    ENGINE_TIMESTAMP_TZ, /* precision 6 */
    ENGINE_INTERVAL,
    ENGINE_ARRAY, /* one child */
    ENGINE_MAP,   /* two children: key, value */
    ENGINE_ROW,   /* a child and a name per field */
};

struct engine_type {
    enum engine_kind kind;
    int precision;
    int scale;
    size_t child_count;
    const struct engine_type *children;
    const char *const *names; /* ENGINE_ROW: as many as children */
};

bool engine_type_equal(const struct engine_type *a, const struct engine_type *b);
/* BOOLEAN, DECIMAL, ...: the kind's name in a message, a constant. */
const char *engine_type_name(enum engine_kind kind);
bool engine_type_is_whole(enum engine_kind kind); /* TINYINT to BIGINT */
/* Of those: how wide it is, and the largest number it holds. */
int engine_type_whole_bits(enum engine_kind kind);
int64_t engine_type_whole_max(enum engine_kind kind);

#endif
