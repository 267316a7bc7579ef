/* SPDX-License-Identifier: Apache-2.0 */
/* parquet.c - Kafka's source as a table function, from_json as a scalar one, and COPY.
 *
 * Each parquet registers the two under numbered names; macros of its own
 * connection give them the names that plans use.
 *
 * The engine's threads take runs of records by an atomic counter.  COPY keeps
 * their order because the source is read by one thread: a table function
 * cannot tell the engine the order of its chunks. */
#include "engine/parquet.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/from_json.h"
#include "engine/instance.h"
#include "engine/query.h"
#include "engine/utf8.h"
#include "io/worker.h"

#define SQL_BYTES_MAX QUERY_SQL_BYTES_MAX
#define NAME_BYTES 48

struct parquet {
    const struct library *library;
    struct query *query;
    unsigned number; /* of its functions */
    char *sql;
    struct from_json_schema *schema; /* NULL: no from_json in the plan */
    size_t field_count;

    /* Of the batch that is being written. */
    const struct parquet_record *records;
    size_t record_count;
    atomic_size_t next;
    atomic_uint_fast64_t malformed;
};

/* --- the source ---------------------------------------------------------------------------- */

enum source_column {
    SOURCE_KEY,
    SOURCE_VALUE,
    SOURCE_TOPIC,
    SOURCE_PARTITION,
    SOURCE_OFFSET,
    SOURCE_TIMESTAMP,
    SOURCE_TIMESTAMP_TYPE,
};

static const struct {
    const char *name;
    duckdb_type type;
} source_columns[] = {
    [SOURCE_KEY] = {"key", DUCKDB_TYPE_BLOB},
    [SOURCE_VALUE] = {"value", DUCKDB_TYPE_BLOB},
    [SOURCE_TOPIC] = {"topic", DUCKDB_TYPE_VARCHAR},
    [SOURCE_PARTITION] = {"partition", DUCKDB_TYPE_INTEGER},
    [SOURCE_OFFSET] = {"offset", DUCKDB_TYPE_BIGINT},
    [SOURCE_TIMESTAMP] = {"timestamp", DUCKDB_TYPE_TIMESTAMP_TZ},
    [SOURCE_TIMESTAMP_TYPE] = {"timestampType", DUCKDB_TYPE_INTEGER},
};

/* Which columns a statement wants; ends with the statement. */
struct projection {
    size_t count;
    enum source_column columns[COUNT_OF(source_columns)];
};

static void source_bind(duckdb_bind_info info)
{
    const struct library *l = library_loaded();
    const struct parquet *parquet = l->duckdb_bind_get_extra_info(info);
    for (size_t i = 0; i < COUNT_OF(source_columns); i++) {
        duckdb_logical_type type = l->duckdb_create_logical_type(source_columns[i].type);
        l->duckdb_bind_add_result_column(info, source_columns[i].name, type);
        l->duckdb_destroy_logical_type(&type);
    }
    l->duckdb_bind_set_cardinality(info, parquet->record_count, true);
}

static void source_init(duckdb_init_info info)
{
    const struct library *l = library_loaded();
    struct projection *projection = mem_new(sizeof(*projection));
    projection->count = l->duckdb_init_get_column_count(info);
    assert(projection->count <= COUNT_OF(source_columns));
    for (size_t i = 0; i < projection->count; i++)
        projection->columns[i] = (enum source_column)l->duckdb_init_get_column_index(info, i);
    l->duckdb_init_set_init_data(info, projection, mem_free);
    l->duckdb_init_set_max_threads(info, 1); /* see the head of this file */
}

/* A string of the engine that points into the record: the batch outlives the statement. */
static duckdb_string_t borrow(struct span bytes)
{
    duckdb_string_t string = {0};
    string.value.inlined.length = (uint32_t)bytes.size;
    if (bytes.size <= sizeof(string.value.inlined.inlined)) {
        if (bytes.size > 0)
            memcpy(string.value.inlined.inlined, bytes.data, bytes.size);
    } else {
        memcpy(string.value.pointer.prefix, bytes.data, sizeof(string.value.pointer.prefix));
        string.value.pointer.ptr = (char *)(uintptr_t)bytes.data;
    }
    return string;
}

