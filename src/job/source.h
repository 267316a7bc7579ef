/* SPDX-License-Identifier: Apache-2.0 */
/* source.h - a topic as a streaming source: how far it goes, and ranges of it.
 *
 * Two connections: one fetches, the other asks for offsets, so that a question
 * does not wait behind a fetch that waits for records.
 *
 * Thread: a worker; source_event() may be watched by the loop, source_stop() called by any. */
#ifndef JOB_SOURCE_H
#define JOB_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "job/offsets.h"
#include "net/kafka_consumer.h"

#define SOURCE_ASK_MS_MAX 3000    /* for one answer about offsets: a drain has to wait for it */
#define SOURCE_STALL_MS_MAX 30000 /* without a record that must be there */

struct source;

MUST_CHECK struct source *source_create(const char *brokers, const char *topic, struct err *err);
void source_close(struct source *source); /* NULL is fine */
/* A read that waits, and every later one, fails with ERR_UNAVAILABLE. */
void source_stop(struct source *source);

/* How many partitions the topic has now.  ERR_NOT_FOUND: it is not there yet. */
MUST_CHECK bool source_partitions(struct source *source, int32_t *count, struct err *err);
/* startingOffsets, resolved: "earliest", "latest" or Spark's JSON. */
MUST_CHECK bool source_resolve(struct source *source, const char *starting_offsets,
                               struct offsets *start, struct err *err);
/* Where each partition ends now. */
MUST_CHECK bool source_latest(struct source *source, struct offsets *latest, struct err *err);
/* Begins to fetch at `from`; partitions that it does not know begin at their first offset.
 * ERR_CORRUPT: an offset is gone, or the broker has not even reached it or `end` (may be NULL):
 * data would be lost; the text has the range. */
MUST_CHECK bool source_start(struct source *source, const struct offsets *from,
                             const struct offsets *end, struct err *err);
/* Partitions that are being fetched; 0 before source_start(). */
int32_t source_fetching(const struct source *source);
/* Adds records of `partition` below `end` to `chunk` until it holds `records_max` or `bytes_max`;
 * *done when the partition is past `end`.  ERR_UNAVAILABLE: nothing came for
 * SOURCE_STALL_MS_MAX. */
MUST_CHECK bool source_read(struct source *source, const struct kafka_range *range,
                            struct kafka_chunk *chunk, bool *done, struct err *err);

/* Whether records wait; when not, source_event() becomes readable as some arrive.  Errors as
 * source_read(). */
MUST_CHECK bool source_waiting(struct source *source, bool *waiting, struct err *err);
int source_event(const struct source *source);
void source_clear_event(struct source *source);

#endif
