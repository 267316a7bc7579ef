/* SPDX-License-Identifier: Apache-2.0 */
/* sink.c - from staged files to a table, exactly once.
 *
 * What must hold across a crash:
 *  S1. A file gets its final name only after its bytes and the manifest that
 *      names it are on disk.
 *  S2. A rename never replaces: a file that readers may have seen stays as it
 *      is.
 *  S3. The manifest is written whole or not at all, and never changed.
 *  S4. After the manifest every restart completes the same renames; before it
 *      nothing of the batch is in the table.
 *  S5. The batch's commit follows the sync of the table's directory. */
#include "job/sink.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "io/failpoint.h"
#include "io/file.h"

#define MANIFEST_BYTES_MAX ((size_t)8 * 1024 * 1024)

static bool join(char path[PATH_MAX], const char *dir, const char *name, struct err *err)
{
    int size = snprintf(path, PATH_MAX, "%s/%s", dir, name);

    return (size > 0 && size < PATH_MAX) || err_set(err, ERR_LIMIT, "%s: a path too long", dir);
}

bool sink_open(struct sink *sink, const char *table_dir, const char *staging_root,
               const struct checkpoint *checkpoint, struct err *err)
{
    if (strlen(table_dir) >= sizeof(sink->table_dir))
        return err_set(err, ERR_LIMIT, "%s: a path too long", table_dir);
    (void)snprintf(sink->table_dir, sizeof(sink->table_dir), "%s", table_dir);
    return join(sink->staging_dir, staging_root, checkpoint->id, err) &&
           file_make_dirs(sink->table_dir, err) && file_make_dirs(sink->staging_dir, err);
}

void sink_name(const struct checkpoint *checkpoint, size_t i, char name[SINK_NAME_BYTES])
{
    (void)snprintf(name, SINK_NAME_BYTES, "part-%05zu-%s-b%" PRId64 ".snappy.parquet", i,
                   checkpoint->id, checkpoint->planned);
}

bool sink_staged_path(const struct sink *sink, const char *name, char path[PATH_MAX],
                      struct err *err)
{
    return join(path, sink->staging_dir, name, err);
}

static bool sync_staged(const struct sink *sink, const struct sink_files *files, struct err *err)
{
    for (size_t i = 0; i < files->count; i++) {
        char path[PATH_MAX];
        int fd;
        if (!join(path, sink->staging_dir, files->files[i].name, err) ||
            !file_open(&fd, path, FILE_READ_WRITE, err))
            return false;
        bool ok = file_sync(fd, err) || err_within(err, "%s", path);
        file_close(fd);
        if (!ok)
            return false;
    }
    return file_sync_dir(sink->staging_dir, err);
}

static void write_manifest(const struct sink *sink, const struct sink_files *files,
                           struct text *out)
{
    struct json_writer json;

    text_add_string(out, "v1\n");
    for (size_t i = 0; i < files->count; i++) {
        json_writer_init(&json, out);
        json_begin_object(&json);
        json_key(&json, "staged");
        json_string(&json, sink->staging_dir);
        json_key(&json, "table");
        json_string(&json, sink->table_dir);
        json_key(&json, "name");
        json_string(&json, files->files[i].name);
        json_key(&json, "rows");
        json_i64(&json, (int64_t)files->files[i].rows);
        json_end_object(&json);
        text_add_char(out, '\n');
    }
}

bool sink_decide(const struct sink *sink, const struct checkpoint *checkpoint,
                 const struct sink_files *files, struct err *err)
{
    char path[PATH_MAX];
    struct text text;

    if (!checkpoint_path(checkpoint, "sink", checkpoint->planned, path, err) ||
        !sync_staged(sink, files, err)) /* S1 */
        return false;
    failpoint_pass("sink.after_stage");
    text_init(&text, MANIFEST_BYTES_MAX);
    write_manifest(sink, files, &text);
    bool ok = !text.full || err_set(err, ERR_LIMIT, "%zu files in a batch", files->count);
    ok = ok && file_replace(path, text_span(&text), err); /* S3 */
    text_reset(&text);
    if (ok)
        failpoint_pass("sink.after_manifest");
    return ok;
}

