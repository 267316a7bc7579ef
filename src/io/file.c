/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - the system's files with its interruptions and part-way answers taken care of. */
#include "io/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/clock.h"

#define PIECES_AT_ONCE 64
#define TREE_DEPTH_MAX 64
#define LOCK_TRIES_MAX 100 /* a millisecond apart */

static bool fail_sys(struct err *err, const char *verb, const char *path)
{
    int reason = errno;

    (void)err_sys(err, "cannot %s %s", verb, path);
    if (reason == ENOENT || reason == ENOTDIR)
        err->kind = ERR_NOT_FOUND;
    else if (reason == EEXIST)
        err->kind = ERR_CONFLICT;
    return false;
}

bool file_open(int *fd, const char *path, enum file_mode mode, struct err *err)
{
    static const int flags[] = {
        [FILE_READ] = O_RDONLY,
        [FILE_READ_WRITE] = O_RDWR,
        [FILE_CREATE] = O_RDWR | O_CREAT | O_EXCL,
        [FILE_OPEN_OR_CREATE] = O_RDWR | O_CREAT,
    };

    do
        *fd = open(path, flags[mode] | O_CLOEXEC, 0644);
    while (*fd < 0 && errno == EINTR);
    return *fd >= 0 || fail_sys(err, mode == FILE_CREATE ? "create" : "open", path);
}

void file_close(int fd)
{
    if (fd >= 0)
        (void)close(fd); /* what mattered was synced */
}

/* Moves past `size` bytes that are done. */
static size_t skip_done(struct iovec *vectors, size_t count, size_t size)
{
    size_t i = 0;

    while (i < count && size >= vectors[i].iov_len)
        size -= vectors[i++].iov_len;
    if (i < count) {
        vectors[i].iov_base = (char *)vectors[i].iov_base + size;
        vectors[i].iov_len -= size;
    }
    return i;
}

static bool write_vectors(int fd, struct iovec *vectors, size_t count, uint64_t at, struct err *err)
{
    size_t from = skip_done(vectors, count, 0);

    while (from < count) {
        ssize_t done = pwritev(fd, vectors + from, (int)(count - from), (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return err_sys(err, "cannot write");
        at += (uint64_t)done;
        from += skip_done(vectors + from, count - from, (size_t)done);
    }
    return true;
}

bool file_write_at(int fd, const struct span *pieces, size_t piece_count, uint64_t at,
                   struct err *err)
{
    struct iovec vectors[PIECES_AT_ONCE];

    while (piece_count > 0) {
        size_t count = piece_count < PIECES_AT_ONCE ? piece_count : PIECES_AT_ONCE;
        size_t size = 0;
        for (size_t i = 0; i < count; i++) {
            /* writev only reads; its struct has one pointer for both directions */
            vectors[i].iov_base = (void *)(uintptr_t)pieces[i].data;
            vectors[i].iov_len = pieces[i].size;
            size += pieces[i].size;
        }
        if (!write_vectors(fd, vectors, count, at, err))
            return false;
        at += size;
        pieces += count;
        piece_count -= count;
    }
    return true;
}

bool file_read_at(int fd, void *to, size_t size, uint64_t at, size_t *got, struct err *err)
{
    *got = 0;
    while (*got < size) {
        ssize_t done = pread(fd, (char *)to + *got, size - *got, (off_t)(at + *got));
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return err_sys(err, "cannot read");
        if (done == 0)
            break;
        *got += (size_t)done;
    }
    return true;
}

bool file_read_cached(int fd, void *to, size_t size, uint64_t at, size_t *got, struct err *err)
{
    *got = 0;
    while (*got < size) {
        struct iovec vector = {(char *)to + *got, size - *got};
        ssize_t done = preadv2(fd, &vector, 1, (off_t)(at + *got), RWF_NOWAIT);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0 && (errno == EAGAIN || errno == EOPNOTSUPP))
            break; /* cold, or a file system without it: a worker reads */
        if (done < 0)
            return err_sys(err, "cannot read");
        if (done == 0)
            break;
        *got += (size_t)done;
    }
    return true;
}

bool file_sync(int fd, struct err *err)
{
    return fdatasync(fd) == 0 || err_sys(err, "cannot sync");
}

bool file_sync_dir(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return fail_sys(err, "open directory", path);
    bool ok = fsync(fd) == 0 || fail_sys(err, "sync directory", path);
    (void)close(fd);
    return ok;
}

bool file_bytes(int fd, uint64_t *bytes, struct err *err)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return err_sys(err, "cannot ask for a file's size");
    *bytes = (uint64_t)status.st_size;
    return true;
}

