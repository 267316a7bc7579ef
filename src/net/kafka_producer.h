/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_producer.h - records to one topic of any Kafka cluster, each acknowledged or not.
 *
 * Idempotent: what is retried is stored once.  For each record that was taken
 * delivered() is called exactly once; "not ok" means that it is not known to
 * be stored, for it may have been and the acknowledgement was lost.  What may
 * wait is bounded; while no broker answers nothing is taken.  After an error
 * that ends librdkafka's instance a new one is made.
 *
 * Thread: the loop. */
#ifndef NET_KAFKA_PRODUCER_H
#define NET_KAFKA_PRODUCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "io/loop.h"

struct kafka_producer;

struct kafka_producer_settings {
    const char *brokers; /* librdkafka's bootstrap.servers */
    const char *topic;
    const char *client_id;
    int waiting_max;          /* records without an answer */
    size_t waiting_bytes_max; /* their bytes, rounded down to KiB */
    int64_t delivery_ms_max;  /* then a record is given up */
    size_t record_bytes_max;  /* of one record with its key */
};
/* With limits that suit small events. */
struct kafka_producer_settings kafka_producer_settings_default(void);

struct kafka_producer_events {
    /* `err` is NULL when the record is stored. */
    void (*delivered)(void *owner, void *opaque, const struct err *err);
    /* A broker answers and has the topic, or `why_not`.  Called when that is first known, and on
     * each change. */
    void (*changed)(void *owner, bool available, const char *why_not);
};

/* Strings of the settings are copied.  ERR_MALFORMED when librdkafka refuses a setting. */
MUST_CHECK struct kafka_producer *
kafka_producer_create(struct loop *loop, const struct kafka_producer_settings *settings,
                      const struct kafka_producer_events *events, void *owner, struct err *err);
/* Copies key and value; a key whose data is NULL is none.  ERR_UNAVAILABLE: no broker answers;
 * ERR_LIMIT: too much waits, or the record is too long. */
MUST_CHECK bool kafka_producer_send(struct kafka_producer *producer, struct span key,
                                    struct span value, void *opaque, struct err *err);
bool kafka_producer_is_available(const struct kafka_producer *producer);
size_t kafka_producer_waiting(const struct kafka_producer *producer); /* not delivered yet */
/* All that waits is given up: delivered() is called for it soon, with an error.  What was on its
 * way may be stored all the same. */
void kafka_producer_give_up(struct kafka_producer *producer);
/* Calls delivered() for all that waits, with an error.  NULL is fine.  May take a second. */
void kafka_producer_close(struct kafka_producer *producer);

/* For tests: librdkafka's instance meets an error that it cannot survive. */
void kafka_producer_break(struct kafka_producer *producer);

#endif
