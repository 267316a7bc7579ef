/* SPDX-License-Identifier: Apache-2.0 */
/* result_printer.c - one function per family of formats. */
#include "cli/result_printer.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "cli/table.h"

#define GATHERED_BYTES_MAX ((size_t)1024 * 1024 * 1024)
#define LINE_BYTES_MAX ((size_t)256 * 1024 * 1024)

static const char *const format_names[] = {
    [RESULT_ALIGNED] = "ALIGNED",
    [RESULT_VERTICAL] = "VERTICAL",
    [RESULT_CSV] = "CSV",
    [RESULT_CSV_HEADER] = "CSV_HEADER",
    [RESULT_CSV_UNQUOTED] = "CSV_UNQUOTED",
    [RESULT_CSV_HEADER_UNQUOTED] = "CSV_HEADER_UNQUOTED",
    [RESULT_TSV] = "TSV",
    [RESULT_TSV_HEADER] = "TSV_HEADER",
    [RESULT_JSON] = "JSON",
    [RESULT_NULL] = "NULL",
    NULL,
};

const char *const *result_printer_formats(void)
{
    return format_names;
}

bool result_printer_format(const char *name, enum result_format *format)
{
    for (size_t i = 0; format_names[i] != NULL; i++) {
        if (span_is_nocase(span_of(name), format_names[i])) {
            *format = (enum result_format)i;
            return true;
        }
    }
    return false;
}

void result_printer_init(struct result_printer *printer, FILE *to, enum result_format format)
{
    *printer = (struct result_printer){.to = to, .format = format};
    arena_init(&printer->arena, GATHERED_BYTES_MAX);
    text_init(&printer->line, LINE_BYTES_MAX);
}

static void forget(struct result_printer *printer)
{
    for (size_t i = 0; i < printer->column_count; i++)
        mem_free((void *)(uintptr_t)printer->names[i]);
    mem_free(printer->names);
    mem_free(printer->numeric);
    mem_free(printer->cells);
    printer->names = NULL;
    printer->numeric = NULL;
    printer->cells = NULL;
    printer->column_count = 0;
}

void result_printer_reset(struct result_printer *printer)
{
    forget(printer);
    arena_reset(&printer->arena);
    text_reset(&printer->line);
}

/* --- values --- */

/* A value of JSON as JSON, as deep as JSON_DEPTH_MAX.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void write_json(struct text *out, const struct json_value *value)
{
    switch (value->type) {
    case JSON_NULL:
        text_add_string(out, "null");
        return;
    case JSON_FALSE:
    case JSON_TRUE:
        text_add_string(out, value->type == JSON_TRUE ? "true" : "false");
        return;
    case JSON_NUMBER:
        text_add(out, value->text);
        return;
    case JSON_STRING:
        json_quote(out, value->text);
        return;
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    bool object = value->type == JSON_OBJECT;
    text_add_char(out, object ? '{' : '[');
    for (const struct json_value *m = value->first; m != NULL; m = m->next) {
        if (m != value->first)
            text_add_char(out, ',');
        if (object) {
            json_quote(out, m->key);
            text_add_char(out, ':');
        }
        write_json(out, m);
    }
    text_add_char(out, object ? '}' : ']');
}

/* As presto-cli shows it, which is as Java's collections do: [1, 2], {a=1}.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void write_plain(struct text *out, const struct json_value *value)
{
    if (value->type != JSON_ARRAY && value->type != JSON_OBJECT) {
        if (value->type == JSON_STRING)
            text_add(out, value->text);
        else
            write_json(out, value);
        return;
    }
    bool object = value->type == JSON_OBJECT;
    text_add_char(out, object ? '{' : '[');
    for (const struct json_value *m = value->first; m != NULL; m = m->next) {
        if (m != value->first)
            text_add_string(out, ", ");
        if (object) {
            text_add(out, m->key);
            text_add_char(out, '=');
        }
        write_plain(out, m);
    }
    text_add_char(out, object ? '}' : ']');
}

/* --- CSV, TSV, JSON, Hive's: a row at a time --- */

