/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.c - the order of intent and deed.
 *
 * What must hold across a crash:
 *  C1. offsets/N is on disk before any byte of batch N is staged.
 *  C2. commits/N is on disk only after every file of batch N has its final
 *      name and the table's directory is synced.
 *  C3. offsets/N is never written again: a batch that is run again covers the
 *      same offsets.
 *  C4. offsets/N+1 is written only after commits/N.
 *  C5. Of the last CHECKPOINT_BATCHES_KEPT batches nothing is removed; an
 *      offsets file goes after its commits file, so that no commit is alone.
 *  C6. What a start finds is made to last before it is built on. */
#include "job/checkpoint.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "io/failpoint.h"
#include "io/file.h"

#define FILE_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define LISTING_BYTES_MAX ((size_t)16 * 1024 * 1024)

bool checkpoint_path(const struct checkpoint *checkpoint, const char *folder, int64_t batch,
                     char path[PATH_MAX], struct err *err)
{
    int size = snprintf(path, PATH_MAX, "%s/%s/%" PRId64, checkpoint->dir, folder, batch);

    return (size > 0 && size < PATH_MAX) ||
           err_set(err, ERR_LIMIT, "%s: a path too long", checkpoint->dir);
}

static const char *const folders[] = {"sources/0", "offsets", "commits", "sink"};

static bool make_folders(const struct checkpoint *checkpoint, struct err *err)
{
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        char path[PATH_MAX];
        int size = snprintf(path, sizeof(path), "%s/%s", checkpoint->dir, folders[i]);
        if (size >= PATH_MAX)
            return err_set(err, ERR_LIMIT, "%s: a path too long", checkpoint->dir);
        if (!file_make_dirs(path, err))
            return false;
    }
    return true;
}

/* A random UUID (RFC 9562, version 4). */
static bool make_id(char id[CHECKPOINT_ID_BYTES], struct err *err)
{
    unsigned char b[16];

    if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
        return err_sys(err, "cannot get random bytes");
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    (void)snprintf(id, CHECKPOINT_ID_BYTES,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                   b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
    return true;
}

static bool read_id(struct checkpoint *checkpoint, struct span bytes, struct arena *arena,
                    struct err *err)
{
    const struct json_value *root = json_read(bytes, arena, err);
    const struct json_value *id = json_get(root, "id");

    if (root == NULL)
        return false;
    if (id == NULL || id->type != JSON_STRING || id->text.size != CHECKPOINT_ID_BYTES - 1)
        return err_set(err, ERR_MALFORMED, "the query's id is missing");
    memcpy(checkpoint->id, id->text.data, id->text.size);
    return true;
}

static bool open_metadata(struct checkpoint *checkpoint, struct arena *arena, struct err *err)
{
    char path[PATH_MAX];
    char json[64];
    struct span bytes;

    int size = snprintf(path, sizeof(path), "%s/metadata", checkpoint->dir);
    if (size >= PATH_MAX)
        return err_set(err, ERR_LIMIT, "%s: a path too long", checkpoint->dir);
    if (file_read_all(path, &bytes, arena, err)) {
        if (read_id(checkpoint, bytes, arena, err))
            return true;
        err->kind = ERR_CORRUPT;
        return err_within(err, "%s", path);
    }
    if (err->kind != ERR_NOT_FOUND || !make_id(checkpoint->id, err))
        return false;
    (void)snprintf(json, sizeof(json), "{\"id\":\"%s\"}", checkpoint->id);
    return file_replace(path, span_of(json), err);
}

/* Batch numbers only; other names (Spark's .crc files, a .tmp that a kill left) are not ours. */
static bool last_batch(const struct checkpoint *checkpoint, const char *folder, int64_t *last,
                       struct err *err)
{
    struct arena arena;
    struct file_names names;
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 16, checkpoint->dir, folder);
    arena_init(&arena, LISTING_BYTES_MAX);
    bool ok = file_list(path, &names, &arena, err);
    *last = -1;
    for (size_t i = 0; ok && i < names.count; i++) {
        int64_t batch;
        if (span_to_i64(span_of(names.names[i]), &batch) && batch > *last)
            *last = batch;
    }
    arena_reset(&arena);
    return ok;
}

