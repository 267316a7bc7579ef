/* SPDX-License-Identifier: Apache-2.0 */
/* presto_type.c - types in words and as signatures, as both servers were seen to write them. */
#include "wire/presto_type.h"

#include "base/mem.h"

/* The raw names, and how many numbers a signature carries: none, a length, a precision of time. */
static const struct kind_row {
    const char *raw;
    enum { BARE, LENGTH, PRECISION, DIGITS, CHILDREN } arguments;
} kinds[] = {
    [PRESTO_UNKNOWN] = {"unknown", BARE},
    [PRESTO_BOOLEAN] = {"boolean", BARE},
    [PRESTO_TINYINT] = {"tinyint", BARE},
    [PRESTO_SMALLINT] = {"smallint", BARE},
    [PRESTO_INTEGER] = {"integer", BARE},
    [PRESTO_BIGINT] = {"bigint", BARE},
    [PRESTO_REAL] = {"real", BARE},
    [PRESTO_DOUBLE] = {"double", BARE},
    [PRESTO_DECIMAL] = {"decimal", PRECISION},
    [PRESTO_VARCHAR] = {"varchar", LENGTH},
    [PRESTO_CHAR] = {"char", LENGTH},
    [PRESTO_VARBINARY] = {"varbinary", BARE},
    [PRESTO_DATE] = {"date", BARE},
    [PRESTO_TIME] = {"time", DIGITS},
    [PRESTO_TIME_TZ] = {"time with time zone", DIGITS},
    [PRESTO_TIMESTAMP] = {"timestamp", DIGITS},
    [PRESTO_TIMESTAMP_TZ] = {"timestamp with time zone", DIGITS},
    [PRESTO_INTERVAL_DAY] = {"interval day to second", BARE},
    [PRESTO_INTERVAL_YEAR] = {"interval year to month", BARE},
    [PRESTO_JSON] = {"json", BARE},
    [PRESTO_UUID] = {"uuid", BARE},
    [PRESTO_IPADDRESS] = {"ipaddress", BARE},
    [PRESTO_ARRAY] = {"array", CHILDREN},
    [PRESTO_MAP] = {"map", CHILDREN},
    [PRESTO_ROW] = {"row", CHILDREN},
};

static bool has_digits(const struct presto_type *type, const struct presto_type_style *style)
{
    return kinds[type->kind].arguments == DIGITS && style->protocol == PRESTO_TRINO &&
           style->parametric_datetime;
}

static const char *field_name(const struct presto_type *type, size_t field)
{
    return type->names == NULL ? NULL : type->names[field];
}

/* timestamp(3) with time zone: the digits stand behind the first word. */
static void add_digits(struct text *out, const struct presto_type *type)
{
    const char *zone = "";
    const char *word = kinds[type->kind].raw;

    if (type->kind == PRESTO_TIMESTAMP_TZ || type->kind == PRESTO_TIME_TZ) {
        zone = " with time zone";
        word = type->kind == PRESTO_TIME_TZ ? "time" : "timestamp";
    }
    text_printf(out, "%s(%d)%s", word, type->precision, zone);
}

/* A field's name and a space, quoted when it would not read as one word. */
static void add_name(struct text *out, const char *name)
{
    bool plain = name[0] != '\0' && (name[0] < '0' || name[0] > '9');

    for (const char *c = name; *c != '\0'; c++)
        if ((*c < 'a' || *c > 'z') && (*c < '0' || *c > '9') && *c != '_')
            plain = false;
    if (plain) {
        text_printf(out, "%s ", name);
        return;
    }
    text_add_char(out, '"');
    for (const char *c = name; *c != '\0'; c++) {
        text_add_char(out, *c);
        if (*c == '"')
            text_add_char(out, '"');
    }
    text_add_string(out, "\" ");
}

/* Below, types within types: as deep as PRESTO_TYPE_DEPTH_MAX.
 * NOLINTBEGIN(misc-no-recursion) */
static void add_type(struct text *out, const struct presto_type *type,
                     const struct presto_type_style *style, const char *comma, bool display,
                     int depth)
{
    const struct kind_row *row = &kinds[type->kind];
    bool trino = style->protocol == PRESTO_TRINO;

    if (has_digits(type, style)) {
        add_digits(out, type);
        return;
    }
    if (trino && !display && type->kind == PRESTO_INTERVAL_DAY)
        text_add_string(out, "INTERVAL DAY TO SECOND");
    else if (trino && !display && type->kind == PRESTO_INTERVAL_YEAR)
        text_add_string(out, "INTERVAL YEAR TO MONTH");
    else
        text_add_string(out, row->raw);
    if (row->arguments == LENGTH && type->precision > 0)
        text_printf(out, "(%d)", type->precision);
    if (row->arguments == PRECISION)
        text_printf(out, "(%d%s%d)", type->precision, display ? "," : comma, type->scale);
    if (row->arguments != CHILDREN || depth >= PRESTO_TYPE_DEPTH_MAX)
        return;
    text_add_char(out, '(');
    for (size_t i = 0; i < type->child_count; i++) {
        if (i > 0)
            text_add_string(out, comma);
        if (type->kind == PRESTO_ROW && field_name(type, i) != NULL)
            add_name(out, field_name(type, i));
        add_type(out, &type->children[i], style, comma, display, depth + 1);
    }
    text_add_char(out, ')');
}