static void fill_bytes(const struct library *l, duckdb_vector vector, enum source_column column,
                       const struct parquet_record *records, size_t count)
{
    duckdb_string_t *to = l->duckdb_vector_get_data(vector);
    uint64_t *valid = NULL;
    for (size_t i = 0; i < count; i++) {
        struct span bytes = column == SOURCE_KEY     ? records[i].key
                            : column == SOURCE_VALUE ? records[i].value
                                                     : records[i].topic;
        if (bytes.data != NULL) {
            to[i] = borrow(bytes);
            continue;
        }
        if (valid == NULL) {
            l->duckdb_vector_ensure_validity_writable(vector);
            valid = l->duckdb_vector_get_validity(vector);
        }
        valid[i / 64] &= ~(UINT64_C(1) << i % 64);
    }
}

static void fill(const struct library *l, duckdb_vector vector, enum source_column column,
                 const struct parquet_record *records, size_t count)
{
    int32_t *ints = l->duckdb_vector_get_data(vector);
    int64_t *longs = l->duckdb_vector_get_data(vector);
    switch (column) {
    case SOURCE_KEY:
    case SOURCE_VALUE:
    case SOURCE_TOPIC:
        fill_bytes(l, vector, column, records, count);
        return;
    case SOURCE_PARTITION:
        for (size_t i = 0; i < count; i++)
            ints[i] = records[i].partition;
        return;
    case SOURCE_OFFSET:
        for (size_t i = 0; i < count; i++)
            longs[i] = records[i].offset;
        return;
    case SOURCE_TIMESTAMP:
        for (size_t i = 0; i < count; i++)
            longs[i] = (int64_t)((uint64_t)records[i].timestamp_ms * 1000);
        return;
    case SOURCE_TIMESTAMP_TYPE:
        for (size_t i = 0; i < count; i++)
            ints[i] = records[i].timestamp_type;
        return;
    }
    /* A statement that wants no column at all still wants the rows. */
}

static void source_run(duckdb_function_info info, duckdb_data_chunk output)
{
    const struct library *l = library_loaded();
    struct parquet *parquet = l->duckdb_function_get_extra_info(info);
    const struct projection *projection = l->duckdb_function_get_init_data(info);
    size_t room = l->duckdb_vector_size();
    size_t from = atomic_fetch_add(&parquet->next, room);
    size_t left = from < parquet->record_count ? parquet->record_count - from : 0;
    size_t count = left < room ? left : room;
    for (size_t i = 0; i < projection->count && count > 0; i++)
        fill(l, l->duckdb_data_chunk_get_vector(output, i), projection->columns[i],
             parquet->records + from, count);
    l->duckdb_data_chunk_set_size(output, count);
}

static bool register_source(struct parquet *parquet, duckdb_connection connection)
{
    const struct library *l = parquet->library;
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof(name), "kafka_source_%u", parquet->number);

    duckdb_table_function made = l->duckdb_create_table_function();
    l->duckdb_table_function_set_name(made, name);
    l->duckdb_table_function_set_extra_info(made, parquet, NULL);
    l->duckdb_table_function_set_bind(made, source_bind);
    l->duckdb_table_function_set_init(made, source_init);
    l->duckdb_table_function_set_function(made, source_run);
    l->duckdb_table_function_supports_projection_pushdown(made, true);
    bool ok = l->duckdb_register_table_function(connection, made) == DuckDBSuccess;
    l->duckdb_destroy_table_function(&made);
    return ok;
}

/* --- from_json ----------------------------------------------------------------------------- */

struct json_out {
    duckdb_vector vector;
    uint64_t *valid;
};

static void set_null(const struct library *l, struct json_out *out, size_t row)
{
    if (out->valid == NULL) {
        l->duckdb_vector_ensure_validity_writable(out->vector);
        out->valid = l->duckdb_vector_get_validity(out->vector);
    }
    out->valid[row / 64] &= ~(UINT64_C(1) << row % 64);
}

/* One row of the struct; outs[0] is the struct itself, its fields follow. */
static void json_row(const struct library *l, struct json_out *outs, size_t field_count,
                     const struct span *fields, bool is_null, size_t row)
{
    if (is_null)
        set_null(l, &outs[0], row);
    for (size_t i = 0; i < field_count; i++) {
        if (is_null || fields[i].data == NULL)
            set_null(l, &outs[i + 1], row);
        else
            l->duckdb_unsafe_vector_assign_string_element_len(outs[i + 1].vector, row,
                                                              fields[i].data, fields[i].size);
    }
}

