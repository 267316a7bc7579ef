/* SPDX-License-Identifier: Apache-2.0 */
/* trino_print.c - each value with its coercion, each relation with its number.
 *
 * Numbers are written as casts of their digits: so none is taken for a
 * position in GROUP BY or ORDER BY, and each has its own type. */
#include "dialect/trino_print.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "dialect/trino_function.h"
#include "dialect/trino_type.h"
#include "dialect/trino_value.h"
#include "engine/query.h"

/* Recursion is bounded: the parser bounds the depth of a tree.
 * NOLINTBEGIN(misc-no-recursion) */

static void print(const struct trino *trino, struct text *out, const struct tree *value);
static void print_value(const struct trino *trino, struct text *out, const struct tree *value);

static void print_zone(const struct trino *trino, struct text *out)
{
    const char *zone = trino->session->time_zone;
    query_quote_text(out, span_of(zone == NULL ? "UTC" : zone));
}

/* --- casts --------------------------------------------------------------------------------- */

static void print_to_text(const struct trino *trino, struct text *out, const struct tree *value,
                          const struct engine_type *to)
{
    const struct engine_type *from = &value->result;
    bool trino_floats = trino->session->dialect == TRINO_TRINO;
    if (from->kind == ENGINE_VARCHAR) {
        bool cut = to->precision > 0 && (from->precision == 0 || from->precision > to->precision);
        text_add_string(out, cut ? "trino_substr(" : "");
        print_value(trino, out, value);
        if (cut)
            text_printf(out, ", 1, %d)", to->precision);
        return;
    }
    const char *call =
        from->kind == ENGINE_DOUBLE ? (trino_floats ? "trino_double_text(" : "spark_double_text(")
        : from->kind == ENGINE_REAL ? (trino_floats ? "trino_float_text(" : "spark_float_text(")
        : from->kind == ENGINE_TIMESTAMP ? "trino_timestamp_text("
                                         : NULL;
    /* The engine writes no zero before the point when there is no digit for it. */
    bool pointed = from->kind == ENGINE_DECIMAL && from->precision == from->scale &&
                   from->precision < TRINO_TYPE_PRECISION_MAX;
    text_add_string(out, call == NULL ? "CAST(" : call);
    text_add_string(out, pointed ? "CAST(" : "");
    print_value(trino, out, value);
    if (pointed)
        text_printf(out, " AS DECIMAL(%d,%d))", from->precision + 1, from->scale);
    if (call == NULL)
        text_add_string(out, " AS VARCHAR)");
    else if (from->kind == ENGINE_TIMESTAMP)
        text_printf(out, ", %d)", from->precision);
    else
        text_add_char(out, ')');
}

static void print_to_whole(const struct trino *trino, struct text *out, const struct tree *value,
                           const struct engine_type *to)
{
    const struct engine_type *from = &value->result;
    text_add_string(out, "CAST(");
    if (from->kind == ENGINE_VARCHAR) {
        text_add_string(out, "trino_parse_whole(");
        print_value(trino, out, value);
        text_printf(out, ", %" PRId64 ")", engine_type_whole_max(to->kind));
    } else if (trino_type_is_float(from)) {
        text_add_string(out, "trino_round_whole(CAST(");
        print_value(trino, out, value);
        text_printf(out, " AS DOUBLE), %" PRId64 ")", engine_type_whole_max(to->kind));
    } else {
        print_value(trino, out, value);
    }
    text_add_string(out, " AS ");
    trino_type_print(out, to);
    text_add_char(out, ')');
}

static void print_to_float(const struct trino *trino, struct text *out, const struct tree *value,
                           const struct engine_type *to)
{
    const struct engine_type *from = &value->result;
    text_add_string(out, "CAST(");
    if (from->kind == ENGINE_VARCHAR)
        text_add_string(out, "trino_parse_double(");
    else if (from->kind == ENGINE_BOOLEAN)
        text_add_string(out, "CAST(");
    print_value(trino, out, value);
    if (from->kind == ENGINE_VARCHAR)
        text_add_char(out, ')');
    else if (from->kind == ENGINE_BOOLEAN)
        text_add_string(out, " AS INTEGER)");
    text_add_string(out, " AS ");
    trino_type_print(out, to);
    text_add_char(out, ')');
}

