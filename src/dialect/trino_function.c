/* SPDX-License-Identifier: Apache-2.0 */
/* trino_function.c - the table, and the choice among rows of one name.
 *
 * A function is in the table when the engine's answer is Trino's for every
 * argument, NULL and the ends of its range included; a trino_ or spark_ name
 * in its text is one of ours in engine/functions.c.  What is not here is
 * refused by name. */
#include "dialect/trino_function.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "dialect/trino_type.h"

#define AGGREGATE true
#define SCALAR false
#define HIVE true
#define NOT_HIVE false

static const struct trino_function functions[] = {
    {"count", "", 'i', "count(*)$f", AGGREGATE, HIVE},
    {"count", "a", 'i', "count($d$1)$f", AGGREGATE, HIVE},
    {"count_if", "b", 'i', "count($dCASE WHEN $1 THEN 1 END)$f", AGGREGATE, NOT_HIVE},
    {"sum", "w", 'i', "CAST(sum($d$1)$f AS BIGINT)", AGGREGATE, HIVE},
    {"sum", "m", 'M', "CAST(sum($d$1)$f AS $T)", AGGREGATE, NOT_HIVE},
    {"sum", "r", '1', "CAST(sum($d$1)$f AS FLOAT)", AGGREGATE, NOT_HIVE},
    {"sum", "o", 'd', "sum($d$1)$f", AGGREGATE, HIVE},
    {"avg", "w", 'd', "avg($d$1)$f", AGGREGATE, HIVE},
    {"avg", "m", '1',
     "CAST(trino_divide_decimal_$s(CAST(sum($d$1)$f AS DECIMAL(38,$s)), "
     "nullif(CAST(count($d$1)$f AS DECIMAL(38,$s)), 0)) AS $T)",
     AGGREGATE, NOT_HIVE},
    {"avg", "r", '1', "CAST(avg($d$1)$f AS FLOAT)", AGGREGATE, NOT_HIVE},
    {"avg", "o", 'd', "avg($d$1)$f", AGGREGATE, HIVE},
    {"min", "c", '1', "min($d$1)$f", AGGREGATE, HIVE},
    {"max", "c", '1', "max($d$1)$f", AGGREGATE, HIVE},
    {"bool_and", "b", 'b', "bool_and($d$1)$f", AGGREGATE, NOT_HIVE},
    {"every", "b", 'b', "bool_and($d$1)$f", AGGREGATE, NOT_HIVE},
    {"bool_or", "b", 'b', "bool_or($d$1)$f", AGGREGATE, NOT_HIVE},
    {"arbitrary", "a", '1', "any_value($d$1)$f", AGGREGATE, NOT_HIVE},
    {"any_value", "a", '1', "any_value($d$1)$f", AGGREGATE, NOT_HIVE},
    {"array_agg", "a", 'L', "list($d$1$o)$f", AGGREGATE, NOT_HIVE},

    {"lower", "v", '1', "lower($1)", SCALAR, HIVE},
    {"upper", "v", '1', "upper($1)", SCALAR, HIVE},
    {"length", "v", 'i', "length($1)", SCALAR, HIVE},
    {"length", "y", 'i', "octet_length($1)", SCALAR, NOT_HIVE},
    {"substr", "vi", '1', "trino_substr($1, $2, 9223372036854775807)", SCALAR, NOT_HIVE},
    {"substr", "vii", '1', "trino_substr($1, $2, $3)", SCALAR, NOT_HIVE},
    {"trim", "v", '1', "trino_trim($1, 3)", SCALAR, NOT_HIVE},
    {"ltrim", "v", '1', "trino_trim($1, 1)", SCALAR, NOT_HIVE},
    {"rtrim", "v", '1', "trino_trim($1, 2)", SCALAR, NOT_HIVE},
    {"trim", "vv", '1', "trim($1, $2)", SCALAR, NOT_HIVE},
    {"ltrim", "vv", '1', "ltrim($1, $2)", SCALAR, NOT_HIVE},
    {"rtrim", "vv", '1', "rtrim($1, $2)", SCALAR, NOT_HIVE},
    {"replace", "vv", 'v', "trino_replace($1, $2, '')", SCALAR, NOT_HIVE},
    {"replace", "vvv", 'v', "trino_replace($1, $2, $3)", SCALAR, NOT_HIVE},
    {"strpos", "vv", 'i', "trino_strpos($1, $2)", SCALAR, NOT_HIVE},
    {"starts_with", "vv", 'b', "starts_with($1, $2)", SCALAR, NOT_HIVE},
    {"reverse", "v", '1', "trino_reverse($1)", SCALAR, NOT_HIVE},
    {"split_part", "vvi", 'v', "trino_split_part($1, $2, $3)", SCALAR, NOT_HIVE},
    {"to_utf8", "v", 'y', "encode($1)", SCALAR, NOT_HIVE},
    {"from_utf8", "y", 'v', "spark_text($1)", SCALAR, NOT_HIVE},
    {"to_hex", "y", 'v', "hex($1)", SCALAR, NOT_HIVE},

    {"abs", "w", '1', "abs($1)", SCALAR, HIVE},
    {"abs", "m", '1', "CAST(abs($1) AS $T)", SCALAR, NOT_HIVE},
    {"abs", "r", '1', "CAST(abs($1) AS FLOAT)", SCALAR, NOT_HIVE},
    {"abs", "o", '1', "abs($1)", SCALAR, HIVE},
    {"ceil", "w", '1', "$1", SCALAR, NOT_HIVE},
    {"ceil", "o", '1', "ceil($1)", SCALAR, NOT_HIVE},
    {"ceiling", "w", '1', "$1", SCALAR, NOT_HIVE},
    {"ceiling", "o", '1', "ceil($1)", SCALAR, NOT_HIVE},
    {"floor", "w", '1', "$1", SCALAR, NOT_HIVE},
    {"floor", "o", '1', "floor($1)", SCALAR, NOT_HIVE},
    {"round", "w", '1', "$1", SCALAR, NOT_HIVE},
    {"round", "o", '1', "trino_round($1, 0)", SCALAR, NOT_HIVE},
    {"round", "oi", '1', "trino_round($1, $2)", SCALAR, NOT_HIVE},
    {"sqrt", "d", 'd', "trino_sqrt($1)", SCALAR, NOT_HIVE},
    {"cbrt", "d", 'd', "trino_cbrt($1)", SCALAR, NOT_HIVE},
    {"ln", "d", 'd', "trino_ln($1)", SCALAR, NOT_HIVE},
    {"log2", "d", 'd', "trino_log2($1)", SCALAR, NOT_HIVE},
    {"log10", "d", 'd', "trino_log10($1)", SCALAR, NOT_HIVE},
    {"exp", "d", 'd', "trino_exp($1)", SCALAR, NOT_HIVE},
    {"power", "dd", 'd', "trino_power($1, $2)", SCALAR, NOT_HIVE},
    {"pow", "dd", 'd', "trino_power($1, $2)", SCALAR, NOT_HIVE},
    {"pi", "", 'd', "pi()", SCALAR, NOT_HIVE},
    {"e", "", 'd', "CAST('2.718281828459045' AS DOUBLE)", SCALAR, NOT_HIVE},
    {"nan", "", 'd', "CAST('nan' AS DOUBLE)", SCALAR, NOT_HIVE},
    {"infinity", "", 'd', "CAST('inf' AS DOUBLE)", SCALAR, NOT_HIVE},
    {"is_nan", "d", 'b', "isnan($1)", SCALAR, NOT_HIVE},
    {"is_finite", "d", 'b', "isfinite($1)", SCALAR, NOT_HIVE},
    {"is_infinite", "d", 'b', "isinf($1)", SCALAR, NOT_HIVE},

    {"year", "D", 'i', "year($1)", SCALAR, NOT_HIVE},
    {"quarter", "D", 'i', "quarter($1)", SCALAR, NOT_HIVE},
    {"month", "D", 'i', "month($1)", SCALAR, NOT_HIVE},
    {"week", "D", 'i', "week($1)", SCALAR, NOT_HIVE},
    {"week_of_year", "D", 'i', "week($1)", SCALAR, NOT_HIVE},
    {"day", "D", 'i', "day($1)", SCALAR, NOT_HIVE},
    {"day_of_month", "D", 'i', "day($1)", SCALAR, NOT_HIVE},
    {"day_of_week", "D", 'i', "isodow($1)", SCALAR, NOT_HIVE},
    {"dow", "D", 'i', "isodow($1)", SCALAR, NOT_HIVE},
    {"day_of_year", "D", 'i', "dayofyear($1)", SCALAR, NOT_HIVE},
    {"doy", "D", 'i', "dayofyear($1)", SCALAR, NOT_HIVE},
    {"hour", "t", 'i', "hour($1)", SCALAR, NOT_HIVE},
    {"minute", "t", 'i', "minute($1)", SCALAR, NOT_HIVE},
    {"second", "t", 'i', "second($1)", SCALAR, NOT_HIVE},
    {"to_unixtime", "z", 'd', "(CAST(epoch_us($1) AS DOUBLE) / 1000000)", SCALAR, NOT_HIVE},
    {"now", "", 'Z', "now()", SCALAR, NOT_HIVE},
    {"cardinality", "A", 'i', "len($1)", SCALAR, NOT_HIVE},
    {"cardinality", "P", 'i', "CAST(cardinality($1) AS BIGINT)", SCALAR, NOT_HIVE},
};

