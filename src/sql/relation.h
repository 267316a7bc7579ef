/* SPDX-License-Identifier: Apache-2.0 */
/* relation.h - a table of the catalog as something the engine can select from.
 *
 * The files are listed once and read under exactly those names.  Files with
 * the same columns are read together; from each, the declared columns are
 * taken by name without case, or by position where the session says
 * hive.parquet_use_column_names=false, as Presto does by default.  A declared
 * column that matches none, but exactly one when `-`, space and `.` are read
 * as `_`, gets that one, and the reply to a statement that reads it warns
 * that Trino would show NULL;
 * unless the table's parameter lake.column_match is "exact".  What is missing
 * is NULL.
 *
 * Thread: a worker. */
#ifndef SQL_RELATION_H
#define SQL_RELATION_H

#include <stdbool.h>

#include "config/config.h"
#include "dialect/trino.h"
#include "engine/query.h"
#include "sql/footers.h"
#include "sql/run.h"
#include "wire/hive_table.h"

#define RELATION_MATCH_PARAMETER "lake.column_match"
#define RELATION_WARNING_CODE (0x01000000 + 1)
#define RELATION_WARNING_NAME "HIVE_COLUMN_NAME_NORMALIZED"

struct relation {
    struct trino_table table;
    const char *database; /* NULL: no table of the catalog's */
    const char *name;
    const char **instead;    /* per column: the file's that is read in its place; NULL: none */
    const char **mismatches; /* per column: why a file's type cannot be read as it; NULL: it can */
};

struct relation_place {
    struct run *run;     /* whose arena, session, warnings and fault are used */
    struct query *query; /* idle */
    struct footers *footers;
    const struct config *config;
};

/* False: run->fault says why, naming the table, and the file where it is about one. */
MUST_CHECK bool relation_build(const struct relation_place *place, const struct hive_table *table,
                               struct relation *relation);
/* False: a file's type cannot be read as the column's, and the fault is set: of a column that the
 * statement reads. */
MUST_CHECK bool relation_check(struct run *run, const struct relation *relation, size_t column);
/* Tells the client where a column of another name is read: of a column that the statement reads. */
void relation_warn(struct run *run, const struct relation *relation, size_t column);
/* The columns that DESCRIBE shows: those declared and those partitioned by. */
MUST_CHECK bool relation_columns(struct run *run, const struct hive_table *table,
                                 struct presto_type **types, size_t *count);

#endif
