/* SPDX-License-Identifier: Apache-2.0 */
/* json_test.c - what RFC 8259 allows is read as it was meant, all else is refused with its place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define ARENA_BYTES 100000

/* A string is what its escapes mean. */
static void reads_strings_as_they_were_meant(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *meant;
        size_t size;
    } rows[] = {
        {"\"\"", "", 0},
        {"\"plain\"", "plain", 5},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8},
        {"\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac", 6},
        {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", 4},
        {"\"\\uDBFF\\uDFFF\"", "\xf4\x8f\xbf\xbf", 4},
        {"\"a\\u0000b\"", "a\0b", 3},
        {"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\\n\"", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n",
         10},
        {" \t\r\n\"blanks\" ", "blanks", 6},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena;
        struct err err = {0};
        arena_init(&arena, ARENA_BYTES);
        struct json_value *value = json_read(span_of(rows[i].json), &arena, &err);
        assert_non_null(value);
        assert_int_equal(value->type, JSON_STRING);
        assert_true(span_equal(value->text, (struct span){rows[i].meant, rows[i].size}));
        arena_reset(&arena);
    }
}

/* A number stays as it was written; what the grammar of numbers does not allow is no number. */
static void reads_numbers_as_they_were_written(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "0", "-0", "12", "-12.50", "1e5", "1E+5", "1e-5", "0.1", "123456789012345678901234567890"};

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        struct arena arena;
        struct err err = {0};
        arena_init(&arena, ARENA_BYTES);
        struct json_value *value = json_read(span_of(numbers[i]), &arena, &err);
        assert_non_null(value);
        assert_int_equal(value->type, JSON_NUMBER);
        assert_true(span_is(value->text, numbers[i]));
        arena_reset(&arena);
    }
}

/* Each fault is refused, and its place is that of the first byte that does not fit. */
static void refuses_what_is_not_json(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        int line;
        int column;
    } rows[] = {
        {"", 1, 1},
        {"   ", 1, 4},
        {"nul", 1, 1},
        {"nulls", 1, 5},
        {"True", 1, 1},
        {"NaN", 1, 1},
        {"-", 1, 2},
        {"+1", 1, 1},
        {"01", 1, 2},
        {"1.", 1, 3},
        {".5", 1, 1},
        {"1e", 1, 3},
        {"1e+", 1, 4},
        {"0x10", 1, 2},
        {"'a'", 1, 1},
        {"\"a", 1, 3},
        {"\"a\\", 1, 4},
        {"\"a\\\"", 1, 5},
        {"\"\\x\"", 1, 4},
        {"\"\\u12\"", 1, 6},
        {"\"\\u12g4\"", 1, 6},
        {"\"\\ud800\"", 1, 8},
        {"\"\\ud800\\n\"", 1, 9},
        {"\"\\ud800\\u0041\"", 1, 14},
        {"\"\\udc00\"", 1, 8},
        {"\"a\nb\"", 1, 3},
        {"\"\x01\"", 1, 2},
        {"[", 1, 2},
        {"[1", 1, 3},
        {"[1,", 1, 4},
        {"[1,]", 1, 4},
        {"[,1]", 1, 2},
        {"[1 2]", 1, 4},
        {"[1}", 1, 3},
        {"{", 1, 2},
        {"{]", 1, 2},
        {"{\"a\"}", 1, 5},
        {"{\"a\":}", 1, 6},
        {"{\"a\":1,}", 1, 8},
        {"{a:1}", 1, 2},
        {"{1:1}", 1, 2},
        {"{\"a\":1 \"b\":2}", 1, 8},
        {"1 2", 1, 3},
        {"[] // x", 1, 4},
        {"{\"a\":\n  [1,\n   \xc3\xa9]}", 3, 4},
        {"[\"\xc3\xa9\xc3\xa9\", x]", 1, 8}, /* columns are characters */
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena;
        struct err err = {0};
        arena_init(&arena, ARENA_BYTES);
        assert_null(json_read(span_of(rows[i].json), &arena, &err));
        assert_int_equal(err.kind, ERR_MALFORMED);
        if (err.line != rows[i].line || err.column != rows[i].column)
            fail_msg("%s: %s, want line %d, column %d", rows[i].json, err.text, rows[i].line,
                     rows[i].column);
        arena_reset(&arena);
    }
}

