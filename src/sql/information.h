/* SPDX-License-Identifier: Apache-2.0 */
/* information.h - information_schema, made up of what the metastore says when it is asked for.
 *
 * Thread: a worker. */
#ifndef SQL_INFORMATION_H
#define SQL_INFORMATION_H

#include <stdbool.h>

#include "dialect/trino.h"
#include "sql/names.h"

#define INFORMATION_TABLES_MAX 100000 /* tables whose columns one statement may ask for */

/* The names of its tables; the list lives in `arena`. */
struct hive_names information_tables(struct arena *arena);
/* One of them as a relation for a query; else the fault is TABLE_NOT_FOUND. */
MUST_CHECK bool information_build(const struct names_place *place, const struct names_path *path,
                                  struct trino_table *relation);
/* The columns of one of them, with their Trino types, for DESCRIBE. */
MUST_CHECK bool information_columns(const struct names_place *place, const struct names_path *path,
                                    const struct trino_column **columns, size_t *count);

#endif
