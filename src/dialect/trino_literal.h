/* SPDX-License-Identifier: Apache-2.0 */
/* trino_literal.h - the types of what is written out: 1.50 is decimal(3,2).
 *
 * Thread: one at a time. */
#ifndef DIALECT_TRINO_LITERAL_H
#define DIALECT_TRINO_LITERAL_H

#include "dialect/trino_scope.h"

/* Of an INTEGER, DECIMAL, DOUBLE, TEXT, BYTES, LITERAL or INTERVAL; notes its type. */
MUST_CHECK bool trino_literal_check(struct trino *trino, struct tree *value);

#endif
