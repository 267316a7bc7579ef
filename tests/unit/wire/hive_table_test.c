/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/hive_table.h"

#define LIMIT 65536

static unsigned char golden[8192];

/* The reader stands at the value of the message's first field. */
static struct reader open_golden(const char *name, struct span *all, size_t *value_at)
{
    char path[256];
    struct thrift_message message;
    struct thrift_field field;

    (void)snprintf(path, sizeof(path), "tests/golden/hms/%s.bin", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    *all = (struct span){golden, fread(golden, 1, sizeof(golden), file)};
    (void)fclose(file);

    struct reader r = reader_of(*all);
    assert_true(thrift_read_message(&r, &message));
    assert_true(thrift_next_field(&r, &field));
    *value_at = all->size - r.left;
    return r;
}

/* What the real metastore sent is written again byte for byte. */
static void writes_tables_as_the_real_metastore_does(void **state)
{
    (void)state;
    static const char *const names[] = {"get_table_reply", "partitioned_table_reply", "view_reply"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct arena arena;
        struct text out;
        struct hive_table table;
        struct span all;
        size_t at;
        struct reader r = open_golden(names[i], &all, &at);

        arena_init(&arena, LIMIT);
        text_init(&out, LIMIT);
        hive_table_read(&r, &arena, &table);
        assert_false(r.bad);
        hive_table_write(&out, &table);
        assert_int_equal(out.size, all.size - at - 1); /* the result's own stop follows */
        assert_memory_equal(out.bytes, golden + at, out.size);
        text_reset(&out);
        arena_reset(&arena);
    }
}

static void writes_a_database_as_the_real_metastore_does(void **state)
{
    (void)state;
    struct arena arena;
    struct text out;
    struct hive_database database;
    struct span all;
    size_t at;
    struct reader r = open_golden("get_database_reply", &all, &at);

    arena_init(&arena, LIMIT);
    text_init(&out, LIMIT);
    hive_table_read_database(&r, &arena, &database);
    assert_false(r.bad);
    assert_string_equal(database.description, "Default Hive database");
    hive_table_write_database(&out, &database);
    assert_int_equal(out.size, all.size - at - 1);
    assert_memory_equal(out.bytes, golden + at, out.size);
    text_reset(&out);
    arena_reset(&arena);
}

static void reads_what_spark_creates(void **state)
{
    (void)state;
    struct arena arena;
    struct hive_table table;
    struct span all;
    size_t at;
    struct reader r = open_golden("create_table_call", &all, &at);

    arena_init(&arena, LIMIT);
    hive_table_read(&r, &arena, &table);
    assert_false(r.bad);
    assert_string_equal(table.database, "default");
    assert_string_equal(table.name, "sword_purchases");
    assert_string_equal(table.type, HIVE_TABLE_EXTERNAL);
    assert_string_equal(table.storage.location, "file:/data/ext1");
    assert_int_equal(table.storage.columns.count, 6);
    assert_string_equal(table.storage.columns.columns[2].name, "User_Agent");
    assert_string_equal(table.storage.columns.columns[2].type, "string");
    assert_null(table.storage.columns.columns[2].comment);
    assert_int_equal(table.storage.bucket_count, -1);
    assert_false(table.storage.skewed);
    assert_string_equal(hive_table_parameter(&table.parameters, "EXTERNAL"), "TRUE");
    assert_string_equal(
        hive_table_parameter(&table.storage.serde_parameters, "serialization.format"), "1");
    assert_null(hive_table_parameter(&table.parameters, "external"));

    struct hive_table parquet = {0};
    hive_table_stored_as_parquet(&parquet);
    assert_string_equal(table.storage.input_format, parquet.storage.input_format);
    assert_string_equal(table.storage.output_format, parquet.storage.output_format);
    assert_string_equal(table.storage.serde_library, parquet.storage.serde_library);
    arena_reset(&arena);
}

/* A table cut anywhere, or too big for the arena, makes the reader bad and nothing worse. */
static void refuses_a_table_that_is_cut_or_too_big(void **state)
{
    (void)state;
    struct span all;
    size_t at;
    struct reader whole = open_golden("create_table_call", &all, &at);

    for (size_t left = 0; left + 2 < whole.left; left++) {
        struct arena arena;
        struct hive_table table;
        struct reader r = whole;

        r.left = left;
        arena_init(&arena, LIMIT);
        hive_table_read(&r, &arena, &table);
        assert_true(r.bad);
        arena_reset(&arena);
    }
    for (size_t limit = 0; limit < 1024; limit += 64) {
        struct arena arena;
        struct hive_table table;
        struct reader r = whole;

        arena_init(&arena, limit);
        hive_table_read(&r, &arena, &table);
        assert_true(r.bad);
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_tables_as_the_real_metastore_does),
        cmocka_unit_test(writes_a_database_as_the_real_metastore_does),
        cmocka_unit_test(reads_what_spark_creates),
        cmocka_unit_test(refuses_a_table_that_is_cut_or_too_big),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
