/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/reader.h"
#include "wire/writer.h"

static void writes_big_endian(void **state)
{
    (void)state;
    static const unsigned char expected[] = {
        0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfd, 0x80, 0, 0, 0,   0,   0,
        0,    1,    0xc0, 4,    0,    0,    0,    0,    0, 0, 'a', 'b',
    };
    struct text out;

    text_init(&out, 100);
    writer_i8(&out, -1);
    writer_i16(&out, -2);
    writer_i32(&out, -3);
    writer_i64(&out, INT64_MIN + 1);
    writer_f64(&out, -2.5);
    writer_bytes(&out, span_of("ab"));
    assert_int_equal(out.size, sizeof(expected));
    assert_memory_equal(out.bytes, expected, sizeof(expected));
    text_reset(&out);
}

static void the_reader_takes_what_the_writer_gives(void **state)
{
    (void)state;
    static const int64_t values[] = {
        0, 1, -1, 63, 64, -64, -65, 127, 128, 300, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN,
    };

    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct text out;

        text_init(&out, 100);
        writer_uvarint(&out, (uint32_t)values[i]);
        writer_varint(&out, (int32_t)values[i]);
        writer_varlong(&out, values[i]);
        struct reader r = reader_of(text_span(&out));
        assert_int_equal(reader_uvarint(&r), (uint32_t)values[i]);
        assert_int_equal(reader_varint(&r), (int32_t)values[i]);
        assert_int_equal(reader_varlong(&r), values[i]);
        assert_false(r.bad);
        assert_int_equal(r.left, 0);
        text_reset(&out);
    }
}

static void a_length_known_late_is_put_in_place(void **state)
{
    (void)state;
    struct text out;

    text_init(&out, 100);
    text_add_string(&out, "ab");
    writer_i32(&out, 0);
    text_add_string(&out, "cd");
    writer_patch_i32(&out, 2, 0x65666768);
    assert_string_equal(text_string(&out), "abefghcd");
    text_reset(&out);
}

static void past_the_limit_nothing_is_written(void **state)
{
    (void)state;
    struct text out;

    text_init(&out, 6);
    writer_i32(&out, 0x61626364);
    writer_i32(&out, 0);
    writer_i8(&out, 0);
    assert_true(out.full);
    assert_int_equal(out.size, 4);
    writer_patch_i32(&out, 4, 0); /* not there, and not missed */
    assert_string_equal(text_string(&out), "abcd");
    text_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_big_endian),
        cmocka_unit_test(the_reader_takes_what_the_writer_gives),
        cmocka_unit_test(a_length_known_late_is_put_in_place),
        cmocka_unit_test(past_the_limit_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
