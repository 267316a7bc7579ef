/* SPDX-License-Identifier: Apache-2.0 */
/* journal.c - lines with checksums, in groups, one sync each. */
#include "broker/journal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/failpoint.h"
#include "io/file.h"
#include "wire/crc32c.h"

#define CRC_DIGITS 8

struct journal {
    char *path;
    struct worker_pool *pool;

    /* The loop's. */
    struct text pending;
    struct journal_wait *waiting; /* newest first */
    bool is_busy;
    void (*idle)(void *owner);
    void *idle_owner;

    /* The worker's while busy. */
    struct task task;
    struct text group;
    struct journal_wait *in_group;
    int fd;
    uint64_t bytes;
    bool is_broken; /* a sync failed: what is behind `bytes` is not known */
    bool ok;
    struct err err;
};

/* --- lines ------------------------------------------------------------------------------------ */

void journal_add_line(struct text *lines, struct span json)
{
    text_printf(lines, "%08" PRIx32 " ", crc32c(json));
    text_add(lines, json);
    text_add_char(lines, '\n');
}

/* The JSON of a line (without its end) whose checksum is right. */
static bool check_line(struct span line, struct span *json)
{
    char digits[CRC_DIGITS + 2];

    if (line.size < CRC_DIGITS + 1)
        return false;
    *json = span_after(line, CRC_DIGITS + 1);
    (void)snprintf(digits, sizeof(digits), "%08" PRIx32 " ", crc32c(*json));
    return span_starts_with(line, digits);
}

/* --- loading ---------------------------------------------------------------------------------- */

struct load {
    bool (*each)(void *owner, const struct json_value *change, struct err *err);
    void *owner;
    struct journal_loaded *loaded;
};

static bool load_line(const struct load *load, struct span json, struct err *err)
{
    struct arena arena;

    arena_init(&arena, JOURNAL_BYTES_MAX);
    const struct json_value *change = json_read(json, &arena, err);
    bool ok = change != NULL && load->each(load->owner, change, err);
    arena_reset(&arena);
    return ok;
}

static bool load_lines(const struct load *load, struct span bytes, struct err *err)
{
    struct journal_loaded *loaded = load->loaded;
    struct span json;

    while (loaded->bytes < bytes.size) {
        struct span rest = span_after(bytes, (size_t)loaded->bytes);
        const char *end = memchr(rest.data, '\n', rest.size);
        struct span line = {rest.data,
                            end == NULL ? rest.size : (size_t)(end - (const char *)rest.data)};
        if (end == NULL || !check_line(line, &json)) {
            loaded->cut_bytes = rest.size;
            if (end == NULL || line.size + 1 == rest.size || memchr(line.data, 0, line.size))
                return true; /* a crash left it: the last one, or a page that was never written */
            return err_set(err, ERR_CORRUPT, "line %zu is damaged and others follow it",
                           loaded->line_count + 1);
        }
        if (!load_line(load, json, err))
            return err_within(err, "line %zu", loaded->line_count + 1);
        loaded->line_count++;
        loaded->bytes += line.size + 1;
    }
    return true;
}

static bool cut(const char *path, uint64_t bytes, struct err *err)
{
    int fd;

    if (!file_open(&fd, path, FILE_READ_WRITE, err))
        return false;
    bool ok = file_truncate(fd, bytes, err) && file_sync(fd, err);
    file_close(fd);
    return ok;
}

bool journal_load(const char *path,
                  bool (*each)(void *owner, const struct json_value *change, struct err *err),
                  void *owner, struct journal_loaded *loaded, struct err *err)
{
    struct load load = {each, owner, loaded};
    struct arena arena;
    struct span bytes;

    *loaded = (struct journal_loaded){0};
    arena_init(&arena, JOURNAL_BYTES_MAX);
    bool ok = true;
    if (file_read_all(path, &bytes, &arena, err))
        ok = load_lines(&load, bytes, err) || err_within(err, "%s", path);
    else
        ok = err->kind == ERR_NOT_FOUND;
    arena_reset(&arena);
    return ok && (loaded->cut_bytes == 0 || cut(path, loaded->bytes, err));
}

bool journal_rewrite(const char *path, const struct text *lines, struct err *err)
{
    if (lines->full)
        return err_set(err, ERR_LIMIT, "a journal of more than %zu bytes", lines->limit);
    return file_replace(path, text_span(lines), err);
}

/* --- writing ---------------------------------------------------------------------------------- */

struct journal *journal_create(const char *path, uint64_t bytes, struct worker_pool *pool)
{
    struct journal *journal = mem_new(sizeof(*journal));

