/* SPDX-License-Identifier: Apache-2.0 */
/* trino_value.c - a function per kind of node; types come up from the children. */
#include "dialect/trino_value.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "dialect/trino_function.h"
#include "dialect/trino_literal.h"
#include "dialect/trino_moment.h"
#include "dialect/trino_query.h"
#include "dialect/trino_type.h"

/* Recursion is bounded: the parser bounds the depth of a tree.
 * NOLINTBEGIN(misc-no-recursion) */

#define QUERIES_DEEP_MAX 16
#define VERSION "476" /* whose answers these are */
/* Of one AND or OR.  The engine compares each with each before it runs, and hears no cancel then.
 */
#define TERMS_MAX 4096

static const struct engine_type boolean_type = {.kind = ENGINE_BOOLEAN};
static const struct engine_type text_type = {.kind = ENGINE_VARCHAR};

static bool check(struct trino *trino, struct tree *value, const struct trino_scope *scope);

static const char *name_of(const struct trino *trino, const struct engine_type *type)
{
    return trino_type_name(type, trino->arena);
}

bool trino_value_is_plain(const struct tree *value)
{
    if (value->kind == TREE_UNARY && (value->op == OP_MINUS || value->op == OP_PLUS))
        value = value->first;
    return value->kind == TREE_INTEGER || value->kind == TREE_DECIMAL || value->kind == TREE_DOUBLE;
}

bool trino_value_coerce(struct trino *trino, struct tree *value, const struct engine_type *type)
{
    if (engine_type_equal(&value->result, type)) {
        value->coerce = NULL;
        return true;
    }
    struct engine_type *kept = ARENA_NEW(trino->arena, struct engine_type, 1);
    if (kept == NULL)
        return trino_scope_no_memory(trino);
    *kept = *type;
    value->coerce = kept;
    return true;
}

static bool check_children(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    for (struct tree *child = value->first; child != NULL; child = child->next)
        if (!check(trino, child, scope))
            return false;
    return true;
}

/* --- arithmetic ---------------------------------------------------------------------------- */

static const char *op_symbol(enum tree_op op)
{
    static const char *const symbols[] = {
        [OP_EQUAL] = "=",
        [OP_NOT_EQUAL] = "<>",
        [OP_LESS] = "<",
        [OP_LESS_EQUAL] = "<=",
        [OP_GREATER] = ">",
        [OP_GREATER_EQUAL] = ">=",
        [OP_SAME] = "IS DISTINCT FROM",
        [OP_NOT_SAME] = "IS DISTINCT FROM",
        [OP_ADD] = "+",
        [OP_SUBTRACT] = "-",
        [OP_MULTIPLY] = "*",
        [OP_DIVIDE] = "/",
        [OP_MODULUS] = "%",
    };
    return op < COUNT_OF(symbols) && symbols[op] != NULL ? symbols[op] : "?";
}

static bool mismatch(struct trino *trino, const struct tree *value, const struct tree *left,
                     const struct tree *right)
{
    return trino_scope_fail(trino, value->op_line, value->op_column, TRINO_TYPE_MISMATCH,
                            "Cannot apply operator: %s %s %s", name_of(trino, &left->result),
                            op_symbol(value->op), name_of(trino, &right->result));
}

/* Of the result, by Trino's rules; division's and multiplication's operands keep their scales. */
static struct engine_type decimal_result(enum tree_op op, const struct engine_type *a,
                                         const struct engine_type *b)
{
    int scale = a->scale > b->scale ? a->scale : b->scale;
    int whole = a->precision - a->scale;
    if (b->precision - b->scale > whole)
        whole = b->precision - b->scale;
    int precision = whole + scale + 1;
    if (op == OP_MULTIPLY) {
        precision = a->precision + b->precision;
        scale = a->scale + b->scale;
    } else if (op == OP_DIVIDE) {
        precision = a->precision + b->scale + (b->scale > a->scale ? b->scale - a->scale : 0);
    }
    if (precision > TRINO_TYPE_PRECISION_MAX)
        precision = TRINO_TYPE_PRECISION_MAX;
    return (struct engine_type){.kind = ENGINE_DECIMAL, .precision = precision, .scale = scale};
}

