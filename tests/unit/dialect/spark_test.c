/* SPDX-License-Identifier: Apache-2.0 */
/* spark_test.c - jobs' SQL from text to rows, and what is refused, where.
 *
 * The rows are Spark 3.5's answers: by its documentation and source where no
 * run of it was recorded. */
#include "dialect/spark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "engine/parquet.h"
#include "support/engine_fixture.h"

#define ARENA_BYTES (64 * 1024 * 1024)

/* What every statement below reads. */
static const struct parquet_record *records(size_t *count)
{
    static struct parquet_record all[6];
    static const char *const values[] = {
        "{\"event_type\":\"purchase_sword\",\"Host\":\"h1\",\"User-Agent\":\"ab\",\"n\":5}",
        "{\"event_type\":\"default\",\"Accept\":\"*/*\",\"n\":\"12\"}",
        "no json",
        NULL,
        "{\"event_type\":\"purchase_sword\",\"Host\":\"50%_a\",\"n\":\" 7.9 \"}",
        "{\"n\":\"x\",\"Host\":null}",
    };
    static const char *const keys[] = {"a", NULL, "17", "", "b'c", "a"};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        all[i] = (struct parquet_record){
            .key = keys[i] == NULL ? (struct span){0} : span_of(keys[i]),
            .value = values[i] == NULL ? (struct span){0} : span_of(values[i]),
            .topic = span_of("events"),
            .partition = (int32_t)i % 3,
            .offset = 100 + (int64_t)i,
            .timestamp_ms = 1767236645000 + (int64_t)i * 120, /* 2026-01-01 03:04:05 UTC */
            .timestamp_type = (int32_t)i % 2,
        };
    *count = COUNT_OF(all);
    return all;
}

static void print_rows(struct engine_fixture *fixture, const char *path, struct text *out)
{
    char sql[512];
    (void)snprintf(sql, sizeof(sql), "SELECT * FROM read_parquet('%s')", path);
    engine_fixture_rows(fixture, sql, out);
}

static void translate(const char *sql, struct spark_plan *plan, struct arena *arena)
{
    const struct spark_options options = {.time_zone = "UTC"};
    struct err err = {0};
    arena_init(arena, ARENA_BYTES);
    if (!spark_translate(span_of(sql), &options, plan, arena, &err))
        fail_msg("%s: %d:%d: %s", sql, err.line, err.column, err.text);
}

/* Columns as "name type, ..." and rows as "a|b\n". */
static void answers(struct engine_fixture *fixture, const char *sql, const char *columns,
                    const char *rows)
{
    struct spark_plan plan;
    struct arena arena;
    struct err err = {0};
    struct text got;
    text_init(&got, 1 << 20);
    translate(sql, &plan, &arena);
    assert_string_equal(plan.topic, "events");
    for (size_t i = 0; i < plan.column_count; i++)
        text_printf(&got, "%s%s %s", i == 0 ? "" : ", ", plan.columns[i].name,
                    plan.columns[i].type);
    if (strcmp(text_string(&got), columns) != 0)
        fail_msg("%s\nhas columns %s\nwant        %s", sql, text_string(&got), columns);

    struct parquet *parquet = parquet_open(fixture->engine, &plan.plan, &err);
    if (parquet == NULL)
        fail_msg("%s\n%s\n%s", sql, plan.plan.sql, err.text);
    struct parquet_batch batch = {.path = engine_fixture_path(fixture, "spark.parquet")};
    batch.records = records(&batch.record_count);
    struct parquet_outcome outcome;
    if (!parquet_write(parquet, &batch, &outcome, &err))
        fail_msg("%s\n%s\n%s", sql, plan.plan.sql, err.text);
    text_clear(&got);
    if (outcome.rows_written > 0) {
        print_rows(fixture, batch.path, &got);
        assert_int_equal(unlink(batch.path), 0);
    }
    if (strcmp(text_string(&got), rows) != 0)
        fail_msg("%s\n%s\nanswers\n%swant\n%s", sql, plan.plan.sql, text_string(&got), rows);
    parquet_close(parquet);
    text_reset(&got);
    arena_reset(&arena);
}

