/* SPDX-License-Identifier: Apache-2.0 */
/* text_test.c - bytes put together piece by piece, up to a limit and not one further. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"

/* Pieces follow each other, zero bytes among them, and a zero byte follows the last. */
static void keeps_the_order_and_every_byte(void **state)
{
    (void)state;
    struct text text;

    text_init(&text, 100);
    assert_string_equal(text_string(&text), "");
    assert_int_equal(text_span(&text).size, 0);
    text_add_string(&text, "a=");
    text_add_char(&text, '\0');
    text_add(&text, (struct span){NULL, 0});
    text_printf(&text, "%d%s", 42, "x");
    assert_int_equal(text.size, 6);
    assert_memory_equal(text_span(&text).data,
                        "a=\0"
                        "42x",
                        7);
    assert_false(text.full);
    text_reset(&text);
}

/* It grows far past its first room, and what was written stays. */
static void grows_as_needed(void **state)
{
    (void)state;
    struct text text;

    text_init(&text, 1 << 20);
    for (int i = 0; i < 10000; i++)
        text_printf(&text, "%05d,", i);
    assert_int_equal(text.size, 60000);
    assert_memory_equal(text.bytes, "00000,00001,", 12);
    assert_memory_equal(text.bytes + 59994, "09999,", 7);
    text_reset(&text);
}

/* The limit is exact: what fits is there, a piece that does not is dropped whole, and so is all
 * that follows, for else a writer who looks at the end would see a hole. */
static void drops_what_passes_the_limit(void **state)
{
    (void)state;
    struct text text;

    text_init(&text, 5);
    text_add_string(&text, "abc");
    text_add_string(&text, "de");
    assert_false(text.full);
    text_clear(&text);
    text_add_string(&text, "abc");
    text_printf(&text, "%s", "def");
    assert_true(text.full);
    text_add_char(&text, 'x');
    assert_string_equal(text_string(&text), "abc");
    assert_null(text_space(&text, 1));
    text_reset(&text);
}

/* Emptied or freed, it takes its whole limit again. */
static void can_be_used_again(void **state)
{
    (void)state;
    struct text text;

    text_init(&text, 4);
    text_add_string(&text, "12345");
    assert_true(text.full);
    text_clear(&text);
    assert_false(text.full);
    assert_string_equal(text_string(&text), "");
    text_add_string(&text, "1234");
    assert_string_equal(text_string(&text), "1234");
    text_reset(&text);
    assert_string_equal(text_string(&text), "");
    text_add_string(&text, "5678");
    assert_false(text.full);
    assert_string_equal(text_string(&text), "5678");
    text_reset(&text);
}

/* Room asked for can be written in place, in part. */
static void gives_room_to_write_in_place(void **state)
{
    (void)state;
    struct text text;

    text_init(&text, 1000);
    text_add_string(&text, "<");
    char *space = text_space(&text, 999);
    assert_non_null(space);
    memset(space, 'x', 999);
    text_added(&text, 3);
    text_add_string(&text, ">");
    assert_string_equal(text_string(&text), "<xxx>");
    assert_null(text_space(&text, 996));
    assert_true(text.full);
    text_reset(&text);
}

/* A limit of everything there is does not wrap around. */
static void an_absurd_size_is_refused(void **state)
{
    (void)state;
    struct text text;

    text_init(&text, 1000);
    text_add_string(&text, "abc");
    assert_null(text_space(&text, SIZE_MAX));
    assert_true(text.full);
    text_reset(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_and_every_byte),
        cmocka_unit_test(grows_as_needed),
        cmocka_unit_test(drops_what_passes_the_limit),
        cmocka_unit_test(can_be_used_again),
        cmocka_unit_test(gives_room_to_write_in_place),
        cmocka_unit_test(an_absurd_size_is_refused),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
