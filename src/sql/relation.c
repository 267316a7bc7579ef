/* SPDX-License-Identifier: Apache-2.0 */
/* relation.c - from a table's description and its folder to one piece of the engine's SQL.
 *
 *   (SELECT "Accept" AS "accept", CAST(NULL AS BIGINT) AS "price" FROM read_parquet([...])
 *    UNION ALL
 *    SELECT ...)                                           one SELECT per kind of file */
#include "sql/relation.h"

#include <limits.h>
#include <string.h>

#include "base/mem.h"
#include "engine/schema.h"
#include "io/worker.h"
#include "sql/column_type.h"
#include "sql/listing.h"

#define GROUPS_MAX 1000 /* kinds of files in one table */
#define TYPE_WORDS_MAX 4096
#define PARQUET_WORD "parquet"
#define MICROS_DIGITS 6

struct group {
    const struct schema *schema;
    const char **paths;
    size_t path_count;
};

struct build {
    const struct relation_place *place;
    struct run *run;
    struct arena *arena;
    const struct hive_table *table;
    struct trino_column *columns;
    struct presto_type *types;
    size_t column_count;
    const char **instead;    /* per column */
    const char **mismatches; /* per column */
    struct listing listing;
    struct group *groups;
    size_t group_count;
    bool by_position;
    bool exact;
    struct text sql;
};

static bool no_room(struct run *run)
{
    return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                     "The statement's tables need more than %d bytes to describe", RUN_ARENA_BYTES);
}

static bool fault_of_table(struct run *run, const struct hive_table *table, enum fault_name name,
                           const char *why)
{
    return fault_set(&run->fault, name, "Table %s.%s: %s", table->database, table->name, why);
}

bool relation_columns(struct run *run, const struct hive_table *table, struct presto_type **types,
                      size_t *count)
{
    const struct hive_columns *declared = &table->storage.columns;
    const struct hive_columns *keys = &table->partition_keys;

    *count = declared->count + keys->count;
    *types = ARENA_NEW(&run->arena, struct presto_type, *count);
    if (*types == NULL)
        return no_room(run);
    for (size_t i = 0; i < *count; i++) {
        const struct hive_column *column =
            i < declared->count ? &declared->columns[i] : &keys->columns[i - declared->count];
        struct err err = {0};
        if (column_type_from_hive(column->type, *types + i, &run->arena, &err))
            continue;
        if (err.kind == ERR_LIMIT)
            return no_room(run);
        return fault_set(
            &run->fault,
            err.kind == ERR_UNSUPPORTED ? FAULT_NOT_SUPPORTED : FAULT_HIVE_INVALID_METADATA,
            "Column %s of table %s.%s: %s", column->name, table->database, table->name, err.text);
    }
    return true;
}