bool file_truncate(int fd, uint64_t bytes, struct err *err)
{
    return ftruncate(fd, (off_t)bytes) == 0 || err_sys(err, "cannot cut a file");
}

bool file_reserve(int fd, uint64_t from, uint64_t size, struct err *err)
{
    if (fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)size) == 0)
        return true;
    return errno == EOPNOTSUPP || errno == ENOSYS || err_sys(err, "cannot reserve space");
}

bool file_stat(const char *path, struct file_info *info, struct err *err)
{
    struct stat status;

    *info = (struct file_info){.kind = FILE_KIND_NONE};
    if (stat(path, &status) != 0)
        return errno == ENOENT || errno == ENOTDIR || fail_sys(err, "look at", path);
    if (S_ISREG(status.st_mode))
        info->kind = FILE_KIND_FILE;
    else
        info->kind = S_ISDIR(status.st_mode) ? FILE_KIND_DIR : FILE_KIND_OTHER;
    info->bytes = (uint64_t)status.st_size;
    info->modified_ms =
        (int64_t)status.st_mtim.tv_sec * 1000 + (int64_t)status.st_mtim.tv_nsec / 1000000;
    return true;
}

/* Makes the directory `path`, whose parent is there, and syncs the parent. */
static bool make_dir(char *path, struct err *err)
{
    if (mkdir(path, 0755) != 0) {
        struct stat status;
        if (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
            return true;
        return fail_sys(err, "make directory", path);
    }
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return file_sync_dir(".", err);
    if (slash == path)
        return file_sync_dir("/", err);
    *slash = '\0';
    bool ok = file_sync_dir(path, err);
    *slash = '/';
    return ok;
}

bool file_make_dirs(const char *path, struct err *err)
{
    char copy[PATH_MAX];
    struct stat status;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return true;
    if (strlen(path) >= sizeof(copy))
        return err_set(err, ERR_LIMIT, "path of %zu bytes, at most %zu", strlen(path),
                       sizeof(copy) - 1);
    (void)snprintf(copy, sizeof(copy), "%s", path);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!make_dir(copy, err))
            return false;
        *slash = '/';
    }
    return make_dir(copy, err);
}

bool file_rename(const char *from, const char *to, struct err *err)
{
    return rename(from, to) == 0 || fail_sys(err, "rename", from);
}

bool file_rename_new(const char *from, const char *to, struct err *err)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno == EEXIST)
        return fail_sys(err, "rename to", to);
    if (errno != EINVAL && errno != ENOSYS)
        return fail_sys(err, "rename", from);
    /* A file system without it: a second name does not replace either. */
    if (link(from, to) != 0)
        return fail_sys(err, "rename to", to);
    return unlink(from) == 0 || fail_sys(err, "remove", from);
}

bool file_remove(const char *path, struct err *err)
{
    return unlink(path) == 0 || fail_sys(err, "remove", path);
}

