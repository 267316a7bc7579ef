/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - catalogs, schemas and tables as a statement names them, and what is there.
 *
 * There are two catalogs: hive, which the metastore fills, and system.  Both
 * have an information_schema, which is made up here.
 *
 * Thread: a worker. */
#ifndef SQL_NAMES_H
#define SQL_NAMES_H

#include <stdbool.h>

#include "config/config.h"
#include "dialect/statement.h"
#include "net/catalog_client.h"
#include "sql/run.h"
#include "wire/hive_table.h"

#define NAMES_HIVE "hive"
#define NAMES_SYSTEM "system"
#define NAMES_INFORMATION_SCHEMA "information_schema"

struct names_place {
    struct run *run;
    struct catalog_client *catalog;
    const struct config *config;
};

/* Where in the text it stands; all set from the session where the statement does not say. */
struct names_path {
    const char *catalog;
    const char *schema;
    const char *table; /* NULL: of a schema only */
    int line;
    int column;
    bool named; /* the place is of a name, not of the whole statement */
};

bool names_is_catalog(const char *name);
/* LIKE: % any characters, _ one, `escape` (0: none) before one that is meant itself. */
bool names_like(const char *text, const char *pattern, char escape);

/* False: the run's fault says what is missing. */
MUST_CHECK bool names_resolve(struct run *run, const struct statement_name *name,
                              struct names_path *path);
MUST_CHECK bool names_check_catalog(struct run *run, const struct names_path *path);
MUST_CHECK bool names_check_schema(const struct names_place *place, const struct names_path *path);
/* All databases and information_schema, sorted. */
MUST_CHECK bool names_schemas(const struct names_place *place, const char *catalog,
                              struct hive_names *schemas);
/* The tables of a schema that is there. */
MUST_CHECK bool names_tables(const struct names_place *place, const struct names_path *path,
                             struct hive_names *tables);
/* A table of the metastore; else TABLE_NOT_FOUND or SCHEMA_NOT_FOUND. */
MUST_CHECK bool names_table(const struct names_place *place, const struct names_path *path,
                            struct hive_table *table);
/* Sets the fault "Table ... does not exist"; false. */
bool names_no_table(struct run *run, const struct names_path *path);

#endif
