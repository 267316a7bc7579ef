/* SPDX-License-Identifier: Apache-2.0 */
/* functions.c - registers the tables of both dialects, and decimal division once per scale.
 *
 * The engine takes every function of ours for one that cannot fail, and has
 * nothing to tell it otherwise.  So it calls one for all words of a column's
 * dictionary, those too whose rows were filtered out or joined to nothing,
 * and puts the terms of an AND in the order that seems quickest: rows that
 * nobody asked for end the statement, and TRY finds no row that does not fail.
 * An expression with a part that may fail is spared all this.  So what may
 * fail is registered as NAME_bare, and NAME is a macro that hands it an
 * argument through something of the engine's own that could fail, but does not
 * and changes nothing. */
#include "engine/functions.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/call.h"
#include "engine/decimal.h"
#include "engine/spark_functions.h"
#include "engine/trino_functions.h"

#define NAME_BYTES 48
#define MACROS_BYTES_MAX (64 * 1024)
#define BARE "_bare"

static const struct guard {
    const char *name;
    const char *arguments;
    const char *guarded; /* the same, behind the guard */
} guards[] = {
    {"trino_divide", "a, b", "a, CAST(CAST(b AS HUGEINT) AS BIGINT)"},
    {"trino_modulus", "a, b", "a, CAST(CAST(b AS HUGEINT) AS BIGINT)"},
    {"trino_round_whole", "a, b", "(- (- a)), b"},
    {"trino_parse_whole", "a, b", "repeat(a, 1), b"},
    {"trino_parse_double", "a", "repeat(a, 1)"},
    {"trino_parse_bool", "a", "repeat(a, 1)"},
    {"trino_date_shape", "a", "repeat(a, 1)"},
    {"trino_timestamp_shape", "a", "repeat(a, 1)"},
    {"trino_split_part", "a, b, c", "a, b, CAST(CAST(c AS HUGEINT) AS BIGINT)"},
};
static const struct guard decimal_guard = {"trino_divide_decimal", "a, b", "a, (- (- b))"};

static const int scales[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                             13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
                             26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38};

static void run_chunk(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct call_function *function =
        library_loaded()->duckdb_scalar_function_get_extra_info(info);
    call_run(function->row, 0, info, input, output);
}

static bool finish(const struct library *l, duckdb_connection connection,
                   duckdb_scalar_function made, const char *name, struct err *err)
{
    l->duckdb_scalar_function_set_name(made, name);
    bool ok = l->duckdb_register_scalar_function(connection, made) == DuckDBSuccess;
    l->duckdb_destroy_scalar_function(&made);
    return ok || err_set(err, ERR_CONFLICT, "the engine refuses the function %s", name);
}

static const struct guard *find_guard(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(guards); i++)
        if (strcmp(guards[i].name, name) == 0)
            return &guards[i];
    return NULL;
}

static void add_macro(struct text *macros, const struct guard *guard, const char *name)
{
    text_printf(macros, "CREATE MACRO %s(%s) AS %s" BARE "(%s);", name, guard->arguments, name,
                guard->guarded);
}

static void add_argument(const struct library *l, duckdb_scalar_function made, duckdb_type id)
{
    duckdb_logical_type type = l->duckdb_create_logical_type(id);
    l->duckdb_scalar_function_add_parameter(made, type);
    l->duckdb_destroy_logical_type(&type);
}

static bool add_function(const struct library *l, duckdb_connection connection,
                         const struct call_function *function, struct text *macros, struct err *err)
{
    const struct guard *guard = find_guard(function->name);
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof(name), "%s%s", function->name, guard == NULL ? "" : BARE);
    if (guard != NULL)
        add_macro(macros, guard, function->name);
    duckdb_scalar_function made = l->duckdb_create_scalar_function();
    for (size_t i = 0; i < CALL_ARGUMENTS_MAX && function->arguments[i] != DUCKDB_TYPE_INVALID; i++)
        add_argument(l, made, function->arguments[i]);
    duckdb_logical_type type = l->duckdb_create_logical_type(function->result);
    l->duckdb_scalar_function_set_return_type(made, type);
    l->duckdb_destroy_logical_type(&type);
    /* The row is constant; the library takes a pointer that is not. */
    l->duckdb_scalar_function_set_extra_info(made, (void *)(uintptr_t)function, NULL);
    l->duckdb_scalar_function_set_function(made, run_chunk);
    return finish(l, connection, made, name, err);
}

