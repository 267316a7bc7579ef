/* SPDX-License-Identifier: Apache-2.0 */
/* cat_produce.c - cuts what it reads into records. */
#include "cli/cat_produce.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "io/file.h"

#define READ_BYTES (64 * 1024)
#define WAITING_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct producing {
    const struct cat_produce *produce;
    struct kafka_writer *writer;
    int64_t sent;
};

static bool has_enough(const struct producing *p)
{
    return p->produce->count_max >= 0 && p->sent >= p->produce->count_max;
}

/* Nothing between two delimiters, an empty line, is no record: as kcat does it. */
static bool send_record(struct producing *p, struct span bytes, struct err *err)
{
    if (bytes.size == 0)
        return true;
    const struct cat_produce *produce = p->produce;
    struct kafka_writer_record record = {
        .partition = produce->partition,
        .value = bytes,
        .headers = produce->headers,
        .header_count = produce->header_count,
    };
    if (produce->key != NULL)
        record.key = span_of(produce->key);
    if (produce->with_key) {
        const char *found = memmem(bytes.data, bytes.size, produce->key_delimiter.data,
                                   produce->key_delimiter.size);
        if (found != NULL) {
            record.key = (struct span){bytes.data, (size_t)(found - (const char *)bytes.data)};
            record.value = span_after(bytes, record.key.size + produce->key_delimiter.size);
        }
    }
    if (produce->empty_is_null && record.value.size == 0)
        record.value.data = NULL;
    if (produce->empty_is_null && record.key.size == 0)
        record.key.data = NULL;
    if (produce->tee) {
        (void)fwrite(bytes.data, 1, bytes.size, stdout);
        (void)fwrite(produce->delimiter.data, 1, produce->delimiter.size, stdout);
    }
    p->sent++;
    return kafka_writer_send(p->writer, &record, err);
}

/* Whole records out of `waiting`; what is left stays there. */
static bool send_whole(struct producing *p, struct text *waiting, struct err *err)
{
    struct span rest = text_span(waiting);
    const struct span *delimiter = &p->produce->delimiter;
    bool ok = true;
    while (ok && !has_enough(p) && rest.size > 0) {
        const char *begin = rest.data;
        const char *found = memmem(begin, rest.size, delimiter->data, delimiter->size);
        if (found == NULL)
            break;
        size_t size = (size_t)(found - begin);
        ok = send_record(p, (struct span){begin, size}, err);
        rest = span_after(rest, size + delimiter->size);
    }
    memmove(waiting->bytes, rest.data, rest.size);
    waiting->size = rest.size;
    return ok;
}

static bool send_stream(struct producing *p, FILE *file, struct err *err)
{
    struct text waiting;
    bool ok = true;

    text_init(&waiting, WAITING_BYTES_MAX);
    while (ok && !has_enough(p)) {
        /* What is there is sent, however slow the rest is to come. */
        char *space = text_space(&waiting, READ_BYTES);
        if (space == NULL) {
            ok = err_set(err, ERR_LIMIT, "a record of more than %d bytes",
                         KAFKA_WRITER_RECORD_BYTES_MAX);
            break;
        }
        ssize_t got = read(fileno(file), space, READ_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            ok = err_sys(err, "reading");
        else if (got == 0 && waiting.size > 0)
            ok = send_record(p, text_span(&waiting), err);
        if (got <= 0)
            break;
        text_added(&waiting, (size_t)got);
        ok = send_whole(p, &waiting, err);
    }
    text_reset(&waiting);
    return ok;
}

static bool send_file(struct producing *p, const char *path, struct err *err)
{
    struct arena arena;
    struct span bytes;
    if (p->produce->lines_of_files) {
        FILE *file = fopen(path, "re");
        if (file == NULL)
            return err_sys(err, "%s", path);
        bool ok = send_stream(p, file, err);
        (void)fclose(file);
        return ok;
    }
    arena_init(&arena, KAFKA_WRITER_RECORD_BYTES_MAX);
    bool ok = file_read_all(path, &bytes, &arena, err) && send_record(p, bytes, err);
    arena_reset(&arena);
    return ok;
}

static bool send_all(struct producing *p, struct err *err)
{
    if (p->produce->file_count == 0)
        return send_stream(p, stdin, err);
    for (size_t i = 0; i < p->produce->file_count && !has_enough(p); i++) {
        if (!send_file(p, p->produce->files[i], err))
            return false;
    }
    return true;
}

int cat_produce_run(const struct cat_produce *produce)
{
    struct producing p = {.produce = produce};
    struct err err;
    struct err later;

    p.writer = kafka_writer_create(produce->brokers, produce->topic, produce->codec, &err);
    bool ok = p.writer != NULL && send_all(&p, &err);
    bool finished = p.writer != NULL && kafka_writer_finish(p.writer, ok ? &err : &later);
    if (!ok || !finished)
        (void)fprintf(stderr, "%% ERROR: %s\n%% %" PRIu64 " of %" PRId64 " records are stored\n",
                      err.text, p.writer == NULL ? 0 : kafka_writer_stored(p.writer), p.sent);
    kafka_writer_close(p.writer);
    return ok && finished ? COMMAND_DONE : COMMAND_FAILED;
}
