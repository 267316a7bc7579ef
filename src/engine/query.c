/* SPDX-License-Identifier: Apache-2.0 */
/* query.c - statements on a connection: start, chunks, cells, and why it failed.
 *
 * The engine clears an interrupt when it makes a statement pending.  So the
 * flag is looked at after that, and query_cancel() sets the flag before it
 * interrupts: whichever comes first, one of the two is seen. */
#include "engine/query.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "engine/instance.h"
#include "io/worker.h"

/* Recursion is bounded: QUERY_TYPE_DEPTH_MAX bounds the depth of a type.
 * NOLINTBEGIN(misc-no-recursion) */

#define FILE_BYTES_MAX 4096

struct query {
    const struct library *library;
    duckdb_connection connection;
    atomic_bool cancelled;

    duckdb_prepared_statement prepared;
    duckdb_pending_result pending;
    duckdb_result result;
    bool has_result;
    duckdb_data_chunk chunk;
    size_t row_count;

    struct arena arena; /* the columns below */
    size_t column_count;
    const char **names;
    struct engine_type *types;

    enum query_fault fault;
    char fault_file[FILE_BYTES_MAX];
};

struct query *query_open(struct engine *engine, struct err *err)
{
    struct query *query = mem_new(sizeof(*query));
    query->library = engine->library;
    arena_init(&query->arena, QUERY_TYPE_BYTES_MAX);
    if (engine->library->duckdb_connect(engine->database, &query->connection) != DuckDBSuccess) {
        err_set(err, ERR_LIMIT, "the engine gives no connection");
        query_close(query);
        return NULL;
    }
    return query;
}

void query_close(struct query *query)
{
    if (query == NULL)
        return;
    query_finish(query);
    if (query->connection != NULL)
        query->library->duckdb_disconnect(&query->connection);
    mem_free(query);
}

static void drop_chunk(struct query *query)
{
    if (query->chunk != NULL)
        query->library->duckdb_destroy_data_chunk(&query->chunk);
    query->row_count = 0;
}

void query_finish(struct query *query)
{
    drop_chunk(query);
    if (query->has_result)
        query->library->duckdb_destroy_result(&query->result);
    query->has_result = false;
    if (query->pending != NULL)
        query->library->duckdb_destroy_pending(&query->pending);
    if (query->prepared != NULL)
        query->library->duckdb_destroy_prepare(&query->prepared);
    arena_reset(&query->arena);
    query->column_count = 0;
}

/* --- why it failed ------------------------------------------------------------------------- */

/* The engine's messages begin with the name of their kind. */
static const struct {
    const char *prefix;
    enum query_fault fault;
    enum err_kind kind;
} faults[] = {
    {"Parser Error: ", QUERY_SYNTAX, ERR_MALFORMED},
    {"Syntax Error: ", QUERY_SYNTAX, ERR_MALFORMED},
    {"Catalog Error: Table with name", QUERY_UNKNOWN_TABLE, ERR_NOT_FOUND},
    {"Catalog Error: ", QUERY_BIND, ERR_MALFORMED},
    {"Binder Error: Referenced column", QUERY_UNKNOWN_COLUMN, ERR_NOT_FOUND},
    {"Binder Error: Referenced table", QUERY_UNKNOWN_TABLE, ERR_NOT_FOUND},
    {"Binder Error: ", QUERY_BIND, ERR_MALFORMED},
    {"Invalid Input Error: Division by zero", QUERY_DIVISION_BY_ZERO, ERR_MALFORMED},
    {"Divide by Zero Error: ", QUERY_DIVISION_BY_ZERO, ERR_MALFORMED},
    {"Invalid Input Error: Out of range: ", QUERY_OUT_OF_RANGE, ERR_MALFORMED},
    {"Out of Range Error: ", QUERY_OUT_OF_RANGE, ERR_MALFORMED},
    {"Invalid Input Error: Cannot cast ", QUERY_CONVERSION, ERR_MALFORMED},
    {"Conversion Error: ", QUERY_CONVERSION, ERR_MALFORMED},
    {"Invalid Input Error: No magic bytes", QUERY_FILE, ERR_CORRUPT},
    {"Invalid Input Error: File ", QUERY_FILE, ERR_CORRUPT},
    {"Invalid Input Error: Failed to read file ", QUERY_FILE, ERR_CORRUPT},
    {"Invalid Input Error: Invalid string encoding found in Parquet", QUERY_FILE, ERR_CORRUPT},
    {"Invalid Error: Out of buffer", QUERY_FILE, ERR_CORRUPT},
    {"Invalid Input Error: Footer length", QUERY_FILE, ERR_CORRUPT},
    {"Invalid Input Error: ", QUERY_INVALID_ARGUMENT, ERR_MALFORMED},
    {"Out of Memory Error: ", QUERY_MEMORY, ERR_LIMIT},
    {"Invalid Error: std::bad_alloc", QUERY_MEMORY, ERR_LIMIT},
    {"std::bad_alloc", QUERY_MEMORY, ERR_LIMIT},
    {"Permission Error: ", QUERY_REFUSED, ERR_UNSUPPORTED},
    {"Not implemented Error: ", QUERY_REFUSED, ERR_UNSUPPORTED},
    {"INTERRUPT Error: ", QUERY_CANCELLED, ERR_CONFLICT},
    {"IO Error: No files found", QUERY_FILE, ERR_IO},
    {"IO Error: ", QUERY_FILE, ERR_IO},
    {"Serialization Error: ", QUERY_FILE, ERR_CORRUPT},
    {"TProtocolException: ", QUERY_FILE, ERR_CORRUPT},
};

