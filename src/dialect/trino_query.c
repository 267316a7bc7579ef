/* SPDX-License-Identifier: Apache-2.0 */
/* trino_query.c - FROM gives columns, SELECT makes others of them, grouping says which it may. */
#include "dialect/trino_query.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "dialect/trino_function.h"
#include "dialect/trino_type.h"
#include "dialect/trino_value.h"
#include "engine/query.h"

/* Recursion is bounded: the parser bounds the depth of a tree.
 * NOLINTBEGIN(misc-no-recursion) */

static bool check_relation(struct trino *trino, struct tree_relation *relation);
static bool check_body(struct trino *trino, struct tree_body *body, struct tree_query *query,
                       const struct trino_scope *outer);

static struct trino_outputs *make_outputs(struct trino *trino)
{
    struct trino_outputs *outputs = ARENA_NEW(trino->arena, struct trino_outputs, 1);
    if (outputs == NULL)
        trino_scope_no_memory(trino);
    return outputs;
}

/* --- FROM ---------------------------------------------------------------------------------- */

/* (a, b) after an alias */
static bool rename_columns(struct trino *trino, const struct tree_name *names,
                           struct trino_outputs *outputs, const char *relation)
{
    size_t count = 0;
    for (const struct tree_name *name = names; name != NULL; name = name->next)
        count++;
    if (names != NULL && count != outputs->count)
        return trino_scope_fail(
            trino, names->line, names->column, TRINO_OTHER,
            "Column alias list has %zu entries but '%s' has %zu columns available", count,
            relation == NULL ? "" : relation, outputs->count);
    count = 0;
    for (const struct tree_name *name = names; name != NULL; name = name->next, count++)
        if (!trino_scope_name(trino, &outputs->items[count], name->name))
            return false;
    return true;
}

/* The columns of a query under the alias of a relation: t5.c0 ... */
static bool alias_outputs(struct trino *trino, struct tree_relation *relation,
                          const struct trino_outputs *from, const char *alias)
{
    struct trino_outputs *outputs = make_outputs(trino);
    if (outputs == NULL)
        return false;
    for (size_t i = 0; i < from->count; i++) {
        struct trino_output *output =
            trino_scope_add(trino, outputs, relation->line, relation->column);
        if (output == NULL)
            return false;
        output->name = from->items[i].name;
        output->shown = from->items[i].shown;
        output->relation = alias;
        output->type = from->items[i].type;
        output->text = arena_printf(trino->arena, "t%u.c%zu", relation->number, i);
        if (output->text == NULL)
            return trino_scope_no_memory(trino);
    }
    relation->found = outputs;
    return rename_columns(trino, relation->column_aliases, outputs, alias);
}

static bool check_table(struct trino *trino, struct tree_relation *relation, const char *alias)
{
    const struct trino_table *table = &trino->tables[relation->table];
    const struct trino_name *name = trino_table(trino->query, relation->table);
    struct trino_outputs *outputs = make_outputs(trino);
    if (outputs == NULL)
        return false;
    for (size_t i = 0; i < table->column_count; i++) {
        struct trino_output *output =
            trino_scope_add(trino, outputs, relation->line, relation->column);
        struct text quoted;
        if (output == NULL)
            return false;
        output->name = table->columns[i].name;
        output->shown = output->name;
        output->type = table->columns[i].type;
        output->read = &trino->reads[relation->table][i];
        output->relation = alias == NULL ? name->table : alias;
        if (alias == NULL) {
            output->schema = name->schema;
            output->catalog = name->catalog;
        }
        text_init(&quoted, 64 * 1024);
        query_quote_name(&quoted, span_of(table->columns[i].name));
        output->text = arena_printf(trino->arena, "t%u.%s", relation->number, text_string(&quoted));
        text_reset(&quoted);
        if (output->text == NULL)
            return trino_scope_no_memory(trino);
    }
    relation->found = outputs;
    return rename_columns(trino, relation->column_aliases, outputs, alias);
}

