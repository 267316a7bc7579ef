/* SPDX-License-Identifier: Apache-2.0 */
/* engine_type_test.c - which kinds are whole numbers, and how large those get. */
#include "engine/engine_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

static void knows_whole_numbers_and_their_bounds(void **state)
{
    (void)state;
    static const struct {
        enum engine_kind kind;
        int bits;
        int64_t max;
    } whole[] = {
        {ENGINE_TINYINT, 8, INT8_MAX},
        {ENGINE_SMALLINT, 16, INT16_MAX},
        {ENGINE_INTEGER, 32, INT32_MAX},
        {ENGINE_BIGINT, 64, INT64_MAX},
    };
    size_t count = 0;
    for (int kind = ENGINE_UNKNOWN; kind <= ENGINE_ROW; kind++)
        count += engine_type_is_whole((enum engine_kind)kind);
    assert_int_equal(count, COUNT_OF(whole));
    for (size_t i = 0; i < COUNT_OF(whole); i++) {
        assert_true(engine_type_is_whole(whole[i].kind));
        assert_int_equal(engine_type_whole_bits(whole[i].kind), whole[i].bits);
        assert_true(engine_type_whole_max(whole[i].kind) == whole[i].max);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(knows_whole_numbers_and_their_bounds)};
    return cmocka_run_group_tests_name("engine_type", tests, NULL, NULL);
}
