/* SPDX-License-Identifier: Apache-2.0 */
/* topics.h - the topics by name and by id, how they come and how they go.
 *
 *      creating --journal--> there --delete: journal--> deleting --directories moved--> gone
 *
 * A change is told when it is synced.  A topic's partitions exist in memory
 * from its creation; on disk each gets its directory with the first append.
 *
 * Thread: the loop; topics_apply() and topics_render() also a worker, before the loop has them. */
#ifndef BROKER_TOPICS_H
#define BROKER_TOPICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/span.h"
#include "base/text.h"
#include "broker/journal.h"
#include "broker/partition.h"
#include "broker/settings.h"
#include "broker/uuid.h"

#define TOPICS_NAME_BYTES_MAX 249 /* Kafka's Topic.MAX_NAME_LENGTH */

enum topic_state { TOPIC_CREATING, TOPIC_THERE, TOPIC_DELETING };

/* What a client may set; 0 where it did not. */
struct topic_config {
    int64_t segment_bytes;
    int64_t message_bytes_max;
};

/* Someone who waits for a change; the caller's memory. */
struct topic_wait {
    void (*done)(struct topic_wait *wait, const struct err *err); /* NULL: it is so, and synced */
    struct topic_wait *next;                                      /* the topic's */
};

struct topic {
    char *name;
    struct kafka_uuid id;
    enum topic_state state;
    struct topic_config config;
    struct partition **partitions;
    int32_t partition_count;

    struct topics *topics; /* from here on: theirs */
    struct topic_wait *waiting;
    struct journal_wait journal_wait;
    struct task task;
    int32_t busy_count;
    struct err err;
};

struct topics;

/* `dir` is where partitions have their directories. */
struct topics *topics_create(const char *dir, const struct settings *settings,
                             struct partition_shop *shop);
void topics_set_journal(struct topics *topics, struct journal *journal);
void topics_close(struct topics *topics); /* no partition is busy; NULL is fine */

/* ERR_MALFORMED says what is wrong with the name. */
MUST_CHECK bool topics_check_name(struct span name, struct err *err);
/* Only those that are there; NULL. */
struct topic *topics_find(const struct topics *topics, struct span name);
struct topic *topics_find_id(const struct topics *topics, const struct kafka_uuid *id);
/* In the order of names, whatever their state. */
struct topic *topics_at(const struct topics *topics, size_t index);
size_t topics_count(const struct topics *topics);
size_t topics_partition_count(const struct topics *topics);
/* NULL when there is no such partition. */
struct partition *topics_partition(const struct topic *topic, int32_t number);
int64_t topics_message_bytes_max(const struct topics *topics, const struct topic *topic);
int64_t topics_segment_bytes(const struct topics *topics, const struct topic *topic);

/* Whether a topic of that name could be made: ERR_MALFORMED, ERR_CONFLICT, ERR_LIMIT,
 * ERR_UNAVAILABLE while it drains. */
MUST_CHECK bool topics_check_new(const struct topics *topics, struct span name,
                                 int32_t partition_count, struct err *err);
/* topics_check_new() was asked.  `wait` may come before this returns the new id. */
struct kafka_uuid topics_add(struct topics *topics, struct span name, int32_t partition_count,
                             const struct topic_config *config, struct topic_wait *wait);
/* The one that is being created, for who also wants it; NULL. */
struct topic *topics_find_creating(const struct topics *topics, struct span name);
void topics_wait(struct topic *topic, struct topic_wait *wait);
/* The topic is there.  Until `wait` hears, it can still be seen by topics_at(). */
void topics_delete(struct topics *topics, struct topic *topic, struct topic_wait *wait);
/* Calls `idle` once, when no topic comes or goes (perhaps now).  None is to begin to any more: the
 * shop drains, and topics_check_new() says so. */
void topics_drain(struct topics *topics, void (*idle)(void *owner), void *owner);

/* --- at the start --- */

/* A change of the journal; true also when it is none about topics. */
MUST_CHECK bool topics_apply(struct topics *topics, const struct json_value *change,
                             struct err *err);
/* The journal said that a topic with this id was deleted. */
bool topics_was_deleted(const struct topics *topics, const struct kafka_uuid *id);
/* The lines of a journal that has only these. */
void topics_render(const struct topics *topics, struct text *lines);
/* Where a partition has its directory, and what partition.metadata in it says. */
void topics_partition_dir(const struct topics *topics, const char *name, int32_t number, char *path,
                          size_t path_bytes);
void topics_metadata(const struct topic *topic, char *text, size_t text_bytes);
/* Puts in place of an empty log what was recovered. */
void topics_set_partition(struct topics *topics, struct topic *topic, int32_t number,
                          struct log *log, struct producer_state *producers);
struct log_settings topics_log_settings(const struct topics *topics, const struct topic *topic,
                                        const char *metadata);

#endif
