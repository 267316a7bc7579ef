/* SPDX-License-Identifier: Apache-2.0 */
/* metastore_table.c - tables to rows and back. */
#include "catalog/metastore_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "catalog/location.h"
#include "io/clock.h"

enum column_kind { COLUMN_PLAIN, COLUMN_PARTITION, COLUMN_BUCKET, COLUMN_SORT };
enum parameter_kind { PARAMETER_TABLE, PARAMETER_STORAGE, PARAMETER_SERDE };

static bool too_big(const struct arena *arena, struct err *err)
{
    return err_set(err, ERR_LIMIT, "the request needs more than %zu bytes", arena->limit);
}

/* --- Listing --- */

static bool has_type(const struct hive_names *types, const char *type)
{
    if (types == NULL || types->count == 0)
        return true;
    for (size_t i = 0; i < types->count; i++) {
        if (span_is_nocase(span_of(types->names[i]), type))
            return true;
    }
    return false;
}

static size_t table_count(struct metastore *metastore, struct err *err)
{
    struct sqlite_rows rows;
    size_t count = 0;

    sqlite_query(&rows, metastore->db, "SELECT count(*) FROM tables", NULL, 0);
    while (sqlite_next(&rows))
        count = (size_t)sqlite_row_number(&rows, 0);
    return sqlite_end(&rows, err) ? count : SIZE_MAX;
}

bool metastore_table_list(struct metastore *metastore, const char *database_pattern,
                          const char *pattern, const struct hive_names *types, struct arena *arena,
                          struct metastore_table_rows *list, struct err *err)
{
    struct sqlite_rows rows;
    size_t room = table_count(metastore, err);

    if (room == SIZE_MAX)
        return false;
    *list = (struct metastore_table_rows){ARENA_NEW(arena, struct metastore_table_row, room), 0};
    if (list->rows == NULL)
        return err_set(err, ERR_LIMIT, "%zu tables are too many for one answer", room);
    sqlite_query(&rows, metastore->db,
                 "SELECT d.name, t.name, t.type, p.value FROM tables t"
                 " JOIN databases d ON d.id = t.database_id LEFT JOIN table_parameters p"
                 " ON p.table_id = t.id AND p.kind = 0 AND p.key = 'comment'"
                 " ORDER BY d.name, t.name",
                 NULL, 0);
    while (list->count < room && sqlite_next(&rows)) {
        struct metastore_table_row row = {
            sqlite_row_text(&rows, 0, arena),
            sqlite_row_text(&rows, 1, arena),
            sqlite_row_text(&rows, 2, arena),
            sqlite_row_text(&rows, 3, arena),
        };
        if (metastore_matches(database_pattern, row.database) &&
            metastore_matches(pattern, row.name) && has_type(types, row.type))
            list->rows[list->count++] = row;
    }
    return sqlite_end(&rows, err);
}

static bool read_names(struct metastore *metastore, const char *sql,
                       const struct sqlite_value *values, size_t value_count, const char *pattern,
                       struct arena *arena, struct hive_names *names, struct err *err)
{
    struct sqlite_rows rows;
    size_t room = table_count(metastore, err);

    if (room == SIZE_MAX)
        return false;
    *names = (struct hive_names){ARENA_NEW(arena, const char *, room), 0};
    if (names->names == NULL)
        return err_set(err, ERR_LIMIT, "%zu tables are too many for one answer", room);
    sqlite_query(&rows, metastore->db, sql, values, value_count);
    while (names->count < room && sqlite_next(&rows)) {
        const char *name = sqlite_row_text(&rows, 0, arena);
        if (metastore_matches(pattern, name))
            names->names[names->count++] = name;
    }
    return sqlite_end(&rows, err);
}

bool metastore_table_names(struct metastore *metastore, const char *database, const char *pattern,
                           struct arena *arena, struct hive_names *names, struct err *err)
{
    const char *folded = metastore_folded(database, arena, err);
    struct sqlite_value values[] = {sqlite_text(folded)};

    return folded != NULL &&
           read_names(metastore,
                      "SELECT t.name FROM tables t JOIN databases d ON d.id = t.database_id"
                      " WHERE d.name = ? ORDER BY t.name",
                      values, COUNT_OF(values), pattern, arena, names, err);
}

