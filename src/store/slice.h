/* SPDX-License-Identifier: Apache-2.0 */
/* slice.h - the batches that a reader gets: whole, in order, checksums verified.
 *
 * A reader that asks for an offset inside a batch gets that whole batch.  A
 * slice lies within one segment; the next call goes on in the next one.
 *
 * Thread: slice_read() a worker, slice_read_hot() the loop. */
#ifndef STORE_SLICE_H
#define STORE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/log.h"
#include "store/segment.h"

#define SLICE_TAIL_BYTES 64 /* room behind the batches, for what a reply has behind its records */

struct slice {
    /* Asked for: all between `offset` and the place's end, up to `bytes_max`; the first batch also
     * when it is larger, if `first_whole`. */
    int64_t offset;
    size_t bytes_max;
    bool first_whole;
    struct log_place place;

    /* Found.  Free with slice_reset(), or take `memory` over. */
    unsigned char *memory;
    size_t bytes;
    int64_t next_offset; /* behind the last batch: where the reader will go on */
    uint64_t next_at;
};

/* From the page cache alone.  *cold: it is not there, or not at hand; ask slice_read(). */
MUST_CHECK bool slice_read_hot(struct slice *slice, bool *cold, struct err *err);
/* Opens the segment in `dir`.  ERR_CORRUPT names file and position; then nothing was found. */
MUST_CHECK bool slice_read(struct slice *slice, const char *dir, struct err *err);
void slice_reset(struct slice *slice);

struct slice_moment {
    int64_t timestamp; /* ms since 1970 */
    int64_t offset;    /* -1: no batch is that late */
};
/* The first record that is not before `timestamp`, among `extents`; in a compressed batch the
 * batch's first record.  With `latest` instead the record with the latest timestamp. */
MUST_CHECK bool slice_find_time(const char *dir, const struct segment_extent *extents, size_t count,
                                int64_t timestamp, struct slice_moment *found, struct err *err);
MUST_CHECK bool slice_find_latest(const char *dir, const struct segment_extent *extents,
                                  size_t count, struct slice_moment *found, struct err *err);

#endif
