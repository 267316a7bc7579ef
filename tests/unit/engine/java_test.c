/* SPDX-License-Identifier: Apache-2.0 */
/* java_test.c - numbers and times as a JVM prints and reads them. */
#include "engine/java.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void prints_doubles(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0, "0.0"},
        {-0.0, "-0.0"},
        {1, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.001, "0.001"},
        {0.0001, "1.0E-4"},
        {0.00012345, "1.2345E-4"},
        {1234567, "1234567.0"},
        {9999999.5, "9999999.5"},
        {10000000, "1.0E7"},
        {12345678.9, "1.23456789E7"},
        {100, "100.0"},
        {1e21, "1.0E21"},
        {1.7976931348623157e308, "1.7976931348623157E308"},
        {4.9e-324, "4.9E-324"},
        {0.30000000000000004, "0.30000000000000004"},
        {(double)NAN, "NaN"},
        {(double)INFINITY, "Infinity"},
        {(double)-INFINITY, "-Infinity"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[JAVA_NUMBER_BYTES];
        size_t size = java_double(text, rows[i].value);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(size, strlen(text));
    }
}

static void prints_floats_with_their_own_digits(void **state)
{
    (void)state;
    char text[JAVA_NUMBER_BYTES];
    (void)java_float(text, 0.1F);
    assert_string_equal(text, "0.1");
    (void)java_float(text, 3.4028235e38F);
    assert_string_equal(text, "3.4028235E38");
    (void)java_float(text, 16777216.0F);
    assert_string_equal(text, "1.6777216E7");
}

/* Whatever the bits, what is printed reads back as the same number. */
static void printed_doubles_read_back(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        double value = 0;
        double again = 0;
        char text[JAVA_NUMBER_BYTES];
        memcpy(&value, &bits, sizeof(value));
        size_t size = java_double(text, value);
        assert_true(size < JAVA_NUMBER_BYTES);
        if (isfinite(value)) {
            assert_true(java_parse_double((struct span){text, size}, &again));
            assert_true(again == value);
        }
    }
}

static void reads_whole_numbers_as_spark_casts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {" \t42\n ", true, 42},
        {"-7", true, -7},
        {"+7", true, 7},
        {"1.9", true, 1},
        {"-1.9", true, -1},
        {"1.", true, 1},
        {".5", true, 0},
        {"127", true, 127},
        {"-128", true, -128},
        {"128", false, 0},
        {"-129", false, 0},
        {"", false, 0},
        {" ", false, 0},
        {"-", false, 0},
        {"1e2", false, 0},
        {"1.x", false, 0},
        {"1 2", false, 0},
        {"0x10", false, 0},
        {"99999999999999999999999", false, 0},
        {"-9223372036854775809", false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t value = 0;
        if (java_whole(span_of(rows[i].text), INT8_MIN, INT8_MAX, &value) != rows[i].ok)
            fail_msg("'%s'", rows[i].text);
        if (rows[i].ok)
            assert_int_equal(value, rows[i].value);
    }
    int64_t value = 0;
    assert_true(java_whole(span_of("-9223372036854775808"), INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MIN);
    assert_false(java_whole(span_of("9223372036854775808"), INT64_MIN, INT64_MAX, &value));
}

static void reads_doubles_as_java_does(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        double value;
    } rows[] = {
        {"1.5", true, 1.5},
        {" -1e3 ", true, -1000},
        {"5d", true, 5},
        {"5F", true, 5},
        {".5", true, 0.5},
        {"1.", true, 1},
        {"1e", false, 0},
        {"", false, 0},
        {"abc", false, 0},
        {"1,5", false, 0},
        {"0x1p3", false, 0},
        {"1e400", true, (double)INFINITY},
        {"Infinity", true, (double)INFINITY},
        {"-inf", true, (double)-INFINITY},
        {"nanx", false, 0},
        {"1 2", false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        double value = 0;
        if (java_parse_double(span_of(rows[i].text), &value) != rows[i].ok)
            fail_msg("'%s'", rows[i].text);
        if (rows[i].ok)
            assert_true(value == rows[i].value);
    }
    double value = 0;
    assert_true(java_parse_double(span_of("NaN"), &value) && isnan(value));
}

static void reads_booleans_as_spark_casts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok, value;
    } rows[] = {
        {"true", true, true}, {" T ", true, true},     {"yes", true, true}, {"1", true, true},
        {"f", true, false},   {"No", true, false},     {"0", true, false},  {"2", false, false},
        {"", false, false},   {"truex", false, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool value = false;
        assert_int_equal(java_parse_bool(span_of(rows[i].text), &value), rows[i].ok);
        assert_int_equal(rows[i].ok && value, rows[i].value);
    }
}

/* The first five are what Spark 3.5.7 printed. */
static void prints_timestamps(void **state)
{
    (void)state;
    static const struct {
        int64_t micros;
        const char *text;
    } rows[] = {
        {INT64_C(1767323045000000), "2026-01-02 03:04:05"},
        {INT64_C(1767323045100000), "2026-01-02 03:04:05.1"},
        {INT64_C(1767323045120000), "2026-01-02 03:04:05.12"},
        {INT64_C(1767323045123456), "2026-01-02 03:04:05.123456"},
        {INT64_C(-62135596800000000), "0001-01-01 00:00:00"},
        {INT64_C(316516204800000000), "+12000-01-01 00:00:00"},
        {-1, "1969-12-31 23:59:59.999999"},
        {0, "1970-01-01 00:00:00"},
        {INT64_C(951782400000000), "2000-02-29 00:00:00"},
        {INT64_C(4107542400000000), "2100-03-01 00:00:00"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[JAVA_TIMESTAMP_BYTES];
        size_t size = java_timestamp(text, rows[i].micros);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(size, strlen(text));
    }
    char text[JAVA_TIMESTAMP_BYTES];
    assert_true(java_timestamp(text, INT64_MAX) < JAVA_TIMESTAMP_BYTES);
    assert_true(java_timestamp(text, INT64_MIN) < JAVA_TIMESTAMP_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_doubles),
        cmocka_unit_test(prints_floats_with_their_own_digits),
        cmocka_unit_test(printed_doubles_read_back),
        cmocka_unit_test(reads_whole_numbers_as_spark_casts),
        cmocka_unit_test(reads_doubles_as_java_does),
        cmocka_unit_test(reads_booleans_as_spark_casts),
        cmocka_unit_test(prints_timestamps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
