/* SPDX-License-Identifier: Apache-2.0 */
/* span.c - comparing and cutting borrowed bytes. */
#include "base/span.h"

#include <assert.h>
#include <string.h>

struct span span_of(const char *string)
{
    return (struct span){string, strlen(string)};
}

bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool span_is(struct span span, const char *string)
{
    return span_equal(span, span_of(string));
}

static char to_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool span_is_nocase(struct span span, const char *string)
{
    const char *bytes = span.data;
    if (strlen(string) != span.size)
        return false;
    for (size_t i = 0; i < span.size; i++) {
        if (to_lower(bytes[i]) != to_lower(string[i]))
            return false;
    }
    return true;
}

bool span_starts_with(struct span span, const char *prefix)
{
    size_t size = strlen(prefix);
    return span.size >= size && (size == 0 || memcmp(span.data, prefix, size) == 0);
}

struct span span_after(struct span span, size_t size)
{
    assert(size <= span.size);
    if (size == 0)
        return span;
    return (struct span){(const char *)span.data + size, span.size - size};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span span_trim(struct span span)
{
    const char *bytes = span.data;
    size_t from = 0;
    size_t to = span.size;

    while (from < to && is_blank(bytes[from]))
        from++;
    while (to > from && is_blank(bytes[to - 1]))
        to--;
    return (struct span){from == 0 ? bytes : bytes + from, to - from};
}

struct span span_cut(struct span *rest, char separator)
{
    const char *bytes = rest->data;
    for (size_t i = 0; i < rest->size; i++) {
        if (bytes[i] == separator) {
            struct span head = {bytes, i};
            *rest = span_after(*rest, i + 1);
            return head;
        }
    }
    struct span head = *rest;
    *rest = (struct span){NULL, 0};
    return head;
}

size_t span_utf8_size(struct span span)
{
    const unsigned char *b = span.data;

    if (span.size == 0)
        return 0;
    if (b[0] < 0x80)
        return 1;
    if (b[0] >= 0xc2 && b[0] < 0xe0)
        return span.size >= 2 && (b[1] & 0xc0) == 0x80 ? 2 : 0;
    if ((b[0] & 0xf0) == 0xe0) {
        if (span.size < 3 || (b[1] & 0xc0) != 0x80 || (b[2] & 0xc0) != 0x80)
            return 0;
        bool overlong = b[0] == 0xe0 && b[1] < 0xa0;
        bool surrogate = b[0] == 0xed && b[1] >= 0xa0;
        return overlong || surrogate ? 0 : 3;
    }
    if (b[0] >= 0xf0 && b[0] < 0xf5) {
        if (span.size < 4 || (b[1] & 0xc0) != 0x80 || (b[2] & 0xc0) != 0x80 ||
            (b[3] & 0xc0) != 0x80)
            return 0;
        bool overlong = b[0] == 0xf0 && b[1] < 0x90;
        bool beyond = b[0] == 0xf4 && b[1] >= 0x90;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

bool span_is_utf8(struct span span)
{
    while (span.size > 0) {
        size_t size = span_utf8_size(span);
        if (size == 0)
            return false;
        span = span_after(span, size);
    }
    return true;
}

bool span_to_i64(struct span span, int64_t *value)
{
    const char *bytes = span.data;
    size_t i = 0;
    bool negative = false;

    if (span.size > 0 && (bytes[0] == '-' || bytes[0] == '+')) {
        negative = bytes[0] == '-';
        i = 1;
    }
    if (i == span.size)
        return false;

    int64_t sum = 0;
    for (; i < span.size; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return false;
        int digit = bytes[i] - '0';
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, digit, &sum)) /* negative, or INT64_MIN would not fit */
            return false;
    }
    if (!negative && sum == INT64_MIN)
        return false;
    *value = negative ? sum : -sum;
    return true;
}
