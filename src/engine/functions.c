/* SPDX-License-Identifier: Apache-2.0 */
/* functions.c - one row per function: its name, its types, and what it does to one row.
 *
 * NULL in, NULL out: a row's function only sees values.  It answers ROW_NULL
 * for NULL, and ROW_ERROR to end the query with the text it left. */
#include "engine/functions.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/java.h"
#include "engine/utf8.h"

#define ARGUMENTS_MAX 3
#define TEXT_BYTES_MAX (1024 * 1024 * 1024)

enum row_outcome { ROW_VALUE, ROW_NULL, ROW_ERROR };

/* One call's view of a chunk. */
struct call {
    const struct library *library;
    const void *data[ARGUMENTS_MAX];
    const uint64_t *valid[ARGUMENTS_MAX];
    size_t argument_count;
    duckdb_vector output;
    void *out;
    size_t row;
    struct text scratch;
    char error[160];
};

typedef enum row_outcome row_function(struct call *call);

struct function {
    const char *name;
    row_function *row;
    duckdb_type result;
    duckdb_type arguments[ARGUMENTS_MAX];
};

static int64_t arg_i64(const struct call *call, size_t argument)
{
    return ((const int64_t *)call->data[argument])[call->row];
}

static double arg_double(const struct call *call, size_t argument)
{
    return ((const double *)call->data[argument])[call->row];
}

static struct span arg_bytes(const struct call *call, size_t argument)
{
    const duckdb_string_t *string = &((const duckdb_string_t *)call->data[argument])[call->row];
    uint32_t size = string->value.inlined.length;
    return (struct span){size <= sizeof(string->value.inlined.inlined)
                             ? string->value.inlined.inlined
                             : string->value.pointer.ptr,
                         size};
}

/* Valid UTF-8 only. */
static enum row_outcome give_text(struct call *call, struct span text)
{
    call->library->duckdb_unsafe_vector_assign_string_element_len(call->output, call->row,
                                                                  text.data, text.size);
    return ROW_VALUE;
}

static enum row_outcome give_double(struct call *call, double value)
{
    ((double *)call->out)[call->row] = value;
    return ROW_VALUE;
}

static enum row_outcome give_i64(struct call *call, int64_t value)
{
    ((int64_t *)call->out)[call->row] = value;
    return ROW_VALUE;
}

__attribute__((format(printf, 2, 3))) static enum row_outcome fail(struct call *call,
                                                                   const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(call->error, sizeof(call->error), fmt, args);
    va_end(args);
    return ROW_ERROR;
}

/* --- Spark --------------------------------------------------------------------------------- */

static enum row_outcome spark_text(struct call *call)
{
    struct span bytes = arg_bytes(call, 0);
    if (utf8_valid(bytes))
        return give_text(call, bytes);
    text_clear(&call->scratch);
    utf8_repair(&call->scratch, bytes);
    return give_text(call, text_span(&call->scratch));
}

static enum row_outcome spark_timestamp_text(struct call *call)
{
    char text[JAVA_TIMESTAMP_BYTES];
    size_t size = java_timestamp(text, arg_i64(call, 0));
    return give_text(call, (struct span){text, size});
}

static enum row_outcome spark_double_text(struct call *call)
{
    char text[JAVA_NUMBER_BYTES];
    size_t size = java_double(text, arg_double(call, 0));
    return give_text(call, (struct span){text, size});
}

static enum row_outcome spark_float_text(struct call *call)
{
    char text[JAVA_NUMBER_BYTES];
    size_t size = java_float(text, ((const float *)call->data[0])[call->row]);
    return give_text(call, (struct span){text, size});
}

/* Text to a whole number between two bounds: spark_whole(text, min, max). */
static enum row_outcome spark_whole(struct call *call)
{
    int64_t value = 0;
    if (!java_whole(arg_bytes(call, 0), arg_i64(call, 1), arg_i64(call, 2), &value))
        return ROW_NULL;
    return give_i64(call, value);
}

static enum row_outcome spark_parse_double(struct call *call)
{
    double value = 0;
    return java_parse_double(arg_bytes(call, 0), &value) ? give_double(call, value) : ROW_NULL;
}