const struct trino_function *trino_function_at(size_t index)
{
    return index < COUNT_OF(functions) ? &functions[index] : NULL;
}

bool trino_function_is_aggregate(struct span name)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++)
        if (functions[i].aggregate && span_is_nocase(name, functions[i].name))
            return true;
    return false;
}

static const struct engine_type bigint_type = {.kind = ENGINE_BIGINT};
static const struct engine_type double_type = {.kind = ENGINE_DOUBLE};

/* Does an argument of this type fit the letter?  *coerce: to what it is made, NULL: as it is. */
static bool fits(char letter, const struct engine_type *type, const struct engine_type **coerce)
{
    bool null = type->kind == ENGINE_UNKNOWN;
    *coerce = NULL;
    switch (letter) {
    case 'v':
        return type->kind == ENGINE_VARCHAR || null;
    case 'y':
        return type->kind == ENGINE_VARBINARY;
    case 'b':
        return type->kind == ENGINE_BOOLEAN || null;
    case 'w':
        return engine_type_is_whole(type->kind);
    case 'i':
        *coerce = &bigint_type;
        return engine_type_is_whole(type->kind) || null;
    case 'd':
        *coerce = &double_type;
        return trino_type_is_number(type) || null;
    case 'o':
        return type->kind == ENGINE_DOUBLE;
    case 'r':
        return type->kind == ENGINE_REAL;
    case 'm':
        return type->kind == ENGINE_DECIMAL;
    case 'D':
        return type->kind == ENGINE_DATE || type->kind == ENGINE_TIMESTAMP;
    case 't':
        return type->kind == ENGINE_TIMESTAMP;
    case 'z':
        return type->kind == ENGINE_TIMESTAMP || type->kind == ENGINE_TIMESTAMP_TZ;
    case 'A':
        return type->kind == ENGINE_ARRAY;
    case 'P':
        return type->kind == ENGINE_MAP;
    case 'c':
        return trino_type_is_comparable(type);
    default:
        return true;
    }
}