static bool check_decimals(struct trino *trino, struct tree *value)
{
    struct tree *left = value->first;
    struct tree *right = left->next;
    struct engine_type a = trino_type_decimal_of(&left->result);
    struct engine_type b = trino_type_decimal_of(&right->result);
    if (value->op == OP_MODULUS)
        return trino_scope_fail(trino, value->op_line, value->op_column, TRINO_NOT_SUPPORTED,
                                "%% of decimals is not supported");
    value->result = decimal_result(value->op, &a, &b);
    if (value->result.scale > TRINO_TYPE_PRECISION_MAX)
        return trino_scope_fail(trino, value->op_line, value->op_column, TRINO_OTHER,
                                "DECIMAL scale must be in range [0, precision]");
    if (value->op == OP_MULTIPLY)
        return trino_value_coerce(trino, left, &a) && trino_value_coerce(trino, right, &b);
    struct engine_type both = value->result;
    if (value->op == OP_DIVIDE)
        both.precision = TRINO_TYPE_PRECISION_MAX;
    return trino_value_coerce(trino, left, &both) && trino_value_coerce(trino, right, &both);
}

/* A date or timestamp and an interval. */
static bool check_shift(struct trino *trino, struct tree *value)
{
    struct tree *left = value->first;
    struct tree *right = left->next;
    if (value->op == OP_ADD && left->result.kind == ENGINE_INTERVAL) {
        value->first = right; /* adding is the same both ways */
        right->next = left;
        left->next = NULL;
        value->last = left;
        left = value->first;
        right = left->next;
    }
    bool fits = trino_moment_is(&left->result) && right->kind == TREE_INTERVAL &&
                (value->op == OP_ADD || value->op == OP_SUBTRACT);
    if (!fits)
        return mismatch(trino, value, left, right);
    if (left->result.kind == ENGINE_DATE && right->index < 3)
        return trino_scope_fail(trino, value->op_line, value->op_column, TRINO_OTHER,
                                "Cannot add hour, minutes or seconds to a date");
    value->result = left->result;
    return true;
}

static bool check_arithmetic(struct trino *trino, struct tree *value)
{
    struct tree *left = value->first;
    struct tree *right = left->next;
    struct engine_type common;
    if (left->result.kind == ENGINE_INTERVAL || right->result.kind == ENGINE_INTERVAL)
        return check_shift(trino, value);
    bool numbers =
        trino_type_common(&left->result, &right->result, &common) && trino_type_is_number(&common);
    if (!numbers)
        return mismatch(trino, value, left, right);
    if (trino->session->dialect == TRINO_HIVE &&
        (value->op == OP_DIVIDE || value->op == OP_MODULUS))
        return trino_scope_fail(trino, value->op_line, value->op_column, TRINO_NOT_SUPPORTED,
                                "%s in Hive's SQL is not supported", op_symbol(value->op));
    if (common.kind == ENGINE_DECIMAL && left->result.kind != ENGINE_UNKNOWN &&
        right->result.kind != ENGINE_UNKNOWN)
        return check_decimals(trino, value);
    if (common.kind == ENGINE_DECIMAL)
        return trino_scope_fail(trino, value->op_line, value->op_column, TRINO_NOT_SUPPORTED,
                                "arithmetic of NULL and decimals is not supported");
    value->result = common;
    return trino_value_coerce(trino, left, &common) && trino_value_coerce(trino, right, &common);
}

static bool check_comparison(struct trino *trino, struct tree *value)
{
    struct tree *left = value->first;
    struct tree *right = left->next;
    struct engine_type common;
    value->result = boolean_type;
    if (!trino_type_common(&left->result, &right->result, &common) ||
        !trino_type_is_comparable(&common))
        return mismatch(trino, value, left, right);
    return trino_value_coerce(trino, left, &common) && trino_value_coerce(trino, right, &common);
}

/* a || b || c, and concat(a, b, c) */
static bool check_concat(struct trino *trino, struct tree *value)
{
    for (struct tree *child = value->first; child != NULL; child = child->next) {
        if (child->result.kind == ENGINE_UNKNOWN) {
            if (!trino_value_coerce(trino, child, &text_type))
                return false;
        } else if (child->result.kind != ENGINE_VARCHAR) {
            const struct tree *first = value->first;
            return trino_scope_fail(
                trino, value->op_line, value->op_column, TRINO_FUNCTION_NOT_FOUND,
                "Unexpected parameters (%s, %s) for function concat",
                name_of(trino, &first->result), name_of(trino, &first->next->result));
        }
    }
    value->result = text_type;
    return true;
}

static bool check_logic(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    size_t count = 0;
    value->result = boolean_type;
    for (struct tree *child = value->first; child != NULL; child = child->next) {
        if (++count > TERMS_MAX)
            return trino_scope_fail_at(trino, child, TRINO_OTHER,
                                       "%s of more than %d terms is not supported",
                                       value->op == OP_AND ? "AND" : "OR", TERMS_MAX);
        if (!check(trino, child, scope))
            return false;
        if (child->result.kind != ENGINE_BOOLEAN && child->result.kind != ENGINE_UNKNOWN)
            return trino_scope_fail_at(
                trino, child, TRINO_TYPE_MISMATCH, "%s must evaluate to a boolean (actual: %s)",
                value->op == OP_NOT ? "Value of logical NOT expression" : "Logical expression term",
                name_of(trino, &child->result));
        if (!trino_value_coerce(trino, child, &boolean_type))
            return false;
    }
    return true;
}