/* The first absolute path in quotes, which is how the engine writes file names. */
static void find_file(struct query *query, const char *message)
{
    query->fault_file[0] = '\0';
    for (const char *at = strpbrk(message, "'\""); at != NULL; at = strpbrk(at + 1, "'\"")) {
        const char *end = at[1] == '/' ? strchr(at + 1, at[0]) : NULL;
        if (end == NULL || (size_t)(end - at) > FILE_BYTES_MAX)
            continue;
        memcpy(query->fault_file, at + 1, (size_t)(end - at - 1));
        query->fault_file[end - at - 1] = '\0';
        return;
    }
}

/* When a thread of its own has failed between two of our calls, the engine says first that it
 * cannot go on, and only then why. */
static const char *skip_closed(const char *message)
{
    static const char closed[] = "Invalid Input Error: Attempting to execute an unsuccessful or "
                                 "closed pending query result\nError: ";
    size_t size = sizeof(closed) - 1;

    return strncmp(message, closed, size) == 0 ? message + size : message;
}

static bool fail(struct query *query, const char *message, struct err *err)
{
    message = message == NULL ? "no reason given" : skip_closed(message);
    query->fault = QUERY_INTERNAL;
    enum err_kind kind = ERR_CORRUPT;
    const char *text = message;
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        if (strncmp(message, faults[i].prefix, strlen(faults[i].prefix)) == 0) {
            query->fault = faults[i].fault;
            kind = faults[i].kind;
            const char *colon = strstr(message, ": ");
            text = colon == NULL ? message : colon + 2;
            break;
        }
    }
    /* A cast that fails for its range is a conversion to the engine; of a day that no month has it
     * says "field value out of range", which is none. */
    if (query->fault == QUERY_CONVERSION && strstr(text, "out of range") != NULL &&
        strstr(text, "field value out of range") == NULL)
        query->fault = QUERY_OUT_OF_RANGE;
    find_file(query, message);
    /* What follows shows our own text of the statement, which nobody asked for. */
    const char *end = strstr(text, "\n\nLINE ");
    int size = end == NULL ? (int)strnlen(text, ERR_TEXT_BYTES) : (int)(end - text);
    (void)err_set(err, kind, "%.*s", size, text);
    if (query_cancelled(query)) {
        query->fault = QUERY_CANCELLED;
        (void)err_set(err, ERR_CONFLICT, "the query was cancelled");
    }
    query_finish(query); /* and with it the message */
    return false;
}

static bool fail_cancelled(struct query *query, struct err *err)
{
    return fail(query, "INTERRUPT Error: the query was cancelled", err);
}

enum query_fault query_fault(const struct query *query)
{
    return query->fault;
}

const char *query_fault_file(const struct query *query)
{
    return query->fault_file;
}

