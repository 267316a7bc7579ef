/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - one partition's records on disk: appended in groups, readable once synced.
 *
 *      log_append   log_append ...   log_commit_begin   log_commit_run   log_commit_end
 *      (loop)                        (loop)             (worker)         (loop)
 *
 * Appending gives offsets and copies into memory.  A commit takes what was
 * gathered so far and writes, rolls and syncs it on a worker; meanwhile the
 * next group gathers.  The invariants stand at the head of log.c.
 *
 * Thread: the loop owns it; a worker has the files while a commit, a
 * checkpoint or the end runs, of which there is one at a time. */
#ifndef STORE_LOG_H
#define STORE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/recovery.h"
#include "store/segment.h"
#include "store/snapshot.h"
#include "wire/batch.h"

/* What may wait to be written in one partition; past it an append is refused. */
#define LOG_PENDING_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define LOG_SEGMENT_BYTES_MIN 1024
#define LOG_SEGMENT_BYTES_MAX INT32_MAX
#define LOG_CHECKPOINT_BYTES ((uint64_t)64 * 1024 * 1024)

struct log_settings {
    uint64_t segment_bytes_max; /* Kafka's log.segment.bytes */
    const char *metadata;       /* what partition.metadata says; NULL: no such file */
};

struct log;

/* A log without a directory, which the first commit makes.  `dir` and the settings are copied. */
struct log *log_create(const char *dir, const struct log_settings *settings);
/* Takes over what was recovered: extents and the active segment. */
struct log *log_open(const char *dir, const struct log_settings *settings,
                     struct recovery *recovery);
/* Where recovery failed: offline for `reason`, with nothing in it until the next start.  Keeps the
 * recovery point. */
struct log *log_open_unread(const char *dir, const struct log_settings *settings,
                            int64_t recovery_point, const struct err *reason);
/* Only memory and descriptors: what is not committed is lost.  NULL is fine. */
void log_close(struct log *log);

const char *log_dir(const struct log *log);
int64_t log_start_offset(const struct log *log);
int64_t log_durable_offset(const struct log *log); /* all before it is synced, and can be read */
int64_t log_next_offset(const struct log *log);    /* of the next batch */
int64_t log_recovery_point(const struct log *log);
uint64_t log_bytes(const struct log *log); /* readable ones */
/* NULL, or why nothing more is appended. */
const char *log_offline_reason(const struct log *log);
/* False: what it holds is not known, so neither are its offsets; see log_open_unread(). */
bool log_is_readable(const struct log *log);

/* Copies the batch behind the others, with the next offset and our epoch, and says which it was.
 * ERR_LIMIT, ERR_UNAVAILABLE when offline. */
MUST_CHECK bool log_append(struct log *log, const struct batch *batch, int64_t *base_offset,
                           struct err *err);

/* Something was appended that no commit has taken. */
bool log_has_pending(const struct log *log);
void log_commit_begin(struct log *log);
void log_commit_run(struct log *log);
/* False: all from log_durable_offset() on is as if it had never been appended, and the error says
 * why.  Trying again may help (ERR_IO: a full disk), unless log_offline_reason(). */
MUST_CHECK bool log_commit_end(struct log *log, struct err *err);

/* Enough was written since the recovery point to move it. */
bool log_wants_checkpoint(const struct log *log);
struct log_checkpoint {
    struct snapshot snapshot; /* of the producers at `offset`: the caller's */
    int64_t offset;           /* log_durable_offset() when it began: the recovery point to be */
    int64_t written_point;    /* the recovery point that the checkpoint file has: snapshots before
                                 that can go */
    bool is_last;             /* the log is closed after it */
};
void log_checkpoint_begin(struct log *log);
MUST_CHECK bool log_checkpoint_run(struct log *log, const struct log_checkpoint *checkpoint,
                                   struct err *err);
void log_checkpoint_end(struct log *log, const struct log_checkpoint *checkpoint, bool ok);

/* Where a reader finds `offset`, which lies in [start, durable). */
struct log_place {
    int64_t base_offset; /* of the segment */
    uint64_t end;        /* its readable bytes */
    uint64_t at;         /* of the batch, when that is known */
    bool is_known;
    int fd; /* of the segment, for a read without waiting, when the place is known; else -1 */
};
void log_find(const struct log *log, int64_t offset, struct log_place *place);
/* The batch with `offset` as its first starts at `at` of the segment: a reader will ask for it. */
void log_note(struct log *log, int64_t base_offset, int64_t offset, uint64_t at);
/* All segments, oldest first; until the next commit ends. */
const struct segment_extent *log_extents(const struct log *log, size_t *count);

#endif
