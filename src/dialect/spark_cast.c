/* SPDX-License-Identifier: Apache-2.0 */
/* spark_cast.c - which casts there are, and the text of each. */
#include "dialect/spark_cast.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/query.h"

/* Recursion is bounded: the parser bounds the depth of a tree.
 * NOLINTBEGIN(misc-no-recursion) */

/* Can `from` be cast to `to` with Spark's answer? */
bool spark_cast_possible(enum engine_kind from, enum engine_kind to)
{
    bool plain = from == ENGINE_BOOLEAN || engine_type_is_whole(from) || from == ENGINE_VARCHAR;
    if (from == to)
        return from != ENGINE_ROW && from != ENGINE_DECIMAL;
    if (from == ENGINE_UNKNOWN)
        return true;
    switch (to) {
    case ENGINE_VARCHAR:
        return plain || from == ENGINE_VARBINARY || from == ENGINE_REAL || from == ENGINE_DOUBLE ||
               from == ENGINE_TIMESTAMP_TZ;
    case ENGINE_BOOLEAN:
        return plain || from == ENGINE_DOUBLE;
    case ENGINE_BIGINT:
        return plain || from == ENGINE_DOUBLE || from == ENGINE_REAL || from == ENGINE_TIMESTAMP_TZ;
    case ENGINE_TINYINT:
    case ENGINE_SMALLINT:
    case ENGINE_INTEGER:
        return plain || from == ENGINE_DOUBLE || from == ENGINE_REAL;
    case ENGINE_DOUBLE:
        return plain || from == ENGINE_REAL;
    case ENGINE_REAL:
        return engine_type_is_whole(from);
    case ENGINE_VARBINARY:
        return from == ENGINE_VARCHAR;
    case ENGINE_DECIMAL: /* only of comparisons, to wide_decimal */
        return engine_type_is_whole(from);
    case ENGINE_UNKNOWN:
    case ENGINE_HUGEINT:
    case ENGINE_DATE:
    case ENGINE_TIME:
    case ENGINE_TIMESTAMP:
    case ENGINE_TIMESTAMP_TZ:
    case ENGINE_INTERVAL:
    case ENGINE_ARRAY:
    case ENGINE_MAP:
    case ENGINE_ROW:
        break;
    }
    return false;
}

/* Around a value: what stands before and after it. */
struct wrap {
    const char *before;
    const char *after;
};

const char *spark_cast_engine_name(enum engine_kind kind)
{
    return kind == ENGINE_VARBINARY      ? "BLOB"
           : kind == ENGINE_REAL         ? "FLOAT"
           : kind == ENGINE_TIMESTAMP_TZ ? "TIMESTAMPTZ"
                                         : engine_type_name(kind);
}

static struct wrap to_text(enum engine_kind from)
{
    if (from == ENGINE_VARBINARY)
        return (struct wrap){"spark_text(", ")"};
    if (from == ENGINE_DOUBLE)
        return (struct wrap){"spark_double_text(", ")"};
    if (from == ENGINE_REAL)
        return (struct wrap){"spark_float_text(", ")"};
    return (struct wrap){"CAST(", " AS VARCHAR)"};
}

