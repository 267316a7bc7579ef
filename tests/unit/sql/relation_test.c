/* SPDX-License-Identifier: Apache-2.0 */
/* relation_test.c - tables over real Parquet files, read with the engine. */
#include "sql/relation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/file.h"
#include "sql/cell.h"
#include "sql/column_type.h"
#include "support/engine_fixture.h"

#define OUT_BYTES (1024 * 1024)

struct fixture {
    struct engine_fixture *engine;
    struct config config;
    const char *root;
    struct query *query;
    struct footers *footers;
};

static int set_up(void **state)
{
    struct fixture *f = mem_new(sizeof(*f));
    void *engine = NULL;
    int failed = engine_fixture_open(&engine);

    if (failed != 0) {
        mem_free(f);
        return failed;
    }
    f->engine = engine;
    f->root = f->engine->dir;
    f->query = f->engine->query;
    f->config.storage_root = f->root;
    f->footers = footers_create();
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    void *engine = f->engine;

    footers_close(f->footers);
    mem_free(f);
    return engine_fixture_close(&engine);
}

/* Writes what `select` gives to a file in the storage. */
static void write_file(struct fixture *f, const char *name, const char *select)
{
    struct err err = {0};
    char path[256];
    struct text sql;

    (void)snprintf(path, sizeof(path), "%s/%s", f->root, name);
    *strrchr(path, '/') = '\0';
    assert_true(file_make_dirs(path, &err));
    text_init(&sql, OUT_BYTES);
    text_printf(&sql, "COPY (%s) TO '%s/%s' (FORMAT parquet)", select, f->root, name);
    if (!query_run(f->query, text_span(&sql), NULL, &err))
        fail_msg("%s", err.text);
    text_reset(&sql);
}

static void write_bytes(const struct fixture *f, const char *name, const char *bytes)
{
    struct err err = {0};
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", f->root, name);
    *strrchr(path, '/') = '\0';
    assert_true(file_make_dirs(path, &err));
    (void)snprintf(path, sizeof(path), "%s/%s", f->root, name);
    assert_true(file_replace(path, span_of(bytes), &err));
}

#define COLUMNS_MAX 20

/* A table of the test: "name type" for each column, up to a NULL. */
struct wish {
    const char *columns[COLUMNS_MAX][2];
    const char *location; /* under the storage, or a URI */
    const char *session;  /* of X-Trino-Session, or NULL */
    const char *match;    /* lake.column_match, or NULL */
    const char *format;   /* NULL: Parquet */
    const char *type;
    bool presto;
};

/* What came of it. */
struct outcome {
    struct run *run;
    struct text rows;
    bool ok;
};

static void read_rows(const struct fixture *f, const struct trino_table *relation,
                      struct outcome *outcome)
{
    struct err err = {0};
    struct text sql;
    struct presto_type types[COLUMNS_MAX];

    text_init(&sql, QUERY_SQL_BYTES_MAX);
    text_printf(&sql, "SELECT * FROM %s AS t ORDER BY ALL", relation->relation);
    for (size_t i = 0; i < relation->column_count; i++)
        assert_true(column_type_from_engine(&relation->columns[i].type, &types[i],
                                            &outcome->run->arena, &err));
    if (!query_start(f->query, text_span(&sql), &err))
        fail_msg("%s: %s", err.text, text_string(&sql));
    for (size_t i = 0; i < relation->column_count; i++)
        assert_string_equal(query_column_name(f->query, i), relation->columns[i].name);
    while (query_next(f->query, &err) && query_row_count(f->query) > 0) {
        for (size_t row = 0; row < query_row_count(f->query); row++) {
            for (size_t i = 0; i < relation->column_count; i++) {
                struct query_cells cells = query_cells(f->query, i);
                assert_int_equal(cells.type->kind, relation->columns[i].type.kind);
                text_add_char(&outcome->rows, i == 0 ? '|' : ' ');
                cell_write(&outcome->rows, &cells, row, &types[i], &outcome->run->style);
            }
        }
    }
    query_finish(f->query);
    text_reset(&sql);
}

static struct outcome ask(struct fixture *f, const struct wish *wish)
{
    struct outcome outcome = {0};
    struct hive_column columns[COLUMNS_MAX];
    struct hive_parameter match = {RELATION_MATCH_PARAMETER, wish->match};
    struct hive_table table = {.name = "t", .database = "d", .type = wish->type};
    struct relation relation;
    struct err err = {0};
    char location[256];
    struct presto_header headers[2] = {
        {span_of(wish->presto ? "X-Presto-User" : "X-Trino-User"), span_of("ann")},
        {span_of("X-Trino-Session"), span_of(wish->session == NULL ? "" : wish->session)},
    };
    bool uri = strstr(wish->location, "://") != NULL;

