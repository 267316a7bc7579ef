/* SPDX-License-Identifier: Apache-2.0 */
/* trino_literal.c - digits counted, dates by their shape. */
#include "dialect/trino_literal.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "dialect/trino_type.h"

static bool check_integer(struct trino *trino, struct tree *value)
{
    int64_t number = 0;
    if (!span_to_i64(value->text, &number))
        return trino_scope_fail_at(
            trino, value, TRINO_INVALID_LITERAL, "Invalid numeric literal: %.*s",
            (int)(value->text.size < 80 ? value->text.size : 80), (const char *)value->text.data);
    bool small = number >= INT32_MIN && number <= INT32_MAX;
    value->result.kind = small ? ENGINE_INTEGER : ENGINE_BIGINT;
    return true;
}

/* Digits before and after the point; false: something else, or more than a decimal holds. */
static bool decimal_type(struct span text, struct engine_type *type)
{
    const char *at = text.data;
    const char *end = at + text.size;
    int whole = 0;
    int scale = 0;
    bool digits = false;
    bool point = false;
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    for (; at < end; at++) {
        if (*at == '.' && !point) {
            point = true;
            continue;
        }
        if (*at < '0' || *at > '9' || whole + scale > TRINO_TYPE_PRECISION_MAX)
            return false;
        digits = true;
        scale += point;
        whole += !point && (whole > 0 || *at != '0');
    }
    *type = (struct engine_type){.kind = ENGINE_DECIMAL,
                                 .precision = whole + scale == 0 ? 1 : whole + scale,
                                 .scale = scale};
    return digits && type->precision <= TRINO_TYPE_PRECISION_MAX;
}

static int character_count(struct span text)
{
    const unsigned char *bytes = text.data;
    int count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += (bytes[i] & 0xC0) != 0x80;
    return count;
}

static bool invalid_literal(struct trino *trino, const struct tree *value, const char *type)
{
    return trino_scope_fail_at(
        trino, value, TRINO_INVALID_LITERAL, "'%.*s' is not a valid %s literal",
        (int)(value->text.size < 80 ? value->text.size : 80), (const char *)value->text.data, type);
}

static bool check_bytes(struct trino *trino, struct tree *value)
{
    const char *text = value->text.data;
    size_t digits = value->text.size - 3;
    value->result.kind = ENGINE_VARBINARY;
    for (size_t i = 2; i < value->text.size - 1; i++) {
        char c = (char)(text[i] | 0x20);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return trino_scope_fail_at(trino, value, TRINO_INVALID_LITERAL,
                                       "Binary literal can only contain hexadecimal digits");
    }
    return digits % 2 == 0 ||
           trino_scope_fail_at(trino, value, TRINO_INVALID_LITERAL,
                               "Binary literal must contain an even number of digits");
}

/* Fits YYYY-MM-DD[ hh:mm:ss[.f...]]: 9 for a digit, anything else for itself. */
static bool has_shape(struct span text, const char *shape, size_t *used)
{
    const char *at = text.data;
    size_t i = 0;
    for (; shape[i] != '\0'; i++) {
        if (i == text.size)
            return false;
        bool digit = at[i] >= '0' && at[i] <= '9';
        if (shape[i] == '9' ? !digit : at[i] != shape[i])
            return false;
    }
    *used = i;
    return true;
}

static int digits_at(const char *text)
{
    return (text[0] - '0') * 10 + text[1] - '0';
}

/* Is there such a day, and such a time on it?  The text has the shape of one. */
static bool is_real(struct span text)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *at = text.data;
    int year = digits_at(at) * 100 + digits_at(at + 2);
    int month = digits_at(at + 5);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month < 1 || month > 12 || digits_at(at + 8) < 1 ||
        digits_at(at + 8) > days[month - 1] + (month == 2 && leap))
        return false;
    return (text.size < 16 || (digits_at(at + 11) < 24 && digits_at(at + 14) < 60)) &&
           (text.size < 19 || digits_at(at + 17) < 60);
}

