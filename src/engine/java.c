/* SPDX-License-Identifier: Apache-2.0 */
/* java.c - shortest digits by trying, dates by the days of 400 years. */
#include "engine/java.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17
#define TEXT_BYTES_MAX 512 /* of a number that is read; a longer one is NULL */

/* Writes digits d and the exponent of d[0].d[1]... as Java lays them out. */
static size_t lay_out(char to[JAVA_NUMBER_BYTES], bool negative, const char *digits, int count,
                      int exponent)
{
    char *at = to;
    if (negative)
        *at++ = '-';
    if (exponent >= -3 && exponent < 7) {
        int whole = exponent + 1; /* digits before the point */
        if (whole <= 0)
            *at++ = '0';
        for (int i = 0; i < whole; i++)
            *at++ = (char)(i < count ? digits[i] : '0');
        *at++ = '.';
        for (int i = whole; i < 0; i++)
            *at++ = '0';
        int from = whole > 0 ? whole : 0;
        if (from >= count)
            *at++ = '0';
        for (int i = from; i < count; i++)
            *at++ = digits[i];
        *at = '\0';
    } else {
        *at++ = digits[0];
        *at++ = '.';
        if (count == 1)
            *at++ = '0';
        for (int i = 1; i < count; i++)
            *at++ = digits[i];
        at += snprintf(at, (size_t)(to + JAVA_NUMBER_BYTES - at), "E%d", exponent);
    }
    return (size_t)(at - to);
}

static size_t special(char to[JAVA_NUMBER_BYTES], double value)
{
    const char *text = isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    size_t size = strlen(text);
    memcpy(to, text, size + 1); /* fits: nine characters */
    return size;
}

static size_t shortest(char to[JAVA_NUMBER_BYTES], double value, bool single)
{
    char text[40];
    /* Two at least: of those that read back, Java prints the one that is nearest. */
    for (int digits = 2; digits <= DIGITS_MAX; digits++) {
        (void)snprintf(text, sizeof(text), "%.*e", digits - 1, value);
        if (single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
            break;
    }
    /* -d.ddde+XX, to digits and exponent */
    const char *from = text[0] == '-' ? text + 1 : text;
    char digits[DIGITS_MAX + 1] = {0};
    int count = 0;
    while (*from != 'e') {
        if (*from != '.')
            digits[count++] = *from;
        from++;
    }
    if (count == 2 && digits[1] == '0')
        count = 1;
    return lay_out(to, signbit(value) != 0, digits, count, atoi(from + 1));
}

size_t java_double(char to[JAVA_NUMBER_BYTES], double value)
{
    return isfinite(value) ? shortest(to, value, false) : special(to, value);
}

size_t java_float(char to[JAVA_NUMBER_BYTES], float value)
{
    return isfinite(value) ? shortest(to, (double)value, true) : special(to, (double)value);
}

/* UTF8String.trimAll: spaces and control characters. */
static struct span trim_all(struct span text)
{
    const uint8_t *bytes = text.data;
    size_t from = 0;
    size_t to = text.size;
    while (from < to && (bytes[from] <= 0x20 || bytes[from] == 0x7F))
        from++;
    while (to > from && (bytes[to - 1] <= 0x20 || bytes[to - 1] == 0x7F))
        to--;
    return from == to ? (struct span){0} : (struct span){bytes + from, to - from};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool java_whole(struct span text, int64_t min, int64_t max, int64_t *value)
{
    text = trim_all(text);
    if (text.size == 0)
        return false;
    const char *at = text.data;
    const char *end = at + text.size;
    bool negative = *at == '-';
    if (negative || *at == '+')
        at++;
    if (at == end)
        return false;

    int64_t number = 0; /* negative, because that side reaches further */
    for (; at < end && is_digit(*at); at++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, *at - '0', &number))
            return false;
    if (at < end && *at == '.')
        for (at++; at < end && is_digit(*at);)
            at++;
    if (at != end)
        return false;
    if (!negative && __builtin_sub_overflow((int64_t)0, number, &number))
        return false;
    *value = number;
    return number >= min && number <= max;
}

/* Double.parseDouble's grammar without hexadecimal: [sign] digits [. digits] [e [sign] digits]
 * [f|F|d|D]. */
static bool is_double(const char *at)
{
    size_t digits = 0;
    if (*at == '-' || *at == '+')
        at++;
    for (; is_digit(*at); at++)
        digits++;
    if (*at == '.')
        for (at++; is_digit(*at); at++)
            digits++;
    if (digits == 0)
        return false;
    if (*at == 'e' || *at == 'E') {
        at++;
        if (*at == '-' || *at == '+')
            at++;
        if (!is_digit(*at))
            return false;
        while (is_digit(*at))
            at++;
    }
    if (*at != '\0' && strchr("fFdD", *at) != NULL)
        at++;
    return *at == '\0';
}

/* Cast.processFloatingPointSpecialLiterals: without case, after Java's own spelling failed. */
static bool special_double(struct span text, double *value)
{
    static const struct {
        const char *name;
        double value;
    } names[] = {
        {"inf", (double)INFINITY},      {"+inf", (double)INFINITY},
        {"infinity", (double)INFINITY}, {"+infinity", (double)INFINITY},
        {"-inf", (double)-INFINITY},    {"-infinity", (double)-INFINITY},
        {"nan", (double)NAN},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (span_is_nocase(text, names[i].name)) {
            *value = names[i].value;
            return true;
        }
    }
    return false;
}

bool java_parse_double(struct span text, double *value)
{
    text = trim_all(text);
    char bytes[TEXT_BYTES_MAX];
    if (text.size == 0 || text.size >= sizeof(bytes))
        return false;
    memcpy(bytes, text.data, text.size);
    bytes[text.size] = '\0';
    if (strlen(bytes) != text.size)
        return false;
    if (!is_double(bytes))
        return special_double(text, value);
    *value = strtod(bytes, NULL); /* stops before Java's suffix */
    return true;
}

bool java_parse_bool(struct span text, bool *value)
{
    static const char *const yes[] = {"t", "true", "y", "yes", "1"};
    static const char *const no[] = {"f", "false", "n", "no", "0"};
    text = trim_all(text);
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        *value = span_is_nocase(text, yes[i]);
        if (*value || span_is_nocase(text, no[i]))
            return true;
    }
    return false;
}

/* Days since 1970 to a date, by eras of 400 years that begin on the first of March. */
static void date_of(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

size_t java_timestamp(char to[JAVA_TIMESTAMP_BYTES], int64_t micros)
{
    const int64_t day_micros = INT64_C(86400) * 1000000;
    int64_t days = micros / day_micros;
    int64_t rest = micros % day_micros;
    if (rest < 0) {
        rest += day_micros;
        days--;
    }
    int64_t year = 0;
    int month = 0;
    int day = 0;
    date_of(days, &year, &month, &day);
    int seconds = (int)(rest / 1000000);
    int fraction = (int)(rest % 1000000);

    const char *sign = year > 9999 ? "+" : year < 0 ? "-" : "";
    int size = snprintf(to, JAVA_TIMESTAMP_BYTES, "%s%04lld-%02d-%02d %02d:%02d:%02d", sign,
                        (long long)llabs(year), month, day, seconds / 3600, seconds / 60 % 60,
                        seconds % 60);
    if (fraction > 0) {
        size += snprintf(to + size, JAVA_TIMESTAMP_BYTES - (size_t)size, ".%06d", fraction);
        while (to[size - 1] == '0')
            to[--size] = '\0';
    }
    return (size_t)size;
}
