/* SPDX-License-Identifier: Apache-2.0 */
/* result_printer.h - rows as presto-cli prints them, format by format, and as Hive's shell does.
 *
 * Aligned and vertical output knows its widths only when it has the rows: up
 * to RESULT_PRINTER_ROWS_MAX are gathered, then printed.
 *
 * Thread: the main one. */
#ifndef CLI_RESULT_PRINTER_H
#define CLI_RESULT_PRINTER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/span.h"
#include "base/text.h"

#define RESULT_PRINTER_ROWS_MAX 10000
#define RESULT_PRINTER_COLUMNS_MAX 2000

enum result_format {
    RESULT_ALIGNED,
    RESULT_VERTICAL,
    RESULT_CSV,
    RESULT_CSV_HEADER,
    RESULT_CSV_UNQUOTED,
    RESULT_CSV_HEADER_UNQUOTED,
    RESULT_TSV,
    RESULT_TSV_HEADER,
    RESULT_JSON,
    RESULT_NULL, /* nothing at all: to measure */
    RESULT_HIVE, /* tabs, NULL as a word, nothing escaped */
};

struct result_printer {
    FILE *to;
    enum result_format format;
    struct arena arena; /* what is gathered */
    const char **names;
    bool *numeric;
    size_t column_count;
    const char **cells; /* gathered, row by row */
    size_t row_count;   /* gathered */
    uint64_t printed;   /* rows in all */
    bool has_header;    /* was printed */
    struct text line;
};

/* False: no such format. */
bool result_printer_format(const char *name, enum result_format *format);
const char *const *result_printer_formats(void); /* their names, NULL at the end */

void result_printer_init(struct result_printer *printer, FILE *to, enum result_format format);
void result_printer_reset(struct result_printer *printer);
/* The server's `columns`; asking again changes nothing. */
void result_printer_columns(struct result_printer *printer, const struct json_value *columns);
/* A row is an array of as many values. */
void result_printer_row(struct result_printer *printer, const struct json_value *row);
/* What was gathered, and the count where the format has one. */
void result_printer_end(struct result_printer *printer);

#endif
