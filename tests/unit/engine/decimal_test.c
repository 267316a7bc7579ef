/* SPDX-License-Identifier: Apache-2.0 */
/* decimal_test.c - quotients of up to 38 digits, to the last one. */
#include "engine/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Digits, with a sign, to two's complement. */
static struct decimal read(const char *digits)
{
    uint64_t parts[4] = {0}; /* 32 bits each, the lowest first */
    bool negative = *digits == '-';
    for (digits += negative; *digits != '\0'; digits++) {
        uint64_t carry = (uint64_t)(*digits - '0');
        for (size_t i = 0; i < 4; i++) {
            carry += parts[i] * 10;
            parts[i] = carry & UINT32_MAX;
            carry >>= 32;
        }
    }
    uint64_t low = parts[1] << 32 | parts[0];
    uint64_t high = parts[3] << 32 | parts[2];
    if (negative) {
        low = ~low + 1;
        high = ~high + (low == 0);
    }
    return (struct decimal){low, (int64_t)high};
}

static void divides_to_the_last_digit(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        int scale;
        const char *quotient;
    } rows[] = {
        {"10", "3", 0, "3"},
        {"5", "2", 0, "3"},
        {"-5", "2", 0, "-3"},
        {"5", "-2", 0, "-3"},
        {"4", "9", 0, "0"},
        {"100", "300", 2, "33"},
        {"200", "300", 2, "67"},
        {"0", "7", 5, "0"},
        {"-1", "3", 3, "-333"},
        {"1", "99999999999999999999999999999999999999", 0, "0"},
        {"99999999999999999999999999999999999999", "1", 0,
         "99999999999999999999999999999999999999"},
        {"99999999999999999999999999999999999999", "99999999999999999999999999999999999999", 37,
         "10000000000000000000000000000000000000"},
        {"12345678901234567890123456789012345678", "98765432109876543210987654321098765432", 30,
         "124999998860937500014238281250"},
        {"49999999999999999999999999999999999999", "99999999999999999999999999999999999999", 0,
         "0"},
        {"50000000000000000000000000000000000000", "99999999999999999999999999999999999999", 0,
         "1"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct decimal quotient = {0};
        struct decimal want = read(rows[i].quotient);
        assert_int_equal(decimal_divide(read(rows[i].a), read(rows[i].b), rows[i].scale, &quotient),
                         DECIMAL_OK);
        if (quotient.low != want.low || quotient.high != want.high)
            fail_msg("%s / %s at %d", rows[i].a, rows[i].b, rows[i].scale);
    }
}

static void says_what_has_no_quotient(void **state)
{
    (void)state;
    struct decimal quotient;
    assert_int_equal(decimal_divide(read("1"), read("0"), 0, &quotient), DECIMAL_ZERO);
    assert_int_equal(decimal_divide(read("0"), read("0"), 9, &quotient), DECIMAL_ZERO);
    assert_int_equal(
        decimal_divide(read("99999999999999999999999999999999999999"), read("1"), 1, &quotient),
        DECIMAL_OVERFLOW);
    assert_int_equal(decimal_divide(read("1"), read("1"), 38, &quotient), DECIMAL_OVERFLOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divides_to_the_last_digit),
        cmocka_unit_test(says_what_has_no_quotient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
