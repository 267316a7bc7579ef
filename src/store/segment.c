/* SPDX-License-Identifier: Apache-2.0 */
/* segment.c - three files that grow together. */
#include "store/segment.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/failpoint.h"
#include "io/file.h"
#include "store/index.h"

#define NAME_DIGITS 20

struct segment {
    int64_t base_offset;
    uint64_t bytes;
    uint64_t reserved; /* space is there up to here */
    uint64_t indexed;  /* where the batch stands that was indexed last */
    uint64_t index_bytes;
    uint64_t time_bytes;
    struct index_time_entry latest; /* of all batches; offset is the last of its batch */
    int64_t promised_offset;        /* of the batch at which it was opened */
    int64_t time_indexed;           /* the timestamp of the last entry of the time index */
    int log_fd;
    int index_fd;
    int time_fd;
    bool index_dirty; /* written to since it was synced */
    bool time_dirty;
    bool ends_right; /* `bytes` is where the file ends, but for space that was reserved */
};

const char *segment_name(int64_t base_offset, const char *suffix, char name[SEGMENT_NAME_BYTES])
{
    (void)snprintf(name, SEGMENT_NAME_BYTES, "%0*" PRId64 "%s", NAME_DIGITS, base_offset, suffix);
    return name;
}

bool segment_name_parse(const char *name, const char *suffix, int64_t *base_offset)
{
    if (strlen(name) != NAME_DIGITS + strlen(suffix) || strcmp(name + NAME_DIGITS, suffix) != 0)
        return false;
    return span_to_i64((struct span){name, NAME_DIGITS}, base_offset) && *base_offset >= 0;
}

static bool open_part(int *fd, const char *dir, int64_t base_offset, const char *suffix,
                      struct err *err)
{
    char name[SEGMENT_NAME_BYTES];
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, segment_name(base_offset, suffix, name));
    return file_open(fd, path, FILE_OPEN_OR_CREATE, err);
}

static struct segment *open_parts(const char *dir, int64_t base_offset, struct err *err)
{
    struct segment *segment = mem_new(sizeof(*segment));

    segment->base_offset = base_offset;
    segment->latest = (struct index_time_entry){.timestamp = -1, .offset = base_offset};
    segment->time_indexed = -1;
    segment->log_fd = segment->index_fd = segment->time_fd = -1;
    if (open_part(&segment->log_fd, dir, base_offset, ".log", err) &&
        open_part(&segment->index_fd, dir, base_offset, ".index", err) &&
        open_part(&segment->time_fd, dir, base_offset, ".timeindex", err))
        return segment;
    segment_close(segment);
    return NULL;
}

struct segment *segment_create(const char *dir, int64_t base_offset, struct err *err)
{
    uint64_t bytes;

    assert(base_offset >= 0);
    /* A crash or a full disk may have left the files of an earlier attempt: empty ones. */
    struct segment *segment = open_parts(dir, base_offset, err);
    if (segment == NULL)
        return NULL;
    if (!file_bytes(segment->log_fd, &bytes, err))
        goto fail;
    if (bytes != 0) {
        (void)err_set(err, ERR_CONFLICT, "%s: segment %" PRId64 " holds %" PRIu64 " bytes already",
                      dir, base_offset, bytes);
        goto fail;
    }
    if (!file_truncate(segment->index_fd, 0, err) || !file_truncate(segment->time_fd, 0, err))
        goto fail;
    failpoint_pass("segment.before_dir_sync");
    if (!file_sync_dir(dir, err)) /* or the names may not outlive a crash */
        goto fail;
    segment->ends_right = true;
    return segment;

fail:
    segment_close(segment);
    return NULL;
}

bool segment_start_over(struct segment *segment, struct err *err)
{
    segment->bytes = segment->indexed = segment->index_bytes = segment->time_bytes = 0;
    segment->latest = (struct index_time_entry){.timestamp = -1, .offset = segment->base_offset};
    segment->time_indexed = -1;
    segment->index_dirty = segment->time_dirty = true;
    return file_truncate(segment->index_fd, 0, err) && file_truncate(segment->time_fd, 0, err);
}

/* Both indexes up to the last entry that is not after `offset`. */
static bool cut_indexes(struct segment *segment, int64_t offset, struct err *err)
{
    struct index_entry entry;

    if (!index_find(segment->index_fd, segment->base_offset, offset, &entry, err))
        return false;
    segment->bytes = segment->indexed = entry.at;
    segment->promised_offset = entry.offset;
    if (!index_find_position(segment->index_fd, segment->base_offset, (uint64_t)entry.at + 1,
                             &entry, &segment->index_bytes, err) ||
        !file_truncate(segment->index_fd, segment->index_bytes, err))
        return false;

    int64_t end_offset = segment->bytes == 0 ? segment->base_offset : entry.offset + 1;
    if (!index_time_find_offset(segment->time_fd, segment->base_offset, end_offset,
                                &segment->latest, &segment->time_bytes, err))
        return false;
    segment->time_indexed = segment->latest.timestamp;
    return file_truncate(segment->time_fd, segment->time_bytes, err);
}

struct segment *segment_open(const char *dir, int64_t base_offset, int64_t from_offset,
                             struct err *err)
{
    struct err why;
    uint64_t log_bytes;
    uint64_t index_bytes;
    uint64_t time_bytes;

