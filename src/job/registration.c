/* SPDX-License-Identifier: Apache-2.0 */
/* registration.c - one table, described as Hive's `create external table` would. */
#include "job/registration.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "net/catalog_client.h"

#define CALL_MS_MAX 3000
#define NAME_BYTES 256
#define REPLY_BYTES_MAX ((size_t)16 * 1024 * 1024)

/* "db.table", or "table" in the database `default`. */
static bool split_name(const char *name, char database[NAME_BYTES], char table[NAME_BYTES],
                       struct err *err)
{
    struct span rest = span_of(name);
    struct span first = span_cut(&rest, '.');
    struct span db = rest.size == 0 ? span_of("default") : first;
    struct span tb = rest.size == 0 ? first : rest;

    if (db.size >= NAME_BYTES || tb.size >= NAME_BYTES || tb.size == 0)
        return err_set(err, ERR_MALFORMED, "'%s' is no table name", name);
    (void)snprintf(database, NAME_BYTES, "%.*s", (int)db.size, (const char *)db.data);
    (void)snprintf(table, NAME_BYTES, "%.*s", (int)tb.size, (const char *)tb.data);
    return true;
}

static bool create(struct catalog_client *client, const char *database, const char *name,
                   const struct spark_plan *plan, const char *table_dir, struct err *err)
{
    char location[PATH_MAX + 8];
    struct hive_parameter external = {"EXTERNAL", "TRUE"};
    struct hive_column *columns = mem_new_array(plan->column_count, sizeof(*columns));

    for (size_t i = 0; i < plan->column_count; i++)
        columns[i] = (struct hive_column){plan->columns[i].name, plan->columns[i].type, NULL};
    (void)snprintf(location, sizeof(location), "file://%s", table_dir);
    struct hive_table table = {
        .name = name,
        .database = database,
        .owner = "steelthread",
        .storage = {.columns = {columns, plan->column_count}, .location = location},
        .parameters = {&external, 1},
        .type = HIVE_TABLE_EXTERNAL,
    };
    hive_table_stored_as_parquet(&table);
    bool ok = catalog_client_create_table(client, &table, err);
    mem_free(columns);
    return ok;
}

bool registration_ensure(const struct config *config, const struct config_job *job,
                         const struct spark_plan *plan, const char *table_dir, bool *made,
                         struct err *err)
{
    char database[NAME_BYTES];
    char name[NAME_BYTES];
    struct arena arena;
    struct hive_table table;

    *made = false;
    if (!split_name(job->table, database, name, err))
        return false;
    struct catalog_client *client = catalog_client_create(&config->metastore, CALL_MS_MAX);
    arena_init(&arena, REPLY_BYTES_MAX);
    bool ok = catalog_client_get_table(client, database, name, &arena, &table, err);
    if (!ok && err->kind == ERR_NOT_FOUND) {
        ok = create(client, database, name, plan, table_dir, err);
        *made = ok;
        if (!ok && err->kind == ERR_CONFLICT) /* somebody was quicker */
            ok = true;
    }
    arena_reset(&arena);
    catalog_client_close(client);
    return ok || err_within(err, "table %s", job->table);
}
