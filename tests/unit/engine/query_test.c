/* SPDX-License-Identifier: Apache-2.0 */
/* query_test.c - cells of every type, every kind of failure, and a cancel that is not forgotten. */
#include "engine/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "support/engine_fixture.h"

static struct query_cells first_cell(struct engine_fixture *fixture, const char *sql)
{
    struct err err = {0};
    if (!query_start(fixture->query, span_of(sql), &err) || !query_next(fixture->query, &err))
        fail_msg("%s: %s", sql, err.text);
    assert_true(query_row_count(fixture->query) > 0);
    return query_cells(fixture->query, 0);
}

static void reads_whole_numbers_and_times(void **state)
{
    static const struct {
        const char *sql;
        enum engine_kind kind;
        int precision;
        int64_t value;
    } rows[] = {
        {"SELECT true", ENGINE_BOOLEAN, 0, 1},
        {"SELECT (-7)::TINYINT", ENGINE_TINYINT, 0, -7},
        {"SELECT (-300)::SMALLINT", ENGINE_SMALLINT, 0, -300},
        {"SELECT 70000::INTEGER", ENGINE_INTEGER, 0, 70000},
        {"SELECT 9007199254740993::BIGINT", ENGINE_BIGINT, 0, INT64_C(9007199254740993)},
        {"SELECT 255::UTINYINT", ENGINE_SMALLINT, 0, 255},
        {"SELECT 65535::USMALLINT", ENGINE_INTEGER, 0, 65535},
        {"SELECT 4294967295::UINTEGER", ENGINE_BIGINT, 0, INT64_C(4294967295)},
        {"SELECT DATE '1969-12-31'", ENGINE_DATE, 0, -1},
        {"SELECT TIME '01:02:03.456'", ENGINE_TIME, 6, INT64_C(3723456000)},
        {"SELECT TIMESTAMP '1970-01-02 00:00:00.000001'", ENGINE_TIMESTAMP, 6,
         INT64_C(86400000001)},
        {"SELECT '1970-01-01 00:00:01.234'::TIMESTAMP_MS", ENGINE_TIMESTAMP, 3, 1234},
        {"SELECT '1970-01-01 00:00:09'::TIMESTAMP_S", ENGINE_TIMESTAMP, 0, 9},
        {"SELECT '1970-01-01 00:00:00.000000007'::TIMESTAMP_NS", ENGINE_TIMESTAMP, 9, 7},
        {"SELECT TIMESTAMPTZ '1970-01-01 00:00:01+00'", ENGINE_TIMESTAMP_TZ, 6, 1000000},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct query_cells cells = first_cell(*state, rows[i].sql);
        assert_int_equal(cells.type->kind, rows[i].kind);
        assert_int_equal(cells.type->precision, rows[i].precision);
        assert_false(query_is_null(&cells, 0));
        assert_int_equal(query_i64(&cells, 0), rows[i].value);
    }
}

