/* SPDX-License-Identifier: Apache-2.0 */
/* utf8_test.c - malformed bytes by the sequences of Unicode's table 3-7, cut as Java cuts them. */
#include "engine/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FFFD "\xEF\xBF\xBD"

static void replaces_what_java_replaces(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        const char *repaired; /* NULL: well-formed */
    } rows[] = {
        {"", NULL},
        {"plain ASCII of more than eight bytes", NULL},
        {"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", NULL},
        {"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF", NULL},
        {"\x80", FFFD},
        {"a\xFFz", "a" FFFD "z"},
        {"\xC0\xAF", FFFD FFFD},
        {"\xC3", FFFD},
        {"\xC3(", FFFD "("},
        {"\xE2\x82", FFFD},
        {"\xE2(\xA1", FFFD "(" FFFD},
        {"\xE0\x80\xAF", FFFD FFFD FFFD},
        {"\xED\xA0\x80", FFFD}, /* half a surrogate pair is one */
        {"\xF0\x9F\x98", FFFD},
        {"\xF0\x80\x80\x80", FFFD FFFD FFFD FFFD},
        {"\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD},
        {"\xF5\x80\x80\x80", FFFD FFFD FFFD FFFD},
        {"12345678\xFF"
         "12345678",
         "12345678" FFFD "12345678"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t size = strlen(rows[i].bytes);
        char *exact = malloc(size + (size == 0)); /* so that a read past the end is seen */
        struct text repaired;
        memcpy(exact, rows[i].bytes, size);
        text_init(&repaired, 1024);
        assert_int_equal(utf8_valid((struct span){exact, size}), rows[i].repaired == NULL);
        utf8_repair(&repaired, (struct span){exact, size});
        assert_string_equal(text_string(&repaired),
                            rows[i].repaired == NULL ? rows[i].bytes : rows[i].repaired);
        assert_true(repaired.size <= UTF8_REPAIRED_MAX(size) || size == 0);
        text_reset(&repaired);
        free(exact);
    }
}

static void every_code_point_is_valid_and_none_else(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        char bytes[4];
        size_t size = utf8_encode(bytes, c);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        if (utf8_valid((struct span){bytes, size}) == surrogate)
            fail_msg("U+%04X", (unsigned)c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces_what_java_replaces),
        cmocka_unit_test(every_code_point_is_valid_and_none_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
