/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - offsets in order, groups to disk, and what of it may be believed after a crash.
 *
 * What holds at every moment, and is quoted by the crash tests:
 *
 *   L1  Batches stand in the order of their offsets, whole, each written once behind the last.
 *   L2  log_durable_offset() moves over a batch only when a sync begun after its write succeeded.
 *       Nobody is told of a batch, and nobody reads it, before that.
 *   L3  A segment is created only when the one before it is synced, indexes too.  So only the last
 *       segment can be torn, and only its tail.
 *   L4  A write that failed is cut off again before anything else happens.  Its offsets are given
 *       anew: nobody was told of them.
 *   L5  After a sync that failed nothing is written or synced in that log any more.
 *   L6  The recovery point moves to an offset only when everything before it is synced, indexes
 *       too, and the producers' snapshot at it.  Recovery cuts nothing before it, and believes
 *       in none without such a snapshot: a topic of the same name may have had it.
 *   L7  Recovery syncs what it keeps before anybody reads it.
 *   L8  An offset that was acknowledged or readable is not given again: the next one is never
 *       before the recovery point, nor before the end of what recovery kept.
 *
 * Writing is the worker's, not the loop's, although the page cache takes it at
 * once most of the time: a disk that is behind makes writers wait, and a roll
 * opens and syncs. */
#include "store/log.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/failpoint.h"
#include "io/file.h"
#include "io/worker.h"

#define HINTS 16                  /* places that readers are likely to ask for */
#define IDLE_BYTES ((size_t)4096) /* kept of a buffer when nothing waits */
#define EXTENTS_GROW 8
#define METADATA_NAME "partition.metadata"

struct hint {
    int64_t offset;
    uint64_t at;
};

enum commit_result {
    COMMIT_DONE,
    COMMIT_REFUSED, /* nothing is left of what was not synced */
    COMMIT_BROKEN,  /* the files are not to be believed from here on */
};

/* A group on its way to the disk; the worker's while it runs. */
struct commit {
    struct text group;
    int64_t durable_offset;         /* in: the loop's; out: behind the last synced batch */
    struct segment_extent *extents; /* out: the active one as it was left, then new ones */
    size_t extent_count;
    enum commit_result result;
    struct err err;
};

struct log {
    char *dir;
    char *metadata;
    struct log_settings settings;

    /* The loop's. */
    int64_t start_offset;
    int64_t durable_offset;
    int64_t next_offset;
    int64_t recovery_point;
    uint64_t bytes;
    uint64_t unchecked_bytes; /* written since the recovery point */
    struct text pending;
    struct segment_extent *extents;
    size_t extent_count;
    int hot_fd; /* of the last extent; -1 when it has none yet */
    struct hint hints[HINTS];
    size_t hint_next;
    bool is_busy; /* a worker has the files */
    bool is_offline;
    bool is_unread;
    struct err reason;

    /* The worker's while busy. */
    struct commit commit;
    struct segment *active;
    int retired_fd;    /* of a segment that the loop may be reading until the commit ends */
    bool index_broken; /* a sync of the active segment's indexes failed: see L5 */
};

/* --- life ------------------------------------------------------------------------------------- */

struct log *log_create(const char *dir, const struct log_settings *settings)
{
    struct log *log = mem_new(sizeof(*log));

    assert(settings->segment_bytes_max <= LOG_SEGMENT_BYTES_MAX);
    log->dir = mem_string(dir);
    log->metadata = settings->metadata == NULL ? NULL : mem_string(settings->metadata);
    log->settings = *settings;
    log->settings.metadata = log->metadata;
    log->hot_fd = log->retired_fd = -1;
    text_init(&log->pending, LOG_PENDING_BYTES_MAX);
    text_init(&log->commit.group, LOG_PENDING_BYTES_MAX);
    return log;
}

static void forget_hints(struct log *log)
{
    for (size_t i = 0; i < HINTS; i++)
        log->hints[i].offset = -1;
    log->hint_next = 0;
}

static void add_hint(struct log *log, int64_t offset, uint64_t at)
{
    log->hints[log->hint_next] = (struct hint){offset, at};
    log->hint_next = (log->hint_next + 1) % HINTS;
}

struct log *log_open(const char *dir, const struct log_settings *settings,
                     struct recovery *recovery)
{
    struct log *log = log_create(dir, settings);

    log->start_offset = recovery->start_offset;
    log->durable_offset = log->next_offset = recovery->next_offset;
    log->recovery_point = recovery->recovery_point;
    log->active = recovery->active;
    log->extents = recovery->extents;
    log->extent_count = recovery->extent_count;
    recovery->active = NULL;
    recovery->extents = NULL;
    for (size_t i = 0; i < log->extent_count; i++)
        log->bytes += log->extents[i].bytes;
    if (recovery->next_offset > recovery->recovery_point)
        log->unchecked_bytes = recovery->read_bytes;
    forget_hints(log);
    if (log->active != NULL) {
        log->hot_fd = segment_fd(log->active);
        add_hint(log, log->durable_offset, segment_bytes(log->active));
    }
    return log;
}