    (void)snprintf(location, sizeof(location), uri ? "%s%s" : "file://%s/%s",
                   uri ? wish->location : f->root, uri ? "" : wish->location);
    while (wish->columns[table.storage.columns.count][0] != NULL) {
        size_t i = table.storage.columns.count++;
        columns[i] = (struct hive_column){wish->columns[i][0], wish->columns[i][1], NULL};
    }
    table.storage.columns.columns = columns;
    table.storage.location = location;
    table.parameters = (struct hive_parameters){&match, wish->match == NULL ? 0 : 1};
    hive_table_stored_as_parquet(&table);
    if (wish->format != NULL)
        table.storage.input_format = wish->format;
    text_init(&outcome.rows, OUT_BYTES);
    outcome.run = run_create(span_of("x"), headers, wish->presto ? 1 : 2, false, &err);
    assert_non_null(outcome.run);
    outcome.run->style.parametric_datetime = true;
    const struct relation_place place = {outcome.run, f->query, f->footers, &f->config};
    footers_begin(f->footers);
    outcome.ok = relation_build(&place, &table, &relation);
    for (size_t i = 0; outcome.ok && i < relation.table.column_count; i++) {
        outcome.ok = relation_check(outcome.run, &relation, i);
        relation_warn(outcome.run, &relation, i);
    }
    if (outcome.ok)
        read_rows(f, &relation.table, &outcome);
    return outcome;
}

static void forget(struct outcome *outcome)
{
    text_reset(&outcome->rows);
    run_close(outcome->run);
}

static void expect_rows(struct fixture *f, const struct wish *wish, const char *rows,
                        size_t warning_count)
{
    struct outcome outcome = ask(f, wish);

    if (!outcome.ok)
        fail_msg("%s", outcome.run->fault.err.text);
    assert_string_equal(text_string(&outcome.rows), rows);
    assert_int_equal(outcome.run->warning_count, warning_count);
    forget(&outcome);
}

static void expect_fault(struct fixture *f, const struct wish *wish, enum fault_name name,
                         const char *one, const char *two)
{
    struct outcome outcome = ask(f, wish);

    assert_false(outcome.ok);
    if (outcome.run->fault.name != name || strstr(outcome.run->fault.err.text, one) == NULL ||
        strstr(outcome.run->fault.err.text, two) == NULL)
        fail_msg("%d: %s", outcome.run->fault.name, outcome.run->fault.err.text);
    forget(&outcome);
}

/* The lecture's table: another order of columns, another case, User_Agent for User-Agent. */
static const struct wish lecture = {
    .columns = {{"accept", "string"}, {"host", "string"}, {"user_agent", "string"}},
    .location = "swords",
};

static void write_lecture(struct fixture *f)
{
    write_file(f, "swords/part-0.parquet",
               "SELECT '{}' AS raw_event, 'UA' AS \"User-Agent\", 'H' AS \"Host\", '*/*' AS "
               "\"Accept\"");
}

static void matches_by_name_and_warns_of_help(void **state)
{
    struct fixture *f = *state;
    struct outcome outcome;

    write_lecture(f);
    outcome = ask(f, &lecture);
    assert_true(outcome.ok);
    assert_string_equal(text_string(&outcome.rows), "|\"*/*\" \"H\" \"UA\"");
    assert_int_equal(outcome.run->warning_count, 1);
    assert_non_null(strstr(outcome.run->warnings[0].message, "user_agent"));
    assert_non_null(strstr(outcome.run->warnings[0].message, "User-Agent"));
    assert_non_null(strstr(outcome.run->warnings[0].message, "NULL"));
    forget(&outcome);
}

/* The table's own rule, and the session's. */
static void matches_exactly_or_by_position_when_asked(void **state)
{
    struct fixture *f = *state;
    struct wish wish = lecture;

    write_lecture(f);
    wish.match = "exact";
    expect_rows(f, &wish, "|\"*/*\" \"H\" null", 0);
    wish.match = NULL;
    wish.session = "hive.parquet_use_column_names=false";
    expect_rows(f, &wish, "|\"{}\" \"UA\" \"H\"", 0);
}

/* Two columns of the file could be meant: then none is. */
static void does_not_guess_between_two(void **state)
{
    struct fixture *f = *state;
    const struct wish wish = {.columns = {{"a_b", "string"}, {"x", "bigint"}}, .location = "two"};

    write_file(f, "two/f.parquet", "SELECT 'dash' AS \"a-b\", 'dot' AS \"a.b\"");
    expect_rows(f, &wish, "|null null", 0);
}

