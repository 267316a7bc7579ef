/* SPDX-License-Identifier: Apache-2.0 */
/* query.h - one connection to an engine, and the statement that runs on it.
 *
 *   query_open -> query_start -> query_next ... -> query_finish -> query_start ... -> query_close
 *
 * Rows arrive as chunks of columns while the statement still runs; a chunk and
 * everything read from it is borrowed until the next call of query_next,
 * query_finish or query_close.
 *
 * A cancel is a state, not an event: once set, the running statement and every
 * further start or chunk fails with QUERY_CANCELLED, until query_rearm().
 * (The engine itself forgets an interrupt that comes before the start.)
 *
 * Thread: one at a time, a worker's; query_cancel() from any thread at any
 * time between open and close. */
#ifndef ENGINE_QUERY_H
#define ENGINE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "engine/engine.h"
#include "engine/engine_type.h"

#define QUERY_SQL_BYTES_MAX (16 * 1024 * 1024)
#define QUERY_TYPE_DEPTH_MAX 32
#define QUERY_TYPE_BYTES_MAX (1024 * 1024) /* memory for the types of one result */

struct query;

/* Why a statement failed, finer than err_kind: what a front needs for its protocol's numbers. */
enum query_fault {
    QUERY_OK,
    QUERY_SYNTAX,           /* ERR_MALFORMED */
    QUERY_UNKNOWN_TABLE,    /* ERR_NOT_FOUND */
    QUERY_UNKNOWN_COLUMN,   /* ERR_NOT_FOUND */
    QUERY_BIND,             /* ERR_MALFORMED: types or names that do not fit */
    QUERY_DIVISION_BY_ZERO, /* ERR_MALFORMED */
    QUERY_OUT_OF_RANGE,     /* ERR_MALFORMED: a number does not fit its type */
    QUERY_CONVERSION,       /* ERR_MALFORMED: a value cannot be cast */
    QUERY_INVALID_ARGUMENT, /* ERR_MALFORMED: a function refused a value */
    QUERY_MEMORY,           /* ERR_LIMIT: it wanted more than the engine may have */
    QUERY_REFUSED,          /* ERR_UNSUPPORTED: locked down, or not implemented */
    QUERY_FILE,      /* ERR_IO or ERR_CORRUPT: a file is unreadable; query_fault_file says which */
    QUERY_CANCELLED, /* ERR_CONFLICT */
    QUERY_INTERNAL,  /* ERR_CORRUPT: the engine broke; its instance must be reopened */
};

/* NULL: out of connections or memory. */
MUST_CHECK struct query *query_open(struct engine *engine, struct err *err);
void query_close(struct query *query); /* NULL is fine; finishes what runs */

/* Runs one statement of the engine's own SQL (from a dialect, never a user's text) as far as its
 * first rows.  Then its columns are known. */
MUST_CHECK bool query_start(struct query *query, struct span sql, struct err *err);
/* Only the columns that the statement would have; it does not run.  A type that is not read here
 * shows as ENGINE_UNKNOWN, where query_start would refuse. */
MUST_CHECK bool query_describe(struct query *query, struct span sql, struct err *err);
/* The next chunk.  True with query_row_count() == 0: there are no more. */
MUST_CHECK bool query_next(struct query *query, struct err *err);
/* Forgets the statement, also in its middle; calling it without one is fine. */
void query_finish(struct query *query);
/* Runs a statement to its end without looking at rows; *changed (may be NULL) gets the count that
 * the statement reports (rows copied), or 0. */
MUST_CHECK bool query_run(struct query *query, struct span sql, uint64_t *changed, struct err *err);

/* Any thread. */
void query_cancel(struct query *query);
bool query_cancelled(const struct query *query);
/* Takes the cancel back, when the query serves another user. */
void query_rearm(struct query *query);

/* Of the last failure. */
enum query_fault query_fault(const struct query *query);
/* The path that the engine's message names, or "". */
const char *query_fault_file(const struct query *query);

size_t query_column_count(const struct query *query);
const char *query_column_name(const struct query *query, size_t column);
const struct engine_type *query_column_type(const struct query *query, size_t column);

/* Rows in the current chunk. */
size_t query_row_count(const struct query *query);

/* One column of the current chunk, or what lies inside one: a value, borrowed. */
struct query_cells {
    const struct engine_type *type;
    const struct query *query;
    void *vector; /* the engine's */
    const void *data;
    const uint64_t *valid; /* a bit per row, NULL when no cell is NULL */
    size_t array_size;     /* of an array of fixed size, else 0 */
    int physical;          /* the engine's own type number */
    int storage;           /* of a DECIMAL: the type number of the integer that holds it */
};

struct query_i128 {
    uint64_t low;
    int64_t high;
};

struct query_interval {
    int32_t months;
    int32_t days;
    int64_t micros;
};

#define QUERY_NUMBER_BYTES 48

struct query_cells query_cells(const struct query *query, size_t column);
bool query_is_null(const struct query_cells *cells, size_t row);
/* The cell must not be NULL for all below.
 * BOOLEAN 0 or 1; TINYINT to BIGINT; DATE days since 1970; TIME, TIMESTAMP and TIMESTAMP_TZ in
 * units of the type's precision (3: milliseconds, 6: microseconds ...) since midnight or 1970. */
int64_t query_i64(const struct query_cells *cells, size_t row);
double query_double(const struct query_cells *cells, size_t row); /* REAL, DOUBLE */
struct query_i128 query_i128(const struct query_cells *cells,
                             size_t row); /* HUGEINT, DECIMAL unscaled */
/* HUGEINT and DECIMAL in decimal digits with `scale` of them after the point: "-123.450". */
const char *query_number(const struct query_cells *cells, size_t row,
                         char buffer[QUERY_NUMBER_BYTES]);
struct span query_bytes(const struct query_cells *cells, size_t row); /* VARCHAR, VARBINARY */
struct query_interval query_interval(const struct query_cells *cells, size_t row);
/* ARRAY and MAP: the cell's members are rows [*first, *first + *count) of its children. */
void query_list(const struct query_cells *cells, size_t row, size_t *first, size_t *count);
/* ARRAY: child 0; MAP: 0 keys, 1 values; ROW: a field, at the same row. */
struct query_cells query_child(const struct query_cells *cells, size_t child);

/* Appends 'text' or "name" quoted for the engine's SQL. */
void query_quote_text(struct text *out, struct span text);
void query_quote_name(struct text *out, struct span name);
/* A file's path as 'text' for a table function, which takes *, ? and [ for a pattern: in brackets
 * they are themselves. */
void query_quote_path(struct text *out, struct span path);

#endif