static bool check_binary(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    if (value->op == OP_AND || value->op == OP_OR)
        return check_logic(trino, value, scope);
    if (!check_children(trino, value, scope))
        return false;
    if (value->op == OP_CONCAT)
        return check_concat(trino, value);
    return value->op >= OP_ADD ? check_arithmetic(trino, value) : check_comparison(trino, value);
}

static bool check_unary(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    struct tree *child = value->first;
    if (value->op == OP_NOT)
        return check_logic(trino, value, scope);
    if (value->op == OP_MINUS && child->kind == TREE_INTEGER) { /* so that the smallest is one */
        const char *text = arena_printf(trino->arena, "-%.*s", (int)child->text.size,
                                        (const char *)child->text.data);
        if (text == NULL)
            return trino_scope_no_memory(trino);
        value->kind = TREE_INTEGER;
        value->text = span_of(text);
        value->first = NULL;
        return trino_literal_check(trino, value);
    }
    if (!check(trino, child, scope))
        return false;
    if (!trino_type_is_number(&child->result))
        return trino_scope_fail_at(trino, value, TRINO_TYPE_MISMATCH, "Cannot negate %s",
                                   name_of(trino, &child->result));
    value->result = child->result;
    return true;
}

/* --- predicates ---------------------------------------------------------------------------- */

/* All children from `first` on to their common type; false with *ok: there is none. */
static bool coerce_all(struct trino *trino, struct tree *first, struct engine_type *common,
                       bool *ok)
{
    *common = first->result;
    *ok = true;
    for (const struct tree *child = first->next; child != NULL; child = child->next)
        if (!trino_type_common(common, &child->result, common))
            return false;
    for (struct tree *child = first; child != NULL; child = child->next)
        if (!trino_value_coerce(trino, child, common))
            *ok = false;
    return true;
}

/* NaN equals nothing in Trino and itself in the engine: floats are compared with numbers only. */
static bool check_floats(struct trino *trino, const struct tree *value,
                         const struct engine_type *common, const char *what)
{
    if (!trino_type_is_float(common))
        return true;
    for (const struct tree *child = value->first->next; child != NULL; child = child->next)
        if (!trino_value_is_plain(child))
            return trino_scope_fail_at(trino, child, TRINO_NOT_SUPPORTED,
                                       "%s of %s with anything but numbers is not supported", what,
                                       name_of(trino, common));
    return true;
}

/* A query as a value: the engine's time for those within each other doubles with every few. */
static bool check_inner_query(struct trino *trino, const struct tree *value,
                              const struct trino_scope *scope)
{
    if (trino->query_depth == QUERIES_DEEP_MAX)
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "subqueries nested more than %d deep are not supported",
                                   QUERIES_DEEP_MAX);
    trino->query_depth++;
    bool ok = trino_query_check(trino, value->query, scope);
    trino->query_depth--;
    return ok;
}

static bool check_in_query(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    if (!check_inner_query(trino, value, scope))
        return false;
    const struct trino_outputs *outputs = value->query->found;
    struct engine_type common;
    if (outputs->count != 1)
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "Multiple columns returned by subquery are not yet supported. "
                                   "Found %zu",
                                   outputs->count);
    if (!trino_type_common(&value->first->result, &outputs->items[0].type, &common) ||
        !trino_type_is_comparable(&common))
        return trino_scope_fail_at(
            trino, value, TRINO_TYPE_MISMATCH,
            "value and result of subquery must be of the same type for IN expression: %s vs %s",
            name_of(trino, &value->first->result), name_of(trino, &outputs->items[0].type));
    if (trino_type_is_float(&common))
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "IN of a query with %s is not supported",
                                   name_of(trino, &common));
    if (!engine_type_equal(&common, &outputs->items[0].type) && common.kind != ENGINE_VARCHAR)
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "IN of a query of another type is not supported; cast it to %s",
                                   name_of(trino, &common));
    return trino_value_coerce(trino, value->first, &common);
}

static bool check_in(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    struct engine_type common;
    bool ok = true;
    value->result = boolean_type;
    if (!check_children(trino, value, scope))
        return false;
    if (value->query != NULL)
        return check_in_query(trino, value, scope);
    if (!coerce_all(trino, value->first, &common, &ok) || !trino_type_is_comparable(&common))
        return trino_scope_fail_at(trino, value, TRINO_TYPE_MISMATCH,
                                   "IN value and list items must be the same type or coercible to "
                                   "a common type. Cannot find common type between %s and the list",
                                   name_of(trino, &value->first->result));
    return ok && check_floats(trino, value, &common, "IN");
}