/* NOLINTNEXTLINE(misc-no-recursion): bounded by TREE_DEPTH_MAX. */
static bool remove_tree(const char *path, int depth, struct err *err)
{
    struct stat status;

    if (lstat(path, &status) != 0)
        return errno == ENOENT || fail_sys(err, "look at", path);
    if (!S_ISDIR(status.st_mode))
        return file_remove(path, err);
    if (depth == TREE_DEPTH_MAX)
        return err_set(err, ERR_LIMIT, "%s: more than %d directories deep", path, TREE_DEPTH_MAX);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return fail_sys(err, "list", path);
    bool ok = true;
    for (struct dirent *entry = readdir(dir); ok && entry != NULL; entry = readdir(dir)) {
        char child[PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        int size = snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
        ok = size < (int)sizeof(child) ? remove_tree(child, depth + 1, err)
                                       : err_set(err, ERR_LIMIT, "%s: a path too long", path);
    }
    (void)closedir(dir);
    return ok && (rmdir(path) == 0 || fail_sys(err, "remove", path));
}

bool file_remove_tree(const char *path, struct err *err)
{
    return remove_tree(path, 0, err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool read_names(DIR *dir, const char *path, struct file_names *names, struct arena *arena,
                       struct err *err)
{
    size_t room = 0;

    errno = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (names->count == room) {
            size_t wider = room == 0 ? 64 : room * 2;
            const char **grown = ARENA_NEW(arena, const char *, wider);
            if (grown == NULL)
                return err_set(err, ERR_LIMIT, "%s: too many names", path);
            if (room > 0)
                memcpy(grown, names->names, room * sizeof(*grown));
            names->names = grown;
            room = wider;
        }
        char *name = arena_string(arena, span_of(entry->d_name));
        if (name == NULL)
            return err_set(err, ERR_LIMIT, "%s: too many names", path);
        names->names[names->count++] = name;
        errno = 0;
    }
    return errno == 0 || fail_sys(err, "list", path);
}

bool file_list(const char *path, struct file_names *names, struct arena *arena, struct err *err)
{
    *names = (struct file_names){NULL, 0};
    DIR *dir = opendir(path);
    if (dir == NULL)
        return fail_sys(err, "list", path);
    bool ok = read_names(dir, path, names, arena, err);
    (void)closedir(dir);
    if (ok && names->count > 0)
        qsort(names->names, names->count, sizeof(*names->names), by_name);
    return ok;
}

static bool read_all(int fd, struct span *bytes, struct arena *arena, struct err *err)
{
    uint64_t size = 0;
    size_t got = 0;

    if (!file_bytes(fd, &size, err))
        return false;
    char *memory = size > SIZE_MAX - 1 ? NULL : arena_new(arena, (size_t)size, 1, 1);
    if (memory == NULL)
        return err_set(err, ERR_LIMIT, "%" PRIu64 " bytes are more than may be read", size);
    if (!file_read_at(fd, memory, (size_t)size, 0, &got, err))
        return false;
    *bytes = (struct span){memory, got};
    return true;
}

bool file_read_all(const char *path, struct span *bytes, struct arena *arena, struct err *err)
{
    int fd;

    if (!file_open(&fd, path, FILE_READ, err))
        return false;
    bool ok = read_all(fd, bytes, arena, err) || err_within(err, "%s", path);
    file_close(fd);
    return ok;
}

static bool write_new(const char *path, struct span bytes, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    if (fd < 0)
        return fail_sys(err, "create", path);
    bool ok = file_write_at(fd, &bytes, 1, 0, err) && file_sync(fd, err);
    if (!ok)
        (void)err_within(err, "%s", path);
    (void)close(fd);
    return ok;
}

bool file_replace(const char *path, struct span bytes, struct err *err)
{
    char beside[PATH_MAX];
    char dir[PATH_MAX];

    int size = snprintf(beside, sizeof(beside), "%s.tmp", path);
    if (size >= (int)sizeof(beside))
        return err_set(err, ERR_LIMIT, "%s: a path too long", path);
    if (!write_new(beside, bytes, err) || !file_rename(beside, path, err)) {
        (void)unlink(beside);
        return false;
    }
    (void)snprintf(dir, sizeof(dir), "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash == NULL)
        return file_sync_dir(".", err);
    slash[slash == dir ? 1 : 0] = '\0';
    return file_sync_dir(dir, err);
}

/* Who only asks has a shared lock for a moment, and is waited for: one that shares is no holder.
 * Two who want it may take each other for that, hence the bound. */
static bool lock_alone(int fd)
{
    for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
        if (errno != EWOULDBLOCK || tries == LOCK_TRIES_MAX || flock(fd, LOCK_SH | LOCK_NB) != 0)
            return false;
        (void)flock(fd, LOCK_UN);
        clock_sleep_ms(1);
    }
    return true;
}

bool file_lock(int *fd, const char *path, struct err *err)
{
    char pid[32] = {0};

    if (!file_open(fd, path, FILE_OPEN_OR_CREATE, err))
        return false;
    if (!lock_alone(*fd)) {
        size_t got = 0;
        int reason = errno;
        struct err ignored;
        if (!file_read_at(*fd, pid, sizeof(pid) - 1, 0, &got, &ignored))
            got = 0;
        pid[strcspn(pid, "\n")] = '\0';
        errno = reason;
        (void)fail_sys(err, "lock", path);
        if (reason == EWOULDBLOCK)
            (void)err_set(err, ERR_CONFLICT, "%s is held by process %s", path,
                          pid[0] == '\0' ? "?" : pid);
        file_close(*fd);
        *fd = -1;
        return false;
    }
    int size = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
    struct span text = {pid, (size_t)size};
    if (!file_truncate(*fd, 0, err) || !file_write_at(*fd, &text, 1, 0, err)) {
        (void)err_within(err, "%s", path);
        file_close(*fd);
        *fd = -1;
        return false;
    }
    return true;
}

bool file_is_locked(const char *path, bool *locked, struct err *err)
{
    int fd;
    bool ok = true;

    *locked = false;
    if (!file_open(&fd, path, FILE_READ, err))
        return err->kind == ERR_NOT_FOUND;
    if (flock(fd, LOCK_SH | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            *locked = true;
        else
            ok = fail_sys(err, "look at the lock", path);
    }
    file_close(fd);
    return ok;
}
