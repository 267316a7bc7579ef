/* SPDX-License-Identifier: Apache-2.0 */
/* spark.h - a job's Spark SQL, to a plan for the engine.
 *
 * What is listed in docs/spark-sql.md gives Spark 3.5's own answers (ANSI mode
 * off); all else is refused by name, with line and column in the user's text.
 * The text never reaches the engine: it is parsed here, and the plan is
 * written anew.
 *
 * Thread: any; pure. */
#ifndef DIALECT_SPARK_H
#define DIALECT_SPARK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "engine/parquet.h"

#define SPARK_COLUMNS_MAX 2000

struct spark_options {
    const char *time_zone; /* spark.sql.session.timeZone; NULL: the system's */
};

struct spark_column {
    const char *name; /* as written: User-Agent */
    const char *type; /* as Spark and Hive call it: string, bigint, binary, timestamp ... */
};

struct spark_plan {
    struct parquet_plan plan;     /* for parquet_open */
    const char *topic;            /* what the innermost FROM names */
    struct spark_column *columns; /* of the file, in order */
    size_t column_count;
};

/* Everything in *plan lives in `arena`, or in `sql`.  ERR_MALFORMED: no Spark SQL; ERR_NOT_FOUND:
 * an unknown column; ERR_UNSUPPORTED: not done here; all three with err->line and err->column.
 * The text does not repeat the position. */
MUST_CHECK bool spark_translate(struct span sql, const struct spark_options *options,
                                struct spark_plan *plan, struct arena *arena, struct err *err);

#endif
