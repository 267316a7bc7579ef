/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/command.h"
#include "base/mem.h"
#include "base/span.h"

static const struct command_option options[] = {
    {'d', "detach", NULL, "in the background"},
    {'v', NULL, NULL, "says more"},
    {'t', "topic", "TOPIC", "the topic"},
    {0, "port-base", "N", "ports"},
};

static const struct command command = {
    .name = "try",
    .does = "tries",
    .examples = "  steelthread try\n",
    .options = options,
    .option_count = COUNT_OF(options),
    .arguments = "[FILE...]",
    .arguments_max = 2,
};

#define WORDS_MAX 8

static bool read_words(const char *const *words, struct command_line *line, struct err *err)
{
    static char copies[WORDS_MAX][64];
    char *pointers[WORDS_MAX];
    int count = 0;
    for (; words[count] != NULL; count++) {
        (void)snprintf(copies[count], sizeof(copies[count]), "%s", words[count]);
        pointers[count] = copies[count];
    }
    return command_read(&command, count, pointers, line, err);
}

/* However an option and its value are written, they mean the same. */
static void reads_every_way_to_write_an_option(void **state)
{
    (void)state;
    static const char *const ways[][WORDS_MAX] = {
        {"-d", "-t", "x", NULL},
        {"-dt", "x", NULL},
        {"-dtx", NULL},
        {"--detach", "--topic", "x", NULL},
        {"--topic=x", "-d", NULL},
        {"a", "-t", "x", "-d", "b", NULL},
        {"-t", "y", "-t", "x", "-d", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct command_line line;
        struct err err;
        assert_true(read_words(ways[i], &line, &err));
        assert_true(command_has(&line, "detach"));
        assert_true(command_has(&line, "d"));
        assert_false(command_has(&line, "v"));
        assert_string_equal(command_get(&line, "topic"), "x"); /* the last one counts */
        assert_string_equal(command_get(&line, "t"), "x");
        assert_null(command_get(&line, "home"));
    }
}

/* A value may look like an option, and behind -- everything is an argument. */
static void takes_dashes_as_values_and_arguments(void **state)
{
    (void)state;
    static const char *const words[] = {"-t", "-10", "--", "-d", "-", NULL};
    struct command_line line;
    struct err err;
    assert_true(read_words(words, &line, &err));
    assert_string_equal(command_get(&line, "t"), "-10");
    assert_false(command_has(&line, "d"));
    assert_int_equal(line.argument_count, 2);
    assert_string_equal(line.arguments[0], "-d");
    assert_string_equal(line.arguments[1], "-");
}

/* Every mistake is told, with what was meant where that can be known. */
static void tells_every_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *text;
    } rows[] = {
        {{"--detch", NULL}, "did you mean --detach?"},
        {{"--hom", "x", NULL}, "did you mean --home?"},
        {{"--nothing-like-it", NULL}, "unknown option --nothing-like-it"},
        {{"-x", NULL}, "unknown option -x"},
        {{"-dx", NULL}, "unknown option -x"},
        {{"-t", NULL}, "option -t needs a value: -t TOPIC"},
        {{"--topic", NULL}, "option --topic needs a value: --topic TOPIC"},
        {{"--detach=yes", NULL}, "option --detach takes no value"},
        {{"a", "b", "c", NULL}, "unexpected argument \"c\""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct command_line line;
        struct err err = {0};
        assert_false(read_words(rows[i].words, &line, &err));
        assert_int_equal(err.kind, ERR_MALFORMED);
        assert_non_null(strstr(err.text, rows[i].text));
    }
}

/* Who asks for help gets it, whatever else is wrong. */
static void gives_help_in_spite_of_mistakes(void **state)
{
    (void)state;
    static const char *const words[] = {"-h", "--nonsense", NULL};
    struct command_line line;
    struct err err;
    assert_true(read_words(words, &line, &err));
    assert_true(line.help);
}

static void reads_numbers_within_their_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
    } rows[] = {{"1", true},  {"65535", true}, {"0", false},  {"65536", false},
                {"x", false}, {"", false},     {"1.5", false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *words[] = {"--port-base", rows[i].text, NULL};
        struct command_line line;
        struct err err = {0};
        int64_t number = 7;
        assert_true(read_words(words, &line, &err));
        assert_int_equal(command_get_i64(&line, "port-base", 1, 65535, &number, &err), rows[i].ok);
        if (!rows[i].ok)
            assert_non_null(strstr(err.text, "--port-base"));
    }
}

/* The help names every option, the common ones too, and begins with an example. */
static void helps_with_every_option(void **state)
{
    (void)state;
    struct text help;
    text_init(&help, 64 * 1024);
    command_help(&command, &help);
    const char *text = text_string(&help);
    assert_ptr_equal(strstr(text, "Example:"), text);
    assert_non_null(strstr(text, "-d, --detach"));
    assert_non_null(strstr(text, "-t, --topic TOPIC"));
    assert_non_null(strstr(text, "--port-base N"));
    assert_non_null(strstr(text, "--home DIR"));
    assert_non_null(strstr(text, "-h, --help"));
    assert_non_null(strstr(text, "[FILE...]"));
    text_reset(&help);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_way_to_write_an_option),
        cmocka_unit_test(takes_dashes_as_values_and_arguments),
        cmocka_unit_test(tells_every_mistake),
        cmocka_unit_test(gives_help_in_spite_of_mistakes),
        cmocka_unit_test(reads_numbers_within_their_bounds),
        cmocka_unit_test(helps_with_every_option),
    };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