static const char *lower(struct arena *arena, const char *name)
{
    char *copy = arena_string(arena, span_of(name));

    for (char *c = copy; c != NULL && *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return copy;
}

static bool make_columns(struct build *b)
{
    if (!relation_columns(b->run, b->table, &b->types, &b->column_count))
        return false;
    b->columns = ARENA_NEW(b->arena, struct trino_column, b->column_count);
    b->instead = ARENA_NEW(b->arena, const char *, b->column_count);
    b->mismatches = ARENA_NEW(b->arena, const char *, b->column_count);
    if (b->columns == NULL || b->instead == NULL || b->mismatches == NULL)
        return no_room(b->run);
    for (size_t i = 0; i < b->column_count; i++) {
        struct err err = {0};
        const struct hive_column *declared = &b->table->storage.columns.columns[i];
        b->columns[i].name = lower(b->arena, declared->name);
        if (b->columns[i].name == NULL)
            return no_room(b->run);
        if (!column_type_to_engine(&b->types[i], &b->columns[i].type, b->arena, &err))
            return fault_set(&b->run->fault, FAULT_NOT_SUPPORTED,
                             "Column %s of table %s.%s: type %s is not supported", declared->name,
                             b->table->database, b->table->name, declared->type);
    }
    return true;
}

/* Only what is read here is taken on: tables of Parquet files without partitions. */
static bool check_kind(const struct build *b)
{
    const struct hive_table *table = b->table;
    const char *format = table->storage.input_format;

    if (table->type != NULL && strcmp(table->type, HIVE_TABLE_VIEW) == 0)
        return fault_of_table(b->run, table, FAULT_NOT_SUPPORTED, "views are not supported");
    if (table->partition_keys.count > 0)
        return fault_of_table(b->run, table, FAULT_NOT_SUPPORTED,
                              "partitioned tables are not supported");
    if (format == NULL || strcasestr(format, PARQUET_WORD) == NULL)
        return fault_set(&b->run->fault, FAULT_HIVE_UNSUPPORTED_FORMAT,
                         "Table %s.%s: only Parquet is read here, and its input format is %s",
                         table->database, table->name, format == NULL ? "not set" : format);
    if (table->storage.location == NULL)
        return fault_of_table(b->run, table, FAULT_HIVE_INVALID_METADATA, "it has no location");
    return true;
}

static bool list_files(struct build *b)
{
    char folder[PATH_MAX];
    struct err err = {0};

    if (!config_storage_path(b->place->config, b->table->storage.location, folder, sizeof(folder),
                             &err))
        return fault_of_table(b->run, b->table, FAULT_NOT_SUPPORTED, err.text);
    size_t size = strlen(folder);
    while (size > 1 && folder[size - 1] == '/')
        folder[--size] = '\0';
    if (!listing_read(folder, &b->listing, b->arena, &err))
        return fault_of_table(b->run, b->table,
                              err.kind == ERR_LIMIT ? FAULT_GENERIC_INSUFFICIENT_RESOURCES
                                                    : FAULT_HIVE_CANNOT_OPEN_SPLIT,
                              err.text);
    return true;
}

static struct group *find_group(struct build *b, const struct schema *schema)
{
    for (size_t i = 0; i < b->group_count; i++)
        if (b->groups[i].schema == schema)
            return &b->groups[i];
    if (b->group_count == GROUPS_MAX) {
        (void)fault_of_table(b->run, b->table, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                             "its files have too many different sets of columns");
        return NULL;
    }
    struct group *group = &b->groups[b->group_count];
    group->schema = schema;
    group->paths = ARENA_NEW(b->arena, const char *, b->listing.count);
    if (group->paths == NULL) {
        (void)no_room(b->run);
        return NULL;
    }
    b->group_count++;
    return group;
}

static bool unreadable(const struct build *b, const struct err *err)
{
    enum fault_name name = FAULT_HIVE_CANNOT_OPEN_SPLIT;

    if (run_cancelled(b->run) || query_fault(b->place->query) == QUERY_MEMORY)
        return fault_query(&b->run->fault, b->place->query, err);
    if (err->kind == ERR_CORRUPT)
        name = FAULT_HIVE_BAD_DATA;
    if (err->kind == ERR_LIMIT)
        name = FAULT_GENERIC_INSUFFICIENT_RESOURCES;
    return fault_of_table(b->run, b->table, name, err->text);
}

static bool read_schemas(struct build *b)
{
    b->groups = ARENA_NEW(b->arena, struct group, GROUPS_MAX);
    if (b->groups == NULL)
        return no_room(b->run);
    for (size_t i = 0; i < b->listing.count; i++) {
        const char *path = b->listing.files[i].path;
        struct err err = {0};
        const struct schema *schema =
            footers_get(b->place->footers, &b->listing.files[i], path, b->place->query, &err);
        if (schema == NULL)
            return unreadable(b, &err);
        struct group *group = find_group(b, schema);
        if (group == NULL)
            return false;
        group->paths[group->path_count++] = path;
    }
    return true;
}

/* --- columns -----------------------------------------------------------------------------------
 */

static char normal(char c)
{
    if (c == '-' || c == ' ' || c == '.')
        return '_';
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

static bool same_normal(const char *a, const char *b)
{
    while (*a != '\0' && normal(*a) == normal(*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

/* The file's column for a declared one, or NULL. */
static const struct schema_column *match(struct build *b, const struct group *group, size_t column)
{
    const struct schema *schema = group->schema;
    const struct schema_column *found = NULL;
    const char *name = b->columns[column].name;

    if (b->by_position)
        return column < schema->column_count ? &schema->columns[column] : NULL;
    for (size_t i = 0; i < schema->column_count; i++)
        if (span_is_nocase(span_of(schema->columns[i].name), name))
            return &schema->columns[i];
    if (b->exact)
        return NULL;
    for (size_t i = 0; i < schema->column_count; i++) {
        if (!same_normal(schema->columns[i].name, name))
            continue;
        if (found != NULL)
            return NULL;
        found = &schema->columns[i];
    }
    if (found != NULL && b->instead[column] == NULL)
        b->instead[column] = found->name;
    return found;
}

static int integer_width(enum engine_kind kind)
{
    switch ((int)kind) {
    case ENGINE_TINYINT:
        return 1;
    case ENGINE_SMALLINT:
        return 2;
    case ENGINE_INTEGER:
        return 4;
    case ENGINE_BIGINT:
        return 8;
    default:
        return 0;
    }
}

static bool fits(const struct engine_type *declared, const struct engine_type *file);

/* Fields are matched by name, by the cast; one that is not there is NULL.  As deep as fits().
 * NOLINTNEXTLINE(misc-no-recursion) */
static bool fields_fit(const struct engine_type *declared, const struct engine_type *file)
{
    for (size_t i = 0; i < declared->child_count; i++)
        for (size_t j = 0; j < file->child_count; j++)
            if (span_is_nocase(span_of(file->names[j]), declared->names[i]) &&
                !fits(&declared->children[i], &file->children[j]))
                return false;
    return true;
}

/* Can a file's type be read as the declared one without losing anything?  As deep as types are:
 * PRESTO_TYPE_DEPTH_MAX.  NOLINTNEXTLINE(misc-no-recursion) */
static bool fits(const struct engine_type *declared, const struct engine_type *file)
{
    if (integer_width(declared->kind) > 0 && integer_width(file->kind) > 0)
        return integer_width(declared->kind) >= integer_width(file->kind);
    if (declared->kind == ENGINE_DOUBLE && file->kind == ENGINE_REAL)
        return true;
    if (declared->kind == ENGINE_TIMESTAMP && file->kind == ENGINE_TIMESTAMP_TZ)
        return true;
    if (declared->kind != file->kind)
        return false;
    if (declared->kind == ENGINE_TIMESTAMP)
        return file->precision <= MICROS_DIGITS;
    if (declared->kind == ENGINE_DECIMAL)
        return declared->scale >= file->scale &&
               declared->precision - declared->scale >= file->precision - file->scale;
    if (declared->kind == ENGINE_ROW)
        return fields_fit(declared, file);
    if (declared->child_count != file->child_count)
        return false;
    for (size_t i = 0; i < declared->child_count; i++)
        if (!fits(&declared->children[i], &file->children[i]))
            return false;
    return true;
}

/* Bytes are read as text, and nanoseconds as milliseconds, but not within another type, where the
 * engine would print the ones and has no cast for the others. */
static bool column_fits(const struct engine_type *declared, const struct engine_type *file)
{
    return (declared->kind == ENGINE_VARCHAR && file->kind == ENGINE_VARBINARY) ||
           (declared->kind == ENGINE_TIMESTAMP && file->kind == ENGINE_TIMESTAMP) ||
           fits(declared, file);
}

/* Remembers why the column cannot be read; of several files, of the first. */
static bool note_mismatch(struct build *b, const struct group *group, size_t column,
                          const struct schema_column *found)
{
    struct text words;
    struct presto_type type;
    struct err err = {0};
    const char *name = engine_type_name(found->type.kind);

    if (b->mismatches[column] != NULL)
        return true;
    text_init(&words, TYPE_WORDS_MAX);
    if (column_type_from_engine(&found->type, &type, b->arena, &err)) {
        presto_type_display(&words, &type, &b->run->style);
        name = text_string(&words);
    }
    b->mismatches[column] =
        arena_printf(b->arena,
                     "The column %s of table %s.%s is declared as type %s, but the Parquet file "
                     "(file:%s) declares the column as type %s",
                     b->columns[column].name, b->table->database, b->table->name,
                     b->table->storage.columns.columns[column].type, group->paths[0], name);
    text_reset(&words);
    return b->mismatches[column] != NULL || no_room(b->run);
}

/* Text, cut to what is declared. */
static void add_text(struct build *b, const struct engine_type *declared,
                     const struct schema_column *found)
{
    if (declared->precision > 0)
        text_add_string(&b->sql, "left(");
    text_add_string(&b->sql, found->type.kind == ENGINE_VARBINARY ? "decode(" : "(");
    query_quote_name(&b->sql, span_of(found->name));
    text_add_char(&b->sql, ')');
    if (declared->precision > 0)
        text_printf(&b->sql, ", %d)", declared->precision);
}

/* What makes the declared type of `"User-Agent"`.  A cast to the type that it has already costs
 * nothing, and the engine knows types (those without a sign) that count as the same here. */
static void add_value(struct build *b, size_t column, const struct schema_column *found)
{
    const struct engine_type *declared = &b->columns[column].type;
    bool time = declared->kind == ENGINE_TIMESTAMP;
    bool instant = time && found->type.kind == ENGINE_TIMESTAMP_TZ;
    /* The engine casts from nanoseconds to microseconds only. */
    bool nanos = time && !instant && found->type.precision > MICROS_DIGITS;

    if (declared->kind == ENGINE_VARCHAR) {
        add_text(b, declared, found);
        return;
    }
    text_add_string(&b->sql, instant ? "CAST(make_timestamp(epoch_us("
                             : nanos ? "CAST(CAST("
                                     : "CAST(");
    query_quote_name(&b->sql, span_of(found->name));
    text_add_string(&b->sql, instant ? ")) AS " : nanos ? " AS TIMESTAMP) AS " : " AS ");
    column_type_sql(&b->sql, declared);
    text_add_char(&b->sql, ')');
}

static void add_null(struct build *b, size_t column)
{
    text_add_string(&b->sql, "CAST(NULL AS ");
    column_type_sql(&b->sql, &b->columns[column].type);
    text_add_char(&b->sql, ')');
}

/* `group` NULL: the table has no files. */
static bool add_select(struct build *b, const struct group *group)
{
    text_add_string(&b->sql, "SELECT ");
    for (size_t i = 0; i < b->column_count; i++) {
        const struct schema_column *found = group == NULL ? NULL : match(b, group, i);
        if (found != NULL && !column_fits(&b->columns[i].type, &found->type)) {
            if (!note_mismatch(b, group, i, found))
                return false;
            found = NULL; /* who reads it is refused */
        }
        text_add_string(&b->sql, i == 0 ? "" : ", ");
        if (found == NULL)
            add_null(b, i);
        else
            add_value(b, i, found);
        text_add_string(&b->sql, " AS ");
        query_quote_name(&b->sql, span_of(b->columns[i].name));
    }
    return true;
}

static bool add_group(struct build *b, const struct group *group)
{
    if (!add_select(b, group))
        return false;
    text_add_string(&b->sql, " FROM read_parquet([");
    for (size_t i = 0; i < group->path_count; i++) {
        text_add_string(&b->sql, i == 0 ? "" : ", ");
        query_quote_path(&b->sql, span_of(group->paths[i]));
    }
    text_add_string(&b->sql, "], hive_partitioning => false)");
    return true;
}

static bool write_sql(struct build *b)
{
    bool ok = true;

    text_add_char(&b->sql, '(');
    if (b->group_count == 0) {
        ok = add_select(b, NULL);
        text_add_string(&b->sql, " WHERE false");
    }
    for (size_t i = 0; ok && i < b->group_count; i++) {
        text_add_string(&b->sql, i == 0 ? "" : " UNION ALL ");
        ok = add_group(b, &b->groups[i]);
    }
    text_add_char(&b->sql, ')');
    return ok;
}

static bool is_false(const char *value)
{
    return value != NULL && span_is_nocase(span_of(value), "false");
}

bool relation_build(const struct relation_place *place, const struct hive_table *table,
                    struct relation *relation)
{
    ON_WORKER();
    struct run *run = place->run;
    struct build b = {.place = place, .run = run, .arena = &run->arena, .table = table};
    const char *rule = hive_table_parameter(&table->parameters, RELATION_MATCH_PARAMETER);

    b.exact = rule != NULL && span_is_nocase(span_of(rule), "exact");
    b.by_position = is_false(presto_header_session(&run->client, "hive.parquet_use_column_names"));
    text_init(&b.sql, QUERY_SQL_BYTES_MAX);
    bool ok =
        check_kind(&b) && make_columns(&b) && list_files(&b) && read_schemas(&b) && write_sql(&b);
    if (ok && b.sql.full)
        ok = fault_of_table(run, table, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                            "it has more files than one statement can name");
    if (ok) {
        *relation = (struct relation){
            .table = {arena_string(b.arena, text_span(&b.sql)), b.columns, b.column_count},
            .database = table->database,
            .name = table->name,
            .instead = b.instead,
            .mismatches = b.mismatches,
        };
        ok = relation->table.relation != NULL || no_room(run);
    }
    text_reset(&b.sql);
    return ok;
}

bool relation_check(struct run *run, const struct relation *relation, size_t column)
{
    if (relation->mismatches == NULL || relation->mismatches[column] == NULL)
        return true;
    return fault_set(&run->fault, FAULT_HIVE_PARTITION_SCHEMA_MISMATCH, "%s",
                     relation->mismatches[column]);
}

void relation_warn(struct run *run, const struct relation *relation, size_t column)
{
    if (relation->instead == NULL || relation->instead[column] == NULL)
        return;
    run_warn(run, RELATION_WARNING_CODE, RELATION_WARNING_NAME,
             "Table %s.%s: column %s is not in the files; %s was read instead, where Trino would "
             "show NULL",
             relation->database, relation->name, relation->table.columns[column].name,
             relation->instead[column]);
}
