/* SPDX-License-Identifier: Apache-2.0 */
/* parquet_test.c - records in, a file out, and every record counted. */
#include "engine/parquet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "engine/schema.h"
#include "support/engine_fixture.h"

#define TEXT "from_json(spark_text(value))"

static struct parquet_record record(const char *value, int64_t offset)
{
    return (struct parquet_record){
        .value = value == NULL ? (struct span){0} : span_of(value),
        .topic = span_of("events"),
        .offset = offset,
        .timestamp_ms = 1792000000000 + offset,
    };
}

static struct parquet *open_plan(struct engine_fixture *fixture, const char *sql,
                                 const struct span *fields, size_t count)
{
    struct err err = {0};
    struct parquet_plan plan = {sql, fields, count};
    struct parquet *parquet = parquet_open(fixture->engine, &plan, &err);
    if (parquet == NULL)
        fail_msg("%s", err.text);
    return parquet;
}

static struct parquet_outcome write_file(struct engine_fixture *fixture, struct parquet *parquet,
                                         const struct parquet_record *records, size_t count,
                                         const char *name)
{
    struct err err = {0};
    struct parquet_outcome outcome = {0};
    const struct parquet_pair metadata[] = {{"steelthread.offsets", "{\"events\":{\"0\":[0,'5']}}"},
                                            {"batch", "0"}};
    struct parquet_batch batch = {records, count, engine_fixture_path(fixture, name), metadata,
                                  COUNT_OF(metadata)};
    if (!parquet_write(parquet, &batch, &outcome, &err))
        fail_msg("%s", err.text);
    return outcome;
}

static const char *ask_file(struct engine_fixture *fixture, const char *what, const char *name,
                            const char *rest)
{
    char sql[1024];
    (void)snprintf(sql, sizeof(sql), "SELECT %s FROM read_parquet('%s')%s", what,
                   engine_fixture_path(fixture, name), rest);
    return engine_fixture_ask(fixture, sql);
}

static void the_lectures_filter_gives_the_lectures_columns(void **state)
{
    struct engine_fixture *fixture = *state;
    struct span fields[] = {span_of("Accept"), span_of("Host"), span_of("User-Agent"),
                            span_of("event_type")};
    struct parquet *parquet = open_plan(
        fixture,
        "SELECT raw AS \"raw_event\", spark_timestamp_text(timezone('Europe/Paris', ts)) AS "
        "\"timestamp\", "
        "j.f0 AS \"Accept\", j.f1 AS \"Host\", j.f2 AS \"User-Agent\", j.f3 AS \"event_type\" "
        "FROM (SELECT spark_text(value) AS raw, timestamp AS ts, " TEXT
        " AS j FROM kafka_source()) "
        "WHERE j.f3 = 'purchase_sword'",
        fields, COUNT_OF(fields));
    struct parquet_record records[] = {
        record("{\"event_type\":\"purchase_sword\",\"Host\":\"h\",\"User-Agent\":\"ab/2.3\"}", 0),
        record("{\"event_type\":\"default\"}", 1),
        record("not json", 2),
        record(NULL, 3),
        record("", 4),
        record("{\"event_type\":\"purchase_sword\",\"Host\":\"\\u00e9\"}", 5),
    };
    struct parquet_outcome outcome =
        write_file(fixture, parquet, records, COUNT_OF(records), "lecture.parquet");
    assert_int_equal(outcome.records_read, 6);
    assert_int_equal(outcome.rows_written, 2);
    assert_int_equal(outcome.malformed, 2); /* "not json" and the empty one; NULL is no text */

    assert_string_equal(ask_file(fixture, "\"User-Agent\"", "lecture.parquet", " LIMIT 1"),
                        "ab/2.3");
    assert_string_equal(ask_file(fixture, "timestamp", "lecture.parquet", " LIMIT 1"),
                        "2026-10-14 19:46:40");
    assert_string_equal(ask_file(fixture, "timestamp || Host", "lecture.parquet", " OFFSET 1"),
                        "2026-10-14 19:46:40.005\xC3\xA9");
    assert_string_equal(ask_file(fixture, "Accept IS NULL", "lecture.parquet", " LIMIT 1"), "true");

    char sql[512];
    (void)snprintf(
        sql, sizeof(sql),
        "SELECT decode(value) FROM parquet_kv_metadata('%s') WHERE key = 'steelthread.offsets'",
        engine_fixture_path(fixture, "lecture.parquet"));
    assert_string_equal(engine_fixture_ask(fixture, sql), "{\"events\":{\"0\":[0,'5']}}");
    (void)snprintf(sql, sizeof(sql), "SELECT DISTINCT compression FROM parquet_metadata('%s')",
                   engine_fixture_path(fixture, "lecture.parquet"));
    assert_string_equal(engine_fixture_ask(fixture, sql), "SNAPPY");
    parquet_close(parquet);
}

