/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.c - one token at a time, with its line and column. */
#include "dialect/lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/utf8.h"

bool lexer_is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_WORD && span_is_nocase(token->text, word);
}

bool lexer_is_symbol(const struct token *token, const char *symbol)
{
    return token->kind == TOKEN_SYMBOL && span_is(token->text, symbol);
}

bool lexer_fail(struct err *err, const struct token *token, enum err_kind kind, const char *fmt,
                ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    err_set(err, kind, "%s", text);
    err->line = token->line;
    err->column = token->column;
    return false;
}

bool lexer_unexpected(struct err *err, const struct token *token, const char *expecting)
{
    int size = token->text.size < 80 ? (int)token->text.size : 80;
    const char *text = size == 0 ? "<EOF>" : token->text.data;
    return lexer_fail(err, token, ERR_MALFORMED, "mismatched input '%.*s'. Expecting: %s",
                      size == 0 ? 5 : size, text, expecting);
}

static bool fail_here(const struct lexer *lexer, struct err *err, const char *what)
{
    struct token here = {.line = lexer->line, .column = lexer->column};
    return lexer_fail(err, &here, ERR_MALFORMED, "%s", what);
}

/* Moves on by one byte; a character counts once. */
static void step(struct lexer *lexer)
{
    unsigned char c = (unsigned char)*lexer->at++;
    if (c == '\n') {
        lexer->line++;
        lexer->column = 1;
    } else if ((c & 0xC0) != 0x80) {
        lexer->column++;
    }
}

static char peek(const struct lexer *lexer, size_t ahead)
{
    if ((size_t)(lexer->end - lexer->at) <= ahead)
        return '\0';
    return lexer->at[ahead];
}

bool lexer_init(struct lexer *lexer, struct span sql, enum lexer_dialect dialect, struct err *err)
{
    *lexer = (struct lexer){dialect, sql.data, (const char *)sql.data + sql.size, 1, 1};
    if (sql.size == 0) {
        lexer->at = "";
        lexer->end = lexer->at;
    }
    if (sql.size > LEXER_BYTES_MAX)
        return err_set(err, ERR_LIMIT, "a statement of %zu bytes, at most %d", sql.size,
                       LEXER_BYTES_MAX);
    const char *zero = sql.size == 0 ? NULL : memchr(sql.data, '\0', sql.size);
    if (zero == NULL && utf8_valid(sql))
        return true;
    return fail_here(
        lexer, err, zero == NULL ? "the statement is no UTF-8" : "the statement holds a zero byte");
}

static bool skip_block_comment(struct lexer *lexer, struct err *err)
{
    const struct lexer from = *lexer;
    int depth = 0;
    do {
        if (lexer->at == lexer->end)
            return fail_here(&from, err, "a comment is not closed");
        bool open = peek(lexer, 0) == '/' && peek(lexer, 1) == '*';
        bool close = peek(lexer, 0) == '*' && peek(lexer, 1) == '/';
        if (open && (depth == 0 || lexer->dialect == LEXER_SPARK)) /* there they nest */
            depth++;
        if (close)
            depth--;
        step(lexer);
        if (open || close)
            step(lexer);
    } while (depth > 0);
    return true;
}

/* To the end of the line; in Spark a backslash before that goes on with the next. */
static void skip_line_comment(struct lexer *lexer)
{
    while (lexer->at < lexer->end && *lexer->at != '\n' && *lexer->at != '\r') {
        if (lexer->dialect == LEXER_SPARK && *lexer->at == '\\' && peek(lexer, 1) == '\n')
            step(lexer);
        step(lexer);
    }
}

