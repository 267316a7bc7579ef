/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - puts numbers and bytes at the end of a text (base/text.h).
 *
 * Integers are big-endian.  Past the text's limit nothing is added and
 * text.full says so: look once, at the end.
 *
 * Thread: one at a time per text. */
#ifndef WIRE_WRITER_H
#define WIRE_WRITER_H

#include <stdint.h>

#include "base/span.h"
#include "base/text.h"

void writer_i8(struct text *out, int8_t value);
void writer_i16(struct text *out, int16_t value);
void writer_i32(struct text *out, int32_t value);
void writer_i64(struct text *out, int64_t value);
void writer_f64(struct text *out, double value);
void writer_uvarint(struct text *out, uint32_t value);
void writer_varint(struct text *out, int32_t value);
void writer_varlong(struct text *out, int64_t value);
void writer_bytes(struct text *out, struct span bytes);
/* Overwrites four bytes that were written before, for lengths known late. */
void writer_patch_i32(struct text *out, size_t at, int32_t value);

#endif
