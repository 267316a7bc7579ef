/* SPDX-License-Identifier: Apache-2.0 */
/* spark_value.h - the values of a job's SQL: their types by Spark's rules, and their text.
 *
 * Thread: any; one at a time. */
#ifndef DIALECT_SPARK_VALUE_H
#define DIALECT_SPARK_VALUE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "dialect/spark.h"
#include "dialect/tree.h"

/* A column that a FROM gives to its SELECT. */
struct spark_input {
    struct span name;
    struct engine_type type;
    const char *text; /* in the engine's SQL: t0.c1 */
};

struct spark_scope {
    struct span alias; /* of the relation; size 0: none */
    struct spark_input *inputs;
    size_t input_count;
};

struct spark {
    const struct spark_options *options;
    struct arena *arena;
    struct err *err;
    const struct tree *json; /* the from_json call, NULL until one was met */
    struct span *json_fields;
    size_t json_field_count;
    unsigned relation_count; /* numbers their aliases */
};

/* Always false. */
bool spark_value_fail(const struct spark *spark, const struct tree *at, enum err_kind kind,
                      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Finds what names mean and which types values have; notes both in the tree. */
MUST_CHECK bool spark_value_check(struct spark *spark, struct tree *value,
                                  const struct spark_scope *scope);
/* The same for a condition: a boolean, or NULL. */
MUST_CHECK bool spark_value_check_condition(struct spark *spark, struct tree *value,
                                            const struct spark_scope *scope);
/* The text of a value that was checked, as it is; and as the type that is wanted of it. */
void spark_value_write(const struct spark *spark, struct text *out, const struct tree *value);
void spark_value_print(const struct spark *spark, struct text *out, const struct tree *value);
/* The input of that name without case; NULL: failed, as `at` says it. */
const struct spark_input *spark_value_find(const struct spark *spark, const struct tree *at,
                                           struct span name, const struct spark_scope *scope);
/* As Spark calls it: bigint. */
const char *spark_value_type_name(const struct spark *spark, const struct engine_type *type);

#endif
