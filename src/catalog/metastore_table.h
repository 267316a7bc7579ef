/* SPDX-License-Identifier: Apache-2.0 */
/* metastore_table.h - the tables of a metastore: see metastore.h for what is promised.
 *
 * Thread: a worker, one at a time. */
#ifndef CATALOG_METASTORE_TABLE_H
#define CATALOG_METASTORE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/metastore.h"
#include "wire/hive_table.h"

/* What `show tables` with its kinds needs. */
struct metastore_table_row {
    const char *database;
    const char *name;
    const char *type;
    const char *comment; /* the parameter "comment", or NULL */
};

struct metastore_table_rows {
    struct metastore_table_row *rows;
    size_t count;
};

/* Tables and views of the databases that match, sorted by both names; `types`, when it names any,
 * are the only ones. */
MUST_CHECK bool metastore_table_list(struct metastore *metastore, const char *database_pattern,
                                     const char *pattern, const struct hive_names *types,
                                     struct arena *arena, struct metastore_table_rows *rows,
                                     struct err *err);
/* A database that does not exist has none, as in Hive's metastore. */
MUST_CHECK bool metastore_table_names(struct metastore *metastore, const char *database,
                                      const char *pattern, struct arena *arena,
                                      struct hive_names *names, struct err *err);
/* Only those that have the parameter with that value. */
MUST_CHECK bool metastore_table_names_with(struct metastore *metastore, const char *database,
                                           const struct hive_parameter *parameter,
                                           struct arena *arena, struct hive_names *names,
                                           struct err *err);
MUST_CHECK bool metastore_table_get(struct metastore *metastore, const char *database,
                                    const char *name, struct arena *arena, struct hive_table *table,
                                    struct err *err);
MUST_CHECK bool metastore_table_create(struct metastore *metastore, const struct hive_table *table,
                                       struct arena *arena, struct err *err);
MUST_CHECK bool metastore_table_drop(struct metastore *metastore, const char *database,
                                     const char *name, bool delete_data, struct arena *arena,
                                     struct err *err);
/* Within a transaction: the row goes, and its folder is doomed if it is managed and nobody else
 * names it. */
MUST_CHECK bool metastore_table_remove(struct metastore *metastore, int64_t table_id,
                                       bool delete_data, struct arena *arena, struct err *err);

#endif