/* To a date or a timestamp. */
static void print_to_moment(const struct trino *trino, struct text *out, const struct tree *value,
                            const struct engine_type *to)
{
    const struct engine_type *from = &value->result;
    bool date = to->kind == ENGINE_DATE;
    bool rounds = !date && from->kind != ENGINE_DATE &&
                  !(from->kind == ENGINE_TIMESTAMP && from->precision <= to->precision);
    text_add_string(out, rounds ? "trino_round_timestamp(" : "");
    text_add_string(out, "CAST(");
    if (from->kind == ENGINE_VARCHAR)
        text_add_string(out, date ? "trino_date_shape(" : "trino_timestamp_shape(");
    if (from->kind == ENGINE_TIMESTAMP_TZ) {
        text_add_string(out, "timezone(");
        print_zone(trino, out);
        text_add_string(out, ", ");
    }
    print_value(trino, out, value);
    if (from->kind == ENGINE_VARCHAR || from->kind == ENGINE_TIMESTAMP_TZ)
        text_add_char(out, ')');
    text_add_string(out, date ? " AS DATE)" : " AS TIMESTAMP)");
    if (rounds)
        text_printf(out, ", %d)", to->precision);
}

static void print_cast(const struct trino *trino, struct text *out, const struct tree *value,
                       const struct engine_type *to)
{
    const struct engine_type *from = &value->result;
    if (from->kind == ENGINE_UNKNOWN && to->child_count > 0) {
        text_add_string(out, "NULL");
    } else if (from->kind == ENGINE_UNKNOWN) {
        text_add_string(out, "CAST(NULL AS ");
        trino_type_print(out, to);
        text_add_char(out, ')');
    } else if (engine_type_equal(from, to)) {
        print_value(trino, out, value);
    } else if (to->kind == ENGINE_VARCHAR) {
        print_to_text(trino, out, value, to);
    } else if (engine_type_is_whole(to->kind)) {
        print_to_whole(trino, out, value, to);
    } else if (trino_type_is_float(to)) {
        print_to_float(trino, out, value, to);
    } else if (to->kind == ENGINE_DATE || to->kind == ENGINE_TIMESTAMP) {
        print_to_moment(trino, out, value, to);
    } else if (to->kind == ENGINE_BOOLEAN) {
        text_add_string(out, from->kind == ENGINE_VARCHAR ? "trino_parse_bool(" : "(");
        print_value(trino, out, value);
        text_add_string(out, from->kind == ENGINE_VARCHAR ? ")" : " <> 0)");
    } else {
        text_add_string(out, "CAST(");
        print_value(trino, out, value);
        text_add_string(out, " AS ");
        trino_type_print(out, to);
        text_add_char(out, ')');
    }
}

static void print(const struct trino *trino, struct text *out, const struct tree *value)
{
    if (value->coerce == NULL)
        print_value(trino, out, value);
    else
        print_cast(trino, out, value, value->coerce);
}

static void print_list(const struct trino *trino, struct text *out, const struct tree *first,
                       const char *between)
{
    for (const struct tree *value = first; value != NULL; value = value->next) {
        text_add_string(out, value == first ? "" : between);
        print(trino, out, value);
    }
}

/* --- literals and calls -------------------------------------------------------------------- */

static void print_typed(struct text *out, struct span text, const struct engine_type *type)
{
    text_add_string(out, "CAST(");
    query_quote_text(out, text);
    text_add_string(out, " AS ");
    trino_type_print(out, type);
    text_add_char(out, ')');
}

