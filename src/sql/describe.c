/* SPDX-License-Identifier: Apache-2.0 */
/* describe.c - answers from the metastore and from what this server knows of itself. */
#include "sql/describe.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "dialect/trino_function.h"
#include "io/worker.h"
#include "sql/information.h"
#include "sql/relation.h"
#include "sql/session.h"

static bool wanted(const struct statement *statement, const char *name)
{
    if (statement->like == NULL)
        return true;
    return names_like(name, statement->like, statement->like_escape);
}

/* Hive's patterns know * and |, and letters of either case. */
static bool hive_wanted(const char *name, const char *pattern)
{
    char one[ERR_TEXT_BYTES];
    struct span rest = span_of(pattern);

    while (rest.size > 0) {
        struct span part = span_cut(&rest, '|');
        (void)snprintf(one, sizeof(one), "%.*s", (int)part.size, (const char *)part.data);
        for (char *c = one; *c != '\0'; c++) {
            if (*c == '*')
                *c = '%';
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c - 'A' + 'a');
        }
        if (names_like(name, one, '\0'))
            return true;
    }
    return false;
}

static bool is_hive(const struct run *run)
{
    return run->dialect == TRINO_HIVE;
}

/* One column of names that match. */
static bool list_names(struct run *run, const struct statement *statement, const char *label,
                       int length, const struct hive_names *names)
{
    const struct presto_column column = {label, {.kind = PRESTO_VARCHAR, .precision = length}};

    if (!run_set_columns(run, &column, 1))
        return false;
    for (size_t i = 0; i < names->count; i++) {
        bool take = is_hive(run) && statement->like != NULL
                        ? hive_wanted(names->names[i], statement->like)
                        : wanted(statement, names->names[i]);
        if (take)
            run_add_row(run, &names->names[i]);
    }
    return true;
}

static bool show_catalogs(struct run *run, const struct statement *statement)
{
    const char *all[] = {NAMES_HIVE, NAMES_SYSTEM};
    const struct hive_names names = {all, COUNT_OF(all)};

    return list_names(run, statement, "Catalog", (int)strlen(NAMES_SYSTEM), &names);
}

static bool show_schemas(const struct names_place *place, const struct statement *statement)
{
    struct hive_names schemas;
    struct run *run = place->run;
    struct statement_name name = statement->name;
    struct names_path path;

    name.schema = NAMES_INFORMATION_SCHEMA; /* none is asked for, and it is always there */
    if (!names_resolve(run, &name, &path) || !names_check_catalog(run, &path) ||
        !names_schemas(place, path.catalog, &schemas))
        return false;
    if (!is_hive(run))
        return list_names(run, statement, "Schema", 0, &schemas);
    size_t count = 0; /* Hive has no information_schema */
    for (size_t i = 0; i < schemas.count; i++)
        if (strcmp(schemas.names[i], NAMES_INFORMATION_SCHEMA) != 0)
            schemas.names[count++] = schemas.names[i];
    schemas.count = count;
    return list_names(run, statement, "database_name", 0, &schemas);
}

static bool show_tables(const struct names_place *place, const struct statement *statement)
{
    struct hive_names tables;
    struct names_path path;
    struct run *run = place->run;

    if (!names_resolve(run, &statement->name, &path) || !names_check_schema(place, &path) ||
        !names_tables(place, &path, &tables))
        return false;
    return list_names(run, statement, is_hive(run) ? "tab_name" : "Table", 0, &tables);
}

static bool set_text_columns(struct run *run, const char *const *labels, size_t count)
{
    struct presto_column columns[8];

    for (size_t i = 0; i < count; i++)
        columns[i] = (struct presto_column){labels[i], {.kind = PRESTO_VARCHAR}};
    return run_set_columns(run, columns, count);
}

