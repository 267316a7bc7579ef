/* SPDX-License-Identifier: Apache-2.0 */
/* index.h - where in a segment to start looking, by offset and by time, in Kafka's bytes.
 *
 *      .index       0          4          8          .timeindex   0           8          12
 *                   +----------+----------+                       +-----------+----------+
 *                   | relative | position |                       | timestamp | relative |
 *                   +----------+----------+                       +-----------+----------+
 *
 * An .index entry names the last offset of a batch, less the segment's base
 * offset, and where that batch starts.  A .timeindex entry says that up to and
 * including the batch that ends with this offset no batch has a later
 * timestamp.  Both are sparse, without checksum, and never the truth: with
 * fewer entries a look-up is right and slower, and what one says is checked
 * against the segment.  Files hold entries only, no zeros behind them.
 *
 * Thread: a worker. */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define INDEX_ENTRY_BYTES 8
#define INDEX_TIME_ENTRY_BYTES 12

struct index_entry {
    int64_t offset; /* absolute */
    uint32_t at;    /* bytes from the segment's start */
};

struct index_time_entry {
    int64_t timestamp; /* ms since 1970 */
    int64_t offset;    /* absolute */
};

/* The last entry that is not after `offset`; {base_offset, 0} when there is none.  `fd` is the
 * .index file of the segment that starts with `base_offset`. */
MUST_CHECK bool index_find(int fd, int64_t base_offset, int64_t offset, struct index_entry *found,
                           struct err *err);
/* The last entry whose position is before `at`, and in *end where the next entry stands in the
 * file: what is behind it can be cut off to make the index again from there. */
MUST_CHECK bool index_find_position(int fd, int64_t base_offset, uint64_t at,
                                    struct index_entry *found, uint64_t *end, struct err *err);
/* Writes an entry at `*bytes` of the file, and moves that on. */
MUST_CHECK bool index_append(int fd, int64_t base_offset, const struct index_entry *entry,
                             uint64_t *bytes, struct err *err);
/* True when the file of `bytes` bytes can be an index of a segment of `segment_bytes`. */
MUST_CHECK bool index_check(int fd, uint64_t bytes, uint64_t segment_bytes, struct err *err);

/* The last entry with a timestamp before `timestamp`; {-1, base_offset} when there is none. */
MUST_CHECK bool index_time_find(int fd, int64_t base_offset, int64_t timestamp,
                                struct index_time_entry *found, struct err *err);
/* The last entry with an offset before `offset`, {-1, base_offset} when there is none, and in
 * *end where the next entry stands in the file. */
MUST_CHECK bool index_time_find_offset(int fd, int64_t base_offset, int64_t offset,
                                       struct index_time_entry *found, uint64_t *end,
                                       struct err *err);
MUST_CHECK bool index_time_append(int fd, int64_t base_offset, const struct index_time_entry *entry,
                                  uint64_t *bytes, struct err *err);

#endif
