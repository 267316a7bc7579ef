/* SPDX-License-Identifier: Apache-2.0 */
/* spark_value.c - Spark's non-ANSI coercions and casts, as far as each is known to give its answer.
 *
 * Checking notes in each node the type it has (`result`) and, where the parent
 * wants another, that one (`coerce`); printing writes the cast between them. */
#include "dialect/spark_value.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dialect/cursor.h"
#include "dialect/spark_cast.h"
#include "engine/query.h"

/* Recursion is bounded: the parser bounds the depth of a tree.
 * NOLINTBEGIN(misc-no-recursion) */

static const struct engine_type boolean_type = {.kind = ENGINE_BOOLEAN};
static const struct engine_type real_type = {.kind = ENGINE_REAL};
static const struct engine_type double_type = {.kind = ENGINE_DOUBLE};
static const struct engine_type text_type = {.kind = ENGINE_VARCHAR};
/* Holds each bigint and each decimal literal that is allowed, exactly. */
static const struct engine_type wide_decimal = {ENGINE_DECIMAL, 38, 18, 0, NULL, NULL};

static bool infer(struct spark *spark, struct tree *value, const struct spark_scope *scope);

bool spark_value_fail(const struct spark *spark, const struct tree *at, enum err_kind kind,
                      const char *fmt, ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    err_set(spark->err, kind, "%s", text);
    spark->err->line = at->line;
    spark->err->column = at->column;
    return false;
}

/* --- types --------------------------------------------------------------------------------- */

const char *spark_value_type_name(const struct spark *spark, const struct engine_type *type)
{
    switch (type->kind) {
    case ENGINE_BOOLEAN:
        return "boolean";
    case ENGINE_TINYINT:
        return "tinyint";
    case ENGINE_SMALLINT:
        return "smallint";
    case ENGINE_INTEGER:
        return "int";
    case ENGINE_BIGINT:
        return "bigint";
    case ENGINE_REAL:
        return "float";
    case ENGINE_DOUBLE:
        return "double";
    case ENGINE_DECIMAL: {
        const char *name =
            arena_printf(spark->arena, "decimal(%d,%d)", type->precision, type->scale);
        return name == NULL ? "decimal" : name;
    }
    case ENGINE_VARCHAR:
        return "string";
    case ENGINE_VARBINARY:
        return "binary";
    case ENGINE_TIMESTAMP_TZ:
        return "timestamp";
    case ENGINE_ROW:
        return "struct";
    case ENGINE_UNKNOWN:
        return "void";
    case ENGINE_HUGEINT:
    case ENGINE_DATE:
    case ENGINE_TIME:
    case ENGINE_TIMESTAMP:
    case ENGINE_INTERVAL:
    case ENGINE_ARRAY:
    case ENGINE_MAP:
        break;
    }
    return engine_type_name(type->kind);
}

static const struct {
    const char *name;
    enum engine_kind kind;
} type_names[] = {
    {"string", ENGINE_VARCHAR},  {"boolean", ENGINE_BOOLEAN},  {"byte", ENGINE_TINYINT},
    {"tinyint", ENGINE_TINYINT}, {"short", ENGINE_SMALLINT},   {"smallint", ENGINE_SMALLINT},
    {"int", ENGINE_INTEGER},     {"integer", ENGINE_INTEGER},  {"long", ENGINE_BIGINT},
    {"bigint", ENGINE_BIGINT},   {"float", ENGINE_REAL},       {"real", ENGINE_REAL},
    {"double", ENGINE_DOUBLE},   {"binary", ENGINE_VARBINARY}, {"timestamp", ENGINE_TIMESTAMP_TZ},
};

static bool find_type(const struct spark *spark, const struct tree_type *type,
                      struct engine_type *found)
{
    struct tree at = {.line = type->line, .column = type->column};
    *found = (struct engine_type){0};
    for (size_t i = 0; i < COUNT_OF(type_names); i++) {
        if (strcmp(type->name, type_names[i].name) == 0 && type->argument_count == 0 &&
            !type->with_time_zone) {
            found->kind = type_names[i].kind;
            return true;
        }
    }
    return spark_value_fail(spark, &at, ERR_UNSUPPORTED, "the type %s is not supported here",
                            type->name);
}