static bool check_timestamp(struct trino *trino, struct tree *value)
{
    size_t used = 0;
    value->result = (struct engine_type){.kind = ENGINE_TIMESTAMP};
    if (!has_shape(value->text, "9999-99-99 99:99:99", &used) &&
        !has_shape(value->text, "9999-99-99 99:99", &used) &&
        !has_shape(value->text, "9999-99-99", &used))
        return invalid_literal(trino, value, "TIMESTAMP");
    if (!is_real((struct span){value->text.data, used}))
        return invalid_literal(trino, value, "TIMESTAMP");
    struct span rest = span_after(value->text, used);
    const char *fraction = rest.data;
    if (rest.size == 0)
        return true;
    for (size_t i = 1; i < rest.size; i++)
        if (fraction[i] < '0' || fraction[i] > '9')
            return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                       "a timestamp literal with a zone is not supported");
    if (fraction[0] != '.' || rest.size == 1 || used < strlen("9999-99-99 99:99:99"))
        return invalid_literal(trino, value, "TIMESTAMP");
    if (rest.size > 7)
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "timestamps of more than 6 digits are not supported");
    value->result.precision = (int)rest.size - 1;
    return true;
}

static bool check_literal(struct trino *trino, struct tree *value)
{
    size_t used = 0;
    const char *name = value->type->name;
    bool plain = value->type->argument_count == 0;
    if (strcmp(name, "decimal") == 0 && plain)
        return decimal_type(value->text, &value->result) ||
               invalid_literal(trino, value, "DECIMAL");
    if (strcmp(name, "timestamp") == 0 && plain && !value->type->with_time_zone)
        return check_timestamp(trino, value);
    bool known = trino_type_read(value->type, &value->result) && plain;
    if (!known || value->result.kind == ENGINE_VARBINARY || value->result.kind == ENGINE_TIMESTAMP)
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "a literal of type %s is not supported", name);
    if (value->result.kind == ENGINE_DATE && (!has_shape(value->text, "9999-99-99", &used) ||
                                              used != value->text.size || !is_real(value->text)))
        return invalid_literal(trino, value, "DATE");
    return true;
}

static bool check_interval(struct trino *trino, struct tree *value)
{
    static const char *const units[] = {"second", "minute", "hour", "day", "week", "month", "year"};
    int64_t number = 0;
    value->result.kind = ENGINE_INTERVAL;
    if (!span_to_i64(value->text, &number) || number > INT32_MAX || number < INT32_MIN)
        return trino_scope_fail_at(trino, value, TRINO_NOT_SUPPORTED,
                                   "an interval that is no whole number is not supported");
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (!span_is_nocase(value->name, units[i]))
            continue;
        value->index = i;
        return true;
    }
    return trino_scope_fail_at(trino, value, TRINO_SYNTAX_ERROR,
                               "mismatched input '%.*s'. Expecting: 'DAY', 'HOUR', 'MINUTE', "
                               "'MONTH', 'SECOND', 'YEAR'",
                               (int)(value->name.size < 80 ? value->name.size : 80),
                               (const char *)value->name.data);
}

static bool check_text(struct tree *value)
{
    int count = character_count(value->text);
    value->result =
        (struct engine_type){.kind = ENGINE_VARCHAR, .precision = count == 0 ? 1 : count};
    return true; /* varchar(0) has no other name here */
}

bool trino_literal_check(struct trino *trino, struct tree *value)
{
    switch (value->kind) {
    case TREE_INTEGER:
        return check_integer(trino, value);
    case TREE_DECIMAL:
        return decimal_type(value->text, &value->result) ||
               invalid_literal(trino, value, "DECIMAL");
    case TREE_DOUBLE:
        value->result.kind = ENGINE_DOUBLE;
        return true;
    case TREE_BYTES:
        return check_bytes(trino, value);
    case TREE_LITERAL:
        return check_literal(trino, value);
    case TREE_INTERVAL:
        return check_interval(trino, value);
    case TREE_TEXT:
        return check_text(value);
    case TREE_NULL:
    case TREE_BOOLEAN:
    case TREE_NAME:
    case TREE_FIELD:
    case TREE_STAR:
    case TREE_CALL:
    case TREE_CAST:
    case TREE_UNARY:
    case TREE_BINARY:
    case TREE_IS_NULL:
    case TREE_IN:
    case TREE_BETWEEN:
    case TREE_LIKE:
    case TREE_CASE:
    case TREE_EXISTS:
    case TREE_QUERY:
    case TREE_ROW:
    case TREE_ARRAY:
    case TREE_SUBSCRIPT:
    case TREE_PARAMETER:
        break;
    }
    assert(false); /* it is no literal */
    return false;
}
