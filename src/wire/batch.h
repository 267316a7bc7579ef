/* SPDX-License-Identifier: Apache-2.0 */
/* batch.h - a record batch (format 2, KIP-98), laid out on disk exactly as on the wire.
 *
 *      0             8      12      16  17    21           23           27
 *      +-------------+------+-------+---+-----+------------+------------+------
 *      | base offset | size | epoch | 2 | crc | attributes | last delta | ...
 *      +-------------+------+-------+---+-----+------------+------------+------
 *      27               35              43            51               53
 *      +----------------+---------------+-------------+----------------+------
 *      | base timestamp | max timestamp | producer id | producer epoch | ...
 *      +----------------+---------------+-------------+----------------+------
 *      53              57      61
 *      +---------------+-------+---------------------------
 *      | base sequence | count | records, compressed or not
 *      +---------------+-------+---------------------------
 *
 * The size counts what follows it, the checksum covers what follows it.  The
 * broker writes base offset and leader epoch in place as it appends, without
 * touching the producer's bytes: that is why the checksum starts after them.
 *
 * Thread: any; a batch is a value. */
#ifndef WIRE_BATCH_H
#define WIRE_BATCH_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "wire/reader.h"

#define BATCH_MAGIC 2
#define BATCH_PEEK_BYTES 12      /* base offset and size: enough to find the next batch */
#define BATCH_HEADER_BYTES 61    /* up to the records */
#define BATCH_BYTES_MAX 16777216 /* 16 MiB */
static_assert(BATCH_BYTES_MAX < INT32_MAX, "the size is an int32 on the wire");

#define BATCH_CODEC_MASK 0x07
#define BATCH_LOG_APPEND_TIME 0x08 /* timestamps are the broker's, else the producer's */
#define BATCH_TRANSACTIONAL 0x10
#define BATCH_CONTROL 0x20 /* a marker of the broker's, not data */

#define BATCH_NO_PRODUCER (-1) /* producer id, epoch and sequence of a producer without them */

enum batch_codec {
    BATCH_PLAIN,
    BATCH_GZIP,
    BATCH_SNAPPY,
    BATCH_LZ4,
    BATCH_ZSTD,
};

struct batch {
    int64_t base_offset;
    int32_t size; /* of what follows the size: 12 less than bytes.size */
    int32_t leader_epoch;
    uint32_t crc;
    int16_t attributes;
    int32_t last_offset_delta;
    int64_t base_timestamp; /* ms since 1970 */
    int64_t max_timestamp;
    int64_t producer_id;
    int16_t producer_epoch;
    int32_t base_sequence;
    int32_t record_count;
    struct span bytes; /* the whole batch, borrowed */
};

/* What can be told about a batch from its first BATCH_PEEK_BYTES. */
struct batch_peek {
    int64_t base_offset;
    size_t bytes; /* of the whole batch */
};

/* Where the batch that starts `bytes` ends, for walking a log or what a client sent.  `bytes` may
 * be less than the batch, not less than BATCH_PEEK_BYTES.  ERR_MALFORMED: no size of a batch. */
MUST_CHECK bool batch_peek(struct batch_peek *peek, struct span bytes, struct err *err);

/* `bytes` is one whole batch; its header is read and must be sensible by itself.  The checksum is
 * not looked at.  ERR_MALFORMED. */
MUST_CHECK bool batch_decode(struct batch *batch, struct span bytes, struct err *err);

/* ERR_CORRUPT when the checksum is not that of the bytes. */
MUST_CHECK bool batch_check_crc(const struct batch *batch, struct err *err);

/* What Kafka asks of a batch that a client produces, beyond the checksum (LogValidator): offsets
 * counted from 0, as many as records, the client's own timestamps, no control batch, and records
 * that can be read where they are not compressed.  ERR_MALFORMED, or ERR_UNSUPPORTED for a codec
 * that there is not. */
MUST_CHECK bool batch_check_produced(const struct batch *batch, struct err *err);

enum batch_codec batch_codec(const struct batch *batch); /* may be one that there is not: 5 to 7 */
bool batch_has_producer(const struct batch *batch);
int64_t batch_last_offset(const struct batch *batch);
int32_t batch_last_sequence(const struct batch *batch); /* sequences go on at 0 after INT32_MAX */

/* Writes both into the header of the batch at `bytes`; the checksum stays right. */
void batch_patch(void *bytes, int64_t base_offset, int32_t leader_epoch);

/* One record; all spans are borrowed from the batch. */
struct batch_record {
    int64_t offset;
    int64_t timestamp;   /* the batch's max timestamp under BATCH_LOG_APPEND_TIME */
    struct span key;     /* NULL data: null */
    struct span value;   /* NULL data: null */
    struct span headers; /* as they stand in the record; checked; see batch_header_next */
    int32_t header_count;
};

struct batch_header {
    struct span key;
    struct span value; /* NULL data: null */
};

/* Walks the records of a batch that is not compressed:
 *     if (!batch_records_init(&records, &batch, err)) return false;
 *     while (records.left > 0)
 *         if (!batch_records_next(&records, &record, err)) return false; */
struct batch_records {
    const struct batch *batch;
    struct reader reader;
    int32_t left;
};

/* ERR_UNSUPPORTED when the batch is compressed. */
MUST_CHECK bool batch_records_init(struct batch_records *records, const struct batch *batch,
                                   struct err *err);
/* ERR_MALFORMED; the last record must end where the batch does. */
MUST_CHECK bool batch_records_next(struct batch_records *records, struct batch_record *record,
                                   struct err *err);
/* Cuts the next header off `headers` of a record; to be called header_count times. */
struct batch_header batch_header_next(struct span *headers);

/* Makes a batch that is not compressed at the end of `out`.  The base offset is 0 and the leader
 * epoch -1, as clients send it.  Records get the offsets 0, 1, 2... */
struct batch_builder {
    struct text *out;
    size_t start;
    struct batch batch; /* set what is to differ between begin and end: attributes, producer */
};

void batch_builder_begin(struct batch_builder *builder, struct text *out, int64_t base_timestamp);
/* NULL data is null in key, value and the values of headers. */
void batch_builder_add(struct batch_builder *builder, int64_t timestamp, struct span key,
                       struct span value, const struct batch_header *headers, size_t header_count);
/* At least one record was added.  ERR_LIMIT: past the limit of `out`, or of a batch. */
MUST_CHECK bool batch_builder_end(struct batch_builder *builder, struct err *err);

#endif
