/* SPDX-License-Identifier: Apache-2.0 */
/* trino_type.h - Trino's types: names, what is coerced to what, what can be cast.
 *
 * Thread: any; pure. */
#ifndef DIALECT_TRINO_TYPE_H
#define DIALECT_TRINO_TYPE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "dialect/tree.h"
#include "engine/engine_type.h"

#define TRINO_TYPE_PRECISION_MAX 38

/* varchar(3), decimal(6,3), timestamp(3) with time zone; in the arena or constant. */
const char *trino_type_name(const struct engine_type *type, struct arena *arena);
/* From how a query writes it; false: not one that is supported. */
bool trino_type_read(const struct tree_type *from, struct engine_type *type);
/* The type to which both are coerced; false: there is none. */
bool trino_type_common(const struct engine_type *a, const struct engine_type *b,
                       struct engine_type *common);
/* Is an explicit cast known to give Trino's answer? */
bool trino_type_castable(const struct engine_type *from, const struct engine_type *to);
/* As a decimal, for arithmetic: bigint is decimal(19,0). */
struct engine_type trino_type_decimal_of(const struct engine_type *type);

bool trino_type_is_float(const struct engine_type *type); /* real, double */
bool trino_type_is_number(const struct engine_type *type);
bool trino_type_is_comparable(const struct engine_type *type); /* with =, <, in ORDER BY ... */

/* The engine's name for it: DECIMAL(6,3), BLOB; plain types only. */
void trino_type_print(struct text *out, const struct engine_type *type);

#endif