    journal->path = mem_string(path);
    journal->pool = pool;
    journal->bytes = bytes;
    journal->fd = -1;
    text_init(&journal->pending, JOURNAL_PENDING_BYTES_MAX);
    text_init(&journal->group, JOURNAL_PENDING_BYTES_MAX);
    return journal;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    assert(!journal->is_busy);
    file_close(journal->fd);
    text_reset(&journal->pending);
    text_reset(&journal->group);
    mem_free(journal->path);
    mem_free(journal);
}

static bool open_file(struct journal *journal, struct err *err)
{
    char dir[4096];

    if (journal->fd >= 0)
        return true;
    if (!file_open(&journal->fd, journal->path, FILE_OPEN_OR_CREATE, err))
        return false;
    (void)snprintf(dir, sizeof(dir), "%s", journal->path);
    char *slash = strrchr(dir, '/');
    assert(slash != NULL);
    *slash = '\0';
    if (file_sync_dir(dir, err))
        return true;
    file_close(journal->fd);
    journal->fd = -1;
    return false;
}

static bool write_group(struct journal *journal, struct err *err)
{
    struct span group = text_span(&journal->group);
    struct err undo;

    if (journal->is_broken)
        return err_set(err, ERR_IO, "an earlier sync of %s failed", journal->path);
    if (journal->bytes + group.size > JOURNAL_BYTES_MAX) /* or it could not be loaded again */
        return err_set(err, ERR_LIMIT, "%s is full; a restart shortens it", journal->path);
    if (!open_file(journal, err))
        return false;
    if (!file_write_at(journal->fd, &group, 1, journal->bytes, err)) {
        journal->is_broken = !file_truncate(journal->fd, journal->bytes, &undo);
        return false;
    }
    failpoint_pass("journal.after_write");
    if (!file_sync(journal->fd, err)) {
        journal->is_broken = true;
        return false;
    }
    failpoint_pass("journal.after_sync");
    journal->bytes += group.size;
    return true;
}

static void journal_run(struct task *task)
{
    ON_WORKER();
    struct journal *journal = CONTAINER_OF(task, struct journal, task);

    journal->ok = write_group(journal, &journal->err);
}

static void start_group(struct journal *journal);

static void tell_drained(struct journal *journal)
{
    void (*idle)(void *) = journal->idle;

    if (idle == NULL || journal->is_busy)
        return;
    journal->idle = NULL;
    idle(journal->idle_owner);
}

static struct journal_wait *oldest_first(struct journal_wait *newest)
{
    struct journal_wait *oldest = NULL;

    while (newest != NULL) {
        struct journal_wait *wait = newest;
        newest = wait->next;
        wait->next = oldest;
        oldest = wait;
    }
    return oldest;
}

static void tell(struct journal_wait *waiting, const struct err *err)
{
    while (waiting != NULL) {
        struct journal_wait *wait = waiting;
        waiting = wait->next;
        wait->written(wait, err);
    }
}

static void journal_done(struct task *task)
{
    ON_LOOP();
    struct journal *journal = CONTAINER_OF(task, struct journal, task);
    struct journal_wait *waiting = oldest_first(journal->in_group);
    bool ok = journal->ok;
    struct err err = journal->err;

    if (!ok)
        diag_error("journal_refused", "reason=\"%s\"; topics and producer ids cannot change",
                   err.text);
    journal->in_group = NULL;
    text_clear(&journal->group);
    journal->is_busy = false;
    start_group(journal);
    tell(waiting, ok ? NULL : &err);
    tell_drained(journal);
}

static void start_group(struct journal *journal)
{
    struct text group = journal->group;

    if (journal->is_busy || journal->waiting == NULL)
        return;
    journal->group = journal->pending;
    journal->pending = group;
    journal->in_group = journal->waiting;
    journal->waiting = NULL;
    journal->is_busy = true;
    journal->task = (struct task){.run = journal_run, .done = journal_done};
    worker_pool_submit(journal->pool, &journal->task);
}

void journal_write(struct journal *journal, struct span json, struct journal_wait *wait)
{
    ON_LOOP();
    struct err err;

    journal_add_line(&journal->pending, json);
    if (journal->pending.full) {
        /* Half a line must not stay: all of them are refused. */
        (void)err_set(&err, ERR_LIMIT, "more than %zu bytes of changes wait",
                      journal->pending.limit);
        text_clear(&journal->pending);
        journal->pending.full = false;
        struct journal_wait *waiting = oldest_first(journal->waiting);
        journal->waiting = NULL;
        tell(waiting, &err);
        wait->written(wait, &err);
        return;
    }
    wait->next = journal->waiting;
    journal->waiting = wait;
    start_group(journal);
}

void journal_drain(struct journal *journal, void (*idle)(void *owner), void *owner)
{
    ON_LOOP();
    journal->idle = idle;
    journal->idle_owner = owner;
    tell_drained(journal);
}
