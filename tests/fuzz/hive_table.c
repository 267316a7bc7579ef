/* SPDX-License-Identifier: Apache-2.0 */
/* A table or database that was read can be written, and reads back the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "wire/hive_table.h"

#define ARENA_BYTES ((size_t)1024 * 1024)
#define WRITTEN_BYTES ((size_t)16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool rewrite_table(struct span bytes, struct text *out)
{
    struct arena arena;
    struct hive_table table;
    struct reader r = reader_of(bytes);

    arena_init(&arena, ARENA_BYTES);
    hive_table_read(&r, &arena, &table);
    if (!r.bad)
        hive_table_write(out, &table);
    arena_reset(&arena);
    return !r.bad;
}

static bool rewrite_database(struct span bytes, struct text *out)
{
    struct arena arena;
    struct hive_database database;
    struct reader r = reader_of(bytes);

    arena_init(&arena, ARENA_BYTES);
    hive_table_read_database(&r, &arena, &database);
    if (!r.bad)
        hive_table_write_database(out, &database);
    arena_reset(&arena);
    return !r.bad;
}

static void check(struct span bytes, bool (*rewrite)(struct span, struct text *))
{
    struct text once;
    struct text twice;

    text_init(&once, WRITTEN_BYTES);
    text_init(&twice, WRITTEN_BYTES);
    if (rewrite(bytes, &once) && !once.full && rewrite(text_span(&once), &twice))
        assert(once.size == twice.size && memcmp(once.bytes, twice.bytes, once.size) == 0);
    text_reset(&once);
    text_reset(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check((struct span){data, size}, rewrite_table);
    check((struct span){data, size}, rewrite_database);
    return 0;
}
