/* SPDX-License-Identifier: Apache-2.0 */
/* node.h - the one broker, as what serves its requests sees it.
 *
 * Thread: the loop. */
#ifndef BROKER_NODE_H
#define BROKER_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/journal.h"
#include "broker/partition.h"
#include "broker/producer_ids.h"
#include "broker/settings.h"
#include "broker/topics.h"
#include "broker/uuid.h"
#include "io/loop.h"
#include "io/worker.h"
#include "net/frame_server.h"
#include "net/service.h"

struct fetch_wait;

struct node {
    struct service *service;
    struct loop *loop;
    struct worker_pool *syncers;
    struct worker_pool *workers;
    struct frame_server *server;
    struct settings settings;
    char *dir; /* HOME/log */
    char cluster_id[UUID_TEXT_BYTES];

    struct partition_shop shop;
    struct topics *topics;
    struct journal *journal;
    struct producer_ids producer_ids;

    struct fetch_wait *fetches; /* those that wait for records */
    struct loop_timer *quiet;   /* runs while requests come: see broker.c */
    bool quiet_runs;
    uint64_t request_count;
    uint64_t malformed_count;
    uint64_t fetch_count;
    uint64_t fetch_cold_count;
    uint64_t fetch_bytes;
    uint64_t fetch_waiting;
    size_t fetch_partitions;    /* in all fetches that are not answered yet */
    uint64_t fetch_shed_count;  /* looks that found less because readers are too slow */
    size_t fetch_reading_bytes; /* what workers were asked to read, at the most */
    int64_t unsent_ms;          /* when it was last counted what is unsent */
    size_t unsent_bytes;
    uint64_t damage_count;
    int64_t complained_ms; /* when a client was last complained about */
    uint64_t complaints_held;
};

#endif