static bool check_between(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    struct engine_type common;
    bool ok = true;
    value->result = boolean_type;
    if (!check_children(trino, value, scope))
        return false;
    const struct tree *low = value->first->next;
    if (!coerce_all(trino, value->first, &common, &ok) || !trino_type_is_comparable(&common))
        return trino_scope_fail_at(
            trino, value, TRINO_TYPE_MISMATCH, "Cannot check if %s is BETWEEN %s and %s",
            name_of(trino, &value->first->result), name_of(trino, &low->result),
            name_of(trino, &low->next->result));
    return ok && check_floats(trino, value, &common, "BETWEEN");
}

static bool check_pattern(struct trino *trino, const struct tree *pattern,
                          const struct tree *escape)
{
    if (pattern->kind != TREE_TEXT || escape->kind != TREE_TEXT)
        return trino_scope_fail_at(trino, pattern, TRINO_NOT_SUPPORTED,
                                   "ESCAPE with a pattern that is no literal is not supported");
    if (escape->text.size != 1)
        return trino_scope_fail_at(trino, escape, TRINO_OTHER,
                                   "Escape string must be a single character");
    char character = *(const char *)escape->text.data;
    if (character == '%') /* the engine takes two of them for two runs at the end of a text */
        return trino_scope_fail_at(trino, escape, TRINO_NOT_SUPPORTED,
                                   "ESCAPE '%%' is not supported");
    return tree_escapes_fit(pattern->text, character) ||
           trino_scope_fail_at(trino, pattern, TRINO_OTHER,
                               "Escape character must be followed by '%%', '_' or the escape "
                               "character itself");
}

/* A backslash escapes in Hive's patterns, and without one the engine's answer is Hive's. */
static bool check_hive_pattern(struct trino *trino, const struct tree *pattern)
{
    bool plain =
        pattern->kind == TREE_TEXT &&
        (pattern->text.size == 0 || memchr(pattern->text.data, '\\', pattern->text.size) == NULL);
    return (pattern->next == NULL && (plain || pattern->kind == TREE_NULL)) ||
           trino_scope_fail_at(trino, pattern, TRINO_NOT_SUPPORTED,
                               "LIKE in Hive's SQL is supported with a literal that has no "
                               "backslash, and without ESCAPE");
}

static bool check_like(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    static const char *const parts[] = {"Left side of LIKE expression",
                                        "Pattern for LIKE expression",
                                        "Escape for LIKE expression"};
    size_t part = 0;
    value->result = boolean_type;
    if (!check_children(trino, value, scope))
        return false;
    for (struct tree *child = value->first; child != NULL; child = child->next, part++) {
        assert(part < COUNT_OF(parts));
        if (child->result.kind != ENGINE_VARCHAR && child->result.kind != ENGINE_UNKNOWN)
            return trino_scope_fail_at(trino, child, TRINO_TYPE_MISMATCH,
                                       "%s must evaluate to a varchar (actual: %s)", parts[part],
                                       name_of(trino, &child->result));
        if (child->result.kind == ENGINE_UNKNOWN && !trino_value_coerce(trino, child, &text_type))
            return false;
    }
    assert(value->first != NULL && value->first->next != NULL);
    const struct tree *pattern = value->first->next;
    if (trino->session->dialect == TRINO_HIVE)
        return check_hive_pattern(trino, pattern);
    return pattern->next == NULL || check_pattern(trino, pattern, pattern->next);
}

/* --- CASE, COALESCE and their like --------------------------------------------------------- */

static bool no_common(struct trino *trino, const struct tree *at, const char *what)
{
    return trino_scope_fail_at(trino, at, TRINO_TYPE_MISMATCH,
                               "All %s must be the same type or coercible to a common type", what);
}

/* The parser gave each WHEN its THEN. */
static struct tree *after_pair(const struct tree *when)
{
    assert(when->next != NULL);
    return when->next->next;
}

