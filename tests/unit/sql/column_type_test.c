/* SPDX-License-Identifier: Apache-2.0 */
/* column_type_test.c - Hive's types as Trino shows them and as the engine casts to them. */
#include "sql/column_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

#define BYTES_MAX (1024 * 1024)

static void translates_types_of_hive(void **state)
{
    (void)state;
    static const struct {
        const char *hive;
        const char *trino; /* as DESCRIBE shows it */
        const char *engine;
    } rows[] = {
        {"string", "varchar", "VARCHAR"},
        {"STRING", "varchar", "VARCHAR"},
        {"int", "integer", "INTEGER"},
        {"float", "real", "REAL"},
        {"binary", "varbinary", "BLOB"},
        {"decimal", "decimal(10,0)", "DECIMAL(10, 0)"},
        {"decimal(38)", "decimal(38,0)", "DECIMAL(38, 0)"},
        {"decimal(10,2)", "decimal(10,2)", "DECIMAL(10, 2)"},
        {"varchar(20)", "varchar(20)", "VARCHAR"},
        {"timestamp", "timestamp(3)", "TIMESTAMP_MS"},
        {"array<map<string,int>>", "array(map(varchar, integer))", "MAP(VARCHAR, INTEGER)[]"},
        {"struct<a:int,b:array<double>>", "row(a integer, b array(double))",
         "STRUCT(\"a\" INTEGER, \"b\" DOUBLE[])"},
        {"struct< a : int , B:string >", "row(a integer, \"B\" varchar)",
         "STRUCT(\"a\" INTEGER, \"B\" VARCHAR)"},
    };
    const struct presto_type_style style = {PRESTO_TRINO, true};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena;
        struct presto_type type;
        struct engine_type engine;
        struct presto_type back;
        struct text words;
        struct err err = {0};
        arena_init(&arena, BYTES_MAX);
        text_init(&words, BYTES_MAX);
        assert_true(column_type_from_hive(rows[i].hive, &type, &arena, &err));
        presto_type_display(&words, &type, &style);
        assert_string_equal(text_string(&words), rows[i].trino);
        assert_true(column_type_to_engine(&type, &engine, &arena, &err));
        text_clear(&words);
        column_type_sql(&words, &engine);
        assert_string_equal(text_string(&words), rows[i].engine);
        assert_true(column_type_from_engine(&engine, &back, &arena, &err));
        text_clear(&words);
        presto_type_display(&words, &back, &style);
        assert_string_equal(text_string(&words), rows[i].trino);
        text_reset(&words);
        arena_reset(&arena);
    }
}

static void refuses_what_is_no_type(void **state)
{
    (void)state;
    static const struct {
        const char *hive;
        enum err_kind kind;
    } rows[] = {
        {"", ERR_MALFORMED},
        {"text", ERR_MALFORMED},
        {"array", ERR_MALFORMED},
        {"array<int", ERR_MALFORMED},
        {"array<int>>", ERR_MALFORMED},
        {"map<int>", ERR_MALFORMED},
        {"struct<>", ERR_MALFORMED},
        {"struct<a>", ERR_MALFORMED},
        {"decimal(39)", ERR_MALFORMED},
        {"decimal(0)", ERR_MALFORMED},
        {"decimal(5,6)", ERR_MALFORMED},
        {"decimal(-1)", ERR_MALFORMED},
        {"varchar", ERR_MALFORMED},
        {"varchar(0)", ERR_MALFORMED},
        {"varchar(99999999999)", ERR_MALFORMED},
        {"int int", ERR_MALFORMED},
        {"uniontype<int>", ERR_UNSUPPORTED},
        {"timestamp with local time zone", ERR_UNSUPPORTED},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena;
        struct presto_type type;
        struct err err = {0};
        arena_init(&arena, BYTES_MAX);
        if (column_type_from_hive(rows[i].hive, &type, &arena, &err))
            fail_msg("%s is a type", rows[i].hive);
        assert_int_equal(err.kind, rows[i].kind);
        arena_reset(&arena);
    }

    char deep[PRESTO_TYPE_DEPTH_MAX * 7 + 100] = "";
    struct arena arena;
    struct presto_type type;
    struct err err = {0};
    for (int i = 0; i <= PRESTO_TYPE_DEPTH_MAX; i++)
        (void)snprintf(deep + (size_t)i * 6, 7, "array<");
    arena_init(&arena, BYTES_MAX);
    assert_false(column_type_from_hive(deep, &type, &arena, &err));
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(translates_types_of_hive),
        cmocka_unit_test(refuses_what_is_no_type),
    };
    return cmocka_run_group_tests_name("column_type", tests, NULL, NULL);
}
