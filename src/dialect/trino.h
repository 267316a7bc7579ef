/* SPDX-License-Identifier: Apache-2.0 */
/* trino.h - a query in Presto's, Trino's or Hive's SQL, to the engine's.
 *
 *   trino_parse      which tables does it name?
 *   (the caller asks the catalog, and fills a trino_table for each)
 *   trino_translate  names and types checked, the engine's text written anew
 *
 * What is listed in docs/sql.md gives the dialect's own answers; all else is
 * refused by name.  Errors carry line and column, and texts as Trino words
 * them, without the "line 1:15: " in front, which is the caller's to add.
 *
 * Thread: any; pure. */
#ifndef DIALECT_TRINO_H
#define DIALECT_TRINO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "engine/engine_type.h"

#define TRINO_SQL_BYTES_MAX (1024 * 1024)
#define TRINO_TABLES_MAX 256
#define TRINO_COLUMNS_MAX 2000

enum trino_dialect { TRINO_TRINO, TRINO_PRESTO, TRINO_HIVE };

/* What Trino calls the error; the err_kind alone is too coarse for its protocol. */
enum trino_fault {
    TRINO_OK,
    TRINO_SYNTAX_ERROR,
    TRINO_NOT_SUPPORTED,
    TRINO_COLUMN_NOT_FOUND,
    TRINO_AMBIGUOUS_NAME,
    TRINO_TABLE_NOT_FOUND,
    TRINO_MISSING_SCHEMA_NAME,
    TRINO_MISSING_CATALOG_NAME,
    TRINO_TYPE_MISMATCH,
    TRINO_FUNCTION_NOT_FOUND,
    TRINO_EXPRESSION_NOT_AGGREGATE,
    TRINO_INVALID_LITERAL,
    TRINO_OTHER, /* another fault of the statement's meaning: GENERIC_USER_ERROR */
};

struct trino_session {
    enum trino_dialect dialect;
    const char *catalog;   /* NULL: a table's name must have it */
    const char *schema;    /* NULL: the same */
    const char *time_zone; /* the session's, NULL: UTC */
    const char *user;      /* for current_user */
};

/* A table as the query names it, made whole with the session's catalog and schema, lower-cased. */
struct trino_name {
    const char *catalog;
    const char *schema;
    const char *table;
    int line;
    int column;
};

struct trino_column {
    const char *name; /* lower case */
    struct engine_type type;
};

/* `relation` is text of the engine's SQL that may stand in FROM before an alias: "(SELECT ...)";
 * it has exactly these columns, under these names, of these types. */
struct trino_table {
    const char *relation;
    const struct trino_column *columns;
    size_t column_count;
};

struct trino_query; /* parsed; lives in its arena */

MUST_CHECK struct trino_query *trino_parse(struct span sql, const struct trino_session *session,
                                           struct arena *arena, enum trino_fault *fault,
                                           struct err *err);
/* Each table once, in the order of their first mention. */
size_t trino_table_count(const struct trino_query *query);
const struct trino_name *trino_table(const struct trino_query *query, size_t index);

struct trino_plan {
    const char *sql;              /* the engine's */
    struct trino_column *columns; /* of the result: names as written, or _col0, and types */
    size_t column_count;
};

/* `tables` are parallel to the names; all lives in the arena of the query.  Run plan->sql and read
 * the columns by position: the engine's names differ, the types are these. */
MUST_CHECK bool trino_translate(struct trino_query *query, const struct trino_table *tables,
                                struct trino_plan *plan, enum trino_fault *fault, struct err *err);
/* After trino_translate: does the statement name this column of this table, or stand a star for it?
 */
bool trino_reads(const struct trino_query *query, size_t table, size_t column);

#endif