static void add_csv(struct text *line, struct span cell, bool quoted)
{
    const char *bytes = cell.data;
    if (quoted)
        text_add_char(line, '"');
    for (size_t i = 0; i < cell.size; i++) {
        if (quoted && bytes[i] == '"')
            text_add_char(line, '"');
        text_add_char(line, bytes[i]);
    }
    if (quoted)
        text_add_char(line, '"');
}

static void add_tsv(struct text *line, struct span cell)
{
    static const char special[] = "\n\t\r\b\f\\";
    static const char letters[] = "ntrbf\\";
    const char *bytes = cell.data;
    for (size_t i = 0; i < cell.size; i++) {
        const char *found = bytes[i] == '\0' ? NULL : strchr(special, bytes[i]);
        if (found != NULL) {
            text_add_char(line, '\\');
            text_add_char(line, letters[found - special]);
        } else {
            text_add_char(line, bytes[i]);
        }
    }
}

static bool is_quoted(enum result_format format)
{
    return format == RESULT_CSV || format == RESULT_CSV_HEADER;
}

static bool is_csv(enum result_format format)
{
    return is_quoted(format) || format == RESULT_CSV_UNQUOTED ||
           format == RESULT_CSV_HEADER_UNQUOTED;
}

static void add_cell(struct result_printer *printer, size_t i, struct span cell)
{
    struct text *line = &printer->line;
    if (i > 0)
        text_add_char(line, is_csv(printer->format) ? ',' : '\t');
    if (is_csv(printer->format))
        add_csv(line, cell, is_quoted(printer->format));
    else if (printer->format == RESULT_HIVE)
        text_add(line, cell);
    else
        add_tsv(line, cell);
}

static void print_line(struct result_printer *printer)
{
    text_add_char(&printer->line, '\n');
    (void)fwrite(text_string(&printer->line), 1, printer->line.size, printer->to);
    text_clear(&printer->line);
}

static void print_names(struct result_printer *printer)
{
    for (size_t i = 0; i < printer->column_count; i++)
        add_cell(printer, i, span_of(printer->names[i]));
    print_line(printer);
}

static void print_separated(struct result_printer *printer, const struct json_value *row)
{
    struct text plain;
    size_t i = 0;
    text_init(&plain, LINE_BYTES_MAX);
    for (const struct json_value *value = row->first; value != NULL; value = value->next) {
        text_clear(&plain);
        if (value->type != JSON_NULL)
            write_plain(&plain, value);
        else if (printer->format == RESULT_HIVE)
            text_add_string(&plain, "NULL");
        add_cell(printer, i++, text_span(&plain));
    }
    text_reset(&plain);
    print_line(printer);
}

static void print_json(struct result_printer *printer, const struct json_value *row)
{
    size_t i = 0;
    text_add_char(&printer->line, '{');
    for (const struct json_value *value = row->first; value != NULL; value = value->next, i++) {
        if (i > 0)
            text_add_char(&printer->line, ',');
        json_quote(&printer->line, span_of(i < printer->column_count ? printer->names[i] : ""));
        text_add_char(&printer->line, ':');
        write_json(&printer->line, value);
    }
    text_add_char(&printer->line, '}');
    print_line(printer);
}

/* --- aligned --- */

static const char *line_end(const char *text)
{
    const char *end = strchr(text, '\n');
    return end == NULL ? text + strlen(text) : end;
}