bool metastore_table_names_with(struct metastore *metastore, const char *database,
                                const struct hive_parameter *parameter, struct arena *arena,
                                struct hive_names *names, struct err *err)
{
    const char *folded = metastore_folded(database, arena, err);
    struct sqlite_value values[] = {sqlite_text(folded), sqlite_text(parameter->key),
                                    sqlite_text(parameter->value)};

    return folded != NULL &&
           read_names(metastore,
                      "SELECT t.name FROM tables t JOIN databases d ON d.id = t.database_id"
                      " JOIN table_parameters p ON p.table_id = t.id AND p.kind = 0"
                      " WHERE d.name = ? AND p.key = ? AND p.value = ? ORDER BY t.name",
                      values, COUNT_OF(values), NULL, arena, names, err);
}

/* --- Reading one --- */

/* How many rows each kind has: counts[kind]. */
static bool count_kinds(struct metastore *metastore, const char *sql, int64_t table_id,
                        size_t *counts, size_t kinds, struct err *err)
{
    struct sqlite_rows rows;

    memset(counts, 0, kinds * sizeof(*counts));
    sqlite_query(&rows, metastore->db, sql, (struct sqlite_value[]){sqlite_number(table_id)}, 1);
    while (sqlite_next(&rows)) {
        size_t kind = (size_t)sqlite_row_number(&rows, 0);
        if (kind < kinds)
            counts[kind] = (size_t)sqlite_row_number(&rows, 1);
    }
    return sqlite_end(&rows, err);
}

static bool new_columns(struct hive_storage *storage, struct hive_columns *keys,
                        const size_t counts[COLUMN_SORT + 1], struct arena *arena)
{
    storage->columns.columns = ARENA_NEW(arena, struct hive_column, counts[COLUMN_PLAIN]);
    keys->columns = ARENA_NEW(arena, struct hive_column, counts[COLUMN_PARTITION]);
    storage->bucket_columns.names = ARENA_NEW(arena, const char *, counts[COLUMN_BUCKET]);
    storage->sort_columns.orders = ARENA_NEW(arena, struct hive_order, counts[COLUMN_SORT]);
    return storage->columns.columns != NULL && keys->columns != NULL &&
           storage->bucket_columns.names != NULL && storage->sort_columns.orders != NULL;
}

static void take_column(struct sqlite_rows *rows, struct hive_table *table, struct arena *arena)
{
    struct hive_column column = {
        sqlite_row_text(rows, 1, arena),
        sqlite_row_text(rows, 2, arena),
        sqlite_row_text(rows, 3, arena),
    };
    struct hive_storage *storage = &table->storage;

    switch ((enum column_kind)sqlite_row_number(rows, 0)) {
    case COLUMN_PLAIN:
        storage->columns.columns[storage->columns.count++] = column;
        break;
    case COLUMN_PARTITION:
        table->partition_keys.columns[table->partition_keys.count++] = column;
        break;
    case COLUMN_BUCKET:
        storage->bucket_columns.names[storage->bucket_columns.count++] = column.name;
        break;
    case COLUMN_SORT:
        storage->sort_columns.orders[storage->sort_columns.count++] =
            (struct hive_order){column.name, (int32_t)sqlite_row_number(rows, 4)};
        break;
    }
}

static bool read_columns(struct metastore *metastore, int64_t table_id, struct arena *arena,
                         struct hive_table *table, struct err *err)
{
    struct sqlite_rows rows;
    size_t counts[COLUMN_SORT + 1];

    if (!count_kinds(metastore,
                     "SELECT kind, count(*) FROM columns WHERE table_id = ? GROUP BY kind",
                     table_id, counts, COUNT_OF(counts), err))
        return false;
    if (!new_columns(&table->storage, &table->partition_keys, counts, arena))
        return too_big(arena, err);
    sqlite_query(&rows, metastore->db,
                 "SELECT kind, name, type, comment, sort_order FROM columns WHERE table_id = ?"
                 " ORDER BY kind, position",
                 (struct sqlite_value[]){sqlite_number(table_id)}, 1);
    while (sqlite_next(&rows))
        take_column(&rows, table, arena);
    return sqlite_end(&rows, err);
}

