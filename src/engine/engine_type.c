/* SPDX-License-Identifier: Apache-2.0 */
/* engine_type.c - comparing and naming types. */
#include "engine/engine_type.h"

#include <assert.h>
#include <string.h>

/* Recursion is bounded: the depth of a type is bounded by who read it.
 * NOLINTBEGIN(misc-no-recursion) */

bool engine_type_equal(const struct engine_type *a, const struct engine_type *b)
{
    if (a->kind != b->kind || a->precision != b->precision || a->scale != b->scale ||
        a->child_count != b->child_count)
        return false;
    for (size_t i = 0; i < a->child_count; i++) {
        if (!engine_type_equal(&a->children[i], &b->children[i]))
            return false;
        if (a->kind == ENGINE_ROW && strcmp(a->names[i], b->names[i]) != 0)
            return false;
    }
    return true;
}

const char *engine_type_name(enum engine_kind kind)
{
    switch (kind) {
    case ENGINE_UNKNOWN:
        return "UNKNOWN";
    case ENGINE_BOOLEAN:
        return "BOOLEAN";
    case ENGINE_TINYINT:
        return "TINYINT";
    case ENGINE_SMALLINT:
        return "SMALLINT";
    case ENGINE_INTEGER:
        return "INTEGER";
    case ENGINE_BIGINT:
        return "BIGINT";
    case ENGINE_HUGEINT:
        return "HUGEINT";
    case ENGINE_REAL:
        return "REAL";
    case ENGINE_DOUBLE:
        return "DOUBLE";
    case ENGINE_DECIMAL:
        return "DECIMAL";
    case ENGINE_VARCHAR:
        return "VARCHAR";
    case ENGINE_VARBINARY:
        return "VARBINARY";
    case ENGINE_DATE:
        return "DATE";
    case ENGINE_TIME:
        return "TIME";
    case ENGINE_TIMESTAMP:
        return "TIMESTAMP";
    case ENGINE_TIMESTAMP_TZ:
        return "TIMESTAMP WITH TIME ZONE";
    case ENGINE_INTERVAL:
        return "INTERVAL";
    case ENGINE_ARRAY:
        return "ARRAY";
    case ENGINE_MAP:
        return "MAP";
    case ENGINE_ROW:
        return "ROW";
    }
    return "?";
}

/* NOLINTEND(misc-no-recursion) */

bool engine_type_is_whole(enum engine_kind kind)
{
    return kind == ENGINE_TINYINT || kind == ENGINE_SMALLINT || kind == ENGINE_INTEGER ||
           kind == ENGINE_BIGINT;
}

int engine_type_whole_bits(enum engine_kind kind)
{
    assert(engine_type_is_whole(kind));
    return kind == ENGINE_TINYINT    ? 8
           : kind == ENGINE_SMALLINT ? 16
           : kind == ENGINE_INTEGER  ? 32
                                     : 64;
}

int64_t engine_type_whole_max(enum engine_kind kind)
{
    return INT64_MAX >> (64 - engine_type_whole_bits(kind));
}
