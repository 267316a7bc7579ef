/* SPDX-License-Identifier: Apache-2.0 */
/* trino_function.h - the functions that give Trino's answer, one row each.
 *
 * Thread: any; constant. */
#ifndef DIALECT_TRINO_FUNCTION_H
#define DIALECT_TRINO_FUNCTION_H

#include <stdbool.h>

#include "dialect/tree.h"
#include "dialect/trino_scope.h"

/* A row reads as a declaration does, so its members stay in this order.
 * NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding) */
struct trino_function {
    const char *name;
    /* A letter per argument: v varchar, y varbinary, b boolean, w a whole number, i bigint (whole
     * numbers are coerced), d double (numbers are coerced), o double itself, r real, m decimal,
     * D date or timestamp, t timestamp, z any moment, A array, P map, c anything comparable,
     * a anything. */
    const char *arguments;
    /* 1, 2: the type of that argument; v i d b y D: as above; I integer; M decimal(38, scale);
     * L array of argument 1; Z timestamp(3) with time zone. */
    char result;
    /* The engine's text: $1 to $3 arguments, $T the result's type, $s its scale; in an aggregate
     * $d DISTINCT, $o ORDER BY, $f FILTER. */
    const char *text;
    bool aggregate;
    bool hive; /* Hive has it, with the same answer */
};

/* Chooses by name and by the types of the arguments, which must have been checked; notes the
 * function, its type and the coercions of its arguments in the call. */
MUST_CHECK bool trino_function_choose(struct trino *trino, struct tree *call);
/* Is there an aggregate of this name? */
bool trino_function_is_aggregate(struct span name);
/* For SHOW FUNCTIONS: row `index`, or NULL past the last. */
const struct trino_function *trino_function_at(size_t index);

#endif
