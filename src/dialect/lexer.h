/* SPDX-License-Identifier: Apache-2.0 */
/* lexer.h - SQL text to tokens, by the quoting rules of its dialect.
 *
 * Spark and Hive: 'text' and "text" with backslash escapes, `name`.
 * Trino and Presto: 'text' with '' for a quote, "name" with "" for one.
 * Tokens point into the text; lexer_value() removes quotes and escapes.
 *
 * Thread: any; a lexer is a value, a copy of it is a place to come back to. */
#ifndef DIALECT_LEXER_H
#define DIALECT_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

#define LEXER_BYTES_MAX (1024 * 1024) /* of one statement */

enum lexer_dialect { LEXER_TRINO, LEXER_SPARK, LEXER_HIVE };

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,    /* an identifier or keyword without quotes */
    TOKEN_QUOTED,  /* an identifier in quotes */
    TOKEN_TEXT,    /* a text literal */
    TOKEN_BYTES,   /* X'00ff' */
    TOKEN_INTEGER, /* 12, in Spark 12L too */
    TOKEN_DECIMAL, /* 1.5 */
    TOKEN_DOUBLE,  /* 1e5 */
    TOKEN_SYMBOL,  /* an operator or a bracket */
};

struct token {
    enum token_kind kind;
    char suffix;      /* Spark's number types: L S Y D F, B for BD; else 0 */
    struct span text; /* as written; a number without its suffix */
    int line;
    int column; /* in characters, from 1 */
};

struct lexer {
    enum lexer_dialect dialect;
    const char *at;
    const char *end;
    int line;
    int column;
};

/* ERR_LIMIT: too long; ERR_MALFORMED: it is no UTF-8, or holds a zero byte. */
MUST_CHECK bool lexer_init(struct lexer *lexer, struct span sql, enum lexer_dialect dialect,
                           struct err *err);
/* ERR_MALFORMED: an open quote or comment, or a character that begins nothing. */
MUST_CHECK bool lexer_next(struct lexer *lexer, struct token *token, struct err *err);

/* Of a TEXT, QUOTED or WORD: what it means, in the arena.  A word keeps its case.  ERR_LIMIT. */
MUST_CHECK bool lexer_value(const struct lexer *lexer, const struct token *token,
                            struct span *value, struct arena *arena, struct err *err);
/* The same with letters A to Z made small. */
const char *lexer_lower(struct span value, struct arena *arena);

/* Is it this keyword, in any case? */
bool lexer_is_word(const struct token *token, const char *word);
bool lexer_is_symbol(const struct token *token, const char *symbol);

/* Fails at the token's place: return lexer_fail(...). */
bool lexer_fail(struct err *err, const struct token *token, enum err_kind kind, const char *fmt,
                ...) __attribute__((format(printf, 4, 5)));
/* Fails as Trino words it: mismatched input 'x'. Expecting: what. */
bool lexer_unexpected(struct err *err, const struct token *token, const char *expecting);

#endif