static void print_literal(struct text *out, const struct tree *value)
{
    enum engine_kind kind = value->result.kind;
    if (kind == ENGINE_VARCHAR) {
        query_quote_text(out, value->text);
        return;
    }
    if (kind == ENGINE_BOOLEAN || trino_type_is_float(&value->result) ||
        engine_type_is_whole(value->result.kind)) {
        text_add_string(out, "CAST(");
        text_add_string(out, kind == ENGINE_BOOLEAN                ? "trino_parse_bool("
                             : trino_type_is_float(&value->result) ? "trino_parse_double("
                                                                   : "trino_parse_whole(");
        query_quote_text(out, value->text);
        if (engine_type_is_whole(value->result.kind))
            text_printf(out, ", %" PRId64, engine_type_whole_max(kind));
        text_add_string(out, ") AS ");
        trino_type_print(out, &value->result);
        text_add_char(out, ')');
        return;
    }
    print_typed(out, value->text, &value->result);
}

static void print_bytes(struct text *out, const struct tree *value)
{
    const char *digits = (const char *)value->text.data + 2;
    text_add_char(out, '\'');
    for (size_t i = 0; i + 3 < value->text.size; i += 2)
        text_printf(out, "\\x%.2s", digits + i);
    text_add_string(out, "'::BLOB");
}

static void print_interval(struct text *out, const struct tree *value)
{
    static const char *const calls[] = {"to_seconds", "to_minutes", "to_hours", "to_days",
                                        "to_weeks",   "to_months",  "to_years"};
    int64_t number = 0;
    (void)span_to_i64(value->text, &number);
    text_printf(out, "%s(%" PRId64 ")", calls[value->index], value->negated ? -number : number);
}

static void print_argument(const struct trino *trino, struct text *out, const struct tree *call,
                           char which)
{
    const struct tree *argument = call->first;
    for (; which > '1' && argument != NULL; which--)
        argument = argument->next;
    if (argument != NULL)
        print(trino, out, argument);
}

static void print_order(const struct trino *trino, struct text *out, const struct tree_order *order,
                        bool ordinals)
{
    bool hive = trino->session->dialect == TRINO_HIVE;
    for (const struct tree_order *at = order; at != NULL; at = at->next) {
        bool first =
            at->nulls == NULLS_FIRST || (at->nulls == NULLS_DEFAULT && hive && !at->descending);
        text_add_string(out, at == order ? " ORDER BY " : ", ");
        bool position = ordinals && at->ordinal > 0;
        bool constant = !position && (at->value->kind == TREE_TEXT || at->value->kind == TREE_NULL);
        text_add_string(out, constant ? "CAST(" : ""); /* which the engine would not take */
        if (position)
            text_printf(out, "%zu", at->ordinal);
        else
            print(trino, out, at->value);
        text_add_string(out, constant ? " AS VARCHAR)" : "");
        text_printf(out, " %s NULLS %s", at->descending ? "DESC" : "ASC", first ? "FIRST" : "LAST");
    }
}

static void print_filter(const struct trino *trino, struct text *out, const struct tree *call)
{
    if (call->filter == NULL)
        return;
    text_add_string(out, " FILTER (WHERE ");
    print(trino, out, call->filter);
    text_add_char(out, ')');
}

/* The function's text with its holes filled: see trino_function.h. */
static void print_call(const struct trino *trino, struct text *out, const struct tree *call)
{
    const struct trino_function *function = call->found;
    for (const char *c = function->text; *c != '\0'; c++) {
        if (*c != '$') {
            text_add_char(out, *c);
            continue;
        }
        c++;
        if (*c >= '1' && *c <= '9')
            print_argument(trino, out, call, *c);
        else if (*c == '*')
            print_list(trino, out, call->first, ", ");
        else if (*c == 'T')
            trino_type_print(out, &call->result);
        else if (*c == 's')
            text_printf(out, "%d", call->result.scale);
        else if (*c == 'z')
            print_zone(trino, out);
        else if (*c == 'd')
            text_add_string(out, call->distinct ? "DISTINCT " : "");
        else if (*c == 'o')
            print_order(trino, out, call->order, false);
        else if (*c == 'f')
            print_filter(trino, out, call);
    }
}

/* --- operators ----------------------------------------------------------------------------- */

static void print_infix(const struct trino *trino, struct text *out, const struct tree *value)
{
    text_add_char(out, '(');
    print_list(trino, out, value->first, tree_operator(value->op));
    text_add_char(out, ')');
}

