/* SPDX-License-Identifier: Apache-2.0 */
/* segment.h - the file that a log appends to, with its two indexes.
 *
 * Named after the offset of its first record: %020d.log, .index, .timeindex.
 * Appended bytes survive a loss of power after segment_sync(); index entries
 * are made after that, so they never point at what is not there, and survive
 * after segment_sync_indexes().  Space is reserved ahead without changing the
 * file's size: its end is always the data's end.
 *
 * Thread: a worker. */
#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "wire/batch.h"

#define SEGMENT_NAME_BYTES 40
#define SEGMENT_LEADER_EPOCH 0            /* in every batch: there was never another leader */
#define SEGMENT_INDEX_INTERVAL_BYTES 4096 /* Kafka's index.interval.bytes */
#define SEGMENT_RESERVE_BYTES_MIN ((uint64_t)64 * 1024)
#define SEGMENT_RESERVE_BYTES_MAX ((uint64_t)16 * 1024 * 1024)

struct segment;

/* What a reader may know of a segment, without opening it. */
struct segment_extent {
    int64_t base_offset;
    uint64_t bytes; /* readable ones */
};

/* "%020d" and `suffix`; returns `name`. */
const char *segment_name(int64_t base_offset, const char *suffix, char name[SEGMENT_NAME_BYTES]);
/* True when `name` is such a name; *base_offset is set. */
bool segment_name_parse(const char *name, const char *suffix, int64_t *base_offset);

/* The directory must be there; the names in it survive a loss of power when this returns. */
MUST_CHECK struct segment *segment_create(const char *dir, int64_t base_offset, struct err *err);
/* Opens a segment to look at what it holds.  Nothing is believed but the indexes up to the last
 * entry that is not after `from_offset`: segment_bytes() is where that batch starts (0 without such
 * an entry).  From there on each good batch is to be given to segment_accept(), in order; then
 * segment_cut() makes the file end behind the last of them. */
MUST_CHECK struct segment *segment_open(const char *dir, int64_t base_offset, int64_t from_offset,
                                        struct err *err);
/* The last offset of the batch that the index says stands at segment_bytes(), which is not 0. */
int64_t segment_promised_offset(const struct segment *segment);
/* When what stands there is not what the index promised: from the start, without the indexes. */
MUST_CHECK bool segment_start_over(struct segment *segment, struct err *err);
/* `size` bytes behind the last ones are good; `batch` is what they are, or NULL when they are not
 * a batch and stay all the same. */
void segment_accept(struct segment *segment, const struct batch *batch, uint64_t size);
MUST_CHECK bool segment_cut(struct segment *segment, struct err *err);
/* Gives back what was reserved, and gives the time index its last entry; NULL is fine. */
void segment_close(struct segment *segment);
/* As segment_close(), but leaves the segment's file open and returns it: someone may be reading. */
int segment_close_indexes(struct segment *segment);

int64_t segment_base_offset(const struct segment *segment);
uint64_t segment_bytes(const struct segment *segment);
int segment_fd(const struct segment *segment);

/* Whole batches at the end of the file.  After an error the file is as it was before; when not even
 * that can be had, *broken is set and the segment is not to be used again. */
MUST_CHECK bool segment_append(struct segment *segment, struct span batches, bool *broken,
                               struct err *err);
/* After an error the segment is not to be used again. */
MUST_CHECK bool segment_sync(struct segment *segment, struct err *err);
/* Notes a batch of the file that stands at `at`, in order.  A full disk costs the entry only. */
void segment_index(struct segment *segment, const struct batch *batch, uint64_t at);
MUST_CHECK bool segment_sync_indexes(struct segment *segment, struct err *err);
/* The last entry of the time index, at a roll or a clean end: Kafka takes a segment's latest
 * timestamp from there. */
MUST_CHECK bool segment_finish_time_index(struct segment *segment, struct err *err);
/* Where that entry found no space: a look-up without a time index is slow and right. */
MUST_CHECK bool segment_drop_time_index(struct segment *segment, struct err *err);

#endif
