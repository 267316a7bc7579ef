/* SPDX-License-Identifier: Apache-2.0 */
/* slice.c - reading: hot by a hint and the page cache, cold by the index and a walk. */
#include "store/slice.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/mem.h"
#include "io/file.h"
#include "io/worker.h"
#include "store/index.h"
#include "store/scan.h"

static bool open_to_read(int *fd, const char *dir, int64_t base_offset, const char *suffix,
                         struct err *err)
{
    char name[SEGMENT_NAME_BYTES];
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, segment_name(base_offset, suffix, name));
    return file_open(fd, path, FILE_READ, err);
}

void slice_reset(struct slice *slice)
{
    mem_free(slice->memory);
    slice->memory = NULL;
    slice->bytes = 0;
}

/* --- checking what was read ------------------------------------------------------------------- */

/* Offset and epoch are not under the checksum: they must be what we wrote. */
static bool follows(const struct slice *slice, const struct batch *batch, int64_t expected,
                    struct err *err)
{
    bool is_first = expected < 0;
    bool holds = batch->base_offset <= slice->offset && slice->offset <= batch_last_offset(batch);

    if (is_first ? !holds : batch->base_offset != expected)
        return err_set(err, ERR_CORRUPT, "a batch of offsets %" PRId64 " to %" PRId64,
                       batch->base_offset, batch_last_offset(batch));
    if (batch->leader_epoch != SEGMENT_LEADER_EPOCH)
        return err_set(err, ERR_CORRUPT, "a batch of leader epoch %" PRId32, batch->leader_epoch);
    return true;
}

/* Counts the whole good batches at the front of what was read.  False with ERR_CORRUPT when the
 * first one is bad; *first_bytes is its size when it is good and did not fit. */
static bool check(struct slice *slice, struct span read, size_t *first_bytes, struct err *err)
{
    int64_t expected = -1;
    struct batch_peek peek;
    struct batch batch;

    slice->bytes = 0;
    *first_bytes = 0;
    while (read.size - slice->bytes >= BATCH_PEEK_BYTES) {
        struct span rest = span_after(read, slice->bytes);
        if (!batch_peek(&peek, rest, err))
            break;
        if (peek.bytes > rest.size) {
            if (slice->bytes == 0)
                *first_bytes = peek.bytes;
            return true;
        }
        rest.size = peek.bytes;
        if (!batch_decode(&batch, rest, err) || !follows(slice, &batch, expected, err) ||
            !batch_check_crc(&batch, err))
            break;
        expected = batch_last_offset(&batch) + 1;
        slice->bytes += peek.bytes;
        slice->next_offset = batch_last_offset(&batch) + 1;
        slice->next_at = slice->place.at + slice->bytes;
    }
    bool is_short = read.size - slice->bytes < BATCH_PEEK_BYTES;
    if (slice->bytes > 0 || is_short)
        return true;
    err->kind = ERR_CORRUPT;
    return err_within(err, "segment %" PRId64 " at %" PRIu64, slice->place.base_offset,
                      slice->place.at);
}

/* --- hot -------------------------------------------------------------------------------------- */

static void allocate(struct slice *slice, size_t bytes)
{
    slice->memory = mem_grow(slice->memory, bytes + SLICE_TAIL_BYTES);
}

static size_t bytes_wanted(const struct slice *slice)
{
    uint64_t there = slice->place.end - slice->place.at;

    return there < slice->bytes_max ? (size_t)there : slice->bytes_max;
}

bool slice_read_hot(struct slice *slice, bool *cold, struct err *err)
{
    ON_LOOP();
    size_t want = bytes_wanted(slice);
    size_t first_bytes;
    size_t got;

    *cold = true;
    if (slice->place.fd < 0 || want < BATCH_HEADER_BYTES)
        return true;
    allocate(slice, want);
    if (!file_read_cached(slice->place.fd, slice->memory, want, slice->place.at, &got, err))
        return false;
    if (got < want || !check(slice, (struct span){slice->memory, got}, &first_bytes, err)) {
        slice_reset(slice);
        return true; /* the worker reads it again, and says what is wrong with it */
    }
    *cold = first_bytes > 0 && slice->first_whole;
    return true;
}

/* --- cold ------------------------------------------------------------------------------------- */

/* The next batch that could be the one, over what is damaged.  *expected is its offset if it is
 * known, else -1.  A batch whose size is damaged leads astray: the search begins inside it. */
static enum scan_step step_on(struct scan *scan, enum scan_step step, bool fits, int64_t *expected,
                              int64_t offset_min, struct err *err)
{
    if (step == SCAN_BATCH && fits) {
        *expected = batch_last_offset(&scan->batch) + 1;
        return scan_next(scan, err);
    }
    if (*expected > offset_min)
        offset_min = *expected;
    *expected = -1;
    return scan_resume(scan, scan->at + 1, offset_min, err);
}

