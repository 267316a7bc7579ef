/* SPDX-License-Identifier: Apache-2.0 */
/* log_fixture.h - a folder of its own for a log, and batches to put in, for the tests that need
 * them. */
#ifndef SUPPORT_LOG_FIXTURE_H
#define SUPPORT_LOG_FIXTURE_H

#include <stdint.h>

#include "base/text.h"
#include "store/log.h"
#include "wire/batch.h"

struct log_fixture {
    char dir[64];       /* removed in the end */
    char partition[80]; /* in it, not made */
    struct log *log;    /* closed in the end, if there is one */
    struct text text;   /* of the batch made last */
};

/* For cmocka: *state becomes a struct log_fixture. */
int log_fixture_open(void **state);
int log_fixture_close(void **state);

struct log_fixture_batch {
    int count;         /* of records */
    size_t bytes;      /* of each value */
    int64_t timestamp; /* of the first record; each next one is 1 ms later */
    int64_t producer_id;
    int16_t epoch;
    int32_t sequence;
};
/* A batch as a client sends it; borrowed until the next one is made.  Without a producer:
 * producer_id -1. */
struct batch log_fixture_make(struct log_fixture *fixture, const struct log_fixture_batch *asked);
/* The same, simply: `count` records of `bytes` bytes at `timestamp`. */
struct batch log_fixture_plain(struct log_fixture *fixture, int count, size_t bytes,
                               int64_t timestamp);

/* An empty log in fixture->partition. */
void log_fixture_create(struct log_fixture *fixture, uint64_t segment_bytes_max);
/* What a crash leaves, opened again: `recovery` asks, and says what was found. */
void log_fixture_recover(struct log_fixture *fixture, uint64_t segment_bytes_max,
                         struct recovery *recovery);
/* Appends and must succeed; the base offset. */
int64_t log_fixture_append(struct log_fixture *fixture, const struct batch *batch);
/* A whole commit. */
bool log_fixture_commit(struct log_fixture *fixture, struct err *err);
/* Moves the recovery point to what is durable. */
void log_fixture_checkpoint(struct log_fixture *fixture);

/* The path of a file of the partition; overwritten by the next call. */
const char *log_fixture_path(const struct log_fixture *fixture, const char *name);
/* All of such a file; free() it. */
unsigned char *log_fixture_read(const struct log_fixture *fixture, const char *name, size_t *size);
/* Closes the log, and puts the file in place. */
void log_fixture_write(struct log_fixture *fixture, const char *name, const void *bytes,
                       size_t size);

#endif
