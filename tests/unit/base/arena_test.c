/* SPDX-License-Identifier: Apache-2.0 */
/* arena_test.c - memory of one request: zeroed, aligned, apart from each other, never past the
 * limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

/* What was handed out is zero, aligned as asked, and not handed out again. */
static void hands_out_each_byte_once(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 3, 8, 4096, 5, 70000, 2, 16, 1, 300000, 9};
    static const size_t aligns[] = {1, 2, 4, 8, 16};
    struct arena arena;
    unsigned char *got[COUNT_OF(sizes) * COUNT_OF(aligns)];
    size_t count = 0;

    arena_init(&arena, (size_t)16 * 1024 * 1024);
    for (size_t a = 0; a < COUNT_OF(aligns); a++) {
        for (size_t s = 0; s < COUNT_OF(sizes); s++) {
            unsigned char *bytes = arena_new(&arena, sizes[s], 1, aligns[a]);
            assert_non_null(bytes);
            assert_int_equal((uintptr_t)bytes % aligns[a], 0);
            for (size_t i = 0; i < sizes[s]; i++)
                assert_int_equal(bytes[i], 0);
            memset(bytes, (int)(count + 1), sizes[s]);
            got[count++] = bytes;
        }
    }
    for (size_t n = 0; n < count; n++) {
        size_t size = sizes[n % COUNT_OF(sizes)];
        for (size_t i = 0; i < size; i++)
            assert_int_equal(got[n][i], n + 1);
    }
    arena_reset(&arena);
}

/* The limit is exact, and a refusal takes nothing. */
static void refuses_past_its_limit(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, 100);
    assert_non_null(arena_new(&arena, 60, 1, 1));
    assert_null(arena_new(&arena, 41, 1, 1));
    assert_null(arena_copy(&arena, (struct span){"", 41}));
    assert_null(
        arena_string(&arena, (struct span){"0123456789012345678901234567890123456789", 40}));
    assert_null(arena_printf(&arena, "%040d", 1));
    assert_int_equal(arena.used, 60);
    assert_non_null(arena_printf(&arena, "%039d", 1));
    assert_int_equal(arena.used, 100);
    assert_null(arena_new(&arena, 1, 1, 1));
    arena_reset(&arena);
}

/* A count that a peer invented is refused, not wrapped around. */
static void refuses_a_product_that_does_not_fit(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, SIZE_MAX / 4);
    assert_null(ARENA_NEW(&arena, uint64_t, SIZE_MAX / 8 + 2));
    assert_null(ARENA_NEW(&arena, uint64_t, SIZE_MAX));
    assert_null(arena_string(&arena, (struct span){NULL, SIZE_MAX}));
    assert_int_equal(arena.used, 0);
    arena_reset(&arena);
}

/* No things have an address too, at the limit and before anything was asked for. */
static void nothing_is_not_null(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, 0);
    assert_non_null(ARENA_NEW(&arena, uint64_t, 0));
    assert_non_null(arena_copy(&arena, (struct span){NULL, 0}));
    assert_null(arena_string(&arena, (struct span){NULL, 0})); /* its zero byte is one too many */
    arena_reset(&arena);
}

/* After a reset the whole limit can be had again. */
static void begins_anew_after_a_reset(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, 50000);
    for (int round = 0; round < 3; round++) {
        assert_non_null(arena_new(&arena, 50000, 1, 1));
        assert_null(arena_new(&arena, 1, 1, 1));
        arena_reset(&arena);
        assert_int_equal(arena.used, 0);
    }
}

static void copies_and_ends_strings(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, 1000);
    assert_memory_equal(arena_copy(&arena, (struct span){"a\0b", 3}), "a\0b", 3);
    assert_string_equal(arena_string(&arena, (struct span){"events and more", 6}), "events");
    assert_string_equal(arena_printf(&arena, "%s-%d", "events", 0), "events-0");
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_out_each_byte_once),
        cmocka_unit_test(refuses_past_its_limit),
        cmocka_unit_test(refuses_a_product_that_does_not_fit),
        cmocka_unit_test(nothing_is_not_null),
        cmocka_unit_test(begins_anew_after_a_reset),
        cmocka_unit_test(copies_and_ends_strings),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