/* --- types --------------------------------------------------------------------------------- */

static bool read_type(struct query *query, duckdb_logical_type from, int depth,
                      struct engine_type *type);

static bool read_children(struct query *query, struct engine_type *type,
                          const duckdb_logical_type *from, size_t count, int depth)
{
    struct engine_type *children = ARENA_NEW(&query->arena, struct engine_type, count);
    if (children == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_type(query, from[i], depth + 1, &children[i]))
            return false;
    type->children = children;
    type->child_count = count;
    return true;
}

static bool read_row(struct query *query, duckdb_logical_type from, int depth,
                     struct engine_type *type)
{
    const struct library *l = query->library;
    size_t count = l->duckdb_struct_type_child_count(from);
    struct engine_type *children = ARENA_NEW(&query->arena, struct engine_type, count);
    const char **names = ARENA_NEW(&query->arena, const char *, count);
    if (children == NULL || names == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        char *name = l->duckdb_struct_type_child_name(from, i);
        names[i] = arena_string(&query->arena, span_of(name));
        l->duckdb_free(name);
        duckdb_logical_type child = l->duckdb_struct_type_child_type(from, i);
        bool ok = names[i] != NULL && read_type(query, child, depth + 1, &children[i]);
        l->duckdb_destroy_logical_type(&child);
        if (!ok)
            return false;
    }
    type->kind = ENGINE_ROW;
    type->children = children;
    type->names = names;
    type->child_count = count;
    return true;
}

static bool read_nested_type(struct query *query, duckdb_logical_type from, duckdb_type id,
                             int depth, struct engine_type *type)
{
    const struct library *l = query->library;
    if (depth >= QUERY_TYPE_DEPTH_MAX)
        return false;
    if (id == DUCKDB_TYPE_STRUCT)
        return read_row(query, from, depth, type);

    duckdb_logical_type child[2] = {NULL, NULL};
    size_t count = 1;
    type->kind = ENGINE_ARRAY;
    if (id == DUCKDB_TYPE_MAP) {
        type->kind = ENGINE_MAP;
        child[0] = l->duckdb_map_type_key_type(from);
        child[1] = l->duckdb_map_type_value_type(from);
        count = 2;
    } else if (id == DUCKDB_TYPE_LIST) {
        child[0] = l->duckdb_list_type_child_type(from);
    } else {
        child[0] = l->duckdb_array_type_child_type(from);
    }
    bool ok = read_children(query, type, child, count, depth);
    for (size_t i = 0; i < count; i++)
        l->duckdb_destroy_logical_type(&child[i]);
    return ok;
}

static const struct {
    duckdb_type id;
    enum engine_kind kind;
    int precision;
} plain_types[] = {
    {DUCKDB_TYPE_SQLNULL, ENGINE_UNKNOWN, 0},
    {DUCKDB_TYPE_BOOLEAN, ENGINE_BOOLEAN, 0},
    {DUCKDB_TYPE_TINYINT, ENGINE_TINYINT, 0},
    {DUCKDB_TYPE_SMALLINT, ENGINE_SMALLINT, 0},
    {DUCKDB_TYPE_INTEGER, ENGINE_INTEGER, 0},
    {DUCKDB_TYPE_BIGINT, ENGINE_BIGINT, 0},
    {DUCKDB_TYPE_HUGEINT, ENGINE_HUGEINT, 0},
    {DUCKDB_TYPE_UTINYINT, ENGINE_SMALLINT, 0}, /* the next that holds them */
    {DUCKDB_TYPE_USMALLINT, ENGINE_INTEGER, 0},
    {DUCKDB_TYPE_UINTEGER, ENGINE_BIGINT, 0},
    {DUCKDB_TYPE_UBIGINT, ENGINE_DECIMAL, 20},
    {DUCKDB_TYPE_FLOAT, ENGINE_REAL, 0},
    {DUCKDB_TYPE_DOUBLE, ENGINE_DOUBLE, 0},
    {DUCKDB_TYPE_VARCHAR, ENGINE_VARCHAR, 0},
    {DUCKDB_TYPE_BLOB, ENGINE_VARBINARY, 0},
    {DUCKDB_TYPE_DATE, ENGINE_DATE, 0},
    {DUCKDB_TYPE_TIME, ENGINE_TIME, 6},
    {DUCKDB_TYPE_TIMESTAMP, ENGINE_TIMESTAMP, 6},
    {DUCKDB_TYPE_TIMESTAMP_S, ENGINE_TIMESTAMP, 0},
    {DUCKDB_TYPE_TIMESTAMP_MS, ENGINE_TIMESTAMP, 3},
    {DUCKDB_TYPE_TIMESTAMP_NS, ENGINE_TIMESTAMP, 9},
    {DUCKDB_TYPE_TIMESTAMP_TZ, ENGINE_TIMESTAMP_TZ, 6},
    {DUCKDB_TYPE_INTERVAL, ENGINE_INTERVAL, 0},
};