/* WHEN against the operand, or each WHEN a condition. */
static bool check_whens(struct trino *trino, struct tree *value)
{
    struct tree *operand = value->has_operand ? value->first : NULL;
    struct tree *when = value->has_operand ? value->first->next : value->first;
    struct engine_type common = operand == NULL ? boolean_type : operand->result;
    struct tree *else_value = value->has_else ? value->last : NULL;
    for (struct tree *at = when; operand != NULL && at != NULL && at != else_value;
         at = after_pair(at))
        if (!trino_type_common(&common, &at->result, &common) || !trino_type_is_comparable(&common))
            return trino_scope_fail_at(trino, at, TRINO_TYPE_MISMATCH,
                                       "CASE operand type does not match WHEN clause operand type: "
                                       "%s vs %s",
                                       name_of(trino, &operand->result),
                                       name_of(trino, &at->result));
    for (struct tree *at = when; at != NULL && at != else_value; at = after_pair(at)) {
        if (operand == NULL && at->result.kind != ENGINE_BOOLEAN &&
            at->result.kind != ENGINE_UNKNOWN)
            return trino_scope_fail_at(trino, at, TRINO_TYPE_MISMATCH,
                                       "CASE WHEN clause must evaluate to a boolean (actual: %s)",
                                       name_of(trino, &at->result));
        if (operand != NULL && trino_type_is_float(&common) && !trino_value_is_plain(at))
            return trino_scope_fail_at(trino, at, TRINO_NOT_SUPPORTED,
                                       "WHEN of %s with anything but a number is not supported",
                                       name_of(trino, &common));
        if (!trino_value_coerce(trino, at, &common))
            return false;
    }
    return operand == NULL || trino_value_coerce(trino, operand, &common);
}

static bool check_thens(struct trino *trino, struct tree *value)
{
    struct tree *when = value->has_operand ? value->first->next : value->first;
    struct tree *else_value = value->has_else ? value->last : NULL;
    struct engine_type common = {.kind = ENGINE_UNKNOWN};
    for (struct tree *at = when; at != NULL && at != else_value; at = after_pair(at))
        if (!trino_type_common(&common, &at->next->result, &common))
            return no_common(trino, at->next, "CASE results");
    if (else_value != NULL && !trino_type_common(&common, &else_value->result, &common))
        return no_common(trino, else_value, "CASE results");
    for (struct tree *at = when; at != NULL && at != else_value; at = after_pair(at))
        if (!trino_value_coerce(trino, at->next, &common))
            return false;
    value->result = common;
    return else_value == NULL || trino_value_coerce(trino, else_value, &common);
}

static bool check_case(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    return check_children(trino, value, scope) && check_whens(trino, value) &&
           check_thens(trino, value);
}

static bool check_coalesce(struct trino *trino, struct tree *call)
{
    static const struct trino_function row = {"coalesce", "", '1', "coalesce($*)", false, true};
    bool ok = true;
    if (call->first == NULL || call->first->next == NULL)
        return trino_scope_fail_at(trino, call, TRINO_OTHER,
                                   "The 'coalesce' function must have at least two arguments");
    call->found = &row;
    if (!coerce_all(trino, call->first, &call->result, &ok))
        return no_common(trino, call, "COALESCE operands");
    return ok;
}

static bool check_nullif(struct trino *trino, struct tree *call)
{
    static const struct trino_function row = {"nullif", "", '1', "nullif($1, $2)", false, true};
    static const struct trino_function cast = {"nullif", "",  '1', "CAST(nullif($1, $2) AS $T)",
                                               false,    true};
    bool ok = true;
    struct engine_type common;
    if (call->first == NULL || call->first->next == NULL || call->first->next->next != NULL)
        return trino_scope_fail_at(trino, call, TRINO_OTHER,
                                   "Invalid number of arguments for 'nullif' function");
    if (!coerce_all(trino, call->first, &common, &ok) || !trino_type_is_comparable(&common))
        return trino_scope_fail_at(
            trino, call, TRINO_TYPE_MISMATCH, "Types are not comparable with NULLIF: %s vs %s",
            name_of(trino, &call->first->result), name_of(trino, &call->first->next->result));
    call->result = call->first->result;
    bool same = common.kind == call->result.kind && common.kind != ENGINE_DECIMAL;
    call->found = same || common.kind == ENGINE_UNKNOWN ? &row : &cast;
    return ok && check_floats(trino, call, &common, "NULLIF");
}

static bool check_if(struct trino *trino, struct tree *call)
{
    size_t count = 0;
    for (const struct tree *argument = call->first; argument != NULL; argument = argument->next)
        count++;
    if (count != 2 && count != 3)
        return trino_scope_fail_at(trino, call, TRINO_OTHER,
                                   "Invalid number of arguments for 'if' function");
    call->kind = TREE_CASE;
    call->has_else = count == 3;
    return check_whens(trino, call) && check_thens(trino, call);
}

/* --- functions of their own kind ----------------------------------------------------------- */

static bool become_text(struct trino *trino, struct tree *call, const char *text)
{
    if (text == NULL)
        return trino_scope_no_memory(trino);
    call->kind = TREE_TEXT;
    call->text = span_of(text);
    call->first = NULL;
    call->result = (struct engine_type){.kind = ENGINE_VARCHAR, .precision = (int)strlen(text)};
    if (call->result.precision == 0)
        call->result.precision = 1;
    return true;
}

