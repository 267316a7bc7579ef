/* SPDX-License-Identifier: Apache-2.0 */
/* trino.c - parse, ask for tables, check, print. */
#include "dialect/trino.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "dialect/parser.h"
#include "dialect/trino_print.h"
#include "dialect/trino_query.h"
#include "dialect/trino_scope.h"
#include "engine/query.h"

/* Recursion is bounded: the parser bounds the depth of a tree.
 * NOLINTBEGIN(misc-no-recursion) */

struct trino_query {
    struct arena *arena;
    struct trino_session session;
    struct tree_query *tree;
    struct trino_name *names;
    size_t name_count;
    bool **reads; /* by table and column; NULL before the translation */
};

/* The WITH names in sight, innermost first. */
struct sight {
    const struct sight *outer;
    struct tree_with *first;      /* of one WITH, */
    const struct tree_with *past; /* up to this one */
};

/* Collecting tables; struct trino only for its way to fail. */
struct collector {
    struct trino trino;
    struct trino_query *query;
};

static bool collect_query(struct collector *c, struct tree_query *query, const struct sight *outer);

/* --- tables -------------------------------------------------------------------------------- */

static struct tree_with *find_with(const struct collector *c, struct span name,
                                   const struct sight *sight)
{
    const char *lower = trino_scope_lower(&c->trino, name);
    for (; lower != NULL && sight != NULL; sight = sight->outer)
        for (struct tree_with *with = sight->first; with != sight->past; with = with->next)
            if (span_is_nocase(with->name, lower))
                return with;
    return NULL;
}

static bool name_table(struct collector *c, const struct tree_relation *relation,
                       struct trino_name *name)
{
    const struct trino_session *session = &c->query->session;
    const char *parts[3] = {NULL, NULL, NULL}; /* catalog, schema, table */
    for (size_t i = 0; i < relation->part_count; i++) {
        const char *part = trino_scope_lower(&c->trino, relation->parts[i]);
        parts[3 - relation->part_count + i] = part;
        if (part == NULL)
            return false;
    }
    *name = (struct trino_name){parts[0] == NULL ? session->catalog : parts[0],
                                parts[1] == NULL ? session->schema : parts[1], parts[2],
                                relation->line, relation->column};
    if (name->schema == NULL)
        return trino_scope_fail(&c->trino, relation->line, relation->column,
                                TRINO_MISSING_SCHEMA_NAME,
                                "Schema must be specified when session schema is not set");
    return name->catalog != NULL ||
           trino_scope_fail(&c->trino, relation->line, relation->column, TRINO_MISSING_CATALOG_NAME,
                            "Catalog must be specified when session catalog is not set");
}

static bool same_table(const struct trino_name *a, const struct trino_name *b)
{
    return strcmp(a->table, b->table) == 0 && strcmp(a->schema, b->schema) == 0 &&
           strcmp(a->catalog, b->catalog) == 0;
}

static bool add_table(struct collector *c, struct tree_relation *relation)
{
    struct trino_query *query = c->query;
    struct trino_name name;
    if (!name_table(c, relation, &name))
        return false;
    assert(name.table != NULL && name.schema != NULL && name.catalog != NULL);
    for (size_t i = 0; i < query->name_count; i++) {
        if (same_table(&query->names[i], &name)) {
            relation->table = i;
            return true;
        }
    }
    if (query->name_count == TRINO_TABLES_MAX)
        return trino_scope_fail(&c->trino, relation->line, relation->column, TRINO_OTHER,
                                "more than %d tables", TRINO_TABLES_MAX);
    if (query->names == NULL)
        query->names = ARENA_NEW(query->arena, struct trino_name, TRINO_TABLES_MAX);
    if (query->names == NULL)
        return trino_scope_no_memory(&c->trino);
    relation->table = query->name_count;
    query->names[query->name_count++] = name;
    return true;
}

/* --- walking ------------------------------------------------------------------------------- */

static bool collect_values(struct collector *c, struct tree *value, const struct sight *sight);

static bool collect_value(struct collector *c, struct tree *value, const struct sight *sight)
{
    if (value == NULL)
        return true;
    if (value->query != NULL && !collect_query(c, value->query, sight))
        return false;
    for (struct tree_order *order = value->order; order != NULL; order = order->next)
        if (!collect_value(c, order->value, sight))
            return false;
    return collect_value(c, value->filter, sight) && collect_values(c, value->first, sight);
}

static bool collect_values(struct collector *c, struct tree *value, const struct sight *sight)
{
    for (; value != NULL; value = value->next)
        if (!collect_value(c, value, sight))
            return false;
    return true;
}

static bool collect_relation(struct collector *c, struct tree_relation *relation,
                             const struct sight *sight)
{
    switch (relation->kind) {
    case RELATION_TABLE:
        if (relation->part_count == 1)
            relation->with = find_with(c, relation->parts[0], sight);
        return relation->with != NULL || add_table(c, relation);
    case RELATION_QUERY:
        return collect_query(c, relation->query, sight);
    case RELATION_JOIN:
        return collect_relation(c, relation->left, sight) &&
               collect_relation(c, relation->right, sight) && collect_value(c, relation->on, sight);
    }
    return false;
}

