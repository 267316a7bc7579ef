/* SPDX-License-Identifier: Apache-2.0 */
/* trino_print.h - a checked query as the engine's SQL.
 *
 * Thread: any; pure. */
#ifndef DIALECT_TRINO_PRINT_H
#define DIALECT_TRINO_PRINT_H

#include "base/text.h"
#include "dialect/trino_scope.h"

/* The query's columns are c0, c1 ... */
void trino_print_query(const struct trino *trino, struct text *out, const struct tree_query *query);
/* The outermost: with the columns' types made exact (timestamps of 3 digits). */
void trino_print_outermost(const struct trino *trino, struct text *out,
                           const struct tree_query *query);

#endif
