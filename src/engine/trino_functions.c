/* SPDX-License-Identifier: Apache-2.0 */
/* trino_functions.c - whole division, casts that refuse, text by characters, floats by IEEE 754.
 *
 * The first words of an error tell query.c its kind: "Division by zero",
 * "Out of range: ", "Cannot cast". */
#include "engine/trino_functions.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "engine/java.h"

static enum call_outcome trino_divide(struct call *call)
{
    int64_t a = call_i64(call, 0);
    int64_t b = call_i64(call, 1);
    if (b == 0)
        return call_fail(call, "Division by zero");
    if (b == -1 && a == INT64_MIN)
        return call_fail(call, "Out of range: bigint division overflow: %" PRId64 " / -1", a);
    return call_give_i64(call, a / b);
}

static enum call_outcome trino_modulus(struct call *call)
{
    int64_t b = call_i64(call, 1);
    if (b == 0)
        return call_fail(call, "Division by zero");
    return call_give_i64(call, b == -1 ? 0 : call_i64(call, 0) % b);
}

static enum call_outcome trino_modulus_double(struct call *call)
{
    return call_give_double(call, fmod(call_double(call, 0), call_double(call, 1)));
}

static const char *whole_name(int64_t max)
{
    return max == INT8_MAX    ? "TINYINT"
           : max == INT16_MAX ? "SMALLINT"
           : max == INT32_MAX ? "INT"
                              : "BIGINT";
}

/* To a whole number, halves away from zero: trino_round_whole(value, max). */
static enum call_outcome trino_round_whole(struct call *call)
{
    double value = call_double(call, 0);
    int64_t max = call_i64(call, 1);
    double rounded = round(value);
    char text[JAVA_NUMBER_BYTES];
    (void)java_double(text, value);
    if (isnan(value))
        return call_fail(call, "Cannot cast double NaN to %s", whole_name(max));
    /* (double)max may round up to max + 1, which is out of range itself */
    if (rounded > (double)max || (max == INT64_MAX && rounded >= (double)max) ||
        rounded < -(double)max - 1)
        return call_fail(call, "Out of range: %s does not fit %s", text, whole_name(max));
    return call_give_i64(call, (int64_t)rounded);
}

/* Text to a whole number: Long.parseLong, with its type's bounds. */
static enum call_outcome trino_parse_whole(struct call *call)
{
    struct span text = call_bytes(call, 0);
    int64_t max = call_i64(call, 1);
    int64_t value = 0;
    const char *first = text.data;
    bool digit = text.size > 0 && first[text.size - 1] >= '0' && first[text.size - 1] <= '9';
    if (!digit || !span_to_i64(text, &value) || value > max || value < -max - 1)
        return call_fail(call, "Cannot cast '%.*s' to %s", (int)(text.size < 60 ? text.size : 60),
                         first, whole_name(max));
    return call_give_i64(call, value);
}

static enum call_outcome trino_parse_double(struct call *call)
{
    struct span text = call_bytes(call, 0);
    double value = 0;
    /* Double.parseDouble knows NaN and Infinity in this spelling only */
    bool special = span_is(text, "NaN") || span_is(text, "Infinity") ||
                   span_is(text, "+Infinity") || span_is(text, "-Infinity");
    const char *bytes = text.data;
    bool digits = text.size > 0 && bytes[text.size - 1] != '\0' &&
                  strchr("0123456789.fFdD \t\n", bytes[text.size - 1]) != NULL;
    if (!(special || digits) || !java_parse_double(text, &value))
        return call_fail(call, "Cannot cast '%.*s' to DOUBLE",
                         (int)(text.size < 60 ? text.size : 60), (const char *)text.data);
    return call_give_double(call, value);
}

