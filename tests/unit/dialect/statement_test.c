/* SPDX-License-Identifier: Apache-2.0 */
/* statement_test.c - every statement by its head, and the lecture's DDL part by part. */
#include "dialect/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define ARENA_BYTES (8 * 1024 * 1024)

static bool parse(const char *sql, enum trino_dialect dialect, struct statement *statement,
                  struct arena *arena, struct err *err)
{
    arena_init(arena, ARENA_BYTES);
    *err = (struct err){0};
    return statement_parse(span_of(sql), dialect, statement, arena, err);
}

static void text_is(const char *sql, const char *what, const char *got, const char *want)
{
    if (want == NULL ? got != NULL : got == NULL || strcmp(got, want) != 0)
        fail_msg("%s: %s is %s, want %s", sql, what, got == NULL ? "NULL" : got,
                 want == NULL ? "NULL" : want);
}

static void knows_each_statement_by_its_head(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        enum trino_dialect dialect;
        enum statement_kind kind;
        const char *catalog, *schema, *table, *like, *key, *value, *rest;
    } rows[] = {
#define T TRINO_TRINO
#define H TRINO_HIVE
        {"select 1;", T, STATEMENT_QUERY, .rest = "select 1;"},
        {" /* c */ WITH a AS (select 1) select * from a", T, STATEMENT_QUERY,
         .rest = " /* c */ WITH a AS (select 1) select * from a"},
        {"(select 1) union select 2", T, STATEMENT_QUERY, .rest = "(select 1) union select 2"},
        {"values (1)", T, STATEMENT_QUERY, .rest = "values (1)"},
        {"table t", T, STATEMENT_QUERY, .rest = "table t"},
        {"show catalogs", T, STATEMENT_SHOW_CATALOGS, .like = NULL},
        {"SHOW CATALOGS LIKE 'h%';", T, STATEMENT_SHOW_CATALOGS, .like = "h%"},
        {"show schemas", T, STATEMENT_SHOW_SCHEMAS, .like = NULL},
        {"show schemas from Hive like 'd%' escape '\\'", T, STATEMENT_SHOW_SCHEMAS,
         .catalog = "hive", .like = "d%"},
        {"show databases", H, STATEMENT_SHOW_SCHEMAS, .like = NULL},
        {"show databases 'd*'", H, STATEMENT_SHOW_SCHEMAS, .like = "d*"},
        {"show tables", T, STATEMENT_SHOW_TABLES, .like = NULL},
        {"show tables;", H, STATEMENT_SHOW_TABLES, .like = NULL},
        {"show tables in hive.\"Def\"", T, STATEMENT_SHOW_TABLES, .catalog = "hive",
         .schema = "def"},
        {"show tables from default like 's%'", T, STATEMENT_SHOW_TABLES, .schema = "default",
         .like = "s%"},
        {"show columns from t", T, STATEMENT_SHOW_COLUMNS, .table = "t"},
        {"describe sword_purchases;", T, STATEMENT_SHOW_COLUMNS, .table = "sword_purchases"},
        {"desc hive.default.t", T, STATEMENT_SHOW_COLUMNS, .catalog = "hive", .schema = "default",
         .table = "t"},
        {"describe `T`", H, STATEMENT_SHOW_COLUMNS, .table = "t"},
        {"describe input", T, STATEMENT_SHOW_COLUMNS, .table = "input"},
        {"show create table a.b", T, STATEMENT_SHOW_CREATE_TABLE, .schema = "a", .table = "b"},
        {"show functions like 'a%'", T, STATEMENT_SHOW_FUNCTIONS, .like = "a%"},
        {"show session", T, STATEMENT_SHOW_SESSION, .like = NULL},
        {"use hive.default", T, STATEMENT_USE, .catalog = "hive", .schema = "default"},
        {"use default", T, STATEMENT_USE, .schema = "default"},
        {"set session hive.parquet_use_column_names = false", T, STATEMENT_SET_SESSION,
         .key = "hive.parquet_use_column_names", .value = "false"},
        {"set session query_max_run_time = '10m'", T, STATEMENT_SET_SESSION,
         .key = "query_max_run_time", .value = "10m"},
        {"set session a = -3", T, STATEMENT_SET_SESSION, .key = "a", .value = "-3"},
        {"reset session a.b", T, STATEMENT_RESET_SESSION, .key = "a.b"},
        {"prepare p1 from select * from t where a = ? ;", T, STATEMENT_PREPARE, .key = "p1",
         .rest = "select * from t where a = ?"},
        {"execute p1 using 3, 'a;b'", T, STATEMENT_EXECUTE, .key = "p1", .rest = "3, 'a;b'"},
        {"execute p1", T, STATEMENT_EXECUTE, .key = "p1"},
        {"execute immediate 'select ''x'', ?' using 1", T, STATEMENT_EXECUTE_IMMEDIATE,
         .value = "select 'x', ?", .rest = "1"},
        {"deallocate prepare p1", T, STATEMENT_DEALLOCATE, .key = "p1"},
        {"explain select 1", T, STATEMENT_EXPLAIN, .rest = "select 1"},
        {"explain (type validate) select 1", T, STATEMENT_EXPLAIN,
         .rest = "(type validate) select 1"},
        {"start transaction read only", T, STATEMENT_START_TRANSACTION, .rest = "read only"},
        {"commit work", T, STATEMENT_COMMIT, .like = NULL},
        {"rollback", T, STATEMENT_ROLLBACK, .like = NULL},
        {"drop table if exists a.b", T, STATEMENT_DROP_TABLE, .schema = "a", .table = "b"},
        {"drop table `t`", H, STATEMENT_DROP_TABLE, .table = "t"},
        {"create schema if not exists hive.s1 with (location = 'file:///x')", T,
         STATEMENT_CREATE_SCHEMA, .catalog = "hive", .schema = "s1"},
        {"create database d comment \"c\" location '/x'", H, STATEMENT_CREATE_SCHEMA,
         .schema = "d"},
        {"drop schema if exists s1 cascade", T, STATEMENT_DROP_SCHEMA, .schema = "s1"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct statement s;
        struct arena arena;
        struct err err;
        if (!parse(rows[i].sql, rows[i].dialect, &s, &arena, &err))
            fail_msg("%s: %d:%d: %s", rows[i].sql, err.line, err.column, err.text);
        assert_int_equal(s.kind, rows[i].kind);
        text_is(rows[i].sql, "catalog", s.name.catalog, rows[i].catalog);
        text_is(rows[i].sql, "schema", s.name.schema, rows[i].schema);
        text_is(rows[i].sql, "table", s.name.table, rows[i].table);
        text_is(rows[i].sql, "like", s.like, rows[i].like);
        text_is(rows[i].sql, "key", s.key, rows[i].key);
        text_is(rows[i].sql, "value", s.value, rows[i].value);
        if (!span_is(s.rest, rows[i].rest == NULL ? "" : rows[i].rest))
            fail_msg("%s: rest is '%.*s'", rows[i].sql, (int)s.rest.size,
                     (const char *)s.rest.data);
        arena_reset(&arena);
    }
}