static bool check_named(struct trino *trino, struct tree_relation *relation)
{
    const char *alias = NULL;
    relation->number = trino->relation_count++;
    if (relation->alias.size > 0) {
        alias = trino_scope_lower(trino, relation->alias);
        if (alias == NULL)
            return false;
    }
    if (relation->kind == RELATION_QUERY)
        return trino_query_check(trino, relation->query, NULL) &&
               alias_outputs(trino, relation, relation->query->found, alias);
    if (relation->with == NULL)
        return check_table(trino, relation, alias);
    if (alias == NULL)
        alias = trino_scope_lower(trino, relation->with->name);
    return alias != NULL && alias_outputs(trino, relation, relation->with->query->found, alias);
}

/* --- joins --------------------------------------------------------------------------------- */

static bool append(struct trino *trino, struct trino_outputs *to, const struct trino_outputs *from,
                   const struct tree_relation *at, const bool *skip)
{
    for (size_t i = 0; i < from->count; i++) {
        if (skip != NULL && skip[i])
            continue;
        struct trino_output *output = trino_scope_add(trino, to, at->line, at->column);
        if (output == NULL)
            return false;
        *output = from->items[i];
    }
    return true;
}

static struct trino_output *find_side(struct trino *trino, const struct tree_name *at,
                                      const char *name, const struct trino_outputs *side,
                                      bool *skip, const char *which)
{
    struct trino_output *found = NULL;
    for (size_t i = 0; i < side->count; i++) {
        if (side->items[i].name == NULL || strcmp(side->items[i].name, name) != 0)
            continue;
        if (found != NULL) {
            trino_scope_fail(trino, at->line, at->column, TRINO_AMBIGUOUS_NAME,
                             "Column '%s' is ambiguous", name);
            return NULL;
        }
        found = &side->items[i];
        skip[i] = true;
    }
    if (found == NULL)
        trino_scope_fail(trino, at->line, at->column, TRINO_COLUMN_NOT_FOUND,
                         "Column '%s' is missing from %s side of join", name, which);
    return found;
}

static struct tree *name_node(struct trino *trino, const struct tree_name *at,
                              const struct trino_output *column)
{
    struct tree *node = ARENA_NEW(trino->arena, struct tree, 1);
    if (node == NULL) {
        trino_scope_no_memory(trino);
        return NULL;
    }
    trino_scope_read(column);
    *node = (struct tree){.kind = TREE_NAME,
                          .line = at->line,
                          .column = at->column,
                          .depth = 1,
                          .found = column,
                          .result = column->type};
    return node;
}

/* left.x = right.x, appended to the join's condition */
static bool add_equal(struct trino *trino, struct tree_relation *join, const struct tree_name *at,
                      const struct trino_output *left, const struct trino_output *right)
{
    struct tree *equal = ARENA_NEW(trino->arena, struct tree, 1);
    struct tree *all = join->on;
    struct tree *l = name_node(trino, at, left);
    struct tree *r = name_node(trino, at, right);
    if (all == NULL)
        all = ARENA_NEW(trino->arena, struct tree, 1);
    if (equal == NULL || all == NULL || l == NULL || r == NULL)
        return trino_scope_no_memory(trino);
    l->next = r;
    *equal = (struct tree){.kind = TREE_BINARY,
                           .op = OP_EQUAL,
                           .line = at->line,
                           .column = at->column,
                           .depth = 2,
                           .first = l,
                           .last = r};
    equal->result.kind = ENGINE_BOOLEAN;
    all->kind = TREE_BINARY;
    all->op = OP_AND;
    all->result.kind = ENGINE_BOOLEAN;
    if (all->last == NULL)
        all->first = equal;
    else
        all->last->next = equal;
    all->last = equal;
    join->on = all;
    return true;
}

