/* SPDX-License-Identifier: Apache-2.0 */
/* diag_file.c - lines gathered on the loop, written by a worker. */
#include "supervisor/diag_file.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/file.h"

struct diag_file {
    struct task task;
    struct worker_pool *pool;
    char path[PATH_MAX];
    struct text waiting; /* the loop's */
    uint64_t dropped;    /* the loop's */
    bool writing;
    bool stopped;      /* the pool is closing and takes nothing more */
    struct text batch; /* the worker's while it writes */
    bool failed;       /* of the last batch */
    int fd;            /* the worker's */
    uint64_t bytes;
};

static bool open_file(struct diag_file *file, struct err *err)
{
    if (file->fd >= 0)
        return true;
    return file_open(&file->fd, file->path, FILE_OPEN_OR_CREATE, err) &&
           file_bytes(file->fd, &file->bytes, err);
}

static bool roll(struct diag_file *file, struct err *err)
{
    char older[PATH_MAX + 2];
    if (file->bytes + file->batch.size <= DIAG_FILE_BYTES_MAX)
        return true;
    (void)snprintf(older, sizeof(older), "%s.1", file->path);
    file_close(file->fd);
    file->fd = -1;
    return file_rename(file->path, older, err) && open_file(file, err);
}

static void write_batch(struct task *task)
{
    struct diag_file *file = CONTAINER_OF(task, struct diag_file, task);
    struct span bytes = text_span(&file->batch);
    struct err err;

    file->failed = !(open_file(file, &err) && roll(file, &err) &&
                     file_write_at(file->fd, &bytes, 1, file->bytes, &err));
    if (!file->failed)
        file->bytes += bytes.size;
}

static uint64_t count_lines(const struct text *text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text->size; i++)
        count += text->bytes[i] == '\n';
    return count;
}

static void begin(struct diag_file *file);

static void batch_written(struct task *task)
{
    struct diag_file *file = CONTAINER_OF(task, struct diag_file, task);
    file->writing = false;
    if (file->failed)
        file->dropped += count_lines(&file->batch);
    text_clear(&file->batch);
    if (file->waiting.size > 0 && !file->stopped)
        begin(file);
}

static void begin(struct diag_file *file)
{
    struct text empty = file->batch;
    file->batch = file->waiting;
    file->waiting = empty;
    file->writing = true;
    worker_pool_submit(file->pool, &file->task);
}

struct diag_file *diag_file_create(struct worker_pool *pool, const char *path)
{
    struct diag_file *file = mem_new(sizeof(*file));
    file->task.run = write_batch;
    file->task.done = batch_written;
    file->pool = pool;
    file->fd = -1;
    (void)snprintf(file->path, sizeof(file->path), "%s", path);
    text_init(&file->waiting, DIAG_FILE_WAITING_BYTES_MAX);
    text_init(&file->batch, DIAG_FILE_WAITING_BYTES_MAX);
    return file;
}

void diag_file_add(struct diag_file *file, struct span line)
{
    if (file->waiting.size + line.size + 64 > file->waiting.limit) {
        file->dropped++;
        return;
    }
    if (file->dropped > 0) {
        text_printf(&file->waiting, "(%llu lines are missing here)\n",
                    (unsigned long long)file->dropped);
        file->dropped = 0;
    }
    text_add(&file->waiting, line);
    text_add_char(&file->waiting, '\n');
    if (!file->writing && !file->stopped)
        begin(file);
}

void diag_file_stop(struct diag_file *file)
{
    file->stopped = true;
}

void diag_file_close(struct diag_file *file)
{
    if (file == NULL)
        return;
    if (file->waiting.size > 0) {
        struct text empty = file->batch;
        file->batch = file->waiting;
        file->waiting = empty;
        write_batch(&file->task);
    }
    file_close(file->fd);
    text_reset(&file->waiting);
    text_reset(&file->batch);
    mem_free(file);
}
