/* SPDX-License-Identifier: Apache-2.0 */
/* batch.c - bytes taken for batches, one behind the other, as a log or a Produce holds them.
 *
 * The checksum is put right first, or hardly any input would get past it; the
 * first byte says whether. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "wire/batch.h"
#include "wire/crc32c.h"

#define CRC_AT 17
#define CRC_STARTS_AT 21

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void correct_crc(unsigned char *bytes, size_t size)
{
    if (size < BATCH_HEADER_BYTES)
        return;
    uint32_t crc = crc32c((struct span){bytes + CRC_STARTS_AT, size - CRC_STARTS_AT});
    for (int i = 0; i < 4; i++)
        bytes[CRC_AT + i] = (unsigned char)(crc >> (24 - 8 * i));
}

static bool within(struct span inner, struct span outer)
{
    const char *start = inner.data;
    const char *from = outer.data;
    return inner.data == NULL || (start >= from && start + inner.size <= from + outer.size);
}

static size_t walk_headers(const struct batch_record *record, struct span batch)
{
    struct span headers = record->headers;
    size_t bytes = 0;

    for (int32_t i = 0; i < record->header_count; i++) {
        struct batch_header header = batch_header_next(&headers);
        must(header.key.data != NULL && within(header.key, batch) && within(header.value, batch));
        bytes += header.key.size + header.value.size;
    }
    must(headers.size == 0);
    return bytes;
}

static void walk_records(const struct batch *batch)
{
    struct batch_records records;
    struct batch_record record;
    struct err err = {0};
    size_t bytes = 0;

    must(batch_records_init(&records, batch, &err) == (batch_codec(batch) == BATCH_PLAIN));
    if (err.kind != ERR_NONE)
        return;
    while (records.left > 0) {
        if (!batch_records_next(&records, &record, &err)) {
            must(err.kind == ERR_MALFORMED);
            return;
        }
        must(within(record.key, batch->bytes) && within(record.value, batch->bytes));
        must(record.offset >= batch->base_offset && record.offset <= batch_last_offset(batch));
        bytes += record.key.size + record.value.size + walk_headers(&record, batch->bytes);
    }
    must(bytes <= batch->bytes.size);
}

static void one_batch(struct span bytes)
{
    struct batch batch;
    struct err err = {0};

    if (!batch_decode(&batch, bytes, &err)) {
        must(err.kind == ERR_MALFORMED);
        return;
    }
    must(batch.bytes.data == bytes.data && batch.record_count > 0);
    must(batch_last_offset(&batch) >= batch.base_offset && batch_last_sequence(&batch) >= -1);
    walk_records(&batch);
    if (batch_check_produced(&batch, &err))
        must(batch_last_offset(&batch) == batch.record_count - 1);
    else
        must(err.kind == ERR_MALFORMED || err.kind == ERR_UNSUPPORTED);

    /* Appending must not break the checksum. */
    bool whole = batch_check_crc(&batch, &err);
    unsigned char *copy = mem_copy(bytes.data, bytes.size);
    batch_patch(copy, 4711, 7);
    must(batch_decode(&batch, (struct span){copy, bytes.size}, &err));
    must(batch_check_crc(&batch, &err) == whole && batch.leader_epoch == 7);
    mem_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    unsigned char *bytes = mem_copy(data + 1, size - 1);
    struct span left = {bytes, size - 1};
    struct batch_peek peek;
    struct err err = {0};

    while (left.size >= BATCH_PEEK_BYTES && batch_peek(&peek, left, &err)) {
        must(peek.bytes >= BATCH_HEADER_BYTES && peek.bytes <= BATCH_BYTES_MAX);
        if (peek.bytes > left.size)
            break;
        if ((data[0] & 1) != 0)
            correct_crc(bytes + (size - 1 - left.size), peek.bytes);
        one_batch((struct span){left.data, peek.bytes});
        left = span_after(left, peek.bytes);
    }
    mem_free(bytes);
    return 0;
}