static bool merge_column(struct trino *trino, struct tree_relation *join,
                         struct trino_outputs *merged, const struct tree_name *at, bool *skips[2])
{
    const char *name = trino_scope_lower(trino, at->name);
    struct trino_output *left =
        name == NULL ? NULL : find_side(trino, at, name, join->left->found, skips[0], "left");
    struct trino_output *right =
        left == NULL ? NULL : find_side(trino, at, name, join->right->found, skips[1], "right");
    if (right == NULL)
        return false;
    bool same = left->type.kind == right->type.kind && left->type.scale == right->type.scale;
    if (!same || trino_type_is_float(&left->type) || !trino_type_is_comparable(&left->type))
        return trino_scope_fail(trino, at->line, at->column, TRINO_NOT_SUPPORTED,
                                "USING of columns of these types is not supported: %s and %s",
                                trino_type_name(&left->type, trino->arena),
                                trino_type_name(&right->type, trino->arena));
    struct trino_output *output = trino_scope_add(trino, merged, at->line, at->column);
    if (output == NULL || !trino_scope_name(trino, output, at->name))
        return false;
    output->type = left->type;
    output->text = join->join == JOIN_RIGHT ? right->text : left->text;
    if (join->join == JOIN_FULL)
        output->text = arena_printf(trino->arena, "coalesce(%s, %s)", left->text, right->text);
    return (output->text != NULL || trino_scope_no_memory(trino)) &&
           add_equal(trino, join, at, left, right);
}

static bool check_using(struct trino *trino, struct tree_relation *join,
                        struct trino_outputs *merged)
{
    const struct trino_outputs *left = join->left->found;
    const struct trino_outputs *right = join->right->found;
    bool *skips[2] = {ARENA_NEW(trino->arena, bool, left->count),
                      ARENA_NEW(trino->arena, bool, right->count)};
    if (skips[0] == NULL || skips[1] == NULL)
        return trino_scope_no_memory(trino);
    for (const struct tree_name *name = join->using; name != NULL; name = name->next)
        if (!merge_column(trino, join, merged, name, skips))
            return false;
    return append(trino, merged, left, join, skips[0]) &&
           append(trino, merged, right, join, skips[1]);
}

static bool check_join(struct trino *trino, struct tree_relation *join)
{
    struct trino_outputs *outputs = make_outputs(trino);
    if (outputs == NULL || !check_relation(trino, join->left) ||
        !check_relation(trino, join->right))
        return false;
    join->found = outputs;
    if (join->using != NULL)
        return check_using(trino, join, outputs);
    if (!append(trino, outputs, join->left->found, join, NULL) ||
        !append(trino, outputs, join->right->found, join, NULL))
        return false;
    const struct trino_scope scope = {.inputs = outputs, .clause = "JOIN clause"};
    return join->on == NULL ||
           trino_value_check_condition(trino, join->on, &scope, "JOIN ON clause");
}

static bool check_relation(struct trino *trino, struct tree_relation *relation)
{
    return relation->kind == RELATION_JOIN ? check_join(trino, relation)
                                           : check_named(trino, relation);
}

/* --- the SELECT's list --------------------------------------------------------------------- */

static struct tree_item *star_item(struct trino *trino, const struct tree *star,
                                   const struct trino_output *column)
{
    struct tree_item *item = ARENA_NEW(trino->arena, struct tree_item, 1);
    const struct tree_name at = {.line = star->line, .column = star->column};
    struct tree *node = name_node(trino, &at, column);
    if (item == NULL || node == NULL) {
        trino_scope_no_memory(trino);
        return NULL;
    }
    item->value = node;
    return item;
}

/* Puts the columns that a star stands for in its place; *at moves past them. */
static bool expand_star(struct trino *trino, struct tree_item ***at,
                        const struct trino_outputs *inputs)
{
    const struct tree *star = (**at)->value;
    struct tree_item *rest = (**at)->next;
    const char *relation = star->name.size == 0 ? NULL : trino_scope_lower(trino, star->name);
    size_t count = 0;
    if (star->name.size > 0 && relation == NULL)
        return false;
    for (size_t i = 0; inputs != NULL && i < inputs->count; i++) {
        const char *of = inputs->items[i].relation;
        if (relation != NULL && (of == NULL || strcmp(of, relation) != 0))
            continue;
        struct tree_item *item = star_item(trino, star, &inputs->items[i]);
        if (item == NULL)
            return false;
        **at = item;
        *at = &item->next;
        count++;
    }
    if (relation != NULL && count == 0)
        return trino_scope_fail_at(trino, star, TRINO_TABLE_NOT_FOUND,
                                   "Unable to resolve reference %s", relation);
    if (count == 0)
        return trino_scope_fail_at(trino, star, TRINO_OTHER,
                                   "SELECT * not allowed in queries without FROM clause");
    **at = rest;
    return true;
}

