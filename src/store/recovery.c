/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.c - one walk from the recovery point to the first batch that is not whole.
 *
 * A segment is walked from the index entry before the point; what the index
 * says is believed when the batch that it names is there, else the segment is
 * walked from its start.  Segments before that are not opened. */
#include "store/recovery.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/mem.h"
#include "io/failpoint.h"
#include "io/file.h"
#include "store/scan.h"

#define COPY_BYTES ((size_t)256 * 1024)
#define CUTS_MAX 1000 /* of one segment */
#define SUFFIX_BYTES 16

struct walk {
    struct recovery *recovery;
    struct segment *segment;
    struct scan scan;
    int64_t base_offset;
    int64_t expected;    /* the least offset that the next batch can have */
    int64_t replay_from; /* batches from here on are replayed */
    uint64_t file_bytes;
    bool ended;            /* the log ends in this segment: later ones are set aside */
    bool sealed;           /* damage at its end: nothing is to be appended to it */
    bool rebuilt;          /* its indexes were made again */
    bool is_behind_damage; /* the next batch can have any later offset */
};

static const char *segment_path(const struct walk *walk, const char *suffix, char path[PATH_MAX])
{
    char name[SEGMENT_NAME_BYTES];

    (void)snprintf(path, PATH_MAX, "%s/%s", walk->recovery->dir,
                   segment_name(walk->base_offset, suffix, name));
    return path;
}

/* --- what is cut ------------------------------------------------------------------------------ */

static bool copy(int from, uint64_t at, uint64_t size, int to, struct err *err)
{
    unsigned char *buffer = mem_new(COPY_BYTES);
    uint64_t to_at;
    size_t got = 1;

    bool ok = file_bytes(to, &to_at, err);
    while (ok && size > 0 && got > 0) {
        size_t want = size < COPY_BYTES ? (size_t)size : COPY_BYTES;
        ok = file_read_at(from, buffer, want, at, &got, err);
        struct span piece = {buffer, got};
        ok = ok && file_write_at(to, &piece, 1, to_at, err);
        at += got;
        to_at += got;
        size -= got;
    }
    mem_free(buffer);
    return ok;
}

/* Behind what an earlier recovery cut from the same segment. */
static bool keep_cut_bytes(const struct walk *walk, uint64_t from, struct err *err)
{
    char path[PATH_MAX];
    int fd;

    if (!file_open(&fd, segment_path(walk, ".cut", path), FILE_OPEN_OR_CREATE, err))
        return false;
    bool ok = copy(walk->scan.fd, from, walk->file_bytes - from, fd, err) && file_sync(fd, err);
    file_close(fd);
    return ok && file_sync_dir(walk->recovery->dir, err);
}

static bool count_whole_batches(struct walk *walk, uint64_t from, size_t *count, struct err *err)
{
    enum scan_step step = scan_resume(&walk->scan, from, walk->expected, err);

    for (*count = 0; step == SCAN_BATCH; (*count)++)
        step = scan_resume(&walk->scan, walk->scan.next, walk->expected, err);
    return step == SCAN_END;
}

/* From `from` on there is no log. */
static bool cut_from(struct walk *walk, uint64_t from, struct err *err)
{
    struct err reason;
    size_t whole;

    if (!count_whole_batches(walk, from, &whole, err))
        return false;
    failpoint_pass("recovery.before_keep");
    /* A torn tail is nobody's loss, and is cut also when there is no space to keep it. */
    if (!keep_cut_bytes(walk, from, &reason) && whole > 0) {
        *err = reason;
        return err_within(err, "keeping %zu whole batches that are to be cut", whole);
    }
    failpoint_pass("recovery.before_cut");
    walk->recovery->cut_bytes += walk->file_bytes - from;
    walk->recovery->cut_batches += whole;
    walk->ended = true;
    return true;
}