static bool read_parameters(struct metastore *metastore, int64_t table_id, struct arena *arena,
                            struct hive_table *table, struct err *err)
{
    struct hive_parameters *of[] = {
        [PARAMETER_TABLE] = &table->parameters,
        [PARAMETER_STORAGE] = &table->storage.parameters,
        [PARAMETER_SERDE] = &table->storage.serde_parameters,
    };
    struct sqlite_rows rows;
    size_t counts[COUNT_OF(of)];

    if (!count_kinds(metastore,
                     "SELECT kind, count(*) FROM table_parameters WHERE table_id = ?"
                     " GROUP BY kind",
                     table_id, counts, COUNT_OF(counts), err))
        return false;
    for (size_t i = 0; i < COUNT_OF(of); i++) {
        of[i]->parameters = ARENA_NEW(arena, struct hive_parameter, counts[i]);
        if (of[i]->parameters == NULL)
            return too_big(arena, err);
    }
    sqlite_query(&rows, metastore->db,
                 "SELECT kind, key, value FROM table_parameters WHERE table_id = ?"
                 " ORDER BY kind, position",
                 (struct sqlite_value[]){sqlite_number(table_id)}, 1);
    while (sqlite_next(&rows)) {
        size_t kind = (size_t)sqlite_row_number(&rows, 0);
        if (kind < COUNT_OF(of))
            of[kind]->parameters[of[kind]->count++] = (struct hive_parameter){
                sqlite_row_text(&rows, 1, arena), sqlite_row_text(&rows, 2, arena)};
    }
    return sqlite_end(&rows, err);
}

static void take_table(struct sqlite_rows *rows, struct hive_table *table, struct arena *arena)
{
    struct hive_storage *storage = &table->storage;
    int at = 1; /* behind the id */

    table->database = sqlite_row_text(rows, at++, arena);
    table->name = sqlite_row_text(rows, at++, arena);
    table->type = sqlite_row_text(rows, at++, arena);
    table->owner = sqlite_row_text(rows, at++, arena);
    table->create_time = (int32_t)sqlite_row_number(rows, at++);
    table->last_access_time = (int32_t)sqlite_row_number(rows, at++);
    table->retention = (int32_t)sqlite_row_number(rows, at++);
    storage->location = sqlite_row_text(rows, at++, arena);
    storage->input_format = sqlite_row_text(rows, at++, arena);
    storage->output_format = sqlite_row_text(rows, at++, arena);
    storage->compressed = sqlite_row_number(rows, at++) != 0;
    storage->bucket_count = (int32_t)sqlite_row_number(rows, at++);
    storage->stored_as_sub_directories = sqlite_row_number(rows, at++) != 0;
    storage->serde_name = sqlite_row_text(rows, at++, arena);
    storage->serde_library = sqlite_row_text(rows, at++, arena);
    table->view_original_text = sqlite_row_text(rows, at++, arena);
    table->view_expanded_text = sqlite_row_text(rows, at++, arena);
}

/* The row's id, or 0: not there, or *err has a kind. */
static int64_t find_table(struct metastore *metastore, const char *database, const char *name,
                          struct arena *arena, struct hive_table *table, struct err *err)
{
    struct sqlite_rows rows;
    int64_t id = 0;

    memset(table, 0, sizeof(*table));
    err->kind = ERR_NONE;
    sqlite_query(&rows, metastore->db,
                 "SELECT t.id, d.name, t.name, t.type, t.owner, t.create_time,"
                 " t.last_access_time, t.retention, t.location, t.input_format, t.output_format,"
                 " t.compressed, t.bucket_count, t.stored_as_sub_directories, t.serde_name,"
                 " t.serde_library, t.view_original_text, t.view_expanded_text"
                 " FROM tables t JOIN databases d ON d.id = t.database_id"
                 " WHERE d.name = ? AND t.name = ?",
                 (struct sqlite_value[]){sqlite_text(database), sqlite_text(name)}, 2);
    while (sqlite_next(&rows)) {
        id = sqlite_row_number(&rows, 0);
        take_table(&rows, table, arena);
    }
    return sqlite_end(&rows, err) ? id : 0;
}