/* Walks from `from` to the batch that has the offset. */
static bool walk_to(struct slice *slice, int log_fd, uint64_t from, struct err *err)
{
    struct scan scan;
    struct err bad;
    int64_t expected = from == 0 ? slice->place.base_offset : -1;

    scan_init(&scan, log_fd, from, slice->place.end);
    enum scan_step step = scan_next(&scan, &bad);
    while (step == SCAN_BAD || step == SCAN_BATCH) {
        bool fits = step == SCAN_BATCH && (expected < 0 || scan.batch.base_offset == expected);
        bool is_it = fits && batch_last_offset(&scan.batch) >= slice->offset;
        if (is_it && batch_check_crc(&scan.batch, &bad))
            break;
        fits = fits && !is_it;
        step = step_on(&scan, step, fits, &expected, slice->place.base_offset, &bad);
    }
    slice->place.at = scan.at;
    bool ok = step == SCAN_BATCH && scan.batch.base_offset <= slice->offset;
    if (step == SCAN_FAILED)
        *err = bad;
    else if (!ok)
        (void)err_set(err, ERR_CORRUPT,
                      "segment %" PRId64 " near %" PRIu64 ": no batch holds offset %" PRId64,
                      slice->place.base_offset, scan.at, slice->offset);
    scan_reset(&scan);
    return ok;
}

static bool find_place(struct slice *slice, const char *dir, int log_fd, struct err *err)
{
    struct index_entry entry = {0};
    struct err why;
    int fd;

    /* An index that cannot be read makes it slower, not impossible. */
    if (open_to_read(&fd, dir, slice->place.base_offset, ".index", &why)) {
        if (!index_find(fd, slice->place.base_offset, slice->offset, &entry, &why) ||
            entry.at >= slice->place.end)
            entry.at = 0;
        file_close(fd);
    }
    return walk_to(slice, log_fd, entry.at, err) ||
           (entry.at > 0 && err->kind == ERR_CORRUPT && walk_to(slice, log_fd, 0, err));
}

static bool read_at_place(struct slice *slice, int fd, size_t want, struct err *err)
{
    size_t first_bytes;
    size_t got;

    allocate(slice, want);
    if (!file_read_at(fd, slice->memory, want, slice->place.at, &got, err) ||
        !check(slice, (struct span){slice->memory, got}, &first_bytes, err))
        return false;
    if (slice->first_whole && slice->bytes == 0 && first_bytes == 0)
        return err_set(err, ERR_CORRUPT, "segment %" PRId64 " at %" PRIu64 ": nothing is there",
                       slice->place.base_offset, slice->place.at);
    if (first_bytes == 0 || !slice->first_whole)
        return true;
    if (first_bytes > slice->place.end - slice->place.at)
        return err_set(err, ERR_CORRUPT,
                       "segment %" PRId64 " at %" PRIu64 ": a batch of %zu bytes has %" PRIu64,
                       slice->place.base_offset, slice->place.at, first_bytes,
                       slice->place.end - slice->place.at);
    allocate(slice, first_bytes);
    return file_read_at(fd, slice->memory, first_bytes, slice->place.at, &got, err) &&
           check(slice, (struct span){slice->memory, got}, &first_bytes, err);
}

bool slice_read(struct slice *slice, const char *dir, struct err *err)
{
    ON_WORKER();
    int fd;

    if (!open_to_read(&fd, dir, slice->place.base_offset, ".log", err))
        return false;
    bool ok = slice->place.is_known || find_place(slice, dir, fd, err);
    size_t want = ok ? bytes_wanted(slice) : 0;
    if (ok && want < BATCH_HEADER_BYTES && slice->first_whole)
        want = BATCH_HEADER_BYTES;
    ok = ok && read_at_place(slice, fd, want, err);
    file_close(fd);
    if (ok)
        return true;
    slice_reset(slice);
    return err_within(err, "%s", dir);
}

/* --- by time ---------------------------------------------------------------------------------- */

/* The first record of a batch that is not before `timestamp`; there is one. */
static bool find_in_batch(const struct batch *batch, int64_t timestamp, struct slice_moment *found,
                          struct err *err)
{
    struct batch_records records;
    struct batch_record record;

    *found = (struct slice_moment){batch->base_timestamp, batch->base_offset};
    if (batch_codec(batch) != BATCH_PLAIN || (batch->attributes & BATCH_LOG_APPEND_TIME) != 0)
        return true;
    if (!batch_check_crc(batch, err) || !batch_records_init(&records, batch, err))
        return false;
    while (records.left > 0) {
        if (!batch_records_next(&records, &record, err))
            return false;
        if (record.timestamp >= timestamp) {
            *found = (struct slice_moment){record.timestamp, record.offset};
            return true;
        }
    }
    return true;
}

