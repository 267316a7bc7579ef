/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/reader.h"

static void takes_numbers_front_to_back(void **state)
{
    (void)state;
    static const unsigned char bytes[] = {
        0xff, 0xfe, 0xff, 0xfd, 0xff, 0xfd, 0xff, 0xff, 0xff, 0xfc, 0x80,
        0x00, 0x00, 0x01, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02,
        0xc0, 0x04, 0,    0,    0,    0,    0,    0,    'a',  'b',  'c',
    };
    struct reader r = reader_of((struct span){bytes, sizeof(bytes)});

    assert_int_equal(reader_i8(&r), -1);
    assert_int_equal(reader_u8(&r), 0xfe);
    assert_int_equal(reader_i16(&r), -3);
    assert_int_equal(reader_u16(&r), 0xfffd);
    assert_int_equal(reader_i32(&r), -4);
    assert_int_equal(reader_u32(&r), 0x80000001);
    assert_int_equal(reader_i64(&r), INT64_MIN + 2);
    assert_true(reader_f64(&r) == -2.5);
    assert_true(span_is(reader_bytes(&r, 2), "ab"));
    assert_true(span_is(reader_rest(&r), "c"));
    assert_false(r.bad);
    assert_int_equal(r.left, 0);
}

/* The decoder looks once, at the end: so nothing after a bad read may look good. */
static void the_first_bad_read_sticks(void **state)
{
    (void)state;
    static const unsigned char bytes[] = {1, 2, 3};
    struct reader r = reader_of((struct span){bytes, sizeof(bytes)});

    assert_int_equal(reader_i32(&r), 0);
    assert_true(r.bad);
    assert_int_equal(r.left, 0);
    assert_int_equal(reader_i8(&r), 0);
    assert_int_equal(reader_uvarint(&r), 0);
    assert_int_equal(reader_varlong(&r), 0);
    assert_int_equal(reader_rest(&r).size, 0);
    assert_null(reader_bytes(&r, 0).data);
    assert_true(r.bad);
}

static void a_huge_size_is_only_bad(void **state)
{
    (void)state;
    struct reader r = reader_of(span_of("abc"));

    assert_int_equal(reader_bytes(&r, SIZE_MAX).size, 0);
    assert_true(r.bad);
}

/* An empty string is not null: the difference is in the pointer. */
static void no_bytes_are_not_null(void **state)
{
    (void)state;
    struct reader r = reader_of(span_of("a"));

    (void)reader_u8(&r);
    struct span none = reader_bytes(&r, 0);
    assert_false(r.bad);
    assert_non_null(none.data);
    assert_int_equal(none.size, 0);
}

static void unsigned_varints_have_32_bits(void **state)
{
    (void)state;
    static const struct {
        unsigned char bytes[6];
        size_t size;
        bool ok;
        uint32_t value;
    } rows[] = {
        {{0x00}, 1, true, 0},
        {{0x7f}, 1, true, 127},
        {{0x80, 0x01}, 2, true, 128},
        {{0xac, 0x02}, 2, true, 300},
        {{0x80, 0x00}, 2, true, 0}, /* longer than needed, as Java also takes it */
        {{0xff, 0xff, 0xff, 0xff, 0x0f}, 5, true, UINT32_MAX},
        {{0xff, 0xff, 0xff, 0xff, 0x1f}, 5, false, 0},
        {{0xff, 0xff, 0xff, 0xff, 0x8f, 0x00}, 6, false, 0},
        {{0x80}, 1, false, 0},
        {{0}, 0, false, 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct reader r = reader_of((struct span){rows[i].bytes, rows[i].size});
        assert_int_equal(reader_uvarint(&r), rows[i].value);
        assert_int_equal(r.bad, !rows[i].ok);
    }
}

static void signed_varints_are_zigzag(void **state)
{
    (void)state;
    static const struct {
        unsigned char bytes[10];
        size_t size;
        int64_t value;
    } rows[] = {
        {{0x00}, 1, 0},
        {{0x01}, 1, -1},
        {{0x02}, 1, 1},
        {{0x03}, 1, -2},
        {{0xfe, 0xff, 0xff, 0xff, 0x0f}, 5, INT32_MAX},
        {{0xff, 0xff, 0xff, 0xff, 0x0f}, 5, INT32_MIN},
        {{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 10, INT64_MAX},
        {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 10, INT64_MIN},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct span bytes = {rows[i].bytes, rows[i].size};
        struct reader wide = reader_of(bytes);
        struct reader narrow = reader_of(bytes);

        assert_int_equal(reader_varlong(&wide), rows[i].value);
        assert_false(wide.bad);
        int32_t value = reader_varint(&narrow);
        assert_int_equal(narrow.bad, rows[i].size > 5);
        assert_int_equal(value, rows[i].size > 5 ? 0 : rows[i].value);
    }
}

static void a_long_varint_ends(void **state)
{
    (void)state;
    static const unsigned char bytes[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                          0xff, 0xff, 0xff, 0x02, 0x00};
    struct reader r = reader_of((struct span){bytes, sizeof(bytes)});

    assert_int_equal(reader_varlong(&r), 0);
    assert_true(r.bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_numbers_front_to_back),
        cmocka_unit_test(the_first_bad_read_sticks),
        cmocka_unit_test(a_huge_size_is_only_bad),
        cmocka_unit_test(no_bytes_are_not_null),
        cmocka_unit_test(unsigned_varints_have_32_bits),
        cmocka_unit_test(signed_varints_are_zigzag),
        cmocka_unit_test(a_long_varint_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