static enum row_outcome spark_parse_bool(struct call *call)
{
    bool value = false;
    if (!java_parse_bool(arg_bytes(call, 0), &value))
        return ROW_NULL;
    ((bool *)call->out)[call->row] = value;
    return ROW_VALUE;
}

/* The low `bits` of a whole number, as Java narrows: spark_wrap(number, bits). */
static enum row_outcome spark_wrap(struct call *call)
{
    unsigned shift = (unsigned)(64 - arg_i64(call, 1)) & 63;
    uint64_t value = (uint64_t)arg_i64(call, 0) << shift;
    return give_i64(call, (int64_t)value >> shift);
}

/* Java's (long) or (int) of a double: cut, held at the bounds, 0 for NaN. */
static enum row_outcome spark_cut(struct call *call)
{
    double value = arg_double(call, 0);
    int64_t max = arg_i64(call, 1);
    if (isnan(value))
        return give_i64(call, 0);
    if (value >= (double)max)
        return give_i64(call, max);
    if (value <= -(double)max - 1)
        return give_i64(call, -max - 1);
    return give_i64(call, (int64_t)value);
}

/* Whole seconds since 1970, rounded down. */
static enum row_outcome spark_seconds(struct call *call)
{
    int64_t micros = arg_i64(call, 0);
    return give_i64(call, micros / 1000000 - (micros % 1000000 < 0));
}

/* --- Trino --------------------------------------------------------------------------------- */

static enum row_outcome trino_divide(struct call *call)
{
    int64_t a = arg_i64(call, 0);
    int64_t b = arg_i64(call, 1);
    if (b == 0)
        return fail(call, "Division by zero");
    if (b == -1 && a == INT64_MIN)
        return fail(call, "Out of range: bigint division overflow: %" PRId64 " / -1", a);
    return give_i64(call, a / b);
}

static enum row_outcome trino_modulus(struct call *call)
{
    int64_t b = arg_i64(call, 1);
    if (b == 0)
        return fail(call, "Division by zero");
    return give_i64(call, b == -1 ? 0 : arg_i64(call, 0) % b);
}

static enum row_outcome trino_modulus_double(struct call *call)
{
    return give_double(call, fmod(arg_double(call, 0), arg_double(call, 1)));
}

/* To a whole number, halves away from zero: trino_round_whole(value, max). */
static enum row_outcome trino_round_whole(struct call *call)
{
    double value = arg_double(call, 0);
    int64_t max = arg_i64(call, 1);
    double rounded = round(value);
    char text[JAVA_NUMBER_BYTES];
    (void)java_double(text, value);
    if (isnan(value))
        return fail(call, "Cannot cast NaN to a whole number");
    /* (double)max may round up to max + 1, which is out of range itself */
    if (rounded > (double)max || (max == INT64_MAX && rounded >= (double)max) ||
        rounded < -(double)max - 1)
        return fail(call, "Out of range: %s does not fit a whole number up to %" PRId64, text, max);
    return give_i64(call, (int64_t)rounded);
}

/* Text to a whole number: Long.parseLong, with its type's bounds. */
static enum row_outcome trino_parse_whole(struct call *call)
{
    struct span text = arg_bytes(call, 0);
    int64_t max = arg_i64(call, 1);
    int64_t value = 0;
    const char *first = text.data;
    bool digit = text.size > 0 && first[text.size - 1] >= '0' && first[text.size - 1] <= '9';
    if (!digit || !span_to_i64(text, &value) || value > max || value < -max - 1)
        return fail(call, "Cannot cast '%.*s' to a whole number up to %" PRId64,
                    (int)(text.size < 60 ? text.size : 60), first, max);
    return give_i64(call, value);
}

static enum row_outcome trino_parse_double(struct call *call)
{
    struct span text = arg_bytes(call, 0);
    double value = 0;
    /* Double.parseDouble knows NaN and Infinity in this spelling only */
    bool special = span_is(text, "NaN") || span_is(text, "Infinity") ||
                   span_is(text, "+Infinity") || span_is(text, "-Infinity");
    const char *last = (const char *)text.data + text.size - 1;
    bool digits = text.size > 0 && strchr("0123456789.fFdD \t\n", *last) != NULL;
    if (!(special || digits) || !java_parse_double(text, &value))
        return fail(call, "Cannot cast '%.*s' to DOUBLE", (int)(text.size < 60 ? text.size : 60),
                    (const char *)text.data);
    return give_double(call, value);
}

