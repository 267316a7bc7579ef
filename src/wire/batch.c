/* SPDX-License-Identifier: Apache-2.0 */
/* batch.c - the header, its checks, and the records behind it. */
#include "wire/batch.h"

#include <inttypes.h>
#include <string.h>

#include "wire/crc32c.h"
#include "wire/writer.h"

#define SIZE_STARTS_AFTER 12
#define SIZE_AT 8
#define EPOCH_AT 12
#define CRC_AT 17
#define CRC_STARTS_AT 21

static bool size_is_sane(int32_t size)
{
    return size >= BATCH_HEADER_BYTES - SIZE_STARTS_AFTER &&
           size <= BATCH_BYTES_MAX - SIZE_STARTS_AFTER;
}

bool batch_peek(struct batch_peek *peek, struct span bytes, struct err *err)
{
    struct reader r = reader_of(bytes);

    assert(bytes.size >= BATCH_PEEK_BYTES);
    int64_t base_offset = reader_i64(&r);
    int32_t size = reader_i32(&r);
    if (!size_is_sane(size))
        return err_set(err, ERR_MALFORMED, "a batch that says it has %d bytes", size);
    peek->base_offset = base_offset;
    peek->bytes = (size_t)size + SIZE_STARTS_AFTER;
    return true;
}

bool batch_decode(struct batch *batch, struct span bytes, struct err *err)
{
    struct reader r = reader_of(bytes);
    struct batch b = {.bytes = bytes};

    b.base_offset = reader_i64(&r);
    b.size = reader_i32(&r);
    b.leader_epoch = reader_i32(&r);
    uint8_t magic = reader_u8(&r);
    b.crc = reader_u32(&r);
    b.attributes = reader_i16(&r);
    b.last_offset_delta = reader_i32(&r);
    b.base_timestamp = reader_i64(&r);
    b.max_timestamp = reader_i64(&r);
    b.producer_id = reader_i64(&r);
    b.producer_epoch = reader_i16(&r);
    b.base_sequence = reader_i32(&r);
    b.record_count = reader_i32(&r);

    if (r.bad)
        return err_set(err, ERR_MALFORMED, "%zu bytes do not hold a batch header", bytes.size);
    if (magic != BATCH_MAGIC)
        return err_set(err, ERR_MALFORMED, "batch format %u, want %d", magic, BATCH_MAGIC);
    if (!size_is_sane(b.size) || (size_t)b.size + SIZE_STARTS_AFTER != bytes.size)
        return err_set(err, ERR_MALFORMED, "batch says %d bytes and has %zu", b.size,
                       bytes.size - SIZE_STARTS_AFTER);
    if (b.last_offset_delta < 0 || b.base_offset < 0 ||
        b.base_offset > INT64_MAX - b.last_offset_delta)
        return err_set(err, ERR_MALFORMED, "batch from offset %" PRId64 " to %d after it",
                       b.base_offset, b.last_offset_delta);
    if (b.record_count < 1)
        return err_set(err, ERR_MALFORMED, "batch with %d records", b.record_count);
    *batch = b;
    return true;
}

bool batch_check_crc(const struct batch *batch, struct err *err)
{
    uint32_t crc = crc32c(span_after(batch->bytes, CRC_STARTS_AT));

    if (crc != batch->crc)
        return err_set(err, ERR_CORRUPT, "checksum %08" PRIx32 " of a batch that says %08" PRIx32,
                       crc, batch->crc);
    return true;
}

static bool records_hold(const struct batch *batch, struct err *err)
{
    struct batch_records records;
    struct batch_record record = {0};

    if (!batch_records_init(&records, batch, err))
        return false;
    for (int32_t i = 0; records.left > 0; i++) {
        if (!batch_records_next(&records, &record, err))
            return false;
        if (record.offset - batch->base_offset != i)
            return err_set(err, ERR_MALFORMED, "record %d says it is %" PRId64, i,
                           record.offset - batch->base_offset);
    }
    return true;
}

