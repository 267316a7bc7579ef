/* SPDX-License-Identifier: Apache-2.0 */
/* define.c - statements that change what is declared; files are never touched from here. */
#include "sql/define.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/worker.h"
#include "sql/column_type.h"

#define OWN_PARAMETERS 2 /* EXTERNAL and comment */

static bool no_room_to_define(struct run *run)
{
    return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                     "The statement is too long");
}

static bool only_hive(struct run *run, const struct names_path *path)
{
    if (!names_check_catalog(run, path))
        return false;
    if (strcmp(path->catalog, NAMES_HIVE) == 0 &&
        strcmp(path->schema, NAMES_INFORMATION_SCHEMA) != 0)
        return true;
    return fault_set(&run->fault, FAULT_NOT_SUPPORTED, "%s.%s cannot be changed", path->catalog,
                     path->schema);
}

/* What could never be read must not be declared: a location that is no place in the storage. */
static bool check_location(const struct names_place *place, const char *location)
{
    char path[PATH_MAX];
    struct err err = {0};

    if (location == NULL || config_storage_path(place->config, location, path, sizeof(path), &err))
        return true;
    return fault_set(&place->run->fault, FAULT_NOT_SUPPORTED, "%s", err.text);
}

static bool copy_columns(struct run *run, const struct statement_column *from, size_t count,
                         struct hive_columns *to)
{
    to->count = count;
    to->columns = ARENA_NEW(&run->arena, struct hive_column, count);
    if (to->columns == NULL)
        return no_room_to_define(run);
    for (size_t i = 0; i < count; i++) {
        struct presto_type type;
        struct err err = {0};
        if (!column_type_from_hive(from[i].type, &type, &run->arena, &err))
            return fault_at(&run->fault, FAULT_NOT_SUPPORTED, from[i].line, from[i].column,
                            "Column '%s': %s", from[i].name, err.text);
        for (size_t j = 0; j < i; j++)
            if (strcmp(from[i].name, from[j].name) == 0)
                return fault_at(&run->fault, FAULT_GENERIC_USER_ERROR, from[i].line, from[i].column,
                                "Column name '%s' specified more than once", from[i].name);
        to->columns[i] = (struct hive_column){from[i].name, from[i].type, from[i].comment};
    }
    return true;
}

static bool copy_parameters(struct run *run, const struct statement *statement,
                            struct hive_parameters *to)
{
    to->parameters =
        ARENA_NEW(&run->arena, struct hive_parameter, statement->property_count + OWN_PARAMETERS);
    if (to->parameters == NULL)
        return no_room_to_define(run);
    for (size_t i = 0; i < statement->property_count; i++)
        to->parameters[to->count++] =
            (struct hive_parameter){statement->properties[i].key, statement->properties[i].value};
    if (statement->external)
        to->parameters[to->count++] = (struct hive_parameter){"EXTERNAL", "TRUE"};
    if (statement->comment != NULL)
        to->parameters[to->count++] = (struct hive_parameter){"comment", statement->comment};
    return true;
}

static bool create_table(const struct names_place *place, const struct statement *statement)
{
    struct run *run = place->run;
    struct names_path path;
    struct hive_table table = {0};
    struct err err = {0};

    if (!names_resolve(run, &statement->name, &path) || !only_hive(run, &path) ||
        !names_check_schema(place, &path) || !check_location(place, statement->location))
        return false;
    if (!copy_columns(run, statement->columns, statement->column_count, &table.storage.columns) ||
        !copy_columns(run, statement->partitions, statement->partition_count,
                      &table.partition_keys) ||
        !copy_parameters(run, statement, &table.parameters))
        return false;
    table.database = path.schema;
    table.name = path.table;
    table.owner = run->client.user;
    table.type = statement->external ? HIVE_TABLE_EXTERNAL : HIVE_TABLE_MANAGED;
    table.storage.location = statement->location;
    table.storage.bucket_count = -1;
    hive_table_stored_as_parquet(&table);
    if (catalog_client_create_table(place->catalog, &table, &err) ||
        (err.kind == ERR_CONFLICT && statement->if_not_exists))
        return run_set_done(run, "CREATE TABLE");
    if (err.kind == ERR_CONFLICT)
        return fault_at(&run->fault, FAULT_TABLE_ALREADY_EXISTS, 1, 1,
                        "Table '%s.%s.%s' already exists", path.catalog, path.schema, path.table);
    return fault_catalog(&run->fault, &err);
}

