/* SPDX-License-Identifier: Apache-2.0 */
/* schema.h - which columns a Parquet file has.
 *
 * Thread: a worker, with the query that it is called with. */
#ifndef ENGINE_SCHEMA_H
#define ENGINE_SCHEMA_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/query.h"

struct schema_column {
    const char *name; /* as the file spells it */
    struct engine_type type;
};

struct schema {
    struct schema_column *columns; /* in the file's order */
    size_t column_count;
};

/* The top-level columns of one file; they live in `arena`.  ERR_CORRUPT: it is no Parquet file,
 * ERR_IO: it cannot be read; both texts name the path. */
MUST_CHECK bool schema_read(struct query *query, const char *path, struct schema *schema,
                            struct arena *arena, struct err *err);

/* Appends a table function call that reads these files as one table, columns matched by name
 * (a file without one gives NULLs): read_parquet(['a', 'b'], union_by_name => true).  At least
 * one path.  The files' columns keep their own spelling; which of two spellings of one name wins
 * is the first file's. */
void schema_scan(struct text *out, const char *const *paths, size_t path_count);

#endif