/* Bytes that are not UTF-8 (RFC 3629) are refused: overlong, surrogate, beyond, cut off. */
static void refuses_what_is_not_utf8(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "\"\x80\"",
        "\"\xc0\xaf\"",
        "\"\xc1\xbf\"",
        "\"\xc3\"",
        "\"\xe0\x9f\xbf\"",
        "\"\xed\xa0\x80\"",
        "\"\xe2\x82\"",
        "\"\xe2\x28\xa1\"",
        "\"\xf0\x8f\xbf\xbf\"",
        "\"\xf4\x90\x80\x80\"",
        "\"\xf5\x80\x80\x80\"",
        "\"\xff\"",
        "\"\xf0\x9f\x98\"",
        "{\"\xff\":1}",
        "\"\\n\xff\"",
        "\"\\\xc3\"",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena;
        struct err err = {0};
        arena_init(&arena, ARENA_BYTES);
        assert_null(json_read(span_of(rows[i]), &arena, &err));
        assert_int_equal(err.kind, ERR_MALFORMED);
        arena_reset(&arena);
    }
}

/* It ends at the size it was told, and reads no further byte. */
static void stops_where_the_bytes_stop(void **state)
{
    (void)state;
    static const char *const rows[] = {"true", "\"a\\u0041\"", "[1,2]", "{\"a\":null}",
                                       "\"\xf0\x9f\x98\x80\""};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t whole = strlen(rows[i]);
        for (size_t size = 0; size <= whole; size++) {
            struct arena arena;
            struct err err = {0};
            char *exact = mem_copy(rows[i], size); /* the sanitizer watches its end */
            arena_init(&arena, ARENA_BYTES);
            bool ok = json_read((struct span){exact, size}, &arena, &err) != NULL;
            assert_int_equal(ok, size == whole);
            arena_reset(&arena);
            mem_free(exact);
        }
    }
}

