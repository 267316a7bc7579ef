/* SPDX-License-Identifier: Apache-2.0 */
/* from_json_test.c - what Spark 3.5.7 answered, case by case, and what its reader's source says. */
#include "engine/from_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define FIELDS 4

struct example {
    const char *json;
    enum from_json_outcome outcome;
    const char *fields[FIELDS]; /* Accept, Host, User-Agent, event_type */
};

static void check(const struct example *example)
{
    struct span names[FIELDS] = {span_of("Accept"), span_of("Host"), span_of("User-Agent"),
                                 span_of("event_type")};
    struct from_json_schema *schema = from_json_schema_create(names, FIELDS);
    struct from_json_reader *reader = from_json_reader_create(schema);
    struct span fields[FIELDS];
    size_t size = strlen(example->json);
    char *exact = malloc(size + (size == 0)); /* so that a read past the end is seen */
    memcpy(exact, example->json, size);

    enum from_json_outcome outcome = from_json_read(reader, (struct span){exact, size}, fields);
    if (outcome != example->outcome)
        fail_msg("%s: outcome %d, want %d", example->json, outcome, example->outcome);
    for (size_t i = 0; i < FIELDS; i++) {
        const char *want = example->fields[i];
        if (want == NULL ? fields[i].data != NULL
                         : fields[i].data == NULL || !span_is(fields[i], want))
            fail_msg("%s: field %zu is %.*s, want %s", example->json, i, (int)fields[i].size,
                     fields[i].data == NULL ? "" : (const char *)fields[i].data,
                     want == NULL ? "NULL" : want);
    }
    free(exact);
    from_json_reader_close(reader);
    from_json_schema_close(schema);
}

#define ROW FROM_JSON_ROW
#define BAD FROM_JSON_MALFORMED

static void answers_as_spark_did(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"{\"Accept\":\"*/*\",\"Host\":\"h\",\"User-Agent\":\"ua\",\"event_type\":\"e\"}",
         ROW,
         {"*/*", "h", "ua", "e"}},
        {"{\"Accept\":{\"a\":1},\"Host\":[1, 2],\"User-Agent\":null,\"event_type\":5}",
         ROW,
         {"{\"a\":1}", "[1,2]", NULL, "5"}},
        {"{\"Accept\":1.50,\"Host\":true,\"User-Agent\":1e3}",
         ROW,
         {"1.5", "true", "1000.0", NULL}},
        {"not json", BAD, {NULL}},
        {"", FROM_JSON_NULL, {NULL}},
        {"{\"Accept\":\"x\"", BAD, {NULL}},
        {"[{\"Accept\":\"arr\"}]", BAD, {NULL}},
        {"null", BAD, {NULL}},
        {"{}", ROW, {NULL}},
        {"{\"accept\":\"lower\"}", ROW, {NULL}},
        {"{\"Accept\":\"a\",\"Accept\":\"b\"}", ROW, {"b"}},
        {"{\"Accept\":\"\\u00e9\\n\"}", ROW, {"\xC3\xA9\n"}},
        {"{\"Host\":\"h\"} trailing", ROW, {NULL, "h"}},
        {"\"str\"", BAD, {NULL}},
        {" {\"Accept\":\"sp\"} ", ROW, {"sp"}},
        {"{'Accept':'single'}", ROW, {"single"}},
        {"{\"Accept\":123456789012345678901234567890}", ROW, {"123456789012345678901234567890"}},
        {"{\"Accept\":0.1000}", ROW, {"0.1"}},
        {"{\"a\":1}{\"Accept\":\"x\"}", ROW, {NULL}},
        {"[]", BAD, {NULL}},
        {"[1]", BAD, {NULL}},
        {"[{\"Accept\":\"1\"},{\"Accept\":\"2\"}]", BAD, {NULL}},
        /* the 23rd, NULL, is the caller's */
    };
    for (size_t i = 0; i < COUNT_OF(examples); i++)
        check(&examples[i]);
}

