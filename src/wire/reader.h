/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h - takes numbers and bytes off a span, front to back.
 *
 * The first bad read sticks: from then on every read answers zero or an empty
 * span, and `bad` is set, so that a decoder looks once, at the end.  Integers
 * are big-endian, as in Kafka's and Thrift's binary protocols.
 *
 * Thread: any; a reader is a value. */
#ifndef WIRE_READER_H
#define WIRE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct reader {
    const unsigned char *next;
    size_t left;
    bool bad;
};

struct reader reader_of(struct span bytes);

int8_t reader_i8(struct reader *r);
uint8_t reader_u8(struct reader *r);
int16_t reader_i16(struct reader *r);
uint16_t reader_u16(struct reader *r);
int32_t reader_i32(struct reader *r);
uint32_t reader_u32(struct reader *r);
int64_t reader_i64(struct reader *r);
double reader_f64(struct reader *r);
/* Base-128 varints as in Protocol Buffers: unsigned, and zigzag signed. */
uint32_t reader_uvarint(struct reader *r);
int32_t reader_varint(struct reader *r);
int64_t reader_varlong(struct reader *r);
/* The next `size` bytes, borrowed. */
struct span reader_bytes(struct reader *r, size_t size);
struct span reader_rest(struct reader *r);

#endif
