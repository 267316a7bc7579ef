/* SPDX-License-Identifier: Apache-2.0 */
/* spark.c - whatever a job's SQL is, it becomes a plan or an error that says why and where. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dialect/spark.h"

#define ARENA_BYTES ((size_t)16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct spark_options options = {.time_zone = size % 2 == 0 ? NULL : "+01:00"};
    struct spark_plan plan;
    struct arena arena;
    struct err err = {0};
    arena_init(&arena, ARENA_BYTES);
    if (spark_translate((struct span){data, size}, &options, &plan, &arena, &err)) {
        assert(plan.topic != NULL && plan.topic[0] != '\0');
        assert(plan.column_count > 0 && strstr(plan.plan.sql, "kafka_source()") != NULL);
    } else {
        assert(err.kind != ERR_NONE && err.text[0] != '\0');
        assert(err.kind == ERR_LIMIT || (err.line >= 1 && err.column >= 1));
    }
    arena_reset(&arena);
    return 0;
}
