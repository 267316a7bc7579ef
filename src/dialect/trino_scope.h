/* SPDX-License-Identifier: Apache-2.0 */
/* trino_scope.h - what the checks of a query share: its columns, its names, its failing.
 *
 * Thread: one at a time. */
#ifndef DIALECT_TRINO_SCOPE_H
#define DIALECT_TRINO_SCOPE_H

#include "base/arena.h"
#include "base/err.h"
#include "dialect/tree.h"
#include "dialect/trino.h"

/* A column that a relation gives, or a query answers with.  Names are in small letters. */
struct trino_output {
    const char *name;    /* NULL: it has none */
    const char *shown;   /* the same as somebody wrote it, for the answer */
    const char *catalog; /* of its table, NULL: none */
    const char *schema;
    const char *relation; /* the alias or the table; NULL: none may be written before it */
    struct engine_type type;
    const char *text; /* in the engine's SQL: t3."host" */
    bool *read;       /* of a table's column: set where the statement names it; else NULL */
};

struct trino_outputs {
    struct trino_output *items;
    size_t count;
    size_t room;
};

/* Where a value's names are looked up: the FROM's columns, then the query around it. */
struct trino_scope {
    const struct trino_scope *parent;
    const struct trino_outputs *inputs;
    const struct tree_item *aliases; /* of ORDER BY: names in the SELECT come first */
    bool aggregates;                 /* may stand here */
    const char *clause;              /* where they may not: "WHERE clause" */
};

/* A translation. */
struct trino {
    struct trino_query *query;
    const struct trino_session *session;
    const struct trino_table *tables;
    bool **reads; /* by table and column */
    struct arena *arena;
    struct err *err;
    enum trino_fault *fault;
    unsigned relation_count;
    unsigned query_depth; /* of queries as values, within each other */
    bool met_aggregate;   /* since somebody cleared it */
};

/* Always false. */
bool trino_scope_fail(const struct trino *trino, int line, int column, enum trino_fault fault,
                      const char *fmt, ...) __attribute__((format(printf, 5, 6)));
bool trino_scope_fail_at(const struct trino *trino, const struct tree *at, enum trino_fault fault,
                         const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool trino_scope_no_memory(const struct trino *trino);
/* The name in small letters; NULL: no memory, and said. */
const char *trino_scope_lower(const struct trino *trino, struct span name);
/* Gives a column its name, in small letters and as written. */
MUST_CHECK bool trino_scope_name(const struct trino *trino, struct trino_output *output,
                                 struct span name);
/* A new zeroed column at the end; NULL: too many or no memory, and said. */
struct trino_output *trino_scope_add(const struct trino *trino, struct trino_outputs *outputs,
                                     int line, int column);

/* The statement reads this column. */
void trino_scope_read(const struct trino_output *column);

/* Resolves a name of one to four parts (with fields of rows after it), notes column and type. */
MUST_CHECK bool trino_scope_resolve(struct trino *trino, struct tree *value,
                                    const struct trino_scope *scope);

#endif