bool metastore_table_get(struct metastore *metastore, const char *database, const char *name,
                         struct arena *arena, struct hive_table *table, struct err *err)
{
    const char *folded_database = metastore_folded(database, arena, err);
    const char *folded_name = metastore_folded(name, arena, err);
    if (folded_database == NULL || folded_name == NULL)
        return false;

    int64_t id = find_table(metastore, folded_database, folded_name, arena, table, err);
    if (id == 0)
        return err->kind == ERR_NONE ? err_set(err, ERR_NOT_FOUND, "%.200s.%.200s table not found",
                                               folded_database, folded_name)
                                     : false;
    return read_columns(metastore, id, arena, table, err) &&
           read_parameters(metastore, id, arena, table, err);
}

/* --- Creating --- */

static bool check_columns(const struct hive_columns *columns, const struct hive_columns *keys,
                          struct err *err)
{
    size_t all = columns->count + keys->count;

    if (all > HIVE_TABLE_COLUMNS_MAX)
        return err_set(err, ERR_MALFORMED, "%zu columns, at most %d", all, HIVE_TABLE_COLUMNS_MAX);
    for (size_t i = 0; i < all; i++) {
        const struct hive_column *column =
            i < columns->count ? &columns->columns[i] : &keys->columns[i - columns->count];
        if (*column->name == '\0' || *column->type == '\0')
            return err_set(err, ERR_MALFORMED, "column %zu has no %s", i + 1,
                           *column->name == '\0' ? "name" : "type");
    }
    return true;
}

/* In lower case, as Hive's metastore keeps them, copied. */
static bool fold_columns(struct hive_columns *columns, struct arena *arena, struct err *err)
{
    struct hive_column *folded = ARENA_NEW(arena, struct hive_column, columns->count);

    if (folded == NULL)
        return too_big(arena, err);
    for (size_t i = 0; i < columns->count; i++) {
        folded[i] = columns->columns[i];
        folded[i].name = metastore_folded(folded[i].name, arena, err);
        if (folded[i].name == NULL)
            return false;
    }
    columns->columns = folded;
    return true;
}

static bool add_parameter(struct hive_parameters *parameters, const char *key, const char *value,
                          struct arena *arena, struct err *err)
{
    struct hive_parameter *more = ARENA_NEW(arena, struct hive_parameter, parameters->count + 1);

    if (more == NULL || value == NULL)
        return too_big(arena, err);
    if (parameters->count > 0)
        memcpy(more, parameters->parameters, parameters->count * sizeof(*more));
    more[parameters->count] = (struct hive_parameter){key, value};
    *parameters = (struct hive_parameters){more, parameters->count + 1};
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Folded ones: a name may stand once, among columns and partition keys together. */
static bool check_duplicates(const struct hive_columns *columns, const struct hive_columns *keys,
                             struct arena *arena, struct err *err)
{
    size_t count = 0;
    const char **names = ARENA_NEW(arena, const char *, columns->count + keys->count);

    if (names == NULL)
        return too_big(arena, err);
    for (size_t i = 0; i < columns->count; i++)
        names[count++] = columns->columns[i].name;
    for (size_t i = 0; i < keys->count; i++)
        names[count++] = keys->columns[i].name;
    qsort(names, count, sizeof(*names), compare_names);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(names[i - 1], names[i]) == 0)
            return err_set(err, ERR_MALFORMED, "Duplicate column name: %.200s", names[i]);
    }
    return true;
}

/* A table is external when either its type or its parameter says so, and then both do: files are
 * deleted on no less than two witnesses. */
