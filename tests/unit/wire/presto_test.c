/* SPDX-License-Identifier: Apache-2.0 */
/* presto_test.c - the reply document, types and values, against what the real servers sent. */
#include "wire/presto.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "wire/presto_value.h"

#define BYTES_MAX (1024 * 1024)

static char golden_bytes[BYTES_MAX];

static struct json_value *read_golden(const char *name, struct arena *arena)
{
    char path[256];
    struct err err = {0};

    (void)snprintf(path, sizeof(path), "tests/golden/presto/%s", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(golden_bytes, 1, sizeof(golden_bytes), file);
    assert_int_equal(fclose(file), 0);
    struct json_value *value = json_read((struct span){golden_bytes, size}, arena, &err);
    if (value == NULL)
        fail_msg("%s: %s", path, err.text);
    return value;
}

/* Members of objects in any order; as deep as json_read goes.
 * NOLINTNEXTLINE(misc-no-recursion) */
static bool same(const struct json_value *a, const struct json_value *b)
{
    if (a == NULL || b == NULL || a->type != b->type)
        return false;
    if (a->type == JSON_STRING || a->type == JSON_NUMBER)
        return span_equal(a->text, b->text);
    if (json_count(a) != json_count(b))
        return false;
    const struct json_value *other = b->first;
    for (const struct json_value *child = a->first; child != NULL; child = child->next) {
        char key[64];
        if (a->type == JSON_OBJECT) {
            (void)snprintf(key, sizeof(key), "%.*s", (int)child->key.size,
                           (const char *)child->key.data);
            other = json_get(b, key);
        }
        if (!same(child, other))
            return false;
        if (a->type == JSON_ARRAY)
            other = other->next;
    }
    return true;
}

static const struct presto_type varchar1 = {.kind = PRESTO_VARCHAR, .precision = 1};
static const struct presto_type varbinary = {.kind = PRESTO_VARBINARY};
static const struct presto_type integer = {.kind = PRESTO_INTEGER};
static const struct presto_type stamp = {.kind = PRESTO_TIMESTAMP};
static struct presto_type text_to_int[2];
static struct presto_type int_to_arrays[2];
static struct presto_type fields_named[2];
static struct presto_type fields_bare[2];
static const char *const field_names[] = {"a", "b"};

/* The types of the recorded statement, in its order. */
static const struct presto_type all_types[] = {
    {.kind = PRESTO_BOOLEAN},
    {.kind = PRESTO_TINYINT},
    {.kind = PRESTO_SMALLINT},
    {.kind = PRESTO_INTEGER},
    {.kind = PRESTO_BIGINT},
    {.kind = PRESTO_REAL},
    {.kind = PRESTO_DOUBLE},
    {.kind = PRESTO_DOUBLE},
    {.kind = PRESTO_DOUBLE},
    {.kind = PRESTO_DECIMAL, .precision = 6, .scale = 3},
    {.kind = PRESTO_VARCHAR, .precision = 3},
    {.kind = PRESTO_VARCHAR, .precision = 3},
    {.kind = PRESTO_CHAR, .precision = 3},
    {.kind = PRESTO_VARBINARY},
    {.kind = PRESTO_DATE},
    {.kind = PRESTO_TIME, .precision = 3},
    {.kind = PRESTO_TIMESTAMP, .precision = 6},
    {.kind = PRESTO_TIMESTAMP_TZ, .precision = 3},
    {.kind = PRESTO_TIME_TZ, .precision = 0},
    {.kind = PRESTO_INTERVAL_DAY},
    {.kind = PRESTO_INTERVAL_YEAR},
    {.kind = PRESTO_JSON},
    {.kind = PRESTO_UUID},
    {.kind = PRESTO_IPADDRESS},
    {.kind = PRESTO_ARRAY, .child_count = 1, .children = &integer},
    {.kind = PRESTO_MAP, .child_count = 2, .children = text_to_int},
    {.kind = PRESTO_ROW, .child_count = 2, .children = fields_named, .names = field_names},
    {.kind = PRESTO_ROW, .child_count = 2, .children = fields_bare},
    {.kind = PRESTO_UNKNOWN},
    {.kind = PRESTO_VARCHAR},
    {.kind = PRESTO_ARRAY, .child_count = 1, .children = &stamp},
    {.kind = PRESTO_MAP, .child_count = 2, .children = int_to_arrays},
};

static void make_types(void)
{
    text_to_int[0] = varchar1;
    text_to_int[1] = integer;
    int_to_arrays[0] = integer;
    int_to_arrays[1] =
        (struct presto_type){.kind = PRESTO_ARRAY, .child_count = 1, .children = &varbinary};
    fields_named[0] = integer;
    fields_named[1] = (struct presto_type){.kind = PRESTO_VARCHAR};
    fields_bare[0] = integer;
    fields_bare[1] = integer;
}

static void check_columns(const char *golden, enum presto_protocol protocol)
{
    struct arena arena;
    struct text out;
    struct err err = {0};
    struct presto_column columns[COUNT_OF(all_types)];
    char names[COUNT_OF(all_types)][16];

    make_types();
    arena_init(&arena, 16 * BYTES_MAX);
    text_init(&out, BYTES_MAX);
    for (size_t i = 0; i < COUNT_OF(all_types); i++) {
        (void)snprintf(names[i], sizeof(names[i]), "_col%zu", i);
        columns[i] = (struct presto_column){names[i], all_types[i]};
    }
    struct presto_columns list = {columns, COUNT_OF(columns)};
    struct presto_results results = {
        .id = "q", .info_uri = "u", .columns = &list, .update_count = -1};
    struct presto_type_style style = {protocol, true};
    presto_write(&out, &results, &style);

    struct json_value *ours = json_read(text_span(&out), &arena, &err);
    assert_non_null(ours);
    const struct json_value *theirs = json_get(read_golden(golden, &arena), "columns");
    const struct json_value *column = json_get(ours, "columns")->first;
    size_t index = 0;
    for (const struct json_value *want = theirs->first; want != NULL; want = want->next) {
        if (!same(column, want))
            fail_msg("%s: column %zu differs in %s", golden, index, text_string(&out));
        column = column->next;
        index++;
    }
    assert_int_equal(index, COUNT_OF(all_types));
    assert_null(column);
    text_reset(&out);
    arena_reset(&arena);
}

/* Every type's words and signature are those that the real servers sent. */
static void writes_types_as_trino(void **state)
{
    (void)state;
    check_columns("types_trino476.json", PRESTO_TRINO);
}

static void writes_types_as_presto(void **state)
{
    (void)state;
    check_columns("types_presto0287.json", PRESTO_PRESTO);
}

/* A client without PARAMETRIC_DATETIME does not hear of timestamp(6). */
static void hides_precision_from_old_clients(void **state)
{
    (void)state;
    struct presto_type type = {.kind = PRESTO_TIMESTAMP, .precision = 6};
    struct presto_type_style style = {PRESTO_TRINO, false};
    struct text out;

    text_init(&out, BYTES_MAX);
    presto_type_text(&out, &type, &style);
    assert_string_equal(text_string(&out), "timestamp");
    text_reset(&out);
}

/* DESCRIBE writes a decimal without a space, for both. */
static void displays_types_as_describe_does(void **state)
{
    (void)state;
    static const struct presto_type decimal = {.kind = PRESTO_DECIMAL, .precision = 10, .scale = 2};
    static const char *const names[] = {"x"};
    static const struct presto_type row = {
        .kind = PRESTO_ROW, .child_count = 1, .children = &integer, .names = names};
    static const struct presto_type rows = {
        .kind = PRESTO_ARRAY, .child_count = 1, .children = &row};
    struct presto_type_style style = {PRESTO_TRINO, true};
    struct text out;

    text_init(&out, BYTES_MAX);
    presto_type_display(&out, &decimal, &style);
    text_add_char(&out, ' ');
    presto_type_display(&out, &rows, &style);
    assert_string_equal(text_string(&out), "decimal(10,2) array(row(x integer))");
    text_reset(&out);
}

/* The recorded errors, written anew from their parts, are the same documents. */
static void check_errors(const char *golden, enum presto_protocol protocol)
{
    struct arena arena;
    struct text out;

    arena_init(&arena, 16 * BYTES_MAX);
    text_init(&out, BYTES_MAX);
    const struct json_value *all = read_golden(golden, &arena);
    for (const struct json_value *entry = all->first; entry != NULL; entry = entry->next) {
        const struct json_value *want = json_get(entry, "error");
        const struct json_value *place = json_get(want, "errorLocation");
        struct err err = {0};
        int64_t code = 0;
        int64_t line = 0;
        int64_t column = 0;
        assert_true(json_to_i64(json_get(want, "errorCode"), &code));
        if (place != NULL) {
            assert_true(json_to_i64(json_get(place, "lineNumber"), &line));
            assert_true(json_to_i64(json_get(place, "columnNumber"), &column));
        }
        struct presto_error error = {
            .message = arena_string(&arena, json_get(want, "message")->text),
            .code = (int)code,
            .name = arena_string(&arena, json_get(want, "errorName")->text),
            .type = span_is(json_get(want, "errorType")->text, "EXTERNAL") ? PRESTO_EXTERNAL
                                                                           : PRESTO_USER_ERROR,
            .java_class = "x",
            .line = (int)line,
            .column = (int)column,
        };
        struct presto_results results = {
            .id = "q", .info_uri = "u", .error = &error, .update_count = -1};
        struct presto_type_style style = {protocol, true};
        text_clear(&out);
        presto_write(&out, &results, &style);
        struct json_value *ours = json_read(text_span(&out), &arena, &err);
        assert_non_null(ours);
        const struct json_value *got = json_get(ours, "error");
        assert_int_equal(json_count(got), json_count(want) + 1); /* failureInfo */
        for (const struct json_value *part = want->first; part != NULL; part = part->next)
            assert_true(same(json_get(got, arena_string(&arena, part->key)), part));
        const struct json_value *info = json_get(got, "failureInfo");
        assert_true(same(json_get(info, "message"), json_get(want, "message")));
        if (place != NULL)
            assert_true(same(json_get(info, "errorLocation"), place));
    }
    text_reset(&out);
    arena_reset(&arena);
}

static void writes_errors_as_trino(void **state)
{
    (void)state;
    check_errors("errors_trino476.json", PRESTO_TRINO);
}

static void writes_errors_as_presto(void **state)
{
    (void)state;
    check_errors("errors_presto0287.json", PRESTO_PRESTO);
}

/* The members that the command lines cannot do without, and none that would mislead them. */
static void tells_first_from_last_page(void **state)
{
    (void)state;
    static const char *const stats[] = {
        "state",         "queued",         "scheduled",        "nodes",
        "totalSplits",   "queuedSplits",   "runningSplits",    "completedSplits",
        "cpuTimeMillis", "wallTimeMillis", "queuedTimeMillis", "elapsedTimeMillis",
        "processedRows", "processedBytes", "peakMemoryBytes",  "spilledBytes",
    };
    struct arena arena;
    struct text out;
    struct err err = {0};
    struct presto_type_style style = {PRESTO_TRINO, true};

    arena_init(&arena, BYTES_MAX);
    text_init(&out, BYTES_MAX);
    struct presto_results first = {.id = "20260301_101504_00001_abcde",
                                   .info_uri = "http://h/ui",
                                   .next_uri = "http://h/v1/statement/queued/1",
                                   .update_count = -1};
    presto_write(&out, &first, &style);
    struct json_value *reply = json_read(text_span(&out), &arena, &err);
    assert_non_null(reply);
    assert_int_equal(json_count(reply), 5); /* id, infoUri, nextUri, stats, warnings */
    for (size_t i = 0; i < COUNT_OF(stats); i++)
        assert_non_null(json_get(json_get(reply, "stats"), stats[i]));

    struct presto_columns none = {NULL, 0};
    struct presto_warning warning = {1, "W", "be \"warned\""};
    struct presto_results last = {.id = "q",
                                  .info_uri = "u",
                                  .columns = &none,
                                  .data = span_of("[1],[2]"),
                                  .stats = {.state = PRESTO_FINISHED},
                                  .warnings = &warning,
                                  .warning_count = 1,
                                  .update_type = "INSERT",
                                  .update_count = 3};
    text_clear(&out);
    presto_write(&out, &last, &style);
    reply = json_read(text_span(&out), &arena, &err);
    assert_non_null(reply);
    assert_null(json_get(reply, "nextUri"));
    assert_int_equal(json_count(json_get(reply, "columns")), 0);
    assert_int_equal(json_count(json_get(reply, "data")), 2);
    assert_true(span_is(json_get(json_get(reply, "stats"), "state")->text, "FINISHED"));
    /* While it runs, too, they draw it, and go no further when it is not there. */
    const struct json_value *stage = json_get(json_get(reply, "stats"), "rootStage");
    assert_non_null(stage);
    assert_int_equal(json_count(json_get(stage, "subStages")), 0);
    assert_true(
        span_is(json_get(json_get(reply, "warnings")->first, "message")->text, "be \"warned\""));
    assert_true(span_is(json_get(reply, "updateType")->text, "INSERT"));
    text_reset(&out);
    arena_reset(&arena);
}

/* Cells as the recorded statement's, and the ends of their ranges. */
static void writes_values(void **state)
{
    (void)state;
    struct text out;

    text_init(&out, BYTES_MAX);
    presto_value_real(&out, 1.5F);
    presto_value_real(&out, 16777216.0F);
    presto_value_real(&out, 0.1F);
    presto_value_double(&out, (double)NAN);
    presto_value_double(&out, -(double)INFINITY);
    presto_value_double(&out, 3.0);
    assert_string_equal(text_string(&out), "1.516777216.00.1\"NaN\"\"-Infinity\"3.0");

    static const struct {
        int64_t days;
        const char *date;
    } dates[] = {
        {0, "\"1970-01-01\""},       {18263, "\"2020-01-02\""},     {-1, "\"1969-12-31\""},
        {-719162, "\"0001-01-01\""}, {-719528, "\"0000-01-01\""},   {-719529, "\"-0001-12-31\""},
        {2932896, "\"9999-12-31\""}, {2932897, "\"+10000-01-01\""}, {11016, "\"2000-02-29\""},
    };
    for (size_t i = 0; i < COUNT_OF(dates); i++) {
        text_clear(&out);
        presto_value_date(&out, dates[i].days);
        assert_string_equal(text_string(&out), dates[i].date);
    }

    static const struct {
        struct presto_instant instant;
        const char *zone;
        const char *stamp;
    } stamps[] = {
        {{1577934245123456, 6, 6}, NULL, "\"2020-01-02 03:04:05.123456\""},
        {{1577934245123456, 6, 3}, NULL, "\"2020-01-02 03:04:05.123\""},
        {{1577934245123456, 6, 0}, NULL, "\"2020-01-02 03:04:05\""},
        {{1577934245, 0, 3}, NULL, "\"2020-01-02 03:04:05.000\""},
        {{1577934245123, 3, 9}, NULL, "\"2020-01-02 03:04:05.123000000\""},
        {{1577930645123, 3, 3}, "Europe/Paris", "\"2020-01-02 02:04:05.123 Europe/Paris\""},
        {{-1, 6, 3}, NULL, "\"1969-12-31 23:59:59.999\""},
        {{INT64_MIN, 6, 6}, NULL, "\"-290308-12-21 19:59:05.224192\""},
        {{INT64_MAX, 0, 0}, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(stamps); i++) {
        text_clear(&out);
        presto_value_timestamp(&out, &stamps[i].instant, stamps[i].zone);
        if (stamps[i].stamp != NULL)
            assert_string_equal(text_string(&out), stamps[i].stamp);
    }

    struct presto_instant time = {3723456000, 6, 3};
    text_clear(&out);
    presto_value_time(&out, &time);
    presto_value_bytes(&out, (struct span){"\x00\xff\x41", 3});
    presto_value_bytes(&out, (struct span){"\x00", 1});
    presto_value_bytes(&out, (struct span){"ab", 2});
    presto_value_bytes(&out, (struct span){NULL, 0});
    presto_value_day_interval(&out, 3LL * 86400 * 1000);
    presto_value_day_interval(&out, -1);
    presto_value_year_interval(&out, 2);
    presto_value_year_interval(&out, -14);
    assert_string_equal(text_string(&out),
                        "\"01:02:03.456\"\"AP9B\"\"AA==\"\"YWI=\"\"\"\"3 00:00:00.000\""
                        "\"-0 00:00:00.001\"\"0-2\"\"-1-2\"");
    text_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_types_as_trino),
        cmocka_unit_test(writes_types_as_presto),
        cmocka_unit_test(hides_precision_from_old_clients),
        cmocka_unit_test(displays_types_as_describe_does),
        cmocka_unit_test(writes_errors_as_trino),
        cmocka_unit_test(writes_errors_as_presto),
        cmocka_unit_test(tells_first_from_last_page),
        cmocka_unit_test(writes_values),
    };
    return cmocka_run_group_tests_name("presto", tests, NULL, NULL);
}
