/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.h - the recovery point of each partition, in Kafka's recovery-point-offset-checkpoint.
 *
 *      0                 the format
 *      2                 lines that follow
 *      events 0 4711     topic, partition, offset
 *      events 1 4699
 *
 * What lies before a partition's recovery point is synced, with its indexes:
 * recovery starts there.  Losing the file costs time, not data.
 *
 * Thread: a worker, except the codec. */
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#define CHECKPOINT_NAME "recovery-point-offset-checkpoint"
#define CHECKPOINT_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct checkpoint_entry {
    struct span topic;
    int32_t partition;
    int64_t offset;
};

struct checkpoint {
    struct checkpoint_entry *entries;
    size_t count;
};

void checkpoint_add(struct text *lines, const char *topic, int32_t partition, int64_t offset);
/* ERR_CORRUPT, or ERR_LIMIT from the arena; topics point into `bytes`. */
MUST_CHECK bool checkpoint_decode(struct checkpoint *checkpoint, struct span bytes,
                                  struct arena *arena, struct err *err);

/* `lines` are `count` calls of checkpoint_add(). */
MUST_CHECK bool checkpoint_write(const char *dir, struct span lines, size_t count, struct err *err);
/* Without a file it is empty. */
MUST_CHECK bool checkpoint_load(const char *dir, struct checkpoint *checkpoint, struct arena *arena,
                                struct err *err);
/* 0 when it is not there. */
int64_t checkpoint_find(const struct checkpoint *checkpoint, const char *topic, int32_t partition);

#endif
