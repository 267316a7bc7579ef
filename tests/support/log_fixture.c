/* SPDX-License-Identifier: Apache-2.0 */
/* log_fixture.c - a log, synchronously. */
#include "support/log_fixture.h"

#include <assert.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/file.h"

#define VALUE_BYTES_MAX 65536
#define TEXT_BYTES_MAX ((size_t)32 * 1024 * 1024)

int log_fixture_open(void **state)
{
    struct log_fixture *fixture = calloc(1, sizeof(*fixture));

    *state = fixture;
    if (fixture == NULL)
        return 1;
    (void)snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/log_fixture.XXXXXX");
    if (mkdtemp(fixture->dir) == NULL)
        return 1;
    (void)snprintf(fixture->partition, sizeof(fixture->partition), "%s/events-0", fixture->dir);
    text_init(&fixture->text, TEXT_BYTES_MAX);
    return 0;
}

int log_fixture_close(void **state)
{
    struct log_fixture *fixture = *state;
    struct err err;

    log_close(fixture->log);
    text_reset(&fixture->text);
    bool ok = file_remove_tree(fixture->dir, &err);
    free(fixture);
    return ok ? 0 : 1;
}

struct batch log_fixture_make(struct log_fixture *fixture, const struct log_fixture_batch *asked)
{
    static char value[VALUE_BYTES_MAX];
    struct batch_builder builder;
    struct batch batch;
    struct err err;

    assert_true(asked->bytes <= sizeof(value));
    memset(value, 'v', asked->bytes);
    text_clear(&fixture->text);
    batch_builder_begin(&builder, &fixture->text, asked->timestamp);
    for (int i = 0; i < asked->count; i++)
        batch_builder_add(&builder, asked->timestamp + i, (struct span){NULL, 0},
                          (struct span){value, asked->bytes}, NULL, 0);
    if (asked->producer_id >= 0) {
        builder.batch.producer_id = asked->producer_id;
        builder.batch.producer_epoch = asked->epoch;
        builder.batch.base_sequence = asked->sequence;
    }
    assert_true(batch_builder_end(&builder, &err));
    assert_true(batch_decode(&batch, text_span(&fixture->text), &err));
    return batch;
}

struct batch log_fixture_plain(struct log_fixture *fixture, int count, size_t bytes,
                               int64_t timestamp)
{
    const struct log_fixture_batch asked = {
        .count = count, .bytes = bytes, .timestamp = timestamp, .producer_id = -1};

    return log_fixture_make(fixture, &asked);
}

void log_fixture_create(struct log_fixture *fixture, uint64_t segment_bytes_max)
{
    const struct log_settings settings = {.segment_bytes_max = segment_bytes_max};

    log_close(fixture->log);
    fixture->log = log_create(fixture->partition, &settings);
}

void log_fixture_recover(struct log_fixture *fixture, uint64_t segment_bytes_max,
                         struct recovery *recovery)
{
    const struct log_settings settings = {.segment_bytes_max = segment_bytes_max};
    struct err err = {0};

    log_close(fixture->log);
    fixture->log = NULL;
    recovery->dir = fixture->partition;
    if (!recovery_run(recovery, &err))
        fail_msg("recovery: %s", err.text);
    fixture->log = log_open(fixture->partition, &settings, recovery);
}

int64_t log_fixture_append(struct log_fixture *fixture, const struct batch *batch)
{
    struct err err = {0};
    int64_t base_offset;

    if (!log_append(fixture->log, batch, &base_offset, &err))
        fail_msg("append: %s", err.text);
    return base_offset;
}

bool log_fixture_commit(struct log_fixture *fixture, struct err *err)
{
    log_commit_begin(fixture->log);
    log_commit_run(fixture->log);
    return log_commit_end(fixture->log, err);
}

void log_fixture_checkpoint(struct log_fixture *fixture)
{
    struct log_checkpoint checkpoint = {
        .offset = log_durable_offset(fixture->log),
        .snapshot = {.offset = log_durable_offset(fixture->log)},
        .written_point = log_recovery_point(fixture->log),
    };
    struct err err = {0};

    log_checkpoint_begin(fixture->log);
    bool ok = log_checkpoint_run(fixture->log, &checkpoint, &err);
    log_checkpoint_end(fixture->log, &checkpoint, ok);
    if (!ok)
        fail_msg("checkpoint: %s", err.text);
}

const char *log_fixture_path(const struct log_fixture *fixture, const char *name)
{
    static char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/%s", fixture->partition, name);
    return path;
}

unsigned char *log_fixture_read(const struct log_fixture *fixture, const char *name, size_t *size)
{
    FILE *file = fopen(log_fixture_path(fixture, name), "rb");

    if (file == NULL)
        fail_msg("no file %s", log_fixture_path(fixture, name));
    assert(file != NULL);
    unsigned char *bytes = malloc(TEXT_BYTES_MAX);
    assert(bytes != NULL);
    *size = fread(bytes, 1, TEXT_BYTES_MAX, file);
    (void)fclose(file);
    return bytes;
}

void log_fixture_write(struct log_fixture *fixture, const char *name, const void *bytes,
                       size_t size)
{
    log_close(fixture->log); /* which makes its file end where its records do */
    fixture->log = NULL;
    FILE *file = fopen(log_fixture_path(fixture, name), "wb");

    if (file == NULL)
        fail_msg("cannot make %s", log_fixture_path(fixture, name));
    assert(file != NULL);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}
