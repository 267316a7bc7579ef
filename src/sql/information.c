/* SPDX-License-Identifier: Apache-2.0 */
/* information.c - the rows of information_schema, written as VALUES for the engine. */
#include "sql/information.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "engine/query.h"
#include "io/worker.h"
#include "sql/relation.h"

#define TEXT_COLUMN(label)                                                                         \
    {                                                                                              \
        label,                                                                                     \
        {                                                                                          \
            .kind = ENGINE_VARCHAR                                                                 \
        }                                                                                          \
    }
#define NUMBER_COLUMN(label)                                                                       \
    {                                                                                              \
        label,                                                                                     \
        {                                                                                          \
            .kind = ENGINE_BIGINT                                                                  \
        }                                                                                          \
    }

static const struct trino_column schemata_columns[] = {
    TEXT_COLUMN("catalog_name"),
    TEXT_COLUMN("schema_name"),
};
static const struct trino_column tables_columns[] = {
    TEXT_COLUMN("table_catalog"),
    TEXT_COLUMN("table_schema"),
    TEXT_COLUMN("table_name"),
    TEXT_COLUMN("table_type"),
};
static const struct trino_column views_columns[] = {
    TEXT_COLUMN("table_catalog"),
    TEXT_COLUMN("table_schema"),
    TEXT_COLUMN("table_name"),
    TEXT_COLUMN("view_definition"),
};
/* Presto has the last two, Trino has not. */
static const struct trino_column columns_columns[] = {
    TEXT_COLUMN("table_catalog"), TEXT_COLUMN("table_schema"),       TEXT_COLUMN("table_name"),
    TEXT_COLUMN("column_name"),   NUMBER_COLUMN("ordinal_position"), TEXT_COLUMN("column_default"),
    TEXT_COLUMN("is_nullable"),   TEXT_COLUMN("data_type"),          TEXT_COLUMN("comment"),
    TEXT_COLUMN("extra_info"),
};
#define COLUMNS_OF_PRESTO_ALONE 2

/* Rows on their way into "(1, 'a'), (2, NULL)". */
struct rows {
    struct text text;
    size_t count;
    size_t cells; /* in the row that is being written */
};

static void begin_row(struct rows *rows)
{
    text_add_string(&rows->text, rows->count++ == 0 ? "(" : ", (");
    rows->cells = 0;
}

static void end_row(struct rows *rows)
{
    text_add_char(&rows->text, ')');
}

static void add_cell(struct rows *rows, const char *cell)
{
    if (rows->cells++ > 0)
        text_add_string(&rows->text, ", ");
    if (cell == NULL)
        text_add_string(&rows->text, "NULL");
    else
        query_quote_text(&rows->text, span_of(cell));
}

static bool fill_schemata(const struct names_place *place, const char *catalog, struct rows *rows)
{
    struct hive_names schemas;

    if (!names_schemas(place, catalog, &schemas))
        return false;
    for (size_t i = 0; i < schemas.count; i++) {
        begin_row(rows);
        add_cell(rows, catalog);
        add_cell(rows, schemas.names[i]);
        end_row(rows);
    }
    return true;
}

static void add_table(const char *catalog, const char *schema, const char *table, struct rows *rows)
{
    begin_row(rows);
    add_cell(rows, catalog);
    add_cell(rows, schema);
    add_cell(rows, table);
    add_cell(rows, "BASE TABLE"); /* views are not read here, and not listed as such */
    end_row(rows);
}

static void add_column(const struct names_path *path, size_t position, const char *name,
                       const char *type, const char *comment, struct rows *rows)
{
    begin_row(rows);
    add_cell(rows, path->catalog);
    add_cell(rows, path->schema);
    add_cell(rows, path->table);
    add_cell(rows, name);
    text_printf(&rows->text, ", %zu", position);
    rows->cells++;
    add_cell(rows, NULL);
    add_cell(rows, "YES"); /* is_nullable */
    add_cell(rows, type);
    add_cell(rows, comment);
    add_cell(rows, NULL);
    end_row(rows);
}

static void add_own_columns(const struct names_place *place, const struct names_path *path,
                            struct rows *rows)
{
    const struct trino_column *columns;
    size_t count;

    if (!information_columns(place, path, &columns, &count))
        return;
    for (size_t i = 0; i < count; i++)
        add_column(path, i + 1, columns[i].name,
                   columns[i].type.kind == ENGINE_BIGINT ? "bigint" : "varchar", NULL, rows);
}

/* A table that has gone since, or has a type that nobody knows, has no columns here. */
static bool add_hive_columns(const struct names_place *place, const struct names_path *path,
                             struct rows *rows)
{
    struct run *run = place->run;
    struct hive_table table;
    struct presto_type *types;
    size_t count;
    struct text words;

    if (!names_table(place, path, &table)) {
        bool gone = run->fault.name == FAULT_TABLE_NOT_FOUND;
        if (gone)
            run->fault = (struct fault){0};
        return gone;
    }
    if (!relation_columns(run, &table, &types, &count)) {
        run->fault = (struct fault){0};
        return true;
    }
    text_init(&words, 1024 * 1024);
    for (size_t i = 0; i < count; i++) {
        const struct hive_columns *declared = &table.storage.columns;
        const struct hive_column *column = i < declared->count
                                               ? &declared->columns[i]
                                               : &table.partition_keys.columns[i - declared->count];
        text_clear(&words);
        presto_type_display(&words, &types[i], &run->style);
        add_column(path, i + 1, column->name, text_string(&words), column->comment, rows);
    }
    text_reset(&words);
    return true;
}