static const char lecture[] =
    "create external table if not exists default.sword_purchases (\n"
    "    Accept string,\n    Host string,\n    User_Agent string,\n    event_type string,\n"
    "    timestamp string,\n    raw_event string\n  )\n  stored as parquet \n"
    "  location '/tmp/sword_purchases'\n  tblproperties (\"parquet.compress\"=\"SNAPPY\");\n";

static void reads_the_lectures_table_in_every_dialect(void **state)
{
    (void)state;
    static const char *const names[] = {"accept",     "host",      "user_agent",
                                        "event_type", "timestamp", "raw_event"};
    for (int dialect = TRINO_TRINO; dialect <= TRINO_HIVE; dialect++) {
        struct statement s;
        struct arena arena;
        struct err err;
        if (!parse(lecture, (enum trino_dialect)dialect, &s, &arena, &err))
            fail_msg("%d:%d: %s", err.line, err.column, err.text);
        assert_int_equal(s.kind, STATEMENT_CREATE_TABLE);
        assert_true(s.external && s.if_not_exists);
        assert_null(s.name.catalog);
        assert_string_equal(s.name.schema, "default");
        assert_string_equal(s.name.table, "sword_purchases");
        assert_int_equal(s.column_count, COUNT_OF(names));
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            assert_string_equal(s.columns[i].name, names[i]);
            assert_string_equal(s.columns[i].type, "string");
            assert_null(s.columns[i].comment);
        }
        assert_string_equal(s.location, "/tmp/sword_purchases");
        assert_int_equal(s.property_count, 1);
        assert_string_equal(s.properties[0].key, "parquet.compress");
        assert_string_equal(s.properties[0].value, "SNAPPY");
        arena_reset(&arena);
    }
}