static void every_column_of_the_source_is_there(void **state)
{
    struct engine_fixture *fixture = *state;
    struct parquet *parquet = open_plan(fixture, "SELECT * FROM kafka_source()", NULL, 0);
    struct parquet_record records[] = {record("v", 7), record(NULL, 8)};
    records[0].key = span_of("");
    records[0].partition = 3;
    records[1].timestamp_type = 1;
    records[1].timestamp_ms = -1;
    struct parquet_outcome outcome = write_file(fixture, parquet, records, 2, "all.parquet");
    assert_int_equal(outcome.rows_written, 2);
    assert_int_equal(outcome.malformed, 0);
    assert_string_equal(
        ask_file(fixture, "[key, value]::VARCHAR || topic || partition", "all.parquet", " LIMIT 1"),
        "['', v]events3");
    assert_string_equal(
        ask_file(fixture,
                 "[key, value]::VARCHAR || \"offset\" || timestampType || epoch_us(timestamp)",
                 "all.parquet", " OFFSET 1"),
        "[NULL, NULL]81-1000");
    assert_string_equal(ask_file(fixture, "typeof(timestamp)", "all.parquet", " LIMIT 1"),
                        "TIMESTAMP WITH TIME ZONE");
    parquet_close(parquet);
}

static void no_row_leaves_no_file(void **state)
{
    struct engine_fixture *fixture = *state;
    struct parquet *parquet =
        open_plan(fixture, "SELECT topic FROM kafka_source() WHERE partition = 9", NULL, 0);
    struct parquet_record records[] = {record("v", 7)};
    struct parquet_outcome outcome = write_file(fixture, parquet, records, 1, "no.parquet");
    assert_int_equal(outcome.records_read, 1);
    assert_int_equal(outcome.rows_written, 0);
    assert_int_equal(access(engine_fixture_path(fixture, "no.parquet"), F_OK), -1);
    outcome = write_file(fixture, parquet, NULL, 0, "no.parquet");
    assert_int_equal(outcome.rows_written, 0);
    assert_int_equal(access(engine_fixture_path(fixture, "no.parquet"), F_OK), -1);
    parquet_close(parquet);
}

/* Each record goes through from_json once, however often its columns are used. */
static void many_records_keep_their_order_and_are_counted_once(void **state)
{
    struct engine_fixture *fixture = *state;
    enum { COUNT = 50000 };
    struct span field = span_of("n");
    struct parquet *parquet =
        open_plan(fixture,
                  "SELECT j.f0 AS n, j.f0 AS m FROM (SELECT " TEXT " AS j, partition AS p "
                  "FROM kafka_source()) WHERE j.f0 <> '7' AND p = 0 OR j.f0 IS NULL",
                  &field, 1);
    struct parquet_record *records = mem_new_array(COUNT, sizeof(*records));
    char *bytes = mem_new_array(COUNT, 16);
    for (size_t i = 0; i < COUNT; i++) {
        char *value = bytes + i * 16;
        (void)snprintf(value, 16, i % 10 == 3 ? "{\"n\":%zu" : "{\"n\":%zu}", i);
        records[i] = record(value, (int64_t)i);
    }
    struct parquet_outcome outcome = write_file(fixture, parquet, records, COUNT, "many.parquet");
    assert_int_equal(outcome.records_read, COUNT);
    assert_int_equal(outcome.rows_written, COUNT - 1);
    assert_int_equal(outcome.malformed, COUNT / 10);
    assert_string_equal(ask_file(fixture, "count(*) || '/' || count(n) || '/' || sum(n::BIGINT)",
                                 "many.parquet", ""),
                        "49999/44999/1124984993");
    assert_string_equal(
        ask_file(
            fixture,
            "count(*) FROM (SELECT n::BIGINT n, lag(n::BIGINT) OVER (ORDER BY file_row_number) p",
            "many.parquet", " ) WHERE p >= n"),
        "0");
    outcome =
        write_file(fixture, parquet, records, 10, "few.parquet"); /* the next batch starts anew */
    assert_int_equal(outcome.rows_written, 9);
    assert_int_equal(outcome.malformed, 1);
    mem_free(bytes);
    mem_free(records);
    parquet_close(parquet);
}

