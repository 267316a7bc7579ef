/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.c - Kafka's ProducerSnapshot.json, version 1, by hand: it is the only one of its kind.
 */
#include "store/snapshot.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "base/diag.h"
#include "io/file.h"
#include "store/segment.h"
#include "wire/crc32c.h"
#include "wire/reader.h"
#include "wire/writer.h"

#define SUFFIX ".snapshot"
#define CRC_AT 2
#define COVERED_FROM 6 /* by the checksum */
#define ENTRY_BYTES 46
#define NO_COORDINATOR (-1)
#define NO_TRANSACTION (-1)
#define LIST_BYTES_MAX ((size_t)16 * 1024 * 1024)

static void encode_entry(const struct snapshot_entry *entry, struct text *out)
{
    writer_i64(out, entry->producer_id);
    writer_i16(out, entry->epoch);
    writer_i32(out, entry->last_sequence);
    writer_i64(out, entry->last_offset);
    writer_i32(out, entry->offset_delta);
    writer_i64(out, entry->timestamp);
    writer_i32(out, NO_COORDINATOR);
    writer_i64(out, NO_TRANSACTION);
}

void snapshot_encode(const struct snapshot *snapshot, struct text *out)
{
    size_t start = out->size;

    writer_i16(out, SNAPSHOT_VERSION);
    writer_i32(out, 0);
    writer_i32(out, (int32_t)snapshot->count);
    for (size_t i = 0; i < snapshot->count; i++)
        encode_entry(&snapshot->entries[i], out);
    if (out->full)
        return;
    struct span covered = span_after(text_span(out), start + COVERED_FROM);
    writer_patch_i32(out, start + CRC_AT, (int32_t)crc32c(covered));
}

static void decode_entry(struct snapshot_entry *entry, struct reader *r)
{
    entry->producer_id = reader_i64(r);
    entry->epoch = reader_i16(r);
    entry->last_sequence = reader_i32(r);
    entry->last_offset = reader_i64(r);
    entry->offset_delta = reader_i32(r);
    entry->timestamp = reader_i64(r);
    (void)reader_i32(r);
    (void)reader_i64(r);
}

bool snapshot_decode(struct snapshot *snapshot, struct span bytes, struct arena *arena,
                     struct err *err)
{
    struct reader r = reader_of(bytes);
    int16_t version = reader_i16(&r);
    uint32_t crc = reader_u32(&r);
    int32_t count = reader_i32(&r);

    if (r.bad || version != SNAPSHOT_VERSION)
        return err_set(err, ERR_CORRUPT, "not a snapshot of version %d", SNAPSHOT_VERSION);
    if (crc32c(span_after(bytes, COVERED_FROM)) != crc)
        return err_set(err, ERR_CORRUPT, "a snapshot's checksum is wrong");
    if (count < 0 || (size_t)count * ENTRY_BYTES != r.left)
        return err_set(err, ERR_CORRUPT, "a snapshot of %d entries in %zu bytes", count, r.left);

    struct snapshot_entry *entries = ARENA_NEW(arena, struct snapshot_entry, (size_t)count);
    if (entries == NULL)
        return err_set(err, ERR_LIMIT, "a snapshot of %d entries is too large", count);
    for (int32_t i = 0; i < count; i++)
        decode_entry(&entries[i], &r);
    snapshot->entries = entries;
    snapshot->count = (size_t)count;
    return true;
}

static const char *snapshot_path(const char *dir, int64_t offset, char path[PATH_MAX])
{
    char name[SEGMENT_NAME_BYTES];

    (void)snprintf(path, PATH_MAX, "%s/%s", dir, segment_name(offset, SUFFIX, name));
    return path;
}

bool snapshot_write(const char *dir, const struct snapshot *snapshot, struct err *err)
{
    char path[PATH_MAX];
    struct text text;

    text_init(&text, SNAPSHOT_BYTES_MAX);
    snapshot_encode(snapshot, &text);
    bool ok = !text.full || err_set(err, ERR_LIMIT, "%zu producers", snapshot->count);
    ok = ok && file_replace(snapshot_path(dir, snapshot->offset, path), text_span(&text), err);
    text_reset(&text);
    return ok;
}

bool snapshot_load(const char *dir, int64_t offset_max, struct snapshot *snapshot,
                   struct arena *arena, struct err *err)
{
    struct file_names names;
    struct span bytes;
    struct err unreadable;
    char path[PATH_MAX];
    int64_t offset;

    *snapshot = (struct snapshot){0};
    if (!file_list(dir, &names, arena, err))
        return false;
    for (size_t i = names.count; i-- > 0;) {
        if (!segment_name_parse(names.names[i], SUFFIX, &offset) || offset > offset_max)
            continue;
        if (!file_read_all(snapshot_path(dir, offset, path), &bytes, arena, &unreadable) ||
            !snapshot_decode(snapshot, bytes, arena, &unreadable)) {
            diag_warn("snapshot_unreadable", "path=%s reason=\"%s\"; more of the log is read", path,
                      unreadable.text);
            continue;
        }
        snapshot->offset = offset;
        return true;
    }
    return true;
}

bool snapshot_newest(const char *dir, int64_t offset_max, int64_t *offset, struct err *err)
{
    struct file_names names;
    struct arena arena;
    int64_t found;

    *offset = 0;
    arena_init(&arena, LIST_BYTES_MAX);
    bool ok = file_list(dir, &names, &arena, err);
    for (size_t i = 0; ok && i < names.count; i++)
        if (segment_name_parse(names.names[i], SUFFIX, &found) && found <= offset_max)
            *offset = found; /* they are sorted */
    arena_reset(&arena);
    return ok;
}

bool snapshot_prune(const char *dir, int64_t offset, struct err *err)
{
    struct file_names names;
    struct arena arena;
    char path[PATH_MAX];
    int64_t found;

    arena_init(&arena, LIST_BYTES_MAX);
    bool ok = file_list(dir, &names, &arena, err);
    for (size_t i = 0; ok && i < names.count; i++)
        if (segment_name_parse(names.names[i], SUFFIX, &found) && found < offset)
            ok = file_remove(snapshot_path(dir, found, path), err);
    arena_reset(&arena);
    return ok;
}
