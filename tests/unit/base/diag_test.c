/* SPDX-License-Identifier: Apache-2.0 */
/* diag_test.c - one line for one thing said, whatever is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"

#define SAID_BYTES 16384

/* Standard error goes to a file from said_begin() to said_end(). */
struct said {
    FILE *file;
    int stderr_before;
    char text[SAID_BYTES];
};

static void said_begin(struct said *said)
{
    said->file = tmpfile();
    assert_non_null(said->file);
    said->stderr_before = dup(STDERR_FILENO);
    assert_true(dup2(fileno(said->file), STDERR_FILENO) >= 0);
}

static void said_end(struct said *said)
{
    assert_true(dup2(said->stderr_before, STDERR_FILENO) >= 0);
    (void)close(said->stderr_before);
    rewind(said->file);
    size_t used = fread(said->text, 1, sizeof(said->text) - 1, said->file);
    said->text[used] = '\0';
    (void)fclose(said->file);
}

static int count_lines(const char *text)
{
    int count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* 2026-03-01T10:15:04.112Z info broker recovered topic=events */
static void says_when_who_and_what(void **state)
{
    (void)state;
    struct said said;
    int year, month, day, hour, minute, second, milli, end = 0;

    diag_init("broker", DIAG_INFO);
    said_begin(&said);
    diag_info("recovered", "topic=%s partition=%d", "events", 0);
    said_end(&said);
    int got = sscanf(said.text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &year, &month, &day, &hour,
                     &minute, &second, &milli, &end);
    assert_int_equal(got, 7);
    assert_int_equal(end, 24);
    assert_true(year >= 2024 && month >= 1 && month <= 12 && day >= 1 && day <= 31);
    assert_string_equal(said.text + end, " info broker recovered topic=events partition=0\n");
}

/* Only what is at least as urgent as was asked for. */
static void keeps_quiet_below_its_level(void **state)
{
    (void)state;
    static const struct {
        enum diag_level level;
        int lines;
    } rows[] = {{DIAG_ERROR, 1}, {DIAG_WARN, 2}, {DIAG_INFO, 3}, {DIAG_DEBUG, 4}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct said said;
        diag_init("broker", rows[i].level);
        said_begin(&said);
        diag_debug("a", "x=%d", 1);
        diag_info("b", "x=%d", 1);
        diag_warn("c", "x=%d", 1);
        diag_error("d", "x=%d", 1);
        said_end(&said);
        assert_int_equal(count_lines(said.text), rows[i].lines);
    }
}

/* An event without values ends after its name. */
static void an_event_may_stand_alone(void **state)
{
    (void)state;
    struct said said;

    diag_init("sql", DIAG_INFO);
    said_begin(&said);
    diag_warn("draining", "%s", "");
    diag_info("stopped", "a=%d", 1);
    said_end(&said);
    assert_non_null(strstr(said.text, "Z warn sql draining \n"));
    assert_non_null(strstr(said.text, "Z info sql stopped a=1\n"));
}

/* What is too long is cut, and the line still ends. */
static void a_line_has_a_limit(void **state)
{
    (void)state;
    struct said said;
    char long_value[8000];

    memset(long_value, 'x', sizeof(long_value));
    long_value[sizeof(long_value) - 1] = '\0';
    diag_init("sql", DIAG_INFO);
    said_begin(&said);
    diag_info("query", "sql=%s", long_value);
    diag_info(long_value, "sql=%d", 1);
    said_end(&said);
    assert_int_equal(count_lines(said.text), 2);
    assert_int_equal(said.text[strlen(said.text) - 1], '\n');
    assert_true(strlen(said.text) <= (size_t)2 * 2048);
}

/* No value can make a second line, or speak to the terminal. */
static void a_value_cannot_make_a_second_line(void **state)
{
    (void)state;
    struct said said;

    diag_init("sql", DIAG_INFO);
    said_begin(&said);
    diag_warn("failed", "why=%s", "no table\n2026-03-01 info broker all is well\r\x1b[2J\x7f");
    said_end(&said);
    assert_int_equal(count_lines(said.text), 1);
    assert_null(strpbrk(said.text, "\r\x1b\x7f"));
    assert_non_null(strstr(said.text, "why=no table 2026-03-01 info broker all is well  [2J \n"));
}

/* Letters beyond ASCII pass. */
static void utf8_passes(void **state)
{
    (void)state;
    struct said said;

    diag_init("sql", DIAG_INFO);
    said_begin(&said);
    diag_info("topic", "name=%s", "d\xc3\xa9j\xc3\xa0");
    said_end(&said);
    assert_non_null(strstr(said.text, "name=d\xc3\xa9j\xc3\xa0\n"));
}

static void quotes_what_could_be_misread(void **state)
{
    (void)state;
    char buffer[DIAG_QUOTED_BYTES];
    char long_value[2 * DIAG_QUOTED_BYTES];

    assert_string_equal(diag_quoted("", buffer), "\"\"");
    assert_string_equal(diag_quoted("a b", buffer), "\"a b\"");
    assert_string_equal(diag_quoted("a\"b\\c\n\x7f", buffer), "\"a\\\"b\\\\c\\x0a\\x7f\"");
    memset(long_value, '\n', sizeof(long_value)); /* each becomes four */
    long_value[sizeof(long_value) - 1] = '\0';
    assert_true(strlen(diag_quoted(long_value, buffer)) < DIAG_QUOTED_BYTES);
    assert_int_equal(buffer[strlen(buffer) - 1], '"');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_when_who_and_what),
        cmocka_unit_test(keeps_quiet_below_its_level),
        cmocka_unit_test(an_event_may_stand_alone),
        cmocka_unit_test(a_line_has_a_limit),
        cmocka_unit_test(a_value_cannot_make_a_second_line),
        cmocka_unit_test(utf8_passes),
        cmocka_unit_test(quotes_what_could_be_misread),
    };
    return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