static bool settle_type(struct hive_table *table, struct arena *arena, struct err *err)
{
    const char *parameter = hive_table_parameter(&table->parameters, "EXTERNAL");
    bool external = parameter != NULL && span_is_nocase(span_of(parameter), "true");

    if (table->type == NULL || *table->type == '\0' || strcmp(table->type, HIVE_TABLE_MANAGED) == 0)
        table->type = external ? HIVE_TABLE_EXTERNAL : HIVE_TABLE_MANAGED;
    if (strcmp(table->type, HIVE_TABLE_MANAGED) != 0 &&
        strcmp(table->type, HIVE_TABLE_EXTERNAL) != 0 && strcmp(table->type, HIVE_TABLE_VIEW) != 0)
        return err_set(err, ERR_MALFORMED, "%s: the table type %.100s is not supported",
                       table->name, table->type);
    if (strcmp(table->type, HIVE_TABLE_EXTERNAL) == 0 && !external)
        return add_parameter(&table->parameters, "EXTERNAL", "TRUE", arena, err);
    return true;
}

static bool settle_location(struct metastore *metastore, struct hive_table *table,
                            const char *database_location, struct arena *arena, struct err *err)
{
    const char *location = table->storage.location;

    if (location != NULL && *location != '\0')
        table->storage.location =
            location_from_client(metastore->storage_root, location, arena, err);
    else if (strcmp(table->type, HIVE_TABLE_VIEW) == 0)
        table->storage.location = NULL;
    else if ((table->storage.location = location_below(database_location, table->name, arena)) ==
             NULL)
        return too_big(arena, err);
    return table->storage.location != NULL || strcmp(table->type, HIVE_TABLE_VIEW) == 0;
}

static bool settle_times(struct hive_table *table, struct arena *arena, struct err *err)
{
    const char *key = "transient_lastDdlTime";

    table->create_time = (int32_t)(clock_wall_ms() / 1000);
    if (hive_table_parameter(&table->parameters, key) != NULL)
        return true;
    return add_parameter(&table->parameters, key,
                         arena_printf(arena, "%" PRId32, table->create_time), arena, err);
}

static bool insert_columns(struct metastore *metastore, int64_t table_id, enum column_kind kind,
                           const struct hive_columns *columns, struct err *err)
{
    for (size_t i = 0; i < columns->count; i++) {
        struct sqlite_value row[] = {
            sqlite_number(table_id),
            sqlite_number((int64_t)kind),
            sqlite_number((int64_t)i),
            sqlite_text(columns->columns[i].name),
            sqlite_text(columns->columns[i].type),
            sqlite_text(columns->columns[i].comment),
            sqlite_number(0),
        };
        if (!sqlite_change(metastore->db,
                           "INSERT INTO columns (table_id, kind, position, name, type, comment,"
                           " sort_order) VALUES (?, ?, ?, ?, ?, ?, ?)",
                           row, COUNT_OF(row), NULL, err))
            return false;
    }
    return true;
}

static bool insert_marked_column(struct metastore *metastore, int64_t table_id,
                                 enum column_kind kind, size_t position, struct hive_order order,
                                 struct err *err)
{
    struct sqlite_value row[] = {
        sqlite_number(table_id),   sqlite_number((int64_t)kind), sqlite_number((int64_t)position),
        sqlite_text(order.column), sqlite_number(order.order),
    };
    return sqlite_change(metastore->db,
                         "INSERT INTO columns (table_id, kind, position, name, type, sort_order)"
                         " VALUES (?, ?, ?, ?, '', ?)",
                         row, COUNT_OF(row), NULL, err);
}

static bool insert_all_columns(struct metastore *metastore, int64_t table_id,
                               const struct hive_table *table, struct err *err)
{
    const struct hive_names *buckets = &table->storage.bucket_columns;
    const struct hive_orders *sorts = &table->storage.sort_columns;

    if (!insert_columns(metastore, table_id, COLUMN_PLAIN, &table->storage.columns, err) ||
        !insert_columns(metastore, table_id, COLUMN_PARTITION, &table->partition_keys, err))
        return false;
    for (size_t i = 0; i < buckets->count; i++) {
        struct hive_order bucket = {buckets->names[i], 0};
        if (!insert_marked_column(metastore, table_id, COLUMN_BUCKET, i, bucket, err))
            return false;
    }
    for (size_t i = 0; i < sorts->count; i++) {
        if (!insert_marked_column(metastore, table_id, COLUMN_SORT, i, sorts->orders[i], err))
            return false;
    }
    return true;
}

