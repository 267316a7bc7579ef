/* SPDX-License-Identifier: Apache-2.0 */
/* call.c - arguments, results, and the loop over the rows. */
#include "engine/call.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#define SCRATCH_BYTES_MAX (64 * 1024 * 1024)

int64_t call_i64(const struct call *call, size_t argument)
{
    return ((const int64_t *)call->data[argument])[call->row];
}

double call_double(const struct call *call, size_t argument)
{
    return ((const double *)call->data[argument])[call->row];
}

struct span call_bytes(const struct call *call, size_t argument)
{
    const duckdb_string_t *string = &((const duckdb_string_t *)call->data[argument])[call->row];
    uint32_t size = string->value.inlined.length;
    bool inlined = size <= sizeof(string->value.inlined.inlined);
    return (struct span){inlined ? string->value.inlined.inlined : string->value.pointer.ptr, size};
}

enum call_outcome call_give_text(struct call *call, struct span utf8)
{
    call->given_bytes += utf8.size;
    if (call->given_bytes > CALL_TEXT_BYTES_MAX)
        return call_fail(call, "Out of range: texts of more than %d bytes in a chunk of rows",
                         CALL_TEXT_BYTES_MAX);
    call->library->duckdb_unsafe_vector_assign_string_element_len(
        call->output, call->row, utf8.size == 0 ? "" : utf8.data, utf8.size);
    return CALL_VALUE;
}

enum call_outcome call_give_i64(struct call *call, int64_t value)
{
    ((int64_t *)call->out)[call->row] = value;
    return CALL_VALUE;
}

enum call_outcome call_give_double(struct call *call, double value)
{
    ((double *)call->out)[call->row] = value;
    return CALL_VALUE;
}

enum call_outcome call_give_bool(struct call *call, bool value)
{
    ((bool *)call->out)[call->row] = value;
    return CALL_VALUE;
}

enum call_outcome call_fail(struct call *call, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(call->error, sizeof(call->error), fmt, args);
    va_end(args);
    return CALL_ERROR;
}

static bool all_valid(const struct call *call)
{
    for (size_t i = 0; i < call->argument_count; i++)
        if (call->valid[i] != NULL && (call->valid[i][call->row / 64] >> (call->row % 64) & 1) == 0)
            return false;
    return true;
}

static void run_rows(struct call *call, call_row *row, size_t count, duckdb_function_info info)
{
    uint64_t *valid = NULL;
    for (call->row = 0; call->row < count; call->row++) {
        text_clear(&call->scratch);
        enum call_outcome outcome = all_valid(call) ? row(call) : CALL_NULL;
        if (outcome == CALL_ERROR) {
            call->library->duckdb_scalar_function_set_error(info, call->error);
            return;
        }
        if (outcome == CALL_VALUE)
            continue;
        if (valid == NULL) {
            call->library->duckdb_vector_ensure_validity_writable(call->output);
            valid = call->library->duckdb_vector_get_validity(call->output);
        }
        valid[call->row / 64] &= ~(UINT64_C(1) << call->row % 64);
    }
}

void call_run(call_row *row, int number, duckdb_function_info info, duckdb_data_chunk input,
              duckdb_vector output)
{
    const struct library *l = library_loaded();
    struct call call = {
        .library = l,
        .argument_count = l->duckdb_data_chunk_get_column_count(input),
        .output = output,
        .number = number,
        .out = l->duckdb_vector_get_data(output),
    };
    assert(call.argument_count <= CALL_ARGUMENTS_MAX);
    for (size_t i = 0; i < call.argument_count; i++) {
        duckdb_vector vector = l->duckdb_data_chunk_get_vector(input, i);
        call.data[i] = l->duckdb_vector_get_data(vector);
        call.valid[i] = l->duckdb_vector_get_validity(vector);
    }
    text_init(&call.scratch, SCRATCH_BYTES_MAX);
    run_rows(&call, row, l->duckdb_data_chunk_get_size(input), info);
    text_reset(&call.scratch);
}
