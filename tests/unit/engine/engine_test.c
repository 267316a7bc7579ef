/* SPDX-License-Identifier: Apache-2.0 */
/* engine_test.c - an engine that is locked before anybody asks it anything. */
#include "engine/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "support/engine_fixture.h"

static void is_the_version_that_it_was_made_for(void **state)
{
    const struct engine_fixture *fixture = *state;
    assert_string_equal(engine_version(fixture->engine), ENGINE_VERSION);
    assert_string_equal(engine_time_zone(fixture->engine), "Europe/Paris");
}

static void refuses_the_rest_of_the_machine(void **state)
{
    struct engine_fixture *fixture = *state;
    static const char *const statements[] = {
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/hostname')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_parquet('/etc/passwd')",
        "SELECT * FROM read_parquet('%s/../../etc/passwd')",
        "SELECT * FROM read_text('%s/../../etc/passwd')",
        "SELECT * FROM read_json('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_text('http://127.0.0.1:1/x')",
        "COPY (SELECT 1) TO '/tmp/steelthread-engine-escaped'",
        "COPY (SELECT 1) TO '%s/../steelthread-engine-escaped'",
        "EXPORT DATABASE '/tmp/steelthread-engine-escaped'",
        "ATTACH '/tmp/steelthread-engine-escaped.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '/tmp/x.duckdb_extension'",
        "PRAGMA enable_profiling",
        "PRAGMA threads=1",
        "SET memory_limit='100GB'",
        "SET enable_external_access=true",
        "SET lock_configuration=false",
        "SET allowed_directories=['/']",
        "SET TimeZone='UTC'",
        "RESET allowed_directories",
        "SET temp_directory='/etc'",
        "CREATE SECRET s (TYPE s3)",
    };
    for (size_t i = 0; i < COUNT_OF(statements); i++) {
        struct err err = {0};
        char sql[256];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(sql, sizeof(sql), statements[i], fixture->dir);
#pragma GCC diagnostic pop
        if (query_run(fixture->query, span_of(sql), NULL, &err))
            fail_msg("not refused: %s", sql);
        assert_int_not_equal(query_fault(fixture->query), QUERY_OK);
        assert_int_not_equal(query_fault(fixture->query), QUERY_INTERNAL);
        assert_true(err.text[0] != '\0');
    }
}

static void reads_and_writes_in_the_allowed_folder(void **state)
{
    struct engine_fixture *fixture = *state;
    char sql[256];
    (void)snprintf(sql, sizeof(sql), "COPY (SELECT 42 AS a) TO '%s/allowed.parquet'", fixture->dir);
    engine_fixture_run(fixture, sql);
    (void)snprintf(sql, sizeof(sql), "SELECT a FROM read_parquet('%s/allowed.parquet')",
                   fixture->dir);
    assert_string_equal(engine_fixture_ask(fixture, sql), "42");
}

static void a_query_past_the_memory_limit_fails_alone(void **state)
{
    struct engine_fixture *fixture = *state;
    struct err err = {0};
    const char *greedy = "SELECT count(*) FROM (SELECT DISTINCT repeat(i::varchar, 20) AS s "
                         "FROM range(20000000) t(i))";
    assert_false(query_run(fixture->query, span_of(greedy), NULL, &err));
    assert_int_equal(query_fault(fixture->query), QUERY_MEMORY);
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_string_equal(engine_fixture_ask(fixture, "SELECT 1"), "1");
}

static void large_queries_spill_where_they_may(void **state)
{
    const struct engine_fixture *fixture = *state;
    struct err err = {0};
    char temp[128];
    (void)snprintf(temp, sizeof(temp), "%s/spill", fixture->dir);
    const struct engine_config config = {
        .memory_bytes = 64 << 20, .thread_count = 1, .temp_dir = temp};
    struct engine *engine = engine_open(&config, &err);
    assert_non_null(engine);
    struct query *query = query_open(engine, &err);
    const char *sql = "SELECT count(*) FROM (SELECT repeat(i::varchar, 8) AS s "
                      "FROM range(2000000) t(i) ORDER BY hash(i) OFFSET 10)";
    if (!query_run(query, span_of(sql), NULL, &err))
        fail_msg("%s", err.text);
    query_close(query);
    engine_close(engine);
}

static void an_unknown_zone_is_named(void **state)
{
    (void)state;
    struct err err = {0};
    const struct engine_config config = {.time_zone = "Mars/Olympus"};
    assert_null(engine_open(&config, &err));
    assert_int_equal(err.kind, ERR_MALFORMED);
    assert_non_null(strstr(err.text, "Mars/Olympus"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_version_that_it_was_made_for),
        cmocka_unit_test(refuses_the_rest_of_the_machine),
        cmocka_unit_test(reads_and_writes_in_the_allowed_folder),
        cmocka_unit_test(a_query_past_the_memory_limit_fails_alone),
        cmocka_unit_test(large_queries_spill_where_they_may),
        cmocka_unit_test(an_unknown_zone_is_named),
    };
    return cmocka_run_group_tests(tests, engine_fixture_open, engine_fixture_close);
}