/* Depth and memory have limits, and say so. */
static void refuses_past_its_limits(void **state)
{
    (void)state;
    char deep[2 * (JSON_DEPTH_MAX + 1)];
    struct arena arena;
    struct err err = {0};

    memset(deep, '[', JSON_DEPTH_MAX + 1);
    memset(deep + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    arena_init(&arena, ARENA_BYTES);
    assert_null(json_read((struct span){deep, sizeof(deep)}, &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_non_null(json_read((struct span){deep + 1, sizeof(deep) - 2}, &arena, &err));
    arena_reset(&arena);

    arena_init(&arena, 4 * sizeof(struct json_value));
    assert_null(json_read(span_of("[1,2,3,4]"), &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    arena_reset(&arena);
    arena_init(&arena, sizeof(struct json_value));
    assert_null(json_read(span_of("\"\\n\""), &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    arena_reset(&arena);
    arena_init(&arena, 0);
    assert_null(json_read(span_of("1"), &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
}

/* Members keep their order; of two with one name the last is meant; what is not there is NULL. */
static void finds_members_by_name(void **state)
{
    (void)state;
    struct arena arena;
    struct err err = {0};
    int64_t number = 0;

    arena_init(&arena, ARENA_BYTES);
    struct json_value *root = json_read(span_of("{\"a\": 1, \"b\": [true, false, null], \"a\": -7, "
                                                "\"\\u0063\": {\"d\": \"x\"}, \"e\": 1.5}"),
                                        &arena, &err);
    assert_non_null(root);
    assert_int_equal(root->type, JSON_OBJECT);
    assert_int_equal(json_count(root), 5);
    assert_true(span_is(root->first->key, "a"));
    assert_true(json_to_i64(json_get(root, "a"), &number));
    assert_int_equal(number, -7);
    const struct json_value *list = json_get(root, "b");
    assert_int_equal(list->type, JSON_ARRAY);
    assert_int_equal(json_count(list), 3);
    assert_int_equal(list->first->type, JSON_TRUE);
    assert_int_equal(list->first->next->type, JSON_FALSE);
    assert_int_equal(list->first->next->next->type, JSON_NULL);
    assert_true(span_is(json_get(json_get(root, "c"), "d")->text, "x"));
    assert_null(json_get(root, "z"));
    assert_null(json_get(list, "a"));
    assert_null(json_get(NULL, "a"));
    assert_false(json_to_i64(NULL, &number));
    assert_false(json_to_i64(json_get(root, "e"), &number)); /* not whole */
    assert_false(json_to_i64(list, &number));
    assert_int_equal(number, -7);
    arena_reset(&arena);
}

/* Commas and colons fall where they belong, at every depth. */
static void writes_commas_where_they_belong(void **state)
{
    (void)state;
    struct text text;
    struct json_writer json;

    text_init(&text, 1000);
    json_writer_init(&json, &text);
    json_begin_object(&json);
    json_key(&json, "a");
    json_i64(&json, INT64_MIN);
    json_key(&json, "b");
    json_begin_array(&json);
    json_begin_array(&json);
    json_end_array(&json);
    json_begin_object(&json);
    json_end_object(&json);
    json_bool(&json, true);
    json_bool(&json, false);
    json_null(&json);
    json_raw(&json, span_of("[1]"));
    json_end_array(&json);
    json_key(&json, "c\"");
    json_string(&json, "d");
    json_end_object(&json);
    assert_string_equal(text_string(&text), "{\"a\":-9223372036854775808,"
                                            "\"b\":[[],{},true,false,null,[1]],\"c\\\"\":\"d\"}");
    text_reset(&text);
}

/* A double reads back as itself, in as few digits as that takes, and looks like a double. */
static void writes_doubles_that_read_back(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *json;
    } rows[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {0.1, "0.1"},
        {-2.5, "-2.5"},
        {1e300, "1e+300"},
        {100000.0, "100000.0"},
        {1.0 / 3.0, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {5e-324, "4.94065645841247e-324"},
        {(double)NAN, "\"NaN\""},
        {(double)INFINITY, "\"Infinity\""},
        {(double)-INFINITY, "\"-Infinity\""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text text;
        struct json_writer json;
        text_init(&text, 100);
        json_writer_init(&json, &text);
        json_double(&json, rows[i].number);
        assert_string_equal(text_string(&text), rows[i].json);
        if (isfinite(rows[i].number))
            assert_true(strtod(text_string(&text), NULL) == rows[i].number);
        text_reset(&text);
    }
}

/* What must be escaped is, nothing else is, and any string comes back as it was. */
static void quotes_what_must_be_quoted(void **state)
{
    (void)state;
    struct text text;
    char all[0x7f + 3];
    struct arena arena;
    struct err err = {0};

    text_init(&text, 1000);
    json_quote(&text, (struct span){"a\0\b\t\n\v\f\r\x1f\"\\/\x7f\xc3\xa9", 15});
    assert_string_equal(text_string(&text),
                        "\"a\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\\"\\\\/\x7f\xc3\xa9\"");
    text_clear(&text);
    json_quote(&text, (struct span){NULL, 0});
    assert_string_equal(text_string(&text), "\"\"");
    text_clear(&text);

    for (size_t i = 0; i <= 0x7f; i++)
        all[i] = (char)i;
    json_quote(&text, (struct span){all, 0x80});
    arena_init(&arena, ARENA_BYTES);
    struct json_value *back = json_read(text_span(&text), &arena, &err);
    assert_non_null(back);
    assert_true(span_equal(back->text, (struct span){all, 0x80}));
    arena_reset(&arena);
    text_reset(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_strings_as_they_were_meant),
        cmocka_unit_test(reads_numbers_as_they_were_written),
        cmocka_unit_test(refuses_what_is_not_json),
        cmocka_unit_test(refuses_what_is_not_utf8),
        cmocka_unit_test(stops_where_the_bytes_stop),
        cmocka_unit_test(refuses_past_its_limits),
        cmocka_unit_test(finds_members_by_name),
        cmocka_unit_test(writes_commas_where_they_belong),
        cmocka_unit_test(writes_doubles_that_read_back),
        cmocka_unit_test(quotes_what_must_be_quoted),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
