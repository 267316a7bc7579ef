/* SPDX-License-Identifier: Apache-2.0 */
/* logs.c - what the services said, from HOME/diag, in the order in which they said it. */
#include "supervisor/logs.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/guess.h"
#include "base/mem.h"
#include "config/config.h"
#include "io/clock.h"
#include "io/file.h"
#include "supervisor/diag_file.h"
#include "supervisor/home.h"

#define SOURCES_MAX (CONFIG_SERVICE_COUNT + 1)
#define READ_BYTES_MAX ((size_t)2 * DIAG_FILE_BYTES_MAX) /* of a file; the newest are read */
#define FOLLOW_EVERY_MS 50
#define LOOK_EVERY 20 /* of these, whether the supervisor still runs */
#define TIME_BYTES 24 /* 2026-03-01T10:15:04.112Z */

struct source {
    const char *name;
    char path[PATH_MAX];
    int fd;      /* followed; -1: not there yet */
    uint64_t at; /* what was printed of it */
    struct arena arena;
    struct span rest;          /* not printed yet */
    struct span line;          /* the next one */
    char time[TIME_BYTES + 1]; /* its time, or that of the one before it */
};

struct sources {
    size_t count;
    bool with_names;
    struct source sources[SOURCES_MAX];
};

static bool has_time(struct span line)
{
    const char *text = line.data;
    return line.size >= TIME_BYTES && isdigit((unsigned char)text[0]) && text[4] == '-' &&
           text[10] == 'T' && text[23] == 'Z';
}

static bool next_line(struct source *source)
{
    if (source->rest.size == 0) {
        source->line = (struct span){NULL, 0};
        return false;
    }
    source->line = span_cut(&source->rest, '\n');
    if (has_time(source->line))
        memcpy(source->time, source->line.data, TIME_BYTES);
    return true;
}

/* The newest lines of a file, and *end, where it ended; one that is not there is empty. */
static bool read_newest(const char *path, struct span *lines, uint64_t *end, struct arena *arena,
                        struct err *err)
{
    int fd;
    size_t got = 0;

    *lines = (struct span){"", 0};
    *end = 0;
    if (!file_open(&fd, path, FILE_READ, err))
        return err->kind == ERR_NOT_FOUND;
    bool ok = file_bytes(fd, end, err);
    uint64_t from = *end > READ_BYTES_MAX ? *end - READ_BYTES_MAX : 0;
    size_t size = (size_t)(*end - from);
    char *bytes = ok ? arena_new(arena, size + 1, 1, 1) : NULL;
    if (ok && bytes == NULL)
        ok = err_set(err, ERR_LIMIT, "it is too large");
    ok = ok && file_read_at(fd, bytes, size, from, &got, err);
    file_close(fd);
    if (!ok || bytes == NULL)
        return err_within(err, "%s", path);
    *lines = (struct span){bytes, got};
    if (from > 0)
        (void)span_cut(lines, '\n'); /* its beginning is not there */
    *end = from + got;
    return true;
}

/* Both files, the older one first.  `at` becomes the end of the newer one. */
static bool read_source(struct source *source, struct err *err)
{
    char older[PATH_MAX + 2];
    struct span old;
    struct span new;
    uint64_t older_end;

    (void)snprintf(older, sizeof(older), "%s.1", source->path);
    arena_init(&source->arena, (size_t)5 * READ_BYTES_MAX);
    if (!read_newest(older, &old, &older_end, &source->arena, err) ||
        !read_newest(source->path, &new, &source->at, &source->arena, err))
        return false;
    char *both = arena_new(&source->arena, old.size + new.size + 1, 1, 1);
    if (both == NULL)
        return err_set(err, ERR_LIMIT, "%s is too large", source->path);
    if (old.data != NULL)
        memcpy(both, old.data, old.size);
    if (new.data != NULL)
        memcpy(both + old.size, new.data, new.size);
    source->rest = (struct span){both, old.size + new.size};
    (void)next_line(source);
    return true;
}

static void print_line(const struct sources *sources, const struct source *source, struct span line)
{
    if (sources->with_names)
        (void)printf("%-10s | ", source->name);
    (void)fwrite(line.data, 1, line.size, stdout);
    (void)fputc('\n', stdout);
}

static size_t lines_left(const struct sources *sources)
{
    size_t count = 0;
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->sources[i];
        const char *text = source->rest.data;
        count += source->line.data != NULL;
        for (size_t j = 0; j < source->rest.size; j++)
            count += text[j] == '\n';
    }
    return count;
}

/* All sources merged by the time in front of their lines, but for the first `skip` of them. */
static void print_merged(struct sources *sources, size_t skip)
{
    for (;;) {
        struct source *first = NULL;
        for (size_t i = 0; i < sources->count; i++) {
            struct source *source = &sources->sources[i];
            if (source->line.data != NULL &&
                (first == NULL || strcmp(source->time, first->time) < 0))
                first = source;
        }
        if (first == NULL)
            return;
        if (skip > 0)
            skip--;
        else
            print_line(sources, first, first->line);
        (void)next_line(first);
    }
}

