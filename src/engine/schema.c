/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c - asks the engine what it sees in a file. */
#include "engine/schema.h"

#include <string.h>

#include "io/worker.h"

/* Recursion is bounded: the depth of a type is bounded by query.c.
 * NOLINTBEGIN(misc-no-recursion) */

#define SCAN_BYTES_MAX (64 * 1024)

static bool copy_type(struct engine_type *to, const struct engine_type *from, struct arena *arena)
{
    *to = *from;
    if (from->child_count == 0)
        return true;
    struct engine_type *children = ARENA_NEW(arena, struct engine_type, from->child_count);
    const char **names = ARENA_NEW(arena, const char *, from->child_count);
    if (children == NULL || names == NULL)
        return false;
    for (size_t i = 0; i < from->child_count; i++) {
        if (!copy_type(&children[i], &from->children[i], arena))
            return false;
        if (from->names != NULL) {
            names[i] = arena_string(arena, span_of(from->names[i]));
            if (names[i] == NULL)
                return false;
        }
    }
    to->children = children;
    to->names = from->names == NULL ? NULL : names;
    return true;
}

static bool copy_columns(const struct query *query, struct schema *schema, struct arena *arena,
                         struct err *err)
{
    schema->column_count = query_column_count(query);
    schema->columns = ARENA_NEW(arena, struct schema_column, schema->column_count);
    for (size_t i = 0; schema->columns != NULL && i < schema->column_count; i++) {
        struct schema_column *column = &schema->columns[i];
        column->name = arena_string(arena, span_of(query_column_name(query, i)));
        if (column->name == NULL || !copy_type(&column->type, query_column_type(query, i), arena))
            return err_set(err, ERR_LIMIT, "its columns need more than %zu bytes", arena->limit);
    }
    return schema->columns != NULL ||
           err_set(err, ERR_LIMIT, "its columns need more than %zu bytes", arena->limit);
}

bool schema_read(struct query *query, const char *path, struct schema *schema, struct arena *arena,
                 struct err *err)
{
    ON_WORKER();
    struct text sql;
    text_init(&sql, SCAN_BYTES_MAX);
    text_add_string(&sql, "SELECT * FROM ");
    schema_scan(&sql, &path, 1);
    bool ok = !sql.full || err_set(err, ERR_LIMIT, "its path passes %d bytes", SCAN_BYTES_MAX);
    ok = ok && query_describe(query, text_span(&sql), err) &&
         copy_columns(query, schema, arena, err);
    text_reset(&sql);
    query_finish(query);
    if (!ok && strstr(err->text, path) == NULL)
        err_within(err, "%s", path);
    return ok;
}

void schema_scan(struct text *out, const char *const *paths, size_t path_count)
{
    text_add_string(out, "read_parquet([");
    for (size_t i = 0; i < path_count; i++) {
        text_add_string(out, i == 0 ? "" : ", ");
        query_quote_path(out, span_of(paths[i]));
    }
    /* No guessing of types from the path, which may hold anything. */
    text_add_string(out, "], union_by_name => true, hive_partitioning => false)");
}

/* NOLINTEND(misc-no-recursion) */
