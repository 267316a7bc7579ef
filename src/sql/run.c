/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - a statement's wishes and outcome. */
#include "sql/run.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define WARNING_BYTES 1024

static enum trino_dialect dialect_of(enum presto_protocol protocol, bool hive)
{
    if (hive)
        return TRINO_HIVE;
    return protocol == PRESTO_PRESTO ? TRINO_PRESTO : TRINO_TRINO;
}

struct run *run_create(struct span sql, const struct presto_header *headers, size_t header_count,
                       bool hive, struct err *err)
{
    struct run *run = mem_new(sizeof(*run));

    arena_init(&run->arena, RUN_ARENA_BYTES);
    text_init(&run->page, RUN_PAGE_BYTES_MAX);
    atomic_init(&run->query, NULL);
    atomic_init(&run->cancelled, false);
    if (!presto_header_read(headers, header_count, &run->client, &run->arena, err))
        goto fail;
    if (!span_is_utf8(sql)) {
        (void)err_set(err, ERR_MALFORMED, "the statement is not UTF-8 text");
        goto fail;
    }
    char *copy = arena_string(&run->arena, sql);
    if (copy == NULL) {
        (void)err_set(err, ERR_LIMIT, "the statement has %zu bytes", sql.size);
        goto fail;
    }
    run->sql = (struct span){copy, sql.size};
    run->dialect = dialect_of(run->client.protocol, hive);
    run->style = (struct presto_type_style){run->client.protocol, run->client.parametric_datetime};
    return run;

fail:
    run_close(run);
    return NULL;
}

void run_close(struct run *run)
{
    if (run == NULL)
        return;
    assert(atomic_load(&run->query) == NULL);
    text_reset(&run->page);
    arena_reset(&run->arena);
    mem_free(run);
}

/* Whoever comes second of run_cancel and run_take_query sees what the first has written. */
void run_cancel(struct run *run)
{
    atomic_store(&run->cancelled, true);
    struct query *query = atomic_load(&run->query);
    if (query != NULL)
        query_cancel(query);
}

bool run_cancelled(const struct run *run)
{
    return atomic_load(&run->cancelled);
}

void run_take_query(struct run *run, struct query *query)
{
    atomic_store(&run->query, query);
    if (atomic_load(&run->cancelled))
        query_cancel(query);
}

void run_warn(struct run *run, int code, const char *name, const char *fmt, ...)
{
    char words[WARNING_BYTES];
    va_list args;

    if (run->warning_count == RUN_WARNINGS_MAX)
        return;
    va_start(args, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, args);
    va_end(args);
    const char *message = arena_string(&run->arena, span_of(words));
    if (message != NULL)
        run->warnings[run->warning_count++] = (struct presto_warning){code, name, message};
}

bool run_add_header(struct run *run, const char *name, const char *value)
{
    const char *copy = arena_string(&run->arena, span_of(value));

    if (copy == NULL || run->header_count == RUN_REPLY_HEADERS_MAX)
        return false;
    run->headers[run->header_count++] = (struct run_reply_header){name, copy};
    return true;
}

bool run_set_columns(struct run *run, const struct presto_column *columns, size_t count)
{
    struct presto_columns *list = ARENA_NEW(&run->arena, struct presto_columns, 1);
    struct presto_column *copy = ARENA_NEW(&run->arena, struct presto_column, count);

    if (list == NULL || copy == NULL)
        return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                         "%zu columns do not fit", count);
    for (size_t i = 0; i < count; i++) {
        copy[i] = columns[i];
        copy[i].name = arena_string(&run->arena, span_of(columns[i].name));
        if (copy[i].name == NULL)
            return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                             "%zu columns do not fit", count);
    }
    *list = (struct presto_columns){copy, count};
    run->columns = list;
    return true;
}

void run_add_row(struct run *run, const char *const *cells)
{
    struct text *page = &run->page;

    text_add_string(page, run->page_rows == 0 ? "[" : ",[");
    for (size_t i = 0; i < run->columns->count; i++) {
        if (i > 0)
            text_add_char(page, ',');
        if (cells[i] == NULL)
            text_add_string(page, "null");
        else if (run->columns->columns[i].type.kind == PRESTO_BOOLEAN)
            text_add_string(page, cells[i]);
        else
            json_quote(page, span_of(cells[i]));
    }
    text_add_char(page, ']');
    run->page_rows++;
    run->rows++;
}

bool run_set_done(struct run *run, const char *update_type)
{
    static const struct presto_column result = {"result", {.kind = PRESTO_BOOLEAN}};
    bool presto = run->client.protocol == PRESTO_PRESTO;

    run->update_type = update_type;
    if (!run_set_columns(run, &result, presto ? 1 : 0))
        return false;
    if (presto) {
        text_add_string(&run->page, "[true]");
        run->page_rows++;
    }
    return true;
}