static bool check_typeof(struct trino *trino, struct tree *call)
{
    if (call->first == NULL || call->first->next != NULL)
        return trino_scope_fail_at(trino, call, TRINO_FUNCTION_NOT_FOUND,
                                   "Unexpected parameters for function typeof");
    if (call->first->result.child_count > 0)
        return trino_scope_fail_at(trino, call, TRINO_NOT_SUPPORTED,
                                   "typeof of a nested type is not supported");
    bool ok = become_text(trino, call, name_of(trino, &call->first->result));
    call->result = text_type;
    return ok;
}

static bool check_try(struct trino *trino, struct tree *call)
{
    static const struct trino_function row = {"try", "", '1', "TRY($1)", false, false};
    if (call->first == NULL || call->first->next != NULL)
        return trino_scope_fail_at(trino, call, TRINO_OTHER,
                                   "The 'try' function must have exactly one argument");
    call->found = &row;
    call->result = call->first->result;
    return true;
}

static bool check_mod(struct trino *trino, struct tree *call)
{
    if (call->first == NULL || call->first->next == NULL || call->first->next->next != NULL)
        return trino_scope_fail_at(trino, call, TRINO_FUNCTION_NOT_FOUND,
                                   "Unexpected parameters for function mod");
    call->kind = TREE_BINARY;
    call->op = OP_MODULUS;
    call->op_line = call->line;
    call->op_column = call->column;
    return check_arithmetic(trino, call);
}

static bool check_concat_call(struct trino *trino, struct tree *call)
{
    if (call->first == NULL || call->first->next == NULL)
        return trino_scope_fail_at(trino, call, TRINO_OTHER,
                                   "There must be two or more concatenation arguments");
    call->kind = TREE_BINARY;
    call->op = OP_CONCAT;
    call->op_line = call->line;
    call->op_column = call->column;
    return check_concat(trino, call);
}

static bool check_cast_to(struct trino *trino, struct tree *value)
{
    struct tree *child = value->first;
    if (!trino_type_castable(&child->result, &value->result)) {
        bool known = child->result.kind == ENGINE_ARRAY || child->result.kind == ENGINE_MAP ||
                     child->result.kind == ENGINE_ROW;
        return trino_scope_fail_at(trino, value, known ? TRINO_TYPE_MISMATCH : TRINO_NOT_SUPPORTED,
                                   known ? "Cannot cast %s to %s"
                                         : "a cast of %s to %s is not supported",
                                   name_of(trino, &child->result), name_of(trino, &value->result));
    }
    return trino_value_coerce(trino, child, &value->result);
}

static bool check_date_call(struct trino *trino, struct tree *call)
{
    if (call->first == NULL || call->first->next != NULL)
        return trino_scope_fail_at(trino, call, TRINO_FUNCTION_NOT_FOUND,
                                   "Unexpected parameters for function date");
    call->kind = TREE_CAST;
    call->result = (struct engine_type){.kind = ENGINE_DATE};
    return check_cast_to(trino, call);
}

static const struct {
    const char *name;
    bool (*check)(struct trino *trino, struct tree *call);
    bool hive;
} special_calls[] = {
    {"coalesce", check_coalesce, true},
    {"nullif", check_nullif, true},
    {"if", check_if, true},
    {"typeof", check_typeof, false},
    {"try", check_try, false},
    {"mod", check_mod, false},
    {"concat", check_concat_call, true},
    {"date", check_date_call, false},
    {"date_trunc", trino_moment_truncate, false},
    {"date_add", trino_moment_add, false},
    {"date_diff", trino_moment_difference, false},
    {"extract", trino_moment_extract, false},
};

static bool check_aggregate(struct trino *trino, struct tree *call, const struct trino_scope *scope)
{
    struct trino_scope inner = *scope;
    inner.aggregates = false;
    inner.clause = "An aggregate's argument";
    if (!scope->aggregates)
        return trino_scope_fail_at(trino, call, TRINO_OTHER,
                                   "%s cannot contain aggregations, window functions or grouping "
                                   "operations",
                                   scope->clause);
    if (!check_children(trino, call, &inner))
        return false;
    if (call->filter != NULL &&
        !trino_value_check_condition(trino, call->filter, &inner, "FILTER clause"))
        return false;
    for (struct tree_order *order = call->order; order != NULL; order = order->next) {
        if (!trino_value_check(trino, order->value, &inner))
            return false;
        if (!trino_type_is_comparable(&order->value->result))
            return trino_scope_fail_at(trino, order->value, TRINO_TYPE_MISMATCH,
                                       "ORDER BY can only be applied to orderable types");
    }
    trino->met_aggregate = true;
    return trino_function_choose(trino, call);
}