/* The local time in the session's zone.  A fixed offset needs no zone's rules. */
static bool fixed_offset(const char *zone, int64_t *seconds)
{
    int sign = 0;
    int hours = 0;
    int minutes = 0;
    int end = 0;
    char mark = zone[0];
    *seconds = 0;
    if (strcmp(zone, "Z") == 0)
        return true;
    if (mark != '+' && mark != '-')
        return false;
    sign = mark == '-' ? -1 : 1;
    if (sscanf(zone + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 || zone[1 + end] != '\0' ||
        hours > 18 || minutes > 59 || hours < 0 || minutes < 0)
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

static void write_local_time(const struct spark *spark, struct text *out, const struct tree *value)
{
    const char *zone = spark->options->time_zone;
    int64_t offset = 0;
    text_add_string(out, "spark_timestamp_text(");
    if (zone != NULL && fixed_offset(zone, &offset)) {
        text_add_string(out, "make_timestamp(epoch_us(");
        spark_value_write(spark, out, value);
        text_printf(out, ") + %" PRId64 "))", offset * 1000000);
        return;
    }
    text_add_string(out, "timezone(");
    if (zone == NULL)
        text_add_string(out, "current_setting('TimeZone')");
    else
        query_quote_text(out, span_of(zone));
    text_add_string(out, ", ");
    spark_value_write(spark, out, value);
    text_add_string(out, "))");
}

static void write_to_whole(const struct spark *spark, struct text *out, const struct tree *value,
                           enum engine_kind from, enum engine_kind to)
{
    text_add_string(out, "CAST(");
    if (from == ENGINE_VARCHAR) {
        text_add_string(out, "spark_whole(");
        spark_value_write(spark, out, value);
        text_printf(out, ", %" PRId64 " - 1, %" PRId64 ")", -engine_type_whole_max(to),
                    engine_type_whole_max(to));
    } else if (from == ENGINE_DOUBLE || from == ENGINE_REAL) {
        int64_t max = engine_type_whole_max(to == ENGINE_BIGINT ? ENGINE_BIGINT : ENGINE_INTEGER);
        text_add_string(out, "spark_wrap(spark_cut(CAST(");
        spark_value_write(spark, out, value);
        text_printf(out, " AS DOUBLE), %" PRId64 "), %d)", max, engine_type_whole_bits(to));
    } else if (from == ENGINE_TIMESTAMP_TZ) {
        text_add_string(out, "spark_seconds(");
        spark_value_write(spark, out, value);
        text_add_char(out, ')');
    } else if (from != ENGINE_BOOLEAN &&
               engine_type_whole_bits(from) > engine_type_whole_bits(to)) {
        text_add_string(out, "spark_wrap(CAST(");
        spark_value_write(spark, out, value);
        text_printf(out, " AS BIGINT), %d)", engine_type_whole_bits(to));
    } else {
        spark_value_write(spark, out, value);
    }
    text_printf(out, " AS %s)", spark_cast_engine_name(to));
}

void spark_cast_write(const struct spark *spark, struct text *out, const struct tree *value,
                      const struct engine_type *to)
{
    enum engine_kind from = value->result.kind;
    struct wrap wrap = {"", ""};
    if (from == ENGINE_UNKNOWN) {
        text_printf(out, "CAST(NULL AS %s)",
                    to->kind == ENGINE_UNKNOWN ? "BOOLEAN" : spark_cast_engine_name(to->kind));
        return;
    }
    if (from == to->kind && to->kind != ENGINE_DECIMAL) {
        spark_value_write(spark, out, value);
        return;
    }
    if (engine_type_is_whole(to->kind)) {
        write_to_whole(spark, out, value, from, to->kind);
        return;
    }
    if (to->kind == ENGINE_VARCHAR && from == ENGINE_TIMESTAMP_TZ) {
        write_local_time(spark, out, value);
        return;
    }
    if (to->kind == ENGINE_VARCHAR)
        wrap = to_text(from);
    else if (to->kind == ENGINE_BOOLEAN)
        wrap = from == ENGINE_VARCHAR ? (struct wrap){"spark_parse_bool(", ")"}
                                      : (struct wrap){"(", " <> 0)"};
    else if (to->kind == ENGINE_DOUBLE)
        wrap = from == ENGINE_VARCHAR   ? (struct wrap){"spark_parse_double(", ")"}
               : from == ENGINE_BOOLEAN ? (struct wrap){"CAST(CAST(", " AS INTEGER) AS DOUBLE)"}
                                        : (struct wrap){"CAST(", " AS DOUBLE)"};
    else if (to->kind == ENGINE_VARBINARY)
        wrap = (struct wrap){"encode(", ")"};
    else if (to->kind == ENGINE_REAL)
        wrap = (struct wrap){"CAST(", " AS FLOAT)"};
    else if (to->kind == ENGINE_DECIMAL)
        wrap = (struct wrap){"CAST(", " AS DECIMAL(38,18))"};
    text_add_string(out, wrap.before);
    spark_value_write(spark, out, value);
    text_add_string(out, wrap.after);
}

/* NOLINTEND(misc-no-recursion) */
