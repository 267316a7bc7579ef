/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - looks names up, and says what is missing as Trino or Presto would. */
#include "sql/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/worker.h"
#include "sql/information.h"

bool names_is_catalog(const char *name)
{
    return strcmp(name, NAMES_HIVE) == 0 || strcmp(name, NAMES_SYSTEM) == 0;
}

/* How many bytes the character at `text` has. */
static size_t step(const char *text)
{
    size_t size = span_utf8_size(span_of(text));
    return size == 0 ? 1 : size;
}

bool names_like(const char *text, const char *pattern, char escape)
{
    const char *star = NULL; /* behind the last %, and the text from which it was tried */
    const char *retry = NULL;

    while (*text != '\0') {
        bool literal = escape != '\0' && *pattern == escape && pattern[1] != '\0';
        const char *want = literal ? pattern + 1 : pattern;
        size_t size = step(text);
        if (!literal && *pattern == '%') {
            star = ++pattern;
            retry = text;
        } else if (!literal && *pattern == '_') {
            pattern++;
            text += size;
        } else if (strncmp(text, want, size) == 0) {
            pattern = want + size;
            text += size;
        } else if (star != NULL) {
            retry += step(retry);
            pattern = star;
            text = retry;
        } else {
            return false;
        }
    }
    while (*pattern == '%')
        pattern++;
    return *pattern == '\0';
}

/* Trino says where; Presto only where the place is the whole statement. */
static bool missing(struct run *run, const struct names_path *path, enum fault_name name,
                    const char *trino, const char *presto)
{
    bool says_where = run->client.protocol == PRESTO_TRINO || !path->named;
    int line = says_where ? path->line : 0;
    int column = says_where ? path->column : 0;

    return fault_at(&run->fault, name, line, column, "%s", says_where ? trino : presto);
}

#define MESSAGE_BYTES ERR_TEXT_BYTES

bool names_no_table(struct run *run, const struct names_path *path)
{
    char trino[MESSAGE_BYTES];
    char presto[MESSAGE_BYTES];

    (void)snprintf(trino, sizeof(trino), "Table '%s.%s.%s' does not exist", path->catalog,
                   path->schema, path->table);
    (void)snprintf(presto, sizeof(presto), "Table %s.%s.%s does not exist", path->catalog,
                   path->schema, path->table);
    return missing(run, path, FAULT_TABLE_NOT_FOUND, trino, presto);
}

static bool no_schema(struct run *run, const struct names_path *path)
{
    char trino[MESSAGE_BYTES];
    char presto[MESSAGE_BYTES];

    (void)snprintf(trino, sizeof(trino), "Schema '%s' does not exist", path->schema);
    (void)snprintf(presto, sizeof(presto), "Schema %s does not exist", path->schema);
    return missing(run, path, FAULT_SCHEMA_NOT_FOUND, trino, presto);
}

bool names_check_catalog(struct run *run, const struct names_path *path)
{
    char trino[MESSAGE_BYTES];
    char presto[MESSAGE_BYTES];

    if (names_is_catalog(path->catalog))
        return true;
    (void)snprintf(trino, sizeof(trino), "Catalog '%s' not found", path->catalog);
    (void)snprintf(presto, sizeof(presto), "Catalog %s does not exist", path->catalog);
    return missing(run, path, FAULT_CATALOG_NOT_FOUND, trino, presto);
}

bool names_resolve(struct run *run, const struct statement_name *name, struct names_path *path)
{
    bool hive = run->dialect == TRINO_HIVE;
    const char *catalog = run->client.catalog != NULL ? run->client.catalog
                          : hive                      ? NAMES_HIVE
                                                      : NULL;
    const char *schema = run->client.schema != NULL ? run->client.schema : hive ? "default" : NULL;

    *path = (struct names_path){
        .catalog = name->catalog != NULL ? name->catalog : catalog,
        .schema = name->schema != NULL ? name->schema : schema,
        .table = name->table,
        .line = 1,
        .column = 1,
    };
    if (path->catalog == NULL)
        return fault_at(&run->fault, FAULT_MISSING_CATALOG_NAME, 1, 1,
                        "Catalog must be specified when session catalog is not set");
    if (path->schema == NULL)
        return fault_at(&run->fault, FAULT_MISSING_SCHEMA_NAME, 1, 1,
                        "Schema must be specified when session schema is not set");
    return true;
}

static bool database_exists(const struct names_place *place, const char *name, bool *exists)
{
    struct hive_database database;
    struct err err = {0};

    *exists =
        catalog_client_get_database(place->catalog, name, &place->run->arena, &database, &err);
    if (*exists || err.kind == ERR_NOT_FOUND)
        return true;
    return fault_catalog(&place->run->fault, &err);
}

bool names_check_schema(const struct names_place *place, const struct names_path *path)
{
    bool exists = false;

    if (!names_check_catalog(place->run, path))
        return false;
    if (strcmp(path->schema, NAMES_INFORMATION_SCHEMA) == 0)
        return true;
    if (strcmp(path->catalog, NAMES_HIVE) == 0 && !database_exists(place, path->schema, &exists))
        return false;
    return exists || no_schema(place->run, path);
}

static int compare_names(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;
    return strcmp(*left, *right);
}

bool names_schemas(const struct names_place *place, const char *catalog, struct hive_names *schemas)
{
    ON_WORKER();
    struct run *run = place->run;
    struct hive_names found = {0};
    struct err err = {0};

    if (strcmp(catalog, NAMES_HIVE) == 0 &&
        !catalog_client_get_databases(place->catalog, &run->arena, &found, &err))
        return fault_catalog(&run->fault, &err);
    const char **names = ARENA_NEW(&run->arena, const char *, found.count + 1);
    if (names == NULL)
        return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES, "Too many schemas");
    size_t count = 0;
    bool seen = false;
    for (size_t i = 0; i < found.count; i++) {
        seen = seen || strcmp(found.names[i], NAMES_INFORMATION_SCHEMA) == 0;
        names[count++] = found.names[i];
    }
    if (!seen)
        names[count++] = NAMES_INFORMATION_SCHEMA;
    qsort(names, count, sizeof(names[0]), compare_names);
    *schemas = (struct hive_names){names, count};
    return true;
}

bool names_tables(const struct names_place *place, const struct names_path *path,
                  struct hive_names *tables)
{
    ON_WORKER();
    struct err err = {0};

    *tables = (struct hive_names){0};
    if (strcmp(path->schema, NAMES_INFORMATION_SCHEMA) == 0) {
        *tables = information_tables(&place->run->arena);
        return true;
    }
    if (strcmp(path->catalog, NAMES_HIVE) != 0)
        return true;
    if (!catalog_client_get_tables(place->catalog, path->schema, &place->run->arena, tables, &err))
        return fault_catalog(&place->run->fault, &err);
    return true;
}

bool names_table(const struct names_place *place, const struct names_path *path,
                 struct hive_table *table)
{
    ON_WORKER();
    struct err err = {0};

    if (!names_check_catalog(place->run, path))
        return false;
    if (strcmp(path->catalog, NAMES_HIVE) == 0) {
        if (catalog_client_get_table(place->catalog, path->schema, path->table, &place->run->arena,
                                     table, &err))
            return true;
        if (err.kind != ERR_NOT_FOUND)
            return fault_catalog(&place->run->fault, &err);
    }
    if (!names_check_schema(place, path))
        return false;
    return names_no_table(place->run, path);
}
