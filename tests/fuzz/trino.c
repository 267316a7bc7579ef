/* SPDX-License-Identifier: Apache-2.0 */
/* trino.c - whatever a query is, it becomes a plan or an error that says why and where. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dialect/trino.h"

#define ARENA_BYTES ((size_t)16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct engine_type children[] = {{.kind = ENGINE_INTEGER}, {.kind = ENGINE_VARCHAR}};
static const char *const names[] = {"x", "y"};

static const struct trino_column columns[] = {
    {"a", {.kind = ENGINE_VARCHAR}},
    {"b", {.kind = ENGINE_BIGINT}},
    {"c", {.kind = ENGINE_DECIMAL, .precision = 10, .scale = 2}},
    {"d", {.kind = ENGINE_DOUBLE}},
    {"e", {.kind = ENGINE_TIMESTAMP, .precision = 3}},
    {"f", {.kind = ENGINE_DATE}},
    {"g", {.kind = ENGINE_ROW, .child_count = 2, .children = children, .names = names}},
    {"h", {.kind = ENGINE_ARRAY, .child_count = 1, .children = children}},
};

/* The first byte chooses the dialect. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct trino_session session = {.dialect = (enum trino_dialect)(data[0] % 3),
                                          .catalog = "hive",
                                          .schema = "default",
                                          .user = "me"};
    struct trino_table tables[TRINO_TABLES_MAX];
    struct trino_plan plan = {0};
    struct arena arena;
    struct err err = {0};
    enum trino_fault fault = TRINO_OK;
    arena_init(&arena, ARENA_BYTES);
    struct trino_query *query =
        trino_parse((struct span){data + 1, size - 1}, &session, &arena, &fault, &err);
    for (size_t i = 0; query != NULL && i < trino_table_count(query); i++)
        tables[i] =
            (struct trino_table){"(SELECT 1)", columns, sizeof(columns) / sizeof(columns[0])};
    if (query != NULL && trino_translate(query, tables, &plan, &fault, &err)) {
        assert(plan.column_count > 0 && plan.sql[0] != '\0' && fault == TRINO_OK);
    } else {
        assert(err.kind != ERR_NONE && err.text[0] != '\0' && fault != TRINO_OK);
        assert(err.kind == ERR_LIMIT || (err.line >= 1 && err.column >= 1));
    }
    arena_reset(&arena);
    return 0;
}