static bool check_items(struct trino *trino, struct tree_body *body,
                        const struct trino_scope *scope)
{
    struct tree_item **at = &body->items;
    while (*at != NULL) {
        if ((*at)->value->kind == TREE_STAR) {
            if (!expand_star(trino, &at, scope->inputs))
                return false;
            continue;
        }
        if (!trino_value_check(trino, (*at)->value, scope))
            return false;
        if ((*at)->value->result.kind == ENGINE_INTERVAL)
            return trino_scope_fail_at(trino, (*at)->value, TRINO_NOT_SUPPORTED,
                                       "an interval as a column is not supported");
        at = &(*at)->next;
    }
    return true;
}

/* The alias, or the last part of a column's name as it was written; else nothing. */
static bool name_item(struct trino *trino, const struct tree_item *item,
                      struct trino_output *output)
{
    const struct tree *value = item->value;
    if (item->alias.size > 0)
        return trino_scope_name(trino, output, item->alias);
    if (value->kind != TREE_NAME && value->kind != TREE_FIELD)
        return true;
    if (value->name.size > 0)
        return trino_scope_name(trino, output, value->name);
    const struct trino_output *column = value->found; /* a star's */
    output->name = column->name;
    output->shown = column->shown;
    return true;
}

static bool fill_outputs(struct trino *trino, struct tree_body *body)
{
    struct trino_outputs *outputs = make_outputs(trino);
    if (outputs == NULL)
        return false;
    for (const struct tree_item *item = body->items; item != NULL; item = item->next) {
        struct trino_output *output =
            trino_scope_add(trino, outputs, item->value->line, item->value->column);
        if (output == NULL || !name_item(trino, item, output))
            return false;
        output->type = item->value->result;
    }
    body->found = outputs;
    return true;
}

/* --- grouping ------------------------------------------------------------------------------ */

static struct tree_item *item_at(const struct tree_body *body, const struct tree *ordinal)
{
    int64_t position = 0;
    struct tree_item *item = body->items;
    if (!span_to_i64(ordinal->text, &position) || position < 1)
        return NULL;
    while (item != NULL && --position > 0)
        item = item->next;
    return item;
}

/* Not counting those of queries within it. */
static bool has_aggregate(const struct tree *value)
{
    if (value->kind == TREE_CALL && value->found != NULL &&
        ((const struct trino_function *)value->found)->aggregate)
        return true;
    for (const struct tree *child = value->first; child != NULL; child = child->next)
        if (has_aggregate(child))
            return true;
    return false;
}

static bool check_group_by(struct trino *trino, struct tree_body *body,
                           const struct trino_scope *scope)
{
    struct trino_scope inner = *scope;
    inner.aggregates = false;
    inner.clause = "GROUP BY clause";
    size_t count = 0;
    for (struct tree *group = body->group_by; group != NULL; group = group->next) {
        if (++count > TRINO_COLUMNS_MAX) /* each is compared with each value */
            return trino_scope_fail_at(trino, group, TRINO_OTHER, "GROUP BY of more than %d values",
                                       TRINO_COLUMNS_MAX);
        if (group->kind == TREE_INTEGER) {
            const struct tree_item *item = item_at(body, group);
            if (item == NULL)
                return trino_scope_fail_at(trino, group, TRINO_OTHER,
                                           "GROUP BY position %.*s is not in select list",
                                           (int)group->text.size, (const char *)group->text.data);
            if (has_aggregate(item->value))
                return trino_scope_fail_at(trino, group, TRINO_OTHER,
                                           "GROUP BY clause cannot contain aggregations, window "
                                           "functions or grouping operations");
            struct tree *next = group->next;
            *group = *item->value;
            group->next = next;
        } else if (!trino_value_check(trino, group, &inner)) {
            return false;
        }
        if (!trino_type_is_comparable(&group->result))
            return trino_scope_fail_at(
                trino, group, TRINO_TYPE_MISMATCH,
                "%s is not comparable, and therefore cannot be used in GROUP BY",
                trino_type_name(&group->result, trino->arena));
    }
    return true;
}