static void prints_numbers_as_java_does(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"{\"Accept\":-0,\"Host\":-0.0,\"User-Agent\":1e7,\"event_type\":12345678.9}",
         ROW,
         {"0", "-0.0", "1.0E7", "1.23456789E7"}},
        {"{\"Accept\":1e-3,\"Host\":1e-4,\"User-Agent\":1E400,\"event_type\":-1e400}",
         ROW,
         {"0.001", "1.0E-4", "\"Infinity\"", "\"-Infinity\""}},
        {"{\"Accept\":NaN,\"Host\":+INF,\"User-Agent\":-Infinity,\"event_type\":Infinity}",
         ROW,
         {"\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "\"Infinity\""}},
        {"{\"Accept\":[0.10,{\"b\":2.0e1}]}", ROW, {"[0.1,{\"b\":20.0}]"}},
        {"{\"Accept\":01}", BAD, {NULL}},
        {"{\"Accept\":1.}", BAD, {NULL}},
        {"{\"Accept\":.5}", BAD, {NULL}},
        {"{\"Accept\":+1}", BAD, {NULL}},
        {"{\"Accept\":1e}", BAD, {NULL}},
        {"{\"Accept\":-}", BAD, {NULL}},
        {"{\"Accept\":-", BAD, {NULL}},
        {"{\"Accept\":1x}", BAD, {NULL}},
        {"{\"Accept\":INF}", BAD, {NULL}},
    };
    for (size_t i = 0; i < COUNT_OF(examples); i++)
        check(&examples[i]);
}

static void reads_strings_as_jackson_does(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"{\"Accept\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", ROW, {"\"\\/\b\f\n\r\t"}},
        {"{\"Accept\":\"\\ud83d\\ude00\",\"Host\":\"\\ud83d\",\"event_type\":\"\\ude00\\ud83dx\"}",
         ROW,
         {"\xF0\x9F\x98\x80", "?", NULL, "??x"}},
        {"{\"\\u0041ccept\":\"escaped name\"}", ROW, {"escaped name"}},
        {"{\"Accept\":'it\\'s'}", ROW, {"it's"}},
        {"{\"Accept\":[\"\\u001f\\u00e9\\/\\\"\",'a\"b']}",
         ROW,
         {"[\"\\u001F\xC3\xA9/\\\"\",\"a\\\"b\"]"}},
        {"{\"Accept\":{\"\\n\":\"\\t\"}}", ROW, {"{\"\\n\":\"\\t\"}"}},
        {"{\"Accept\":[\"\\ud800\"]}", BAD, {NULL}},
        {"{\"other\":[\"\\ud800\"],\"Host\":\"h\"}", ROW, {NULL, "h"}},
        {"{\"Accept\":\"\xFF\"}", ROW, {"\xEF\xBF\xBD"}},
        {"{\"Accept\":\"\xE2\x82\"}", ROW, {"\xEF\xBF\xBD"}},
        {"{\"Accept\":\"a\x01\"}", BAD, {NULL}},
        {"{\"other\":\"a\x01\",\"Host\":\"h\"}", BAD, {NULL}},
        {"{\"Accept\":\"\\x\"}", BAD, {NULL}},
        {"{\"Accept\":\"\\u12g4\"}", BAD, {NULL}},
        {"{\"Accept\":\"\\u12", BAD, {NULL}},
        {"{\"Accept\":\"\\", BAD, {NULL}},
        {"{\"Accept\":\"open", BAD, {NULL}},
        {"{\"Accept\":\"\"}", ROW, {""}},
    };
    for (size_t i = 0; i < COUNT_OF(examples); i++)
        check(&examples[i]);
}

