/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_writer.h - records to one topic, for a command: it waits where it must.
 *
 * Idempotent, acknowledged by all replicas.  A record that could not be
 * delivered is counted; kafka_writer_finish() tells.
 *
 * Thread: one, not the loop. */
#ifndef NET_KAFKA_WRITER_H
#define NET_KAFKA_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

#define KAFKA_WRITER_RECORD_BYTES_MAX (15 * 1024 * 1024)

struct kafka_writer;

struct kafka_writer_header {
    const char *name;
    const char *value; /* NULL: null */
};

struct kafka_writer_record {
    int32_t partition; /* -1: by the key's hash, any without a key */
    struct span key;   /* data NULL: none */
    struct span value; /* data NULL: null, a tombstone */
    const struct kafka_writer_header *headers;
    size_t header_count;
};

/* `codec`: none, gzip, snappy, lz4 or zstd; NULL: none.  ERR_MALFORMED names it. */
MUST_CHECK struct kafka_writer *kafka_writer_create(const char *brokers, const char *topic,
                                                    const char *codec, struct err *err);
/* Copies.  Waits while too much is on its way. */
MUST_CHECK bool kafka_writer_send(struct kafka_writer *writer,
                                  const struct kafka_writer_record *record, struct err *err);
/* Waits for what is on its way; false: some of it was not stored, and why. */
MUST_CHECK bool kafka_writer_finish(struct kafka_writer *writer, struct err *err);
uint64_t kafka_writer_stored(const struct kafka_writer *writer);
void kafka_writer_close(struct kafka_writer *writer); /* NULL is fine */

#endif
