/* SPDX-License-Identifier: Apache-2.0 */
/* spark_functions.c - NULL where Spark's non-ANSI cast has no answer, Java's where it has one. */
#include "engine/spark_functions.h"

#include <math.h>

#include "base/mem.h"
#include "engine/java.h"
#include "engine/utf8.h"

static enum call_outcome spark_text(struct call *call)
{
    struct span bytes = call_bytes(call, 0);
    if (utf8_valid(bytes))
        return call_give_text(call, bytes);
    utf8_repair(&call->scratch, bytes);
    return call_give_text(call, text_span(&call->scratch));
}

static enum call_outcome spark_timestamp_text(struct call *call)
{
    char text[JAVA_TIMESTAMP_BYTES];
    size_t size = java_timestamp(text, call_i64(call, 0));
    return call_give_text(call, (struct span){text, size});
}

static enum call_outcome spark_double_text(struct call *call)
{
    char text[JAVA_NUMBER_BYTES];
    size_t size = java_double(text, call_double(call, 0));
    return call_give_text(call, (struct span){text, size});
}

static enum call_outcome spark_float_text(struct call *call)
{
    char text[JAVA_NUMBER_BYTES];
    size_t size = java_float(text, ((const float *)call->data[0])[call->row]);
    return call_give_text(call, (struct span){text, size});
}

/* Text to a whole number between two bounds: spark_whole(text, min, max). */
static enum call_outcome spark_whole(struct call *call)
{
    int64_t value = 0;
    if (!java_whole(call_bytes(call, 0), call_i64(call, 1), call_i64(call, 2), &value))
        return CALL_NULL;
    return call_give_i64(call, value);
}

static enum call_outcome spark_parse_double(struct call *call)
{
    double value = 0;
    return java_parse_double(call_bytes(call, 0), &value) ? call_give_double(call, value)
                                                          : CALL_NULL;
}

static enum call_outcome spark_parse_bool(struct call *call)
{
    bool value = false;
    if (!java_parse_bool(call_bytes(call, 0), &value))
        return CALL_NULL;
    return call_give_bool(call, value);
}

/* The low `bits` of a whole number, as Java narrows: spark_wrap(number, bits). */
static enum call_outcome spark_wrap(struct call *call)
{
    unsigned shift = (unsigned)(64 - call_i64(call, 1)) & 63;
    uint64_t value = (uint64_t)call_i64(call, 0) << shift;
    return call_give_i64(call, (int64_t)value >> shift);
}

/* Java's (long) or (int) of a double: cut, held at the bounds, 0 for NaN. */
static enum call_outcome spark_cut(struct call *call)
{
    double value = call_double(call, 0);
    int64_t max = call_i64(call, 1);
    if (isnan(value))
        return call_give_i64(call, 0);
    if (value >= (double)max)
        return call_give_i64(call, max);
    if (value <= -(double)max - 1)
        return call_give_i64(call, -max - 1);
    return call_give_i64(call, (int64_t)value);
}

/* Whole seconds since 1970, rounded down. */
static enum call_outcome spark_seconds(struct call *call)
{
    int64_t micros = call_i64(call, 0);
    return call_give_i64(call, micros / 1000000 - (micros % 1000000 < 0));
}

#define TEXT DUCKDB_TYPE_VARCHAR
#define BYTES DUCKDB_TYPE_BLOB
#define LONG DUCKDB_TYPE_BIGINT
#define DOUBLE DUCKDB_TYPE_DOUBLE
#define FLOAT DUCKDB_TYPE_FLOAT
#define BOOL DUCKDB_TYPE_BOOLEAN
#define TIME DUCKDB_TYPE_TIMESTAMP
#define NONE DUCKDB_TYPE_INVALID

static const struct call_function functions[] = {
    {"spark_text", spark_text, TEXT, {BYTES, NONE, NONE}},
    {"spark_timestamp_text", spark_timestamp_text, TEXT, {TIME, NONE, NONE}},
    {"spark_double_text", spark_double_text, TEXT, {DOUBLE, NONE, NONE}},
    {"spark_float_text", spark_float_text, TEXT, {FLOAT, NONE, NONE}},
    {"spark_whole", spark_whole, LONG, {TEXT, LONG, LONG}},
    {"spark_parse_double", spark_parse_double, DOUBLE, {TEXT, NONE, NONE}},
    {"spark_parse_bool", spark_parse_bool, BOOL, {TEXT, NONE, NONE}},
    {"spark_wrap", spark_wrap, LONG, {LONG, LONG, NONE}},
    {"spark_cut", spark_cut, LONG, {DOUBLE, LONG, NONE}},
    {"spark_seconds", spark_seconds, LONG, {DUCKDB_TYPE_TIMESTAMP_TZ, NONE, NONE}},
};

const struct call_function *spark_functions_at(size_t index)
{
    return index < COUNT_OF(functions) ? &functions[index] : NULL;
}
