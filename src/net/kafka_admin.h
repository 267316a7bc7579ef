/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_admin.h - asks a Kafka cluster about its topics, makes and removes them.
 *
 * Nothing here makes a topic by asking for it.
 *
 * Thread: the main one of a command, or a worker; every call blocks up to its
 * timeout. */
#ifndef NET_KAFKA_ADMIN_H
#define NET_KAFKA_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct kafka_admin;

struct kafka_admin_broker {
    int32_t id;
    const char *host;
    int port;
};

struct kafka_admin_partition {
    int32_t id;
    int32_t leader;    /* -1: none */
    const char *error; /* NULL: none */
    const int32_t *replicas;
    size_t replica_count;
    const int32_t *in_sync;
    size_t in_sync_count;
};

struct kafka_admin_topic {
    const char *name;
    const char *error; /* NULL: none */
    const struct kafka_admin_partition *partitions;
    size_t partition_count;
};

struct kafka_admin_cluster {
    int32_t answered_id;
    const char *answered_name; /* "host:port/id" */
    int32_t controller_id;     /* -1: not known */
    const struct kafka_admin_broker *brokers;
    size_t broker_count;
    const struct kafka_admin_topic *topics; /* sorted by name */
    size_t topic_count;
};

struct kafka_admin_config {
    const char *name;
    const char *value; /* NULL: secret, or not told */
    bool is_default;
};

/* Does not connect yet. */
MUST_CHECK struct kafka_admin *kafka_admin_create(const char *brokers, struct err *err);
void kafka_admin_close(struct kafka_admin *admin); /* NULL is fine */

/* All topics.  What is found lives in `arena`.  ERR_UNAVAILABLE: no broker answers. */
MUST_CHECK bool kafka_admin_cluster(struct kafka_admin *admin, int64_t timeout_ms,
                                    struct kafka_admin_cluster *cluster, struct arena *arena,
                                    struct err *err);
/* The first offset that is there, and the one that the next record will get. */
MUST_CHECK bool kafka_admin_offsets(struct kafka_admin *admin, const char *topic, int32_t partition,
                                    int64_t timeout_ms, int64_t *earliest, int64_t *latest,
                                    struct err *err);
/* A topic's settings.  ERR_UNSUPPORTED: the cluster does not tell. */
MUST_CHECK bool kafka_admin_configs(struct kafka_admin *admin, const char *topic,
                                    int64_t timeout_ms, const struct kafka_admin_config **configs,
                                    size_t *count, struct arena *arena, struct err *err);
/* `pairs` are name, value, name, value ...  ERR_CONFLICT: it is there already; ERR_MALFORMED: a
 * name, number or setting that the cluster refuses. */
MUST_CHECK bool kafka_admin_create_topic(struct kafka_admin *admin, const char *topic,
                                         int32_t partitions, const char *const *pairs,
                                         size_t pair_count, int64_t timeout_ms, struct err *err);
/* ERR_NOT_FOUND. */
MUST_CHECK bool kafka_admin_delete_topic(struct kafka_admin *admin, const char *topic,
                                         int64_t timeout_ms, struct err *err);

#endif
