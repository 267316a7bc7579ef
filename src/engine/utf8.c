/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.c - well-formed sequences as of Unicode's table 3-7; ASCII eight bytes at a time. */
#include "engine/utf8.h"

#include <string.h>

#define HIGH_BITS 0x8080808080808080u

static bool continues(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

/* Bytes of a well-formed sequence at `at`, 0 when it is none. */
static size_t sequence(const uint8_t *at, size_t left)
{
    uint8_t first = at[0];
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    if (left < 2 || !continues(at[1]))
        return 0;
    if (first < 0xE0)
        return 2;
    if ((first == 0xE0 && at[1] < 0xA0) || (first == 0xED && at[1] > 0x9F) ||
        (first == 0xF0 && at[1] < 0x90) || (first == 0xF4 && at[1] > 0x8F))
        return 0;
    if (left < 3 || !continues(at[2]))
        return 0;
    if (first < 0xF0)
        return 3;
    return left < 4 || !continues(at[3]) ? 0 : 4;
}

/* How far the bytes from `at` on are ASCII. */
static size_t ascii(const uint8_t *at, size_t left)
{
    size_t size = 0;
    for (uint64_t word; left - size >= sizeof(word); size += sizeof(word)) {
        memcpy(&word, at + size, sizeof(word));
        if ((word & HIGH_BITS) != 0)
            break;
    }
    while (size < left && at[size] < 0x80)
        size++;
    return size;
}

static size_t valid_prefix(struct span bytes)
{
    const uint8_t *data = bytes.data;
    size_t at = 0;
    while (at < bytes.size) {
        at += ascii(data + at, bytes.size - at);
        if (at == bytes.size)
            break;
        size_t size = sequence(data + at, bytes.size - at);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

bool utf8_valid(struct span bytes)
{
    return valid_prefix(bytes) == bytes.size;
}

/* Bytes that Java's decoder replaces by one U+FFFD. */
static size_t malformed(const uint8_t *at, size_t left)
{
    uint8_t first = at[0];
    if (first < 0xE0 || first > 0xF4 || left < 2 || !continues(at[1]))
        return 1;
    if ((first == 0xE0 && at[1] < 0xA0) || (first == 0xF0 && at[1] < 0x90) ||
        (first == 0xF4 && at[1] > 0x8F))
        return 1;
    if (left < 3 || !continues(at[2]))
        return 2;
    return 3; /* a surrogate, or three bytes of four */
}

void utf8_repair(struct text *out, struct span bytes)
{
    while (bytes.size > 0) {
        size_t good = valid_prefix(bytes);
        text_add(out, (struct span){bytes.data, good});
        bytes = span_after(bytes, good);
        if (bytes.size == 0)
            return;
        text_add_string(out, "\xEF\xBF\xBD");
        bytes = span_after(bytes, malformed(bytes.data, bytes.size));
    }
}

size_t utf8_encode(char to[4], uint32_t code_point)
{
    if (code_point < 0x80) {
        to[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        to[0] = (char)(0xC0 | code_point >> 6);
        to[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        to[0] = (char)(0xE0 | code_point >> 12);
        to[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        to[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | code_point >> 18);
    to[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
    to[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
    to[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}
