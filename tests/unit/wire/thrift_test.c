/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/thrift.h"

#define LIMIT 65536

static const char *const golden[] = {
    "set_ugi_call",        "get_database_call",        "get_database_reply",
    "get_table_call",      "get_table_reply",          "get_table_missing_reply",
    "create_table_call",   "create_table_reply",       "partitioned_table_reply",
    "view_reply",          "drop_table_call",          "drop_database_call",
    "get_table_meta_call", "get_table_meta_reply",     "get_table_req_call",
    "create_view_call",    "create_table_presto_call", "get_unique_constraints_call",
    "shutdown_oneway",     "get_all_databases_call",   "get_unique_constraints_reply",
};

static struct span read_golden(const char *name, unsigned char *bytes, size_t room)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "tests/golden/hms/%s.bin", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, room, file);
    (void)fclose(file);
    assert_in_range(size, 12, room - 1);
    return (struct span){bytes, size};
}

/* A message ends where it ends, whatever is behind it. */
static void finds_the_end_of_real_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(golden); i++) {
        unsigned char bytes[8192];
        struct span message = read_golden(golden[i], bytes, sizeof(bytes) - 100);
        struct thrift_scan scan = {0};

        memset(bytes + message.size, 0x80, 100);
        assert_int_equal(thrift_scan(&scan, (struct span){bytes, message.size + 100}, LIMIT),
                         THRIFT_COMPLETE);
        assert_int_equal(scan.at, message.size);
    }
}

/* Byte by byte: more is needed until the last one, and what is said to be needed is. */
static void asks_for_more_until_the_last_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(golden); i++) {
        unsigned char bytes[8192];
        struct span message = read_golden(golden[i], bytes, sizeof(bytes));
        struct thrift_scan scan = {0};

        for (size_t size = 0; size < message.size; size++) {
            assert_int_equal(thrift_scan(&scan, (struct span){bytes, size}, LIMIT),
                             THRIFT_NEED_MORE);
            assert_in_range(scan.needed, size + 1, message.size);
        }
        assert_int_equal(thrift_scan(&scan, message, LIMIT), THRIFT_COMPLETE);
        assert_int_equal(scan.at, message.size);
    }
}

/* Call "x", number 1, then the bytes of the body. */
#define HEAD "\x80\x01\x00\x01\x00\x00\x00\x01x\x00\x00\x00\x01"

static void refuses_every_lie(void **state)
{
    (void)state;
    static const struct {
        const char *lie;
        const char *bytes;
        size_t size;
    } lies[] = {
#define LIE(what, text) {what, text, sizeof(text) - 1}
        LIE("HTTP", "GET / HTTP/1.1\r\n"),
        LIE("a frame's length in front", "\x00\x00\x00\x10\x80\x01\x00\x01"),
        LIE("another version", "\x80\x02\x00\x01\x00\x00\x00\x01x\x00\x00\x00\x01"),
        LIE("kind 0", "\x80\x01\x00\x00\x00\x00\x00\x01x\x00\x00\x00\x01"),
        LIE("kind 5", "\x80\x01\x00\x05\x00\x00\x00\x01x\x00\x00\x00\x01"),
        LIE("a negative name", "\x80\x01\x00\x01\xff\xff\xff\xffx\x00\x00\x00\x01"),
        LIE("a name of 257 bytes", "\x80\x01\x00\x01\x00\x00\x01\x01x\x00\x00\x00\x01"),
        LIE("a type that is none", HEAD "\x05\x00\x01\x00\x00\x00\x00"),
        LIE("a negative string", HEAD "\x0b\x00\x01\xff\xff\xff\xff"),
        LIE("a string past the limit", HEAD "\x0b\x00\x01\x7f\xff\xff\xff"),
        LIE("a list of -1", HEAD "\x0f\x00\x01\x0b\xff\xff\xff\xff"),
        LIE("a list past the limit", HEAD "\x0f\x00\x01\x0b\x7f\xff\xff\xff"),
        LIE("a list of structs past the limit", HEAD "\x0f\x00\x01\x0c\x00\x01\x00\x00"),
        LIE("a list of nothing", HEAD "\x0f\x00\x01\x00\x00\x00\x00\x01"),
        LIE("a list of an unknown type", HEAD "\x0f\x00\x01\x05\x00\x00\x00\x01"),
        LIE("a map of -1", HEAD "\x0d\x00\x01\x0b\x0b\xff\xff\xff\xff"),
        LIE("a map past the limit", HEAD "\x0d\x00\x01\x02\x02\x00\x00\x80\x00"),
        LIE("a map whose values have no type", HEAD "\x0d\x00\x01\x0b\x00\x00\x00\x00\x01"),
#undef LIE
    };

    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        struct thrift_scan scan = {0};
        enum thrift_progress progress =
            thrift_scan(&scan, (struct span){lies[i].bytes, lies[i].size}, LIMIT);
        if (progress != THRIFT_MALFORMED)
            fail_msg("%s: %d", lies[i].lie, (int)progress);
    }
}

/* 32 levels are read, one more is refused, by the scan and by a skip. */
static void bounds_nesting(void **state)
{
    (void)state;
    for (int depth = THRIFT_DEPTH_MAX - 1; depth <= THRIFT_DEPTH_MAX; depth++) {
        struct text out;
        struct thrift_scan scan = {0};

        text_init(&out, LIMIT);
        thrift_write_message(&out, THRIFT_CALL, span_of("x"), 1);
        for (int i = 0; i < depth; i++)
            thrift_write_field(&out, THRIFT_STRUCT, 1);
        for (int i = 0; i <= depth; i++)
            thrift_write_stop(&out);
        bool fits = depth < THRIFT_DEPTH_MAX;
        assert_int_equal(thrift_scan(&scan, text_span(&out), LIMIT),
                         fits ? THRIFT_COMPLETE : THRIFT_MALFORMED);

        struct reader r = reader_of(text_span(&out));
        struct thrift_message message;
        assert_true(thrift_read_message(&r, &message));
        thrift_skip(&r, THRIFT_STRUCT);
        assert_int_equal(r.bad, !fits);
        text_reset(&out);
    }
}