static void prints_decimals_and_huge_numbers(void **state)
{
    static const struct {
        const char *sql;
        const char *digits;
    } rows[] = {
        {"SELECT 123.450::DECIMAL(6,3)", "123.450"},
        {"SELECT (-0.05)::DECIMAL(4,2)", "-0.05"},
        {"SELECT 0::DECIMAL(18,2)", "0.00"},
        {"SELECT 7::DECIMAL(3,0)", "7"},
        {"SELECT 12345678901234567890.1234567890::DECIMAL(38,10)",
         "12345678901234567890.1234567890"},
        {"SELECT '-99999999999999999999999999999999999999'::DECIMAL(38,0)",
         "-99999999999999999999999999999999999999"},
        {"SELECT 18446744073709551615::UBIGINT", "18446744073709551615"},
        {"SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) t(x)", "9223372036854775808"},
        {"SELECT (-170141183460469231731687303715884105728)::HUGEINT",
         "-170141183460469231731687303715884105728"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct query_cells cells = first_cell(*state, rows[i].sql);
        char buffer[QUERY_NUMBER_BYTES];
        assert_string_equal(query_number(&cells, 0, buffer), rows[i].digits);
    }
}

static void reads_text_bytes_and_floats(void **state)
{
    struct query_cells cells =
        first_cell(*state, "SELECT 'short', 'longer than twelve bytes', "
                           "'a' || chr(0) || 'b', '\\x00\\xFF'::BLOB, 1.5::FLOAT, "
                           "'nan'::DOUBLE, NULL, INTERVAL '14 months 3 days 5 seconds'");
    struct engine_fixture *fixture = *state;
    assert_true(span_is(query_bytes(&cells, 0), "short"));
    cells = query_cells(fixture->query, 1);
    assert_true(span_is(query_bytes(&cells, 0), "longer than twelve bytes"));
    cells = query_cells(fixture->query, 2);
    assert_true(span_equal(query_bytes(&cells, 0), (struct span){"a\0b", 3}));
    cells = query_cells(fixture->query, 3);
    assert_int_equal(cells.type->kind, ENGINE_VARBINARY);
    assert_true(span_equal(query_bytes(&cells, 0), (struct span){"\0\xFF", 2}));
    cells = query_cells(fixture->query, 4);
    assert_true(query_double(&cells, 0) == 1.5);
    cells = query_cells(fixture->query, 5);
    assert_true(query_double(&cells, 0) != query_double(&cells, 0));
    cells = query_cells(fixture->query, 6);
    assert_true(query_is_null(&cells, 0));
    cells = query_cells(fixture->query, 7);
    struct query_interval interval = query_interval(&cells, 0);
    assert_int_equal(interval.months, 14);
    assert_int_equal(interval.days, 3);
    assert_int_equal(interval.micros, 5000000);
}

static void reads_what_is_nested(void **state)
{
    struct engine_fixture *fixture = *state;
    size_t first = 0;
    size_t count = 0;
    struct query_cells cells =
        first_cell(fixture, "SELECT x FROM (VALUES ([10, 20]), (NULL), ([]), ([30, NULL])) t(x)");
    assert_int_equal(cells.type->kind, ENGINE_ARRAY);
    assert_int_equal(cells.type->children[0].kind, ENGINE_INTEGER);
    assert_true(query_is_null(&cells, 1));
    query_list(&cells, 2, &first, &count);
    assert_int_equal(count, 0);
    query_list(&cells, 3, &first, &count);
    assert_int_equal(count, 2);
    struct query_cells child = query_child(&cells, 0);
    assert_int_equal(query_i64(&child, first), 30);
    assert_true(query_is_null(&child, first + 1));

    cells = first_cell(fixture,
                       "SELECT MAP {'a': 1, 'b': 2}, {'x': 1, 'y': 'z'}, [1, 2, 3]::INTEGER[3]");
    assert_int_equal(cells.type->kind, ENGINE_MAP);
    query_list(&cells, 0, &first, &count);
    assert_int_equal(count, 2);
    child = query_child(&cells, 0);
    assert_true(span_is(query_bytes(&child, first + 1), "b"));
    child = query_child(&cells, 1);
    assert_int_equal(query_i64(&child, first + 1), 2);

    cells = query_cells(fixture->query, 1);
    assert_int_equal(cells.type->kind, ENGINE_ROW);
    assert_string_equal(cells.type->names[1], "y");
    child = query_child(&cells, 1);
    assert_true(span_is(query_bytes(&child, 0), "z"));

    cells = query_cells(fixture->query, 2);
    query_list(&cells, 0, &first, &count);
    assert_int_equal(count, 3);
    child = query_child(&cells, 0);
    assert_int_equal(query_i64(&child, first + 2), 3);
}

static void hands_out_all_rows_chunk_by_chunk(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    int64_t rows = 0;
    int64_t sum = 0;
    int chunks = 0;
    assert_true(query_start(fixture->query,
                            span_of("SELECT i::BIGINT AS i FROM range(100000) t(i)"), &err));
    assert_string_equal(query_column_name(fixture->query, 0), "i");
    for (; query_next(fixture->query, &err) && query_row_count(fixture->query) > 0; chunks++) {
        struct query_cells cells = query_cells(fixture->query, 0);
        for (size_t i = 0; i < query_row_count(fixture->query); i++)
            sum += query_i64(&cells, i);
        rows += (int64_t)query_row_count(fixture->query);
    }
    assert_int_equal(rows, 100000);
    assert_int_equal(sum, INT64_C(99999) * 100000 / 2);
    assert_true(chunks > 1);
    assert_true(query_next(fixture->query, &err)); /* the end stays the end */
    assert_int_equal(query_row_count(fixture->query), 0);
}

static void tells_failures_apart(void **state)
{
    struct engine_fixture *fixture = *state;
    static const struct {
        const char *sql;
        enum query_fault fault;
        enum err_kind kind;
    } rows[] = {
        {"SELEC 1", QUERY_SYNTAX, ERR_MALFORMED},
        {"SELECT 1; SELECT 2", QUERY_INVALID_ARGUMENT, ERR_MALFORMED},
        {"SELECT * FROM nope", QUERY_UNKNOWN_TABLE, ERR_NOT_FOUND},
        {"SELECT nope FROM range(1)", QUERY_UNKNOWN_COLUMN, ERR_NOT_FOUND},
        {"SELECT nope(1)", QUERY_BIND, ERR_MALFORMED},
        {"SELECT 1 + [1]", QUERY_BIND, ERR_MALFORMED},
        {"SELECT trino_divide(i, 0) FROM range(3) t(i)", QUERY_DIVISION_BY_ZERO, ERR_MALFORMED},
        {"SELECT trino_divide(-9223372036854775808, -1)", QUERY_OUT_OF_RANGE, ERR_MALFORMED},
        {"SELECT (2147483647 + i::INTEGER)::INTEGER FROM range(3) t(i)", QUERY_OUT_OF_RANGE,
         ERR_MALFORMED},
        {"SELECT ('x' || i)::INTEGER FROM range(3) t(i)", QUERY_CONVERSION, ERR_MALFORMED},
        {"SELECT trino_parse_whole('x' || i, 100) FROM range(3) t(i)", QUERY_CONVERSION,
         ERR_MALFORMED},
        {"SELECT error('own words')", QUERY_INVALID_ARGUMENT, ERR_MALFORMED},
        {"SELECT * FROM read_text('/etc/passwd')", QUERY_REFUSED, ERR_UNSUPPORTED},
        {"PRAGMA enable_profiling", QUERY_REFUSED, ERR_UNSUPPORTED},
        {"", QUERY_INVALID_ARGUMENT, ERR_MALFORMED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err err = {0};
        if (query_run(fixture->query, span_of(rows[i].sql), NULL, &err))
            fail_msg("it ran: %s", rows[i].sql);
        if (query_fault(fixture->query) != rows[i].fault || err.kind != rows[i].kind)
            fail_msg("%s: fault %d, kind %d: %s", rows[i].sql, query_fault(fixture->query),
                     err.kind, err.text);
        assert_null(strstr(err.text, "LINE 1"));
    }
}

static void names_the_file_that_is_none(void **state)
{
    struct engine_fixture *fixture = *state;
    static const char *const contents[] = {"", "PAR1", "this is certainly no Parquet file at all",
                                           "PAR1 and then much that is none PAR1"};
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        struct err err = {0};
        const char *path = engine_fixture_path(fixture, "none.parquet");
        char sql[512];
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        (void)fputs(contents[i], file);
        (void)fclose(file);
        (void)snprintf(sql, sizeof(sql), "SELECT * FROM read_parquet(['%s'])", path);
        assert_false(query_run(fixture->query, span_of(sql), NULL, &err));
        if (query_fault(fixture->query) != QUERY_FILE)
            fail_msg("%s: fault %d: %s", contents[i], query_fault(fixture->query), err.text);
        assert_string_equal(query_fault_file(fixture->query), path);
    }
}

static void a_cancel_before_the_start_is_not_forgotten(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    query_cancel(fixture->query);
    assert_false(query_start(fixture->query, span_of("SELECT 1"), &err));
    assert_int_equal(query_fault(fixture->query), QUERY_CANCELLED);
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_false(query_start(fixture->query, span_of("SELECT 1"), &err));
    query_rearm(fixture->query);
    assert_string_equal(engine_fixture_ask(fixture, "SELECT 1"), "1");
}

static void a_cancel_between_chunks_ends_the_rows(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    assert_true(query_start(fixture->query, span_of("SELECT * FROM range(10000000)"), &err));
    assert_true(query_next(fixture->query, &err));
    query_cancel(fixture->query);
    assert_false(query_next(fixture->query, &err));
    assert_int_equal(query_fault(fixture->query), QUERY_CANCELLED);
    query_rearm(fixture->query);
}

struct canceller {
    struct query *query;
    int delay_us;
};

static void *cancel_later(void *argument)
{
    const struct canceller *canceller = argument;
    (void)usleep((useconds_t)canceller->delay_us);
    query_cancel(canceller->query);
    return NULL;
}

/* Whenever it comes: before the start, while it starts, while it runs. */
static void a_cancel_ends_a_statement_that_would_run_for_hours(void **state)
{
    struct engine_fixture *fixture = *state;
    for (int i = 0; i < 40; i++) {
        struct err err = {0};
        struct canceller canceller = {fixture->query, i * 100};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, cancel_later, &canceller), 0);
        bool ok = query_run(fixture->query,
                            span_of("SELECT count(*) FROM range(100000000) a, range(100000000) b "
                                    "WHERE hash(a.range + b.range) = 1"),
                            NULL, &err);
        (void)pthread_join(thread, NULL);
        assert_false(ok);
        assert_int_equal(query_fault(fixture->query), QUERY_CANCELLED);
        query_rearm(fixture->query);
    }
    assert_string_equal(engine_fixture_ask(fixture, "SELECT 1"), "1");
}