static bool land_one(const struct sink *sink, const char *name, struct err *err)
{
    char staged[PATH_MAX];
    char final[PATH_MAX];
    struct file_info info;

    if (!join(staged, sink->staging_dir, name, err) || !join(final, sink->table_dir, name, err))
        return false;
    if (file_rename_new(staged, final, err)) /* S2 */
        return true;
    if (err->kind == ERR_CONFLICT)
        return err_set(err, ERR_CONFLICT,
                       "%s is in the table already and %s is another one: the checkpoint is older "
                       "than the table; move one of the two away",
                       final, staged);
    if (err->kind != ERR_NOT_FOUND || !file_stat(final, &info, err))
        return false;
    return info.kind == FILE_KIND_FILE || /* landed before a crash */
           err_set(err, ERR_CORRUPT, "%s was to become %s, and neither is there", staged, final);
}

bool sink_land(const struct sink *sink, const struct sink_files *files, struct err *err)
{
    if (!file_make_dirs(sink->table_dir, err)) /* somebody may have removed it */
        return false;
    for (size_t i = 0; i < files->count; i++) {
        if (!land_one(sink, files->files[i].name, err))
            return false;
        failpoint_pass("sink.after_rename");
    }
    if (!file_sync_dir(sink->table_dir, err)) /* S5 */
        return false;
    failpoint_pass("sink.after_renames");
    return true;
}

static bool read_entry(struct span line, struct sink_file *file, struct arena *arena,
                       struct err *err)
{
    const struct json_value *root = json_read(line, arena, err);
    const struct json_value *name = json_get(root, "name");
    int64_t rows;

    if (root == NULL)
        return false;
    if (name == NULL || name->type != JSON_STRING || name->text.size >= sizeof(file->name) ||
        memchr(name->text.data, '/', name->text.size) != NULL ||
        !json_to_i64(json_get(root, "rows"), &rows))
        return err_set(err, ERR_MALFORMED, "no file with its rows");
    memcpy(file->name, name->text.data, name->text.size);
    file->name[name->text.size] = '\0';
    file->rows = (uint64_t)rows;
    return true;
}

static bool read_manifest(struct span bytes, struct sink_files *files, struct arena *arena,
                          struct err *err)
{
    if (!span_is(span_cut(&bytes, '\n'), "v1"))
        return err_set(err, ERR_MALFORMED, "version 'v1' is missing");
    files->files = ARENA_NEW(arena, struct sink_file, SINK_FILES_MAX);
    while (bytes.size > 0) {
        if (files->files == NULL || files->count == SINK_FILES_MAX)
            return err_set(err, ERR_MALFORMED, "more than %d files", SINK_FILES_MAX);
        if (!read_entry(span_cut(&bytes, '\n'), &files->files[files->count], arena, err))
            return false;
        files->count++;
    }
    return true;
}

static bool discard_staged(const struct sink *sink, struct err *err)
{
    return file_remove_tree(sink->staging_dir, err) && file_make_dirs(sink->staging_dir, err);
}

bool sink_recover(const struct sink *sink, const struct checkpoint *checkpoint, bool *landed,
                  struct err *err)
{
    char path[PATH_MAX];
    struct arena arena;
    struct span bytes;
    struct sink_files files = {NULL, 0};

    *landed = false;
    if (!checkpoint_path(checkpoint, "sink", checkpoint->planned, path, err))
        return false;
    arena_init(&arena, MANIFEST_BYTES_MAX * 2);
    bool ok = file_read_all(path, &bytes, &arena, err);
    if (!ok && err->kind == ERR_NOT_FOUND) {
        arena_reset(&arena);
        return discard_staged(sink, err);
    }
    if (ok && !read_manifest(bytes, &files, &arena, err)) {
        err->kind = ERR_CORRUPT;
        ok = err_within(err, "%s", path);
    }
    ok = ok && sink_land(sink, &files, err); /* S4 */
    *landed = ok;
    arena_reset(&arena);
    return ok;
}