static bool skip_blanks(struct lexer *lexer, struct err *err)
{
    for (;;) {
        char c = peek(lexer, 0);
        if (lexer->at < lexer->end && strchr(" \t\r\n\f\v", c) != NULL) {
            step(lexer);
        } else if (c == '-' && peek(lexer, 1) == '-') {
            skip_line_comment(lexer);
        } else if (c == '/' && peek(lexer, 1) == '*') {
            if (!skip_block_comment(lexer, err))
                return false;
        } else {
            return true;
        }
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool backslash_escapes(const struct lexer *lexer)
{
    return lexer->dialect != LEXER_TRINO;
}

/* Past the closing quote; the opening one is next. */
static bool skip_quoted(struct lexer *lexer, bool backslash, struct err *err)
{
    const struct lexer from = *lexer;
    char quote = *lexer->at;
    step(lexer);
    for (;;) {
        if (lexer->at == lexer->end)
            return fail_here(&from, err, "a quote is not closed");
        char c = *lexer->at;
        step(lexer);
        bool escaped = backslash && c == '\\' && lexer->at < lexer->end;
        bool doubled = !backslash && c == quote && peek(lexer, 0) == quote;
        if (escaped || doubled)
            step(lexer);
        else if (c == quote)
            return true;
    }
}

static void take_number(struct lexer *lexer, struct token *token)
{
    token->kind = TOKEN_INTEGER;
    while (is_digit(peek(lexer, 0)))
        step(lexer);
    if (peek(lexer, 0) == '.') {
        token->kind = TOKEN_DECIMAL;
        step(lexer);
        while (is_digit(peek(lexer, 0)))
            step(lexer);
    }
    size_t sign = peek(lexer, 1) == '+' || peek(lexer, 1) == '-';
    if ((peek(lexer, 0) | 0x20) == 'e' && is_digit(peek(lexer, 1 + sign))) {
        token->kind = TOKEN_DOUBLE;
        for (size_t i = 0; i < 1 + sign; i++)
            step(lexer);
        while (is_digit(peek(lexer, 0)))
            step(lexer);
    }
}

/* 1L, 1S, 1Y, 1D, 1F, 1BD: Spark's and Hive's. */
static void take_suffix(struct lexer *lexer, struct token *token)
{
    char c = (char)(peek(lexer, 0) & ~0x20);
    bool big = c == 'B' && (peek(lexer, 1) & ~0x20) == 'D';
    size_t size = big ? 2 : 1;
    char after = peek(lexer, size);
    bool whole = token->kind == TOKEN_INTEGER && (c == 'L' || c == 'S' || c == 'Y');
    if ((!whole && !big && c != 'D' && c != 'F') || is_letter(after) || is_digit(after))
        return;
    token->suffix = c;
    while (size-- > 0)
        step(lexer);
}

static bool take_symbol(struct lexer *lexer, struct err *err)
{
    static const char *const symbols[] = {
        "<=>", "<>", "!=", "<=", ">=", "||", "=>", "->", "==", "::"};
    for (size_t i = 0; i < COUNT_OF(symbols); i++) {
        size_t size = strlen(symbols[i]);
        if ((size_t)(lexer->end - lexer->at) >= size && memcmp(lexer->at, symbols[i], size) == 0) {
            while (size-- > 0)
                step(lexer);
            return true;
        }
    }
    if (strchr("+-*/%()[]{},.;=<>?:!~&|^$@", *lexer->at) == NULL)
        return fail_here(lexer, err, "a character that begins nothing in SQL");
    step(lexer);
    return true;
}

static bool take(struct lexer *lexer, struct token *token, struct err *err)
{
    char c = *lexer->at;
    bool spark = lexer->dialect != LEXER_TRINO;
    if (c == '\'' || (c == '"' && spark)) {
        token->kind = TOKEN_TEXT;
        return skip_quoted(lexer, backslash_escapes(lexer), err);
    }
    if ((c | 0x20) == 'x' && peek(lexer, 1) == '\'') {
        token->kind = TOKEN_BYTES;
        step(lexer);
        return skip_quoted(lexer, false, err);
    }
    if (c == '"' || c == '`') {
        if (c == '`' && !spark)
            return fail_here(lexer, err,
                             "backquoted identifiers are not supported; use double quotes to quote "
                             "identifiers");
        token->kind = TOKEN_QUOTED;
        return skip_quoted(lexer, false, err);
    }
    if (is_letter(c)) {
        token->kind = TOKEN_WORD;
        while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
            step(lexer);
        return true;
    }
    if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1)))) {
        take_number(lexer, token);
        return true;
    }
    token->kind = TOKEN_SYMBOL;
    return take_symbol(lexer, err);
}

bool lexer_next(struct lexer *lexer, struct token *token, struct err *err)
{
    if (!skip_blanks(lexer, err))
        return false;
    *token = (struct token){TOKEN_END, 0, {lexer->at, 0}, lexer->line, lexer->column};
    if (lexer->at == lexer->end)
        return true;
    const char *from = lexer->at;
    if (!take(lexer, token, err))
        return false;
    token->text.size = (size_t)(lexer->at - from);
    bool number = token->kind >= TOKEN_INTEGER && token->kind <= TOKEN_DOUBLE;
    if (number && lexer->dialect != LEXER_TRINO)
        take_suffix(lexer, token);
    if (number && (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0))))
        return lexer_fail(err, token, ERR_MALFORMED,
                          "an identifier must not begin with a digit; put it in quotes");
    return true;
}