static void runs_the_lectures_statement(void **state)
{
    answers(*state,
            "select raw_event, timestamp, json.*\n"
            "from (select cast(value as string) as raw_event,\n"
            "             cast(timestamp as string) as timestamp,\n"
            "             from_json(cast(value as string),\n"
            "                       'Accept STRING, Host STRING, `User-Agent` STRING, event_type "
            "STRING') as json\n"
            "      from events)\n"
            "where json.event_type = 'purchase_sword'\n",
            "raw_event string, timestamp string, Accept string, Host string, User-Agent string, "
            "event_type string",
            "{\"event_type\":\"purchase_sword\",\"Host\":\"h1\",\"User-Agent\":\"ab\",\"n\":5}|"
            "2026-01-01 "
            "03:04:05|NULL|h1|ab|purchase_sword\n"
            "{\"event_type\":\"purchase_sword\",\"Host\":\"50%_a\",\"n\":\" 7.9 \"}|2026-01-01 "
            "03:04:05.48|NULL|50%_a|NULL|purchase_sword\n");
}

static void gives_all_columns_of_the_source(void **state)
{
    answers(*state, "SELECT * FROM events WHERE Offset = 104",
            "key binary, value binary, topic string, partition int, offset bigint, timestamp "
            "timestamp, "
            "timestampType int",
            "b\\x27c|{\\x22event_type\\x22:\\x22purchase_sword\\x22,\\x22Host\\x22:\\x2250%_a\\x22,"
            "\\x22n\\x22:\\x22 7.9 "
            "\\x22}|events|1|104|2026-01-01 04:04:05.48+01|0\n");
}

/* Names come out as they were written in the query, not as the source has them. */
static void keeps_names_as_written(void **state)
{
    answers(*state,
            "select Topic, e.`OFFSET`, cast(KEY as string), PARTITION as `a b`, timestamptype tt "
            "from events as e "
            "where e.offset in (100, 103)",
            "Topic string, OFFSET bigint, KEY string, a b int, tt int",
            "events|100|a|0|0\nevents|103||0|1\n");
}

static void compares_whole_numbers(void **state)
{
    answers(*state,
            "select offset from events where (partition >= 1 and offset < 105L) or not "
            "(timestampType <> 1) "
            "and partition != 2",
            "offset bigint", "101\n102\n103\n104\n");
    answers(
        *state,
        "select offset from events where partition between 1 and 2 and offset not in (101, 104)",
        "offset bigint", "102\n105\n");
    answers(*state, "select offset from events where offset > 103.5 and offset < 1.045e2",
            "offset bigint", "104\n");
}

/* In a comparison a text becomes a number; in IN the number becomes a text. */
static void compares_texts_with_numbers_as_spark_does(void **state)
{
    answers(*state,
            "select offset, cast(key as string) k from events where cast(key as string) = 17",
            "offset bigint, k string", "102|17\n");
    answers(*state, "select offset from events where partition = '1.7'", "offset bigint",
            "101\n104\n");
    answers(*state, "select offset from events where partition in ('1.7', '2')", "offset bigint",
            "102\n105\n");
    answers(*state, "select offset from events where partition <> 'x'", "offset bigint", "");
}

static void knows_null_in_conditions(void **state)
{
    answers(*state, "select offset from events where key is null or value is null", "offset bigint",
            "101\n103\n");
    answers(*state, "select offset from events where cast(key as string) <=> null", "offset bigint",
            "101\n");
    answers(*state, "select offset from events where not (cast(key as string) = 'a')",
            "offset bigint", "102\n103\n104\n");
    answers(*state, "select offset from events where cast(key as string) not in ('a', null)",
            "offset bigint", "");
    answers(*state, "select offset from events where cast(key as string) = null", "offset bigint",
            "");
    answers(*state, "select offset from events where not cast(key as string) is not null",
            "offset bigint", "101\n");
}