static void reads_hives_types_and_clauses(void **state)
{
    (void)state;
    struct statement s;
    struct arena arena;
    struct err err;
    const char *sql =
        "CREATE TABLE `Db`.`T` (`A b` INTEGER COMMENT 'it\\'s', b decimal, c DECIMAL(10, 2), "
        "d varchar( 20 ), e array<struct<X:int,y:map<string,array<bigint>>>>, f double precision, "
        "g timestamp, h binary) comment \"all\" partitioned by (p string comment 'q', r date) "
        "stored as PARQUET tblproperties ('a'='1', \"b\" = '') location \"s3://b/p\"";
    if (!parse(sql, TRINO_HIVE, &s, &arena, &err))
        fail_msg("%d:%d: %s", err.line, err.column, err.text);
    static const char *const types[] = {"int",
                                        "decimal(10,0)",
                                        "decimal(10,2)",
                                        "varchar(20)",
                                        "array<struct<x:int,y:map<string,array<bigint>>>>",
                                        "double",
                                        "timestamp",
                                        "binary"};
    assert_int_equal(s.column_count, COUNT_OF(types));
    for (size_t i = 0; i < COUNT_OF(types); i++)
        assert_string_equal(s.columns[i].type, types[i]);
    assert_string_equal(s.columns[0].name, "a b");
    assert_string_equal(s.columns[0].comment, "it's");
    assert_false(s.external);
    assert_string_equal(s.comment, "all");
    assert_int_equal(s.partition_count, 2);
    assert_string_equal(s.partitions[1].type, "date");
    assert_string_equal(s.location, "s3://b/p");
    assert_int_equal(s.property_count, 2);
    assert_string_equal(s.properties[1].value, "");
    arena_reset(&arena);
}