static void json_run(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    const struct library *l = library_loaded();
    struct parquet *parquet = l->duckdb_scalar_function_get_extra_info(info);
    duckdb_vector from = l->duckdb_data_chunk_get_vector(input, 0);
    const duckdb_string_t *strings = l->duckdb_vector_get_data(from);
    const uint64_t *valid = l->duckdb_vector_get_validity(from);
    size_t count = l->duckdb_data_chunk_get_size(input);

    struct from_json_reader *reader = from_json_reader_create(parquet->schema);
    struct span *fields = mem_new_array(parquet->field_count + 1, sizeof(*fields));
    struct json_out *outs = mem_new_array(parquet->field_count + 1, sizeof(*outs));
    outs[0].vector = output;
    for (size_t i = 0; i < parquet->field_count; i++)
        outs[i + 1].vector = l->duckdb_struct_vector_get_child(output, i);

    uint64_t malformed = 0;
    for (size_t row = 0; row < count; row++) {
        bool is_null = valid != NULL && (valid[row / 64] >> row % 64 & 1) == 0;
        if (!is_null) {
            const duckdb_string_t *string = &strings[row];
            uint32_t size = string->value.inlined.length;
            struct span text = {size <= sizeof(string->value.inlined.inlined)
                                    ? string->value.inlined.inlined
                                    : string->value.pointer.ptr,
                                size};
            enum from_json_outcome outcome = from_json_read(reader, text, fields);
            malformed += outcome != FROM_JSON_ROW;
            is_null = outcome == FROM_JSON_NULL;
        }
        json_row(l, outs, parquet->field_count, fields, is_null, row);
    }
    atomic_fetch_add(&parquet->malformed, malformed);
    mem_free(outs);
    mem_free(fields);
    from_json_reader_close(reader);
}

/* STRUCT(f0 VARCHAR, f1 VARCHAR ...): the names in the JSON may not differ by case alone here. */
static duckdb_logical_type struct_type(const struct library *l, size_t field_count)
{
    duckdb_logical_type text = l->duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type *types = mem_new_array(field_count, sizeof(duckdb_logical_type));
    const char **names = mem_new_array(field_count, sizeof(*names));
    char *bytes = mem_new_array(field_count, NAME_BYTES);
    for (size_t i = 0; i < field_count; i++) {
        (void)snprintf(bytes + i * NAME_BYTES, NAME_BYTES, "f%zu", i);
        names[i] = bytes + i * NAME_BYTES;
        types[i] = text;
    }
    duckdb_logical_type made = l->duckdb_create_struct_type(types, names, field_count);
    mem_free(bytes);
    mem_free(names);
    mem_free(types);
    l->duckdb_destroy_logical_type(&text);
    return made;
}

static bool register_json(struct parquet *parquet, duckdb_connection connection)
{
    const struct library *l = parquet->library;
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof(name), "from_json_%u", parquet->number);
    duckdb_logical_type text = l->duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_logical_type row = struct_type(l, parquet->field_count);

    duckdb_scalar_function made = l->duckdb_create_scalar_function();
    l->duckdb_scalar_function_set_name(made, name);
    l->duckdb_scalar_function_add_parameter(made, text);
    l->duckdb_scalar_function_set_return_type(made, row);
    l->duckdb_scalar_function_set_extra_info(made, parquet, NULL);
    l->duckdb_scalar_function_set_function(made, json_run);
    /* NULL gives NULL here too, but a struct's NULL must reach its fields. */
    l->duckdb_scalar_function_set_special_handling(made);
    /* It counts: the optimizer may neither repeat nor move it. */
    l->duckdb_scalar_function_set_volatile(made);
    bool ok = l->duckdb_register_scalar_function(connection, made) == DuckDBSuccess;
    l->duckdb_destroy_scalar_function(&made);
    l->duckdb_destroy_logical_type(&row);
    l->duckdb_destroy_logical_type(&text);
    return ok;
}

/* --- open and write ------------------------------------------------------------------------ */

static bool register_functions(struct parquet *parquet, struct engine *engine, struct err *err)
{
    duckdb_connection connection = NULL;
    if (engine->library->duckdb_connect(engine->database, &connection) != DuckDBSuccess)
        return err_set(err, ERR_LIMIT, "the engine gives no connection");
    bool ok = register_source(parquet, connection) &&
              (parquet->schema == NULL || register_json(parquet, connection));
    engine->library->duckdb_disconnect(&connection);
    return ok || err_set(err, ERR_CONFLICT, "the engine refuses a job's functions");
}

