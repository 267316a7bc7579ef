/* SPDX-License-Identifier: Apache-2.0 */
/* hive_table.c - the structs of hive_metastore.thrift that describe tables, field by field. */
#include "wire/hive_table.h"

#include <string.h>

#include "wire/writer.h"

#define PARQUET "org.apache.hadoop.hive.ql.io.parquet."

void hive_table_stored_as_parquet(struct hive_table *table)
{
    table->storage.input_format = PARQUET "MapredParquetInputFormat";
    table->storage.output_format = PARQUET "MapredParquetOutputFormat";
    table->storage.serde_library = PARQUET "serde.ParquetHiveSerDe";
}

const char *hive_table_parameter(const struct hive_parameters *parameters, const char *key)
{
    for (size_t i = 0; i < parameters->count; i++) {
        if (strcmp(parameters->parameters[i].key, key) == 0)
            return parameters->parameters[i].value;
    }
    return NULL;
}

/* --- Reading --- */

static void out_of_room(struct reader *r)
{
    r->bad = true;
    r->left = 0;
}

void hive_table_read_names(struct reader *r, struct arena *arena, struct hive_names *names)
{
    size_t count = thrift_read_list(r, THRIFT_STRING, HIVE_TABLE_NAMES_MAX);

    *names = (struct hive_names){ARENA_NEW(arena, const char *, count), count};
    if (names->names == NULL) {
        names->count = 0;
        out_of_room(r);
    }
    for (size_t i = 0; i < names->count; i++)
        names->names[i] = thrift_read_text(r, arena);
}

static void read_parameters(struct reader *r, struct arena *arena,
                            struct hive_parameters *parameters)
{
    size_t count = thrift_read_map(r, THRIFT_STRING, THRIFT_STRING, HIVE_TABLE_PARAMETERS_MAX);

    *parameters = (struct hive_parameters){ARENA_NEW(arena, struct hive_parameter, count), count};
    if (parameters->parameters == NULL) {
        parameters->count = 0;
        out_of_room(r);
    }
    for (size_t i = 0; i < parameters->count; i++) {
        parameters->parameters[i].key = thrift_read_text(r, arena);
        parameters->parameters[i].value = thrift_read_text(r, arena);
    }
}

static void read_column(struct reader *r, struct arena *arena, struct hive_column *column)
{
    struct thrift_field field;

    *column = (struct hive_column){"", "", NULL};
    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_STRING))
            column->name = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 2, THRIFT_STRING))
            column->type = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 3, THRIFT_STRING))
            column->comment = thrift_read_text(r, arena);
        else
            thrift_skip(r, field.type);
    }
}

static void read_column_list(struct reader *r, struct arena *arena, struct hive_columns *columns)
{
    size_t count = thrift_read_list(r, THRIFT_STRUCT, HIVE_TABLE_COLUMNS_MAX);

    *columns = (struct hive_columns){ARENA_NEW(arena, struct hive_column, count), count};
    if (columns->columns == NULL) {
        columns->count = 0;
        out_of_room(r);
    }
    for (size_t i = 0; i < columns->count; i++)
        read_column(r, arena, &columns->columns[i]);
}

static void read_order(struct reader *r, struct arena *arena, struct hive_order *order)
{
    struct thrift_field field;

    order->column = "";
    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_STRING))
            order->column = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 2, THRIFT_I32))
            order->order = reader_i32(r);
        else
            thrift_skip(r, field.type);
    }
}

static void read_orders(struct reader *r, struct arena *arena, struct hive_orders *orders)
{
    size_t count = thrift_read_list(r, THRIFT_STRUCT, HIVE_TABLE_COLUMNS_MAX);

    *orders = (struct hive_orders){ARENA_NEW(arena, struct hive_order, count), count};
    if (orders->orders == NULL) {
        orders->count = 0;
        out_of_room(r);
    }
    for (size_t i = 0; i < orders->count; i++)
        read_order(r, arena, &orders->orders[i]);
}

static void read_serde(struct reader *r, struct arena *arena, struct hive_storage *storage)
{
    struct thrift_field field;

    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_STRING))
            storage->serde_name = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 2, THRIFT_STRING))
            storage->serde_library = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 3, THRIFT_MAP))
            read_parameters(r, arena, &storage->serde_parameters);
        else
            thrift_skip(r, field.type);
    }
}