    struct segment *segment = open_parts(dir, base_offset, err);
    if (segment == NULL)
        return NULL;
    if (!file_bytes(segment->log_fd, &log_bytes, err) ||
        !file_bytes(segment->index_fd, &index_bytes, err) ||
        !file_bytes(segment->time_fd, &time_bytes, err))
        goto fail;
    bool makes_sense = time_bytes % INDEX_TIME_ENTRY_BYTES == 0 &&
                       index_check(segment->index_fd, index_bytes, log_bytes, &why);
    if (makes_sense ? !cut_indexes(segment, from_offset, err) : !segment_start_over(segment, err))
        goto fail;
    segment->reserved = segment->bytes;
    return segment;

fail:
    segment_close(segment);
    return NULL;
}

int64_t segment_promised_offset(const struct segment *segment)
{
    return segment->promised_offset;
}

void segment_accept(struct segment *segment, const struct batch *batch, uint64_t size)
{
    if (batch != NULL)
        segment_index(segment, batch, segment->bytes);
    segment->bytes += size;
    segment->reserved = segment->bytes;
}

bool segment_cut(struct segment *segment, struct err *err)
{
    uint64_t bytes;

    if (!file_bytes(segment->log_fd, &bytes, err) ||
        (bytes != segment->bytes && !file_truncate(segment->log_fd, segment->bytes, err)))
        return false;
    segment->ends_right = true;
    if (bytes != segment->bytes)
        segment->index_dirty = segment->time_dirty = true;
    return true;
}

/* As Kafka's TimeIndex.maybeAppend: timestamps only ever rise. */
static bool index_time(struct segment *segment, struct err *err)
{
    if (segment->latest.timestamp <= segment->time_indexed)
        return true;
    segment->time_dirty = true;
    if (!index_time_append(segment->time_fd, segment->base_offset, &segment->latest,
                           &segment->time_bytes, err))
        return false;
    segment->time_indexed = segment->latest.timestamp;
    return true;
}

int segment_close_indexes(struct segment *segment)
{
    int fd = segment->log_fd;
    struct err ignored; /* space stays taken, and is given back another time */

    if (segment->ends_right) {
        if (!index_time(segment, &ignored) || !file_truncate(fd, segment->bytes, &ignored))
            assert(ignored.kind != ERR_NONE);
    }
    file_close(segment->index_fd);
    file_close(segment->time_fd);
    mem_free(segment);
    return fd;
}

void segment_close(struct segment *segment)
{
    if (segment != NULL)
        file_close(segment_close_indexes(segment));
}

int64_t segment_base_offset(const struct segment *segment)
{
    return segment->base_offset;
}

uint64_t segment_bytes(const struct segment *segment)
{
    return segment->bytes;
}

int segment_fd(const struct segment *segment)
{
    return segment->log_fd;
}

/* Space for what comes, more as the segment grows, so that a small one stays small. */
static void reserve(struct segment *segment, uint64_t end)
{
    struct err ignored; /* the write itself will say it if the disk is full */

    if (end <= segment->reserved)
        return;
    uint64_t more = end;
    if (more < SEGMENT_RESERVE_BYTES_MIN)
        more = SEGMENT_RESERVE_BYTES_MIN;
    if (more > SEGMENT_RESERVE_BYTES_MAX)
        more = SEGMENT_RESERVE_BYTES_MAX;
    if (file_reserve(segment->log_fd, segment->bytes, end - segment->bytes + more, &ignored))
        segment->reserved = end + more;
}

bool segment_append(struct segment *segment, struct span batches, bool *broken, struct err *err)
{
    struct err undo;

    *broken = false;
    assert(segment->bytes + batches.size <= UINT32_MAX);
    reserve(segment, segment->bytes + batches.size);
    if (file_write_at(segment->log_fd, &batches, 1, segment->bytes, err)) {
        segment->bytes += batches.size;
        return true;
    }
    segment->reserved = segment->bytes;
    if (!file_truncate(segment->log_fd, segment->bytes, &undo))
        *broken = true;
    return false;
}

bool segment_sync(struct segment *segment, struct err *err)
{
    return file_sync(segment->log_fd, err);
}

void segment_index(struct segment *segment, const struct batch *batch, uint64_t at)
{
    struct index_entry entry = {batch_last_offset(batch), (uint32_t)at};
    struct err ignored;

    if (batch->max_timestamp > segment->latest.timestamp)
        segment->latest = (struct index_time_entry){batch->max_timestamp, entry.offset};
    if (at - segment->indexed <= SEGMENT_INDEX_INTERVAL_BYTES)
        return;
    segment->index_dirty = true;
    /* The time first: recovery takes what stands before the last entry for indexed by both. */
    if (index_time(segment, &ignored) && index_append(segment->index_fd, segment->base_offset,
                                                      &entry, &segment->index_bytes, &ignored))
        segment->indexed = at;
}

bool segment_sync_indexes(struct segment *segment, struct err *err)
{
    if (segment->index_dirty && !file_sync(segment->index_fd, err))
        return false;
    segment->index_dirty = false;
    if (segment->time_dirty && !file_sync(segment->time_fd, err))
        return false;
    segment->time_dirty = false;
    return true;
}

bool segment_finish_time_index(struct segment *segment, struct err *err)
{
    return index_time(segment, err);
}

bool segment_drop_time_index(struct segment *segment, struct err *err)
{
    segment->time_bytes = 0;
    segment->time_dirty = true;
    return file_truncate(segment->time_fd, 0, err);
}
