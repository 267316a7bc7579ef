/* SPDX-License-Identifier: Apache-2.0 */
/* session_test.c - what a client is told to remember, and prepared statements put together. */
#include "sql/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static struct run *make_run(const char *header, const char *value)
{
    const struct presto_header headers[] = {{span_of("X-Trino-User"), span_of("ann")},
                                            {span_of(header), span_of(value)}};
    struct err err = {0};
    struct run *run = run_create(span_of("x"), headers, 2, false, &err);

    assert_non_null(run);
    return run;
}

static struct statement parse(struct run *run, const char *sql)
{
    struct statement statement = {0};
    struct err err = {0};

    if (!statement_parse(span_of(sql), run->dialect, &statement, &run->arena, &err))
        fail_msg("%s: %s", sql, err.text);
    return statement;
}

/* Parameters go where the marks are, and nowhere else. */
static void puts_parameters_in_place(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        const char *becomes; /* NULL: refused */
    } rows[] = {
        {"EXECUTE IMMEDIATE 'select 1'", "select 1"},
        {"EXECUTE IMMEDIATE 'select ?' USING 3", "select  3 "},
        {"EXECUTE IMMEDIATE 'select ?, ?' USING 'a,b', f(1, 2)", "select  'a,b' , (f(1, 2))"},
        {"EXECUTE IMMEDIATE 'select ''?'', \"?\", ? -- ?' USING 1", "select '?', \"?\",  1  -- ?"},
        {"EXECUTE IMMEDIATE 'select a-? limit?' USING -1 /* one */, 2 -- two",
         "select a-(-1) limit 2 "},
        {"EXECUTE IMMEDIATE 'select ?'", NULL},
        {"EXECUTE IMMEDIATE 'select 1' USING 3", NULL},
        {"EXECUTE IMMEDIATE 'select ?' USING 1, 2", NULL},
        {"EXECUTE p USING 4", "select  4  from t"},
        {"EXECUTE q", NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct run *run = make_run("X-Trino-Prepared-Statement", "p=select+%3F+from+t");
        struct statement statement = parse(run, rows[i].sql);
        struct span sql;
        bool ok = session_execute(run, &statement, &sql);
        assert_int_equal(ok, rows[i].becomes != NULL);
        if (ok && !span_is(sql, rows[i].becomes))
            fail_msg("%.*s", (int)sql.size, (const char *)sql.data);
        if (!ok)
            assert_int_not_equal(run->fault.name, FAULT_NONE);
        run_close(run);
    }
}

static void tells_the_client_what_to_remember(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        const char *header;
        const char *value;
        const char *update_type;
    } rows[] = {
        {"set session hive.parquet_use_column_names = false", "Set-Session",
         "hive.parquet_use_column_names=false", "SET SESSION"},
        {"reset session hive.parquet_use_column_names", "Clear-Session",
         "hive.parquet_use_column_names", "RESET SESSION"},
        {"prepare p1 from select * from nation where nationkey = ?", "Added-Prepare",
         "p1=select+*+from+nation+where+nationkey+%3D+%3F", "PREPARE"},
        {"deallocate prepare p", "Deallocated-Prepare", "p", "DEALLOCATE"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct run *run = make_run("X-Trino-Prepared-Statement", "p=select+1");
        struct statement statement = parse(run, rows[i].sql);
        const struct names_place place = {run, NULL, NULL};
        assert_true(session_statement(&place, &statement));
        assert_int_equal(run->header_count, 1);
        assert_string_equal(run->headers[0].name, rows[i].header);
        assert_string_equal(run->headers[0].value, rows[i].value);
        assert_string_equal(run->update_type, rows[i].update_type);
        run_close(run);
    }
}

/* An unknown property, a value of another type, a statement that is none. */
static void refuses_what_it_does_not_know(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        enum fault_name name;
    } rows[] = {
        {"set session nosuch = 1", FAULT_INVALID_SESSION_PROPERTY},
        {"set session hive.parquet_use_column_names = 3", FAULT_INVALID_SESSION_PROPERTY},
        {"reset session nosuch", FAULT_INVALID_SESSION_PROPERTY},
        {"prepare p1 from frobnicate", FAULT_SYNTAX_ERROR},
        {"deallocate prepare nosuch", FAULT_NOT_FOUND},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct run *run = make_run("X-Trino-Source", "test");
        struct statement statement = parse(run, rows[i].sql);
        const struct names_place place = {run, NULL, NULL};
        assert_false(session_statement(&place, &statement));
        if (run->fault.name != rows[i].name)
            fail_msg("%s: %d %s", rows[i].sql, run->fault.name, run->fault.err.text);
        run_close(run);
    }
    struct run *run = make_run("X-Trino-Session", "nosuch=1");
    assert_false(session_check(run));
    run_close(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(puts_parameters_in_place),
        cmocka_unit_test(tells_the_client_what_to_remember),
        cmocka_unit_test(refuses_what_it_does_not_know),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