/* The type in which the operands meet. */
static const struct engine_type *operand_type(const struct tree *value)
{
    const struct tree *left = value->first;
    return left->coerce != NULL ? left->coerce : &left->result;
}

/* NaN is greater than all and equal to itself for the engine, and compares with nothing in Trino.
 * With a number on the right only > and >= differ. */
static void print_float_comparison(const struct trino *trino, struct text *out,
                                   const struct tree *value)
{
    const struct tree *left = value->first;
    const struct tree *right = left->next;
    bool greater = value->op == OP_GREATER || value->op == OP_GREATER_EQUAL;
    if (trino_value_is_plain(right) && (!greater || left->kind == TREE_NAME)) {
        print_infix(trino, out, value);
        if (greater) {
            text_add_string(out, " AND NOT isnan(");
            print(trino, out, left);
            text_add_char(out, ')');
        }
        return;
    }
    text_add_string(out, value->op == OP_EQUAL       ? "trino_float_equal("
                         : value->op == OP_NOT_EQUAL ? "trino_float_not_equal("
                         : value->op == OP_LESS || value->op == OP_GREATER
                             ? "trino_float_less("
                             : "trino_float_less_equal(");
    text_add_string(out, "CAST(");
    print(trino, out, greater ? right : left);
    text_add_string(out, " AS DOUBLE), CAST(");
    print(trino, out, greater ? left : right);
    text_add_string(out, " AS DOUBLE))");
}

static void print_comparison(const struct trino *trino, struct text *out, const struct tree *value)
{
    bool same = value->op == OP_SAME || value->op == OP_NOT_SAME;
    if (!trino_type_is_float(operand_type(value)) || same) {
        print_infix(trino, out, value);
        return;
    }
    text_add_char(out, '(');
    print_float_comparison(trino, out, value);
    text_add_char(out, ')');
}

/* call(CAST(a AS type), CAST(b AS type)), as the result's type */
static void print_helper(const struct trino *trino, struct text *out, const struct tree *value,
                         const char *call, const char *type)
{
    text_printf(out, "CAST(%s(CAST(", call);
    print(trino, out, value->first);
    text_printf(out, " AS %s), CAST(", type);
    print(trino, out, value->first->next);
    text_printf(out, " AS %s)) AS ", type);
    trino_type_print(out, &value->result);
    text_add_char(out, ')');
}

static void print_decimal(const struct trino *trino, struct text *out, const struct tree *value)
{
    text_add_string(out, "CAST(");
    if (value->op == OP_DIVIDE) {
        text_printf(out, "trino_divide_decimal_%d(", value->result.scale);
        print_list(trino, out, value->first, ", ");
        text_add_char(out, ')');
    } else {
        print_infix(trino, out, value);
    }
    text_add_string(out, " AS ");
    trino_type_print(out, &value->result);
    text_add_char(out, ')');
}

static void print_arithmetic(const struct trino *trino, struct text *out, const struct tree *value)
{
    const struct engine_type *type = &value->result;
    bool whole = engine_type_is_whole(type->kind);
    if (value->op != OP_CONCAT && type->kind == ENGINE_DECIMAL) {
        print_decimal(trino, out, value);
    } else if (whole && (value->op == OP_DIVIDE || value->op == OP_MODULUS)) {
        print_helper(trino, out, value, value->op == OP_DIVIDE ? "trino_divide" : "trino_modulus",
                     "BIGINT");
    } else if (value->op == OP_MODULUS) {
        print_helper(trino, out, value, "trino_modulus_double", "DOUBLE");
    } else if (type->kind == ENGINE_DATE || type->kind == ENGINE_TIMESTAMP) {
        text_add_string(out, "CAST(");
        print_infix(trino, out, value);
        text_add_string(out, type->kind == ENGINE_DATE ? " AS DATE)" : " AS TIMESTAMP)");
    } else {
        print_infix(trino, out, value);
    }
}

static void print_binary(const struct trino *trino, struct text *out, const struct tree *value)
{
    if (value->op == OP_AND || value->op == OP_OR)
        print_infix(trino, out, value);
    else if (value->op >= OP_ADD)
        print_arithmetic(trino, out, value);
    else
        print_comparison(trino, out, value);
}