/* The line of JSON with the offsets: the last one of the file. */
static bool read_offsets_file(const struct checkpoint *checkpoint, const char *path,
                              struct offsets *offsets, struct err *err)
{
    struct arena arena;
    struct span bytes;

    arena_init(&arena, FILE_BYTES_MAX);
    bool ok = file_read_all(path, &bytes, &arena, err);
    if (ok) {
        struct span rest = bytes;
        if (rest.size > 0 && *(const char *)rest.data == '\0') /* sources/0/0 begins with one */
            rest = span_after(rest, 1);
        ok = span_is(span_cut(&rest, '\n'), "v1") ||
             err_set(err, ERR_MALFORMED, "version 'v1' is missing");
        struct span line = rest;
        while (ok && rest.size > 0)
            line = span_cut(&rest, '\n');
        ok = ok && offsets_read(offsets, checkpoint->topic, line, err);
        if (!ok && err->kind == ERR_MALFORMED)
            err->kind = ERR_CORRUPT;
        if (!ok)
            (void)err_within(err, "%s", path);
    }
    arena_reset(&arena);
    return ok;
}

static bool read_batch_end(const struct checkpoint *checkpoint, int64_t batch,
                           struct offsets *offsets, struct err *err)
{
    char path[PATH_MAX];

    if (!checkpoint_path(checkpoint, "offsets", batch, path, err))
        return false;
    if (read_offsets_file(checkpoint, path, offsets, err))
        return true;
    if (err->kind == ERR_NOT_FOUND)
        err->kind = ERR_CORRUPT; /* a batch before the last is missing */
    return false;
}

static bool read_start(struct checkpoint *checkpoint, struct err *err)
{
    char path[PATH_MAX];

    if (!checkpoint_path(checkpoint, "sources/0", 0, path, err))
        return false;
    checkpoint->has_start = read_offsets_file(checkpoint, path, &checkpoint->start, err);
    return checkpoint->has_start || err->kind == ERR_NOT_FOUND;
}

static bool read_batches(struct checkpoint *checkpoint, struct err *err)
{
    int64_t committed;

    if (!read_start(checkpoint, err) ||
        !last_batch(checkpoint, "offsets", &checkpoint->planned, err) ||
        !last_batch(checkpoint, "commits", &committed, err))
        return false;
    if (checkpoint->planned >= 0 && !checkpoint->has_start)
        return err_set(err, ERR_CORRUPT, "%s/sources/0/0 is missing", checkpoint->dir);
    if (committed > checkpoint->planned || committed < checkpoint->planned - 1)
        return err_set(err, ERR_CORRUPT,
                       "%s: batch %" PRId64 " is the last committed and %" PRId64
                       " the last planned",
                       checkpoint->dir, committed, checkpoint->planned);
    checkpoint->committed = committed == checkpoint->planned;
    if (checkpoint->planned < 0)
        return true;
    if (checkpoint->planned > 0 &&
        !read_batch_end(checkpoint, checkpoint->planned - 1, &checkpoint->start, err))
        return false;
    return read_batch_end(checkpoint, checkpoint->planned, &checkpoint->end, err);
}

bool checkpoint_open(struct checkpoint *checkpoint, const char *dir, const char *topic,
                     struct err *err)
{
    struct arena arena;

