/* SPDX-License-Identifier: Apache-2.0 */
/* trino_value.h - the values of a query: their types by Trino's rules.
 *
 * Thread: one at a time. */
#ifndef DIALECT_TRINO_VALUE_H
#define DIALECT_TRINO_VALUE_H

#include "dialect/trino_scope.h"

/* Notes types, columns, functions and coercions in the tree; some nodes are rewritten. */
MUST_CHECK bool trino_value_check(struct trino *trino, struct tree *value,
                                  const struct trino_scope *scope);
/* The same for a condition; `clause` as the message names it: "WHERE clause". */
MUST_CHECK bool trino_value_check_condition(struct trino *trino, struct tree *value,
                                            const struct trino_scope *scope, const char *clause);
/* Makes the value that type, which it must be coercible to. */
MUST_CHECK bool trino_value_coerce(struct trino *trino, struct tree *value,
                                   const struct engine_type *type);
/* Are they the same expression, columns compared by what they are? */
bool trino_value_equal(const struct tree *a, const struct tree *b);
/* A number written out, which is not NaN. */
bool trino_value_is_plain(const struct tree *value);

#endif
