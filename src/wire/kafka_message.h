/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_message.h - any Kafka message, any version, between bytes and its C struct.
 *
 * One interpreter walks the rows of kafka_table.h; a new message or version is
 * new rows.  Nothing a peer says is believed before it is checked: a count
 * must fit the bytes that are left before memory is taken for it, and all that
 * is taken comes from the caller's arena.
 *
 * `records` are never copied when read.  When written they can be left out of
 * the text and noted as splices, so that the caller hands the system the text
 * and the log's own bytes in one writev.
 *
 * Thread: any. */
#ifndef WIRE_KAFKA_MESSAGE_H
#define WIRE_KAFKA_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "wire/kafka_structs.h"
#include "wire/kafka_table.h"
#include "wire/reader.h"

/* Bytes that belong between text.bytes[at - 1] and text.bytes[at]. */
struct kafka_splice {
    size_t at;
    struct span bytes;
};

/* The caller's room for splices, in the order of `at`.  Records for which no room is left are
 * copied into the text, so that too little room costs time and nothing else. */
struct kafka_splices {
    struct kafka_splice *items;
    size_t room;
    size_t count;
    size_t bytes; /* in all splices together */
};

/* Every field gets the value of a version that does not carry it: zero, empty, or Kafka's default.
 * `message` is the C struct that `table` describes; nested ones may be initialised alike. */
void kafka_message_init(const struct kafka_struct *table, void *message);

/* Takes all that `body` has left.  `version` is one that `table` has; `message` need not be
 * initialised.  ERR_MALFORMED: the bytes do not hold such a message and nothing else; ERR_LIMIT:
 * the arena's limit; then `message` is not to be used. */
MUST_CHECK bool kafka_message_decode(const struct kafka_struct *table, int16_t version,
                                     struct reader *body, void *message, struct arena *arena,
                                     struct err *err);

/* The same for a message that something follows, which `body` then has left; for headers. */
MUST_CHECK bool kafka_message_decode_front(const struct kafka_struct *table, int16_t version,
                                           struct reader *body, void *message, struct arena *arena,
                                           struct err *err);

/* Appends to `out`.  With `splices` NULL records are copied.  ERR_LIMIT: past the text's limit;
 * ERR_UNSUPPORTED: a value or a null that this version cannot carry and may not lose.  Then what
 * was appended is no message. */
MUST_CHECK bool kafka_message_encode(const struct kafka_struct *table, int16_t version,
                                     const void *message, struct text *out,
                                     struct kafka_splices *splices, struct err *err);

#endif