static bool matches(const struct trino_function *function, const struct tree *call)
{
    const struct engine_type *coerce = NULL;
    const char *letter = function->arguments;
    const struct tree *argument = call->first;
    for (; *letter != '\0' && argument != NULL; letter++, argument = argument->next)
        if (!fits(*letter, &argument->result, &coerce))
            return false;
    return *letter == '\0' && argument == NULL;
}

static bool set_result(struct trino *trino, struct tree *call, char letter)
{
    static const struct {
        char letter;
        enum engine_kind kind;
        int precision;
    } plain[] = {
        {'v', ENGINE_VARCHAR, 0}, {'i', ENGINE_BIGINT, 0},       {'d', ENGINE_DOUBLE, 0},
        {'b', ENGINE_BOOLEAN, 0}, {'y', ENGINE_VARBINARY, 0},    {'D', ENGINE_DATE, 0},
        {'I', ENGINE_INTEGER, 0}, {'Z', ENGINE_TIMESTAMP_TZ, 3},
    };
    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (plain[i].letter == letter) {
            call->result =
                (struct engine_type){.kind = plain[i].kind, .precision = plain[i].precision};
            return true;
        }
    }
    call->result = letter == '2' ? call->first->next->result : call->first->result;
    if (call->result.kind == ENGINE_UNKNOWN && call->first->kind == TREE_NULL && letter == '1' &&
        ((const struct trino_function *)call->found)->arguments[0] == 'v')
        call->result = (struct engine_type){.kind = ENGINE_VARCHAR};
    if (letter == 'M')
        call->result.precision = TRINO_TYPE_PRECISION_MAX;
    if (letter == 'L') {
        struct engine_type *child = ARENA_NEW(trino->arena, struct engine_type, 1);
        if (child == NULL)
            return trino_scope_no_memory(trino);
        *child = call->result;
        call->result =
            (struct engine_type){.kind = ENGINE_ARRAY, .child_count = 1, .children = child};
    }
    return true;
}