bool batch_check_produced(const struct batch *batch, struct err *err)
{
    if (batch->base_offset != 0)
        return err_set(err, ERR_MALFORMED, "produced batch from offset %" PRId64 ", want 0",
                       batch->base_offset);
    if (batch->last_offset_delta != batch->record_count - 1)
        return err_set(err, ERR_MALFORMED, "%d records with offsets to %d", batch->record_count,
                       batch->last_offset_delta);
    if ((batch->attributes & BATCH_CONTROL) != 0)
        return err_set(err, ERR_MALFORMED, "a client may not write control records");
    if ((batch->attributes & BATCH_LOG_APPEND_TIME) != 0)
        return err_set(err, ERR_MALFORMED, "a client may not say when a batch was appended");
    if (batch_has_producer(batch) && (batch->producer_epoch < 0 || batch->base_sequence < 0))
        return err_set(err, ERR_MALFORMED, "producer %" PRId64 " with epoch %d and sequence %d",
                       batch->producer_id, batch->producer_epoch, batch->base_sequence);
    if ((batch->attributes & BATCH_TRANSACTIONAL) != 0 && !batch_has_producer(batch))
        return err_set(err, ERR_MALFORMED, "a transactional batch without a producer");
    if (batch_codec(batch) > BATCH_ZSTD)
        return err_set(err, ERR_UNSUPPORTED, "compression %d", (int)batch_codec(batch));
    return batch_codec(batch) != BATCH_PLAIN || records_hold(batch, err);
}

enum batch_codec batch_codec(const struct batch *batch)
{
    return (enum batch_codec)(batch->attributes & BATCH_CODEC_MASK);
}

bool batch_has_producer(const struct batch *batch)
{
    return batch->producer_id > BATCH_NO_PRODUCER;
}

int64_t batch_last_offset(const struct batch *batch)
{
    return batch->base_offset + batch->last_offset_delta;
}

int32_t batch_last_sequence(const struct batch *batch)
{
    int64_t last = (int64_t)batch->base_sequence + batch->last_offset_delta;

    if (batch->base_sequence < 0)
        return BATCH_NO_PRODUCER;
    return (int32_t)(last > INT32_MAX ? last - INT32_MAX - 1 : last);
}

static void put(unsigned char *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
}

void batch_patch(void *bytes, int64_t base_offset, int32_t leader_epoch)
{
    unsigned char *batch = bytes;

    put(batch, (uint64_t)base_offset, 8);
    put(batch + EPOCH_AT, (uint32_t)leader_epoch, 4);
}

/* --- records ---------------------------------------------------------------------------------- */

bool batch_records_init(struct batch_records *records, const struct batch *batch, struct err *err)
{
    if (batch_codec(batch) != BATCH_PLAIN)
        return err_set(err, ERR_UNSUPPORTED, "the batch is compressed");
    records->batch = batch;
    records->reader = reader_of(span_after(batch->bytes, BATCH_HEADER_BYTES));
    records->left = batch->record_count;
    return true;
}

/* A length of -1 is null, of less is bad. */
static struct span nullable_bytes(struct reader *r)
{
    int32_t size = reader_varint(r);

    if (size == -1)
        return (struct span){NULL, 0};
    return reader_bytes(r, size < 0 ? SIZE_MAX : (size_t)size);
}

static struct batch_header take_header(struct reader *r)
{
    struct batch_header header;

    header.key = nullable_bytes(r);
    header.value = nullable_bytes(r);
    if (header.key.data == NULL)
        (void)reader_bytes(r, SIZE_MAX); /* the key of a header cannot be null */
    return header;
}

/* All headers, and that there are as many as they say. */
static struct span take_headers(struct reader *r, int32_t count)
{
    const unsigned char *start = r->next;

    if (count < 0)
        (void)reader_bytes(r, SIZE_MAX);
    for (int32_t i = 0; i < count && !r->bad; i++)
        (void)take_header(r);
    return r->bad ? (struct span){NULL, 0} : (struct span){start, (size_t)(r->next - start)};
}

bool batch_records_next(struct batch_records *records, struct batch_record *record, struct err *err)
{
    const struct batch *batch = records->batch;
    int32_t index = batch->record_count - records->left;

    assert(records->left > 0);
    int32_t size = reader_varint(&records->reader);
    struct reader r = reader_of(reader_bytes(&records->reader, size < 0 ? SIZE_MAX : (size_t)size));
    (void)reader_i8(&r); /* attributes: none is defined */
    int64_t timestamp_delta = reader_varlong(&r);
    int32_t offset_delta = reader_varint(&r);
    record->key = nullable_bytes(&r);
    record->value = nullable_bytes(&r);
    record->header_count = reader_varint(&r);
    record->headers = take_headers(&r, record->header_count);

    if (records->reader.bad || r.bad || r.left > 0)
        return err_set(err, ERR_MALFORMED, "record %d of %d does not parse", index,
                       batch->record_count);
    if (offset_delta < 0 || offset_delta > batch->last_offset_delta)
        return err_set(err, ERR_MALFORMED, "record %d at %d in a batch to %d", index, offset_delta,
                       batch->last_offset_delta);
    records->left--;
    if (records->left == 0 && records->reader.left > 0)
        return err_set(err, ERR_MALFORMED, "%zu bytes after the last of %d records",
                       records->reader.left, batch->record_count);

    record->offset = batch->base_offset + offset_delta;
    record->timestamp = (int64_t)((uint64_t)batch->base_timestamp + (uint64_t)timestamp_delta);
    if ((batch->attributes & BATCH_LOG_APPEND_TIME) != 0)
        record->timestamp = batch->max_timestamp;
    return true;
}