static bool check_call(struct trino *trino, struct tree *call, const struct trino_scope *scope)
{
    bool hive = trino->session->dialect == TRINO_HIVE;
    if (trino_function_is_aggregate(call->name))
        return check_aggregate(trino, call, scope);
    if (call->star)
        return trino_scope_fail_at(trino, call, TRINO_OTHER, "* is only an argument of count");
    if (span_is_nocase(call->name, "version") && call->first == NULL &&
        trino->session->dialect == TRINO_TRINO) {
        bool ok = become_text(trino, call, VERSION);
        call->result = text_type;
        return ok;
    }
    if (!check_children(trino, call, scope))
        return false;
    for (size_t i = 0; i < COUNT_OF(special_calls); i++) {
        if (!span_is_nocase(call->name, special_calls[i].name) || (hive && !special_calls[i].hive))
            continue;
        if (call->distinct || call->filter != NULL || call->order != NULL)
            return trino_scope_fail_at(trino, call, TRINO_OTHER,
                                       "DISTINCT, FILTER and ORDER BY are "
                                       "only for aggregates");
        return special_calls[i].check(trino, call);
    }
    return trino_function_choose(trino, call);
}

/* --- names --------------------------------------------------------------------------------- */

/* Words that are functions without parentheses in Trino's and Presto's SQL, and never columns. */
static bool refuse_keyword(struct trino *trino, const struct tree *value)
{
    static const char *const words[] = {"current_time", "localtime", "localtimestamp",
                                        "current_path"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (trino->session->dialect != TRINO_HIVE && span_is_nocase(value->name, words[i]))
            return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                       "Function '%s' is not supported here", words[i]);
    return true;
}

static bool check_keyword(struct trino *trino, struct tree *value, bool *found)
{
    static const struct trino_function today = {
        "current_date", "", 'D', "CAST(timezone($z, now()) AS DATE)", false, true};
    static const struct trino_function now = {"current_timestamp", "", 'Z', "now()", false, false};
    const struct trino_session *session = trino->session;
    const struct {
        const char *name;
        const char *text;
    } texts[] = {
        {"current_user", session->user},
        {"current_catalog", session->catalog},
        {"current_schema", session->schema},
    };
    *found = true;
    if (span_is_nocase(value->name, "current_date")) {
        value->kind = TREE_CALL;
        value->found = &today;
        value->result = (struct engine_type){.kind = ENGINE_DATE};
        return true;
    }
    if (span_is_nocase(value->name, "current_timestamp")) {
        value->kind = TREE_CALL;
        value->found = &now;
        value->result = (struct engine_type){.kind = ENGINE_TIMESTAMP_TZ, .precision = 3};
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (!span_is_nocase(value->name, texts[i].name))
            continue;
        bool ok = become_text(trino, value, texts[i].text == NULL ? "" : texts[i].text);
        value->result = text_type;
        return ok;
    }
    *found = false;
    return refuse_keyword(trino, value);
}

/* In ORDER BY a name is first what the SELECT calls so. */
static bool check_alias(struct trino *trino, struct tree *value, const struct trino_scope *scope,
                        bool *found)
{
    const struct tree *target = NULL;
    const char *name = scope->aliases == NULL ? NULL : trino_scope_lower(trino, value->name);
    *found = false;
    if (name == NULL)
        return scope->aliases == NULL;
    for (const struct tree_item *item = scope->aliases; item != NULL; item = item->next) {
        if (item->alias.size == 0 || !span_is_nocase(item->alias, name))
            continue;
        if (target != NULL && !trino_value_equal(target, item->value))
            return trino_scope_fail_at(trino, value, TRINO_AMBIGUOUS_NAME,
                                       "Column '%s' is ambiguous", name);
        target = item->value;
    }
    if (target == NULL)
        return true;
    struct tree *next = value->next;
    *value = *target; /* checked already; its children are shared */
    value->next = next;
    *found = true;
    return true;
}

static bool check_name(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    bool found = false;
    if (!check_alias(trino, value, scope, &found))
        return false;
    if (!found && !value->quoted && !check_keyword(trino, value, &found))
        return false;
    return found || trino_scope_resolve(trino, value, scope);
}

static bool check_field(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    struct tree *root = value;
    while (root->kind == TREE_FIELD)
        root = root->first;
    if (root->kind == TREE_NAME)
        return trino_scope_resolve(trino, value, scope);
    return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                               "a field of anything but a column is not supported");
}

/* --- queries as values, casts -------------------------------------------------------------- */

