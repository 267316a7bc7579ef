/* SPDX-License-Identifier: Apache-2.0 */
/* list_offsets.c - the beginning, the end, or the first record that is not before a time.
 *
 * By time the answer is exact to the record in batches that are not compressed,
 * and to the batch in those that are: a client may get a few earlier records,
 * none is left out. */
#include "broker/handlers.h"

#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "broker/error_code.h"
#include "store/slice.h"
#include "wire/kafka_message.h"

/* Timestamps that are questions. */
#define LATEST (-1)
#define EARLIEST (-2)
#define MAX_TIMESTAMP (-3)   /* KIP-734 */
#define EARLIEST_LOCAL (-4)  /* KIP-405 */
#define LATEST_TIERED (-5)   /* KIP-1005 */
#define EPOCH_FROM_VERSION 4 /* KIP-320 */
#define MAX_TIMESTAMP_FROM_VERSION 7
#define EARLIEST_LOCAL_FROM_VERSION 8
#define LATEST_TIERED_FROM_VERSION 9

struct looking_up;

/* A question that needs a look into the files. */
struct lookup {
    struct task task;
    struct looking_up *owner;
    struct partition *partition;
    struct list_offsets_partition_result *result;
    const char *dir;
    int64_t timestamp;
    struct segment_extent *extents;
    size_t extent_count;
    struct slice_moment found;
    bool ok;
    struct err err;
};

struct looking_up {
    struct request *request;
    struct list_offsets_response response;
    size_t outstanding; /* and one while questions are looked at */
};

static void lookup_settled(struct looking_up *owner)
{
    owner->outstanding--;
    if (owner->outstanding == 0)
        request_answer(owner->request, &owner->response);
}

static void set_answer(const struct looking_up *owner, struct list_offsets_partition_result *result,
                       int64_t offset, int64_t timestamp)
{
    result->offset = offset;
    result->timestamp = timestamp;
    if (request_version(owner->request) >= EPOCH_FROM_VERSION)
        result->leader_epoch = SEGMENT_LEADER_EPOCH;
}

static void lookup_run(struct task *task)
{
    ON_WORKER();
    struct lookup *lookup = CONTAINER_OF(task, struct lookup, task);

    if (lookup->timestamp == MAX_TIMESTAMP)
        lookup->ok = slice_find_latest(lookup->dir, lookup->extents, lookup->extent_count,
                                       &lookup->found, &lookup->err);
    else
        lookup->ok = slice_find_time(lookup->dir, lookup->extents, lookup->extent_count,
                                     lookup->timestamp, &lookup->found, &lookup->err);
}

static void lookup_done(struct task *task)
{
    ON_LOOP();
    struct lookup *lookup = CONTAINER_OF(task, struct lookup, task);
    struct list_offsets_partition_result *result = lookup->result;

    if (!lookup->ok) {
        if (!partition_is_gone(lookup->partition))
            diag_error("lookup_failed", "topic=%s partition=%d reason=\"%s\"",
                       partition_topic(lookup->partition), partition_number(lookup->partition),
                       lookup->err.text);
        result->error_code = error_code_of(&lookup->err);
    } else if (lookup->found.offset >= 0) {
        set_answer(lookup->owner, result, lookup->found.offset, lookup->found.timestamp);
    }
    partition_release(lookup->partition);
    lookup_settled(lookup->owner);
}

static void look_into_files(struct looking_up *owner, struct partition *partition,
                            int64_t timestamp, struct list_offsets_partition_result *result)
{
    struct request *request = owner->request;
    struct lookup *lookup = REQUEST_NEW(request, struct lookup, 1);
    const struct log *log = partition_log(partition);

    const struct segment_extent *extents = log_extents(log, &lookup->extent_count);
    if (lookup->extent_count == 0)
        return;
    lookup->owner = owner;
    lookup->partition = partition;
    lookup->result = result;
    lookup->dir = log_dir(log);
    lookup->timestamp = timestamp;
    lookup->extents = REQUEST_NEW(request, struct segment_extent, lookup->extent_count);
    memcpy(lookup->extents, extents, lookup->extent_count * sizeof(*extents));
    owner->outstanding++;
    partition_hold(partition);
    lookup->task = (struct task){.run = lookup_run, .done = lookup_done};
    worker_pool_submit(request->node->workers, &lookup->task);
}

static bool is_known(int16_t version, int64_t timestamp)
{
    switch (timestamp) {
    case MAX_TIMESTAMP:
        return version >= MAX_TIMESTAMP_FROM_VERSION;
    case EARLIEST_LOCAL:
        return version >= EARLIEST_LOCAL_FROM_VERSION;
    case LATEST_TIERED:
        return version >= LATEST_TIERED_FROM_VERSION;
    default:
        return timestamp >= EARLIEST;
    }
}

static void look_up(struct looking_up *owner, const struct topic *topic,
                    const struct list_offsets_partition *asked,
                    struct list_offsets_partition_result *result)
{
    struct partition *partition =
        topic == NULL ? NULL : topics_partition(topic, asked->partition_index);

    *result = (struct list_offsets_partition_result){
        .partition_index = asked->partition_index,
        .timestamp = -1,
        .offset = -1,
        .leader_epoch = -1,
    };
    if (partition == NULL)
        result->error_code = ERROR_UNKNOWN_TOPIC_OR_PARTITION;
    else if (asked->current_leader_epoch > SEGMENT_LEADER_EPOCH)
        result->error_code = ERROR_UNKNOWN_LEADER_EPOCH;
    else if (!log_is_readable(partition_log(partition)))
        result->error_code = ERROR_KAFKA_STORAGE_ERROR;
    else if (!is_known(request_version(owner->request), asked->timestamp))
        result->error_code = ERROR_UNSUPPORTED_VERSION;
    else if (asked->timestamp == LATEST)
        set_answer(owner, result, log_durable_offset(partition_log(partition)), -1);
    else if (asked->timestamp == EARLIEST || asked->timestamp == EARLIEST_LOCAL)
        set_answer(owner, result, log_start_offset(partition_log(partition)), -1);
    else if (asked->timestamp != LATEST_TIERED)
        look_into_files(owner, partition, asked->timestamp, result);
}

void list_offsets_serve(struct request *request)
{
    const struct list_offsets_request *message = request->message;
    struct looking_up *owner = REQUEST_NEW(request, struct looking_up, 1);
    struct list_offsets_response *response = &owner->response;

    owner->request = request;
    owner->outstanding = 1;
    kafka_message_init(request->frame.api->response, response);
    response->topics_count = message->topics_count;
    response->topics =
        REQUEST_NEW(request, struct list_offsets_topic_result, message->topics_count);
    for (size_t t = 0; t < message->topics_count; t++) {
        const struct list_offsets_topic *asked = &message->topics[t];
        struct list_offsets_topic_result *to = &response->topics[t];
        const struct topic *topic = topics_find(request->node->topics, asked->name);
        to->name = asked->name;
        to->partitions_count = asked->partitions_count;
        to->partitions =
            REQUEST_NEW(request, struct list_offsets_partition_result, to->partitions_count);
        for (size_t p = 0; p < asked->partitions_count; p++)
            look_up(owner, topic, &asked->partitions[p], &to->partitions[p]);
    }
    lookup_settled(owner);
}
