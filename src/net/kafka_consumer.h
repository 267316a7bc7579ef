/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_consumer.h - reads ranges of one topic's partitions, in order, without a group.
 *
 * The caller says where each partition starts and up to which offset it wants
 * records; what arrives beyond is kept for the next call.  A range ends by the
 * partition's position: where offsets are missing (compacted, or taken by a
 * transaction's marks) the position passes them.
 *
 * Thread: one at a time, a worker or the main thread of a command (all calls
 * may block up to their timeout); kafka_consumer_event() may be watched by the
 * loop meanwhile. */
#ifndef NET_KAFKA_CONSUMER_H
#define NET_KAFKA_CONSUMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

#define KAFKA_CONSUMER_PARTITIONS_MAX 10000

struct kafka_consumer;

struct kafka_record {
    struct span key;   /* data NULL: null */
    struct span value; /* the same */
    int64_t offset;
    int64_t timestamp_ms;   /* -1: none */
    int32_t timestamp_type; /* 0 CreateTime, 1 LogAppendTime */
    int32_t partition;
};

/* Records that were read and not given back yet; zeroed at first. */
struct kafka_chunk {
    struct kafka_record *records; /* in the order in which they were read */
    size_t count;
    size_t bytes; /* of keys and values */
    size_t room;  /* the consumer's */
    void **messages;
};
void kafka_consumer_release(struct kafka_chunk *chunk); /* empties it; its bytes are gone */
void kafka_consumer_forget(struct kafka_chunk *chunk);  /* and frees what it holds */

struct kafka_header {
    const char *name;
    struct span value; /* data NULL: null */
};
/* The headers of a chunk's record, up to `max` of them; they live as long as it.  Returns how many
 * were written. */
size_t kafka_consumer_headers(const struct kafka_chunk *chunk, size_t index,
                              struct kafka_header *headers, size_t max);
/* The id of the broker that it was read from; -1: not known. */
int32_t kafka_consumer_broker(const struct kafka_chunk *chunk, size_t index);

/* Does not connect yet. */
MUST_CHECK struct kafka_consumer *kafka_consumer_create(const char *brokers, const char *topic,
                                                        struct err *err);
void kafka_consumer_close(struct kafka_consumer *consumer); /* NULL is fine */

/* Partitions 0 to *count - 1.  ERR_NOT_FOUND: no such topic (it is not created);
 * ERR_UNAVAILABLE: no broker answers. */
MUST_CHECK bool kafka_consumer_partitions(struct kafka_consumer *consumer, int64_t timeout_ms,
                                          int32_t *count, struct err *err);
/* The same partitions, as another consumer of the topic was told: nobody is asked. */
void kafka_consumer_expect(struct kafka_consumer *consumer, int32_t count);
/* The first offset that is there, and the one that the next record will get. */
MUST_CHECK bool kafka_consumer_offsets(struct kafka_consumer *consumer, int32_t partition,
                                       int64_t timeout_ms, int64_t *earliest, int64_t *latest,
                                       struct err *err);
/* Where each of the partitions 0 to count - 1 begins or ends, asked together. */
enum kafka_mark { KAFKA_MARK_FIRST, KAFKA_MARK_END };
MUST_CHECK bool kafka_consumer_marks(struct kafka_consumer *consumer, enum kafka_mark mark,
                                     int32_t count, int64_t timeout_ms, int64_t *offsets,
                                     struct err *err);
/* The first offset whose record is of `timestamp_ms` or later; the latest when there is none. */
MUST_CHECK bool kafka_consumer_offset_at(struct kafka_consumer *consumer, int32_t partition,
                                         int64_t timestamp_ms, int64_t timeout_ms, int64_t *offset,
                                         struct err *err);
/* As kafka_consumer_offsets' latest, as of the last answer to a fetch, without asking;
 * -1 before the first. */
int64_t kafka_consumer_known_latest(struct kafka_consumer *consumer, int32_t partition);

/* Takes in what the library has to say, which every question and read does too: for a consumer that
 * is not read from for long, or it would pile up. */
void kafka_consumer_tend(struct kafka_consumer *consumer);

/* Begins to fetch from `offset` on; anew if it was started, unless it stands there and is well:
 * what was fetched already is not fetched again. */
MUST_CHECK bool kafka_consumer_start(struct kafka_consumer *consumer, int32_t partition,
                                     int64_t offset, struct err *err);
/* The next offset that kafka_consumer_read will look at; -1 when not started. */
int64_t kafka_consumer_position(const struct kafka_consumer *consumer, int32_t partition);

struct kafka_range {
    int32_t partition;
    int64_t end;        /* records below it are wanted; INT64_MAX: whatever comes */
    size_t records_max; /* in the chunk, all reads together */
    size_t bytes_max;   /* likewise; passed by at most one record */
};
/* Adds records of a started partition to `chunk`, waiting up to `timeout_ms` for the first.
 * Returns true also when none came: look at kafka_consumer_position().
 * ERR_NOT_FOUND: the offset is gone, or the topic; ERR_CORRUPT: a record that does not check out;
 * ERR_UNAVAILABLE. */
MUST_CHECK bool kafka_consumer_read(struct kafka_consumer *consumer,
                                    const struct kafka_range *range, int64_t timeout_ms,
                                    struct kafka_chunk *chunk, struct err *err);
/* True when the position is where the partition ended at the last answer. */
bool kafka_consumer_at_end(const struct kafka_consumer *consumer, int32_t partition);

/* Whether a record waits to be read.  One that is found is kept for the next read.  When none does
 * the next arrival makes kafka_consumer_event() readable.  Errors as kafka_consumer_read. */
MUST_CHECK bool kafka_consumer_waiting(struct kafka_consumer *consumer, int32_t partition,
                                       bool *waiting, struct err *err);

/* A descriptor that becomes readable when something arrives for a partition that had nothing
 * waiting.  The consumer's own. */
int kafka_consumer_event(const struct kafka_consumer *consumer);
void kafka_consumer_clear_event(struct kafka_consumer *consumer);

#endif
