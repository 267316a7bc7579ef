/* SPDX-License-Identifier: Apache-2.0 */
/* expression.h - the values of a query: operators by their precedence, calls, literals.
 *
 * Thread: any; pure. */
#ifndef DIALECT_EXPRESSION_H
#define DIALECT_EXPRESSION_H

#include "dialect/cursor.h"
#include "dialect/tree.h"

/* `depth` is that of the brackets around it.  NULL: the cursor has failed. */
struct tree *expression_parse(struct cursor *cursor, int depth);
/* A comma list, linked by next; *count may be NULL. */
struct tree *expression_list(struct cursor *cursor, int depth, size_t *count);
/* Is this word kept by the grammar, so that it is no name without quotes? */
bool expression_is_reserved(const struct cursor *cursor, const struct token *token);

#endif