/* --- following --- */

/* The file became NAME.log.1 and a new one grows in its place. */
static bool was_rolled(const struct source *source)
{
    struct file_info info;
    struct err err;
    return file_stat(source->path, &info, &err) && info.bytes < source->at;
}

static void print_new(const struct sources *sources, struct source *source)
{
    char bytes[16 * 1024];
    size_t got;
    struct err err;

    while (file_read_at(source->fd, bytes, sizeof(bytes), source->at, &got, &err) && got > 0) {
        const char *last = memrchr(bytes, '\n', got);
        size_t whole = last == NULL ? (got == sizeof(bytes) ? got : 0) : (size_t)(last - bytes) + 1;
        struct span rest = {bytes, whole};
        while (rest.size > 0)
            print_line(sources, source, span_cut(&rest, '\n'));
        source->at += whole;
        if (whole < got)
            break; /* half a line: the rest is still to come */
    }
}

static void follow_source(const struct sources *sources, struct source *source)
{
    struct err err;

    if (source->fd >= 0 && was_rolled(source)) {
        print_new(sources, source); /* what it got since the last look, before it was rolled */
        file_close(source->fd);
        source->fd = -1;
        source->at = 0;
    }
    if (source->fd < 0 && !file_open(&source->fd, source->path, FILE_READ, &err))
        return;
    print_new(sources, source);
}

static void follow(struct sources *sources, const char *home)
{
    bool runs = !home_is_free(home, "supervisor");
    for (int turn = 0;; turn++) {
        bool ends = turn % LOOK_EVERY == 0 && runs && home_is_free(home, "supervisor");
        for (size_t i = 0; i < sources->count; i++)
            follow_source(sources, &sources->sources[i]);
        if (fflush(stdout) != 0 || ends)
            return;
        clock_sleep_ms(FOLLOW_EVERY_MS);
    }
}

/* --- the command --- */

static void add_source(struct sources *sources, const char *home, const char *name)
{
    struct source *source = &sources->sources[sources->count++];
    source->name = name;
    source->fd = -1;
    (void)snprintf(source->path, sizeof(source->path), "%.4000s/diag/%s.log", home, name);
}

static bool choose(struct sources *sources, const char *home, const char *wanted)
{
    struct guess guess = guess_start(span_of(wanted == NULL ? "" : wanted));
    for (int i = 0; i <= CONFIG_SERVICE_COUNT; i++) {
        const char *name =
            i == CONFIG_SERVICE_COUNT ? "supervisor" : config_service_name((enum config_service)i);
        guess_offer(&guess, name);
        if (wanted == NULL || strcmp(wanted, name) == 0)
            add_source(sources, home, name);
    }
    sources->with_names = wanted == NULL;
    if (sources->count > 0)
        return true;
    (void)fprintf(stderr, "steelthread logs: no service \"%s\"", wanted);
    if (guess_best(&guess) != NULL)
        (void)fprintf(stderr, "; did you mean %s?", guess_best(&guess));
    (void)fprintf(stderr, "\n");
    return false;
}

static int show(struct sources *sources, const struct command_line *line, const char *home)
{
    int64_t last = -1;
    struct err err;
    if (!command_get_i64(line, "lines", 0, INT32_MAX, &last, &err)) {
        (void)fprintf(stderr, "steelthread logs: %s\n", err.text);
        return COMMAND_USAGE;
    }
    for (size_t i = 0; i < sources->count; i++) {
        if (!read_source(&sources->sources[i], &err)) {
            (void)fprintf(stderr, "steelthread logs: %s\n", err.text);
            return COMMAND_FAILED;
        }
    }
    size_t count = lines_left(sources);
    if (count == 0 && !command_has(line, "follow"))
        (void)fprintf(stderr, "nothing was said yet in %s/diag\n", home);
    print_merged(sources, last >= 0 && (size_t)last < count ? count - (size_t)last : 0);
    if (command_has(line, "follow"))
        follow(sources, home);
    return COMMAND_DONE;
}

int logs_run(const struct command_line *line)
{
    char home[CONFIG_PATH_BYTES_MAX];
    struct err err;
    int status = COMMAND_USAGE;

    if (!config_home(command_get(line, "home"), home, &err)) {
        (void)fprintf(stderr, "steelthread logs: %s\n", err.text);
        return COMMAND_FAILED;
    }
    struct sources *sources = mem_new(sizeof(*sources));
    if (choose(sources, home, line->argument_count > 0 ? line->arguments[0] : NULL))
        status = show(sources, line, home);
    for (size_t i = 0; i < sources->count; i++) {
        arena_reset(&sources->sources[i].arena);
        file_close(sources->sources[i].fd);
    }
    mem_free(sources);
    return status;
}
