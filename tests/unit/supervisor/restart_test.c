/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "supervisor/restart.h"

static const int64_t waits[] = {0, 100, 200, 400, 800, 1600, 2000, 2000, 2000};

/* At once, then 100 ms doubling to 2 s. */
static void waits_longer_with_each_crash(void **state)
{
    (void)state;
    struct restart restart = {0};
    for (size_t i = 0; i < COUNT_OF(waits); i++)
        assert_int_equal(restart_crashed(&restart, 1000 + (int64_t)i), waits[i]);
}

/* Five seconds of readiness make a service good again, a moment less does not. */
static void begins_anew_after_five_good_seconds(void **state)
{
    (void)state;
    struct restart restart = {0};
    for (int i = 0; i < 4; i++)
        (void)restart_crashed(&restart, 1000);
    restart_ready(&restart, 2000);
    restart_ready(&restart, 6000); /* still the same readiness */
    assert_int_equal(restart_crashed(&restart, 2000 + RESTART_GOOD_MS - 1), 800);
    restart_ready(&restart, 10000);
    assert_int_equal(restart_crashed(&restart, 10000 + RESTART_GOOD_MS), 0);
    assert_int_equal(restart_crashed(&restart, 16000), 100);
}

/* Readiness that was lost before the crash counts all the same, if it was long enough. */
static void remembers_readiness_that_was_lost_before_the_crash(void **state)
{
    (void)state;
    struct restart restart = {0};
    (void)restart_crashed(&restart, 0);
    (void)restart_crashed(&restart, 0);
    restart_ready(&restart, 1000);
    restart_not_ready(&restart, 1000 + RESTART_GOOD_MS);
    assert_int_equal(restart_crashed(&restart, 7000), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_longer_with_each_crash),
        cmocka_unit_test(begins_anew_after_five_good_seconds),
        cmocka_unit_test(remembers_readiness_that_was_lost_before_the_crash),
    };
    return cmocka_run_group_tests_name("restart", tests, NULL, NULL);
}