static void print_unary(const struct trino *trino, struct text *out, const struct tree *value)
{
    text_add_string(out, value->op == OP_NOT ? "(NOT " : value->op == OP_MINUS ? "(- " : "(");
    print(trino, out, value->first);
    text_add_char(out, ')');
}

/* --- the other kinds ----------------------------------------------------------------------- */

static void print_in(const struct trino *trino, struct text *out, const struct tree *value)
{
    text_add_char(out, '(');
    print(trino, out, value->first);
    text_add_string(out, value->negated ? " NOT IN (" : " IN (");
    if (value->query != NULL)
        trino_print_query(trino, out, value->query);
    else
        print_list(trino, out, value->first->next, ", ");
    text_add_string(out, "))");
}

static void print_between(const struct trino *trino, struct text *out, const struct tree *value)
{
    text_add_string(out, value->negated ? "(NOT " : "(");
    print(trino, out, value->first);
    text_add_string(out, " BETWEEN ");
    print_list(trino, out, value->first->next, " AND ");
    text_add_char(out, ')');
}

static void print_like(const struct trino *trino, struct text *out, const struct tree *value)
{
    const struct tree *pattern = value->first->next;
    text_add_char(out, '(');
    print(trino, out, value->first);
    text_add_string(out, value->negated ? " NOT LIKE " : " LIKE ");
    print_list(trino, out, pattern, " ESCAPE ");
    text_add_char(out, ')');
}

static void print_case(const struct trino *trino, struct text *out, const struct tree *value)
{
    const struct tree *at = value->first;
    const struct tree *else_value = value->has_else ? value->last : NULL;
    text_add_string(out, "CASE ");
    if (value->has_operand) {
        print(trino, out, at);
        at = at->next;
    }
    for (; at != NULL && at != else_value; at = at->next->next) {
        text_add_string(out, " WHEN ");
        print(trino, out, at);
        text_add_string(out, " THEN ");
        print(trino, out, at->next);
    }
    if (else_value != NULL) {
        text_add_string(out, " ELSE ");
        print(trino, out, else_value);
    }
    text_add_string(out, " END");
}

static void print_cast_node(const struct trino *trino, struct text *out, const struct tree *value)
{
    text_add_string(out, value->negated ? "TRY(" : "");
    if (value->first->coerce == NULL)
        print(trino, out, value->first);
    else
        print_cast(trino, out, value->first, value->first->coerce);
    text_add_string(out, value->negated ? ")" : "");
}

static void print_value(const struct trino *trino, struct text *out, const struct tree *value)
{
    if (out->full) /* what is written twice, of what is written twice, would never end */
        return;
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
        print_typed(out, value->text, &value->result);
        return;
    case TREE_TEXT:
        query_quote_text(out, value->text);
        return;
    case TREE_BYTES:
        print_bytes(out, value);
        return;
    case TREE_LITERAL:
        print_literal(out, value);
        return;
    case TREE_INTERVAL:
        print_interval(out, value);
        return;
    case TREE_NAME:
        text_add_string(out, ((const struct trino_output *)value->found)->text);
        return;
    case TREE_FIELD:
        text_add_string(out, "struct_extract(");
        print(trino, out, value->first);
        text_add_string(out, ", ");
        query_quote_text(out, span_of(value->found));
        text_add_char(out, ')');
        return;
    case TREE_CALL:
        print_call(trino, out, value);
        return;
    case TREE_CAST:
        print_cast_node(trino, out, value);
        return;
    case TREE_UNARY:
        print_unary(trino, out, value);
        return;
    case TREE_BINARY:
        print_binary(trino, out, value);
        return;
    case TREE_IS_NULL:
        text_add_char(out, '(');
        print(trino, out, value->first);
        text_add_string(out, value->negated ? " IS NOT NULL)" : " IS NULL)");
        return;
    case TREE_IN:
        print_in(trino, out, value);
        return;
    case TREE_BETWEEN:
        print_between(trino, out, value);
        return;
    case TREE_LIKE:
        print_like(trino, out, value);
        return;
    case TREE_CASE:
        print_case(trino, out, value);
        return;
    case TREE_EXISTS:
    case TREE_QUERY:
        text_add_string(out, value->kind == TREE_EXISTS ? "EXISTS (" : "(");
        trino_print_query(trino, out, value->query);
        text_add_char(out, ')');
        return;
    case TREE_STAR:
    case TREE_ROW:
    case TREE_ARRAY:
    case TREE_SUBSCRIPT:
    case TREE_PARAMETER:
        assert(false); /* the check let none of these pass */
    }
}