static bool check_query(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    bool met = trino->met_aggregate;
    if (!check_inner_query(trino, value, scope))
        return false;
    trino->met_aggregate = met; /* its aggregates are its own */
    const struct trino_outputs *outputs = value->query->found;
    if (value->kind == TREE_EXISTS) {
        value->result = boolean_type;
        return true;
    }
    if (outputs->count != 1)
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "Multiple columns returned by subquery are not yet supported. "
                                   "Found %zu",
                                   outputs->count);
    value->result = outputs->items[0].type;
    return true;
}

static bool check_cast(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    struct tree at = {.line = value->type->line, .column = value->type->column};
    if (!trino_type_read(value->type, &value->result))
        return trino_scope_fail_at(trino, &at, TRINO_NOT_SUPPORTED,
                                   "the type %s is not supported here", value->type->name);
    if (trino->session->dialect == TRINO_HIVE)
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "CAST in Hive's SQL is not supported");
    return check(trino, value->first, scope) && check_cast_to(trino, value);
}

static bool refuse_kind(struct trino *trino, const struct tree *value)
{
    const char *what = value->kind == TREE_ROW         ? "ROW"
                       : value->kind == TREE_ARRAY     ? "ARRAY"
                       : value->kind == TREE_SUBSCRIPT ? "a subscript"
                       : value->kind == TREE_PARAMETER ? "a parameter"
                                                       : "* here";
    return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED, "%s is not supported", what);
}

static bool check(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    switch (value->kind) {
    case TREE_NULL:
        value->result.kind = ENGINE_UNKNOWN;
        return true;
    case TREE_BOOLEAN:
        value->result = boolean_type;
        return true;
    case TREE_INTEGER:
    case TREE_DECIMAL:
    case TREE_DOUBLE:
    case TREE_TEXT:
    case TREE_BYTES:
    case TREE_LITERAL:
    case TREE_INTERVAL:
        return trino_literal_check(trino, value);
    case TREE_NAME:
        return check_name(trino, value, scope);
    case TREE_FIELD:
        return check_field(trino, value, scope);
    case TREE_CALL:
        return check_call(trino, value, scope);
    case TREE_CAST:
        return check_cast(trino, value, scope);
    case TREE_UNARY:
        return check_unary(trino, value, scope);
    case TREE_BINARY:
        return check_binary(trino, value, scope);
    case TREE_IS_NULL:
        value->result = boolean_type;
        return check(trino, value->first, scope);
    case TREE_IN:
        return check_in(trino, value, scope);
    case TREE_BETWEEN:
        return check_between(trino, value, scope);
    case TREE_LIKE:
        return check_like(trino, value, scope);
    case TREE_CASE:
        return check_case(trino, value, scope);
    case TREE_EXISTS:
    case TREE_QUERY:
        return check_query(trino, value, scope);
    case TREE_STAR:
    case TREE_ROW:
    case TREE_ARRAY:
    case TREE_SUBSCRIPT:
    case TREE_PARAMETER:
        break;
    }
    return refuse_kind(trino, value);
}

bool trino_value_check(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    return check(trino, value, scope);
}

bool trino_value_check_condition(struct trino *trino, struct tree *value,
                                 const struct trino_scope *scope, const char *clause)
{
    if (!check(trino, value, scope))
        return false;
    if (value->result.kind != ENGINE_BOOLEAN && value->result.kind != ENGINE_UNKNOWN)
        return trino_scope_fail_at(trino, value, TRINO_TYPE_MISMATCH,
                                   "%s must evaluate to a boolean: actual type %s", clause,
                                   name_of(trino, &value->result));
    return trino_value_coerce(trino, value, &boolean_type);
}

bool trino_value_equal(const struct tree *a, const struct tree *b)
{
    if (a->kind != b->kind || a->op != b->op || a->negated != b->negated ||
        a->distinct != b->distinct || a->star != b->star || a->query != NULL || b->query != NULL ||
        a->filter != NULL || b->filter != NULL || a->order != NULL || b->order != NULL ||
        !span_equal(a->text, b->text) || !engine_type_equal(&a->result, &b->result))
        return false;
    if (a->kind == TREE_NAME || a->kind == TREE_FIELD || a->kind == TREE_CALL) {
        if (a->found != b->found || a->index != b->index)
            return false;
    }
    if (a->kind == TREE_INTERVAL && a->index != b->index)
        return false;
    const struct tree *left = a->first;
    const struct tree *right = b->first;
    for (; left != NULL && right != NULL; left = left->next, right = right->next)
        if (!trino_value_equal(left, right))
            return false;
    return left == NULL && right == NULL;
}

/* NOLINTEND(misc-no-recursion) */