static void matches_patterns(void **state)
{
    const char *from =
        "from (select offset, from_json(cast(value as string), 'Host STRING, n STRING') j "
        "from events) ";
    static const struct {
        const char *where;
        const char *rows;
    } rows[] = {
        {"where j.Host like 'h_'", "100\n"},
        {"where j.host like '50\\\\%\\\\_%'", "104\n"},
        {"where j.Host like '%!%!_a' escape '!'", "104\n"},
        {"where j.Host not like 'h%'", "104\n"},
        {"where j.n like '%'", "100\n101\n104\n105\n"},
        {"where j.n like \"x\"", "105\n"},
        {"where offset like '10%5'", "105\n"},
        {"where 'x\xF0\x9F\x98\x80' like '%\xF0\x9F\x98\x80' and offset = 100", "100\n"},
        {"where '\xF0\x9F\x98\x80' like '_' and offset = 100", "100\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char sql[512];
        (void)snprintf(sql, sizeof(sql), "select offset %s%s", from, rows[i].where);
        answers(*state, sql, "offset bigint", rows[i].rows);
    }
}

static void casts_as_spark_does(void **state)
{
    answers(*state,
            "select offset, cast(j.n as int) i, cast(j.n as double) d, cast(j.n as boolean) b, "
            "cast(j.n as "
            "tinyint) t "
            "from (select offset, from_json(value, 'n STRING') as j from events) q where j.n is "
            "not null",
            "offset bigint, i int, d double, b boolean, t tinyint",
            "100|5|5.0|NULL|5\n101|12|12.0|NULL|12\n104|7|7.9|NULL|7\n105|NULL|NULL|NULL|NULL\n");
    answers(*state,
            "select cast(offset as tinyint) a, cast(3000000000 as int) b, cast(-1.9e0 as int) c, "
            "cast(1e300 as "
            "bigint) d, cast(true as int) e, cast(0 as boolean) f, cast(12 as string) g, cast(1e7 "
            "as string) h, "
            "cast('  -42 ' as smallint) i, cast('1e2' as int) j, cast(timestamp as bigint) k, "
            "cast(null as "
            "string) l, cast(topic as binary) m, cast('yes' as boolean) n, cast(40000 as smallint) "
            "o from events "
            "where offset = 100",
            "a tinyint, b int, c int, d bigint, e int, f boolean, g string, h string, i smallint, "
            "j int, k "
            "bigint, l string, m binary, n boolean, o smallint",
            "100|-1294967296|-1|9223372036854775807|1|false|12|1.0E7|-42|NULL|1767236645|NULL|"
            "events|true|-25536\n");
}

/* The smallest of each type is written with its sign. */
static void reads_numbers_as_spark_does(void **state)
{
    answers(*state,
            "select -128Y a, -32768S b, -2147483648 c, -2147483649 d, -9223372036854775808 e, "
            "-9223372036854775808L f, +5 g, 007 h, -1e-400 i, 5D j from events where offset = 100",
            "a tinyint, b smallint, c int, d bigint, e bigint, f bigint, g int, h int, i double, "
            "j double",
            "-128|-32768|-2147483648|-2147483649|-9223372036854775808|-9223372036854775808|5|7|"
            "-0.0|5.0\n");
}

static void compares_null_with_null(void **state)
{
    answers(*state,
            "select null = null as a, null <=> null as b, null in (null) as c, "
            "null between null and null as d from events where offset = 100",
            "a boolean, b boolean, c boolean, d boolean", "NULL|true|NULL|NULL\n");
}

/* A name before the point is the relation's if that has such a column, else a struct's. */
static void a_struct_may_have_its_relations_name(void **state)
{
    answers(*state,
            "select json.n, json.json.n m, cast(json.offset as string) from (select offset, "
            "from_json(value, 'n STRING') json from events) json where json.n = '12'",
            "n string, m string, offset string", "12|12|101\n");
}

static void selects_in_selects(void **state)
{
    answers(*state,
            "select z.y as w, p from (select q.x y, p from (select cast(key as string) as x, "
            "partition p, * from "
            "events) as q where q.x is not null) z where z.p = 0",
            "w string, p int", "a|0\n|0\n");
    answers(*state,
            "select i.* from (select offset, topic t from events) i where t = 'events' and "
            "offset >= 105",
            "offset bigint, t string", "105|events\n");
    answers(
        *state,
        "select x.n, 'it''s' 'joined' as l, -3 as m, 2.50 as d, \"q\" q from (select "
        "from_json(value, "
        "'struct<n: string COMMENT \"c\", m: STRING NOT NULL>') x from events) where x.n = '12'",
        "n string, l string, m int, d decimal(3,2), q string", "12|itsjoined|-3|2.50|q\n");
}

static void reads_text_literals_with_sparks_escapes(void **state)
{
    answers(*state,
            "select 'a\\tb\\'c\\u00e9\\\\d\\101\\q' a, \"it's\" b, `offset` from events where "
            "offset = 100 -- "
            "comment\n /* and /* nested */ */ ;",
            "a string, b string, offset bigint", "a\tb'c\xC3\xA9\\dAq|it's|100\n");
}

static void prints_timestamps_in_the_session_zone(void **state)
{
    static const struct {
        const char *zone;
        const char *text;
    } rows[] = {
        {"UTC", "2026-01-01 03:04:05.12"},
        {"Europe/Paris", "2026-01-01 04:04:05.12"},
        {"America/New_York", "2025-12-31 22:04:05.12"},
        {"+05:30", "2026-01-01 08:34:05.12"},
        {"-01:00", "2026-01-01 02:04:05.12"},
        {"Z", "2026-01-01 03:04:05.12"},
        {NULL, "2026-01-01 04:04:05.12"}, /* the engine's own zone: the fixture's */
    };
    struct engine_fixture *fixture = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct spark_plan plan;
        struct arena arena;
        struct err err = {0};
        struct text got;
        const struct spark_options options = {rows[i].zone};
        arena_init(&arena, ARENA_BYTES);
        text_init(&got, 4096);
        assert_true(spark_translate(
            span_of("select cast(timestamp as string) from events where offset = 101"), &options,
            &plan, &arena, &err));
        struct parquet *parquet = parquet_open(fixture->engine, &plan.plan, &err);
        assert_non_null(parquet);
        struct parquet_batch batch = {.path = engine_fixture_path(fixture, "zone.parquet")};
        batch.records = records(&batch.record_count);
        struct parquet_outcome outcome;
        assert_true(parquet_write(parquet, &batch, &outcome, &err));
        print_rows(fixture, batch.path, &got);
        got.bytes[got.size - 1] = '\0';
        assert_string_equal(text_string(&got), rows[i].text);
        parquet_close(parquet);
        text_reset(&got);
        arena_reset(&arena);
        assert_int_equal(unlink(batch.path), 0);
    }
}