void presto_type_text(struct text *out, const struct presto_type *type,
                      const struct presto_type_style *style)
{
    add_type(out, type, style, style->protocol == PRESTO_TRINO ? ", " : ",", false, 0);
}

void presto_type_display(struct text *out, const struct presto_type *type,
                         const struct presto_type_style *style)
{
    add_type(out, type, style, style->protocol == PRESTO_TRINO ? ", " : ",", true, 0);
}

static void signature(struct json_writer *json, const struct presto_type *type,
                      const struct presto_type_style *style, int depth);

static void number_argument(struct json_writer *json, const struct presto_type_style *style,
                            int value)
{
    json_begin_object(json);
    json_key(json, "kind");
    json_string(json, style->protocol == PRESTO_TRINO ? "LONG" : "LONG_LITERAL");
    json_key(json, "value");
    json_i64(json, value);
    json_end_object(json);
}

/* A row's field: Trino nests the signature, Presto has its text. */
static void field_argument(struct json_writer *json, const struct presto_type *type, size_t field,
                           const struct presto_type_style *style, int depth)
{
    const char *name = field_name(type, field);

    if (name != NULL) {
        json_key(json, "fieldName");
        json_begin_object(json);
        json_key(json, "name");
        json_string(json, name);
        if (style->protocol == PRESTO_PRESTO) {
            json_key(json, "delimited");
            json_bool(json, false);
        }
        json_end_object(json);
    }
    json_key(json, "typeSignature");
    if (style->protocol == PRESTO_TRINO) {
        signature(json, &type->children[field], style, depth + 1);
        return;
    }
    struct text words;
    text_init(&words, 1024 * 1024);
    presto_type_text(&words, &type->children[field], style);
    json_span(json, text_span(&words));
    json->out->full = json->out->full || words.full;
    text_reset(&words);
}

static void child_argument(struct json_writer *json, const struct presto_type *type, size_t child,
                           const struct presto_type_style *style, int depth)
{
    bool trino = style->protocol == PRESTO_TRINO;

    json_begin_object(json);
    json_key(json, "kind");
    if (type->kind == PRESTO_ROW)
        json_string(json, trino ? "NAMED_TYPE" : "NAMED_TYPE_SIGNATURE");
    else
        json_string(json, trino ? "TYPE" : "TYPE_SIGNATURE");
    json_key(json, "value");
    if (type->kind == PRESTO_ROW) {
        json_begin_object(json);
        field_argument(json, type, child, style, depth);
        json_end_object(json);
    } else {
        signature(json, &type->children[child], style, depth + 1);
    }
    json_end_object(json);
}

/* Presto's older members, which its own clients still read. */
static void presto_members(struct json_writer *json, const struct presto_type *type,
                           const struct presto_type_style *style, size_t child_count, int depth)
{
    json_key(json, "typeArguments");
    json_begin_array(json);
    for (size_t i = 0; i < child_count; i++)
        signature(json, &type->children[i], style, depth + 1);
    json_end_array(json);
    json_key(json, "literalArguments");
    json_begin_array(json);
    for (size_t i = 0; i < child_count && type->kind == PRESTO_ROW; i++) {
        if (field_name(type, i) != NULL)
            json_string(json, field_name(type, i));
        else
            json_null(json);
    }
    json_end_array(json);
}

static void signature(struct json_writer *json, const struct presto_type *type,
                      const struct presto_type_style *style, int depth)
{
    const struct kind_row *row = &kinds[type->kind];
    size_t child_count =
        row->arguments == CHILDREN && depth < PRESTO_TYPE_DEPTH_MAX ? type->child_count : 0;

    /* Presto's form names each child twice, so that every level doubles it: past the text's limit
     * there is no use in going on. */
    if (json->out->full) {
        json_null(json);
        return;
    }
    json_begin_object(json);
    json_key(json, "rawType");
    json_string(json, row->raw);
    if (style->protocol == PRESTO_PRESTO)
        presto_members(json, type, style, child_count, depth);
    json_key(json, "arguments");
    json_begin_array(json);
    if (row->arguments == LENGTH)
        number_argument(json, style, type->precision > 0 ? type->precision : PRESTO_TYPE_UNBOUNDED);
    if (row->arguments == PRECISION || has_digits(type, style))
        number_argument(json, style, type->precision);
    if (row->arguments == PRECISION)
        number_argument(json, style, type->scale);
    for (size_t i = 0; i < child_count; i++)
        child_argument(json, type, i, style, depth);
    json_end_array(json);
    json_end_object(json);
}

void presto_type_signature(struct json_writer *json, const struct presto_type *type,
                           const struct presto_type_style *style)
{
    signature(json, type, style, 0);
}
/* NOLINTEND(misc-no-recursion) */
