/* SPDX-License-Identifier: Apache-2.0 */
/* offsets_test.c - Spark's JSON of offsets, there and back. */
#include "job/offsets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

static void writes_what_it_reads(void **state)
{
    (void)state;
    static const char json[] = "{\"events\":{\"0\":12,\"2\":7}}";
    struct offsets offsets = {0};
    struct err err = {0};
    struct text text;

    assert_true(offsets_read(&offsets, "events", span_of(json), &err));
    assert_int_equal(offsets.count, 3);
    assert_int_equal(offsets.next[0], 12);
    assert_int_equal(offsets.next[1], -1);
    text_init(&text, 1000);
    offsets_write(&offsets, "events", &text);
    assert_string_equal(text_string(&text), json);
    text_reset(&text);
    offsets_reset(&offsets);
}

static void refuses_what_is_no_offsets(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum err_kind kind;
    } rows[] = {
        {"", ERR_MALFORMED},
        {"[]", ERR_MALFORMED},
        {"{}", ERR_MALFORMED},
        {"{\"events\":{}, \"other\":{}}", ERR_MALFORMED},
        {"{\"other\":{\"0\":1}}", ERR_CONFLICT},
        {"{\"events\":[1]}", ERR_MALFORMED},
        {"{\"events\":{\"0\":-3}}", ERR_MALFORMED},
        {"{\"events\":{\"0\":\"1\"}}", ERR_MALFORMED},
        {"{\"events\":{\"-1\":1}}", ERR_MALFORMED},
        {"{\"events\":{\"99999999\":1}}", ERR_MALFORMED},
        {"{\"events\":{\"x\":1}}", ERR_MALFORMED},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct offsets offsets = {0};
        struct err err = {0};
        offsets_grow(&offsets, 1);
        offsets.next[0] = 5;
        assert_false(offsets_read(&offsets, "events", span_of(rows[i].json), &err));
        assert_int_equal(err.kind, rows[i].kind);
        assert_int_equal(offsets.next[0], 5); /* nothing else has changed */
        offsets_reset(&offsets);
    }
}

static void measures_distances(void **state)
{
    (void)state;
    struct offsets from = {0};
    struct offsets to = {0};

    offsets_grow(&from, 1);
    from.next[0] = 10;
    offsets_grow(&to, 2);
    to.next[0] = 15;
    to.next[1] = 3; /* a new partition counts from 0 */
    assert_int_equal(offsets_distance(&from, &to), 8);
    assert_false(offsets_equal(&from, &to));
    offsets_copy(&from, &to);
    assert_true(offsets_equal(&from, &to));
    assert_int_equal(offsets_distance(&from, &to), 0);
    offsets_reset(&from);
    offsets_reset(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(refuses_what_is_no_offsets),
        cmocka_unit_test(measures_distances),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