static void jobs_do_not_see_each_other(void **state)
{
    struct engine_fixture *fixture = *state;
    struct span a = span_of("a");
    struct span b = span_of("b");
    struct parquet *first = open_plan(
        fixture, "SELECT j.f0 AS x FROM (SELECT " TEXT " AS j FROM kafka_source())", &a, 1);
    struct parquet *second = open_plan(
        fixture, "SELECT j.f0 AS x FROM (SELECT " TEXT " AS j FROM kafka_source())", &b, 1);
    struct parquet_record one = record("{\"a\":\"1\",\"b\":\"2\"}", 0);
    (void)write_file(fixture, first, &one, 1, "a.parquet");
    (void)write_file(fixture, second, &one, 1, "b.parquet");
    assert_string_equal(ask_file(fixture, "x", "a.parquet", ""), "1");
    assert_string_equal(ask_file(fixture, "x", "b.parquet", ""), "2");
    parquet_close(first);
    parquet_close(second);
}

static void bytes_that_are_no_utf8_become_replacement_characters(void **state)
{
    struct engine_fixture *fixture = *state;
    struct span field = span_of("a");
    struct parquet *parquet = open_plan(
        fixture, "SELECT spark_text(value) AS v, " TEXT ".f0 AS a FROM kafka_source()", &field, 1);
    struct parquet_record one =
        record("{\"a\":\"x\xFF and long enough to be no inline string\"}", 0);
    (void)write_file(fixture, parquet, &one, 1, "utf8.parquet");
    assert_string_equal(ask_file(fixture, "a", "utf8.parquet", ""),
                        "x\xEF\xBF\xBD and long enough to be no inline string");
    parquet_close(parquet);
}

static void a_plan_that_does_not_bind_is_refused_at_once(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    struct parquet_plan plan = {.sql = "SELECT nope FROM kafka_source()"};
    assert_null(parquet_open(fixture->engine, &plan, &err));
    assert_non_null(strstr(err.text, "nope"));
}

static void a_path_outside_the_allowed_folder_is_refused(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    struct parquet_outcome outcome;
    struct parquet *parquet = open_plan(fixture, "SELECT topic FROM kafka_source()", NULL, 0);
    struct parquet_record one = record("v", 0);
    struct parquet_batch batch = {&one, 1, "/tmp/steelthread-engine-escaped.parquet", NULL, 0};
    assert_false(parquet_write(parquet, &batch, &outcome, &err));
    assert_int_equal(err.kind, ERR_UNSUPPORTED);
    assert_int_equal(access(batch.path, F_OK), -1);
    parquet_close(parquet);
}

static void a_disk_that_refuses_is_an_error_and_leaves_no_file(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    struct parquet_outcome outcome;
    struct parquet *parquet =
        open_plan(fixture, "SELECT value, \"offset\" FROM kafka_source()", NULL, 0);
    enum { COUNT = 5000 };
    struct parquet_record *records = mem_new_array(COUNT, sizeof(*records));
    char *bytes = mem_new_array(COUNT, 64);
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(bytes + i * 64, 64, "%zu %zu", i * 2654435761u, i * i * 40503u);
        records[i] = record(bytes + i * 64, (int64_t)i);
    }
    struct parquet_batch batch = {records, COUNT, engine_fixture_path(fixture, "full.parquet"),
                                  NULL, 0};

    struct rlimit before;
    struct rlimit small = {.rlim_cur = 4096};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool ok = parquet_write(parquet, &batch, &outcome, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(ok);
    assert_int_equal(err.kind, ERR_IO);
    assert_int_equal(access(batch.path, F_OK), -1);

    outcome =
        write_file(fixture, parquet, records, COUNT, "full.parquet"); /* when there is room again */
    assert_int_equal(outcome.rows_written, COUNT);
    mem_free(bytes);
    mem_free(records);
    parquet_close(parquet);
}

