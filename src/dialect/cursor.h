/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.h - a place among the tokens of a statement, for those who parse.
 *
 * The first failure sticks: from then on the token is the end, nothing is
 * taken, and the error stays as it was.  So a parser may go on for a few steps
 * and look at `failed` where it matters.
 *
 * Thread: any; one at a time. */
#ifndef DIALECT_CURSOR_H
#define DIALECT_CURSOR_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "dialect/lexer.h"

struct cursor {
    struct lexer lexer; /* past the token */
    struct token token;
    struct arena *arena;
    struct err *err;
    bool failed;
    size_t set_count; /* of what the statement may have only so many */
    size_t join_count;
    size_t listed_count;
    size_t row_count;
};

/* False: failed already. */
bool cursor_init(struct cursor *cursor, struct span sql, enum lexer_dialect dialect,
                 struct arena *arena, struct err *err);
void cursor_advance(struct cursor *cursor);

/* Always false; only the first failure is kept. */
bool cursor_fail(struct cursor *cursor, const struct token *token, enum err_kind kind,
                 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool cursor_unexpected(struct cursor *cursor, const char *expecting);
/* *count grows by `more`; false: it has failed, as it is past `max`. */
bool cursor_count(struct cursor *cursor, const struct token *token, size_t *count, size_t more,
                  size_t max, const char *of_what);
bool cursor_no_memory(struct cursor *cursor);

bool cursor_at_word(const struct cursor *cursor, const char *word);
bool cursor_at_symbol(const struct cursor *cursor, const char *symbol);
/* The token after this one, which is not taken. */
struct token cursor_ahead(const struct cursor *cursor);
bool cursor_take_word(struct cursor *cursor, const char *word);
bool cursor_take_symbol(struct cursor *cursor, const char *symbol);
/* Two words in a row, or neither. */
bool cursor_take_words(struct cursor *cursor, const char *first, const char *second);
/* These fail when it is something else. */
bool cursor_expect_word(struct cursor *cursor, const char *word);
bool cursor_expect_symbol(struct cursor *cursor, const char *symbol);
/* An identifier, quoted or not, as written. */
bool cursor_expect_name(struct cursor *cursor, struct span *name);
/* The same in small letters; NULL: failed. */
const char *cursor_expect_lower(struct cursor *cursor);
/* A text literal; Hive and Spark join neighbours.  NULL: failed. */
const char *cursor_expect_text(struct cursor *cursor);
/* An optional semicolon and the end. */
bool cursor_expect_end(struct cursor *cursor);

#endif
