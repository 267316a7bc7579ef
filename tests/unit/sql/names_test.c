/* SPDX-License-Identifier: Apache-2.0 */
/* names_test.c - LIKE patterns, and what a missing name is called. */
#include "sql/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static void matches_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *pattern;
        char escape;
        bool matches;
    } rows[] = {
        {"nation", "n%", 0, true},
        {"nation", "%n", 0, true},
        {"nation", "%ti%", 0, true},
        {"nation", "n_tion", 0, true},
        {"nation", "n__tion", 0, false},
        {"nation", "nation", 0, true},
        {"nation", "natio", 0, false},
        {"nation", "", 0, false},
        {"", "", 0, true},
        {"", "%%", 0, true},
        {"", "_", 0, false},
        {"Nation", "nation", 0, false},
        {"a%b", "a\\%b", '\\', true},
        {"axb", "a\\%b", '\\', false},
        {"a_b", "a!_b", '!', true},
        {"axb", "a!_b", '!', false},
        {"a\\b", "a\\b", 0, true},
        {"aaab", "%a%ab", 0, true},
        {"abcabd", "%ab_", 0, true},
        {"\xc3\xa9t\xc3\xa9", "_t_", 0, true},
        {"\xc3\xa9t\xc3\xa9", "__t__", 0, false},
        {"x", "\\", '\\', false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (names_like(rows[i].text, rows[i].pattern, rows[i].escape) != rows[i].matches)
            fail_msg("%s like %s", rows[i].text, rows[i].pattern);
}

/* Trino says where, Presto does not, each in its own words. */
static void says_what_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        const char *words;
        int line;
    } rows[] = {
        {"X-Trino-User", "Table 'hive.s.t' does not exist", 3},
        {"X-Presto-User", "Table hive.s.t does not exist", 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct presto_header user = {span_of(rows[i].header), span_of("ann")};
        const struct names_path path = {"hive", "s", "t", 3, 7, true};
        struct err err = {0};
        struct run *run = run_create(span_of("x"), &user, 1, false, &err);
        assert_non_null(run);
        assert_false(names_no_table(run, &path));
        assert_int_equal(run->fault.name, FAULT_TABLE_NOT_FOUND);
        assert_string_equal(run->fault.err.text, rows[i].words);
        assert_int_equal(run->fault.err.line, rows[i].line);
        run_close(run);
    }
}

/* What is not said is the session's; in Hive's dialect there is always a schema. */
static void completes_names_from_the_session(void **state)
{
    (void)state;
    const struct presto_header headers[] = {{span_of("X-Trino-User"), span_of("ann")},
                                            {span_of("X-Trino-Catalog"), span_of("system")}};
    const struct statement_name bare = {.table = "t"};
    const struct statement_name full = {.catalog = "c", .schema = "s", .table = "t"};
    struct names_path path;
    struct err err = {0};
    struct run *run = run_create(span_of("x"), headers, 2, false, &err);

    assert_non_null(run);
    assert_false(names_resolve(run, &bare, &path));
    assert_int_equal(run->fault.name, FAULT_MISSING_SCHEMA_NAME);
    assert_true(names_resolve(run, &full, &path));
    assert_string_equal(path.catalog, "c");
    assert_string_equal(path.schema, "s");
    assert_false(names_check_catalog(run, &path));
    assert_int_equal(run->fault.name, FAULT_CATALOG_NOT_FOUND);
    run_close(run);

    run = run_create(span_of("x"), headers, 1, true, &err);
    assert_non_null(run);
    assert_true(names_resolve(run, &bare, &path));
    assert_string_equal(path.catalog, "hive");
    assert_string_equal(path.schema, "default");
    run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_patterns),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(completes_names_from_the_session),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