/* False: a type that has no kind here, or too deep. */
static bool read_type(struct query *query, duckdb_logical_type from, int depth,
                      struct engine_type *type)
{
    const struct library *l = query->library;
    duckdb_type id = l->duckdb_get_type_id(from);
    *type = (struct engine_type){.kind = ENGINE_UNKNOWN};
    for (size_t i = 0; i < COUNT_OF(plain_types); i++) {
        if (plain_types[i].id == id) {
            type->kind = plain_types[i].kind;
            type->precision = plain_types[i].precision;
            return true;
        }
    }
    if (id == DUCKDB_TYPE_DECIMAL) {
        type->kind = ENGINE_DECIMAL;
        type->precision = l->duckdb_decimal_width(from);
        type->scale = l->duckdb_decimal_scale(from);
        return true;
    }
    if (id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_ARRAY || id == DUCKDB_TYPE_MAP ||
        id == DUCKDB_TYPE_STRUCT)
        return read_nested_type(query, from, id, depth, type);
    return false;
}

static bool make_columns(struct query *query, size_t count, struct err *err)
{
    query->names = ARENA_NEW(&query->arena, const char *, count);
    query->types = ARENA_NEW(&query->arena, struct engine_type, count);
    if (query->names == NULL || query->types == NULL)
        return err_set(err, ERR_LIMIT, "%zu columns need more than %d bytes", count,
                       QUERY_TYPE_BYTES_MAX);
    query->column_count = count;
    return true;
}

static bool read_columns(struct query *query, struct err *err)
{
    const struct library *l = query->library;
    if (!make_columns(query, l->duckdb_column_count(&query->result), err))
        return false;
    for (size_t i = 0; i < query->column_count; i++) {
        query->names[i] =
            arena_string(&query->arena, span_of(l->duckdb_column_name(&query->result, i)));
        duckdb_logical_type from = l->duckdb_column_logical_type(&query->result, i);
        bool ok = query->names[i] != NULL && read_type(query, from, 0, &query->types[i]);
        l->duckdb_destroy_logical_type(&from);
        if (!ok)
            return err_set(err, ERR_UNSUPPORTED, "column %zu has a type that is not read here",
                           i + 1);
    }
    return true;
}

/* --- running ------------------------------------------------------------------------------- */

/* Settings are locked already; this keeps out what a lock does not know (a pragma that prints). */
static bool may_run(const struct query *query)
{
    duckdb_statement_type type = query->library->duckdb_prepared_statement_type(query->prepared);
    return type == DUCKDB_STATEMENT_TYPE_SELECT || type == DUCKDB_STATEMENT_TYPE_COPY ||
           type == DUCKDB_STATEMENT_TYPE_CREATE;
}

static bool prepare(struct query *query, struct span sql, struct err *err)
{
    query_finish(query);
    query->fault = QUERY_OK;
    query->fault_file[0] = '\0';
    if (query_cancelled(query))
        return fail_cancelled(query, err);
    if (sql.size > QUERY_SQL_BYTES_MAX) {
        query->fault = QUERY_MEMORY;
        return err_set(err, ERR_LIMIT, "a statement of %zu bytes, at most %d", sql.size,
                       QUERY_SQL_BYTES_MAX);
    }
    char *text = mem_new(sql.size + 1);
    if (sql.size > 0)
        memcpy(text, sql.data, sql.size);
    bool ok =
        query->library->duckdb_prepare(query->connection, text, &query->prepared) == DuckDBSuccess;
    mem_free(text);
    if (!ok)
        return fail(query, query->library->duckdb_prepare_error(query->prepared), err);
    if (!may_run(query))
        return fail(query, "Permission Error: only selects and copies run here", err);
    return true;
}