/* --- relations ----------------------------------------------------------------------------- */

static void print_relation(const struct trino *trino, struct text *out,
                           const struct tree_relation *relation)
{
    static const char *const joins[] = {
        [JOIN_INNER] = " JOIN ",     [JOIN_LEFT] = " LEFT JOIN ",   [JOIN_RIGHT] = " RIGHT JOIN ",
        [JOIN_FULL] = " FULL JOIN ", [JOIN_CROSS] = " CROSS JOIN ",
    };
    switch (relation->kind) {
    case RELATION_TABLE:
        if (relation->with != NULL)
            text_printf(out, "w%u", relation->with->number);
        else
            text_add_string(out, trino->tables[relation->table].relation);
        break;
    case RELATION_QUERY:
        text_add_char(out, '(');
        trino_print_query(trino, out, relation->query);
        text_add_char(out, ')');
        break;
    case RELATION_JOIN:
        text_add_char(out, '(');
        print_relation(trino, out, relation->left);
        text_add_string(out, joins[relation->join]);
        print_relation(trino, out, relation->right);
        if (relation->on != NULL) {
            text_add_string(out, " ON ");
            print(trino, out, relation->on);
        }
        text_add_char(out, ')');
        return;
    }
    text_printf(out, " AS t%u", relation->number);
}

/* --- queries ------------------------------------------------------------------------------- */

/* A column of the outermost query leaves in exactly its type, so that its reader need not know
 * what the engine made of constants, nor of a timestamp's digits. */
static void print_exact(struct text *out, const char *before, const struct engine_type *type)
{
    bool nested = type->child_count > 0 || type->kind == ENGINE_UNKNOWN;
    if (before != NULL) {
        text_add_string(out, nested ? "" : before);
        return;
    }
    if (nested)
        return;
    text_add_string(out, " AS ");
    if (type->kind == ENGINE_TIMESTAMP && type->precision <= 3)
        text_add_string(out, type->precision == 0 ? "TIMESTAMP_S" : "TIMESTAMP_MS");
    else
        trino_type_print(out, type);
    text_add_char(out, ')');
}

static void print_select(const struct trino *trino, struct text *out, const struct tree_body *body,
                         bool outermost)
{
    size_t column = 0;
    text_add_string(out, body->distinct ? "SELECT DISTINCT " : "SELECT ");
    for (const struct tree_item *item = body->items; item != NULL; item = item->next, column++) {
        text_add_string(out, column == 0 ? "" : ", ");
        if (outermost)
            print_exact(out, "CAST(", &item->value->result);
        print(trino, out, item->value);
        if (outermost)
            print_exact(out, NULL, &item->value->result);
        text_printf(out, " AS c%zu", column);
    }
    if (body->from != NULL) {
        text_add_string(out, " FROM ");
        print_relation(trino, out, body->from);
    }
    if (body->where != NULL) {
        text_add_string(out, " WHERE ");
        print(trino, out, body->where);
    }
    if (body->grouped) {
        text_add_string(out, body->group_by == NULL ? " GROUP BY ()" : " GROUP BY ");
        for (const struct tree *group = body->group_by; group != NULL; group = group->next) {
            text_add_string(out, group == body->group_by ? "" : ", ");
            print_value(trino, out, group);
        }
    }
    if (body->having != NULL) {
        text_add_string(out, " HAVING ");
        print(trino, out, body->having);
    }
}

