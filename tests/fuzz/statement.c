/* SPDX-License-Identifier: Apache-2.0 */
/* statement.c - whatever the text, it is a statement with its parts, or an error with its place. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "dialect/statement.h"

#define ARENA_BYTES ((size_t)16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the dialect. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct statement statement;
    struct arena arena;
    struct err err = {0};
    if (size == 0)
        return 0;
    arena_init(&arena, ARENA_BYTES);
    if (statement_parse((struct span){data + 1, size - 1}, (enum trino_dialect)(data[0] % 3),
                        &statement, &arena, &err)) {
        if (statement.kind == STATEMENT_CREATE_TABLE) {
            assert(statement.name.table != NULL && statement.column_count > 0);
            for (size_t i = 0; i < statement.column_count; i++)
                assert(statement.columns[i].name[0] != '\0' &&
                       statement.columns[i].type[0] != '\0');
        }
        const char *from = statement.rest.data;
        assert(from == NULL || (from >= (const char *)data &&
                                from + statement.rest.size <= (const char *)data + size));
    } else {
        assert(err.kind != ERR_NONE && err.text[0] != '\0');
        assert(err.kind == ERR_LIMIT || (err.line >= 1 && err.column >= 1));
    }
    arena_reset(&arena);
    return 0;
}
