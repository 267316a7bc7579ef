/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/guess.h"
#include "base/mem.h"

/* A slip of the finger finds its word; a word of one's own finds none. */
static void finds_what_was_meant_and_nothing_else(void **state)
{
    (void)state;
    static const char *const known[] = {"kafka", "storage", "jobs", "trigger", "startingOffsets"};
    static const struct {
        const char *word;
        const char *meant;
    } rows[] = {
        {"kafak", "kafka"},  /* swapped */
        {"kafk", "kafka"},   /* left out */
        {"kafkaa", "kafka"}, /* added */
        {"kavka", "kafka"},  /* changed */
        {"KAFKA", "kafka"},  /* case */
        {"job", "jobs"},     /* short */
        {"jbo", NULL},       /* two of three letters are not the same word any more */
        {"startingOffset", "startingOffsets"},
        {"starting_offsets", "startingOffsets"},
        {"metastore", NULL},
        {"", NULL},
        {"x", NULL},
        {"a_word_that_is_much_longer_than_any_word_that_anybody_could_have_meant_here", NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct guess guess = guess_start(span_of(rows[i].word));
        for (size_t j = 0; j < COUNT_OF(known); j++)
            guess_offer(&guess, known[j]);
        const char *best = guess_best(&guess);
        if (rows[i].meant == NULL)
            assert_null(best);
        else
            assert_string_equal(best, rows[i].meant);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_meant_and_nothing_else),
    };
    return cmocka_run_group_tests_name("guess", tests, NULL, NULL);
}
