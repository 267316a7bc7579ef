/* SPDX-License-Identifier: Apache-2.0 */
/* trigger_test.c - waiting times. */
#include "job/trigger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void waits_for_the_wall_clocks_multiples(void **state)
{
    (void)state;
    assert_int_equal(trigger_wait_ms(10000, 1700000003000), 7000);
    assert_int_equal(trigger_wait_ms(10000, 1700000000000), 10000);
    assert_int_equal(trigger_wait_ms(10000, 1700000009999), 1);
}

static void tries_again_ever_later_up_to_a_bound(void **state)
{
    (void)state;
    static const int64_t waits[] = {100, 200, 400, 800, 1600, 2000, 2000};

    for (int i = 0; i < 7; i++)
        assert_int_equal(trigger_retry_ms(ERR_IO, i + 1), waits[i]);
    assert_int_equal(trigger_retry_ms(ERR_IO, 1000000), 2000);
    assert_int_equal(trigger_retry_ms(ERR_UNAVAILABLE, 1), 100);
    assert_int_equal(trigger_retry_ms(ERR_UNAVAILABLE, 1000000), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_the_wall_clocks_multiples),
        cmocka_unit_test(tries_again_ever_later_up_to_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
