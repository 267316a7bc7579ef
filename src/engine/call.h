/* SPDX-License-Identifier: Apache-2.0 */
/* call.h - one of our scalar functions at work on a chunk, row by row.
 *
 * NULL in, NULL out: a row's function only sees values.
 *
 * Thread: any; a call is one thread's. */
#ifndef ENGINE_CALL_H
#define ENGINE_CALL_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/text.h"
#include "engine/library.h"

#define CALL_ARGUMENTS_MAX 3
#define CALL_ERROR_BYTES 160

/* Of a chunk's rows.  The engine's limit of memory does not count the bytes of texts. */
#define CALL_TEXT_BYTES_MAX (256 * 1024 * 1024)

enum call_outcome {
    CALL_VALUE,
    CALL_NULL,
    CALL_ERROR, /* the query ends with the text that call_fail left */
};

struct call {
    const struct library *library;
    const void *data[CALL_ARGUMENTS_MAX];
    const uint64_t *valid[CALL_ARGUMENTS_MAX];
    size_t argument_count;
    duckdb_vector output;
    void *out;
    size_t row;
    int number;          /* what the function was registered with */
    struct text scratch; /* empty for each row */
    size_t given_bytes;  /* of text, in all rows */
    char error[CALL_ERROR_BYTES];
};

typedef enum call_outcome call_row(struct call *call);

/* One row per function. */
struct call_function {
    const char *name;
    call_row *row;
    duckdb_type result;
    duckdb_type arguments[CALL_ARGUMENTS_MAX]; /* then DUCKDB_TYPE_INVALID */
};

int64_t call_i64(const struct call *call, size_t argument);
double call_double(const struct call *call, size_t argument);
struct span call_bytes(const struct call *call, size_t argument); /* VARCHAR, BLOB */

/* These return CALL_VALUE; of text past CALL_TEXT_BYTES_MAX CALL_ERROR. */
enum call_outcome call_give_text(struct call *call, struct span utf8);
enum call_outcome call_give_i64(struct call *call, int64_t value);
enum call_outcome call_give_double(struct call *call, double value);
enum call_outcome call_give_bool(struct call *call, bool value);
/* Returns CALL_ERROR. */
enum call_outcome call_fail(struct call *call, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* All rows of `input` to `output`; an error goes to `info`. */
void call_run(call_row *row, int number, duckdb_function_info info, duckdb_data_chunk input,
              duckdb_vector output);

#endif
