/* SPDX-License-Identifier: Apache-2.0 */
/* clock_test.c - the two clocks and their text. */
#include "io/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void writes_times_as_iso(void **state)
{
    (void)state;
    char text[CLOCK_TEXT_BYTES];

    assert_string_equal(clock_iso(0, text), "1970-01-01T00:00:00.000Z");
    assert_string_equal(clock_iso(1772360104112, text), "2026-03-01T10:15:04.112Z");
    assert_string_equal(clock_iso(-1, text), "1969-12-31T23:59:59.999Z");
}

static void steady_time_goes_on(void **state)
{
    (void)state;
    int64_t before = clock_steady_us();

    clock_sleep_ms(2);
    assert_true(clock_steady_us() - before >= 2000);
    assert_true(clock_wall_ms() > 1700000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_times_as_iso),
        cmocka_unit_test(steady_time_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