static void go_offline(struct log *log, const struct err *reason)
{
    if (log->is_offline)
        return;
    log->is_offline = true;
    log->reason = *reason;
}

struct log *log_open_unread(const char *dir, const struct log_settings *settings,
                            int64_t recovery_point, const struct err *reason)
{
    struct log *log = log_create(dir, settings);

    log->recovery_point = recovery_point;
    log->is_unread = true;
    go_offline(log, reason);
    return log;
}

void log_close(struct log *log)
{
    if (log == NULL)
        return;
    assert(!log->is_busy);
    segment_close(log->active);
    file_close(log->retired_fd);
    text_reset(&log->pending);
    text_reset(&log->commit.group);
    mem_free(log->commit.extents);
    mem_free(log->extents);
    mem_free(log->metadata);
    mem_free(log->dir);
    mem_free(log);
}

/* --- what the loop knows ---------------------------------------------------------------------- */

const char *log_dir(const struct log *log)
{
    return log->dir;
}

int64_t log_start_offset(const struct log *log)
{
    return log->start_offset;
}

int64_t log_durable_offset(const struct log *log)
{
    return log->durable_offset;
}

int64_t log_next_offset(const struct log *log)
{
    return log->next_offset;
}

int64_t log_recovery_point(const struct log *log)
{
    return log->recovery_point;
}

uint64_t log_bytes(const struct log *log)
{
    return log->bytes;
}

const char *log_offline_reason(const struct log *log)
{
    return log->is_offline ? log->reason.text : NULL;
}

bool log_is_readable(const struct log *log)
{
    return !log->is_unread;
}

/* --- appending -------------------------------------------------------------------------------- */

bool log_append(struct log *log, const struct batch *batch, int64_t *base_offset, struct err *err)
{
    ON_LOOP();
    if (log->is_offline)
        return err_set(err, ERR_UNAVAILABLE, "offline: %s", log->reason.text);
    size_t at = log->pending.size;
    text_add(&log->pending, batch->bytes);
    if (log->pending.full) {
        log->pending.full = false;
        return err_set(err, ERR_LIMIT, "%zu bytes wait to be written", log->pending.size);
    }
    batch_patch(log->pending.bytes + at, log->next_offset, SEGMENT_LEADER_EPOCH);
    *base_offset = log->next_offset;
    log->next_offset += (int64_t)batch->last_offset_delta + 1;
    return true;
}

bool log_has_pending(const struct log *log)
{
    return log->pending.size > 0;
}

void log_commit_begin(struct log *log)
{
    ON_LOOP();
    assert(!log->is_busy && !log->is_offline && log->commit.group.size == 0);
    struct text group = log->commit.group;
    log->commit.group = log->pending;
    log->pending = group;
    log->commit.durable_offset = log->durable_offset;
    log->is_busy = true;
}

/* --- the commit, on a worker ------------------------------------------------------------------ */

static void commit_fail(struct commit *commit, bool broken)
{
    commit->result = broken ? COMMIT_BROKEN : COMMIT_REFUSED;
}

/* The active segment as readers will see it. */
static void note_extent(struct log *log, bool is_new)
{
    struct commit *commit = &log->commit;

    if (is_new) {
        if (commit->extent_count % EXTENTS_GROW == 0)
            commit->extents = mem_grow(commit->extents, (commit->extent_count + EXTENTS_GROW) *
                                                            sizeof(*commit->extents));
        commit->extents[commit->extent_count++].base_offset = segment_base_offset(log->active);
    }
    commit->extents[commit->extent_count - 1].bytes = segment_bytes(log->active);
}

static bool make_dir(struct log *log, struct err *err)
{
    char path[PATH_MAX];
    struct file_info info;

    (void)snprintf(path, sizeof(path), "%s/" METADATA_NAME, log->dir);
    if (!file_make_dirs(log->dir, err))
        return false;
    if (log->metadata == NULL)
        return true;
    if (!file_stat(path, &info, err))
        return false;
    return info.kind == FILE_KIND_FILE || file_replace(path, span_of(log->metadata), err);
}

static bool sync_indexes(struct log *log, struct err *err)
{
    if (log->index_broken)
        return err_set(err, ERR_IO, "a sync of the indexes failed before");
    log->index_broken = !segment_sync_indexes(log->active, err);
    return !log->index_broken;
}

