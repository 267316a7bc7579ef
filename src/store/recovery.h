/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.h - what of a partition's directory can be believed after it was left, however it was.
 *
 * Before the recovery point everything was synced: it is not read again, and
 * what is found damaged there is reported and stays.  From the recovery point
 * on every batch is checked; the first one that is not whole is where the log
 * ends.  What stood behind it is kept beside the segment, in %020d.cut.
 * All that is kept is synced when this returns.
 *
 * Thread: a worker. */
#ifndef STORE_RECOVERY_H
#define STORE_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/segment.h"
#include "store/snapshot.h"
#include "wire/batch.h"

#define RECOVERY_LIST_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct recovery {
    /* Asked for. */
    const char *dir;
    int64_t recovery_point;
    /* The producers as they were at snapshot->offset (nothing at 0), then each batch from there on,
     * in order.  Either may be NULL. */
    void (*restore)(void *owner, const struct snapshot *snapshot);
    void (*replay)(void *owner, const struct batch *batch);
    void *owner;

    /* Found.  `extents` are mem_new'd and the caller's; the last is that of `active`. */
    struct segment *active; /* NULL: the directory has no segment, or none to append to */
    struct segment_extent *extents;
    size_t extent_count;
    int64_t start_offset;
    int64_t next_offset;
    uint64_t read_bytes;
    uint64_t cut_bytes;
    size_t cut_batches;  /* whole ones among what was cut */
    size_t damage_count; /* places before the recovery point that are not what was written */
    struct err damage;   /* the first of them: file and position */
};

/* After an error nothing is to be freed; files may have been cut. */
MUST_CHECK bool recovery_run(struct recovery *recovery, struct err *err);

#endif