static bool execute(struct query *query, struct err *err)
{
    const struct library *l = query->library;
    if (l->duckdb_pending_prepared_streaming(query->prepared, &query->pending) != DuckDBSuccess)
        return fail(query, l->duckdb_pending_error(query->pending), err);
    if (query_cancelled(query)) /* see the head of this file */
        return fail_cancelled(query, err);
    query->has_result = true;
    if (l->duckdb_execute_pending(query->pending, &query->result) != DuckDBSuccess)
        return fail(query, l->duckdb_result_error(&query->result), err);
    return true;
}

bool query_start(struct query *query, struct span sql, struct err *err)
{
    ON_WORKER();
    if (!prepare(query, sql, err) || !execute(query, err))
        return false;
    if (!read_columns(query, err)) {
        query_finish(query);
        query->fault = QUERY_REFUSED;
        return false;
    }
    return true;
}

bool query_describe(struct query *query, struct span sql, struct err *err)
{
    ON_WORKER();
    const struct library *l = query->library;
    if (!prepare(query, sql, err))
        return false;
    if (!make_columns(query, l->duckdb_prepared_statement_column_count(query->prepared), err)) {
        query->fault = QUERY_MEMORY;
        query_finish(query);
        return false;
    }
    for (size_t i = 0; i < query->column_count; i++) {
        const char *name = l->duckdb_prepared_statement_column_name(query->prepared, i);
        query->names[i] = arena_string(&query->arena, span_of(name));
        l->duckdb_free((void *)(uintptr_t)name);
        duckdb_logical_type from =
            l->duckdb_prepared_statement_column_logical_type(query->prepared, i);
        if (!read_type(query, from, 0, &query->types[i]))
            query->types[i] = (struct engine_type){.kind = ENGINE_UNKNOWN};
        l->duckdb_destroy_logical_type(&from);
        if (query->names[i] == NULL) {
            query->fault = QUERY_MEMORY;
            query_finish(query);
            return err_set(err, ERR_LIMIT, "the columns' names pass %d bytes",
                           QUERY_TYPE_BYTES_MAX);
        }
    }
    return true;
}

bool query_next(struct query *query, struct err *err)
{
    ON_WORKER();
    const struct library *l = query->library;
    drop_chunk(query);
    if (query_cancelled(query))
        return fail_cancelled(query, err);
    if (!query->has_result)
        return true;
    query->chunk = l->duckdb_fetch_chunk(query->result);
    if (query->chunk == NULL) {
        const char *message = l->duckdb_result_error(&query->result);
        if (message != NULL && message[0] != '\0')
            return fail(query, message, err);
        l->duckdb_destroy_result(&query->result); /* which may not be asked again */
        query->has_result = false;
        return true;
    }
    query->row_count = l->duckdb_data_chunk_get_size(query->chunk);
    return true;
}

bool query_run(struct query *query, struct span sql, uint64_t *changed, struct err *err)
{
    uint64_t count = 0;
    if (!query_start(query, sql, err))
        return false;
    for (;;) {
        if (!query_next(query, err))
            return false;
        if (query->row_count == 0)
            break;
        struct query_cells cells = query_cells(query, 0);
        if (cells.type->kind == ENGINE_BIGINT && !query_is_null(&cells, 0))
            count = (uint64_t)query_i64(&cells, 0);
    }
    query_finish(query);
    if (changed != NULL)
        *changed = count;
    return true;
}

void query_cancel(struct query *query)
{
    atomic_store(&query->cancelled, true);
    query->library->duckdb_interrupt(query->connection);
}

bool query_cancelled(const struct query *query)
{
    return atomic_load(&query->cancelled);
}

void query_rearm(struct query *query)
{
    atomic_store(&query->cancelled, false);
}

/* --- reading ------------------------------------------------------------------------------- */

size_t query_column_count(const struct query *query)
{
    return query->column_count;
}

const char *query_column_name(const struct query *query, size_t column)
{
    assert(column < query->column_count);
    return query->names[column];
}