/* Is every column of this query's own FROM within an aggregate or grouped by? */
static bool check_grouped(struct trino *trino, const struct tree *value,
                          const struct tree_body *body, const struct trino_outputs *inputs)
{
    for (const struct tree *group = body->group_by; group != NULL; group = group->next)
        if (trino_value_equal(value, group))
            return true;
    if (value->kind == TREE_CALL && value->found != NULL &&
        ((const struct trino_function *)value->found)->aggregate)
        return true;
    if (value->kind == TREE_NAME) {
        const struct trino_output *column = value->found;
        bool own =
            inputs != NULL && column >= inputs->items && column < inputs->items + inputs->count;
        return !own || trino_scope_fail_at(
                           trino, value, TRINO_EXPRESSION_NOT_AGGREGATE,
                           "'%s' must be an aggregate expression or appear in GROUP BY clause",
                           column->name == NULL ? "_col" : column->name);
    }
    for (const struct tree *child = value->first; child != NULL; child = child->next)
        if (!check_grouped(trino, child, body, inputs))
            return false;
    return true;
}

static bool check_aggregation(struct trino *trino, struct tree_body *body, struct tree_query *query,
                              const struct trino_outputs *inputs)
{
    for (const struct tree_item *item = body->items; item != NULL; item = item->next)
        if (!check_grouped(trino, item->value, body, inputs))
            return false;
    if (body->having != NULL && !check_grouped(trino, body->having, body, inputs))
        return false;
    for (struct tree_order *order = query == NULL ? NULL : query->order; order != NULL;
         order = order->next)
        if (order->ordinal == 0 && !check_grouped(trino, order->value, body, inputs))
            return false;
    return true;
}

/* --- ORDER BY, LIMIT ----------------------------------------------------------------------- */

static size_t ordinal_of(const struct tree_body *body, const struct tree *value)
{
    size_t ordinal = 1;
    for (const struct tree_item *item = body->items; item != NULL; item = item->next, ordinal++)
        if (trino_value_equal(item->value, value))
            return ordinal;
    return 0;
}

static bool check_order(struct trino *trino, const struct tree_body *body, struct tree_order *order,
                        const struct trino_scope *scope, size_t column_count)
{
    struct tree *value = order->value;
    if (value->kind == TREE_INTEGER) {
        int64_t position = 0;
        if (!span_to_i64(value->text, &position) || position < 1 || (size_t)position > column_count)
            return trino_scope_fail_at(trino, value, TRINO_OTHER,
                                       "ORDER BY position %.*s is not in select list",
                                       (int)value->text.size, (const char *)value->text.data);
        order->ordinal = (size_t)position;
        return true;
    }
    if (!trino_value_check(trino, value, scope))
        return false;
    if (!trino_type_is_comparable(&value->result))
        return trino_scope_fail_at(
            trino, value, TRINO_TYPE_MISMATCH,
            "Type %s is not orderable, and therefore cannot be used in ORDER BY",
            trino_type_name(&value->result, trino->arena));
    order->ordinal = body->kind == BODY_SELECT ? ordinal_of(body, value) : 0;
    if (body->kind == BODY_SELECT && body->distinct && order->ordinal == 0)
        return trino_scope_fail_at(
            trino, value, TRINO_OTHER,
            "For SELECT DISTINCT, ORDER BY expressions must appear in select "
            "list");
    return true;
}