/* "(integer, varchar(3))" */
static void list_types(const struct trino *trino, const struct tree *call, struct text *out)
{
    for (const struct tree *argument = call->first; argument != NULL; argument = argument->next)
        text_printf(out, "%s%s", argument == call->first ? "" : ", ",
                    trino_type_name(&argument->result, trino->arena));
}

static bool fail_types(struct trino *trino, const struct tree *call, const char *name)
{
    struct text types;
    text_init(&types, 256);
    list_types(trino, call, &types);
    trino_scope_fail_at(trino, call, TRINO_FUNCTION_NOT_FOUND,
                        "Unexpected parameters (%s) for function %s", text_string(&types), name);
    text_reset(&types);
    return false;
}

static bool check_clauses(struct trino *trino, const struct tree *call,
                          const struct trino_function *function)
{
    if (!function->aggregate && (call->distinct || call->filter != NULL || call->order != NULL))
        return trino_scope_fail_at(trino, call, TRINO_OTHER,
                                   "%s is no aggregate: it takes no DISTINCT, FILTER or ORDER BY",
                                   function->name);
    if (call->order != NULL && strstr(function->text, "$o") == NULL)
        return trino_scope_fail_at(trino, call, TRINO_NOT_SUPPORTED,
                                   "ORDER BY in %s is not supported", function->name);
    if (call->order != NULL && call->distinct)
        return trino_scope_fail_at(trino, call, TRINO_NOT_SUPPORTED,
                                   "DISTINCT with ORDER BY in %s is not supported", function->name);
    return true;
}

bool trino_function_choose(struct trino *trino, struct tree *call)
{
    const struct trino_function *chosen = NULL;
    bool known = false;
    bool hive = trino->session->dialect == TRINO_HIVE;
    for (size_t i = 0; i < COUNT_OF(functions) && chosen == NULL; i++) {
        if (!span_is_nocase(call->name, functions[i].name) || (hive && !functions[i].hive))
            continue;
        known = true;
        if (matches(&functions[i], call) && (!call->star || i == 0))
            chosen = &functions[i];
    }
    const char *name = trino_scope_lower(trino, call->name);
    if (name == NULL)
        return false;
    if (!known)
        return trino_scope_fail_at(trino, call, TRINO_NOT_SUPPORTED,
                                   "Function '%s' is not supported here", name);
    if (chosen == NULL)
        return fail_types(trino, call, name);
    call->found = chosen;
    const char *letter = chosen->arguments;
    for (struct tree *argument = call->first; argument != NULL; argument = argument->next)
        (void)fits(*letter++, &argument->result, &argument->coerce);
    return check_clauses(trino, call, chosen) && set_result(trino, call, chosen->result);
}
