/* SPDX-License-Identifier: Apache-2.0 */
/* span_test.c - borrowed bytes compare, cut and count as their header says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/span.h"

/* A number is decimal digits with an optional sign, within 64 bits, and nothing else. */
static void reads_whole_numbers_only(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-1", true, -1},
        {"+7", true, 7},
        {"007", true, 7},
        {"-0", true, 0},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x10", false, 0},
        {"--1", false, 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t value = 42;
        assert_int_equal(span_to_i64(span_of(rows[i].text), &value), rows[i].ok);
        assert_int_equal(value, rows[i].ok ? rows[i].value : 42);
    }
}

/* Equality is of size and bytes; a span of nothing may have no address. */
static void compares_bytes_not_addresses(void **state)
{
    (void)state;
    struct span nothing = {NULL, 0};

    assert_true(span_equal(nothing, span_of("")));
    assert_true(span_is(nothing, ""));
    assert_false(span_is(nothing, "a"));
    assert_true(span_is(span_of("topic"), "topic"));
    assert_false(span_is(span_of("topic"), "topics"));
    assert_false(span_is(span_of("topics"), "topic"));
    assert_false(span_equal((struct span){"a\0b", 3}, (struct span){"a\0c", 3}));
}

/* Only the 26 letters of ASCII have a case. */
static void ignores_the_case_of_ascii_letters_only(void **state)
{
    (void)state;
    static const struct {
        const char *a;
        const char *b;
        bool same;
    } rows[] = {
        {"Content-Length", "content-length", true},
        {"AZaz", "azAZ", true},
        {"@", "`", false},       /* 0x40 and 0x60 lie beside the letters */
        {"[", "{", false},       /* so do 0x5b and 0x7b */
        {"\xc4", "\xe4", false}, /* Latin-1's umlauts */
        {"abc", "abcd", false},
        {"", "", true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(span_is_nocase(span_of(rows[i].a), rows[i].b), rows[i].same);
}

static void knows_what_it_starts_with(void **state)
{
    (void)state;
    assert_true(span_starts_with(span_of("/v1/statement/1"), "/v1/"));
    assert_true(span_starts_with(span_of("/v1/"), "/v1/"));
    assert_true(span_starts_with((struct span){NULL, 0}, ""));
    assert_false(span_starts_with(span_of("/v"), "/v1/"));
    assert_false(span_starts_with(span_of("/v2/"), "/v1/"));
}

/* What is cut off and what is left add up, until nothing is left. */
static void cuts_at_each_separator_once(void **state)
{
    (void)state;
    struct span rest = span_of("a,,bc");

    assert_true(span_is(span_cut(&rest, ','), "a"));
    assert_true(span_is(span_cut(&rest, ','), ""));
    assert_int_equal(rest.size, 2);
    assert_true(span_is(span_cut(&rest, ','), "bc"));
    assert_int_equal(rest.size, 0);
    assert_true(span_is(span_cut(&rest, ','), ""));
    assert_true(span_is(span_after(span_of("abc"), 1), "bc"));
    assert_true(span_is(span_after(span_of("abc"), 3), ""));
    assert_int_equal(span_after((struct span){NULL, 0}, 0).size, 0);
}

/* Blanks go from both ends and stay in the middle. */
static void trims_only_the_ends(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *trimmed;
    } rows[] = {
        {"  a b\t\r\n", "a b"}, {"a", "a"}, {"", ""}, {" \t\r\n", ""}, {"\va\f", "\va\f"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_true(span_is(span_trim(span_of(rows[i].text)), rows[i].trimmed));
    assert_int_equal(span_trim((struct span){NULL, 0}).size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_numbers_only),
        cmocka_unit_test(compares_bytes_not_addresses),
        cmocka_unit_test(ignores_the_case_of_ascii_letters_only),
        cmocka_unit_test(knows_what_it_starts_with),
        cmocka_unit_test(cuts_at_each_separator_once),
        cmocka_unit_test(trims_only_the_ends),
    };
    return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
