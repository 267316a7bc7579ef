/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - the other direction of reader.c. */
#include "wire/writer.h"

#include <assert.h>
#include <string.h>

static void put_big_endian(unsigned char *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
}

static void add_big_endian(struct text *out, uint64_t value, size_t size)
{
    unsigned char bytes[8];

    put_big_endian(bytes, value, size);
    text_add(out, (struct span){bytes, size});
}

void writer_i8(struct text *out, int8_t value)
{
    add_big_endian(out, (uint8_t)value, 1);
}

void writer_i16(struct text *out, int16_t value)
{
    add_big_endian(out, (uint16_t)value, 2);
}

void writer_i32(struct text *out, int32_t value)
{
    add_big_endian(out, (uint32_t)value, 4);
}

void writer_i64(struct text *out, int64_t value)
{
    add_big_endian(out, (uint64_t)value, 8);
}

void writer_f64(struct text *out, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    add_big_endian(out, bits, 8);
}

static void add_base_128(struct text *out, uint64_t value)
{
    unsigned char bytes[10];
    size_t size = 0;

    while (value >= 0x80) {
        bytes[size++] = (unsigned char)(0x80 | (value & 0x7f));
        value >>= 7;
    }
    bytes[size++] = (unsigned char)value;
    text_add(out, (struct span){bytes, size});
}

void writer_uvarint(struct text *out, uint32_t value)
{
    add_base_128(out, value);
}

void writer_varint(struct text *out, int32_t value)
{
    add_base_128(out, (uint32_t)value << 1 ^ (value < 0 ? UINT32_MAX : 0));
}

void writer_varlong(struct text *out, int64_t value)
{
    add_base_128(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

void writer_bytes(struct text *out, struct span bytes)
{
    text_add(out, bytes);
}

void writer_patch_i32(struct text *out, size_t at, int32_t value)
{
    if (out->full)
        return;
    assert(at <= out->size && out->size - at >= 4);
    put_big_endian((unsigned char *)out->bytes + at, (uint32_t)value, 4);
}
