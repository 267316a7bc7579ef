/* SPDX-License-Identifier: Apache-2.0 */
/* trino_scope.c - a name's parts against the columns in sight, innermost query first. */
#include "dialect/trino_scope.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "dialect/lexer.h"

#define PARTS_MAX 16

static enum err_kind kind_of(enum trino_fault fault)
{
    switch (fault) {
    case TRINO_OK:
        return ERR_NONE;
    case TRINO_NOT_SUPPORTED:
        return ERR_UNSUPPORTED;
    case TRINO_COLUMN_NOT_FOUND:
    case TRINO_TABLE_NOT_FOUND:
    case TRINO_MISSING_SCHEMA_NAME:
    case TRINO_MISSING_CATALOG_NAME:
        return ERR_NOT_FOUND;
    case TRINO_SYNTAX_ERROR:
    case TRINO_AMBIGUOUS_NAME:
    case TRINO_TYPE_MISMATCH:
    case TRINO_FUNCTION_NOT_FOUND:
    case TRINO_EXPRESSION_NOT_AGGREGATE:
    case TRINO_INVALID_LITERAL:
    case TRINO_OTHER:
        return ERR_MALFORMED;
    }
    return ERR_MALFORMED;
}

__attribute__((format(printf, 5, 0))) static bool fail(const struct trino *trino, int line,
                                                       int column, enum trino_fault fault,
                                                       const char *fmt, va_list args)
{
    char text[ERR_TEXT_BYTES];
    (void)vsnprintf(text, sizeof(text), fmt, args);
    err_set(trino->err, kind_of(fault), "%s", text);
    trino->err->line = line;
    trino->err->column = column;
    *trino->fault = fault;
    return false;
}

bool trino_scope_fail(const struct trino *trino, int line, int column, enum trino_fault fault,
                      const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fail(trino, line, column, fault, fmt, args);
    va_end(args);
    return false;
}

bool trino_scope_fail_at(const struct trino *trino, const struct tree *at, enum trino_fault fault,
                         const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fail(trino, at->line, at->column, fault, fmt, args);
    va_end(args);
    return false;
}

bool trino_scope_no_memory(const struct trino *trino)
{
    *trino->fault = TRINO_OTHER;
    return err_set(trino->err, ERR_LIMIT, "the statement needs more than %zu bytes",
                   trino->arena->limit);
}

const char *trino_scope_lower(const struct trino *trino, struct span name)
{
    const char *lower = lexer_lower(name, trino->arena);
    if (lower == NULL)
        trino_scope_no_memory(trino);
    return lower;
}

bool trino_scope_name(const struct trino *trino, struct trino_output *output, struct span name)
{
    output->name = lexer_lower(name, trino->arena);
    output->shown = arena_string(trino->arena, name);
    return (output->name != NULL && output->shown != NULL) || trino_scope_no_memory(trino);
}

struct trino_output *trino_scope_add(const struct trino *trino, struct trino_outputs *outputs,
                                     int line, int column)
{
    if (outputs->count == TRINO_COLUMNS_MAX) {
        trino_scope_fail(trino, line, column, TRINO_OTHER, "more than %d columns",
                         TRINO_COLUMNS_MAX);
        return NULL;
    }
    if (outputs->count == outputs->room) {
        size_t room = outputs->room == 0 ? 16 : outputs->room * 2;
        struct trino_output *grown = ARENA_NEW(trino->arena, struct trino_output, room);
        if (grown == NULL) {
            trino_scope_no_memory(trino);
            return NULL;
        }
        if (outputs->count > 0)
            memcpy(grown, outputs->items, outputs->count * sizeof(*grown));
        outputs->items = grown;
        outputs->room = room;
    }
    struct trino_output *output = &outputs->items[outputs->count++];
    *output = (struct trino_output){0};
    return output;
}

void trino_scope_read(const struct trino_output *column)
{
    if (column->read != NULL)
        *column->read = true;
}

/* --- resolving ----------------------------------------------------------------------------- */