/* cast(double as varchar) of Trino: one digit, a point, an exponent always.  From Java's text. */
static enum call_outcome give_scientific(struct call *call, const char *plain, size_t size)
{
    char digits[JAVA_NUMBER_BYTES];
    int count = 0;
    int point = -1;  /* digits before it */
    int leading = 0; /* zeros before the first digit that is none */
    /* cppcheck-suppress uninitvar ; the caller's buffer was filled by snprintf */
    if (memchr(plain, 'E', size) != NULL || memchr(plain, 'N', size) != NULL ||
        memchr(plain, 'I', size) != NULL)
        return call_give_text(call, (struct span){plain, size});
    for (size_t i = plain[0] == '-'; i < size; i++) {
        if (plain[i] == '.')
            point = count + leading;
        else if (count == 0 && plain[i] == '0')
            leading++;
        else
            digits[count++] = plain[i];
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    if (count == 0)
        return call_give_text(call, span_of(plain[0] == '-' ? "-0.0E0" : "0.0E0"));
    char text[JAVA_NUMBER_BYTES * 2];
    int length =
        snprintf(text, sizeof(text), "%s%c.%.*sE%d", plain[0] == '-' ? "-" : "", digits[0],
                 count == 1 ? 1 : count - 1, count == 1 ? "0" : digits + 1, point - leading - 1);
    return call_give_text(call, (struct span){text, (size_t)length});
}

static enum call_outcome trino_double_text(struct call *call)
{
    char plain[JAVA_NUMBER_BYTES];
    size_t size = java_double(plain, call_double(call, 0));
    return give_scientific(call, plain, size);
}

static enum call_outcome trino_float_text(struct call *call)
{
    char plain[JAVA_NUMBER_BYTES];
    float value = ((const float *)call->data[0])[call->row];
    size_t size = java_float(plain, value);
    return give_scientific(call, plain, size);
}

static size_t character_bytes(uint8_t first)
{
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static int64_t character_count(struct span text)
{
    const uint8_t *bytes = text.data;
    int64_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += (bytes[i] & 0xC0) != 0x80;
    return count;
}

/* substr(text, start, length): from 1, or from the end when negative; 0 or outside: empty. */
static enum call_outcome trino_substr(struct call *call)
{
    struct span text = call_bytes(call, 0);
    int64_t start = call_i64(call, 1);
    int64_t length = call_i64(call, 2);
    int64_t count = character_count(text);
    if (start < 0)
        start += count + 1;
    if (start <= 0 || start > count || length <= 0)
        return call_give_text(call, (struct span){"", 0});

    const uint8_t *bytes = text.data;
    size_t from = 0;
    while (--start > 0)
        from += character_bytes(bytes[from]);
    size_t to = from;
    while (length-- > 0 && to < text.size)
        to += character_bytes(bytes[to]);
    return call_give_text(call, (struct span){bytes + from, to - from});
}

/* Java's Character.isWhitespace, as far as a code point of at most three bytes goes. */
static bool is_space(const uint8_t *at, size_t size)
{
    uint32_t c = at[0];
    if (size == 1)
        return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20);
    if (size != 3)
        return false;
    c = (c & 0x0F) << 12 | (uint32_t)(at[1] & 0x3F) << 6 | (uint32_t)(at[2] & 0x3F);
    return c == 0x1680 || (c >= 0x2000 && c <= 0x200A && c != 0x2007) || c == 0x2028 ||
           c == 0x2029 || c == 0x205F || c == 0x3000;
}

/* trim(text, sides): 1 left, 2 right, 3 both. */
static enum call_outcome trino_trim(struct call *call)
{
    struct span text = call_bytes(call, 0);
    int64_t sides = call_i64(call, 1);
    const uint8_t *bytes = text.data;
    size_t from = 0;
    size_t to = text.size;
    while ((sides & 1) != 0 && from < to && is_space(bytes + from, character_bytes(bytes[from])))
        from += character_bytes(bytes[from]);
    while ((sides & 2) != 0 && from < to) {
        size_t last = to - 1;
        while (last > from && (bytes[last] & 0xC0) == 0x80)
            last--;
        if (!is_space(bytes + last, to - last))
            break;
        to = last;
    }
    return call_give_text(call, (struct span){bytes + from, to - from});
}

/* Where `needle` begins in `text` at or after `from`; text.size when nowhere. */
static size_t find_bytes(struct span text, struct span needle, size_t from)
{
    const char *bytes = text.data;
    if (needle.size == 0)
        return from;
    if (from >= text.size)
        return text.size;
    const char *at = memmem(bytes + from, text.size - from, needle.data, needle.size);
    return at == NULL ? text.size : (size_t)(at - bytes);
}

/* An empty search stands before each character and after the last. */
static void replace_empty(struct call *call, struct span text, struct span with)
{
    const char *bytes = text.data;
    for (size_t at = 0; at < text.size;) {
        size_t size = character_bytes((uint8_t)bytes[at]);
        text_add(&call->scratch, with);
        text_add(&call->scratch, (struct span){bytes + at, size});
        at += size;
    }
    text_add(&call->scratch, with);
}

static void replace_all(struct call *call, struct span text, struct span search, struct span with)
{
    const char *bytes = text.data;
    for (size_t at = 0; at < text.size;) {
        size_t next = find_bytes(text, search, at);
        text_add(&call->scratch, (struct span){bytes + at, next - at});
        if (next == text.size)
            return;
        text_add(&call->scratch, with);
        at = next + search.size;
    }
}

static enum call_outcome trino_replace(struct call *call)
{
    struct span search = call_bytes(call, 1);
    if (search.size == 0)
        replace_empty(call, call_bytes(call, 0), call_bytes(call, 2));
    else
        replace_all(call, call_bytes(call, 0), search, call_bytes(call, 2));
    if (call->scratch.full)
        return call_fail(call, "Out of range: replace makes too large a text");
    return call_give_text(call, text_span(&call->scratch));
}

/* In characters from 1; 0: nowhere. */
static enum call_outcome trino_strpos(struct call *call)
{
    struct span text = call_bytes(call, 0);
    struct span needle = call_bytes(call, 1);
    if (needle.size == 0)
        return call_give_i64(call, 1);
    size_t at = find_bytes(text, needle, 0);
    if (at == text.size)
        return call_give_i64(call, 0);
    return call_give_i64(call, character_count((struct span){text.data, at}) + 1);
}

static enum call_outcome trino_reverse(struct call *call)
{
    struct span text = call_bytes(call, 0);
    const uint8_t *bytes = text.data;
    for (size_t to = text.size; to > 0;) {
        size_t from = to - 1;
        while (from > 0 && (bytes[from] & 0xC0) == 0x80)
            from--;
        text_add(&call->scratch, (struct span){bytes + from, to - from});
        to = from;
    }
    return call_give_text(call, text_span(&call->scratch));
}

/* Without a delimiter the parts are the characters. */
static enum call_outcome give_character(struct call *call, struct span text, int64_t index)
{
    const uint8_t *bytes = text.data;
    size_t at = 0;
    while (--index > 0 && at < text.size)
        at += character_bytes(bytes[at]);
    if (at >= text.size)
        return CALL_NULL;
    return call_give_text(call, (struct span){bytes + at, character_bytes(bytes[at])});
}

/* split_part(text, delimiter, index): NULL past the last part. */
static enum call_outcome trino_split_part(struct call *call)
{
    struct span text = call_bytes(call, 0);
    struct span delimiter = call_bytes(call, 1);
    int64_t index = call_i64(call, 2);
    if (index <= 0)
        return call_fail(call, "Index must be greater than zero");
    if (delimiter.size == 0)
        return give_character(call, text, index);
    for (size_t from = 0;;) {
        size_t to = find_bytes(text, delimiter, from);
        if (--index == 0)
            return call_give_text(call, (struct span){(const char *)text.data + from, to - from});
        if (to == text.size)
            return CALL_NULL;
        from = to + delimiter.size;
    }
}

/* Halves away from zero at a number of digits after the point. */
static enum call_outcome trino_round_digits(struct call *call)
{
    double value = call_double(call, 0);
    double factor = pow(10, (double)call_i64(call, 1));
    if (!isfinite(value) || !isfinite(factor) || factor == 0 || !isfinite(value * factor))
        return call_give_double(call, value);
    return call_give_double(call, round(value * factor) / factor);
}

static enum call_outcome trino_sqrt(struct call *call)
{
    return call_give_double(call, sqrt(call_double(call, 0)));
}

static enum call_outcome trino_cbrt(struct call *call)
{
    return call_give_double(call, cbrt(call_double(call, 0)));
}

static enum call_outcome trino_ln(struct call *call)
{
    return call_give_double(call, log(call_double(call, 0)));
}

static enum call_outcome trino_log2(struct call *call)
{
    return call_give_double(call, log2(call_double(call, 0)));
}

static enum call_outcome trino_log10(struct call *call)
{
    return call_give_double(call, log10(call_double(call, 0)));
}

static enum call_outcome trino_exp(struct call *call)
{
    return call_give_double(call, exp(call_double(call, 0)));
}

static enum call_outcome trino_power(struct call *call)
{
    double base = call_double(call, 0);
    double exponent = call_double(call, 1);
    /* Java answers NaN where C answers 1: one to the power of NaN or of infinity. */
    if (isnan(exponent) || ((base == 1 || base == -1) && isinf(exponent)))
        return call_give_double(call, (double)NAN);
    return call_give_double(call, pow(base, exponent));
}

static enum call_outcome trino_float_equal(struct call *call)
{
    return call_give_bool(call, call_double(call, 0) == call_double(call, 1));
}

static enum call_outcome trino_float_not_equal(struct call *call)
{
    return call_give_bool(call, call_double(call, 0) != call_double(call, 1));
}

static enum call_outcome trino_float_less(struct call *call)
{
    return call_give_bool(call, call_double(call, 0) < call_double(call, 1));
}

static enum call_outcome trino_float_less_equal(struct call *call)
{
    return call_give_bool(call, call_double(call, 0) <= call_double(call, 1));
}

static enum call_outcome trino_parse_bool(struct call *call)
{
    struct span text = call_bytes(call, 0);
    static const char *const words[] = {"f", "t", "false", "true", "0", "1"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (span_is_nocase(text, words[i]))
            return call_give_bool(call, i % 2 == 1);
    return call_fail(call, "Cannot cast '%.*s' to BOOLEAN", (int)(text.size < 60 ? text.size : 60),
                     (const char *)text.data);
}

/* A 9 stands for a digit; what follows the shape is in *rest. */
static bool has_shape(struct span text, const char *shape, struct span *rest)
{
    const char *at = text.data;
    size_t size = strlen(shape);
    if (text.size < size)
        return false;
    for (size_t i = 0; i < size; i++) {
        bool digit = at[i] >= '0' && at[i] <= '9';
        if (shape[i] == '9' ? !digit : at[i] != shape[i])
            return false;
    }
    *rest = span_after(text, size);
    return true;
}

static enum call_outcome bad_moment(struct call *call, struct span text, const char *type)
{
    return call_fail(call, "Cannot cast '%.*s' to %s", (int)(text.size < 60 ? text.size : 60),
                     text.size == 0 ? "" : (const char *)text.data, type);
}

/* The text, if it is written as a date must be; the engine would take more. */
static enum call_outcome trino_date_shape(struct call *call)
{
    struct span text = span_trim(call_bytes(call, 0));
    struct span rest;
    if (!has_shape(text, "9999-99-99", &rest) || rest.size > 0)
        return bad_moment(call, text, "date");
    return call_give_text(call, text);
}

static bool is_fraction(struct span rest)
{
    const char *fraction = rest.data;
    if (rest.size == 0)
        return true;
    if (fraction[0] != '.' || rest.size == 1 || rest.size > 7)
        return false;
    for (size_t i = 1; i < rest.size; i++)
        if (fraction[i] < '0' || fraction[i] > '9')
            return false;
    return true;
}

static enum call_outcome trino_timestamp_shape(struct call *call)
{
    struct span text = span_trim(call_bytes(call, 0));
    struct span rest = {0};
    if (has_shape(text, "9999-99-99 99:99:99", &rest))
        return is_fraction(rest) ? call_give_text(call, text) : bad_moment(call, text, "timestamp");
    if (has_shape(text, "9999-99-99 99:99", &rest) && rest.size == 0) {
        text_add(&call->scratch, text); /* the engine wants seconds */
        text_add_string(&call->scratch, ":00");
        return call_give_text(call, text_span(&call->scratch));
    }
    if (has_shape(text, "9999-99-99", &rest) && rest.size == 0)
        return call_give_text(call, text);
    return bad_moment(call, text, "timestamp");
}

/* round_timestamp(timestamp, digits of the second): halves up. */
static enum call_outcome trino_round_timestamp(struct call *call)
{
    int64_t micros = call_i64(call, 0);
    int64_t unit = 1;
    for (int64_t digits = call_i64(call, 1); digits < 6; digits++)
        unit *= 10;
    if (micros > INT64_MAX - unit || micros < INT64_MIN + unit)
        return call_give_i64(call, micros);
    int64_t rest = ((micros % unit) + unit) % unit;
    return call_give_i64(call, micros - rest + (rest * 2 >= unit && rest > 0 ? unit : 0));
}

/* timestamp_text(timestamp, digits): all digits are written. */
static enum call_outcome trino_timestamp_text(struct call *call)
{
    char text[JAVA_TIMESTAMP_BYTES + 16];
    int64_t micros = call_i64(call, 0);
    int64_t digits = call_i64(call, 1);
    int64_t fraction = ((micros % 1000000) + 1000000) % 1000000;
    size_t size = java_timestamp(text, micros - fraction);
    if (digits > 0) {
        (void)snprintf(text + size, sizeof(text) - size, ".%06d", (int)fraction);
        size += 1 + (size_t)(digits > 6 ? 6 : digits);
    }
    return call_give_text(call, (struct span){text, size});
}

#define TEXT DUCKDB_TYPE_VARCHAR
#define LONG DUCKDB_TYPE_BIGINT
#define DOUBLE DUCKDB_TYPE_DOUBLE
#define FLOAT DUCKDB_TYPE_FLOAT
#define BOOL DUCKDB_TYPE_BOOLEAN
#define TIME DUCKDB_TYPE_TIMESTAMP
#define NONE DUCKDB_TYPE_INVALID

static const struct call_function functions[] = {
    {"trino_divide", trino_divide, LONG, {LONG, LONG, NONE}},
    {"trino_modulus", trino_modulus, LONG, {LONG, LONG, NONE}},
    {"trino_modulus_double", trino_modulus_double, DOUBLE, {DOUBLE, DOUBLE, NONE}},
    {"trino_round_whole", trino_round_whole, LONG, {DOUBLE, LONG, NONE}},
    {"trino_parse_whole", trino_parse_whole, LONG, {TEXT, LONG, NONE}},
    {"trino_parse_double", trino_parse_double, DOUBLE, {TEXT, NONE, NONE}},
    {"trino_parse_bool", trino_parse_bool, BOOL, {TEXT, NONE, NONE}},
    {"trino_double_text", trino_double_text, TEXT, {DOUBLE, NONE, NONE}},
    {"trino_float_text", trino_float_text, TEXT, {FLOAT, NONE, NONE}},
    {"trino_substr", trino_substr, TEXT, {TEXT, LONG, LONG}},
    {"trino_trim", trino_trim, TEXT, {TEXT, LONG, NONE}},
    {"trino_replace", trino_replace, TEXT, {TEXT, TEXT, TEXT}},
    {"trino_strpos", trino_strpos, LONG, {TEXT, TEXT, NONE}},
    {"trino_reverse", trino_reverse, TEXT, {TEXT, NONE, NONE}},
    {"trino_split_part", trino_split_part, TEXT, {TEXT, TEXT, LONG}},
    {"trino_round", trino_round_digits, DOUBLE, {DOUBLE, LONG, NONE}},
    {"trino_sqrt", trino_sqrt, DOUBLE, {DOUBLE, NONE, NONE}},
    {"trino_cbrt", trino_cbrt, DOUBLE, {DOUBLE, NONE, NONE}},
    {"trino_ln", trino_ln, DOUBLE, {DOUBLE, NONE, NONE}},
    {"trino_log2", trino_log2, DOUBLE, {DOUBLE, NONE, NONE}},
    {"trino_log10", trino_log10, DOUBLE, {DOUBLE, NONE, NONE}},
    {"trino_exp", trino_exp, DOUBLE, {DOUBLE, NONE, NONE}},
    {"trino_power", trino_power, DOUBLE, {DOUBLE, DOUBLE, NONE}},
    {"trino_float_equal", trino_float_equal, BOOL, {DOUBLE, DOUBLE, NONE}},
    {"trino_float_not_equal", trino_float_not_equal, BOOL, {DOUBLE, DOUBLE, NONE}},
    {"trino_float_less", trino_float_less, BOOL, {DOUBLE, DOUBLE, NONE}},
    {"trino_float_less_equal", trino_float_less_equal, BOOL, {DOUBLE, DOUBLE, NONE}},
    {"trino_date_shape", trino_date_shape, TEXT, {TEXT, NONE, NONE}},
    {"trino_timestamp_shape", trino_timestamp_shape, TEXT, {TEXT, NONE, NONE}},
    {"trino_round_timestamp", trino_round_timestamp, TIME, {TIME, LONG, NONE}},
    {"trino_timestamp_text", trino_timestamp_text, TEXT, {TIME, LONG, NONE}},
};

const struct call_function *trino_functions_at(size_t index)
{
    return index < COUNT_OF(functions) ? &functions[index] : NULL;
}