static bool describe_information(const struct names_place *place, const struct names_path *path)
{
    const struct trino_column *columns;
    size_t count;

    if (!names_check_catalog(place->run, path) ||
        !information_columns(place, path, &columns, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *type = columns[i].type.kind == ENGINE_BIGINT ? "bigint" : "varchar";
        const char *cells[] = {columns[i].name, type, "", ""};
        run_add_row(place->run, cells);
    }
    return true;
}

static bool describe_table(const struct names_place *place, const struct names_path *path)
{
    struct run *run = place->run;
    struct hive_table table;
    struct presto_type *types;
    size_t count;
    struct text words;

    if (!names_table(place, path, &table) || !relation_columns(run, &table, &types, &count))
        return false;
    text_init(&words, 1024 * 1024);
    for (size_t i = 0; i < count; i++) {
        const struct hive_columns *declared = &table.storage.columns;
        bool key = i >= declared->count;
        const struct hive_column *column =
            key ? &table.partition_keys.columns[i - declared->count] : &declared->columns[i];
        const char *comment = column->comment == NULL ? "" : column->comment;
        text_clear(&words);
        presto_type_display(&words, &types[i], &run->style);
        const char *own[] = {column->name, text_string(&words), key ? "partition key" : "",
                             comment};
        const char *hive[] = {column->name, column->type, comment};
        run_add_row(run, is_hive(run) ? hive : own);
    }
    text_reset(&words);
    return true;
}

static bool show_columns(const struct names_place *place, const struct statement *statement)
{
    static const char *const own[] = {"Column", "Type", "Extra", "Comment"};
    static const char *const hive[] = {"col_name", "data_type", "comment"};
    struct names_path path;
    struct run *run = place->run;

    if (!names_resolve(run, &statement->name, &path))
        return false;
    bool ok = is_hive(run) ? set_text_columns(run, hive, COUNT_OF(hive))
                           : set_text_columns(run, own, COUNT_OF(own));
    if (!ok)
        return false;
    if (strcmp(path.schema, NAMES_INFORMATION_SCHEMA) == 0)
        return describe_information(place, &path);
    return describe_table(place, &path);
}

/* --- SHOW CREATE TABLE -------------------------------------------------------------------------
 */

static void add_property(struct text *out, bool *any, const char *key, const char *value)
{
    text_printf(out, "%s\n   %s = '", *any ? "," : "\nWITH (", key);
    for (const char *c = value; *c != '\0'; c++) {
        text_add_char(out, *c);
        if (*c == '\'')
            text_add_char(out, '\'');
    }
    text_add_char(out, '\'');
    *any = true;
}

static bool plain_word(const char *name)
{
    if (*name < 'a' || *name > 'z')
        return false;
    for (; *name != '\0'; name++)
        if ((*name < 'a' || *name > 'z') && (*name < '0' || *name > '9') && *name != '_')
            return false;
    return true;
}

/* Presto quotes every column, Trino those that need it. */
static void add_column_name(struct text *out, const struct run *run, const char *name)
{
    if (run->client.protocol == PRESTO_TRINO && plain_word(name))
        text_add_string(out, name);
    else
        query_quote_name(out, span_of(name));
}

static void write_create(struct text *out, const struct run *run, const struct names_path *path,
                         const struct hive_table *table, const struct presto_type *types)
{
    bool external = table->type != NULL && strcmp(table->type, HIVE_TABLE_EXTERNAL) == 0;
    bool any = false;

    text_printf(out, "CREATE TABLE %s.%s.%s (", path->catalog, path->schema, path->table);
    for (size_t i = 0; i < table->storage.columns.count; i++) {
        const struct hive_column *column = &table->storage.columns.columns[i];
        text_add_string(out, i == 0 ? "\n   " : ",\n   ");
        add_column_name(out, run, column->name);
        text_add_char(out, ' ');
        presto_type_display(out, &types[i], &run->style);
    }
    text_add_string(out, "\n)");
    if (external && table->storage.location != NULL)
        add_property(out, &any, "external_location", table->storage.location);
    add_property(out, &any, "format", "PARQUET");
    text_add_string(out, "\n)");
}

static bool show_create_table(const struct names_place *place, const struct statement *statement)
{
    struct run *run = place->run;
    struct names_path path;
    struct hive_table table;
    struct presto_type *types;
    size_t count;
    struct text words;

    if (!names_resolve(run, &statement->name, &path) || !names_table(place, &path, &table) ||
        !relation_columns(run, &table, &types, &count))
        return false;
    if (table.partition_keys.count > 0 || is_hive(run))
        return fault_set(&run->fault, FAULT_NOT_SUPPORTED,
                         "SHOW CREATE TABLE of a partitioned table, or in Hive's words, is not "
                         "supported");
    text_init(&words, RUN_PAGE_BYTES_MAX);
    write_create(&words, run, &path, &table, types);
    const struct presto_column column = {"Create Table",
                                         {.kind = PRESTO_VARCHAR, .precision = (int)words.size}};
    bool ok = run_set_columns(run, &column, 1);
    if (ok) {
        const char *cell = text_string(&words);
        run_add_row(run, &cell);
    }
    text_reset(&words);
    return ok;
}

static bool show_session(struct run *run, const struct statement *statement)
{
    static const char *const labels[] = {"Name", "Value", "Default", "Type", "Description"};

    if (!set_text_columns(run, labels, COUNT_OF(labels)))
        return false;
    for (size_t i = 0; i < session_property_count(); i++) {
        const struct session_property *property = session_property(i);
        const char *value = presto_header_session(&run->client, property->name);
        const char *cells[] = {property->name, value != NULL ? value : property->fallback,
                               property->fallback, property->type, property->does};
        if (wanted(statement, property->name))
            run_add_row(run, cells);
    }
    return true;
}

/* --- SHOW FUNCTIONS ----------------------------------------------------------------------------
 */

/* The letters of trino_function.h, in Trino's words. */
static const char *type_word(char letter)
{
    static const struct {
        char letter;
        const char *word;
    } rows[] = {
        {'v', "varchar"},  {'y', "varbinary"},     {'b', "boolean"},
        {'w', "bigint"},   {'i', "bigint"},        {'d', "double"},
        {'o', "double"},   {'r', "real"},          {'m', "decimal(p,s)"},
        {'D', "date"},     {'t', "timestamp(p)"},  {'z', "timestamp(p)"},
        {'A', "array(t)"}, {'P', "map(k,v)"},      {'I', "integer"},
        {'L', "array(t)"}, {'M', "decimal(38,s)"}, {'Z', "timestamp(3) with time zone"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].letter == letter)
            return rows[i].word;
    return "t";
}

static const char *result_word(const struct trino_function *function)
{
    size_t argument = (size_t)(function->result - '1');

    if (argument < strlen(function->arguments))
        return type_word(function->arguments[argument]);
    return type_word(function->result);
}

static void add_function(struct run *run, const struct trino_function *function)
{
    struct text arguments;

    text_init(&arguments, RUN_SQL_BYTES_MAX);
    for (const char *letter = function->arguments; *letter != '\0'; letter++)
        text_printf(&arguments, "%s%s", letter == function->arguments ? "" : ", ",
                    type_word(*letter));
    const char *cells[] = {function->name,
                           result_word(function),
                           text_string(&arguments),
                           function->aggregate ? "aggregate" : "scalar",
                           "true",
                           ""};
    run_add_row(run, cells);
    text_reset(&arguments);
}

static bool show_functions(struct run *run, const struct statement *statement)
{
    const struct presto_type word = {.kind = PRESTO_VARCHAR};
    const struct presto_column columns[] = {
        {"Function", word},
        {"Return Type", word},
        {"Argument Types", word},
        {"Function Type", word},
        {"Deterministic", {.kind = PRESTO_BOOLEAN}},
        {"Description", word},
    };
    const struct trino_function *function;

    if (!run_set_columns(run, columns, COUNT_OF(columns)))
        return false;
    for (size_t i = 0; (function = trino_function_at(i)) != NULL; i++)
        if (wanted(statement, function->name) && (function->hive || !is_hive(run)))
            add_function(run, function);
    return true;
}

bool describe_statement(const struct names_place *place, const struct statement *statement)
{
    ON_WORKER();
    switch ((int)statement->kind) {
    case STATEMENT_SHOW_CATALOGS:
        return show_catalogs(place->run, statement);
    case STATEMENT_SHOW_SCHEMAS:
        return show_schemas(place, statement);
    case STATEMENT_SHOW_TABLES:
        return show_tables(place, statement);
    case STATEMENT_SHOW_COLUMNS:
        return show_columns(place, statement);
    case STATEMENT_SHOW_CREATE_TABLE:
        return show_create_table(place, statement);
    case STATEMENT_SHOW_FUNCTIONS:
        return show_functions(place->run, statement);
    case STATEMENT_SHOW_SESSION:
        return show_session(place->run, statement);
    default:
        return fault_set(&place->run->fault, FAULT_NOT_SUPPORTED,
                         "This SHOW statement is not supported");
    }
}
