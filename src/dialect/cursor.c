/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.c - taking tokens, and failing once. */
#include "dialect/cursor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void stop(struct cursor *cursor)
{
    cursor->failed = true;
    cursor->token.kind = TOKEN_END;
    cursor->token.text.size = 0;
}

void cursor_advance(struct cursor *cursor)
{
    struct err err = {0};
    if (cursor->failed)
        return;
    if (!lexer_next(&cursor->lexer, &cursor->token, &err)) {
        *cursor->err = err;
        stop(cursor);
    }
}

bool cursor_init(struct cursor *cursor, struct span sql, enum lexer_dialect dialect,
                 struct arena *arena, struct err *err)
{
    *cursor = (struct cursor){.arena = arena, .err = err};
    if (!lexer_init(&cursor->lexer, sql, dialect, err))
        stop(cursor);
    cursor_advance(cursor);
    return !cursor->failed;
}

bool cursor_fail(struct cursor *cursor, const struct token *token, enum err_kind kind,
                 const char *fmt, ...)
{
    if (cursor->failed)
        return false;
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    lexer_fail(cursor->err, token, kind, "%s", text);
    stop(cursor);
    return false;
}

bool cursor_unexpected(struct cursor *cursor, const char *expecting)
{
    if (cursor->failed)
        return false;
    lexer_unexpected(cursor->err, &cursor->token, expecting);
    stop(cursor);
    return false;
}

bool cursor_count(struct cursor *cursor, const struct token *token, size_t *count, size_t more,
                  size_t max, const char *of_what)
{
    *count += more;
    return *count <= max ||
           cursor_fail(cursor, token, ERR_LIMIT, "a statement with more than %zu %s", max, of_what);
}

bool cursor_no_memory(struct cursor *cursor)
{
    return cursor_fail(cursor, &cursor->token, ERR_LIMIT, "the statement needs more than %zu bytes",
                       cursor->arena->limit);
}

bool cursor_at_word(const struct cursor *cursor, const char *word)
{
    return lexer_is_word(&cursor->token, word);
}

bool cursor_at_symbol(const struct cursor *cursor, const char *symbol)
{
    return lexer_is_symbol(&cursor->token, symbol);
}

struct token cursor_ahead(const struct cursor *cursor)
{
    struct lexer lexer = cursor->lexer;
    struct token token;
    struct err err = {0};
    if (cursor->failed || !lexer_next(&lexer, &token, &err))
        return (struct token){.kind = TOKEN_END};
    return token;
}

bool cursor_take_word(struct cursor *cursor, const char *word)
{
    if (!cursor_at_word(cursor, word))
        return false;
    cursor_advance(cursor);
    return true;
}

bool cursor_take_symbol(struct cursor *cursor, const char *symbol)
{
    if (!cursor_at_symbol(cursor, symbol))
        return false;
    cursor_advance(cursor);
    return true;
}

bool cursor_take_words(struct cursor *cursor, const char *first, const char *second)
{
    struct token ahead = cursor_ahead(cursor);
    if (!cursor_at_word(cursor, first) || !lexer_is_word(&ahead, second))
        return false;
    cursor_advance(cursor);
    cursor_advance(cursor);
    return true;
}

bool cursor_expect_word(struct cursor *cursor, const char *word)
{
    char quoted[64];
    if (cursor_take_word(cursor, word))
        return true;
    (void)snprintf(quoted, sizeof(quoted), "'%s'", word);
    for (char *c = quoted; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c & ~0x20);
    return cursor_unexpected(cursor, quoted);
}

bool cursor_expect_symbol(struct cursor *cursor, const char *symbol)
{
    char quoted[16];
    if (cursor_take_symbol(cursor, symbol))
        return true;
    (void)snprintf(quoted, sizeof(quoted), "'%s'", symbol);
    return cursor_unexpected(cursor, quoted);
}

bool cursor_expect_name(struct cursor *cursor, struct span *name)
{
    struct err err = {0};
    if (cursor->token.kind != TOKEN_WORD && cursor->token.kind != TOKEN_QUOTED)
        return cursor_unexpected(cursor, "<identifier>");
    if (!lexer_value(&cursor->lexer, &cursor->token, name, cursor->arena, &err))
        return cursor_fail(cursor, &cursor->token, err.kind, "%s", err.text);
    if (name->size == 0)
        return cursor_fail(cursor, &cursor->token, ERR_MALFORMED, "an identifier of no length");
    cursor_advance(cursor);
    return !cursor->failed;
}

const char *cursor_expect_lower(struct cursor *cursor)
{
    struct span name;
    if (!cursor_expect_name(cursor, &name))
        return NULL;
    const char *lower = lexer_lower(name, cursor->arena);
    if (lower == NULL)
        cursor_no_memory(cursor);
    return lower;
}

/* Appends one literal to what was read before. */
static const char *take_text(struct cursor *cursor, const char *before)
{
    struct span value;
    struct err err = {0};
    if (!lexer_value(&cursor->lexer, &cursor->token, &value, cursor->arena, &err)) {
        cursor_fail(cursor, &cursor->token, err.kind, "%s", err.text);
        return NULL;
    }
    const char *text =
        arena_printf(cursor->arena, "%s%.*s", before, (int)value.size, (const char *)value.data);
    if (text == NULL) {
        cursor_no_memory(cursor);
        return NULL;
    }
    cursor_advance(cursor);
    return cursor->failed ? NULL : text;
}

const char *cursor_expect_text(struct cursor *cursor)
{
    if (cursor->token.kind != TOKEN_TEXT) {
        cursor_unexpected(cursor, "<string>");
        return NULL;
    }
    const char *text = take_text(cursor, "");
    while (text != NULL && cursor->lexer.dialect != LEXER_TRINO && cursor->token.kind == TOKEN_TEXT)
        text = take_text(cursor, text);
    return text;
}

bool cursor_expect_end(struct cursor *cursor)
{
    cursor_take_symbol(cursor, ";");
    if (cursor->token.kind != TOKEN_END)
        return cursor_unexpected(cursor, "<EOF>");
    return !cursor->failed;
}
