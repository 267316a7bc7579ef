/* SPDX-License-Identifier: Apache-2.0 */
/* recovery_points.h - the recovery point of each partition, in Kafka's
 * recovery-point-offset-checkpoint.
 *
 *      0                 the format
 *      2                 lines that follow
 *      events 0 4711     topic, partition, offset
 *      events 1 4699
 *
 * What lies before a partition's recovery point is synced, with its indexes:
 * recovery starts there.  Losing the file costs time, not data.  A line can be
 * of a deleted topic whose name was given again; then the partition has no
 * snapshot at that offset (see snapshot_newest()).
 *
 * Thread: a worker, except the codec. */
#ifndef STORE_RECOVERY_POINTS_H
#define STORE_RECOVERY_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#define RECOVERY_POINTS_NAME "recovery-point-offset-checkpoint"
#define RECOVERY_POINTS_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct recovery_point {
    struct span topic;
    int32_t partition;
    int64_t offset;
};

struct recovery_points {
    struct recovery_point *entries;
    size_t count;
};

void recovery_points_add(struct text *lines, const char *topic, int32_t partition, int64_t offset);
/* ERR_CORRUPT, or ERR_LIMIT from the arena; topics point into `bytes`. */
MUST_CHECK bool recovery_points_decode(struct recovery_points *points, struct span bytes,
                                       struct arena *arena, struct err *err);

/* `lines` are `count` calls of recovery_points_add(). */
MUST_CHECK bool recovery_points_write(const char *dir, struct span lines, size_t count,
                                      struct err *err);
/* Without a file it is empty. */
MUST_CHECK bool recovery_points_load(const char *dir, struct recovery_points *points,
                                     struct arena *arena, struct err *err);
/* 0 when it is not there. */
int64_t recovery_points_find(const struct recovery_points *points, const char *topic,
                             int32_t partition);

#endif
