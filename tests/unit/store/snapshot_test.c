/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_test.c - Kafka's bytes, and no others. */
#include "store/snapshot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "io/file.h"
#include "support/log_fixture.h"

static const struct snapshot_entry two[] = {
    {.producer_id = 7,
     .epoch = 1,
     .last_sequence = 41,
     .last_offset = 99,
     .offset_delta = 9,
     .timestamp = 1770000000000},
    {.producer_id = 8,
     .epoch = 0,
     .last_sequence = INT32_MAX,
     .last_offset = 120,
     .offset_delta = 0,
     .timestamp = -1},
};
static const struct snapshot state_of_two = {.offset = 121, .entries = two, .count = 2};

/* As Kafka's ProducerSnapshot.json says, version 1; DumpLogSegments reads the same in the flow
 * tests.
 */
static void writes_kafkas_bytes(void **state)
{
    (void)state;
    static const unsigned char head[] = {0, 1};
    static const unsigned char body[] = {
        0,    0,    0,    2,                            /* entries */
        0,    0,    0,    0,    0,    0,    0,    7,    /* producer id */
        0,    1,                                        /* epoch */
        0,    0,    0,    41,                           /* last sequence */
        0,    0,    0,    0,    0,    0,    0,    99,   /* last offset */
        0,    0,    0,    9,                            /* offset delta */
        0x00, 0x00, 0x01, 0x9c, 0x1c, 0x38, 0xa4, 0x00, /* timestamp */
        0xff, 0xff, 0xff, 0xff,                         /* no coordinator */
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* no transaction */
    };
    struct text out;

    text_init(&out, 4096);
    snapshot_encode(&state_of_two, &out);
    assert_int_equal(out.size, 10 + 2 * 46);
    assert_memory_equal(out.bytes, head, sizeof(head));
    assert_memory_equal(out.bytes + 6, body, sizeof(body));
    text_reset(&out);
}

static void reads_back_what_it_wrote(void **state)
{
    (void)state;
    struct snapshot read = {0};
    struct arena arena;
    struct text out;
    struct err err;

    text_init(&out, 4096);
    arena_init(&arena, 4096);
    snapshot_encode(&state_of_two, &out);
    assert_true(snapshot_decode(&read, text_span(&out), &arena, &err));
    assert_int_equal(read.count, 2);
    assert_memory_equal(read.entries, two, sizeof(two));
    arena_reset(&arena);
    text_reset(&out);
}

/* Any byte that differs, any byte too few or too many. */
static void refuses_every_damage(void **state)
{
    (void)state;
    struct snapshot read;
    struct arena arena;
    struct text out;
    struct err err;

    text_init(&out, 4096);
    arena_init(&arena, 65536);
    snapshot_encode(&state_of_two, &out);
    for (size_t at = 0; at < out.size; at++) {
        out.bytes[at] ^= 0x10;
        assert_false(snapshot_decode(&read, text_span(&out), &arena, &err));
        assert_int_equal(err.kind, ERR_CORRUPT);
        out.bytes[at] ^= 0x10;
        assert_false(snapshot_decode(&read, (struct span){out.bytes, at}, &arena, &err));
    }
    text_add_char(&out, '\0');
    assert_false(snapshot_decode(&read, text_span(&out), &arena, &err));
    arena_reset(&arena);
    text_reset(&out);
}

/* The newest that the recovery point allows and that can be read; none is an empty one. */
static void loads_the_newest_that_is_good(void **state)
{
    struct log_fixture *f = *state;
    struct snapshot read;
    struct arena arena;
    struct err err;

    arena_init(&arena, (size_t)1024 * 1024);
    assert_true(file_make_dirs(f->partition, &err));
    assert_true(snapshot_load(f->partition, INT64_MAX, &read, &arena, &err));
    assert_int_equal(read.offset, 0);
    assert_int_equal(read.count, 0);
    for (int64_t offset = 100; offset <= 300; offset += 100) {
        const struct snapshot one = {.offset = offset, .entries = two, .count = 1};
        assert_true(snapshot_write(f->partition, &one, &err));
    }
    log_fixture_write(f, "00000000000000000200.snapshot", "not one", 7);
    static const struct {
        int64_t max;
        int64_t found;
    } rows[] = {{1000, 300}, {300, 300}, {299, 100}, {99, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(snapshot_load(f->partition, rows[i].max, &read, &arena, &err));
        assert_int_equal(read.offset, rows[i].found);
    }
    assert_true(snapshot_prune(f->partition, 300, &err));
    assert_true(snapshot_load(f->partition, 299, &read, &arena, &err));
    assert_int_equal(read.offset, 0);
    arena_reset(&arena);
}

/* Its name is what counts: also of one that cannot be read. */
static void says_which_is_the_newest(void **state)
{
    struct log_fixture *f = *state;
    struct snapshot snapshot = {0};
    struct err err;
    int64_t offset = -1;

    assert_true(file_make_dirs(f->partition, &err));
    assert_true(snapshot_newest(f->partition, 1000, &offset, &err));
    assert_int_equal(offset, 0);
    for (snapshot.offset = 100; snapshot.offset <= 300; snapshot.offset += 100)
        assert_true(snapshot_write(f->partition, &snapshot, &err));
    log_fixture_write(f, "00000000000000000200.snapshot", "x", 1);
    assert_true(snapshot_newest(f->partition, 299, &offset, &err));
    assert_int_equal(offset, 200);
    assert_true(snapshot_newest(f->partition, 300, &offset, &err));
    assert_int_equal(offset, 300);
    assert_true(snapshot_newest(f->partition, 99, &offset, &err));
    assert_int_equal(offset, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_kafkas_bytes),
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(refuses_every_damage),
        cmocka_unit_test_setup_teardown(loads_the_newest_that_is_good, log_fixture_open,
                                        log_fixture_close),
        cmocka_unit_test_setup_teardown(says_which_is_the_newest, log_fixture_open,
                                        log_fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