    *checkpoint = (struct checkpoint){.topic = topic, .planned = -1};
    int size = snprintf(checkpoint->dir, sizeof(checkpoint->dir), "%s", dir);
    if (size >= (int)sizeof(checkpoint->dir))
        return err_set(err, ERR_LIMIT, "%s: a path too long", dir);
    arena_init(&arena, FILE_BYTES_MAX);
    bool ok = make_folders(checkpoint, err) && open_metadata(checkpoint, &arena, err) &&
              read_batches(checkpoint, err);
    arena_reset(&arena);
    if (!ok)
        checkpoint_reset(checkpoint);
    return ok || err_within(err, "checkpoint");
}

bool checkpoint_settle(const struct checkpoint *checkpoint, struct err *err)
{
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        char path[PATH_MAX];
        (void)snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 16, checkpoint->dir, folders[i]);
        if (!file_sync_dir(path, err)) /* C6 */
            return false;
    }
    return file_sync_dir(checkpoint->dir, err);
}

void checkpoint_reset(struct checkpoint *checkpoint)
{
    offsets_reset(&checkpoint->start);
    offsets_reset(&checkpoint->end);
}

bool checkpoint_set_start(struct checkpoint *checkpoint, const struct offsets *start,
                          struct err *err)
{
    char path[PATH_MAX];
    struct text text;

    assert(checkpoint->planned < 0);
    if (!checkpoint_path(checkpoint, "sources/0", 0, path, err))
        return false;
    text_init(&text, FILE_BYTES_MAX);
    text_add(&text, (struct span){"\0v1\n", 4}); /* as Spark writes it */
    offsets_write(start, checkpoint->topic, &text);
    bool ok = file_replace(path, text_span(&text), err);
    text_reset(&text);
    if (!ok)
        return false;
    offsets_copy(&checkpoint->start, start);
    checkpoint->has_start = true;
    return true;
}

bool checkpoint_plan(struct checkpoint *checkpoint, const struct offsets *end, int64_t now_ms,
                     struct err *err)
{
    char path[PATH_MAX];
    struct text text;

    assert(checkpoint->has_start && (checkpoint->planned < 0 || checkpoint->committed)); /* C4 */
    if (!checkpoint_path(checkpoint, "offsets", checkpoint->planned + 1, path, err))
        return false;
    text_init(&text, FILE_BYTES_MAX);
    text_printf(&text,
                "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":%" PRId64 ",\"conf\":{}}\n",
                now_ms);
    offsets_write(end, checkpoint->topic, &text);
    bool ok = file_replace(path, text_span(&text), err); /* C1 */
    text_reset(&text);
    if (!ok)
        return false;
    if (checkpoint->planned >= 0)
        offsets_copy(&checkpoint->start, &checkpoint->end);
    offsets_copy(&checkpoint->end, end);
    checkpoint->planned++;
    checkpoint->committed = false;
    failpoint_pass("checkpoint.after_offsets");
    return true;
}

/* C5: what is not needed any more; one of each kind per commit. */
static void remove_old(const struct checkpoint *checkpoint)
{
    static const char *const old_folders[] = {"commits", "sink", "offsets"};
    int64_t old = checkpoint->planned - CHECKPOINT_BATCHES_KEPT;

    for (size_t i = 0; old >= 0 && i < sizeof(old_folders) / sizeof(old_folders[0]); i++) {
        char path[PATH_MAX];
        struct err ignored; /* not there, or to be removed by hand: it does no harm */
        if (checkpoint_path(checkpoint, old_folders[i], old, path, &ignored))
            (void)!file_remove(path, &ignored);
    }
}

bool checkpoint_commit(struct checkpoint *checkpoint, struct err *err)
{
    char path[PATH_MAX];

    assert(checkpoint->planned >= 0 && !checkpoint->committed);
    if (!checkpoint_path(checkpoint, "commits", checkpoint->planned, path, err) ||
        !file_replace(path, span_of("v1\n{\"nextBatchWatermarkMs\":0}"), err)) /* C2 */
        return false;
    checkpoint->committed = true;
    failpoint_pass("checkpoint.after_commit");
    remove_old(checkpoint);
    return true;
}
