/* SPDX-License-Identifier: Apache-2.0 */
/* spark_cast.h - casts of Spark's non-ANSI mode: NULL for a bad text, wrapping for a large number.
 *
 * Thread: any; pure. */
#ifndef DIALECT_SPARK_CAST_H
#define DIALECT_SPARK_CAST_H

#include "dialect/spark_value.h"

/* Can `from` be cast to `to` with Spark's answer? */
bool spark_cast_possible(enum engine_kind from, enum engine_kind to);
/* What the engine calls a plain type. */
const char *spark_cast_engine_name(enum engine_kind kind);
/* The value, of a type that can be cast, as the type `to`. */
void spark_cast_write(const struct spark *spark, struct text *out, const struct tree *value,
                      const struct engine_type *to);

#endif