/* Whether any skewed column is named; what is said about them is passed over. */
static bool read_skewed(struct reader *r, struct arena *arena)
{
    struct hive_names names = {0};
    struct thrift_field field;

    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_LIST))
            hive_table_read_names(r, arena, &names);
        else
            thrift_skip(r, field.type);
    }
    return names.count > 0;
}

static void read_storage(struct reader *r, struct arena *arena, struct hive_storage *storage)
{
    struct thrift_field field;

    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_LIST))
            read_column_list(r, arena, &storage->columns);
        else if (thrift_field_is(&field, 2, THRIFT_STRING))
            storage->location = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 3, THRIFT_STRING))
            storage->input_format = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 4, THRIFT_STRING))
            storage->output_format = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 5, THRIFT_BOOL))
            storage->compressed = thrift_read_bool(r);
        else if (thrift_field_is(&field, 6, THRIFT_I32))
            storage->bucket_count = reader_i32(r);
        else if (thrift_field_is(&field, 7, THRIFT_STRUCT))
            read_serde(r, arena, storage);
        else if (thrift_field_is(&field, 8, THRIFT_LIST))
            hive_table_read_names(r, arena, &storage->bucket_columns);
        else if (thrift_field_is(&field, 9, THRIFT_LIST))
            read_orders(r, arena, &storage->sort_columns);
        else if (thrift_field_is(&field, 10, THRIFT_MAP))
            read_parameters(r, arena, &storage->parameters);
        else if (thrift_field_is(&field, 11, THRIFT_STRUCT))
            storage->skewed = read_skewed(r, arena);
        else if (thrift_field_is(&field, 12, THRIFT_BOOL))
            storage->stored_as_sub_directories = thrift_read_bool(r);
        else
            thrift_skip(r, field.type);
    }
}

void hive_table_read(struct reader *r, struct arena *arena, struct hive_table *table)
{
    struct thrift_field field;

    memset(table, 0, sizeof(*table));
    table->storage.bucket_count = -1;
    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_STRING))
            table->name = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 2, THRIFT_STRING))
            table->database = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 3, THRIFT_STRING))
            table->owner = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 4, THRIFT_I32))
            table->create_time = reader_i32(r);
        else if (thrift_field_is(&field, 5, THRIFT_I32))
            table->last_access_time = reader_i32(r);
        else if (thrift_field_is(&field, 6, THRIFT_I32))
            table->retention = reader_i32(r);
        else if (thrift_field_is(&field, 7, THRIFT_STRUCT))
            read_storage(r, arena, &table->storage);
        else if (thrift_field_is(&field, 8, THRIFT_LIST))
            read_column_list(r, arena, &table->partition_keys);
        else if (thrift_field_is(&field, 9, THRIFT_MAP))
            read_parameters(r, arena, &table->parameters);
        else if (thrift_field_is(&field, 10, THRIFT_STRING))
            table->view_original_text = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 11, THRIFT_STRING))
            table->view_expanded_text = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 12, THRIFT_STRING))
            table->type = thrift_read_text(r, arena);
        else /* privileges: there are no logins yet; temporary tables live in their client */
            thrift_skip(r, field.type);
    }
}

void hive_table_read_database(struct reader *r, struct arena *arena, struct hive_database *database)
{
    struct thrift_field field;

    memset(database, 0, sizeof(*database));
    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_STRING))
            database->name = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 2, THRIFT_STRING))
            database->description = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 3, THRIFT_STRING))
            database->location = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 4, THRIFT_MAP))
            read_parameters(r, arena, &database->parameters);
        else if (thrift_field_is(&field, 6, THRIFT_STRING))
            database->owner_name = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 7, THRIFT_I32))
            database->owner_type = reader_i32(r);
        else
            thrift_skip(r, field.type);
    }
}

/* --- Writing --- */

void hive_table_write_names(struct text *out, const struct hive_names *names)
{
    thrift_write_list(out, THRIFT_STRING, names->count);
    for (size_t i = 0; i < names->count; i++)
        thrift_write_string(out, span_of(names->names[i]));
}

static void write_parameter_map(struct text *out, int16_t id,
                                const struct hive_parameters *parameters)
{
    thrift_write_field(out, THRIFT_MAP, id);
    thrift_write_map(out, THRIFT_STRING, THRIFT_STRING, parameters->count);
    for (size_t i = 0; i < parameters->count; i++) {
        thrift_write_string(out, span_of(parameters->parameters[i].key));
        thrift_write_string(out, span_of(parameters->parameters[i].value));
    }
}