static void a_schema_is_the_files_own(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    struct schema schema;
    struct arena arena;
    char sql[512];
    (void)snprintf(sql, sizeof(sql),
                   "COPY (SELECT 'x' AS \"User-Agent\", 1.5::DECIMAL(5,2) AS d, [1] AS l, "
                   "{'a': 1, 'B': 'x'} AS r, TIMESTAMPTZ '2026-01-01' AS t) TO '%s'",
                   engine_fixture_path(fixture, "schema.parquet"));
    engine_fixture_run(fixture, sql);
    arena_init(&arena, 1 << 16);
    if (!schema_read(fixture->query, engine_fixture_path(fixture, "schema.parquet"), &schema,
                     &arena, &err))
        fail_msg("%s", err.text);
    assert_int_equal(schema.column_count, 5);
    assert_string_equal(schema.columns[0].name, "User-Agent");
    assert_int_equal(schema.columns[0].type.kind, ENGINE_VARCHAR);
    assert_int_equal(schema.columns[1].type.scale, 2);
    assert_int_equal(schema.columns[2].type.children[0].kind, ENGINE_INTEGER);
    assert_string_equal(schema.columns[3].type.names[1], "B");
    assert_int_equal(schema.columns[4].type.kind, ENGINE_TIMESTAMP_TZ);

    const char *missing = engine_fixture_path(fixture, "missing.parquet");
    assert_false(schema_read(fixture->query, missing, &schema, &arena, &err));
    assert_int_equal(err.kind, ERR_IO);
    assert_non_null(strstr(err.text, missing));
    arena_reset(&arena);
}

static void a_scan_takes_files_of_different_columns(void **state)
{
    struct engine_fixture *fixture = *state;
    struct text sql;
    char paths[2][512];
    const char *const names[] = {"it's one.parquet", "two[1].parquet"};
    const char *const selects[] = {"SELECT 1 AS a, 'x' AS b", "SELECT 'y' AS b, 2 AS c"};
    text_init(&sql, 4096);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "%s", engine_fixture_path(fixture, names[i]));
        text_clear(&sql);
        text_printf(&sql, "COPY (%s) TO ", selects[i]);
        query_quote_text(&sql, span_of(paths[i]));
        engine_fixture_run(fixture, text_string(&sql));
    }
    const char *const both[] = {paths[0], paths[1]};
    text_clear(&sql);
    text_add_string(&sql, "SELECT string_agg(coalesce(a::VARCHAR, '-') || b || "
                          "coalesce(c::VARCHAR, '-'), ' ' ORDER BY b) FROM ");
    schema_scan(&sql, both, 2);
    assert_string_equal(engine_fixture_ask(fixture, text_string(&sql)), "1x- -y2");
    text_reset(&sql);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lectures_filter_gives_the_lectures_columns),
        cmocka_unit_test(every_column_of_the_source_is_there),
        cmocka_unit_test(no_row_leaves_no_file),
        cmocka_unit_test(many_records_keep_their_order_and_are_counted_once),
        cmocka_unit_test(jobs_do_not_see_each_other),
        cmocka_unit_test(bytes_that_are_no_utf8_become_replacement_characters),
        cmocka_unit_test(a_plan_that_does_not_bind_is_refused_at_once),
        cmocka_unit_test(a_path_outside_the_allowed_folder_is_refused),
        cmocka_unit_test(a_disk_that_refuses_is_an_error_and_leaves_no_file),
        cmocka_unit_test(a_schema_is_the_files_own),
        cmocka_unit_test(a_scan_takes_files_of_different_columns),
    };
    return cmocka_run_group_tests(tests, engine_fixture_open, engine_fixture_close);
}