const struct engine_type *query_column_type(const struct query *query, size_t column)
{
    assert(column < query->column_count);
    return &query->types[column];
}

size_t query_row_count(const struct query *query)
{
    return query->row_count;
}

static struct query_cells cells_of(const struct query *query, duckdb_vector vector,
                                   const struct engine_type *type)
{
    const struct library *l = query->library;
    struct query_cells cells = {
        .type = type,
        .query = query,
        .vector = vector,
        .data = l->duckdb_vector_get_data(vector),
        .valid = l->duckdb_vector_get_validity(vector),
    };
    duckdb_logical_type logical = l->duckdb_vector_get_column_type(vector);
    cells.physical = (int)l->duckdb_get_type_id(logical);
    if (cells.physical == DUCKDB_TYPE_DECIMAL)
        cells.storage = (int)l->duckdb_decimal_internal_type(logical);
    if (cells.physical == DUCKDB_TYPE_ARRAY)
        cells.array_size = l->duckdb_array_type_array_size(logical);
    l->duckdb_destroy_logical_type(&logical);
    return cells;
}

struct query_cells query_cells(const struct query *query, size_t column)
{
    assert(query->chunk != NULL && column < query->column_count);
    return cells_of(query, query->library->duckdb_data_chunk_get_vector(query->chunk, column),
                    &query->types[column]);
}

bool query_is_null(const struct query_cells *cells, size_t row)
{
    return cells->type->kind == ENGINE_UNKNOWN ||
           (cells->valid != NULL && (cells->valid[row / 64] >> (row % 64) & 1) == 0);
}

int64_t query_i64(const struct query_cells *cells, size_t row)
{
    switch (cells->physical) {
    case DUCKDB_TYPE_BOOLEAN:
        return ((const bool *)cells->data)[row];
    case DUCKDB_TYPE_TINYINT:
        return ((const int8_t *)cells->data)[row];
    case DUCKDB_TYPE_UTINYINT:
        return ((const uint8_t *)cells->data)[row];
    case DUCKDB_TYPE_SMALLINT:
        return ((const int16_t *)cells->data)[row];
    case DUCKDB_TYPE_USMALLINT:
        return ((const uint16_t *)cells->data)[row];
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE:
        return ((const int32_t *)cells->data)[row];
    case DUCKDB_TYPE_UINTEGER:
        return ((const uint32_t *)cells->data)[row];
    default:
        return ((const int64_t *)cells->data)[row];
    }
}

double query_double(const struct query_cells *cells, size_t row)
{
    if (cells->physical == DUCKDB_TYPE_FLOAT)
        return (double)((const float *)cells->data)[row];
    assert(cells->physical == DUCKDB_TYPE_DOUBLE);
    return ((const double *)cells->data)[row];
}

static struct query_i128 widen(int64_t value)
{
    return (struct query_i128){(uint64_t)value, value < 0 ? -1 : 0};
}

struct query_i128 query_i128(const struct query_cells *cells, size_t row)
{
    int storage = cells->physical == DUCKDB_TYPE_DECIMAL ? cells->storage : cells->physical;
    switch (storage) {
    case DUCKDB_TYPE_SMALLINT:
        return widen(((const int16_t *)cells->data)[row]);
    case DUCKDB_TYPE_INTEGER:
        return widen(((const int32_t *)cells->data)[row]);
    case DUCKDB_TYPE_BIGINT:
        return widen(((const int64_t *)cells->data)[row]);
    case DUCKDB_TYPE_UBIGINT:
        return (struct query_i128){((const uint64_t *)cells->data)[row], 0};
    default:
        assert(storage == DUCKDB_TYPE_HUGEINT);
        const duckdb_hugeint *huge = &((const duckdb_hugeint *)cells->data)[row];
        return (struct query_i128){huge->lower, huge->upper};
    }
}

/* Divides high:low by ten in place and returns the remainder. */
static unsigned tenth(uint64_t *high, uint64_t *low)
{
    uint64_t rest = *high % 10;
    *high /= 10;
    uint64_t upper = rest << 32 | *low >> 32;
    rest = upper % 10;
    uint64_t lower = rest << 32 | (*low & UINT32_MAX);
    *low = (upper / 10) << 32 | (lower / 10);
    return (unsigned)(lower % 10);
}

