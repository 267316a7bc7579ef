/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/sql_split.h"

/* Only a semicolon that is code ends a statement. */
static void ends_a_statement_only_where_code_does(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *statement; /* NULL: not whole yet */
        const char *rest;
        bool hive;
    } rows[] = {
        {"select 1; select 2;", "select 1", " select 2;", false},
        {";", "", "", false},
        {"select 1", NULL, "select 1", false},
        {"select ';';x", "select ';'", "x", false},
        {"select 'it''s;';x", "select 'it''s;'", "x", false},
        {"select \"a;b\";x", "select \"a;b\"", "x", false},
        {"select `a;b`;x", "select `a;b`", "x", true},
        {"select 1 -- no; end\n;x", "select 1 -- no; end\n", "x", false},
        {"select /* ; */ 1;x", "select /* ; */ 1", "x", false},
        {"select 'open;", NULL, "select 'open;", false},
        {"select /* open;", NULL, "select /* open;", false},
        {"select -- open;", NULL, "select -- open;", false},
        {"select 'a\\';b';x", "select 'a\\';b'", "x", true}, /* Hive: an escape */
        {"select 'a\\';b;x", "select 'a\\'", "b;x", false},  /* Presto: a character */
        {"select 5 - 1 / 2;x", "select 5 - 1 / 2", "x", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct span rest = span_of(rows[i].text);
        struct span statement;
        bool whole = sql_split_next(&rest, rows[i].hive, &statement);
        assert_int_equal(whole, rows[i].statement != NULL);
        if (whole)
            assert_true(span_is(statement, rows[i].statement));
        assert_true(span_is(rest, rows[i].rest));
    }
}

static void knows_when_nothing_was_said(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool blank;
    } rows[] = {
        {"", true},           {" \t\r\n", true}, {"-- x", true}, {"/* x */ -- y\n ", true},
        {"/* open", true},    {"x", false},      {"-", false},   {"-- x\ny", false},
        {"/* x */ y", false}, {"''", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(sql_split_is_blank(span_of(rows[i].text)), rows[i].blank);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_a_statement_only_where_code_does),
        cmocka_unit_test(knows_when_nothing_was_said),
    };
    return cmocka_run_group_tests_name("sql_split", tests, NULL, NULL);
}