static void says_what_it_does_not_take_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        enum err_kind kind;
        int line, column;
        const char *says;
    } rows[] = {
        {"", ERR_MALFORMED, 1, 1, "mismatched input '<EOF>'"},
        {"selec 1", ERR_MALFORMED, 1, 1, "mismatched input 'selec'"},
        {"show create schema tiny", ERR_UNSUPPORTED, 1, 13, "SHOW CREATE"},
        {"show nothing", ERR_MALFORMED, 1, 6, "mismatched input 'nothing'. Expecting: 'CATALOGS'"},
        {"show stats for t", ERR_UNSUPPORTED, 1, 6, "SHOW"},
        {"insert into t values (1)", ERR_UNSUPPORTED, 1, 1, "insert is not supported"},
        {"create view v as select 1", ERR_UNSUPPORTED, 1, 8, "CREATE of anything"},
        {"create table t as select 1", ERR_UNSUPPORTED, 1, 16, "CREATE TABLE AS"},
        {"create table t (a int) stored as orc", ERR_UNSUPPORTED, 1, 34, "STORED AS orc"},
        {"create table t (a int)", ERR_UNSUPPORTED, 1, 14, "not STORED AS PARQUET"},
        {"create table t (a int)\n row format delimited", ERR_UNSUPPORTED, 2, 2, "row"},
        {"create table t (a int) stored as parquet stored as parquet", ERR_UNSUPPORTED, 1, 42,
         "stands twice"},
        {"create table t (a uniontype<int>)", ERR_UNSUPPORTED, 1, 19, "Unknown type 'uniontype'"},
        {"create table t (a int, A string) stored as parquet", ERR_MALFORMED, 1, 24,
         "specified more than once"},
        {"create table t (a int,) stored as parquet", ERR_MALFORMED, 1, 23, "<identifier>"},
        {"create table t (a varchar) stored as parquet", ERR_MALFORMED, 1, 26, "'('"},
        {"create table a.b.c.d (a int) stored as parquet", ERR_MALFORMED, 1, 20, "Too many parts"},
        {"use", ERR_MALFORMED, 1, 4, "<identifier>"},
        {"use a.b.c", ERR_MALFORMED, 1, 8, "<EOF>"},
        {"set time zone 'UTC'", ERR_UNSUPPORTED, 1, 5, "SET without SESSION"},
        {"set session a = b + 1", ERR_MALFORMED, 1, 19, "<EOF>"},
        {"show tables; show tables", ERR_MALFORMED, 1, 14, "<EOF>"},
        {"describe 'x'", ERR_MALFORMED, 1, 10, "<identifier>"},
        {"describe extended t", ERR_UNSUPPORTED, 1, 10, "DESCRIBE"},
        {"select 'open", ERR_MALFORMED, 1, 8, "not closed"},
        {"select /* open", ERR_MALFORMED, 1, 8, "not closed"},
        {"select \xFF", ERR_MALFORMED, 1, 1, "UTF-8"},
        {"describe `t`", ERR_MALFORMED, 1, 10, "double quotes"},
        {"show tables like 'a' escape 'bc'", ERR_MALFORMED, 1, 29, "single character"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct statement s;
        struct arena arena;
        struct err err;
        if (parse(rows[i].sql, TRINO_TRINO, &s, &arena, &err))
            fail_msg("taken: %s", rows[i].sql);
        if (err.kind != rows[i].kind || err.line != rows[i].line || err.column != rows[i].column ||
            strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: kind %d at %d:%d: %s", rows[i].sql, err.kind, err.line, err.column,
                     err.text);
        arena_reset(&arena);
    }
}

static void columns_count_characters_not_bytes(void **state)
{
    (void)state;
    struct statement s;
    struct arena arena;
    struct err err;
    assert_false(parse("show /* \xC3\xA9\xF0\x9F\x98\x80 */ x", TRINO_TRINO, &s, &arena, &err));
    assert_int_equal(err.column, 15);
    arena_reset(&arena);
}

static void a_statement_has_a_largest_size_and_depth(void **state)
{
    (void)state;
    struct statement s;
    struct arena arena;
    struct err err = {0};
    struct text sql;
    text_init(&sql, 4 << 20);
    for (int i = 0; i <= STATEMENT_BYTES_MAX; i++)
        text_add_char(&sql, ' ');
    arena_init(&arena, ARENA_BYTES);
    assert_false(statement_parse(text_span(&sql), TRINO_TRINO, &s, &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);

    text_clear(&sql);
    text_add_string(&sql, "create table t (a ");
    for (int i = 0; i < 100; i++)
        text_add_string(&sql, "array<");
    assert_false(statement_parse(text_span(&sql), TRINO_HIVE, &s, &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);

    text_clear(&sql);
    text_add_string(&sql, "create table t (");
    for (int i = 0; i <= STATEMENT_COLUMNS_MAX; i++)
        text_printf(&sql, "c%d int, ", i);
    assert_false(statement_parse(text_span(&sql), TRINO_HIVE, &s, &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    arena_reset(&arena);
    text_reset(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_each_statement_by_its_head),
        cmocka_unit_test(reads_the_lectures_table_in_every_dialect),
        cmocka_unit_test(reads_hives_types_and_clauses),
        cmocka_unit_test(says_what_it_does_not_take_and_where),
        cmocka_unit_test(columns_count_characters_not_bytes),
        cmocka_unit_test(a_statement_has_a_largest_size_and_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