/* Where a walk for `timestamp` can begin. */
static uint64_t time_start(const char *dir, int64_t base_offset, int64_t timestamp, uint64_t end)
{
    struct index_time_entry time = {.offset = base_offset};
    struct index_entry entry = {0};
    struct err slower;
    int fd;

    if (!open_to_read(&fd, dir, base_offset, ".timeindex", &slower))
        return 0;
    bool ok = index_time_find(fd, base_offset, timestamp, &time, &slower);
    file_close(fd);
    if (!ok || !open_to_read(&fd, dir, base_offset, ".index", &slower))
        return 0;
    ok = index_find(fd, base_offset, time.offset, &entry, &slower);
    file_close(fd);
    return ok && entry.at < end ? entry.at : 0;
}

/* Visits batches from `from` on, over what is damaged, until one is late enough. */
static bool walk_time(int fd, uint64_t from, const struct segment_extent *extent, int64_t timestamp,
                      struct slice_moment *found, struct err *err)
{
    struct scan scan;
    struct err bad;
    bool ok = true;

    scan_init(&scan, fd, from, extent->bytes);
    enum scan_step step = scan_next(&scan, &bad);
    while (step == SCAN_BAD || (step == SCAN_BATCH && scan.batch.max_timestamp < timestamp))
        step = step == SCAN_BAD ? scan_resume(&scan, scan.at + 1, extent->base_offset, &bad)
                                : scan_next(&scan, &bad);
    if (step == SCAN_BATCH)
        ok = find_in_batch(&scan.batch, timestamp, found, err);
    if (step == SCAN_FAILED) {
        *err = bad;
        ok = false;
    }
    scan_reset(&scan);
    return ok;
}

static bool find_in_segment(const char *dir, const struct segment_extent *extent, int64_t timestamp,
                            struct slice_moment *found, struct err *err)
{
    int fd;

    uint64_t from = time_start(dir, extent->base_offset, timestamp, extent->bytes);
    if (!open_to_read(&fd, dir, extent->base_offset, ".log", err))
        return false;
    bool ok = walk_time(fd, from, extent, timestamp, found, err);
    file_close(fd);
    return ok;
}

/* The latest timestamp of a segment that was finished: the last entry of its time index. */
static bool is_all_before(const char *dir, int64_t base_offset, int64_t timestamp)
{
    struct index_time_entry last;
    struct err unknown;
    int fd;

    if (!open_to_read(&fd, dir, base_offset, ".timeindex", &unknown))
        return false;
    bool ok = index_time_find(fd, base_offset, INT64_MAX, &last, &unknown);
    file_close(fd);
    return ok && last.timestamp >= 0 && last.timestamp < timestamp;
}

bool slice_find_time(const char *dir, const struct segment_extent *extents, size_t count,
                     int64_t timestamp, struct slice_moment *found, struct err *err)
{
    ON_WORKER();
    *found = (struct slice_moment){.timestamp = -1, .offset = -1};
    for (size_t i = 0; i < count && found->offset < 0; i++) {
        if (i + 1 < count && is_all_before(dir, extents[i].base_offset, timestamp))
            continue;
        if (extents[i].bytes > 0 && !find_in_segment(dir, &extents[i], timestamp, found, err))
            return err_within(err, "%s", dir);
    }
    return true;
}

/* The latest timestamp at all, by batch. */
static bool latest_in_segment(const char *dir, const struct segment_extent *extent, int64_t *latest,
                              struct err *err)
{
    struct index_time_entry last = {.timestamp = -1};
    struct scan scan;
    int fd;

    uint64_t from = time_start(dir, extent->base_offset, INT64_MAX, extent->bytes);
    if (open_to_read(&fd, dir, extent->base_offset, ".timeindex", err)) {
        if (!index_time_find(fd, extent->base_offset, INT64_MAX, &last, err))
            from = 0;
        file_close(fd);
    }
    if (last.timestamp > *latest)
        *latest = last.timestamp;
    if (!open_to_read(&fd, dir, extent->base_offset, ".log", err))
        return false;
    scan_init(&scan, fd, from, extent->bytes);
    enum scan_step step;
    while ((step = scan_next(&scan, err)) == SCAN_BATCH)
        if (scan.batch.max_timestamp > *latest)
            *latest = scan.batch.max_timestamp;
    scan_reset(&scan);
    file_close(fd);
    return step != SCAN_FAILED;
}

bool slice_find_latest(const char *dir, const struct segment_extent *extents, size_t count,
                       struct slice_moment *found, struct err *err)
{
    ON_WORKER();
    int64_t latest = -1;

    for (size_t i = 0; i < count; i++)
        if (extents[i].bytes > 0 && !latest_in_segment(dir, &extents[i], &latest, err))
            return err_within(err, "%s", dir);
    if (latest >= 0)
        return slice_find_time(dir, extents, count, latest, found, err);
    *found = (struct slice_moment){.timestamp = -1, .offset = -1};
    return true;
}