static bool insert_parameters(struct metastore *metastore, int64_t table_id,
                              enum parameter_kind kind, const struct hive_parameters *parameters,
                              struct err *err)
{
    for (size_t i = 0; i < parameters->count; i++) {
        struct sqlite_value row[] = {
            sqlite_number(table_id),
            sqlite_number((int64_t)kind),
            sqlite_number((int64_t)i),
            sqlite_text(parameters->parameters[i].key),
            sqlite_text(parameters->parameters[i].value),
        };
        if (!sqlite_change(metastore->db,
                           "INSERT OR REPLACE INTO table_parameters (table_id, kind, position,"
                           " key, value) VALUES (?, ?, ?, ?, ?)",
                           row, COUNT_OF(row), NULL, err))
            return false;
    }
    return true;
}

static bool insert_row(struct metastore *metastore, int64_t database_id,
                       const struct hive_table *table, struct arena *arena, int64_t *id,
                       struct err *err)
{
    const struct hive_storage *storage = &table->storage;
    const char *path = storage->location == NULL
                           ? NULL
                           : location_in_storage(metastore->storage_root, storage->location, arena);
    struct sqlite_value row[] = {
        sqlite_number(database_id),
        sqlite_text(table->name),
        sqlite_text(table->type),
        sqlite_text(table->owner),
        sqlite_number(table->create_time),
        sqlite_number(table->last_access_time),
        sqlite_number(table->retention),
        sqlite_text(storage->location),
        sqlite_text(path),
        sqlite_text(storage->input_format),
        sqlite_text(storage->output_format),
        sqlite_number(storage->compressed),
        sqlite_number(storage->bucket_count),
        sqlite_number(storage->stored_as_sub_directories),
        sqlite_text(storage->serde_name),
        sqlite_text(storage->serde_library),
        sqlite_text(table->view_original_text),
        sqlite_text(table->view_expanded_text),
    };
    return sqlite_change(metastore->db,
                         "INSERT INTO tables (database_id, name, type, owner, create_time,"
                         " last_access_time, retention, location, storage_path, input_format,"
                         " output_format, compressed, bucket_count, stored_as_sub_directories,"
                         " serde_name, serde_library, view_original_text, view_expanded_text)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                         row, COUNT_OF(row), id, err);
}

static bool insert_table(struct metastore *metastore, int64_t database_id,
                         const struct hive_table *table, struct arena *arena, struct err *err)
{
    int64_t id;

    return insert_row(metastore, database_id, table, arena, &id, err) &&
           insert_all_columns(metastore, id, table, err) &&
           insert_parameters(metastore, id, PARAMETER_TABLE, &table->parameters, err) &&
           insert_parameters(metastore, id, PARAMETER_STORAGE, &table->storage.parameters, err) &&
           insert_parameters(metastore, id, PARAMETER_SERDE, &table->storage.serde_parameters, err);
}

/* What the metastore itself puts into a new table, and what it refuses. */
static bool settle_table(struct metastore *metastore, struct hive_table *table,
                         const char *database_location, struct arena *arena, struct err *err)
{
    if (table->storage.skewed)
        return err_set(err, ERR_MALFORMED, "%s: skewed tables are not supported", table->name);
    return check_columns(&table->storage.columns, &table->partition_keys, err) &&
           fold_columns(&table->storage.columns, arena, err) &&
           fold_columns(&table->partition_keys, arena, err) &&
           check_duplicates(&table->storage.columns, &table->partition_keys, arena, err) &&
           settle_type(table, arena, err) &&
           settle_location(metastore, table, database_location, arena, err) &&
           settle_times(table, arena, err);
}

/* The new table's names, folded, and its database, which must be there while it must not. */
static int64_t find_place(struct metastore *metastore, struct hive_table *table,
                          struct arena *arena, const char **database_location, struct err *err)
{
    struct hive_table there;

