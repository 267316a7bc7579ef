/* SPDX-License-Identifier: Apache-2.0 */
/* file.h - the disk, behind one door, so that a test can make it fail.
 *
 * Paths are absolute or relative to the working directory; errors name them.
 * All of these may block: opening, syncing, renaming and unlinking belong on a
 * worker; a read that must not block is file_read_cached().
 *
 * Thread: any; a descriptor is used by one at a time, except that one thread
 * may sync while another appends. */
#ifndef IO_FILE_H
#define IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum file_mode {
    FILE_READ,       /* must be there */
    FILE_READ_WRITE, /* must be there */
    FILE_CREATE,     /* must not be there (ERR_CONFLICT); read and write */
    FILE_OPEN_OR_CREATE,
};

/* ERR_NOT_FOUND, ERR_CONFLICT or ERR_IO; *fd is -1 then. */
MUST_CHECK bool file_open(int *fd, const char *path, enum file_mode mode, struct err *err);
void file_close(int fd); /* -1 is fine */

/* All of `pieces`, one after another, from `at` on.  A full disk is ERR_IO with ENOSPC. */
MUST_CHECK bool file_write_at(int fd, const struct span *pieces, size_t piece_count, uint64_t at,
                              struct err *err);
/* Up to `size` bytes; *got is less only at the file's end. */
MUST_CHECK bool file_read_at(int fd, void *to, size_t size, uint64_t at, size_t *got,
                             struct err *err);
/* The same from the page cache alone: *got is what is there without waiting, perhaps 0. */
MUST_CHECK bool file_read_cached(int fd, void *to, size_t size, uint64_t at, size_t *got,
                                 struct err *err);
/* Data and size survive a loss of power (fdatasync).  After a failure the file's unsynced bytes
 * are not to be believed: do not sync it again. */
MUST_CHECK bool file_sync(int fd, struct err *err);
/* The names in a directory survive a loss of power. */
MUST_CHECK bool file_sync_dir(const char *path, struct err *err);
MUST_CHECK bool file_bytes(int fd, uint64_t *bytes, struct err *err);
MUST_CHECK bool file_truncate(int fd, uint64_t bytes, struct err *err);
/* Space for bytes [from, from + size) without changing the file's size (FALLOC_FL_KEEP_SIZE).
 * File systems that cannot do it are fine. */
MUST_CHECK bool file_reserve(int fd, uint64_t from, uint64_t size, struct err *err);

enum file_kind { FILE_KIND_NONE, FILE_KIND_FILE, FILE_KIND_DIR, FILE_KIND_OTHER };
struct file_info {
    enum file_kind kind; /* FILE_KIND_NONE: nothing of that name */
    uint64_t bytes;
    int64_t modified_ms;
};
MUST_CHECK bool file_stat(const char *path, struct file_info *info, struct err *err);
MUST_CHECK bool file_make_dirs(const char *path, struct err *err); /* and syncs what it made */
MUST_CHECK bool file_rename(const char *from, const char *to, struct err *err);
/* ERR_CONFLICT when `to` is there already (RENAME_NOREPLACE). */
MUST_CHECK bool file_rename_new(const char *from, const char *to, struct err *err);
MUST_CHECK bool file_remove(const char *path, struct err *err); /* ERR_NOT_FOUND */
/* A directory with all in it; nothing there is fine. */
MUST_CHECK bool file_remove_tree(const char *path, struct err *err);

/* The names in a directory, sorted, without . and .. ; in `arena`. */
struct file_names {
    const char **names;
    size_t count;
};
MUST_CHECK bool file_list(const char *path, struct file_names *names, struct arena *arena,
                          struct err *err);
/* All of a file; ERR_LIMIT when it does not fit in the arena. */
MUST_CHECK bool file_read_all(const char *path, struct span *bytes, struct arena *arena,
                              struct err *err);
/* The file at `path` becomes `bytes`, synced, or stays as it was, whatever happens: written
 * beside it as `path.tmp`, renamed. */
MUST_CHECK bool file_replace(const char *path, struct span bytes, struct err *err);
/* Holds `path` (made if needed) against other processes until file_close(*fd) or the process
 * ends.  ERR_CONFLICT when another holds it; its pid is in the file. */
MUST_CHECK bool file_lock(int *fd, const char *path, struct err *err);
/* Does anyone hold it?  Only asks: neither the file nor who wants to hold it notices.  A file that
 * is not there is held by nobody. */
MUST_CHECK bool file_is_locked(const char *path, bool *locked, struct err *err);

#endif
