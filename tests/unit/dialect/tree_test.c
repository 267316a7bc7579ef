/* SPDX-License-Identifier: Apache-2.0 */
/* tree_test.c - what every dialect has in common with the engine. */
#include "dialect/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

static void an_escape_stands_before_a_wildcard_or_itself(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        bool fits;
    } rows[] = {
        {"", true},     {"a%b_", true}, {"!%!_!!", true}, {"!!!%", true},
        {"!", false},   {"a!", false},  {"!a", false},    {"!!!", false},
        {"!%!", false}, {"!!a", true},  {"%!%%", true},   {"\\a", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (tree_escapes_fit(span_of(rows[i].pattern), '!') != rows[i].fits)
            fail_msg("%s", rows[i].pattern);
    assert_true(tree_escapes_fit((struct span){"!%a", 2}, '!'));
    assert_false(tree_escapes_fit((struct span){"!%", 1}, '!'));
}

/* Those without an operator of the engine's are asked for as well. */
static void every_operator_of_two_operands_has_its_own_text_or_none(void **state)
{
    (void)state;
    for (int a = OP_NONE; a <= OP_CONCAT; a++) {
        const char *text = tree_operator((enum tree_op)a);
        bool none = a == OP_NONE || a == OP_NOT || a == OP_MODULUS || a == OP_WHOLE_DIVIDE;
        assert_true(none == (text == NULL));
        for (int b = OP_NONE; b < a && text != NULL; b++) {
            const char *other = tree_operator((enum tree_op)b);
            assert_false(other != NULL && span_equal(span_of(text), span_of(other)));
        }
    }
    assert_string_equal(tree_operator(OP_SAME), " IS NOT DISTINCT FROM ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_escape_stands_before_a_wildcard_or_itself),
        cmocka_unit_test(every_operator_of_two_operands_has_its_own_text_or_none),
    };
    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
