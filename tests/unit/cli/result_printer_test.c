/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/result_printer.h"

static const char columns[] = "[{\"name\":\"n\",\"type\":\"bigint\"},"
                              "{\"name\":\"text\",\"type\":\"varchar\"},"
                              "{\"name\":\"d\",\"type\":\"double\"}]";
static const char rows[] = "[[1,\"a\\\"b,c\",1.5],[null,\"two\\nlines\",null],"
                           "[12345,\"\\u00e9\\t\\\\\",-2.0E10]]";

/* What the printer prints of these rows; the caller frees it with free(). */
static char *print(enum result_format format, const char *data)
{
    char *out = NULL;
    size_t size = 0;
    struct arena arena;
    struct err err;
    struct result_printer printer;
    FILE *to = open_memstream(&out, &size);

    assert_non_null(to);
    arena_init(&arena, (size_t)64 * 1024 * 1024);
    result_printer_init(&printer, to, format);
    result_printer_columns(&printer, json_read(span_of(columns), &arena, &err));
    const struct json_value *all = json_read(span_of(data), &arena, &err);
    assert_non_null(all);
    for (const struct json_value *row = all->first; row != NULL; row = row->next)
        result_printer_row(&printer, row);
    result_printer_end(&printer);
    result_printer_reset(&printer);
    arena_reset(&arena);
    assert_int_equal(fclose(to), 0);
    return out;
}

/* Byte for byte what presto-cli prints. */
static void prints_as_presto_cli_does(void **state)
{
    (void)state;
    static const struct {
        enum result_format format;
        const char *data;
        const char *text;
    } cases[] = {
        {RESULT_CSV, rows,
         "\"1\",\"a\"\"b,c\",\"1.5\"\n\"\",\"two\nlines\",\"\"\n"
         "\"12345\",\"\xc3\xa9\t\\\",\"-2.0E10\"\n"},
        {RESULT_CSV_HEADER, "[]", "\"n\",\"text\",\"d\"\n"},
        {RESULT_CSV_UNQUOTED, "[[1,\"a\",null]]", "1,a,\n"},
        {RESULT_CSV_HEADER_UNQUOTED, "[[1,\"a\",2]]", "n,text,d\n1,a,2\n"},
        {RESULT_TSV, rows, "1\ta\"b,c\t1.5\n\ttwo\\nlines\t\n12345\t\xc3\xa9\\t\\\\\t-2.0E10\n"},
        {RESULT_TSV_HEADER, "[]", "n\ttext\td\n"},
        {RESULT_JSON, rows,
         "{\"n\":1,\"text\":\"a\\\"b,c\",\"d\":1.5}\n"
         "{\"n\":null,\"text\":\"two\\nlines\",\"d\":null}\n"
         "{\"n\":12345,\"text\":\"\xc3\xa9\\t\\\\\",\"d\":-2.0E10}\n"},
        {RESULT_ALIGNED, "[[1,\"a\",1.5],[12345,\"\xc3\xa9\xc3\xa9\",null]]",
         "   n   | text |  d   \n"
         "-------+------+------\n"
         "     1 | a    |  1.5 \n"
         " 12345 | \xc3\xa9\xc3\xa9   | NULL \n"
         "(2 rows)\n"},
        {RESULT_ALIGNED, "[[1,\"two\\nlines\",2]]",
         " n | text  | d \n"
         "---+-------+---\n"
         " 1 | two  +| 2 \n"
         "   | lines |   \n"
         "(1 row)\n"},
        {RESULT_ALIGNED, "[]", " n | text | d \n---+------+---\n(0 rows)\n"},
        {RESULT_VERTICAL, "[[1,\"a\",null]]",
         "-[ RECORD 1 ]\nn    | 1\ntext | a\nd    | NULL\n(1 row)\n"},
        {RESULT_HIVE, rows,
         "1\ta\"b,c\t1.5\nNULL\ttwo\nlines\tNULL\n12345\t\xc3\xa9\t\\\t-2.0E10\n"},
        {RESULT_NULL, rows, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char *text = print(cases[i].format, cases[i].data);
        assert_string_equal(text, cases[i].text);
        free(text);
    }
}

/* Widths come from what is gathered; what comes after is printed with a heading all the same. */
static void prints_more_rows_than_it_gathers(void **state)
{
    (void)state;
    struct text data;
    char *text;
    text_init(&data, (size_t)16 * 1024 * 1024);
    for (int i = 0; i <= RESULT_PRINTER_ROWS_MAX; i++)
        text_printf(&data, "%s[%d,\"x\",0]", i == 0 ? "[" : ",", i);
    text_add_char(&data, ']');
    text = print(RESULT_ALIGNED, text_string(&data));
    size_t lines = 0;
    for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 2 + RESULT_PRINTER_ROWS_MAX + 1 + 1);
    assert_non_null(strstr(text, "(10001 rows)\n"));
    free(text);
    text_reset(&data);
}

static void finds_formats_by_name(void **state)
{
    (void)state;
    enum result_format format;
    assert_true(result_printer_format("csv_header", &format));
    assert_int_equal(format, RESULT_CSV_HEADER);
    assert_true(result_printer_format("ALIGNED", &format));
    assert_false(result_printer_format("YAML", &format));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_as_presto_cli_does),
        cmocka_unit_test(prints_more_rows_than_it_gathers),
        cmocka_unit_test(finds_formats_by_name),
    };
    return cmocka_run_group_tests_name("result_printer", tests, NULL, NULL);
}
