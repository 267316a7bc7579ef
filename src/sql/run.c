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
#define USER_BYTES_MAX 1024

static enum trino_dialect dialect_of(enum presto_protocol protocol, bool hive)
{
    if (hive)
        return TRINO_HIVE;
    return protocol == PRESTO_PRESTO ? TRINO_PRESTO : TRINO_TRINO;
}

/* At most `max` bytes of it, whole characters. */
static struct span keep(struct run *run, struct span text, size_t max)
{
    const unsigned char *bytes = text.data;

    if (text.size > max)
        for (text.size = max; text.size > 0 && (bytes[text.size] & 0xC0) == 0x80;)
            text.size--;
    const char *copy = arena_string(&run->kept, text);
    return (struct span){copy, copy == NULL ? 0 : text.size};
}

struct run *run_create(struct span sql, const struct presto_header *headers, size_t header_count,
                       bool hive, struct err *err)
{
    struct run *run = mem_new(sizeof(*run));

    arena_init(&run->arena, RUN_ARENA_BYTES);
    arena_init(&run->kept, RUN_KEPT_BYTES);
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
    run->shown = keep(run, sql, RUN_SHOWN_BYTES_MAX);
    if (run->client.user != NULL)
        run->user = keep(run, span_of(run->client.user), USER_BYTES_MAX);
    run->dialect = dialect_of(run->client.protocol, hive);
    run->style = (struct presto_type_style){run->client.protocol, run->client.parametric_datetime};
    return run;

fail:
    run_close(run);
    return NULL;
}

void run_release(struct run *run)
{
    run->sql = (struct span){0};
    run->client = (struct presto_client){.protocol = run->style.protocol};
    arena_reset(&run->arena);
}

size_t run_bytes(const struct run *run)
{
    return run->arena.used + run->kept.used;
}

void run_close(struct run *run)
{
    if (run == NULL)
        return;
    assert(atomic_load(&run->query) == NULL);
    text_reset(&run->page);
    arena_reset(&run->arena);
    arena_reset(&run->kept);
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
    const char *message = arena_string(&run->kept, span_of(words));
    if (message != NULL)
        run->warnings[run->warning_count++] = (struct presto_warning){code, name, message};
}

bool run_add_header(struct run *run, const char *name, const char *value)
{
    const char *copy = arena_string(&run->kept, span_of(value));

    if (copy == NULL || run->header_count == RUN_REPLY_HEADERS_MAX)
        return false;
    run->headers[run->header_count++] = (struct run_reply_header){name, copy};
    return true;
}

/* As deep as types are: PRESTO_TYPE_DEPTH_MAX, QUERY_TYPE_DEPTH_MAX.
 * NOLINTNEXTLINE(misc-no-recursion) */
static bool copy_type(struct presto_type *to, const struct presto_type *from, struct arena *arena)
{
    *to = *from;
    if (from->child_count == 0)
        return true;
    struct presto_type *children = ARENA_NEW(arena, struct presto_type, from->child_count);
    const char **names = ARENA_NEW(arena, const char *, from->child_count);
    if (children == NULL || names == NULL)
        return false;
    for (size_t i = 0; i < from->child_count; i++) {
        const char *name = from->names == NULL ? NULL : from->names[i];
        names[i] = name == NULL ? NULL : arena_string(arena, span_of(name));
        if ((name != NULL && names[i] == NULL) ||
            !copy_type(&children[i], &from->children[i], arena))
            return false;
    }
    to->children = children;
    to->names = from->names == NULL ? NULL : names;
    return true;
}

/* They stand in every reply: their JSON is written once to see that there is room for it. */
static bool fit_replies(const struct presto_columns *columns, const struct presto_type_style *style)
{
    struct text trial;

    text_init(&trial, RUN_COLUMNS_BYTES_MAX);
    presto_write_columns(&trial, columns, style);
    bool ok = !trial.full;
    text_reset(&trial);
    return ok;
}

bool run_set_columns(struct run *run, const struct presto_column *columns, size_t count)
{
    struct presto_columns *list = ARENA_NEW(&run->kept, struct presto_columns, 1);
    struct presto_column *copy = ARENA_NEW(&run->kept, struct presto_column, count);
    bool ok = list != NULL && copy != NULL;

    for (size_t i = 0; ok && i < count; i++) {
        copy[i].name = arena_string(&run->kept, span_of(columns[i].name));
        ok = copy[i].name != NULL && copy_type(&copy[i].type, &columns[i].type, &run->kept);
    }
    if (ok)
        *list = (struct presto_columns){copy, count};
    if (!ok || !fit_replies(list, &run->style))
        return fault_set(&run->fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES,
                         "%zu columns of these names and types are more than a reply may hold",
                         count);
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
    bool presto = run->style.protocol == PRESTO_PRESTO;

    run->update_type = update_type;
    if (!run_set_columns(run, &result, presto ? 1 : 0))
        return false;
    if (presto) {
        text_add_string(&run->page, "[true]");
        run->page_rows++;
    }
    return true;
}
