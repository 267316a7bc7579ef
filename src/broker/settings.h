/* SPDX-License-Identifier: Apache-2.0 */
/* settings.h - the broker's keys and its limits, under Kafka's names.
 *
 * Thread: any; read only once made. */
#ifndef BROKER_SETTINGS_H
#define BROKER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

#define SETTINGS_NODE_ID 1
#define SETTINGS_PARTITION_DEFAULT 1
#define SETTINGS_SEGMENT_BYTES_DEFAULT (1024 * 1024 * 1024)
#define SETTINGS_MESSAGE_BYTES_DEFAULT 1048588 /* 1 MiB and a batch's overhead, as Kafka's */

#define SETTINGS_CONNECTIONS_MAX 20000
#define SETTINGS_FRAME_BYTES_MAX                                                                   \
    ((size_t)100 * 1024 * 1024) /* Kafka's socket.request.max.bytes                                \
                                 */
#define SETTINGS_FRAME_BYTES_ALL_MAX ((size_t)256 * 1024 * 1024)
#define SETTINGS_IN_FLIGHT_MAX 64
#define SETTINGS_UNSENT_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define SETTINGS_IDLE_MS_MAX (10 * 60 * 1000)                 /* Kafka's connections.max.idle.ms */
#define SETTINGS_REQUEST_BYTES_MAX ((size_t)64 * 1024 * 1024) /* a request, once decoded */
#define SETTINGS_RESPONSE_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define SETTINGS_FETCH_BYTES_MAX ((size_t)55 * 1024 * 1024) /* Kafka's fetch.max.bytes */
/* Of all connections: past it a fetch gets one batch, past twice that none. */
#define SETTINGS_UNSENT_BYTES_ALL_MAX ((size_t)256 * 1024 * 1024)
#define SETTINGS_UNSENT_COUNT_MS 10 /* how often they are counted */
#define SETTINGS_FETCH_WAIT_MS_MAX (10 * 60 * 1000)
#define SETTINGS_QUIET_MS 5000 /* after a burst its memory is given back */
#define SETTINGS_TOPICS_MAX 10000
#define SETTINGS_PARTITIONS_MAX 50000 /* in all topics */
/* Named in one request, for each of which the answer takes a thousand bytes: as many as can be. */
#define SETTINGS_PARTITIONS_ASKED_MAX SETTINGS_PARTITIONS_MAX
#define SETTINGS_FETCH_PARTITIONS_MAX 200000 /* in all fetches; past it none waits */
#define SETTINGS_PRODUCERS_MAX 20000         /* remembered in one partition */
#define SETTINGS_PRODUCER_EXPIRY_MS ((int64_t)24 * 3600 * 1000) /* producer.id.expiration.ms */

struct settings {
    int32_t partition_count;   /* num.partitions: of a topic that a client only names */
    bool auto_create;          /* auto.create.topics.enable */
    int64_t message_bytes_max; /* message.max.bytes: a batch */
    int64_t segment_bytes_max; /* log.segment.bytes */
};

/* The configuration has been checked: what it says is in range. */
struct settings settings_from(const struct config *config);

#endif