static void refuses_by_name_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        enum err_kind kind;
        int line, column;
        const char *says;
    } rows[] = {
        {"", ERR_MALFORMED, 1, 1, "mismatched input '<EOF>'"},
        {"insert into t values (1)", ERR_MALFORMED, 1, 1, "'insert'"},
        {"select 1 as a", ERR_UNSUPPORTED, 1, 1, "without FROM"},
        {"select nope from events", ERR_NOT_FOUND, 1, 8, "`nope` cannot be resolved"},
        {"select key from events where\n  nope = 1", ERR_NOT_FOUND, 2, 3, "`nope`"},
        {"select count(*) from events", ERR_UNSUPPORTED, 1, 8, "count"},
        {"select upper(topic) as u from events", ERR_UNSUPPORTED, 1, 8, "the function upper"},
        {"select topic, max(offset) m from events group by topic", ERR_UNSUPPORTED, 1, 50,
         "GROUP BY"},
        {"select distinct topic from events", ERR_UNSUPPORTED, 1, 1, "SELECT DISTINCT"},
        {"select topic from events order by topic", ERR_UNSUPPORTED, 1, 35, "ORDER BY"},
        {"select topic from events limit 3", ERR_UNSUPPORTED, 1, 32, "LIMIT"},
        {"select a.key from events a join events b on a.key = b.key", ERR_UNSUPPORTED, 1, 19,
         "a join"},
        {"select key from events union all select key from events", ERR_UNSUPPORTED, 1, 34,
         "UNION"},
        {"with a as (select key from events) select * from a", ERR_UNSUPPORTED, 1, 6, "WITH"},
        {"select offset + 1 as o from events", ERR_UNSUPPORTED, 1, 8, "arithmetic"},
        {"select topic || 'x' as t from events", ERR_UNSUPPORTED, 1, 8, "||"},
        {"select -offset as o from events", ERR_UNSUPPORTED, 1, 8, "arithmetic"},
        {"select case when true then 1 end as o from events", ERR_UNSUPPORTED, 1, 8, "CASE"},
        {"select offset > 3 from events", ERR_UNSUPPORTED, 1, 8, "without a name"},
        {"select cast(offset as date) d from events", ERR_UNSUPPORTED, 1, 23, "the type date"},
        {"select cast(offset as decimal(10,2)) d from events", ERR_UNSUPPORTED, 1, 23, "decimal"},
        {"select cast(offset as timestamp) d from events", ERR_UNSUPPORTED, 1, 8,
         "bigint to timestamp"},
        {"select key from events where timestamp > '2026-01-01'", ERR_UNSUPPORTED, 1, 30,
         "comparing timestamp with string"},
        {"select key from events where key = 'a'", ERR_UNSUPPORTED, 1, 30, "binary with string"},
        {"select key from events where offset", ERR_MALFORMED, 1, 30,
         "must be boolean, not bigint"},
        {"select key from events where offset and true", ERR_MALFORMED, 1, 30, "must be boolean"},
        {"select key from events where topic rlike 'a'", ERR_UNSUPPORTED, 1, 36, "match"},
        {"select key from events where topic like topic", ERR_UNSUPPORTED, 1, 41, "pattern"},
        {"select key from events where topic like 'a%%' escape '%'", ERR_UNSUPPORTED, 1, 54, "'%'"},
        {"select key from events where topic like '\xF0\x9F\x98\x80_'", ERR_UNSUPPORTED, 1, 41,
         "past U+FFFF"},
        {"select key from events where topic like '%\xF0\x9F\x98\x80%b'", ERR_UNSUPPORTED, 1, 41,
         "past U+FFFF"},
        {"select substring(topic from 1) as a from events", ERR_UNSUPPORTED, 1, 8,
         "the function substring"},
        {"select trim(leading 'e' from topic) as a from events", ERR_UNSUPPORTED, 1, 8,
         "the function trim"},
        {"select position('e' in topic) as a from events", ERR_UNSUPPORTED, 1, 8,
         "the function position"},
        {"select 128Y as a from events", ERR_MALFORMED, 1, 8, "out of range"},
        {"select -129Y as a from events", ERR_MALFORMED, 1, 9, "out of range"},
        {"select -9223372036854775809 as a from events", ERR_MALFORMED, 1, 9, "out of range"},
        {"select 1e400 as a from events", ERR_MALFORMED, 1, 8, "out of range"},
        {"select json.nope from (select from_json(value, 'a STRING') as j from events) json",
         ERR_NOT_FOUND, 1, 8, "`nope` cannot be resolved"},
        {"select key from events where topic like 'a\\\\b'", ERR_MALFORMED, 1, 41, "escape"},
        {"select key from events where offset in (select 1)", ERR_UNSUPPORTED, 1, 30,
         "IN of a query"},
        {"select key, KEY from events", ERR_MALFORMED, 1, 13, "`KEY` already exists"},
        {"select a from (select key a, value A from events)", ERR_MALFORMED, 1, 8,
         "`a` is ambiguous"},
        {"select null as a from events", ERR_MALFORMED, 1, 8, "cast it"},
        {"select topic.x from events", ERR_MALFORMED, 1, 8, "a string has no fields"},
        {"select topic.* from events", ERR_MALFORMED, 1, 8, "has no fields"},
        {"select from_json(value, 'a INT') j from events", ERR_UNSUPPORTED, 1, 25,
         "'INT'; only STRING"},
        {"select from_json(value, 'a STRING, a STRING').a from events", ERR_MALFORMED, 1, 25,
         "twice"},
        {"select from_json(value, 'a') j from events", ERR_UNSUPPORTED, 1, 25, "only STRING"},
        {"select from_json(value, '{}') j from events", ERR_MALFORMED, 1, 25, "schema"},
        {"select from_json(value, topic) j from events", ERR_UNSUPPORTED, 1, 25, "schema"},
        {"select from_json(value) j from events", ERR_MALFORMED, 1, 8, "from_json takes"},
        {"select from_json(value, 'a STRING') as j from events", ERR_UNSUPPORTED, 1, 8,
         "struct as a column"},
        {"select from_json(value, 'a STRING').a, from_json(value, 'a STRING').a b from events",
         ERR_UNSUPPORTED, 1, 40, "more than one from_json"},
        {"select from_json(value, 'a STRING').b from events", ERR_NOT_FOUND, 1, 8,
         "No such struct field `b`"},
        {"select key from a.b", ERR_UNSUPPORTED, 1, 17, "one part"},
        {"select key from read_csv('/etc/passwd')", ERR_UNSUPPORTED, 1, 25, "a table function"},
        {"select key from 'file.csv'", ERR_MALFORMED, 1, 17, "mismatched input"},
        {"select key from events where (((offset = 1)", ERR_MALFORMED, 1, 44, "<EOF>"},
        {"select key from events where offset = 99999999999999999999", ERR_MALFORMED, 1, 39,
         "out of range"},
        {"select \"unclosed from events", ERR_MALFORMED, 1, 8, "not closed"},
        {"select sum(offset) over () s from events", ERR_UNSUPPORTED, 1, 20, "OVER"},
        {"select key from events; select key from events", ERR_MALFORMED, 1, 25, "<EOF>"},
        {"select * except (key) from events", ERR_UNSUPPORTED, 1, 10, "EXCEPT"},
        {"select key from events where exists (select 1 from events)", ERR_UNSUPPORTED, 1, 30,
         "a query"},
        {"select key from events lateral view explode(x)", ERR_MALFORMED, 1, 24, "'lateral'"},
        {"select key from events tablesample (1 rows)", ERR_UNSUPPORTED, 1, 24, "TABLESAMPLE"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct spark_options options = {0};
        struct spark_plan plan;
        struct arena arena;
        struct err err = {0};
        arena_init(&arena, ARENA_BYTES);
        if (spark_translate(span_of(rows[i].sql), &options, &plan, &arena, &err))
            fail_msg("taken: %s\n%s", rows[i].sql, plan.plan.sql);
        if (err.kind != rows[i].kind || err.line != rows[i].line || err.column != rows[i].column ||
            strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: kind %d at %d:%d: %s", rows[i].sql, err.kind, err.line, err.column,
                     err.text);
        arena_reset(&arena);
    }
}