static void keeps_the_order_of_brackets(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"{\"Accept\":[ ],\"Host\":{ "
         "},\"User-Agent\":[[],{},[{}]],\"event_type\":{\"a\":{\"b\":[]}}}",
         ROW,
         {"[]", "{}", "[[],{},[{}]]", "{\"a\":{\"b\":[]}}"}},
        {"{\"Accept\":[1,\"a\",null,true,false,{\"k\" : [ 2 , 3 ]}]}",
         ROW,
         {"[1,\"a\",null,true,false,{\"k\":[2,3]}]"}},
        {"{\"Accept\":\"a\",\"Accept\":null}", ROW, {NULL}},
        {"{\"Accept\":[1}}", BAD, {NULL}},
        {"{\"Accept\":{\"a\":1]}", BAD, {NULL}},
        {"{\"Accept\":[1,]}", BAD, {NULL}},
        {"{\"Accept\":[,1]}", BAD, {NULL}},
        {"{\"Accept\":1,}", BAD, {NULL}},
        {"{,}", BAD, {NULL}},
        {"{\"Accept\" 1}", BAD, {NULL}},
        {"{Accept:1}", BAD, {NULL}},
        {"{\"Accept\":}", BAD, {NULL}},
        {"{\"Accept\":tru}", BAD, {NULL}},
        {"{\"Accept\":nul}", BAD, {NULL}},
        {"{\"Accept\":[1 2]}", BAD, {NULL}},
        {"{\"Accept\":1 \"Host\":2}", BAD, {NULL}},
        {"{", BAD, {NULL}},
        {" \t\r\n ", FROM_JSON_NULL, {NULL}},
        {"\v{}", BAD, {NULL}},
    };
    for (size_t i = 0; i < COUNT_OF(examples); i++)
        check(&examples[i]);
}

/* `depth` brackets in all, the row's own counted. */
static enum from_json_outcome read_depth(size_t depth)
{
    struct text json;
    struct span name = span_of("a");
    struct span field;
    struct from_json_schema *schema = from_json_schema_create(&name, 1);
    struct from_json_reader *reader = from_json_reader_create(schema);
    text_init(&json, 1 << 20);
    text_add_string(&json, "{\"a\":");
    for (size_t i = 1; i < depth; i++)
        text_add_string(&json, "[");
    for (size_t i = 1; i < depth; i++)
        text_add_string(&json, "]");
    text_add_string(&json, "}");
    enum from_json_outcome outcome = from_json_read(reader, text_span(&json), &field);
    text_reset(&json);
    from_json_reader_close(reader);
    from_json_schema_close(schema);
    return outcome;
}

static void nests_as_deep_as_jackson_and_no_deeper(void **state)
{
    (void)state;
    assert_int_equal(read_depth(FROM_JSON_DEPTH_MAX), FROM_JSON_ROW);
    assert_int_equal(read_depth(FROM_JSON_DEPTH_MAX + 1), FROM_JSON_MALFORMED);
    assert_int_equal(read_depth(200000), FROM_JSON_MALFORMED);
}

static void finds_each_of_many_names(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    struct span names[COUNT];
    static char bytes[COUNT][16];
    struct span fields[COUNT];
    struct text json;
    text_init(&json, 1 << 20);
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(bytes[i], sizeof(bytes[i]), "name%zu", i);
        names[i] = span_of(bytes[i]);
        text_printf(&json, "%s\"%s\":%zu", i == 0 ? "{" : ",", bytes[i], i);
    }
    text_add_string(&json, "}");
    struct from_json_schema *schema = from_json_schema_create(names, COUNT);
    struct from_json_reader *reader = from_json_reader_create(schema);
    for (int round = 0; round < 2; round++) { /* a reader starts anew each time */
        assert_int_equal(from_json_read(reader, text_span(&json), fields), FROM_JSON_ROW);
        for (size_t i = 0; i < COUNT; i++)
            assert_true(span_is(fields[i], bytes[i] + strlen("name")));
    }
    from_json_reader_close(reader);
    from_json_schema_close(schema);
    text_reset(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_as_spark_did),
        cmocka_unit_test(prints_numbers_as_java_does),
        cmocka_unit_test(reads_strings_as_jackson_does),
        cmocka_unit_test(keeps_the_order_of_brackets),
        cmocka_unit_test(nests_as_deep_as_jackson_and_no_deeper),
        cmocka_unit_test(finds_each_of_many_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