static bool check_limit(struct trino *trino, const struct tree *limit)
{
    int64_t rows = 0;
    if (limit == NULL || (limit->kind == TREE_INTEGER && span_to_i64(limit->text, &rows)))
        return true;
    return trino_scope_fail_at(trino, limit, TRINO_SYNTAX_ERROR,
                               "LIMIT and OFFSET take a whole number");
}

/* --- bodies -------------------------------------------------------------------------------- */

static bool check_select(struct trino *trino, struct tree_body *body, struct tree_query *query,
                         const struct trino_scope *outer)
{
    bool met_before = trino->met_aggregate;
    if (body->from != NULL && !check_relation(trino, body->from))
        return false;
    struct trino_scope scope = {.parent = outer,
                                .inputs = body->from == NULL ? NULL : body->from->found,
                                .clause = "WHERE clause"};
    if (body->where != NULL &&
        !trino_value_check_condition(trino, body->where, &scope, "WHERE clause"))
        return false;
    trino->met_aggregate = false;
    scope.aggregates = true;
    if (!check_items(trino, body, &scope) || !check_group_by(trino, body, &scope))
        return false;
    if (body->having != NULL &&
        !trino_value_check_condition(trino, body->having, &scope, "HAVING clause"))
        return false;
    if (!fill_outputs(trino, body))
        return false;
    const struct trino_outputs *outputs = body->found;
    scope.aliases = body->items;
    for (struct tree_order *order = query == NULL ? NULL : query->order; order != NULL;
         order = order->next)
        if (!check_order(trino, body, order, &scope, outputs->count))
            return false;
    for (size_t i = 0; body->distinct && i < outputs->count; i++)
        if (!trino_type_is_comparable(&outputs->items[i].type))
            return trino_scope_fail(trino, body->line, body->column, TRINO_TYPE_MISMATCH,
                                    "DISTINCT can only be applied to comparable types");
    body->aggregated = body->grouped || trino->met_aggregate || body->having != NULL;
    trino->met_aggregate = met_before;
    return !body->aggregated || check_aggregation(trino, body, query, scope.inputs);
}

static size_t row_size(const struct tree *row)
{
    size_t count = 0;
    if (row->kind != TREE_ROW)
        return 1;
    for (const struct tree *value = row->first; value != NULL; value = value->next)
        count++;
    return count;
}

static struct tree *row_value(struct tree *row, size_t index)
{
    if (row->kind != TREE_ROW)
        return row;
    struct tree *value = row->first;
    while (index-- > 0)
        value = value->next;
    return value;
}

static bool check_row(struct trino *trino, struct tree *row, const struct trino_scope *scope,
                      struct trino_outputs *outputs, bool first)
{
    size_t count = row_size(row);
    if (!first && count != outputs->count)
        return trino_scope_fail_at(trino, row, TRINO_TYPE_MISMATCH,
                                   "Values rows have mismatched sizes: %zu vs %zu", outputs->count,
                                   count);
    for (size_t i = 0; i < count; i++) {
        struct tree *value = row_value(row, i);
        if (!trino_value_check(trino, value, scope))
            return false;
        struct trino_output *output =
            first ? trino_scope_add(trino, outputs, row->line, row->column) : &outputs->items[i];
        if (output == NULL)
            return false;
        if (first)
            output->type = value->result;
        else if (!trino_type_common(&output->type, &value->result, &output->type))
            return trino_scope_fail_at(trino, value, TRINO_TYPE_MISMATCH,
                                       "Values rows have mismatched types: %s vs %s",
                                       trino_type_name(&output->type, trino->arena),
                                       trino_type_name(&value->result, trino->arena));
    }
    return true;
}

static bool check_values(struct trino *trino, struct tree_body *body,
                         const struct trino_scope *outer)
{
    struct trino_outputs *outputs = make_outputs(trino);
    const struct trino_scope scope = {.parent = outer, .clause = "VALUES"};
    if (outputs == NULL)
        return false;
    for (struct tree *row = body->rows; row != NULL; row = row->next)
        if (!check_row(trino, row, &scope, outputs, row == body->rows))
            return false;
    for (struct tree *row = body->rows; row != NULL; row = row->next)
        for (size_t i = 0; i < outputs->count; i++)
            if (!trino_value_coerce(trino, row_value(row, i), &outputs->items[i].type))
                return false;
    body->found = outputs;
    return true;
}