/* cast(double as varchar) of Trino: one digit, a point, an exponent always. */
static enum row_outcome trino_double_text(struct call *call)
{
    double value = arg_double(call, 0);
    char plain[JAVA_NUMBER_BYTES];
    size_t size = java_double(plain, value);
    if (!isfinite(value) || memchr(plain, 'E', size) != NULL)
        return give_text(call, (struct span){plain, size});

    char digits[JAVA_NUMBER_BYTES];
    int count = 0;
    int point = -1;  /* digits before it */
    int leading = 0; /* zeros before the first digit that is none */
    for (size_t i = plain[0] == '-'; i < size; i++) {
        if (plain[i] == '.')
            point = count + leading;
        else if (count == 0 && plain[i] == '0')
            leading++;
        else
            digits[count++] = plain[i];
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    if (count == 0)
        return give_text(call, span_of(plain[0] == '-' ? "-0.0E0" : "0.0E0"));
    char text[JAVA_NUMBER_BYTES * 2];
    int length =
        snprintf(text, sizeof(text), "%s%c.%.*sE%d", plain[0] == '-' ? "-" : "", digits[0],
                 count == 1 ? 1 : count - 1, count == 1 ? "0" : digits + 1, point - leading - 1);
    return give_text(call, (struct span){text, (size_t)length});
}

static size_t character_bytes(uint8_t first)
{
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static int64_t character_count(struct span text)
{
    const uint8_t *bytes = text.data;
    int64_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += (bytes[i] & 0xC0) != 0x80;
    return count;
}

/* substr(text, start, length): from 1, or from the end when negative; 0 or outside: empty. */
static enum row_outcome trino_substr(struct call *call)
{
    struct span text = arg_bytes(call, 0);
    int64_t start = arg_i64(call, 1);
    int64_t length = arg_i64(call, 2);
    int64_t count = character_count(text);
    if (start < 0)
        start += count + 1;
    if (start <= 0 || start > count || length <= 0)
        return give_text(call, (struct span){"", 0});

    const uint8_t *bytes = text.data;
    size_t from = 0;
    while (--start > 0)
        from += character_bytes(bytes[from]);
    size_t to = from;
    while (length-- > 0 && to < text.size)
        to += character_bytes(bytes[to]);
    return give_text(call, (struct span){bytes + from, to - from});
}

/* --- registering --------------------------------------------------------------------------- */

#define TEXT DUCKDB_TYPE_VARCHAR
#define BYTES DUCKDB_TYPE_BLOB
#define LONG DUCKDB_TYPE_BIGINT
#define DOUBLE DUCKDB_TYPE_DOUBLE
#define NONE DUCKDB_TYPE_INVALID

static const struct function functions[] = {
    {"spark_text", spark_text, TEXT, {BYTES, NONE, NONE}},
    {"spark_timestamp_text", spark_timestamp_text, TEXT, {DUCKDB_TYPE_TIMESTAMP, NONE, NONE}},
    {"spark_double_text", spark_double_text, TEXT, {DOUBLE, NONE, NONE}},
    {"spark_float_text", spark_float_text, TEXT, {DUCKDB_TYPE_FLOAT, NONE, NONE}},
    {"spark_whole", spark_whole, LONG, {TEXT, LONG, LONG}},
    {"spark_parse_double", spark_parse_double, DOUBLE, {TEXT, NONE, NONE}},
    {"spark_parse_bool", spark_parse_bool, DUCKDB_TYPE_BOOLEAN, {TEXT, NONE, NONE}},
    {"spark_wrap", spark_wrap, LONG, {LONG, LONG, NONE}},
    {"spark_cut", spark_cut, LONG, {DOUBLE, LONG, NONE}},
    {"spark_seconds", spark_seconds, LONG, {DUCKDB_TYPE_TIMESTAMP_TZ, NONE, NONE}},
    {"trino_divide", trino_divide, LONG, {LONG, LONG, NONE}},
    {"trino_modulus", trino_modulus, LONG, {LONG, LONG, NONE}},
    {"trino_modulus_double", trino_modulus_double, DOUBLE, {DOUBLE, DOUBLE, NONE}},
    {"trino_round_whole", trino_round_whole, LONG, {DOUBLE, LONG, NONE}},
    {"trino_parse_whole", trino_parse_whole, LONG, {TEXT, LONG, NONE}},
    {"trino_parse_double", trino_parse_double, DOUBLE, {TEXT, NONE, NONE}},
    {"trino_double_text", trino_double_text, TEXT, {DOUBLE, NONE, NONE}},
    {"trino_substr", trino_substr, TEXT, {TEXT, LONG, LONG}},
};

static bool all_valid(const struct call *call)
{
    for (size_t i = 0; i < call->argument_count; i++)
        if (call->valid[i] != NULL && (call->valid[i][call->row / 64] >> (call->row % 64) & 1) == 0)
            return false;
    return true;
}

static void run_rows(struct call *call, row_function *row, size_t count, duckdb_function_info info)
{
    uint64_t *valid = NULL;
    for (call->row = 0; call->row < count; call->row++) {
        enum row_outcome outcome = all_valid(call) ? row(call) : ROW_NULL;
        if (outcome == ROW_ERROR) {
            call->library->duckdb_scalar_function_set_error(info, call->error);
            return;
        }
        if (outcome == ROW_VALUE)
            continue;
        if (valid == NULL) {
            call->library->duckdb_vector_ensure_validity_writable(call->output);
            valid = call->library->duckdb_vector_get_validity(call->output);
        }
        valid[call->row / 64] &= ~(UINT64_C(1) << call->row % 64);
    }
}

static void run_chunk(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct library *l = library_loaded();
    const struct function *function = l->duckdb_scalar_function_get_extra_info(info);
    struct call call = {
        .library = l,
        .argument_count = l->duckdb_data_chunk_get_column_count(input),
        .output = output,
        .out = l->duckdb_vector_get_data(output),
    };
    assert(call.argument_count <= ARGUMENTS_MAX);
    for (size_t i = 0; i < call.argument_count; i++) {
        duckdb_vector vector = l->duckdb_data_chunk_get_vector(input, i);
        call.data[i] = l->duckdb_vector_get_data(vector);
        call.valid[i] = l->duckdb_vector_get_validity(vector);
    }
    text_init(&call.scratch, TEXT_BYTES_MAX);
    run_rows(&call, function->row, l->duckdb_data_chunk_get_size(input), info);
    text_reset(&call.scratch);
}

static void set_types(const struct library *l, duckdb_scalar_function made,
                      const struct function *function)
{
    for (size_t i = 0; i < ARGUMENTS_MAX && function->arguments[i] != NONE; i++) {
        duckdb_logical_type type = l->duckdb_create_logical_type(function->arguments[i]);
        l->duckdb_scalar_function_add_parameter(made, type);
        l->duckdb_destroy_logical_type(&type);
    }
    duckdb_logical_type type = l->duckdb_create_logical_type(function->result);
    l->duckdb_scalar_function_set_return_type(made, type);
    l->duckdb_destroy_logical_type(&type);
}

bool functions_register(const struct library *library, duckdb_connection connection,
                        struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        duckdb_scalar_function made = library->duckdb_create_scalar_function();
        library->duckdb_scalar_function_set_name(made, functions[i].name);
        set_types(library, made, &functions[i]);
        /* The row is constant; the library takes a pointer that is not. */
        library->duckdb_scalar_function_set_extra_info(made, (void *)(uintptr_t)&functions[i],
                                                       NULL);
        library->duckdb_scalar_function_set_function(made, run_chunk);
        bool ok = library->duckdb_register_scalar_function(connection, made) == DuckDBSuccess;
        library->duckdb_destroy_scalar_function(&made);
        if (!ok)
            return err_set(err, ERR_CONFLICT, "the engine refuses the function %s",
                           functions[i].name);
    }
    return true;
}