/* The active segment will not be appended to again.  It was synced. */
static bool seal(struct log *log, struct err *err)
{
    if (!sync_indexes(log, err))
        return false;
    int fd = segment_close_indexes(log->active);
    log->active = NULL;
    if (fd == log->hot_fd)
        log->retired_fd = fd;
    else
        file_close(fd);
    return true;
}

/* Makes `base_offset` the first of a new segment. */
static bool roll(struct log *log, int64_t base_offset)
{
    struct commit *commit = &log->commit;

    failpoint_pass("log.before_seal");
    if (log->active != NULL && !segment_finish_time_index(log->active, &commit->err)) {
        commit_fail(commit, false); /* else a look-up by time would pass the segment by */
        return false;
    }
    if (log->active != NULL && !seal(log, &commit->err)) {
        commit_fail(commit, true);
        return false;
    }
    failpoint_pass("log.after_seal");
    if (make_dir(log, &commit->err))
        log->active = segment_create(log->dir, base_offset, &commit->err);
    if (log->active == NULL) {
        commit_fail(commit, false);
        return false;
    }
    failpoint_pass("log.after_roll");
    note_extent(log, true);
    return true;
}

static bool fits(const struct log *log, const struct batch *batch, uint64_t chunk_bytes)
{
    uint64_t bytes = segment_bytes(log->active) + chunk_bytes;

    /* Both indexes hold offsets relative to the segment's in 31 bits. */
    if (batch_last_offset(batch) - segment_base_offset(log->active) > INT32_MAX)
        return false;
    return bytes == 0 || bytes + batch->bytes.size <= log->settings.segment_bytes_max;
}

/* What we put into the group parses: it was checked, and is ours since. */
static void decode_own(struct batch *batch, struct span rest)
{
    struct batch_peek peek;
    struct err err;

    bool ok = batch_peek(&peek, rest, &err) && peek.bytes <= rest.size &&
              batch_decode(batch, (struct span){rest.data, peek.bytes}, &err);
    assert(ok);
    (void)ok;
}

/* How much of `rest` goes into the active segment: whole batches. */
static size_t measure_chunk(const struct log *log, struct span rest, int64_t *end_offset)
{
    struct batch batch;
    size_t bytes = 0;

    while (bytes < rest.size) {
        decode_own(&batch, span_after(rest, bytes));
        if (!fits(log, &batch, bytes))
            break;
        bytes += batch.bytes.size;
        *end_offset = batch_last_offset(&batch) + 1;
    }
    return bytes;
}

static void index_chunk(struct log *log, struct span chunk, uint64_t at)
{
    struct batch batch;

    while (chunk.size > 0) {
        decode_own(&batch, chunk);
        segment_index(log->active, &batch, at);
        at += batch.bytes.size;
        chunk = span_after(chunk, batch.bytes.size);
    }
}

static bool write_chunk(struct log *log, struct span chunk, int64_t end_offset)
{
    struct commit *commit = &log->commit;
    uint64_t at = segment_bytes(log->active);
    bool broken;

    if (!segment_append(log->active, chunk, &broken, &commit->err)) {
        commit_fail(commit, broken);
        return false;
    }
    failpoint_pass("log.after_write");
    if (!segment_sync(log->active, &commit->err)) {
        commit_fail(commit, true);
        return false;
    }
    failpoint_pass("log.after_sync");
    commit->durable_offset = end_offset;
    note_extent(log, false);
    index_chunk(log, chunk, at);
    return true;
}

static bool needs_roll(const struct log *log, struct span rest)
{
    struct batch batch;

    if (log->active == NULL)
        return true;
    decode_own(&batch, rest);
    return !fits(log, &batch, 0);
}

void log_commit_run(struct log *log)
{
    ON_WORKER();
    struct commit *commit = &log->commit;
    struct span rest = text_span(&commit->group);

    assert(log->is_busy);
    file_close(log->retired_fd);
    log->retired_fd = -1;
    commit->result = COMMIT_DONE;
    commit->extent_count = 0;
    if (log->active != NULL)
        note_extent(log, true);
    while (rest.size > 0) {
        if (needs_roll(log, rest) && !roll(log, commit->durable_offset))
            return;
        int64_t end_offset = commit->durable_offset;
        size_t bytes = measure_chunk(log, rest, &end_offset);
        if (!write_chunk(log, (struct span){rest.data, bytes}, end_offset))
            return;
        rest = span_after(rest, bytes);
    }
}

/* --- its end, on the loop --------------------------------------------------------------------- */