static void reads_files_of_different_kinds(void **state)
{
    struct fixture *f = *state;
    const struct wish wish = {.columns = {{"n", "bigint"}, {"s", "string"}, {"late", "double"}},
                              .location = "kinds"};

    write_file(f, "kinds/a.parquet", "SELECT 1::INTEGER AS n, 'one' AS s");
    write_file(f, "kinds/b.parquet", "SELECT 'two' AS s, 2::BIGINT AS n, 0.5::FLOAT AS late");
    write_file(f, "kinds/deep/er/c.parquet", "SELECT 3::TINYINT AS N, '\\xC3\\xA9'::BLOB AS S");
    expect_rows(f, &wish, "|1 \"one\" null|2 \"two\" 0.5|3 \"\xc3\xa9\" null", 0);
}

static void leaves_out_hidden_files(void **state)
{
    struct fixture *f = *state;
    const struct wish wish = {.columns = {{"n", "int"}}, .location = "hidden"};

    write_file(f, "hidden/a.parquet", "SELECT 1 AS n");
    write_file(f, "hidden/.b.parquet", "SELECT 2 AS n");
    write_file(f, "hidden/_c.parquet", "SELECT 3 AS n");
    write_file(f, "hidden/_spark_metadata/0", "SELECT 4 AS n");
    write_file(f, "hidden/.staging/d.parquet", "SELECT 5 AS n");
    write_bytes(f, "hidden/_SUCCESS", "");
    expect_rows(f, &wish, "|1", 0);
}

/* What is remembered of a file is forgotten when the file is another one. */
static void sees_that_a_file_was_written_anew(void **state)
{
    struct fixture *f = *state;
    const struct wish wish = {.columns = {{"n", "bigint"}, {"m", "bigint"}}, .location = "anew"};

    write_file(f, "anew/a.parquet", "SELECT 1::BIGINT AS n");
    expect_rows(f, &wish, "|1 null", 0);
    expect_rows(f, &wish, "|1 null", 0);
    write_file(f, "anew/a.parquet", "SELECT 2::BIGINT AS m, 1::BIGINT AS n");
    expect_rows(f, &wish, "|1 2", 0);
}

/* A name is a name, whatever characters it has. */
static void takes_names_as_they_are(void **state)
{
    struct fixture *f = *state;
    const struct wish wish = {.columns = {{"n", "int"}}, .location = "odd"};

    write_file(f, "odd/plain.parquet", "SELECT 1 AS n");
    write_file(f, "odd/x.parquet", "SELECT 2 AS n");
    struct err err = {0};
    char from[256];
    char to[256];
    static const char *const names[] = {"a*b", "a?b", "a[x]b", "it''s {a,b}", "p=1", "back\\slash"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        write_file(f, "tmp.parquet", "SELECT 3 AS n");
        (void)snprintf(from, sizeof(from), "%s/tmp.parquet", f->root);
        (void)snprintf(to, sizeof(to), "%s/odd/%s", f->root, names[i]);
        assert_true(file_rename(from, to, &err));
    }
    write_file(f, "odd/aZb", "SELECT 9 AS n");
    expect_rows(f, &wish, "|1|2|3|3|3|3|3|3|9", 0);
}

static void an_empty_or_missing_folder_has_no_rows(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    char path[256];
    struct wish wish = {.columns = {{"n", "int"}, {"t", "timestamp"}}, .location = "nowhere"};

    expect_rows(f, &wish, "", 0);
    (void)snprintf(path, sizeof(path), "%s/bare", f->root);
    assert_true(file_make_dirs(path, &err));
    wish.location = "bare";
    expect_rows(f, &wish, "", 0);
}

static void names_the_file_that_is_no_parquet(void **state)
{
    struct fixture *f = *state;
    struct wish wish = {.columns = {{"n", "int"}}, .location = "cut"};

    write_bytes(f, "cut/empty.parquet", "");
    expect_fault(f, &wish, FAULT_HIVE_BAD_DATA, "cut/empty.parquet", "d.t");
    wish.location = "bad";
    write_file(f, "bad/a.parquet", "SELECT 1 AS n");
    write_bytes(f, "bad/notes.txt", "this is no Parquet file, but long enough to be looked at\n");
    expect_fault(f, &wish, FAULT_HIVE_BAD_DATA, "bad/notes.txt", "d.t");
}

