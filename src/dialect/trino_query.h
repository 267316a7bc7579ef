/* SPDX-License-Identifier: Apache-2.0 */
/* trino_query.h - the relations of a query, grouping, and its columns.
 *
 * Thread: one at a time. */
#ifndef DIALECT_TRINO_QUERY_H
#define DIALECT_TRINO_QUERY_H

#include "dialect/trino_scope.h"

/* `outer` is the query around it, NULL: none.  Notes the columns in query->found, a struct
 * trino_outputs. */
MUST_CHECK bool trino_query_check(struct trino *trino, struct tree_query *query,
                                  const struct trino_scope *outer);

#endif