static void publish_extents(struct log *log)
{
    const struct commit *commit = &log->commit;
    size_t old = log->extent_count;
    size_t skip = 0;

    if (commit->extent_count == 0)
        return;
    if (old > 0 && log->extents[old - 1].base_offset == commit->extents[0].base_offset) {
        log->bytes += commit->extents[0].bytes - log->extents[old - 1].bytes;
        log->unchecked_bytes += commit->extents[0].bytes - log->extents[old - 1].bytes;
        log->extents[old - 1] = commit->extents[0];
        skip = 1;
    }
    size_t added = commit->extent_count - skip;
    if (added == 0)
        return;
    log->extents = mem_grow(log->extents, (old + added) * sizeof(*log->extents));
    for (size_t i = 0; i < added; i++) {
        log->extents[old + i] = commit->extents[skip + i];
        log->bytes += commit->extents[skip + i].bytes;
        log->unchecked_bytes += commit->extents[skip + i].bytes;
    }
    log->extent_count = old + added;
    forget_hints(log);
}

static void shrink(struct text *text)
{
    text_clear(text);
    if (text->room > IDLE_BYTES)
        text_reset(text);
}

bool log_commit_end(struct log *log, struct err *err)
{
    ON_LOOP();
    struct commit *commit = &log->commit;

    assert(log->is_busy && commit->durable_offset >= log->durable_offset);
    log->is_busy = false;
    publish_extents(log);
    log->durable_offset = commit->durable_offset;
    log->hot_fd = log->active == NULL ? -1 : segment_fd(log->active);
    if (log->active != NULL)
        add_hint(log, log->durable_offset, log->extents[log->extent_count - 1].bytes);
    bool goes_on = log->pending.size > 0 && commit->result == COMMIT_DONE;
    text_clear(&commit->group);
    if (!goes_on) {
        shrink(&commit->group);
        shrink(&log->pending);
    }
    if (commit->result == COMMIT_DONE)
        return true;

    *err = commit->err;
    log->next_offset = log->durable_offset;
    if (commit->result == COMMIT_BROKEN)
        go_offline(log, err);
    return false;
}

/* --- recovery points -------------------------------------------------------------------------- */

bool log_wants_checkpoint(const struct log *log)
{
    return !log->is_busy && !log->is_offline && log->unchecked_bytes >= LOG_CHECKPOINT_BYTES;
}

void log_checkpoint_begin(struct log *log)
{
    ON_LOOP();
    assert(!log->is_busy && !log->is_offline);
    log->is_busy = true;
}

bool log_checkpoint_run(struct log *log, const struct log_checkpoint *checkpoint, struct err *err)
{
    ON_WORKER();
    if (checkpoint->offset == 0)
        return true; /* nothing was ever written */
    failpoint_pass("log.before_checkpoint");
    if (log->active != NULL && checkpoint->is_last && !segment_finish_time_index(log->active, err))
        return false;
    if (log->active != NULL && !sync_indexes(log, err)) /* else what was written is sealed */
        return false;
    if (!snapshot_prune(log->dir, checkpoint->written_point, err) ||
        !snapshot_write(log->dir, &checkpoint->snapshot, err))
        return false;
    failpoint_pass("log.after_snapshot");
    return true;
}

void log_checkpoint_end(struct log *log, const struct log_checkpoint *checkpoint, bool ok)
{
    ON_LOOP();
    log->is_busy = false;
    log->unchecked_bytes = 0; /* also after a failure: the next try is as far away */
    if (ok)
        log->recovery_point = checkpoint->offset;
}

/* --- finding ---------------------------------------------------------------------------------- */

static const struct segment_extent *extent_of(const struct log *log, int64_t offset)
{
    size_t low = 0;
    size_t high = log->extent_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (log->extents[middle].base_offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return &log->extents[low];
}

void log_find(const struct log *log, int64_t offset, struct log_place *place)
{
    ON_LOOP();
    assert(log->extent_count > 0);
    const struct segment_extent *extent = extent_of(log, offset);
    bool is_hot = extent == &log->extents[log->extent_count - 1] && log->hot_fd >= 0;

    *place = (struct log_place){.base_offset = extent->base_offset, .end = extent->bytes, .fd = -1};
    if (offset == extent->base_offset)
        place->is_known = true;
    for (size_t i = 0; is_hot && i < HINTS && !place->is_known; i++) {
        if (log->hints[i].offset == offset) {
            place->at = log->hints[i].at;
            place->is_known = true;
        }
    }
    if (is_hot && place->is_known)
        place->fd = log->hot_fd;
}

void log_note(struct log *log, int64_t base_offset, int64_t offset, uint64_t at)
{
    ON_LOOP();
    if (log->extent_count == 0 || log->extents[log->extent_count - 1].base_offset != base_offset)
        return;
    for (size_t i = 0; i < HINTS; i++)
        if (log->hints[i].offset == offset)
            return;
    add_hint(log, offset, at);
}

const struct segment_extent *log_extents(const struct log *log, size_t *count)
{
    *count = log->extent_count;
    return log->extents;
}