static size_t width_of(const char *text, const char *end)
{
    size_t width = 0;
    for (; text < end; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* Of its widest line. */
static size_t cell_width(const char *cell)
{
    size_t widest = 0;
    for (;;) {
        const char *end = line_end(cell);
        size_t width = width_of(cell, end);
        if (width > widest)
            widest = width;
        if (*end == '\0')
            return widest;
        cell = end + 1;
    }
}

static void pad(struct text *line, char with, size_t count)
{
    while (count-- > 0)
        text_add_char(line, with);
}

static void print_heading(struct result_printer *printer, const size_t *widths)
{
    struct text *line = &printer->line;
    for (size_t i = 0; i < printer->column_count; i++) {
        size_t total = widths[i] + 2;
        size_t width = table_width(printer->names[i]);
        size_t left = (total - width) / 2;
        if (i > 0)
            text_add_char(line, '|');
        pad(line, ' ', left);
        text_add_string(line, printer->names[i]);
        pad(line, ' ', total - width - left);
    }
    print_line(printer);
    for (size_t i = 0; i < printer->column_count; i++) {
        if (i > 0)
            text_add_char(line, '+');
        pad(line, '-', widths[i] + 2);
    }
    print_line(printer);
    printer->has_header = true;
}

/* One line of a row's cells, moved on in `cells`; true when one of them goes on below. */
static bool print_cells_line(struct result_printer *printer, const char **cells,
                             const size_t *widths)
{
    struct text *line = &printer->line;
    bool more = false;
    for (size_t i = 0; i < printer->column_count; i++) {
        const char *end = cells[i] == NULL ? NULL : line_end(cells[i]);
        size_t width = cells[i] == NULL ? 0 : width_of(cells[i], end);
        bool goes_on = end != NULL && *end == '\n';
        text_add_string(line, i > 0 ? "| " : " ");
        if (printer->numeric[i])
            pad(line, ' ', widths[i] - width);
        if (cells[i] != NULL)
            text_add(line, (struct span){cells[i], (size_t)(end - cells[i])});
        if (!printer->numeric[i])
            pad(line, ' ', widths[i] - width);
        text_add_char(line, goes_on ? '+' : ' ');
        cells[i] = goes_on ? end + 1 : NULL;
        more = more || goes_on;
    }
    print_line(printer);
    return more;
}

static void print_aligned(struct result_printer *printer)
{
    size_t count = printer->column_count;
    size_t *widths = mem_new_array(count + 1, sizeof(*widths));
    for (size_t i = 0; i < count; i++)
        widths[i] = table_width(printer->names[i]);
    for (size_t i = 0; i < printer->row_count * count; i++) {
        size_t width = cell_width(printer->cells[i]);
        if (width > widths[i % count])
            widths[i % count] = width;
    }
    if (!printer->has_header)
        print_heading(printer, widths);
    for (size_t row = 0; row < printer->row_count; row++) {
        const char **cells = printer->cells + row * count;
        while (print_cells_line(printer, cells, widths))
            continue;
    }
    mem_free(widths);
}

/* --- vertical --- */

static void print_record(struct result_printer *printer, const char *const *cells, uint64_t number,
                         size_t name_width, size_t value_width)
{
    struct text *line = &printer->line;
    text_printf(line, "-[ RECORD %" PRIu64 " ]", number);
    if (line->size < name_width + 1) {
        pad(line, '-', name_width + 1 - line->size);
        text_add_char(line, '+');
    }
    if (line->size < name_width + 3 + value_width)
        pad(line, '-', name_width + 3 + value_width - line->size);
    print_line(printer);
    for (size_t i = 0; i < printer->column_count; i++) {
        const char *cell = cells[i];
        const char *name = printer->names[i];
        for (;;) {
            const char *end = line_end(cell);
            text_add_string(line, name);
            pad(line, ' ', name_width - table_width(name));
            text_add_string(line, " | ");
            text_add(line, (struct span){cell, (size_t)(end - cell)});
            print_line(printer);
            if (*end == '\0')
                break;
            cell = end + 1;
            name = "";
        }
    }
}

static void print_vertical(struct result_printer *printer)
{
    size_t name_width = 0;
    size_t value_width = 0;
    for (size_t i = 0; i < printer->column_count; i++) {
        size_t width = table_width(printer->names[i]);
        name_width = width > name_width ? width : name_width;
    }
    for (size_t i = 0; i < printer->row_count * printer->column_count; i++) {
        size_t width = cell_width(printer->cells[i]);
        value_width = width > value_width ? width : value_width;
    }
    for (size_t row = 0; row < printer->row_count; row++)
        print_record(printer, printer->cells + row * printer->column_count,
                     printer->printed - printer->row_count + row + 1, name_width, value_width);
}

static void print_gathered(struct result_printer *printer)
{
    if (printer->format == RESULT_ALIGNED)
        print_aligned(printer);
    else
        print_vertical(printer);
    printer->row_count = 0;
    arena_reset(&printer->arena);
}

static void gather(struct result_printer *printer, const struct json_value *row)
{
    struct text plain;
    const char **cells = printer->cells + printer->row_count * printer->column_count;
    const struct json_value *value = row->first;

    text_init(&plain, LINE_BYTES_MAX);
    for (size_t i = 0; i < printer->column_count; i++) {
        text_clear(&plain);
        if (value == NULL || value->type == JSON_NULL)
            text_add_string(&plain, "NULL");
        else
            write_plain(&plain, value);
        cells[i] = arena_string(&printer->arena, text_span(&plain));
        if (cells[i] == NULL)
            cells[i] = "(too much to show)";
        value = value == NULL ? NULL : value->next;
    }
    text_reset(&plain);
    printer->row_count++;
    if (printer->row_count == RESULT_PRINTER_ROWS_MAX)
        print_gathered(printer);
}

/* --- the printer --- */

static bool is_numeric(struct span type)
{
    static const char *const types[] = {"tinyint", "smallint", "integer", "bigint",
                                        "real",    "double",   "float",   "int"};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (span_is(type, types[i]))
            return true;
    }
    return span_starts_with(type, "decimal");
}

void result_printer_columns(struct result_printer *printer, const struct json_value *columns)
{
    size_t count = json_count(columns);
    if (printer->names != NULL || count == 0 || count > RESULT_PRINTER_COLUMNS_MAX)
        return;
    printer->names = mem_new_array(count, sizeof(*printer->names));
    printer->numeric = mem_new_array(count, sizeof(*printer->numeric));
    printer->column_count = count;
    size_t i = 0;
    for (const struct json_value *c = columns->first; c != NULL; c = c->next, i++) {
        const struct json_value *name = json_get(c, "name");
        const struct json_value *type = json_get(c, "type");
        text_clear(&printer->line);
        if (name != NULL)
            text_add(&printer->line, name->text);
        printer->names[i] = mem_string(text_string(&printer->line));
        printer->numeric[i] = type != NULL && is_numeric(type->text);
    }
    text_clear(&printer->line);
    if (printer->format == RESULT_ALIGNED || printer->format == RESULT_VERTICAL)
        printer->cells = mem_new_array(RESULT_PRINTER_ROWS_MAX * count, sizeof(*printer->cells));
    if (printer->format == RESULT_CSV_HEADER || printer->format == RESULT_TSV_HEADER ||
        printer->format == RESULT_CSV_HEADER_UNQUOTED)
        print_names(printer);
}

void result_printer_row(struct result_printer *printer, const struct json_value *row)
{
    if (printer->column_count == 0 || row->type != JSON_ARRAY)
        return;
    printer->printed++;
    switch (printer->format) {
    case RESULT_ALIGNED:
    case RESULT_VERTICAL:
        gather(printer, row);
        return;
    case RESULT_JSON:
        print_json(printer, row);
        return;
    case RESULT_NULL:
        return;
    case RESULT_CSV:
    case RESULT_CSV_HEADER:
    case RESULT_CSV_UNQUOTED:
    case RESULT_CSV_HEADER_UNQUOTED:
    case RESULT_TSV:
    case RESULT_TSV_HEADER:
    case RESULT_HIVE:
        print_separated(printer, row);
        return;
    }
}

void result_printer_end(struct result_printer *printer)
{
    bool counts = printer->format == RESULT_ALIGNED || printer->format == RESULT_VERTICAL;
    if (counts && printer->column_count > 0) {
        if (printer->row_count > 0 || (printer->format == RESULT_ALIGNED && !printer->has_header))
            print_gathered(printer);
        (void)fprintf(printer->to, "(%" PRIu64 " row%s)\n", printer->printed,
                      printer->printed == 1 ? "" : "s");
    }
    (void)fflush(printer->to);
}