static bool name_functions(struct parquet *parquet, struct err *err)
{
    char sql[160];
    (void)snprintf(sql, sizeof(sql),
                   "CREATE TEMP MACRO kafka_source() AS TABLE SELECT * FROM kafka_source_%u()",
                   parquet->number);
    if (!query_run(parquet->query, span_of(sql), NULL, err))
        return false;
    if (parquet->schema == NULL)
        return true;
    (void)snprintf(sql, sizeof(sql), "CREATE TEMP MACRO from_json(x) AS from_json_%u(x)",
                   parquet->number);
    return query_run(parquet->query, span_of(sql), NULL, err);
}

struct parquet *parquet_open(struct engine *engine, const struct parquet_plan *plan,
                             struct err *err)
{
    assert(plan->json_field_count <= PARQUET_JSON_FIELDS_MAX);

    struct parquet *parquet = mem_new(sizeof(*parquet));
    parquet->library = engine->library;
    parquet->number = atomic_fetch_add(&engine->parquet_count, 1);
    parquet->sql = mem_string(plan->sql);
    parquet->field_count = plan->json_field_count;
    if (plan->json_field_count > 0)
        parquet->schema = from_json_schema_create(plan->json_fields, plan->json_field_count);
    parquet->query = query_open(engine, err);
    if (parquet->query == NULL || !register_functions(parquet, engine, err) ||
        !name_functions(parquet, err) ||
        !query_describe(parquet->query, span_of(parquet->sql), err))
        goto fail;
    query_finish(parquet->query);
    return parquet;

fail:
    err_within(err, "job's SQL");
    parquet_close(parquet);
    return NULL;
}

void parquet_close(struct parquet *parquet)
{
    if (parquet == NULL)
        return;
    query_close(parquet->query);
    from_json_schema_close(parquet->schema);
    mem_free(parquet->sql);
    mem_free(parquet);
}

static void copy_text(struct text *sql, const struct parquet *parquet,
                      const struct parquet_batch *batch)
{
    text_printf(sql, "COPY (%s) TO ", parquet->sql);
    query_quote_text(sql, span_of(batch->path));
    text_add_string(sql, " (FORMAT parquet, COMPRESSION snappy");
    for (size_t i = 0; i < batch->metadata_count; i++) {
        text_add_string(sql, i == 0 ? ", KV_METADATA {" : ", ");
        query_quote_text(sql, span_of(batch->metadata[i].key));
        text_add_string(sql, ": ");
        query_quote_text(sql, span_of(batch->metadata[i].value));
    }
    text_add_string(sql, batch->metadata_count > 0 ? "})" : ")");
}

/* The engine leaves nothing behind on failure, as far as it knows; whatever there is goes. */
static void remove_file(const char *path)
{
    (void)unlink(path);
}

static bool copy(struct parquet *parquet, const struct parquet_batch *batch, uint64_t *rows,
                 struct err *err)
{
    struct text sql;
    text_init(&sql, SQL_BYTES_MAX);
    copy_text(&sql, parquet, batch);
    bool ok = !sql.full || err_set(err, ERR_LIMIT, "the statement passes %d bytes", SQL_BYTES_MAX);
    ok = ok && query_run(parquet->query, text_span(&sql), rows, err);
    text_reset(&sql);
    return ok;
}

bool parquet_write(struct parquet *parquet, const struct parquet_batch *batch,
                   struct parquet_outcome *outcome, struct err *err)
{
    ON_WORKER();
    assert(batch->path[0] == '/' && batch->metadata_count <= PARQUET_METADATA_MAX);

    *outcome = (struct parquet_outcome){.records_read = batch->record_count};
    parquet->records = batch->records;
    parquet->record_count = batch->record_count;
    atomic_store(&parquet->next, 0);
    atomic_store(&parquet->malformed, 0);
    bool ok = copy(parquet, batch, &outcome->rows_written, err);
    outcome->malformed = atomic_load(&parquet->malformed);
    parquet->records = NULL;
    parquet->record_count = 0;
    if (!ok || outcome->rows_written == 0)
        remove_file(batch->path);
    return ok;
}

void parquet_cancel(struct parquet *parquet)
{
    query_cancel(parquet->query);
}
