/* SPDX-License-Identifier: Apache-2.0 */
/* parser.h - a SELECT in Spark's or Trino's SQL, to a tree.
 *
 * Grammar only: which functions, types and columns there are is decided by the
 * translation.  What the grammars have and nothing here does (windows,
 * lambdas, UNNEST ...) is refused by name.
 *
 * Thread: any; pure. */
#ifndef DIALECT_PARSER_H
#define DIALECT_PARSER_H

#include "base/arena.h"
#include "base/err.h"
#include "dialect/cursor.h"
#include "dialect/lexer.h"
#include "dialect/tree.h"

/* The whole text must be one query.  NULL: ERR_MALFORMED, ERR_UNSUPPORTED or ERR_LIMIT, with line
 * and column. */
MUST_CHECK struct tree_query *parser_query(struct span sql, enum lexer_dialect dialect,
                                           struct arena *arena, struct err *err);

/* The parts, for parser.c and expression.c only. */
struct tree_query *parser_nested_query(struct cursor *cursor, int depth);
bool parser_at_query(const struct cursor *cursor);
struct tree_order *parser_order(struct cursor *cursor, int depth);

#endif