/* The parts of a dotted name, first to last. */
struct path {
    const char *parts[PARTS_MAX];
    struct tree *nodes[PARTS_MAX]; /* that end with each part */
    size_t count;
};

static bool read_path(const struct trino *trino, struct tree *value, struct path *path)
{
    size_t count = 1;
    for (struct tree *node = value; node->kind == TREE_FIELD; node = node->first)
        count++;
    if (count > PARTS_MAX)
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "a name of more than %d parts is not supported", PARTS_MAX);
    path->count = count;
    for (struct tree *node = value; count-- > 0; node = node->first) {
        path->parts[count] = trino_scope_lower(trino, node->name);
        path->nodes[count] = node;
        if (path->parts[count] == NULL)
            return false;
    }
    return true;
}

static bool part_is(const char *part, const char *name)
{
    return name != NULL && strcmp(part, name) == 0;
}

/* Does the column answer to the first `used` parts, the last of which is its own name? */
static bool answers_to(const struct trino_output *column, const struct path *path, size_t used)
{
    const char *const *last = &path->parts[used - 1];
    return part_is(last[0], column->name) && (used < 2 || part_is(last[-1], column->relation)) &&
           (used < 3 || part_is(last[-2], column->schema)) &&
           (used < 4 || part_is(last[-3], column->catalog));
}

/* -1: ambiguous, 0: not in sight, else how many parts the column's name took. */
static int find(const struct trino_outputs *inputs, const struct path *path,
                const struct trino_output **found)
{
    size_t most = path->count < 4 ? path->count : 4;
    for (size_t used = most; used > 0; used--) {
        size_t matches = 0;
        for (size_t i = 0; i < inputs->count; i++) {
            if (answers_to(&inputs->items[i], path, used)) {
                *found = &inputs->items[i];
                matches++;
            }
        }
        if (matches > 0)
            return matches > 1 ? -1 : (int)used;
    }
    return 0;
}

static void join_path(const struct path *path, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < path->count && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%s", i == 0 ? "" : ".", path->parts[i]);
}

/* The parts after the column's name are fields of rows. */
static bool note_fields(const struct trino *trino, const struct path *path, size_t used,
                        const struct trino_output *column)
{
    struct tree *node = path->nodes[used - 1];
    trino_scope_read(column);
    node->kind = TREE_NAME;
    node->found = column;
    node->result = column->type;
    for (size_t i = used; i < path->count; i++) {
        const struct engine_type *row = &path->nodes[i - 1]->result;
        node = path->nodes[i];
        size_t field = 0;
        while (row->kind == ENGINE_ROW && field < row->child_count &&
               !span_is_nocase(span_of(row->names[field]), path->parts[i]))
            field++;
        if (row->kind != ENGINE_ROW || field == row->child_count)
            return trino_scope_fail_at(trino, node, TRINO_COLUMN_NOT_FOUND,
                                       "Column '%s' cannot be resolved", path->parts[i]);
        node->index = field;
        node->result = row->children[field];
        node->found = row->names[field];
    }
    return true;
}

bool trino_scope_resolve(struct trino *trino, struct tree *value, const struct trino_scope *scope)
{
    struct path path;
    char whole[256];
    if (!read_path(trino, value, &path))
        return false;
    for (; scope != NULL; scope = scope->parent) {
        const struct trino_output *column = NULL;
        int used = scope->inputs == NULL ? 0 : find(scope->inputs, &path, &column);
        if (used < 0) {
            join_path(&path, whole, sizeof(whole));
            return trino_scope_fail_at(trino, value, TRINO_AMBIGUOUS_NAME,
                                       "Column '%s' is ambiguous", whole);
        }
        if (used > 0)
            return note_fields(trino, &path, (size_t)used, column);
    }
    join_path(&path, whole, sizeof(whole));
    return trino_scope_fail_at(trino, value, TRINO_COLUMN_NOT_FOUND,
                               "Column '%s' cannot be resolved", whole);
}