static void a_statement_can_be_neither_deep_nor_endless(void **state)
{
    (void)state;
    static const struct {
        const char *begin, *again, *end;
    } rows[] = {
        {"select key from events where ", "(", "true"},
        {"select key from events where ", "not ", "true"},
        {"select key from events where offset = ", "- ", "1"},
        {"select key from ", "(select * from ", "events"},
        {"select key from events where offset = 1", " + 1", ""},
        {"select key from events where true", " = true", ""},
        {"select a", ".a", " from events"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct spark_options options = {0};
        struct spark_plan plan;
        struct arena arena;
        struct err err = {0};
        struct text sql;
        arena_init(&arena, ARENA_BYTES);
        text_init(&sql, 1 << 20);
        text_add_string(&sql, rows[i].begin);
        for (int j = 0; j < 20000; j++)
            text_add_string(&sql, rows[i].again);
        text_add_string(&sql, rows[i].end);
        assert_false(spark_translate(text_span(&sql), &options, &plan, &arena, &err));
        if (err.kind != ERR_LIMIT || err.line != 1)
            fail_msg("%s: kind %d: %s", rows[i].again, err.kind, err.text);
        text_reset(&sql);
        arena_reset(&arena);
    }
    /* But many conditions in a row are not deep. */
    const struct spark_options options = {0};
    struct spark_plan plan;
    struct arena arena;
    struct err err = {0};
    struct text sql;
    arena_init(&arena, ARENA_BYTES);
    text_init(&sql, 1 << 20);
    text_add_string(&sql, "select key from events where offset = 0");
    for (int j = 0; j < 5000; j++)
        text_printf(&sql, " or offset = %d", j);
    assert_true(spark_translate(text_span(&sql), &options, &plan, &arena, &err));
    text_reset(&sql);
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_the_lectures_statement),
        cmocka_unit_test(gives_all_columns_of_the_source),
        cmocka_unit_test(keeps_names_as_written),
        cmocka_unit_test(compares_whole_numbers),
        cmocka_unit_test(compares_texts_with_numbers_as_spark_does),
        cmocka_unit_test(knows_null_in_conditions),
        cmocka_unit_test(matches_patterns),
        cmocka_unit_test(casts_as_spark_does),
        cmocka_unit_test(reads_numbers_as_spark_does),
        cmocka_unit_test(compares_null_with_null),
        cmocka_unit_test(a_struct_may_have_its_relations_name),
        cmocka_unit_test(selects_in_selects),
        cmocka_unit_test(reads_text_literals_with_sparks_escapes),
        cmocka_unit_test(prints_timestamps_in_the_session_zone),
        cmocka_unit_test(refuses_by_name_line_and_column),
        cmocka_unit_test(a_statement_can_be_neither_deep_nor_endless),
    };
    return cmocka_run_group_tests(tests, engine_fixture_open, engine_fixture_close);
}