/* To .cut, or .cut.1 and so on: what was cut of a segment of that name before stays. */
static bool rename_to_cut(const struct walk *walk, const char *path, struct err *err)
{
    char aside[PATH_MAX];
    char suffix[SUFFIX_BYTES] = ".cut";

    bool ok = file_rename_new(path, segment_path(walk, suffix, aside), err);
    for (int i = 1; !ok && err->kind == ERR_CONFLICT && i < CUTS_MAX; i++) {
        (void)snprintf(suffix, sizeof(suffix), ".cut.%d", i);
        ok = file_rename_new(path, segment_path(walk, suffix, aside), err);
    }
    return ok;
}

/* A whole segment behind the log's end: its file becomes the .cut, its indexes go. */
static bool set_aside(struct walk *walk, struct err *err)
{
    char path[PATH_MAX];
    struct file_info info;
    int fd;

    if (!file_stat(segment_path(walk, ".log", path), &info, err) ||
        !file_open(&fd, path, FILE_READ, err))
        return false;
    scan_init(&walk->scan, fd, 0, info.bytes);
    size_t whole = 0;
    bool ok = info.bytes == 0 || count_whole_batches(walk, 0, &whole, err);
    scan_reset(&walk->scan);
    file_close(fd);
    if (!ok)
        return false;
    walk->recovery->cut_bytes += info.bytes;
    walk->recovery->cut_batches += whole;
    if (!rename_to_cut(walk, path, err))
        return false;
    if (!file_remove(segment_path(walk, ".index", path), err) && err->kind != ERR_NOT_FOUND)
        return false;
    if (!file_remove(segment_path(walk, ".timeindex", path), err) && err->kind != ERR_NOT_FOUND)
        return false;
    return file_sync_dir(walk->recovery->dir, err);
}

/* --- what is damaged -------------------------------------------------------------------------- */

static void note_damage(struct walk *walk, uint64_t at, const struct err *reason)
{
    struct recovery *recovery = walk->recovery;
    char path[PATH_MAX];

    if (recovery->damage_count++ == 0)
        (void)err_set(&recovery->damage, ERR_CORRUPT, "%s at %" PRIu64 ": %s",
                      segment_path(walk, ".log", path), at, reason->text);
}

/* Goes on behind the damage at `at`: nothing before the recovery point is cut. */
static enum scan_step step_over(struct walk *walk, uint64_t at, const struct err *reason,
                                struct err *err)
{
    note_damage(walk, at, reason);
    enum scan_step step = scan_resume(&walk->scan, at + 1, walk->expected, err);
    if (step == SCAN_FAILED)
        return step;
    uint64_t resumed = step == SCAN_BATCH ? walk->scan.at : walk->file_bytes;
    segment_accept(walk->segment, NULL, resumed - at);
    walk->is_behind_damage = true;
    if (step == SCAN_END)
        walk->sealed = true;
    return step;
}

/* --- the walk --------------------------------------------------------------------------------- */

/* Offset and epoch are not under the checksum: they must be what we wrote. */
static bool is_next(const struct walk *walk, const struct batch *batch, struct err *err)
{
    if (batch->base_offset != walk->expected && !walk->is_behind_damage)
        return err_set(err, ERR_CORRUPT, "a batch at offset %" PRId64 ", %" PRId64 " expected",
                       batch->base_offset, walk->expected);
    if (batch->leader_epoch != SEGMENT_LEADER_EPOCH)
        return err_set(err, ERR_CORRUPT, "a batch of leader epoch %" PRId32, batch->leader_epoch);
    return batch_check_crc(batch, err);
}

static void accept_batch(struct walk *walk)
{
    struct recovery *recovery = walk->recovery;
    const struct batch *batch = &walk->scan.batch;

    segment_accept(walk->segment, batch, batch->bytes.size);
    walk->expected = batch_last_offset(batch) + 1;
    walk->is_behind_damage = false;
    recovery->read_bytes += batch->bytes.size;
    if (recovery->replay != NULL && batch->base_offset >= walk->replay_from)
        recovery->replay(recovery->owner, batch);
}

