/* SPDX-License-Identifier: Apache-2.0 */
/* table.h - rows for people: columns as wide as their widest cell.
 *
 * Thread: the main one. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"

#define TABLE_COLUMNS_MAX 16

struct table_row {
    const char *cells[TABLE_COLUMNS_MAX];
    struct table_row *next;
};

struct table {
    struct arena arena;
    size_t column_count;
    const char *const *headings;
    struct table_row *first;
    struct table_row **last;
};

void table_init(struct table *table, const char *const *headings, size_t column_count);
void table_reset(struct table *table);
/* The cells are formats apart by tabs: table_add(&t, "%s\t%d", name, count). */
void table_add(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void table_print(const struct table *table, FILE *to);
/* How many columns of a terminal the text takes: characters, not bytes. */
size_t table_width(const char *text);

#endif
