/* SPDX-License-Identifier: Apache-2.0 */
/* presto.h - the reply to a statement: Presto's and Trino's QueryResults document.
 *
 * Members and their order are those of the servers seen (Presto 0.287, Trino
 * 476; trino docs, develop/client-protocol, "Important QueryResults
 * attributes").  Presto's errors have `retriable` besides.
 *
 * Thread: one at a time per text; pure. */
#ifndef WIRE_PRESTO_H
#define WIRE_PRESTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/text.h"
#include "wire/presto_type.h"

enum presto_state {
    PRESTO_QUEUED,
    PRESTO_PLANNING,
    PRESTO_RUNNING,
    PRESTO_FINISHED,
    PRESTO_FAILED,
};

enum presto_error_type {
    PRESTO_USER_ERROR,
    PRESTO_INTERNAL_ERROR,
    PRESTO_INSUFFICIENT_RESOURCES,
    PRESTO_EXTERNAL,
};

struct presto_column {
    const char *name;
    struct presto_type type;
};

struct presto_columns {
    const struct presto_column *columns;
    size_t count;
};

struct presto_stats {
    enum presto_state state;
    int64_t queued_ms;
    int64_t elapsed_ms;
    int64_t wall_ms; /* spent working */
    uint64_t processed_rows;
    uint64_t processed_bytes;
};

struct presto_error {
    const char *message;
    int code;
    const char *name; /* "TABLE_NOT_FOUND" */
    enum presto_error_type type;
    const char *java_class; /* what a client's stack trace is headed with */
    int line;               /* of the client's own text, from 1; 0: not about a place */
    int column;
};

struct presto_warning {
    int code;
    const char *name;
    const char *message;
};

struct presto_results {
    const char *id;
    const char *info_uri;
    const char *next_uri;                 /* NULL: this is the last page */
    const struct presto_columns *columns; /* NULL: not known yet; of count 0: there are none */
    struct span data;                     /* rows as JSON, "[1,2],[3,4]"; empty: no rows */
    struct presto_stats stats;
    const struct presto_error *error; /* NULL: none */
    const struct presto_warning *warnings;
    size_t warning_count;
    const char *update_type; /* "CREATE TABLE", NULL: the statement changes nothing */
    int64_t update_count;    /* -1: none */
};

/* Appends `[{"name": ...}, ...]`: the member `columns` of the document. */
void presto_write_columns(struct text *out, const struct presto_columns *columns,
                          const struct presto_type_style *style);
const char *presto_state_name(enum presto_state state);
const char *presto_error_type_name(enum presto_error_type type);
/* Appends the document. */
void presto_write(struct text *out, const struct presto_results *results,
                  const struct presto_type_style *style);

#endif