static void passes_over_what_it_does_not_know(void **state)
{
    (void)state;
    struct text out;
    text_init(&out, LIMIT);
    thrift_write_bool_field(&out, 1, true);
    thrift_write_field(&out, THRIFT_MAP, 2);
    thrift_write_map(&out, THRIFT_STRING, THRIFT_LIST, 1);
    thrift_write_string(&out, span_of("key"));
    thrift_write_list(&out, THRIFT_STRING, 2);
    thrift_write_string(&out, span_of("a"));
    thrift_write_string(&out, span_of("b"));
    thrift_write_field(&out, THRIFT_MAP, 3);
    thrift_write_map(&out, THRIFT_STOP, THRIFT_STOP, 0); /* as Java writes an empty one */
    thrift_write_i64_field(&out, 4, -5);
    thrift_write_i32_field(&out, 5, 42);
    thrift_write_stop(&out);

    struct reader r = reader_of(text_span(&out));
    struct thrift_field field;
    int32_t found = 0;
    while (thrift_next_field(&r, &field)) {
        if (thrift_field_is(&field, 5, THRIFT_I32))
            found = reader_i32(&r);
        else
            thrift_skip(&r, field.type);
    }
    assert_false(r.bad);
    assert_int_equal(r.left, 0);
    assert_int_equal(found, 42);
    text_reset(&out);
}

/* What a peer says there is, must be there. */
static void counts_are_bounded_by_the_bytes_at_hand(void **state)
{
    (void)state;
    struct reader r = reader_of((struct span){"\x0b\x00\x00\x00\x02"
                                              "12345678",
                                              13});
    assert_int_equal(thrift_read_list(&r, THRIFT_STRING, 10), 2);
    assert_false(r.bad);
    r = reader_of((struct span){"\x0b\x00\x00\x00\x03"
                                "12345678",
                                13});
    assert_int_equal(thrift_read_list(&r, THRIFT_STRING, 10), 0);
    assert_true(r.bad);
    r = reader_of((struct span){"\x0b\x00\x00\x00\x02"
                                "12345678",
                                13});
    assert_int_equal(thrift_read_list(&r, THRIFT_STRING, 1), 0);
    assert_true(r.bad);
    r = reader_of((struct span){"\x08\x00\x00\x00\x02"
                                "12345678",
                                13});
    assert_int_equal(thrift_read_list(&r, THRIFT_STRING, 10), 0);
    assert_true(r.bad);
    r = reader_of((struct span){"\x0b\x0b\x00\x00\x00\x02"
                                "12345678",
                                14});
    assert_int_equal(thrift_read_map(&r, THRIFT_STRING, THRIFT_STRING, 10), 0);
    assert_true(r.bad);
    r = reader_of((struct span){"\x00\x00\x00\x00\x00\x00", 6});
    assert_int_equal(thrift_read_map(&r, THRIFT_STRING, THRIFT_STRING, 10), 0);
    assert_false(r.bad);
}

static void text_is_utf8_without_zero_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int8_t size;
        bool ok;
    } rows[] = {
        {"", 0, true},
        {"abc", 3, true},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x97\xa1", 9, true}, /* é, €, a sword */
        {"a\0b", 3, false},
        {"\xc3", 1, false},
        {"\xc0\x80", 2, false},         /* an overlong zero */
        {"\xe0\x80\xaf", 3, false},     /* overlong */
        {"\xed\xa0\x80", 3, false},     /* half of a surrogate pair */
        {"\xf4\x90\x80\x80", 4, false}, /* beyond U+10FFFF */
        {"\xff", 1, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena;
        unsigned char bytes[32] = {0, 0, 0, (unsigned char)rows[i].size};
        memcpy(bytes + 4, rows[i].bytes, (size_t)rows[i].size);
        struct reader r = reader_of((struct span){bytes, 4 + (size_t)rows[i].size});

        arena_init(&arena, 1024);
        const char *text = thrift_read_text(&r, &arena);
        assert_int_equal(!r.bad, rows[i].ok);
        assert_string_equal(text, rows[i].ok ? rows[i].bytes : "");
        arena_reset(&arena);
    }
}

/* Byte for byte what Hive's metastore answered. */
static void writes_the_failure_of_an_unknown_method(void **state)
{
    (void)state;
    unsigned char bytes[1024];
    struct span want = read_golden("get_unique_constraints_reply", bytes, sizeof(bytes));
    struct text out;

    text_init(&out, LIMIT);
    thrift_write_failure(&out, span_of("get_unique_constraints"), 1, THRIFT_UNKNOWN_METHOD,
                         "Invalid method name: 'get_unique_constraints'");
    assert_int_equal(out.size, want.size);
    assert_memory_equal(out.bytes, want.data, want.size);
    text_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_end_of_real_messages),
        cmocka_unit_test(asks_for_more_until_the_last_byte),
        cmocka_unit_test(refuses_every_lie),
        cmocka_unit_test(bounds_nesting),
        cmocka_unit_test(passes_over_what_it_does_not_know),
        cmocka_unit_test(counts_are_bounded_by_the_bytes_at_hand),
        cmocka_unit_test(text_is_utf8_without_zero_bytes),
        cmocka_unit_test(writes_the_failure_of_an_unknown_method),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
