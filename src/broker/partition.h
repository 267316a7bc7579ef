/* SPDX-License-Identifier: Apache-2.0 */
/* partition.h - the order of records, and when a producer hears that its own is safe.
 *
 * Thread: the loop. */
#ifndef BROKER_PARTITION_H
#define BROKER_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "broker/error_code.h"
#include "broker/producer_state.h"
#include "io/loop.h"
#include "io/worker.h"
#include "store/log.h"
#include "wire/batch.h"

/* What all partitions share. */
struct partition_shop {
    struct loop *loop;
    struct worker_pool *syncers; /* commits and checkpoints */
    struct worker_pool *workers; /* all else that blocks */
    /* A recovery point moved: the checkpoint file wants to be written. */
    void (*checkpointed)(void *owner);
    void *owner;
    bool drains;           /* nothing new is to be appended */
    uint64_t append_count; /* batches */
    uint64_t append_bytes;
    uint64_t duplicate_count;
    uint64_t commit_count;
    uint64_t commit_failure_count;
    uint64_t cut_bytes;
};

/* A batch that waits for its sync: the producer's memory. */
struct partition_append {
    int64_t base_offset;
    int64_t end_offset;
    /* Once, on the loop, after partition_append() returned true: synced, or not (then `err` says
     * why and the batch is not in the log). */
    void (*settled)(struct partition_append *append, const struct err *err);
    struct partition_append *next; /* the partition's */
};

/* Someone who waits for records: called after the readable end has moved, or the partition has
 * gone offline or away. */
struct partition_watch {
    void (*moved)(struct partition_watch *watch);
    struct partition_watch *next; /* the partition's */
    struct partition_watch **at;  /* what points to it; NULL when it does not wait */
};

struct partition;

/* Takes over the log.  `name` is the topic's, which outlives the partition. */
struct partition *partition_create(struct partition_shop *shop, const char *topic, int32_t number,
                                   struct log *log, struct producer_state *producers);
/* No commit runs and nobody reads: partition_is_busy() is false. */
void partition_close(struct partition *partition);

const char *partition_topic(const struct partition *partition);
int32_t partition_number(const struct partition *partition);
struct log *partition_log(const struct partition *partition);
bool partition_is_busy(const struct partition *partition);
bool partition_is_gone(const struct partition *partition);

/* `batch` was checked.  ERROR_NONE: append->settled() will be called; now, for a duplicate of what
 * is synced.  Else the number for the producer, and `err` in words. */
int16_t partition_append(struct partition *partition, const struct batch *batch,
                         struct partition_append *append, struct err *err);

void partition_watch(struct partition *partition, struct partition_watch *watch);
void partition_unwatch(struct partition_watch *watch); /* fine when it does not wait */

/* A reader on a worker has the directory from hold to release. */
void partition_hold(struct partition *partition);
void partition_release(struct partition *partition);

/* Moves the recovery point to what is synced, if it is behind.  With `is_last` the log is to be
 * closed next.  `done` may be NULL. */
void partition_checkpoint(struct partition *partition, bool is_last);
/* The recovery point that the checkpoint file has. */
void partition_set_written_point(struct partition *partition, int64_t offset);

/* Takes the partition away: producers and readers hear it, and `idle` is called when no worker has
 * anything of it (perhaps now). */
void partition_remove(struct partition *partition, void (*idle)(void *owner), void *owner);
/* Calls `idle` when nothing is left to write or sync (perhaps now). */
void partition_drain(struct partition *partition, void (*idle)(void *owner), void *owner);

#endif
