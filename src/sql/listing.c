/* SPDX-License-Identifier: Apache-2.0 */
/* listing.c - walks a table's folder. */
#include "sql/listing.h"

#include "io/file.h"
#include "io/worker.h"

#define FILES_FIRST 64

struct walk {
    struct listing *listing;
    size_t room;
    struct arena *arena;
    struct err *err;
};

static bool too_many(const struct walk *walk, const char *folder)
{
    return err_set(walk->err, ERR_LIMIT, "%s has more files than a query may read (%d)", folder,
                   LISTING_FILES_MAX);
}

static bool add_file(struct walk *walk, const char *path, const struct file_info *info)
{
    struct listing *listing = walk->listing;

    if (listing->count == LISTING_FILES_MAX)
        return too_many(walk, path);
    if (listing->count == walk->room) {
        size_t room = walk->room == 0 ? FILES_FIRST : walk->room * 2;
        struct listing_file *files = ARENA_NEW(walk->arena, struct listing_file, room);
        if (files == NULL)
            return too_many(walk, path);
        for (size_t i = 0; i < listing->count; i++)
            files[i] = listing->files[i];
        listing->files = files;
        walk->room = room;
    }
    listing->files[listing->count++] = (struct listing_file){path, info->bytes, info->modified_ms};
    listing->bytes += info->bytes;
    return true;
}

/* As deep as LISTING_DEPTH_MAX.  NOLINTNEXTLINE(misc-no-recursion) */
static bool walk_folder(struct walk *walk, const char *folder, int depth)
{
    struct file_names names = {0};

    if (depth >= LISTING_DEPTH_MAX)
        return err_set(walk->err, ERR_LIMIT, "%s lies deeper than %d folders", folder,
                       LISTING_DEPTH_MAX);
    if (!file_list(folder, &names, walk->arena, walk->err))
        return walk->err->kind == ERR_NOT_FOUND; /* it went meanwhile: no files */
    for (size_t i = 0; i < names.count; i++) {
        struct file_info info;
        if (names.names[i][0] == '_' || names.names[i][0] == '.')
            continue;
        const char *path = arena_printf(walk->arena, "%s/%s", folder, names.names[i]);
        if (path == NULL)
            return too_many(walk, folder);
        if (!file_stat(path, &info, walk->err))
            return false;
        if (info.kind == FILE_KIND_DIR && !walk_folder(walk, path, depth + 1))
            return false;
        if (info.kind == FILE_KIND_FILE && !add_file(walk, path, &info))
            return false;
    }
    return true;
}

bool listing_read(const char *folder, struct listing *listing, struct arena *arena, struct err *err)
{
    ON_WORKER();
    struct walk walk = {listing, 0, arena, err};
    struct file_info info;

    *listing = (struct listing){0};
    if (!file_stat(folder, &info, err))
        return false;
    if (info.kind == FILE_KIND_NONE)
        return true;
    if (info.kind == FILE_KIND_FILE)
        return add_file(&walk, folder, &info);
    return walk_folder(&walk, folder, 0);
}