static bool collect_select(struct collector *c, struct tree_body *body, const struct sight *sight)
{
    for (const struct tree_item *item = body->items; item != NULL; item = item->next)
        if (!collect_value(c, item->value, sight))
            return false;
    return (body->from == NULL || collect_relation(c, body->from, sight)) &&
           collect_value(c, body->where, sight) && collect_values(c, body->group_by, sight) &&
           collect_value(c, body->having, sight);
}

static bool collect_body(struct collector *c, struct tree_body *body, const struct sight *sight)
{
    switch (body->kind) {
    case BODY_SELECT:
        return collect_select(c, body, sight);
    case BODY_VALUES:
        return collect_values(c, body->rows, sight);
    case BODY_SET:
        return collect_body(c, body->left, sight) && collect_body(c, body->right, sight);
    case BODY_QUERY:
        return collect_query(c, body->query, sight);
    }
    return false;
}

static bool collect_query(struct collector *c, struct tree_query *query, const struct sight *outer)
{
    struct sight sight = {outer, query->with, query->with};
    for (struct tree_with *with = query->with; with != NULL; with = with->next) {
        if (!collect_query(c, with->query, &sight))
            return false;
        sight.past = with->next; /* the next one sees this */
    }
    for (const struct tree_order *order = query->order; order != NULL; order = order->next)
        if (!collect_value(c, order->value, &sight))
            return false;
    return collect_body(c, query->body, &sight);
}

/* --- parse and translate ------------------------------------------------------------------- */

static struct trino_query *parse_failed(const struct err *err, enum trino_fault *fault)
{
    *fault = err->kind == ERR_UNSUPPORTED ? TRINO_NOT_SUPPORTED
             : err->kind == ERR_LIMIT     ? TRINO_OTHER
                                          : TRINO_SYNTAX_ERROR;
    return NULL;
}

struct trino_query *trino_parse(struct span sql, const struct trino_session *session,
                                struct arena *arena, enum trino_fault *fault, struct err *err)
{
    *fault = TRINO_OK;
    struct tree_query *tree =
        parser_query(sql, session->dialect == TRINO_HIVE ? LEXER_HIVE : LEXER_TRINO, arena, err);
    if (tree == NULL)
        return parse_failed(err, fault);
    struct trino_query *query = ARENA_NEW(arena, struct trino_query, 1);
    if (query == NULL) {
        err_set(err, ERR_LIMIT, "the statement needs more than %zu bytes", arena->limit);
        return parse_failed(err, fault);
    }
    query->arena = arena;
    query->session = *session;
    query->tree = tree;
    struct collector collector = {
        .trino = {.query = query, .session = session, .arena = arena, .err = err, .fault = fault},
        .query = query};
    return collect_query(&collector, tree, NULL) ? query : NULL;
}

size_t trino_table_count(const struct trino_query *query)
{
    return query->name_count;
}

const struct trino_name *trino_table(const struct trino_query *query, size_t index)
{
    return &query->names[index];
}

static bool fill_columns(struct trino *trino, const struct text *out, struct trino_plan *plan)
{
    const struct trino_outputs *outputs = trino->query->tree->found;
    const char *unnamed = trino->session->dialect == TRINO_HIVE ? "_c" : "_col";
    plan->sql = out->full ? NULL : arena_string(trino->arena, text_span(out));
    plan->column_count = outputs->count;
    plan->columns = ARENA_NEW(trino->arena, struct trino_column, outputs->count);
    if (plan->sql == NULL || plan->columns == NULL)
        return trino_scope_no_memory(trino);
    for (size_t i = 0; i < outputs->count; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "%s%zu", unnamed, i);
        plan->columns[i].name = outputs->items[i].shown != NULL
                                    ? outputs->items[i].shown
                                    : arena_string(trino->arena, span_of(name));
        plan->columns[i].type = outputs->items[i].type;
        if (plan->columns[i].name == NULL)
            return trino_scope_no_memory(trino);
    }
    return true;
}

static bool make_reads(struct trino *trino, struct trino_query *query)
{
    query->reads = ARENA_NEW(query->arena, bool *, query->name_count);
    if (query->reads == NULL)
        return trino_scope_no_memory(trino);
    for (size_t i = 0; i < query->name_count; i++) {
        query->reads[i] = ARENA_NEW(query->arena, bool, trino->tables[i].column_count);
        if (query->reads[i] == NULL)
            return trino_scope_no_memory(trino);
    }
    trino->reads = query->reads;
    return true;
}

bool trino_reads(const struct trino_query *query, size_t table, size_t column)
{
    return query->reads[table][column];
}

bool trino_translate(struct trino_query *query, const struct trino_table *tables,
                     struct trino_plan *plan, enum trino_fault *fault, struct err *err)
{
    struct trino trino = {.query = query,
                          .session = &query->session,
                          .tables = tables,
                          .arena = query->arena,
                          .err = err,
                          .fault = fault};
    struct text out;
    *fault = TRINO_OK;
    if (!make_reads(&trino, query) || !trino_query_check(&trino, query->tree, NULL))
        return false;
    text_init(&out, QUERY_SQL_BYTES_MAX);
    trino_print_outermost(&trino, &out, query->tree);
    bool ok = fill_columns(&trino, &out, plan);
    text_reset(&out);
    return ok;
}

/* NOLINTEND(misc-no-recursion) */
