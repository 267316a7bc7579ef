/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.h - what a job intends and what it has done, in Spark's own layout.
 *
 *   metadata      {"id":"<uuid>"}: the query, for ever
 *   sources/0/0   where the first batch starts
 *   offsets/N     where batch N ends, written before it begins
 *   commits/N     batch N is in the table, written after
 *
 * Every file is whole and synced, or not there.  The sink keeps sink/N beside
 * these.
 *
 * Thread: a worker. */
#ifndef JOB_CHECKPOINT_H
#define JOB_CHECKPOINT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "job/offsets.h"

#define CHECKPOINT_ID_BYTES 37
#define CHECKPOINT_BATCHES_KEPT 100 /* spark.sql.streaming.minBatchesToRetain */

struct checkpoint {
    char dir[PATH_MAX];
    const char *topic;            /* borrowed */
    char id[CHECKPOINT_ID_BYTES]; /* of the query */
    bool has_start;               /* sources/0/0 is there */
    int64_t planned;              /* the last N of offsets/, -1: none */
    bool committed;               /* commits/N of that one is there */
    struct offsets start;         /* where batch `planned` started, or the first one will */
    struct offsets end;           /* where it ends, when planned >= 0 */
};

/* Reads what is there, or begins a new one.  `dir` is absolute.  ERR_CORRUPT: a file is damaged or
 * one is missing; ERR_CONFLICT: it belongs to another topic; both texts say which file. */
MUST_CHECK bool checkpoint_open(struct checkpoint *checkpoint, const char *dir, const char *topic,
                                struct err *err);
/* Makes last what was read.  A kill between a rename and the sync of its folder leaves a name that
 * is there, and that a loss of power would take back. */
MUST_CHECK bool checkpoint_settle(const struct checkpoint *checkpoint, struct err *err);
void checkpoint_reset(struct checkpoint *checkpoint); /* frees; zeroed is fine */

MUST_CHECK bool checkpoint_set_start(struct checkpoint *checkpoint, const struct offsets *start,
                                     struct err *err);
/* The next batch: from where the last one ended to `end`.  The last one must be committed. */
MUST_CHECK bool checkpoint_plan(struct checkpoint *checkpoint, const struct offsets *end,
                                int64_t now_ms, struct err *err);
MUST_CHECK bool checkpoint_commit(struct checkpoint *checkpoint, struct err *err);

/* "dir/folder/N" */
MUST_CHECK bool checkpoint_path(const struct checkpoint *checkpoint, const char *folder,
                                int64_t batch, char path[PATH_MAX], struct err *err);

#endif