/* Calls what `rows` are wanted of for each table of each schema. */
static bool fill_tables(const struct names_place *place, const char *catalog, bool columns,
                        struct rows *rows)
{
    struct hive_names schemas;
    size_t total = 0;

    if (!names_schemas(place, catalog, &schemas))
        return false;
    for (size_t s = 0; s < schemas.count; s++) {
        struct names_path path = {.catalog = catalog, .schema = schemas.names[s], .named = true};
        struct hive_names tables;
        if (!names_tables(place, &path, &tables))
            return false;
        bool own = strcmp(path.schema, NAMES_INFORMATION_SCHEMA) == 0;
        for (size_t t = 0; t < tables.count; t++) {
            path.table = tables.names[t];
            if (run_cancelled(place->run))
                return fault_set(&place->run->fault, FAULT_USER_CANCELED, "Query was canceled");
            if (columns && ++total > INFORMATION_TABLES_MAX)
                return fault_set(&place->run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                                 "More than %d tables", INFORMATION_TABLES_MAX);
            if (!columns)
                add_table(catalog, path.schema, path.table, rows);
            else if (own)
                add_own_columns(place, &path, rows);
            else if (!add_hive_columns(place, &path, rows))
                return false;
        }
    }
    return true;
}

struct hive_names information_tables(struct arena *arena)
{
    static const char *const all[] = {"columns", "schemata", "tables", "views"};
    const char **names = ARENA_NEW(arena, const char *, COUNT_OF(all));

    for (size_t i = 0; names != NULL && i < COUNT_OF(all); i++)
        names[i] = all[i];
    return (struct hive_names){names, names == NULL ? 0 : COUNT_OF(all)};
}

bool information_columns(const struct names_place *place, const struct names_path *path,
                         const struct trino_column **columns, size_t *count)
{
    const struct {
        const char *name;
        const struct trino_column *columns;
        size_t count;
    } rows[] = {
        {"columns", columns_columns, COUNT_OF(columns_columns)},
        {"schemata", schemata_columns, COUNT_OF(schemata_columns)},
        {"tables", tables_columns, COUNT_OF(tables_columns)},
        {"views", views_columns, COUNT_OF(views_columns)},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(path->table, rows[i].name) != 0)
            continue;
        bool trino = place->run->client.protocol == PRESTO_TRINO;
        *columns = rows[i].columns;
        *count = rows[i].count;
        if (trino && rows[i].columns == columns_columns)
            *count -= COLUMNS_OF_PRESTO_ALONE;
        return true;
    }
    return names_no_table(place->run, path);
}

static void write_relation(struct text *out, const struct trino_column *columns, size_t count,
                           const struct rows *rows)
{
    text_add_string(out, "(SELECT ");
    for (size_t i = 0; i < count; i++) {
        const char *type = columns[i].type.kind == ENGINE_BIGINT ? "BIGINT" : "VARCHAR";
        if (rows->count == 0)
            text_printf(out, "%sCAST(NULL AS %s) AS %s", i == 0 ? "" : ", ", type, columns[i].name);
        else
            text_printf(out, "%sCAST(c%zu AS %s) AS \"%s\"", i == 0 ? "" : ", ", i, type,
                        columns[i].name);
    }
    if (rows->count == 0) {
        text_add_string(out, " WHERE false)");
        return;
    }
    text_add_string(out, " FROM (VALUES ");
    text_add(out, text_span(&rows->text));
    text_add_string(out, ") AS v(");
    for (size_t i = 0; i < rows->cells; i++)
        text_printf(out, "%sc%zu", i == 0 ? "" : ", ", i);
    text_add_string(out, "))");
}

bool information_build(const struct names_place *place, const struct names_path *path,
                       struct trino_table *relation)
{
    ON_WORKER();
    struct run *run = place->run;
    const struct trino_column *columns;
    size_t count;
    struct rows rows = {0};
    struct text sql;

    if (!information_columns(place, path, &columns, &count))
        return false;
    text_init(&rows.text, QUERY_SQL_BYTES_MAX);
    text_init(&sql, QUERY_SQL_BYTES_MAX);
    bool ok = true;
    if (columns == schemata_columns)
        ok = fill_schemata(place, path->catalog, &rows);
    else if (columns != views_columns)
        ok = fill_tables(place, path->catalog, columns == columns_columns, &rows);
    if (ok)
        write_relation(&sql, columns, count, &rows);
    const char *text =
        ok && !sql.full && !rows.text.full ? arena_string(&run->arena, text_span(&sql)) : NULL;
    text_reset(&sql);
    text_reset(&rows.text);
    *relation = (struct trino_table){text, columns, count};
    if (ok && text == NULL)
        return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                         "information_schema.%s has too many rows for one statement", path->table);
    return ok;
}