/* --- names --------------------------------------------------------------------------------- */

static int small(char c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool same_name(struct span a, struct span b)
{
    /* Spark's default resolver ignores case; names beyond ASCII compare as they are. */
    if (a.size != b.size)
        return false;
    const char *left = a.data;
    const char *right = b.data;
    for (size_t i = 0; i < a.size; i++) {
        if (small(left[i]) != small(right[i]))
            return false;
    }
    return true;
}

const struct spark_input *spark_value_find(const struct spark *spark, const struct tree *at,
                                           struct span name, const struct spark_scope *scope)
{
    const struct spark_input *found = NULL;
    int size = name.size < 100 ? (int)name.size : 100;
    for (size_t i = 0; i < scope->input_count; i++) {
        if (!same_name(scope->inputs[i].name, name))
            continue;
        if (found != NULL) {
            spark_value_fail(spark, at, ERR_MALFORMED, "Reference `%.*s` is ambiguous", size,
                             (const char *)name.data);
            return NULL;
        }
        found = &scope->inputs[i];
    }
    if (found == NULL)
        spark_value_fail(spark, at, ERR_NOT_FOUND, "Column `%.*s` cannot be resolved", size,
                         (const char *)name.data);
    return found;
}

static bool has_input(const struct spark_scope *scope, struct span name)
{
    for (size_t i = 0; i < scope->input_count; i++)
        if (same_name(scope->inputs[i].name, name))
            return true;
    return false;
}

static bool infer_name(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    const struct spark_input *input = spark_value_find(spark, value, value->name, scope);
    if (input == NULL)
        return false;
    value->found = input;
    value->result = input->type;
    return true;
}

/* alias.column, else a field of a struct */
static bool infer_field(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    struct tree *base = value->first;
    bool qualified =
        base->kind == TREE_NAME && scope->alias.size > 0 && same_name(base->name, scope->alias);
    if (qualified && (has_input(scope, value->name) || !has_input(scope, base->name))) {
        value->kind = TREE_NAME;
        return infer_name(spark, value, scope);
    }
    if (!infer(spark, base, scope))
        return false;
    if (base->result.kind != ENGINE_ROW)
        return spark_value_fail(spark, value, ERR_MALFORMED, "a %s has no fields",
                                spark_value_type_name(spark, &base->result));
    size_t matches = 0;
    for (size_t i = 0; i < base->result.child_count; i++) {
        if (!same_name(span_of(base->result.names[i]), value->name))
            continue;
        value->index = i;
        matches++;
    }
    int size = value->name.size < 100 ? (int)value->name.size : 100;
    if (matches > 1)
        return spark_value_fail(spark, value, ERR_MALFORMED, "Ambiguous reference to fields `%.*s`",
                                size, (const char *)value->name.data);
    if (matches == 0)
        return spark_value_fail(spark, value, ERR_NOT_FOUND, "No such struct field `%.*s`", size,
                                (const char *)value->name.data);
    value->result = text_type;
    return true;
}

/* --- literals ------------------------------------------------------------------------------ */

static bool infer_double(const struct spark *spark, struct tree *value)
{
    const char *text = arena_string(spark->arena, value->text);
    value->result = double_type;
    if (value->suffix != 0 && value->suffix != 'D')
        return spark_value_fail(spark, value, ERR_UNSUPPORTED, "the suffix of this number");
    return (text != NULL && isfinite(strtod(text, NULL))) ||
           spark_value_fail(spark, value, ERR_MALFORMED, "a number that is out of range");
}

/* A whole number with its sign, which belongs to it: the smallest of a type is one. */
static bool infer_whole(struct spark *spark, struct tree *value, bool negative)
{
    int64_t number = 0;
    const char *text = arena_printf(spark->arena, "%s%.*s", negative ? "-" : "",
                                    (int)value->text.size, (const char *)value->text.data);
    bool fits = text != NULL && span_to_i64(span_of(text), &number);
    enum engine_kind kind =
        number >= INT32_MIN && number <= INT32_MAX && fits ? ENGINE_INTEGER : ENGINE_BIGINT;
    switch (value->suffix) {
    case 'L':
        kind = ENGINE_BIGINT;
        break;
    case 'S':
        kind = ENGINE_SMALLINT;
        fits = fits && number >= INT16_MIN && number <= INT16_MAX;
        break;
    case 'Y':
        kind = ENGINE_TINYINT;
        fits = fits && number >= INT8_MIN && number <= INT8_MAX;
        break;
    case 'D':
        return infer_double(spark, value);
    case 'F':
    case 'B':
        return spark_value_fail(spark, value, ERR_UNSUPPORTED, "the suffix of this number");
    default:
        break;
    }
    value->result = (struct engine_type){.kind = kind};
    return fits || spark_value_fail(spark, value, ERR_MALFORMED, "a number that is out of range");
}

static bool infer_decimal(struct spark *spark, struct tree *value)
{
    if (value->suffix != 0)
        return infer_double(spark, value);
    const char *text = value->text.data;
    const char *point = memchr(text, '.', value->text.size);
    size_t whole = 0;
    for (const char *c = text; c < point; c++)
        whole += whole > 0 || *c != '0';
    size_t scale = value->text.size - (size_t)(point - text) - 1;
    if (whole + scale > 18)
        return spark_value_fail(spark, value, ERR_UNSUPPORTED, "a decimal of more than 18 digits");
    value->result = (struct engine_type){.kind = ENGINE_DECIMAL,
                                         .precision = (int)(whole + scale == 0 ? 1 : whole + scale),
                                         .scale = (int)scale};
    return true;
}

/* -5: the sign belongs to the number, and nothing else takes one here. */
static bool infer_sign(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    struct tree *number = value->first;
    if (number->kind != TREE_INTEGER && number->kind != TREE_DECIMAL && number->kind != TREE_DOUBLE)
        return spark_value_fail(spark, value, ERR_UNSUPPORTED, "arithmetic is not supported");
    bool ok = number->kind == TREE_INTEGER ? infer_whole(spark, number, value->op == OP_MINUS)
                                           : infer(spark, number, scope);
    if (!ok)
        return false;
    value->result = number->result;
    return true;
}

/* --- comparisons --------------------------------------------------------------------------- */

/* The type in which Spark compares the two; NULL: not one that is supported. */
static const struct engine_type *common_type(const struct engine_type *a,
                                             const struct engine_type *b)
{
    if (a->kind == ENGINE_UNKNOWN)
        return b->kind == ENGINE_ROW ? NULL : b;
    if (b->kind == ENGINE_UNKNOWN)
        return common_type(b, a);
    if (a->kind == b->kind)
        return a->kind == ENGINE_ROW ? NULL : a->kind == ENGINE_DECIMAL ? &wide_decimal : a;
    if (engine_type_is_whole(a->kind) && engine_type_is_whole(b->kind))
        return engine_type_whole_bits(a->kind) > engine_type_whole_bits(b->kind) ? a : b;
    if (engine_type_is_whole(b->kind) || b->kind == ENGINE_VARCHAR) {
        /* the other order is the same */
        if (engine_type_is_whole(a->kind) || a->kind == ENGINE_BOOLEAN || a->kind == ENGINE_DOUBLE)
            return b->kind == ENGINE_VARCHAR || a->kind == ENGINE_DOUBLE ? a : NULL;
        if (a->kind == ENGINE_REAL)
            return b->kind == ENGINE_VARCHAR ? NULL : &real_type;
        if (a->kind == ENGINE_DECIMAL)
            return b->kind == ENGINE_VARCHAR ? &double_type : &wide_decimal;
        return a->kind == ENGINE_VARCHAR ? common_type(b, a) : NULL;
    }
    if (engine_type_is_whole(a->kind) || a->kind == ENGINE_VARCHAR)
        return common_type(b, a);
    bool floats =
        (a->kind == ENGINE_DOUBLE || a->kind == ENGINE_REAL || a->kind == ENGINE_DECIMAL) &&
        (b->kind == ENGINE_DOUBLE || b->kind == ENGINE_REAL || b->kind == ENGINE_DECIMAL);
    return floats ? &double_type : NULL;
}

static bool coerce(struct spark *spark, struct tree *value, const struct engine_type *type)
{
    bool literal = value->result.kind == ENGINE_DECIMAL &&
                   (type->kind == ENGINE_DOUBLE || type->kind == ENGINE_DECIMAL);
    if (!literal && !spark_cast_possible(value->result.kind, type->kind))
        return spark_value_fail(spark, value, ERR_UNSUPPORTED, "a %s used as %s is not supported",
                                spark_value_type_name(spark, &value->result),
                                spark_value_type_name(spark, type));
    value->coerce = type;
    return true;
}

static bool infer_pair(struct spark *spark, struct tree *at, struct tree *left, struct tree *right)
{
    const struct engine_type *type = common_type(&left->result, &right->result);
    if (type == NULL)
        return spark_value_fail(spark, at, ERR_UNSUPPORTED,
                                "comparing %s with %s is not supported; cast one of them",
                                spark_value_type_name(spark, &left->result),
                                spark_value_type_name(spark, &right->result));
    return coerce(spark, left, type) && coerce(spark, right, type);
}

static bool infer_children(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    for (struct tree *child = value->first; child != NULL; child = child->next)
        if (!infer(spark, child, scope))
            return false;
    return true;
}

static bool infer_binary(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    value->result = boolean_type;
    if (value->op == OP_AND || value->op == OP_OR) {
        for (struct tree *child = value->first; child != NULL; child = child->next)
            if (!spark_value_check_condition(spark, child, scope))
                return false;
        return true;
    }
    if (value->op >= OP_ADD)
        return spark_value_fail(spark, value, ERR_UNSUPPORTED, "%s is not supported",
                                value->op == OP_CONCAT ? "the operator ||" : "arithmetic");
    return infer_children(spark, value, scope) &&
           infer_pair(spark, value, value->first, value->first->next);
}

/* a BETWEEN b AND c is two comparisons, and each has a type of its own. */
static bool infer_between(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    value->result = boolean_type;
    if (!infer_children(spark, value, scope))
        return false;
    struct tree *tested = value->first;
    const struct engine_type *low = common_type(&tested->result, &tested->next->result);
    const struct engine_type *high = common_type(&tested->result, &tested->next->next->result);
    if (low == NULL || high == NULL || !engine_type_equal(low, high))
        return spark_value_fail(spark, value, ERR_UNSUPPORTED,
                                "BETWEEN of these types is not supported; cast them");
    return coerce(spark, tested, low) && coerce(spark, tested->next, low) &&
           coerce(spark, tested->next->next, low);
}

/* Here, other than in comparisons, text and numbers meet as text. */
static const struct engine_type *list_type(const struct engine_type *a, const struct engine_type *b)
{
    bool texts = a->kind == ENGINE_VARCHAR || b->kind == ENGINE_VARCHAR;
    if (texts && (engine_type_is_whole(a->kind) || engine_type_is_whole(b->kind)))
        return &text_type;
    if (a->kind == b->kind || a->kind == ENGINE_UNKNOWN || b->kind == ENGINE_UNKNOWN ||
        (engine_type_is_whole(a->kind) && engine_type_is_whole(b->kind)))
        return common_type(a, b);
    return NULL;
}

static bool infer_in(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    value->result = boolean_type;
    if (value->query != NULL)
        return spark_value_fail(spark, value, ERR_UNSUPPORTED, "IN of a query is not supported");
    if (!infer_children(spark, value, scope))
        return false;
    const struct engine_type *type = &value->first->result;
    for (struct tree *child = value->first->next; child != NULL; child = child->next) {
        const struct engine_type *common = list_type(type, &child->result);
        if (common == NULL)
            return spark_value_fail(
                spark, child, ERR_UNSUPPORTED, "%s and %s in one IN are not supported; cast them",
                spark_value_type_name(spark, type), spark_value_type_name(spark, &child->result));
        type = common;
    }
    for (struct tree *child = value->first; child != NULL; child = child->next)
        if (!coerce(spark, child, type))
            return false;
    return true;
}

/* In Java's UTF-16 such a character is two, which a pattern of Spark's quotes each by itself: it
 * matches nothing. */
static bool has_wide(struct span text)
{
    const unsigned char *bytes = text.data;
    for (size_t i = 0; i < text.size; i++)
        if (bytes[i] >= 0xF0)
            return true;
    return false;
}

/* x, x%, %x, %x%, x%y: Spark compares these without a pattern. */
static bool is_simple_pattern(struct span pattern, char escape)
{
    const char *text = pattern.data;
    size_t runs = 0;
    for (size_t i = 0; i < pattern.size; i++) {
        if (text[i] == '_' || text[i] == escape)
            return false;
        runs += text[i] == '%';
    }
    return runs < 2 ||
           (runs == 2 && pattern.size > 2 && text[0] == '%' && text[pattern.size - 1] == '%');
}

static bool infer_like(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    struct tree *pattern = value->first->next;
    struct tree *escape = pattern->next;
    value->result = boolean_type;
    if (!infer_children(spark, value, scope))
        return false;
    if (pattern->kind != TREE_TEXT)
        return spark_value_fail(spark, pattern, ERR_UNSUPPORTED,
                                "LIKE with a pattern that is no text literal is not supported");
    if (escape != NULL && (escape->kind != TREE_TEXT || escape->text.size != 1))
        return spark_value_fail(spark, escape, ERR_MALFORMED, "ESCAPE must be one character");
    char character = *(const char *)(escape == NULL ? "\\" : escape->text.data);
    if (character == '%') /* the engine takes two of them for two runs at the end of a text */
        return spark_value_fail(spark, escape, ERR_UNSUPPORTED, "ESCAPE '%%' is not supported");
    if (!is_simple_pattern(pattern->text, character) && has_wide(pattern->text))
        return spark_value_fail(spark, pattern, ERR_UNSUPPORTED,
                                "a character past U+FFFF in such a pattern is not supported");
    if (!tree_escapes_fit(pattern->text, character))
        return spark_value_fail(spark, pattern, ERR_MALFORMED,
                                "the escape in this pattern stands before no %%, _ or escape");
    return coerce(spark, value->first, &text_type);
}

/* --- from_json ----------------------------------------------------------------------------- */

static bool add_json_field(struct spark *spark, const struct tree *at, struct span name)
{
    if (spark->json_field_count == PARQUET_JSON_FIELDS_MAX)
        return spark_value_fail(spark, at, ERR_LIMIT, "a schema of more than %d fields",
                                PARQUET_JSON_FIELDS_MAX);
    for (size_t i = 0; i < spark->json_field_count; i++)
        if (span_equal(spark->json_fields[i], name))
            return spark_value_fail(spark, at, ERR_MALFORMED, "the schema has `%.*s` twice",
                                    (int)name.size, (const char *)name.data);
    spark->json_fields[spark->json_field_count++] = name;
    return true;
}

/* name [:] STRING [NOT NULL] [COMMENT 'text'] */
static bool read_json_field(struct spark *spark, const struct tree *at, struct cursor *c)
{
    struct span name;
    if (!cursor_expect_name(c, &name))
        return false;
    cursor_take_symbol(c, ":");
    struct token type = c->token;
    if (!cursor_take_word(c, "string")) {
        if (c->failed)
            return false;
        return spark_value_fail(spark, at, ERR_UNSUPPORTED,
                                "the schema's field `%.*s` is '%.*s'; only STRING is supported",
                                (int)name.size, (const char *)name.data, (int)type.text.size,
                                (const char *)type.text.data);
    }
    cursor_take_words(c, "not", "null"); /* from_json makes all fields nullable */
    if (cursor_take_word(c, "comment"))
        (void)cursor_expect_text(c);
    return !c->failed && add_json_field(spark, at, name);
}

static bool read_schema(struct spark *spark, const struct tree *at)
{
    struct cursor c;
    struct err err = {0};
    spark->json_fields = ARENA_NEW(spark->arena, struct span, PARQUET_JSON_FIELDS_MAX);
    bool ok = spark->json_fields != NULL;
    ok = ok && cursor_init(&c, at->text, LEXER_SPARK, spark->arena, &err);
    bool wrapped = ok && cursor_take_word(&c, "struct") && cursor_expect_symbol(&c, "<");
    while (ok) {
        ok = read_json_field(spark, at, &c);
        if (!ok || !cursor_take_symbol(&c, ","))
            break;
    }
    ok = ok && (!wrapped || cursor_expect_symbol(&c, ">")) && cursor_expect_end(&c);
    if (!ok && err.kind != ERR_NONE)
        spark_value_fail(spark, at, err.kind, "from_json's schema: %s", err.text);
    else if (!ok && spark->json_fields == NULL)
        spark_value_fail(spark, at, ERR_LIMIT, "the statement needs more than %zu bytes",
                         spark->arena->limit);
    return ok;
}

static bool make_struct(struct spark *spark, struct tree *value)
{
    size_t count = spark->json_field_count;
    struct engine_type *children = ARENA_NEW(spark->arena, struct engine_type, count);
    const char **names = ARENA_NEW(spark->arena, const char *, count);
    for (size_t i = 0; children != NULL && names != NULL && i < count; i++) {
        children[i] = text_type;
        names[i] = arena_string(spark->arena, spark->json_fields[i]);
        if (names[i] == NULL)
            names = NULL;
    }
    if (children == NULL || names == NULL)
        return spark_value_fail(spark, value, ERR_LIMIT, "the statement needs more than %zu bytes",
                                spark->arena->limit);
    value->result = (struct engine_type){
        .kind = ENGINE_ROW, .child_count = count, .children = children, .names = names};
    return true;
}

static bool infer_call(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    if (!span_is_nocase(value->name, "from_json"))
        return spark_value_fail(spark, value, ERR_UNSUPPORTED, "the function %.*s is not supported",
                                (int)(value->name.size < 100 ? value->name.size : 100),
                                (const char *)value->name.data);
    struct tree *text = value->first;
    struct tree *schema = text == NULL ? NULL : text->next;
    if (schema == NULL || value->distinct || value->star || value->filter != NULL ||
        value->order != NULL)
        return spark_value_fail(spark, value, ERR_MALFORMED,
                                "from_json takes a text and its schema");
    if (schema->next != NULL)
        return spark_value_fail(spark, schema->next, ERR_UNSUPPORTED,
                                "from_json with options is not supported");
    if (schema->kind != TREE_TEXT)
        return spark_value_fail(spark, schema, ERR_UNSUPPORTED,
                                "a schema that is no text literal is not supported");
    if (spark->json != NULL)
        return spark_value_fail(spark, value, ERR_UNSUPPORTED,
                                "more than one from_json is not supported; select from the first");
    spark->json = value;
    return infer(spark, text, scope) && coerce(spark, text, &text_type) &&
           read_schema(spark, schema) && make_struct(spark, value);
}

/* --- all values ---------------------------------------------------------------------------- */

static bool infer_cast(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    if (value->negated)
        return spark_value_fail(spark, value, ERR_UNSUPPORTED, "TRY_CAST is not supported");
    if (!find_type(spark, value->type, &value->result) || !infer(spark, value->first, scope))
        return false;
    if (!spark_cast_possible(value->first->result.kind, value->result.kind))
        return spark_value_fail(spark, value, ERR_UNSUPPORTED,
                                "a cast of %s to %s is not supported",
                                spark_value_type_name(spark, &value->first->result),
                                spark_value_type_name(spark, &value->result));
    value->first->coerce = &value->result;
    return true;
}

static const char *kind_name(enum tree_kind kind)
{
    return kind == TREE_CASE                              ? "CASE"
           : kind == TREE_QUERY || kind == TREE_EXISTS    ? "a query as a value"
           : kind == TREE_INTERVAL                        ? "an interval"
           : kind == TREE_SUBSCRIPT || kind == TREE_ARRAY ? "an array"
           : kind == TREE_PARAMETER                       ? "a parameter"
           : kind == TREE_BYTES                           ? "a binary literal"
           : kind == TREE_LITERAL                         ? "a literal of this type"
           : kind == TREE_STAR                            ? "* here"
                                                          : "a struct or row literal";
}

static bool infer(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    switch (value->kind) {
    case TREE_NULL:
        value->result = (struct engine_type){.kind = ENGINE_UNKNOWN};
        return true;
    case TREE_BOOLEAN:
        value->result = boolean_type;
        return true;
    case TREE_INTEGER:
        return infer_whole(spark, value, false);
    case TREE_DECIMAL:
        return infer_decimal(spark, value);
    case TREE_DOUBLE:
        return infer_double(spark, value);
    case TREE_TEXT:
        value->result = text_type;
        return true;
    case TREE_NAME:
        return infer_name(spark, value, scope);
    case TREE_FIELD:
        return infer_field(spark, value, scope);
    case TREE_CALL:
        return infer_call(spark, value, scope);
    case TREE_CAST:
        return infer_cast(spark, value, scope);
    case TREE_UNARY:
        if (value->op != OP_NOT)
            return infer_sign(spark, value, scope);
        value->result = boolean_type;
        return spark_value_check_condition(spark, value->first, scope);
    case TREE_BINARY:
        return infer_binary(spark, value, scope);
    case TREE_IS_NULL:
        value->result = boolean_type;
        return infer(spark, value->first, scope);
    case TREE_IN:
        return infer_in(spark, value, scope);
    case TREE_BETWEEN:
        return infer_between(spark, value, scope);
    case TREE_LIKE:
        return infer_like(spark, value, scope);
    case TREE_BYTES:
    case TREE_LITERAL:
    case TREE_INTERVAL:
    case TREE_STAR:
    case TREE_CASE:
    case TREE_EXISTS:
    case TREE_QUERY:
    case TREE_ROW:
    case TREE_ARRAY:
    case TREE_SUBSCRIPT:
    case TREE_PARAMETER:
        break;
    }
    return spark_value_fail(spark, value, ERR_UNSUPPORTED, "%s is not supported",
                            kind_name(value->kind));
}

bool spark_value_check(struct spark *spark, struct tree *value, const struct spark_scope *scope)
{
    return infer(spark, value, scope);
}

bool spark_value_check_condition(struct spark *spark, struct tree *value,
                                 const struct spark_scope *scope)
{
    if (!infer(spark, value, scope))
        return false;
    if (value->result.kind != ENGINE_BOOLEAN && value->result.kind != ENGINE_UNKNOWN)
        return spark_value_fail(spark, value, ERR_MALFORMED, "a condition must be boolean, not %s",
                                spark_value_type_name(spark, &value->result));
    return coerce(spark, value, &boolean_type);
}

/* --- printing ------------------------------------------------------------------------------ */

static void write_coerced(const struct spark *spark, struct text *out, const struct tree *value)
{
    if (value->coerce == NULL)
        spark_value_write(spark, out, value);
    else if (value->result.kind == ENGINE_DECIMAL && value->coerce->kind == ENGINE_DOUBLE) {
        text_add_string(out, "CAST(");
        spark_value_write(spark, out, value);
        text_add_string(out, " AS DOUBLE)");
    } else {
        spark_cast_write(spark, out, value, value->coerce);
    }
}

static void write_list(const struct spark *spark, struct text *out, const struct tree *first,
                       const char *between)
{
    for (const struct tree *child = first; child != NULL; child = child->next) {
        text_add_string(out, child == first ? "" : between);
        write_coerced(spark, out, child);
    }
}

static void write_binary(const struct spark *spark, struct text *out, const struct tree *value)
{
    text_add_char(out, '(');
    write_list(spark, out, value->first, tree_operator(value->op));
    text_add_char(out, ')');
}

static void write_between(const struct spark *spark, struct text *out, const struct tree *value)
{
    text_add_string(out, value->negated ? "(NOT " : "(");
    write_coerced(spark, out, value->first);
    text_add_string(out, " BETWEEN ");
    write_list(spark, out, value->first->next, " AND ");
    text_add_char(out, ')');
}

static void write_like(const struct spark *spark, struct text *out, const struct tree *value)
{
    const struct tree *pattern = value->first->next;
    text_add_char(out, '(');
    write_coerced(spark, out, value->first);
    text_add_string(out, value->negated ? " NOT LIKE " : " LIKE ");
    query_quote_text(out, pattern->text);
    text_add_string(out, " ESCAPE ");
    query_quote_text(out, pattern->next == NULL ? span_of("\\") : pattern->next->text);
    text_add_char(out, ')');
}

static void write_number(struct text *out, const struct tree *value)
{
    text_add_string(out, "CAST('");
    text_add(out, value->text);
    if (value->result.kind == ENGINE_DECIMAL)
        text_printf(out, "' AS DECIMAL(%d,%d))", value->result.precision, value->result.scale);
    else
        text_printf(out, "' AS %s)", spark_cast_engine_name(value->result.kind));
}

/* A number with its sign: cast of the whole text, so that the smallest int is one. */
static void write_sign(const struct spark *spark, struct text *out, const struct tree *value)
{
    if (value->op == OP_NOT) {
        text_add_string(out, "(NOT ");
        write_list(spark, out, value->first, "");
        text_add_char(out, ')');
        return;
    }
    struct text number;
    text_init(&number, value->first->text.size + 2);
    text_add_char(&number, value->op == OP_MINUS ? '-' : '+');
    text_add(&number, value->first->text);
    struct tree whole = *value->first;
    whole.text = text_span(&number);
    write_number(out, &whole);
    text_reset(&number);
}

void spark_value_write(const struct spark *spark, struct text *out, const struct tree *value)
{
    switch (value->kind) {
    case TREE_NULL:
        text_add_string(out, "NULL");
        return;
    case TREE_BOOLEAN:
        text_add_string(out, span_is_nocase(value->text, "true") ? "true" : "false");
        return;
    case TREE_INTEGER:
    case TREE_DECIMAL:
    case TREE_DOUBLE:
        write_number(out, value);
        return;
    case TREE_TEXT:
        query_quote_text(out, value->text);
        return;
    case TREE_NAME:
        text_add_string(out, ((const struct spark_input *)value->found)->text);
        return;
    case TREE_FIELD:
        text_add_string(out, "struct_extract(");
        spark_value_write(spark, out, value->first);
        text_printf(out, ", 'f%zu')", value->index);
        return;
    case TREE_CALL:
        text_add_string(out, "from_json(");
        write_coerced(spark, out, value->first);
        text_add_char(out, ')');
        return;
    case TREE_CAST:
        write_coerced(spark, out, value->first);
        return;
    case TREE_UNARY:
        write_sign(spark, out, value);
        return;
    case TREE_BINARY:
        write_binary(spark, out, value);
        return;
    case TREE_IS_NULL:
        text_add_char(out, '(');
        spark_value_write(spark, out, value->first);
        text_add_string(out, value->negated ? " IS NOT NULL)" : " IS NULL)");
        return;
    case TREE_IN:
        text_add_char(out, '(');
        write_coerced(spark, out, value->first);
        text_add_string(out, value->negated ? " NOT IN (" : " IN (");
        write_list(spark, out, value->first->next, ", ");
        text_add_string(out, "))");
        return;
    case TREE_BETWEEN:
        write_between(spark, out, value);
        return;
    case TREE_LIKE:
        write_like(spark, out, value);
        return;
    case TREE_BYTES:
    case TREE_LITERAL:
    case TREE_INTERVAL:
    case TREE_STAR:
    case TREE_CASE:
    case TREE_EXISTS:
    case TREE_QUERY:
    case TREE_ROW:
    case TREE_ARRAY:
    case TREE_SUBSCRIPT:
    case TREE_PARAMETER:
        assert(false); /* infer() let none of these pass */
    }
}

void spark_value_print(const struct spark *spark, struct text *out, const struct tree *value)
{
    write_coerced(spark, out, value);
}

/* NOLINTEND(misc-no-recursion) */
