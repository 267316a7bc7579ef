/* SPDX-License-Identifier: Apache-2.0 */
/* sql.h - answers queries in Presto's and Trino's protocol, over the tables' files.
 *
 * Tables are found through the catalog's Thrift port and read with DuckDB,
 * which may touch the storage and nothing else.  docs/sql.md lists statements,
 * types and functions. */
#ifndef SQL_SQL_H
#define SQL_SQL_H

#include "config/config.h"

/* The process's exit status. */
int sql_main(const struct config *config);

#endif
