/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/schedule.h"

/* Spark's own words for a trigger, and what is written reads back to the same. */
static void reads_and_writes_spark_triggers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum config_trigger trigger;
        int64_t ms;
        const char *written;
    } rows[] = {
        {"10 seconds", CONFIG_TRIGGER_EVERY, 10000, "10 seconds"},
        {"1 second", CONFIG_TRIGGER_EVERY, 1000, "1 seconds"},
        {"0 seconds", CONFIG_TRIGGER_EVERY, 0, "0 seconds"},
        {"2 minutes", CONFIG_TRIGGER_EVERY, 120000, "120 seconds"},
        {"500 milliseconds", CONFIG_TRIGGER_EVERY, 500, "500 milliseconds"},
        {"  3   SECONDS ", CONFIG_TRIGGER_EVERY, 3000, "3 seconds"},
        {"7 days", CONFIG_TRIGGER_EVERY, SCHEDULE_MS_MAX, "604800 seconds"},
        {"once", CONFIG_TRIGGER_ONCE, 0, "once"},
        {"availableNow", CONFIG_TRIGGER_AVAILABLE_NOW, 0, "availableNow"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum config_trigger trigger;
        int64_t ms;
        struct err err;
        struct text text;
        assert_true(schedule_parse(rows[i].text, &trigger, &ms, &err));
        assert_int_equal(trigger, rows[i].trigger);
        assert_int_equal(ms, rows[i].ms);
        text_init(&text, 100);
        schedule_write(trigger, ms, &text);
        assert_string_equal(text_string(&text), rows[i].written);
        assert_true(schedule_parse(text_string(&text), &trigger, &ms, &err));
        assert_int_equal(ms, rows[i].ms);
        text_reset(&text);
    }
}

static void refuses_what_is_no_trigger(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *meant;
    } rows[] = {
        {"10 secnds", "seconds"},
        {"10", ""},
        {"seconds", ""},
        {"-1 seconds", ""},
        {"8 days", ""},
        {"onec", "once"},
        {"1e3 seconds", ""},
        {"10 seconds 5", ""},
        {"", ""},
        {"9999999999999999999 seconds", ""},
        {"9223372036854775807 days", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum config_trigger trigger;
        int64_t ms;
        struct err err = {0};
        assert_false(schedule_parse(rows[i].text, &trigger, &ms, &err));
        assert_int_equal(err.kind, ERR_MALFORMED);
        assert_non_null(strstr(err.text, rows[i].meant));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes_spark_triggers),
        cmocka_unit_test(refuses_what_is_no_trigger),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