static bool walk_batches(struct walk *walk, enum scan_step step, struct err *err)
{
    struct err reason;

    while (step != SCAN_END) {
        bool good = step == SCAN_BATCH && is_next(walk, &walk->scan.batch, &reason);
        if (step == SCAN_BAD)
            reason = *err;
        uint64_t at = segment_bytes(walk->segment);
        if (step == SCAN_FAILED)
            return false;
        if (good) {
            accept_batch(walk);
            step = scan_next(&walk->scan, err);
        } else if (walk->expected < walk->recovery->recovery_point) {
            step = step_over(walk, at, &reason, err);
        } else {
            return cut_from(walk, at, err);
        }
    }
    return true;
}

/* The batch at which the index says to begin; when it is not there, from the segment's start. */
static bool begin(struct walk *walk, enum scan_step *step, struct err *err)
{
    struct segment *segment = walk->segment;
    struct err ignored;

    scan_init(&walk->scan, segment_fd(segment), segment_bytes(segment), walk->file_bytes);
    *step = scan_next(&walk->scan, err);
    walk->rebuilt = segment_bytes(segment) == 0 && walk->file_bytes > SEGMENT_INDEX_INTERVAL_BYTES;
    if (segment_bytes(segment) == 0)
        return true;
    if (*step == SCAN_BATCH && batch_check_crc(&walk->scan.batch, &ignored) &&
        batch_last_offset(&walk->scan.batch) == segment_promised_offset(segment)) {
        walk->expected = walk->scan.batch.base_offset;
        return true;
    }
    if (!segment_start_over(segment, err))
        return false;
    walk->rebuilt = true;
    scan_reset(&walk->scan);
    scan_init(&walk->scan, segment_fd(segment), 0, walk->file_bytes);
    *step = scan_next(&walk->scan, err);
    return true;
}

static bool walk_segment(struct walk *walk, struct err *err)
{
    enum scan_step step;

    bool ok = file_bytes(segment_fd(walk->segment), &walk->file_bytes, err);
    if (ok) {
        ok = begin(walk, &step, err) && walk_batches(walk, step, err);
        scan_reset(&walk->scan);
    }
    return ok && segment_cut(walk->segment, err);
}

/* --- all segments ----------------------------------------------------------------------------- */

static void add_extent(struct recovery *recovery, int64_t base_offset, uint64_t bytes)
{
    recovery->extents[recovery->extent_count++] =
        (struct segment_extent){.base_offset = base_offset, .bytes = bytes};
}

/* Before anyone reads it: what was read here may be in the system's memory only. */
static bool sync_segment(const struct walk *walk, struct err *err)
{
    bool is_new = walk->expected > walk->recovery->recovery_point || walk->ended;

    if (is_new && !segment_sync(walk->segment, err))
        return false;
    return !(is_new || walk->rebuilt) || segment_sync_indexes(walk->segment, err);
}

static bool recover_segment(struct walk *walk, int64_t from_offset, bool is_last, struct err *err)
{
    struct recovery *recovery = walk->recovery;

    walk->segment = segment_open(recovery->dir, walk->base_offset, from_offset, err);
    if (walk->segment == NULL)
        return false;
    if (walk->expected < walk->base_offset)
        walk->expected = walk->base_offset;
    if (!walk_segment(walk, err) || !sync_segment(walk, err)) {
        segment_close(walk->segment);
        return false;
    }
    add_extent(recovery, walk->base_offset, segment_bytes(walk->segment));
    if ((is_last || walk->ended) && !walk->sealed) {
        recovery->active = walk->segment;
        return true;
    }
    bool ok = segment_finish_time_index(walk->segment, err) ||
              segment_drop_time_index(walk->segment, err);
    segment_close(walk->segment);
    return ok;
}

/* A segment that was left behind long ago: its size is believed, and its indexes if they are
 * there. */