static bool drop_table(const struct names_place *place, const struct statement *statement)
{
    struct run *run = place->run;
    struct names_path path;
    struct err err = {0};

    if (!names_resolve(run, &statement->name, &path) || !only_hive(run, &path))
        return false;
    if (catalog_client_drop_table(place->catalog, path.schema, path.table, true, &err))
        return run_set_done(run, "DROP TABLE");
    if (err.kind != ERR_NOT_FOUND)
        return fault_catalog(&run->fault, &err);
    if (statement->if_exists)
        return run_set_done(run, "DROP TABLE");
    return names_check_schema(place, &path) && names_no_table(run, &path);
}

static bool create_schema(const struct names_place *place, const struct statement *statement)
{
    struct run *run = place->run;
    struct names_path path;
    struct err err = {0};

    if (!names_resolve(run, &statement->name, &path) || !only_hive(run, &path) ||
        !check_location(place, statement->location))
        return false;
    const struct hive_database database = {
        .name = path.schema,
        .description = statement->comment,
        .location = statement->location,
        .owner_name = run->client.user,
        .owner_type = 1,
    };
    if (catalog_client_create_database(place->catalog, &database, &err) ||
        (err.kind == ERR_CONFLICT && statement->if_not_exists))
        return run_set_done(run, "CREATE SCHEMA");
    if (err.kind == ERR_CONFLICT)
        return fault_at(&run->fault, FAULT_SCHEMA_ALREADY_EXISTS, 1, 1,
                        "Schema '%s.%s' already exists", path.catalog, path.schema);
    return fault_catalog(&run->fault, &err);
}

static bool not_empty(struct run *run, const char *schema)
{
    if (run->client.protocol == PRESTO_PRESTO)
        return fault_set(&run->fault, FAULT_SCHEMA_NOT_EMPTY, "Schema not empty: %s", schema);
    return fault_set(&run->fault, FAULT_SCHEMA_NOT_EMPTY, "Cannot drop non-empty schema '%s'",
                     schema);
}

static bool drop_schema(const struct names_place *place, const struct statement *statement)
{
    struct run *run = place->run;
    struct names_path path;
    struct hive_names tables = {0};
    struct err err = {0};

    if (!names_resolve(run, &statement->name, &path) || !only_hive(run, &path))
        return false;
    if (!names_check_schema(place, &path)) {
        if (run->fault.name != FAULT_SCHEMA_NOT_FOUND || !statement->if_exists)
            return false;
        run->fault = (struct fault){0};
        return run_set_done(run, "DROP SCHEMA");
    }
    if (!names_tables(place, &path, &tables))
        return false;
    if (tables.count > 0 && !statement->cascade)
        return not_empty(run, path.schema);
    if (!catalog_client_drop_database(place->catalog, path.schema, true, statement->cascade, &err))
        return fault_catalog(&run->fault, &err);
    return run_set_done(run, "DROP SCHEMA");
}

bool define_statement(const struct names_place *place, const struct statement *statement)
{
    ON_WORKER();
    switch ((int)statement->kind) {
    case STATEMENT_CREATE_TABLE:
        return create_table(place, statement);
    case STATEMENT_DROP_TABLE:
        return drop_table(place, statement);
    case STATEMENT_CREATE_SCHEMA:
        return create_schema(place, statement);
    default:
        return drop_schema(place, statement);
    }
}