static void print_values(const struct trino *trino, struct text *out, const struct tree_body *body)
{
    const struct trino_outputs *outputs = body->found;
    text_add_string(out, "SELECT * FROM (VALUES ");
    for (const struct tree *row = body->rows; row != NULL; row = row->next) {
        text_add_string(out, row == body->rows ? "(" : ", (");
        if (row->kind == TREE_ROW)
            print_list(trino, out, row->first, ", ");
        else
            print(trino, out, row);
        text_add_char(out, ')');
    }
    text_add_string(out, ") AS v(");
    for (size_t i = 0; i < outputs->count; i++)
        text_printf(out, "%sc%zu", i == 0 ? "" : ", ", i);
    text_add_char(out, ')');
}

static void print_body(const struct trino *trino, struct text *out, const struct tree_body *body);

/* A side of a set operation, with its columns made the types of the whole. */
static void print_side(const struct trino *trino, struct text *out, const struct tree_body *side,
                       const struct trino_outputs *whole)
{
    const struct trino_outputs *outputs = side->found;
    text_add_string(out, "(SELECT ");
    for (size_t i = 0; i < outputs->count; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "u.c%zu", i);
        struct trino_output column = {.text = name};
        struct tree node = {.kind = TREE_NAME, .found = &column, .result = outputs->items[i].type};
        text_add_string(out, i == 0 ? "" : ", ");
        print_cast(trino, out, &node, &whole->items[i].type);
        text_printf(out, " AS c%zu", i);
    }
    text_add_string(out, " FROM (");
    print_body(trino, out, side);
    text_add_string(out, ") AS u)");
}

static void print_body(const struct trino *trino, struct text *out, const struct tree_body *body)
{
    static const char *const sets[] = {" UNION ", " INTERSECT ", " EXCEPT "};
    switch (body->kind) {
    case BODY_SELECT:
        print_select(trino, out, body, false);
        return;
    case BODY_VALUES:
        print_values(trino, out, body);
        return;
    case BODY_SET:
        print_side(trino, out, body->left, body->found);
        text_add_string(out, sets[body->set]);
        text_add_string(out, body->distinct ? "" : "ALL ");
        print_side(trino, out, body->right, body->found);
        return;
    case BODY_QUERY:
        trino_print_query(trino, out, body->query);
        return;
    }
}

static void print_whole_body(const struct trino *trino, struct text *out,
                             const struct tree_query *query, bool outermost)
{
    const struct trino_outputs *outputs = query->body->found;
    if (query->body->kind == BODY_SELECT) {
        print_select(trino, out, query->body, outermost);
        return;
    }
    text_add_string(out, "SELECT ");
    for (size_t i = 0; i < outputs->count; i++) {
        text_add_string(out, i == 0 ? "" : ", ");
        if (outermost)
            print_exact(out, "CAST(", &outputs->items[i].type);
        text_printf(out, "s.c%zu", i);
        if (outermost)
            print_exact(out, NULL, &outputs->items[i].type);
        text_printf(out, " AS c%zu", i);
    }
    text_add_string(out, " FROM (");
    print_body(trino, out, query->body);
    text_add_string(out, ") AS s");
}

static void print_query(const struct trino *trino, struct text *out, const struct tree_query *query,
                        bool outermost)
{
    for (const struct tree_with *with = query->with; with != NULL; with = with->next) {
        text_printf(out, "%s w%u AS (", with == query->with ? "WITH" : ",", with->number);
        trino_print_query(trino, out, with->query);
        text_add_string(out, with->next == NULL ? ") " : ")");
    }
    print_whole_body(trino, out, query, outermost);
    print_order(trino, out, query->order, true);
    if (query->limit != NULL) {
        text_add_string(out, " LIMIT ");
        text_add(out, query->limit->text);
    }
    if (query->offset != NULL) {
        text_add_string(out, " OFFSET ");
        text_add(out, query->offset->text);
    }
}

void trino_print_query(const struct trino *trino, struct text *out, const struct tree_query *query)
{
    print_query(trino, out, query, false);
}

void trino_print_outermost(const struct trino *trino, struct text *out,
                           const struct tree_query *query)
{
    print_query(trino, out, query, true);
}

/* NOLINTEND(misc-no-recursion) */
