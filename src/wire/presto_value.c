/* SPDX-License-Identifier: Apache-2.0 */
/* presto_value.c - numbers, dates, times and bytes as JSON values. */
#include "wire/presto_value.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

#define DIGITS_MAX 9
#define SECONDS_PER_DAY 86400
#define VALUE_BYTES_MAX 96 /* the longest date, time and zone-less rest */

static const int64_t powers[DIGITS_MAX + 1] = {1,      10,      100,      1000,      10000,
                                               100000, 1000000, 10000000, 100000000, 1000000000};

void presto_value_double(struct text *out, double number)
{
    struct json_writer json;

    json_writer_init(&json, out);
    json_double(&json, number);
}

void presto_value_real(struct text *out, float number)
{
    char digits[40];

    if (isnan(number) || isinf(number)) {
        presto_value_double(out, (double)number);
        return;
    }
    for (int precision = 6; precision <= 9; precision++) {
        (void)snprintf(digits, sizeof(digits), "%.*g", precision, (double)number);
        if (strtof(digits, NULL) == number)
            break;
    }
    text_add_string(out, digits);
    if (strpbrk(digits, ".e") == NULL) /* else some clients would read an integer */
        text_add_string(out, ".0");
}

/* The quotient towards the past, the rest never negative. */
static int64_t divide(int64_t number, int64_t by, int64_t *rest)
{
    int64_t quotient = number / by;

    *rest = number % by;
    if (*rest < 0) {
        *rest += by;
        quotient--;
    }
    return quotient;
}

static char *put_padded(char *to, int64_t number, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        to[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return to + width;
}

static char *put_year(char *to, int64_t year)
{
    if (year >= 0 && year <= 9999)
        return put_padded(to, year, 4);
    return to + snprintf(to, VALUE_BYTES_MAX / 2, "%+05" PRId64, year);
}

/* Proleptic Gregorian, counted in eras of 400 years that begin on the first of March. */
static char *put_date(char *to, int64_t days)
{
    int64_t of_era;
    int64_t era = divide(days + 719468, 146097, &of_era);
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153; /* 0 is March */
    int64_t day = of_year - (153 * month + 2) / 5 + 1;
    int64_t year = year_of_era + era * 400 + (month >= 10);

    to = put_year(to, year);
    *to++ = '-';
    to = put_padded(to, month < 10 ? month + 3 : month - 9, 2);
    *to++ = '-';
    return put_padded(to, day, 2);
}

void presto_value_date(struct text *out, int64_t days)
{
    char date[VALUE_BYTES_MAX];
    char *end = date;

    *end++ = '"';
    end = put_date(end, days);
    *end++ = '"';
    text_add(out, (struct span){date, (size_t)(end - date)});
}

/* `seconds` of a day and the fraction in `digits`, of which `shown` are put. */
static char *put_time(char *to, int64_t seconds, int64_t fraction, int digits, int shown)
{
    to = put_padded(to, seconds / 3600, 2);
    *to++ = ':';
    to = put_padded(to, seconds / 60 % 60, 2);
    *to++ = ':';
    to = put_padded(to, seconds % 60, 2);
    if (shown == 0)
        return to;
    *to++ = '.';
    if (shown < digits)
        return put_padded(to, fraction / powers[digits - shown], shown);
    to = put_padded(to, fraction, digits);
    memset(to, '0', (size_t)(shown - digits));
    return to + (shown - digits);
}

void presto_value_time(struct text *out, const struct presto_instant *instant)
{
    assert(instant->digits <= DIGITS_MAX && instant->shown <= DIGITS_MAX);

    char time[VALUE_BYTES_MAX];
    char *end = time;
    int64_t fraction;
    int64_t seconds = divide(instant->units, powers[instant->digits], &fraction);

    *end++ = '"';
    end = put_time(end, seconds, fraction, instant->digits, instant->shown);
    *end++ = '"';
    text_add(out, (struct span){time, (size_t)(end - time)});
}

void presto_value_timestamp(struct text *out, const struct presto_instant *instant,
                            const char *zone)
{
    assert(instant->digits <= DIGITS_MAX && instant->shown <= DIGITS_MAX);

    char stamp[VALUE_BYTES_MAX];
    char *end = stamp;
    int64_t fraction;
    int64_t of_day;
    int64_t seconds = divide(instant->units, powers[instant->digits], &fraction);
    int64_t days = divide(seconds, SECONDS_PER_DAY, &of_day);

    *end++ = '"';
    end = put_date(end, days);
    *end++ = ' ';
    end = put_time(end, of_day, fraction, instant->digits, instant->shown);
    text_add(out, (struct span){stamp, (size_t)(end - stamp)});
    if (zone != NULL) {
        text_add_char(out, ' ');
        text_add_string(out, zone);
    }
    text_add_char(out, '"');
}

void presto_value_bytes(struct text *out, struct span bytes)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *from = bytes.data;
    size_t size = (bytes.size + 2) / 3 * 4;
    char *to = text_space(out, size + 2);

    if (to == NULL)
        return;
    *to++ = '"';
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        unsigned group = (unsigned)from[i] << 16;
        if (left > 1)
            group |= (unsigned)from[i + 1] << 8;
        if (left > 2)
            group |= from[i + 2];
        *to++ = letters[group >> 18];
        *to++ = letters[group >> 12 & 63];
        to[0] = letters[group >> 6 & 63];
        to[1] = letters[group & 63];
        if (left < 2)
            to[0] = '=';
        if (left < 3)
            to[1] = '=';
        to += 2;
    }
    *to = '"';
    text_added(out, size + 2);
}

void presto_value_day_interval(struct text *out, int64_t milliseconds)
{
    uint64_t size = milliseconds < 0 ? 0 - (uint64_t)milliseconds : (uint64_t)milliseconds;
    uint64_t seconds = size / 1000;

    text_printf(out, "\"%s%" PRIu64 " %02d:%02d:%02d.%03d\"", milliseconds < 0 ? "-" : "",
                seconds / SECONDS_PER_DAY, (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60),
                (int)(seconds % 60), (int)(size % 1000));
}

void presto_value_year_interval(struct text *out, int64_t months)
{
    uint64_t size = months < 0 ? 0 - (uint64_t)months : (uint64_t)months;

    text_printf(out, "\"%s%" PRIu64 "-%" PRIu64 "\"", months < 0 ? "-" : "", size / 12, size % 12);
}