static void describes_without_running(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    assert_true(query_describe(fixture->query,
                               span_of("SELECT 1 AS a, error('never') AS b, uuid() AS c"), &err));
    assert_int_equal(query_column_count(fixture->query), 3);
    assert_string_equal(query_column_name(fixture->query, 0), "a");
    assert_int_equal(query_column_type(fixture->query, 0)->kind, ENGINE_INTEGER);
    assert_int_equal(query_column_type(fixture->query, 2)->kind, ENGINE_UNKNOWN);
    assert_false(query_start(fixture->query, span_of("SELECT uuid()"), &err));
    assert_int_equal(query_fault(fixture->query), QUERY_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_numbers_and_times),
        cmocka_unit_test(prints_decimals_and_huge_numbers),
        cmocka_unit_test(reads_text_bytes_and_floats),
        cmocka_unit_test(reads_what_is_nested),
        cmocka_unit_test(hands_out_all_rows_chunk_by_chunk),
        cmocka_unit_test(tells_failures_apart),
        cmocka_unit_test(names_the_file_that_is_none),
        cmocka_unit_test(a_cancel_before_the_start_is_not_forgotten),
        cmocka_unit_test(a_cancel_between_chunks_ends_the_rows),
        cmocka_unit_test(a_cancel_ends_a_statement_that_would_run_for_hours),
        cmocka_unit_test(describes_without_running),
    };
    return cmocka_run_group_tests(tests, engine_fixture_open, engine_fixture_close);
}