const char *query_number(const struct query_cells *cells, size_t row,
                         char buffer[QUERY_NUMBER_BYTES])
{
    struct query_i128 number = query_i128(cells, row);
    bool negative = number.high < 0;
    uint64_t high = (uint64_t)number.high;
    uint64_t low = number.low;
    if (negative) {
        low = ~low + 1;
        high = ~high + (low == 0);
    }
    int scale = cells->type->kind == ENGINE_DECIMAL ? cells->type->scale : 0;
    char *at = &buffer[QUERY_NUMBER_BYTES - 1];
    *at = '\0';
    for (int digits = 0; high != 0 || low != 0 || digits <= scale; digits++) {
        if (digits == scale && scale > 0)
            *--at = '.';
        *--at = (char)('0' + tenth(&high, &low));
    }
    if (negative)
        *--at = '-';
    return at;
}

struct span query_bytes(const struct query_cells *cells, size_t row)
{
    assert(cells->physical == DUCKDB_TYPE_VARCHAR || cells->physical == DUCKDB_TYPE_BLOB);
    const duckdb_string_t *string = &((const duckdb_string_t *)cells->data)[row];
    uint32_t size = string->value.inlined.length;
    const char *bytes = size <= sizeof(string->value.inlined.inlined)
                            ? string->value.inlined.inlined
                            : string->value.pointer.ptr;
    return (struct span){bytes, size};
}

struct query_interval query_interval(const struct query_cells *cells, size_t row)
{
    assert(cells->physical == DUCKDB_TYPE_INTERVAL);
    const duckdb_interval *interval = &((const duckdb_interval *)cells->data)[row];
    return (struct query_interval){interval->months, interval->days, interval->micros};
}

void query_list(const struct query_cells *cells, size_t row, size_t *first, size_t *count)
{
    if (cells->physical == DUCKDB_TYPE_ARRAY) {
        *first = row * cells->array_size;
        *count = cells->array_size;
        return;
    }
    assert(cells->physical == DUCKDB_TYPE_LIST || cells->physical == DUCKDB_TYPE_MAP);
    const duckdb_list_entry *entry = &((const duckdb_list_entry *)cells->data)[row];
    *first = entry->offset;
    *count = entry->length;
}

struct query_cells query_child(const struct query_cells *cells, size_t child)
{
    const struct library *l = cells->query->library;
    duckdb_vector vector = cells->vector;
    assert(child < cells->type->child_count);
    if (cells->physical == DUCKDB_TYPE_ARRAY)
        vector = l->duckdb_array_vector_get_child(vector);
    else if (cells->physical == DUCKDB_TYPE_LIST)
        vector = l->duckdb_list_vector_get_child(vector);
    else if (cells->physical == DUCKDB_TYPE_MAP)
        vector = l->duckdb_struct_vector_get_child(l->duckdb_list_vector_get_child(vector), child);
    else
        vector = l->duckdb_struct_vector_get_child(vector, child);
    return cells_of(cells->query, vector, &cells->type->children[child]);
}

static void quote(struct text *out, struct span text, char mark)
{
    text_add_char(out, mark);
    const char *bytes = text.data;
    for (size_t i = 0; i < text.size; i++) {
        if (bytes[i] == mark)
            text_add_char(out, mark);
        text_add_char(out, bytes[i]);
    }
    text_add_char(out, mark);
}

void query_quote_text(struct text *out, struct span text)
{
    quote(out, text, '\'');
}

void query_quote_name(struct text *out, struct span name)
{
    quote(out, name, '"');
}

/* NOLINTEND(misc-no-recursion) */

void query_quote_path(struct text *out, struct span path)
{
    const char *bytes = path.data;

    text_add_char(out, '\'');
    for (size_t i = 0; i < path.size; i++) {
        if (bytes[i] == '*' || bytes[i] == '?' || bytes[i] == '[')
            text_printf(out, "[%c]", bytes[i]);
        else
            text_add_string(out, bytes[i] == '\'' ? "\'\'" : (char[2]){bytes[i], '\0'});
    }
    text_add_char(out, '\'');
}