    table->name = metastore_name("table", table->name, arena, err);
    if (table->name == NULL)
        return 0;
    table->database = metastore_folded(table->database == NULL ? "" : table->database, arena, err);
    if (table->database == NULL)
        return 0;
    int64_t id = metastore_database_id(metastore, table->database, arena, database_location, err);
    if (id == 0) {
        if (err->kind == ERR_NOT_FOUND)
            (void)err_set(err, ERR_NOT_FOUND, "The database %.200s does not exist",
                          table->database);
        return 0;
    }
    if (find_table(metastore, table->database, table->name, arena, &there, err) == 0)
        return err->kind == ERR_NONE ? id : 0;
    (void)err_set(err, ERR_CONFLICT, "Table %s.%s already exists", table->database, table->name);
    return 0;
}

bool metastore_table_create(struct metastore *metastore, const struct hive_table *wanted,
                            struct arena *arena, struct err *err)
{
    struct hive_table table = *wanted;
    const char *database_location = NULL;
    int64_t database_id = find_place(metastore, &table, arena, &database_location, err);

    if (database_id == 0 || !settle_table(metastore, &table, database_location, arena, err))
        return false;
    if (table.storage.location != NULL &&
        !metastore_make_folder(metastore, table.storage.location, arena, err))
        return false;
    if (!sqlite_begin(metastore->db, err))
        return false;
    if (insert_table(metastore, database_id, &table, arena, err))
        return metastore_commit(metastore, err);
    sqlite_abort(metastore->db);
    return false;
}

/* --- Dropping --- */

/* Does another table, or a database, have its files at `path` or below it? */
static bool is_shared(struct metastore *metastore, int64_t table_id, const char *path,
                      struct err *err)
{
    struct sqlite_rows rows;
    bool shared = false;

    sqlite_query(&rows, metastore->db,
                 "SELECT 1 FROM tables WHERE id <> ?1 AND (storage_path = ?2"
                 " OR substr(storage_path, 1, length(?2) + 1) = ?2 || '/')"
                 " UNION ALL SELECT 1 FROM databases WHERE storage_path = ?2"
                 " OR substr(storage_path, 1, length(?2) + 1) = ?2 || '/'",
                 (struct sqlite_value[]){sqlite_number(table_id), sqlite_text(path)}, 2);
    while (sqlite_next(&rows))
        shared = true;
    /* When it cannot be told, the files stay. */
    return !sqlite_end(&rows, err) || shared;
}

bool metastore_table_remove(struct metastore *metastore, int64_t table_id, bool delete_data,
                            struct arena *arena, struct err *err)
{
    struct sqlite_value of[] = {sqlite_number(table_id)};
    struct sqlite_rows rows;
    const char *path = NULL;

    sqlite_query(&rows, metastore->db,
                 "SELECT storage_path FROM tables WHERE id = ? AND type = '" HIVE_TABLE_MANAGED "'",
                 of, 1);
    while (sqlite_next(&rows))
        path = sqlite_row_text(&rows, 0, arena);
    if (!sqlite_end(&rows, err))
        return false;
    if (delete_data && path != NULL) {
        if (is_shared(metastore, table_id, path, err))
            diag_warn("dropped-table-shares-its-files", "path=%s kept=true", path);
        else if (!metastore_doom(metastore, path, err))
            return false;
    }
    return sqlite_change(metastore->db, "DELETE FROM tables WHERE id = ?", of, 1, NULL, err);
}

bool metastore_table_drop(struct metastore *metastore, const char *database, const char *name,
                          bool delete_data, struct arena *arena, struct err *err)
{
    struct hive_table table;
    const char *folded_database = metastore_folded(database, arena, err);
    const char *folded_name = metastore_folded(name, arena, err);
    if (folded_database == NULL || folded_name == NULL)
        return false;

    int64_t id = find_table(metastore, folded_database, folded_name, arena, &table, err);
    if (id == 0)
        return err->kind == ERR_NONE ? err_set(err, ERR_NOT_FOUND, "%.200s.%.200s table not found",
                                               folded_database, folded_name)
                                     : false;
    if (!sqlite_begin(metastore->db, err))
        return false;
    if (!metastore_table_remove(metastore, id, delete_data, arena, err)) {
        sqlite_abort(metastore->db);
        return false;
    }
    if (!metastore_commit(metastore, err))
        return false;
    metastore_bury(metastore);
    return true;
}
