/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - gathers rows, then knows how wide they are. */
#include "cli/table.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

#define TABLE_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define ROW_BYTES_MAX ((size_t)64 * 1024)

void table_init(struct table *table, const char *const *headings, size_t column_count)
{
    *table = (struct table){.column_count = column_count, .headings = headings};
    arena_init(&table->arena, TABLE_BYTES_MAX);
    table->last = &table->first;
}

void table_reset(struct table *table)
{
    arena_reset(&table->arena);
}

void table_add(struct table *table, const char *fmt, ...)
{
    struct text text;
    va_list args;
    struct table_row *row = ARENA_NEW(&table->arena, struct table_row, 1);

    text_init(&text, ROW_BYTES_MAX);
    va_start(args, fmt);
    text_vprintf(&text, fmt, args);
    va_end(args);
    struct span rest = text_span(&text);
    for (size_t i = 0; row != NULL && i < table->column_count; i++) {
        row->cells[i] = arena_string(&table->arena, span_cut(&rest, '\t'));
        if (row->cells[i] == NULL)
            row = NULL;
    }
    text_reset(&text);
    if (row == NULL)
        return; /* a table that large is for -o json */
    *table->last = row;
    table->last = &row->next;
}

size_t table_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

static void print_row(const struct table *table, const char *const *cells, const size_t *widths,
                      FILE *to)
{
    for (size_t i = 0; i < table->column_count; i++) {
        (void)fputs(cells[i], to);
        if (i + 1 == table->column_count)
            break;
        for (size_t at = table_width(cells[i]); at < widths[i] + 2; at++)
            (void)fputc(' ', to);
    }
    (void)fputc('\n', to);
}

void table_print(const struct table *table, FILE *to)
{
    size_t widths[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < table->column_count; i++) {
        widths[i] = table_width(table->headings[i]);
        for (const struct table_row *row = table->first; row != NULL; row = row->next) {
            size_t width = table_width(row->cells[i]);
            if (width > widths[i])
                widths[i] = width;
        }
    }
    print_row(table, table->headings, widths, to);
    for (const struct table_row *row = table->first; row != NULL; row = row->next)
        print_row(table, row->cells, widths, to);
}