static bool check_set(struct trino *trino, struct tree_body *body, const struct trino_scope *outer)
{
    static const char *const names[] = {"UNION", "INTERSECT", "EXCEPT"};
    if (!check_body(trino, body->left, NULL, outer) || !check_body(trino, body->right, NULL, outer))
        return false;
    const struct trino_outputs *left = body->left->found;
    const struct trino_outputs *right = body->right->found;
    struct trino_outputs *outputs = make_outputs(trino);
    if (outputs == NULL)
        return false;
    if (left->count != right->count)
        return trino_scope_fail(trino, body->right->line, body->right->column, TRINO_TYPE_MISMATCH,
                                "%s query has different number of fields: %zu, %zu",
                                names[body->set], left->count, right->count);
    for (size_t i = 0; i < left->count; i++) {
        struct trino_output *output = trino_scope_add(trino, outputs, body->line, body->column);
        if (output == NULL)
            return false;
        output->name = left->items[i].name;
        output->shown = left->items[i].shown;
        if (!trino_type_common(&left->items[i].type, &right->items[i].type, &output->type))
            return trino_scope_fail(
                trino, body->right->line, body->right->column, TRINO_TYPE_MISMATCH,
                "column %zu in %s query has incompatible types: %s, %s", i + 1, names[body->set],
                trino_type_name(&left->items[i].type, trino->arena),
                trino_type_name(&right->items[i].type, trino->arena));
    }
    body->found = outputs;
    return true;
}

static bool check_body(struct trino *trino, struct tree_body *body, struct tree_query *query,
                       const struct trino_scope *outer)
{
    switch (body->kind) {
    case BODY_SELECT:
        return check_select(trino, body, query, outer);
    case BODY_VALUES:
        return check_values(trino, body, outer);
    case BODY_SET:
        return check_set(trino, body, outer);
    case BODY_QUERY:
        if (!trino_query_check(trino, body->query, outer))
            return false;
        body->found = body->query->found;
        return true;
    }
    return false;
}

/* ORDER BY over what is no SELECT sees its columns only: s.c0 ... */
static bool check_outer_order(struct trino *trino, struct tree_query *query)
{
    const struct trino_outputs *columns = query->body->found;
    struct trino_outputs *inputs = make_outputs(trino);
    if (inputs == NULL)
        return false;
    for (size_t i = 0; i < columns->count; i++) {
        struct trino_output *input =
            trino_scope_add(trino, inputs, query->body->line, query->body->column);
        if (input == NULL)
            return false;
        *input = columns->items[i];
        input->relation = NULL;
        input->text = arena_printf(trino->arena, "s.c%zu", i);
        if (input->text == NULL)
            return trino_scope_no_memory(trino);
    }
    const struct trino_scope scope = {.inputs = inputs, .clause = "ORDER BY clause"};
    for (struct tree_order *order = query->order; order != NULL; order = order->next)
        if (!check_order(trino, query->body, order, &scope, columns->count))
            return false;
    return true;
}

bool trino_query_check(struct trino *trino, struct tree_query *query,
                       const struct trino_scope *outer)
{
    for (struct tree_with *with = query->with; with != NULL; with = with->next) {
        with->number = trino->relation_count++;
        if (!trino_query_check(trino, with->query, NULL) ||
            !rename_columns(trino, with->column_aliases, with->query->found, NULL))
            return false;
    }
    if (!check_body(trino, query->body, query, outer) || !check_limit(trino, query->limit) ||
        !check_limit(trino, query->offset))
        return false;
    query->found = query->body->found;
    return query->body->kind == BODY_SELECT || query->order == NULL ||
           check_outer_order(trino, query);
}

/* NOLINTEND(misc-no-recursion) */