static bool trust_segment(struct walk *walk, bool *rebuild, struct err *err)
{
    struct file_info log;
    struct file_info index;
    char path[PATH_MAX];

    if (!file_stat(segment_path(walk, ".log", path), &log, err) ||
        !file_stat(segment_path(walk, ".index", path), &index, err))
        return false;
    *rebuild = index.kind != FILE_KIND_FILE ||
               (index.bytes == 0 && log.bytes > BATCH_BYTES_MAX + SEGMENT_INDEX_INTERVAL_BYTES);
    if (!*rebuild)
        add_extent(walk->recovery, walk->base_offset, log.bytes);
    return true;
}

struct bases {
    int64_t *offsets;
    size_t count;
};

static bool list_bases(const char *dir, struct bases *bases, struct arena *arena, struct err *err)
{
    struct file_names names;

    if (!file_list(dir, &names, arena, err))
        return false;
    bases->offsets = ARENA_NEW(arena, int64_t, names.count);
    if (bases->offsets == NULL)
        return err_set(err, ERR_LIMIT, "%s has %zu names", dir, names.count);
    for (size_t i = 0; i < names.count; i++)
        if (segment_name_parse(names.names[i], ".log", &bases->offsets[bases->count]))
            bases->count++;
    return true;
}

static bool recover_all(struct walk *walk, const struct bases *bases, int64_t from_offset,
                        struct err *err)
{
    size_t first = 0;

    while (first + 1 < bases->count && bases->offsets[first + 1] <= from_offset)
        first++;
    for (size_t i = 0; i < bases->count; i++) {
        bool rebuild = i >= first;
        walk->base_offset = bases->offsets[i];
        if (walk->ended) {
            if (!set_aside(walk, err))
                return false;
            continue;
        }
        if (!rebuild && !trust_segment(walk, &rebuild, err))
            return false;
        walk->sealed = false;
        int64_t segment_from = i >= first ? from_offset : walk->base_offset - 1;
        if (rebuild && !recover_segment(walk, segment_from, i + 1 == bases->count, err))
            return false;
    }
    return true;
}

static bool run(struct recovery *recovery, struct arena *arena, struct err *err)
{
    struct walk walk = {.recovery = recovery};
    struct snapshot snapshot;
    struct bases bases = {0};
    struct err lost;

    if (!list_bases(recovery->dir, &bases, arena, err) ||
        !snapshot_load(recovery->dir, recovery->recovery_point, &snapshot, arena, err))
        return false;
    recovery->extents = mem_new_array(bases.count + 1, sizeof(*recovery->extents));
    recovery->start_offset = bases.count > 0 ? bases.offsets[0] : recovery->recovery_point;
    walk.replay_from = snapshot.offset;
    walk.expected = recovery->start_offset;
    if (recovery->restore != NULL)
        recovery->restore(recovery->owner, &snapshot);
    if (!recover_all(&walk, &bases, snapshot.offset, err))
        return false;

    recovery->next_offset = walk.expected;
    if (walk.expected >= recovery->recovery_point)
        return true;
    /* Offsets that were readable once are not given again, also when their records are lost. */
    (void)err_set(&lost, ERR_CORRUPT, "the log ends at offset %" PRId64 ", %" PRId64 " were synced",
                  walk.expected, recovery->recovery_point);
    note_damage(&walk, 0, &lost);
    recovery->next_offset = recovery->recovery_point;
    segment_close(recovery->active);
    recovery->active = NULL;
    return true;
}

bool recovery_run(struct recovery *recovery, struct err *err)
{
    struct arena arena;

    assert(recovery->active == NULL && recovery->extents == NULL);
    arena_init(&arena, RECOVERY_LIST_BYTES_MAX + SNAPSHOT_BYTES_MAX);
    bool ok = run(recovery, &arena, err) || err_within(err, "%s", recovery->dir);
    arena_reset(&arena);
    if (!ok) {
        segment_close(recovery->active);
        mem_free(recovery->extents);
        recovery->active = NULL;
        recovery->extents = NULL;
    }
    return ok;
}
