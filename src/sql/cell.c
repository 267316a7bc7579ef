/* SPDX-License-Identifier: Apache-2.0 */
/* cell.c - walks into lists, maps and rows; the rest is wire/presto_value's. */
#include "sql/cell.h"

#include <inttypes.h>

#include "base/json.h"
#include "io/worker.h"
#include "wire/presto_value.h"

#define KEY_BYTES_MAX (16 * 1024 * 1024)
#define OLD_DIGITS 3 /* of the second, for clients that do not know others */
#define MS_PER_DAY 86400000LL

static int shown_digits(const struct presto_type *type, const struct presto_type_style *style)
{
    bool any = style->protocol == PRESTO_TRINO && style->parametric_datetime;
    return any ? type->precision : OLD_DIGITS;
}

static struct presto_instant instant(const struct query_cells *cells, size_t row,
                                     const struct presto_type *type,
                                     const struct presto_type_style *style)
{
    return (struct presto_instant){
        .units = query_i64(cells, row),
        .digits = cells->type->precision,
        .shown = shown_digits(type, style),
    };
}

static void write_interval(struct text *out, const struct query_cells *cells, size_t row,
                           enum presto_kind kind)
{
    struct query_interval interval = query_interval(cells, row);

    if (kind == PRESTO_INTERVAL_YEAR)
        presto_value_year_interval(out, interval.months);
    else
        presto_value_day_interval(out, interval.days * MS_PER_DAY + interval.micros / 1000);
}

/* As deep as types are: PRESTO_TYPE_DEPTH_MAX, QUERY_TYPE_DEPTH_MAX.
 * NOLINTBEGIN(misc-no-recursion) */
static void write_array(struct text *out, const struct query_cells *cells, size_t row,
                        const struct presto_type *type, const struct presto_type_style *style)
{
    struct query_cells members = query_child(cells, 0);
    size_t first;
    size_t count;

    query_list(cells, row, &first, &count);
    text_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add_char(out, ',');
        cell_write(out, &members, first + i, &type->children[0], style);
    }
    text_add_char(out, ']');
}

/* Keys are strings in JSON, whatever their type. */
static void write_key(struct text *out, const struct query_cells *keys, size_t row,
                      const struct presto_type *type, const struct presto_type_style *style)
{
    struct text key;

    text_init(&key, KEY_BYTES_MAX);
    cell_write(&key, keys, row, type, style);
    if (key.size > 0 && key.bytes[0] == '"')
        text_add(out, text_span(&key));
    else
        json_quote(out, text_span(&key));
    text_reset(&key);
}

static void write_map(struct text *out, const struct query_cells *cells, size_t row,
                      const struct presto_type *type, const struct presto_type_style *style)
{
    struct query_cells keys = query_child(cells, 0);
    struct query_cells values = query_child(cells, 1);
    size_t first;
    size_t count;

    query_list(cells, row, &first, &count);
    text_add_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add_char(out, ',');
        write_key(out, &keys, first + i, &type->children[0], style);
        text_add_char(out, ':');
        cell_write(out, &values, first + i, &type->children[1], style);
    }
    text_add_char(out, '}');
}

static void write_row(struct text *out, const struct query_cells *cells, size_t row,
                      const struct presto_type *type, const struct presto_type_style *style)
{
    text_add_char(out, '[');
    for (size_t i = 0; i < type->child_count; i++) {
        struct query_cells field = query_child(cells, i);
        if (i > 0)
            text_add_char(out, ',');
        cell_write(out, &field, row, &type->children[i], style);
    }
    text_add_char(out, ']');
}

static void write_number_text(struct text *out, const struct query_cells *cells, size_t row)
{
    char digits[QUERY_NUMBER_BYTES];

    text_printf(out, "\"%s\"", query_number(cells, row, digits));
}

/* One switch over the kinds. */
void cell_write(struct text *out, const struct query_cells *cells, size_t row,
                const struct presto_type *type, const struct presto_type_style *style)
{
    struct presto_instant when;

    if (type->kind == PRESTO_UNKNOWN || query_is_null(cells, row)) {
        text_add_string(out, "null");
        return;
    }
    switch (type->kind) {
    case PRESTO_BOOLEAN:
        text_add_string(out, query_i64(cells, row) != 0 ? "true" : "false");
        return;
    case PRESTO_TINYINT:
    case PRESTO_SMALLINT:
    case PRESTO_INTEGER:
    case PRESTO_BIGINT:
        text_printf(out, "%" PRId64, query_i64(cells, row));
        return;
    case PRESTO_REAL:
        presto_value_real(out, (float)query_double(cells, row));
        return;
    case PRESTO_DOUBLE:
        presto_value_double(out, query_double(cells, row));
        return;
    case PRESTO_DECIMAL:
        write_number_text(out, cells, row);
        return;
    case PRESTO_VARBINARY:
        presto_value_bytes(out, query_bytes(cells, row));
        return;
    case PRESTO_DATE:
        presto_value_date(out, query_i64(cells, row));
        return;
    case PRESTO_TIME:
    case PRESTO_TIME_TZ:
        when = instant(cells, row, type, style);
        presto_value_time(out, &when);
        return;
    case PRESTO_TIMESTAMP:
        when = instant(cells, row, type, style);
        presto_value_timestamp(out, &when, NULL);
        return;
    case PRESTO_TIMESTAMP_TZ: /* the instant is kept, its zone is not: it is told in UTC */
        when = instant(cells, row, type, style);
        presto_value_timestamp(out, &when, "UTC");
        return;
    case PRESTO_INTERVAL_DAY:
    case PRESTO_INTERVAL_YEAR:
        write_interval(out, cells, row, type->kind);
        return;
    case PRESTO_ARRAY:
        write_array(out, cells, row, type, style);
        return;
    case PRESTO_MAP:
        write_map(out, cells, row, type, style);
        return;
    case PRESTO_ROW:
        write_row(out, cells, row, type, style);
        return;
    case PRESTO_UNKNOWN:
    case PRESTO_VARCHAR:
    case PRESTO_CHAR:
    case PRESTO_JSON:
    case PRESTO_UUID:
    case PRESTO_IPADDRESS:
        json_quote(out, query_bytes(cells, row));
        return;
    }
}
/* NOLINTEND(misc-no-recursion) */
