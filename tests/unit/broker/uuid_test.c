/* SPDX-License-Identifier: Apache-2.0 */
/* uuid_test.c - as Kafka's Uuid writes them. */
#include "broker/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

static void writes_base64url(void **state)
{
    (void)state;
    static const struct {
        struct kafka_uuid uuid;
        const char *text;
    } rows[] = {
        {{{0}}, "AAAAAAAAAAAAAAAAAAAAAA"},
        {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, "AAAAAAAAAAAAAAAAAAAAAQ"},
        {{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
           0xff}},
         "_____________________w"},
        {{{0x6b, 0xbf, 0xbe, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x10, 0x32, 0x54, 0x76,
           0x98}},
         "a7--ASNFZ4mrze8QMlR2mA"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[UUID_TEXT_BYTES];
        struct kafka_uuid back;
        assert_string_equal(uuid_text(&rows[i].uuid, text), rows[i].text);
        assert_true(uuid_parse(&back, span_of(rows[i].text)));
        assert_int_equal(uuid_compare(&back, &rows[i].uuid), 0);
    }
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "AAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAA=",
        "AAAAAAAAAAAAAAAAAAAAA+",
        "AAAAAAAAAAAAAAAAAAAAAB", /* bits behind the last byte */
    };
    struct kafka_uuid uuid;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_false(uuid_parse(&uuid, span_of(rows[i])));
}

static void new_ones_differ_and_are_no_flags(void **state)
{
    (void)state;
    char text[UUID_TEXT_BYTES];
    struct kafka_uuid last = uuid_new();

    for (int i = 0; i < 1000; i++) {
        struct kafka_uuid uuid = uuid_new();
        assert_int_not_equal(uuid_compare(&uuid, &last), 0);
        assert_int_not_equal(uuid_text(&uuid, text)[0], '-');
        last = uuid;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_base64url),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(new_ones_differ_and_are_no_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
