/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.h - what is remembered of producers at a recovery point, in Kafka's %020d.snapshot.
 *
 *      0         2       6       10
 *      +---------+-------+-------+---------+---------+-----
 *      | version | crc32c| count | entry 0 | entry 1 | ...     the checksum covers what follows it
 *      +---------+-------+-------+---------+---------+-----
 *
 * The name is the offset of the first batch that is not in it.  A producer has
 * an entry for each of its last batches, oldest first: a reader that keeps one
 * per producer, as Kafka's, ends with the last.
 *
 * Thread: a worker, except the codec. */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#define SNAPSHOT_VERSION 1
#define SNAPSHOT_BYTES_MAX ((size_t)256 * 1024 * 1024)

struct snapshot_entry {
    int64_t producer_id;
    int16_t epoch;
    int32_t last_sequence;
    int64_t last_offset;
    int32_t offset_delta; /* from the batch's first offset to its last */
    int64_t timestamp;    /* the batch's latest, ms since 1970 */
};

struct snapshot {
    int64_t offset; /* the state before the batch with this offset */
    const struct snapshot_entry *entries;
    size_t count;
};

void snapshot_encode(const struct snapshot *snapshot, struct text *out);
/* Entries live in `arena`.  ERR_CORRUPT, or ERR_LIMIT from the arena. */
MUST_CHECK bool snapshot_decode(struct snapshot *snapshot, struct span bytes, struct arena *arena,
                                struct err *err);

/* Replaces or makes the file, synced. */
MUST_CHECK bool snapshot_write(const char *dir, const struct snapshot *snapshot, struct err *err);
/* The newest readable one up to `offset_max`; without one it is empty, at offset 0. */
MUST_CHECK bool snapshot_load(const char *dir, int64_t offset_max, struct snapshot *snapshot,
                              struct arena *arena, struct err *err);
/* Up to where everything is known to be synced, with its indexes: the offset of the newest one up
 * to `offset_max`, for it is written after that; 0 without one.  It need not be readable. */
MUST_CHECK bool snapshot_newest(const char *dir, int64_t offset_max, int64_t *offset,
                                struct err *err);
/* Removes those before `offset`. */
MUST_CHECK bool snapshot_prune(const char *dir, int64_t offset, struct err *err);

#endif
