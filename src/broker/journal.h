/* SPDX-License-Identifier: Apache-2.0 */
/* journal.h - what the broker knows besides records: topics, and which producer ids were given.
 *
 *      a1b2c3d4 {"cluster":"tNd3Hpr_Q1ScnqHXrOUHBw"}\n
 *      5e6f7081 {"topic":"events","id":"k5LrXw1DQkiQ1uXH7uWfPw","partitions":1,"configs":{}}\n
 *
 * One change a line: the checksum (CRC-32C, eight hex digits) of the JSON
 * object behind it.  Lines are appended and synced; those that arrive while a
 * sync runs share the next one.  A last line that is not whole is what a crash
 * left, and is cut; one that is damaged before others is an error.
 *
 * Thread: the loop, except journal_load() and journal_rewrite(): a worker. */
#ifndef BROKER_JOURNAL_H
#define BROKER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "io/worker.h"

#define JOURNAL_NAME "broker.journal"
#define JOURNAL_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define JOURNAL_PENDING_BYTES_MAX ((size_t)16 * 1024 * 1024)

struct journal_loaded {
    uint64_t bytes; /* good ones */
    size_t line_count;
    size_t cut_bytes;
};

/* Calls `each` for every change in order; false from it ends with its error.  The file is cut to
 * what is good.  Without a file there is nothing. */
MUST_CHECK bool journal_load(const char *path,
                             bool (*each)(void *owner, const struct json_value *change,
                                          struct err *err),
                             void *owner, struct journal_loaded *loaded, struct err *err);
/* Adds a line for journal_rewrite(). */
void journal_add_line(struct text *lines, struct span json);
/* The file becomes these lines. */
MUST_CHECK bool journal_rewrite(const char *path, const struct text *lines, struct err *err);

struct journal;

/* The file is opened (and made) by the first write.  `bytes` is where it ends. */
struct journal *journal_create(const char *path, uint64_t bytes, struct worker_pool *pool);
void journal_close(struct journal *journal); /* not busy; NULL is fine */

/* Someone waiting for a line: the writer's memory. */
struct journal_wait {
    void (*written)(struct journal_wait *wait, const struct err *err); /* NULL: synced */
    struct journal_wait *next;                                         /* the journal's */
};
/* `json` is one object on one line; it is copied.  ERR_LIMIT past JOURNAL_BYTES_MAX in the file. */
void journal_write(struct journal *journal, struct span json, struct journal_wait *wait);
/* Calls `idle` once, when nothing is being written and nothing waits (perhaps now). */
void journal_drain(struct journal *journal, void (*idle)(void *owner), void *owner);

#endif