/* --- values -------------------------------------------------------------------------------- */

/* `count` digits of a base at `at`, which may end before; false when one is none. */
static bool read_digits(const char *at, const char *end, size_t count, int base, uint32_t *value)
{
    *value = 0;
    if ((size_t)(end - at) < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        char c = at[i];
        int digit = is_digit(c) ? c - '0' : is_letter(c) && c != '_' ? (c | 0x20) - 'a' + 10 : 99;
        if (digit >= base)
            return false;
        *value = *value * (uint32_t)base + (uint32_t)digit;
    }
    return true;
}

/* \uXXXX or \UXXXXXXXX at `at` (after the backslash): its bytes, or 0: it is none. */
static size_t read_code(const char *at, const char *end, uint32_t *code)
{
    if (at < end && *at == 'u' && read_digits(at + 1, end, 4, 16, code))
        return 5;
    if (at < end && *at == 'U' && read_digits(at + 1, end, 8, 16, code))
        return 9;
    return 0;
}

/* The same with the other half of a pair of surrogates behind it; half a pair is a question mark,
 * as Java encodes it. */
static size_t read_character(const char *at, const char *end, uint32_t *code)
{
    uint32_t low = 0;
    size_t size = read_code(at, end, code);
    if (size == 0 || *code < 0xD800 || *code > 0xDFFF)
        return size;
    const char *next = at + size;
    size_t more = end - next > 1 && *next == '\\' ? read_code(next + 1, end, &low) : 0;
    bool pair = *code < 0xDC00 && more > 0 && low >= 0xDC00 && low <= 0xDFFF;
    *code = pair ? 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00) : '?';
    return pair ? size + 1 + more : size;
}

/* Spark's unescapeSQLString: what stands for the escape at `at` (after the backslash).  Adds to
 * *to, and returns the bytes of the escape; 0: a character that no text of ours holds. */
static size_t unescape(const char *at, const char *end, char **to)
{
    static const char from[] = "bnrtZ";
    static const char means[] = "\b\n\r\t\x1A";
    uint32_t code = 0;
    size_t size = read_character(at, end, &code);
    if (size == 0 && (*at == '0' || *at == '1') && read_digits(at, end, 3, 8, &code))
        size = 3;
    if (size > 0) {
        if (code == 0 || code > 0x10FFFF)
            return 0;
        *to += utf8_encode(*to, code);
        return size;
    }
    if (*at == '0')
        return 0;
    const char *known = strchr(from, *at);
    if (*at == '%' || *at == '_') /* stays escaped: it is LIKE's */
        *(*to)++ = '\\';
    *(*to)++ = (char)(known == NULL ? *at : means[known - from]);
    return 1;
}

static bool remove_quotes(const struct lexer *lexer, const struct token *token, char *to,
                          struct span *value, struct err *err)
{
    const char *at = (const char *)token->text.data + 1;
    const char *end = at + token->text.size - 2;
    bool backslash = token->kind == TOKEN_TEXT && backslash_escapes(lexer);
    char *begin = to;
    while (at < end) {
        if (backslash && *at == '\\' && at + 1 < end) {
            size_t size = unescape(at + 1, end, &to);
            if (size == 0)
                return lexer_fail(err, token, ERR_UNSUPPORTED,
                                  "a zero character, or one past U+10FFFF, in a text");
            at += 1 + size;
            continue;
        }
        if (!backslash && *at == *(const char *)token->text.data)
            at++; /* of two */
        *to++ = *at++;
    }
    *value = (struct span){begin, (size_t)(to - begin)};
    return true;
}

bool lexer_value(const struct lexer *lexer, const struct token *token, struct span *value,
                 struct arena *arena, struct err *err)
{
    *value = token->text;
    if (token->kind != TOKEN_TEXT && token->kind != TOKEN_QUOTED)
        return true;
    char *to = ARENA_NEW(arena, char, token->text.size + 1);
    if (to == NULL)
        return lexer_fail(err, token, ERR_LIMIT, "the statement needs more than %zu bytes",
                          arena->limit);
    return remove_quotes(lexer, token, to, value, err);
}

const char *lexer_lower(struct span value, struct arena *arena)
{
    char *text = arena_string(arena, value);
    for (char *c = text; c != NULL && *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c | 0x20);
    return text;
}