static void names_the_column_of_another_type(void **state)
{
    struct fixture *f = *state;
    struct wish wish = {.columns = {{"host", "string"}}, .location = "types"};

    write_file(f, "types/a.parquet", "SELECT 1::BIGINT AS host");
    expect_fault(f, &wish, FAULT_HIVE_PARTITION_SCHEMA_MISMATCH, "host", "types/a.parquet");
    wish.columns[0][1] = "int"; /* narrower */
    expect_fault(f, &wish, FAULT_HIVE_PARTITION_SCHEMA_MISMATCH, "declared as type int", "bigint");
}

static void stays_within_the_storage(void **state)
{
    struct fixture *f = *state;
    struct wish wish = {.columns = {{"n", "int"}}, .location = "file:///etc"};

    expect_fault(f, &wish, FAULT_NOT_SUPPORTED, "d.t", "/etc");
    wish.location = "hdfs://somewhere/x";
    expect_fault(f, &wish, FAULT_NOT_SUPPORTED, "d.t", "hdfs");
    wish.location = "../../etc";
    expect_fault(f, &wish, FAULT_NOT_SUPPORTED, "d.t", "..");
}

static void refuses_what_it_does_not_read(void **state)
{
    struct fixture *f = *state;
    struct wish wish = {.columns = {{"n", "int"}}, .location = "x"};

    wish.format = "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat";
    expect_fault(f, &wish, FAULT_HIVE_UNSUPPORTED_FORMAT, "d.t", "Orc");
    wish.format = NULL;
    wish.type = HIVE_TABLE_VIEW;
    expect_fault(f, &wish, FAULT_NOT_SUPPORTED, "d.t", "view");
    wish.type = NULL;
    wish.columns[0][1] = "nonsense<";
    expect_fault(f, &wish, FAULT_HIVE_INVALID_METADATA, "Column n", "nonsense<");
}

/* A value of each type, as a client sees it. */
static void reads_every_type(void **state)
{
    struct fixture *f = *state;
    struct wish wish = {
        .columns = {{"b", "boolean"},
                    {"i8", "tinyint"},
                    {"i64", "bigint"},
                    {"r", "float"},
                    {"d", "double"},
                    {"dec", "decimal(10,2)"},
                    {"s", "varchar(10)"},
                    {"bin", "binary"},
                    {"day", "date"},
                    {"at", "timestamp"},
                    {"zoned", "timestamp"},
                    {"list", "array<int>"},
                    {"pairs", "map<string,int>"},
                    {"fields", "struct<x:int,y:string>"}},
        .location = "all",
    };

    write_file(f, "all/a.parquet",
               "SELECT true AS b, 7::TINYINT AS i8, -9223372036854775808 AS i64, 1.5::FLOAT AS r, "
               "'nan'::DOUBLE AS d, 1.5::DECIMAL(4,1) AS dec, 'q\"' AS s, '\\x00\\xFF'::BLOB AS "
               "bin, DATE '2020-01-02' AS day, TIMESTAMP '2020-01-02 03:04:05.123456' AS at, "
               "TIMESTAMPTZ '2020-01-02 03:04:05+00' AS zoned, [1, NULL, 3]::INTEGER[] AS list, "
               "MAP {'k': 1::INTEGER} AS pairs, {'x': 1::INTEGER, 'y': 'z'} AS fields");
    expect_rows(f, &wish,
                "|true 7 -9223372036854775808 1.5 \"NaN\" \"1.50\" \"q\\\"\" \"AP8=\" "
                "\"2020-01-02\" \"2020-01-02 03:04:05.123\" \"2020-01-02 03:04:05.000\" "
                "[1,null,3] {\"k\":1} [1,\"z\"]",
                0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_by_name_and_warns_of_help),
        cmocka_unit_test(matches_exactly_or_by_position_when_asked),
        cmocka_unit_test(does_not_guess_between_two),
        cmocka_unit_test(reads_files_of_different_kinds),
        cmocka_unit_test(leaves_out_hidden_files),
        cmocka_unit_test(sees_that_a_file_was_written_anew),
        cmocka_unit_test(takes_names_as_they_are),
        cmocka_unit_test(an_empty_or_missing_folder_has_no_rows),
        cmocka_unit_test(names_the_file_that_is_no_parquet),
        cmocka_unit_test(names_the_column_of_another_type),
        cmocka_unit_test(stays_within_the_storage),
        cmocka_unit_test(refuses_what_it_does_not_read),
        cmocka_unit_test(reads_every_type),
    };
    return cmocka_run_group_tests_name("relation", tests, set_up, tear_down);
}
