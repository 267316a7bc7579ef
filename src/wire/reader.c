/* SPDX-License-Identifier: Apache-2.0 */
/* reader.c - bounds are checked here and nowhere else. */
#include "wire/reader.h"

#include <string.h>

struct reader reader_of(struct span bytes)
{
    return (struct reader){bytes.data, bytes.size, false};
}

struct span reader_bytes(struct reader *r, size_t size)
{
    if (r->bad || size > r->left) {
        r->bad = true;
        r->left = 0;
        return (struct span){NULL, 0};
    }
    struct span bytes = {r->next, size};
    if (size > 0) {
        r->next += size;
        r->left -= size;
    }
    return bytes;
}

struct span reader_rest(struct reader *r)
{
    return reader_bytes(r, r->left);
}

static uint64_t big_endian(struct reader *r, size_t size)
{
    struct span bytes = reader_bytes(r, size);
    const unsigned char *b = bytes.data;
    uint64_t value = 0;

    for (size_t i = 0; i < bytes.size; i++)
        value = value << 8 | b[i];
    return value;
}

int8_t reader_i8(struct reader *r)
{
    return (int8_t)big_endian(r, 1);
}

uint8_t reader_u8(struct reader *r)
{
    return (uint8_t)big_endian(r, 1);
}

int16_t reader_i16(struct reader *r)
{
    return (int16_t)big_endian(r, 2);
}

uint16_t reader_u16(struct reader *r)
{
    return (uint16_t)big_endian(r, 2);
}

int32_t reader_i32(struct reader *r)
{
    return (int32_t)big_endian(r, 4);
}

uint32_t reader_u32(struct reader *r)
{
    return (uint32_t)big_endian(r, 4);
}

int64_t reader_i64(struct reader *r)
{
    return (int64_t)big_endian(r, 8);
}

double reader_f64(struct reader *r)
{
    uint64_t bits = big_endian(r, 8);
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* At most `bits` significant bits; longer encodings are bad. */
static uint64_t base_128(struct reader *r, unsigned bits)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < bits && r->left > 0; shift += 7) {
        uint8_t byte = *r->next++;
        uint64_t part = byte & 0x7f;
        r->left--;
        if (shift + 7 > bits && part >> (bits - shift) != 0)
            break;
        value |= part << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    r->bad = true;
    r->left = 0;
    return 0;
}

uint32_t reader_uvarint(struct reader *r)
{
    return (uint32_t)base_128(r, 32);
}

int32_t reader_varint(struct reader *r)
{
    uint32_t raw = (uint32_t)base_128(r, 32);
    return (int32_t)(raw >> 1 ^ (~(raw & 1) + 1));
}

int64_t reader_varlong(struct reader *r)
{
    uint64_t raw = base_128(r, 64);
    return (int64_t)(raw >> 1 ^ (~(raw & 1) + 1));
}
