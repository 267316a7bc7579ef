/* SPDX-License-Identifier: Apache-2.0 */
/* trino_moment.h - calls about dates and timestamps; their arguments must have been checked.
 *
 * Thread: one at a time. */
#ifndef DIALECT_TRINO_MOMENT_H
#define DIALECT_TRINO_MOMENT_H

#include "dialect/trino_scope.h"

/* A date, or a timestamp without a zone. */
bool trino_moment_is(const struct engine_type *type);

/* Each notes in the call what it is, and its type. */
MUST_CHECK bool trino_moment_truncate(struct trino *trino, struct tree *call);   /* date_trunc */
MUST_CHECK bool trino_moment_add(struct trino *trino, struct tree *call);        /* date_add */
MUST_CHECK bool trino_moment_difference(struct trino *trino, struct tree *call); /* date_diff */
MUST_CHECK bool trino_moment_extract(struct trino *trino, struct tree *call);

#endif