/* --- decimals ------------------------------------------------------------------------------ */

static enum call_outcome divide_decimal(struct call *call)
{
    const duckdb_hugeint *a = &((const duckdb_hugeint *)call->data[0])[call->row];
    const duckdb_hugeint *b = &((const duckdb_hugeint *)call->data[1])[call->row];
    duckdb_hugeint *out = &((duckdb_hugeint *)call->out)[call->row];
    struct decimal dividend = {a->lower, a->upper};
    struct decimal divisor = {b->lower, b->upper};
    struct decimal quotient;
    switch (decimal_divide(dividend, divisor, call->number, &quotient)) {
    case DECIMAL_OK:
        *out = (duckdb_hugeint){quotient.low, quotient.high};
        return CALL_VALUE;
    case DECIMAL_ZERO:
        return call_fail(call, "Division by zero");
    case DECIMAL_OVERFLOW:
        break;
    }
    return call_fail(call, "Out of range: Decimal overflow");
}

static void run_decimals(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const int *scale = library_loaded()->duckdb_scalar_function_get_extra_info(info);
    call_run(divide_decimal, *scale, info, input, output);
}

/* trino_divide_decimal_S takes and gives DECIMAL(38,S). */
static bool add_decimals(const struct library *l, duckdb_connection connection, const int *scale,
                         struct text *macros, struct err *err)
{
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof(name), "%s_%d", decimal_guard.name, *scale);
    add_macro(macros, &decimal_guard, name);
    (void)snprintf(name, sizeof(name), "%s_%d" BARE, decimal_guard.name, *scale);
    duckdb_logical_type type = l->duckdb_create_decimal_type(DECIMAL_DIGITS_MAX, (uint8_t)*scale);
    duckdb_scalar_function made = l->duckdb_create_scalar_function();
    l->duckdb_scalar_function_add_parameter(made, type);
    l->duckdb_scalar_function_add_parameter(made, type);
    l->duckdb_scalar_function_set_return_type(made, type);
    l->duckdb_scalar_function_set_extra_info(made, (void *)(uintptr_t)scale, NULL);
    l->duckdb_scalar_function_set_function(made, run_decimals);
    l->duckdb_destroy_logical_type(&type);
    return finish(l, connection, made, name, err);
}

static bool add_macros(const struct library *library, duckdb_connection connection,
                       const struct text *macros, struct err *err)
{
    duckdb_result result;
    if (macros->full)
        return err_set(err, ERR_LIMIT, "the macros pass %d bytes", MACROS_BYTES_MAX);
    bool ok = library->duckdb_query(connection, text_string(macros), &result) == DuckDBSuccess;
    if (!ok)
        err_set(err, ERR_CONFLICT, "%s", library->duckdb_result_error(&result));
    library->duckdb_destroy_result(&result);
    return ok;
}

bool functions_register(const struct library *library, duckdb_connection connection,
                        struct err *err)
{
    const struct call_function *function = NULL;
    struct text macros;
    bool ok = true;
    text_init(&macros, MACROS_BYTES_MAX);
    for (size_t i = 0; ok && (function = spark_functions_at(i)) != NULL; i++)
        ok = add_function(library, connection, function, &macros, err);
    for (size_t i = 0; ok && (function = trino_functions_at(i)) != NULL; i++)
        ok = add_function(library, connection, function, &macros, err);
    for (size_t i = 0; ok && i < COUNT_OF(scales); i++)
        ok = add_decimals(library, connection, &scales[i], &macros, err);
    ok = ok && add_macros(library, connection, &macros, err);
    text_reset(&macros);
    return ok;
}