struct batch_header batch_header_next(struct span *headers)
{
    struct reader r = reader_of(*headers);
    struct batch_header header = take_header(&r);

    *headers = (struct span){r.next, r.left};
    return header;
}

/* --- making one ------------------------------------------------------------------------------- */

void batch_builder_begin(struct batch_builder *builder, struct text *out, int64_t base_timestamp)
{
    static const unsigned char header[BATCH_HEADER_BYTES];

    builder->out = out;
    builder->start = out->size;
    builder->batch = (struct batch){
        .leader_epoch = -1,
        .base_timestamp = base_timestamp,
        .max_timestamp = base_timestamp,
        .producer_id = BATCH_NO_PRODUCER,
        .producer_epoch = BATCH_NO_PRODUCER,
        .base_sequence = BATCH_NO_PRODUCER,
    };
    writer_bytes(out, (struct span){header, sizeof(header)});
}

static size_t varint_bytes(int64_t value)
{
    uint64_t zigzag = (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
    size_t size = 1;

    for (; zigzag >= 0x80; zigzag >>= 7)
        size++;
    return size;
}

static size_t nullable_size(struct span bytes)
{
    return bytes.data == NULL ? varint_bytes(-1) : varint_bytes((int64_t)bytes.size) + bytes.size;
}

static void add_nullable(struct text *out, struct span bytes)
{
    writer_varint(out, bytes.data == NULL ? -1 : (int32_t)bytes.size);
    writer_bytes(out, bytes);
}

void batch_builder_add(struct batch_builder *builder, int64_t timestamp, struct span key,
                       struct span value, const struct batch_header *headers, size_t header_count)
{
    struct batch *batch = &builder->batch;
    struct text *out = builder->out;
    int64_t timestamp_delta = timestamp - batch->base_timestamp;
    size_t size = 1 + varint_bytes(timestamp_delta) + varint_bytes(batch->record_count) +
                  nullable_size(key) + nullable_size(value) + varint_bytes((int64_t)header_count);

    for (size_t i = 0; i < header_count; i++)
        size += nullable_size(headers[i].key) + nullable_size(headers[i].value);
    if (size > BATCH_BYTES_MAX) {
        out->full = true; /* batch_builder_end() says so */
        return;
    }
    writer_varint(out, (int32_t)size);
    writer_i8(out, 0);
    writer_varlong(out, timestamp_delta);
    writer_varint(out, batch->record_count);
    add_nullable(out, key);
    add_nullable(out, value);
    writer_varint(out, (int32_t)header_count);
    for (size_t i = 0; i < header_count; i++) {
        add_nullable(out, headers[i].key);
        add_nullable(out, headers[i].value);
    }
    batch->record_count++;
    if (timestamp > batch->max_timestamp)
        batch->max_timestamp = timestamp;
}

bool batch_builder_end(struct batch_builder *builder, struct err *err)
{
    const struct batch *batch = &builder->batch;
    size_t size = builder->out->size - builder->start;

    assert(batch->record_count > 0 || builder->out->full);
    if (builder->out->full || size > BATCH_BYTES_MAX)
        return err_set(err, ERR_LIMIT, "a batch of more than %zu bytes",
                       builder->out->full ? builder->out->limit : (size_t)BATCH_BYTES_MAX);

    unsigned char *bytes = (unsigned char *)builder->out->bytes + builder->start;
    batch_patch(bytes, batch->base_offset, batch->leader_epoch);
    put(bytes + SIZE_AT, size - SIZE_STARTS_AFTER, 4);
    bytes[16] = BATCH_MAGIC;
    put(bytes + 21, (uint16_t)batch->attributes, 2);
    put(bytes + 23, (uint32_t)(batch->record_count - 1), 4);
    put(bytes + 27, (uint64_t)batch->base_timestamp, 8);
    put(bytes + 35, (uint64_t)batch->max_timestamp, 8);
    put(bytes + 43, (uint64_t)batch->producer_id, 8);
    put(bytes + 51, (uint16_t)batch->producer_epoch, 2);
    put(bytes + 53, (uint32_t)batch->base_sequence, 4);
    put(bytes + 57, (uint32_t)batch->record_count, 4);
    put(bytes + CRC_AT, crc32c((struct span){bytes + CRC_STARTS_AT, size - CRC_STARTS_AT}), 4);
    return true;
}