static void write_column_list(struct text *out, int16_t id, const struct hive_columns *columns)
{
    thrift_write_field(out, THRIFT_LIST, id);
    thrift_write_list(out, THRIFT_STRUCT, columns->count);
    for (size_t i = 0; i < columns->count; i++) {
        thrift_write_text_field(out, 1, columns->columns[i].name);
        thrift_write_text_field(out, 2, columns->columns[i].type);
        thrift_write_text_field(out, 3, columns->columns[i].comment);
        thrift_write_stop(out);
    }
}

static void write_orders(struct text *out, int16_t id, const struct hive_orders *orders)
{
    thrift_write_field(out, THRIFT_LIST, id);
    thrift_write_list(out, THRIFT_STRUCT, orders->count);
    for (size_t i = 0; i < orders->count; i++) {
        thrift_write_text_field(out, 1, orders->orders[i].column);
        thrift_write_i32_field(out, 2, orders->orders[i].order);
        thrift_write_stop(out);
    }
}

static void write_serde(struct text *out, int16_t id, const struct hive_storage *storage)
{
    thrift_write_field(out, THRIFT_STRUCT, id);
    thrift_write_text_field(out, 1, storage->serde_name);
    thrift_write_text_field(out, 2, storage->serde_library);
    write_parameter_map(out, 3, &storage->serde_parameters);
    thrift_write_stop(out);
}

/* Java clients take its three members without asking whether they are there. */
static void write_not_skewed(struct text *out, int16_t id)
{
    thrift_write_field(out, THRIFT_STRUCT, id);
    thrift_write_field(out, THRIFT_LIST, 1);
    thrift_write_list(out, THRIFT_STRING, 0);
    thrift_write_field(out, THRIFT_LIST, 2);
    thrift_write_list(out, THRIFT_LIST, 0);
    thrift_write_field(out, THRIFT_MAP, 3);
    thrift_write_map(out, THRIFT_LIST, THRIFT_STRING, 0);
    thrift_write_stop(out);
}

static void write_storage(struct text *out, int16_t id, const struct hive_storage *storage)
{
    thrift_write_field(out, THRIFT_STRUCT, id);
    write_column_list(out, 1, &storage->columns);
    thrift_write_text_field(out, 2, storage->location);
    thrift_write_text_field(out, 3, storage->input_format);
    thrift_write_text_field(out, 4, storage->output_format);
    thrift_write_bool_field(out, 5, storage->compressed);
    thrift_write_i32_field(out, 6, storage->bucket_count);
    write_serde(out, 7, storage);
    thrift_write_field(out, THRIFT_LIST, 8);
    hive_table_write_names(out, &storage->bucket_columns);
    write_orders(out, 9, &storage->sort_columns);
    write_parameter_map(out, 10, &storage->parameters);
    write_not_skewed(out, 11);
    thrift_write_bool_field(out, 12, storage->stored_as_sub_directories);
    thrift_write_stop(out);
}

void hive_table_write(struct text *out, const struct hive_table *table)
{
    thrift_write_text_field(out, 1, table->name);
    thrift_write_text_field(out, 2, table->database);
    thrift_write_text_field(out, 3, table->owner);
    thrift_write_i32_field(out, 4, table->create_time);
    thrift_write_i32_field(out, 5, table->last_access_time);
    thrift_write_i32_field(out, 6, table->retention);
    write_storage(out, 7, &table->storage);
    write_column_list(out, 8, &table->partition_keys);
    write_parameter_map(out, 9, &table->parameters);
    thrift_write_text_field(out, 10, table->view_original_text);
    thrift_write_text_field(out, 11, table->view_expanded_text);
    thrift_write_text_field(out, 12, table->type);
    thrift_write_bool_field(out, 15, false); /* rewriteEnabled: no materialized views */
    thrift_write_stop(out);
}

void hive_table_write_database(struct text *out, const struct hive_database *database)
{
    thrift_write_text_field(out, 1, database->name);
    thrift_write_text_field(out, 2, database->description);
    thrift_write_text_field(out, 3, database->location);
    write_parameter_map(out, 4, &database->parameters);
    thrift_write_text_field(out, 6, database->owner_name);
    if (database->owner_type != 0)
        thrift_write_i32_field(out, 7, database->owner_type);
    thrift_write_stop(out);
}
