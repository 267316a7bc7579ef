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

/* A question that needs a look into the files. */
struct question {
    struct partition *partition; /* held until it is answered */
    struct list_offsets_partition_result *result;
    int64_t timestamp;
};

/* They are looked up one after another: a request that asks much does not take all workers, nor
 * the memory for all of its look-ups at once. */
struct looking_up {
    struct request *request;
    struct list_offsets_response response;
    struct question *questions;
    size_t question_count;
    size_t next;
    struct task task;
    const char *dir; /* from here on for the worker */
    int64_t timestamp;
    struct segment_extent *extents;
    size_t extent_count;
    struct slice_moment found;
    bool ok;
    struct err err;
};

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
    struct looking_up *owner = CONTAINER_OF(task, struct looking_up, task);

    if (owner->timestamp == MAX_TIMESTAMP)
        owner->ok = slice_find_latest(owner->dir, owner->extents, owner->extent_count,
                                      &owner->found, &owner->err);
    else
        owner->ok = slice_find_time(owner->dir, owner->extents, owner->extent_count,
                                    owner->timestamp, &owner->found, &owner->err);
}

static void look_next(struct looking_up *owner);

static void lookup_done(struct task *task)
{
    ON_LOOP();
    struct looking_up *owner = CONTAINER_OF(task, struct looking_up, task);
    const struct question *question = &owner->questions[owner->next++];

    mem_free(owner->extents);
    if (!owner->ok) {
        if (!partition_is_gone(question->partition))
            diag_error("lookup_failed", "topic=%s partition=%d reason=\"%s\"",
                       partition_topic(question->partition), partition_number(question->partition),
                       owner->err.text);
        question->result->error_code = error_code_of(&owner->err);
    } else if (owner->found.offset >= 0) {
        set_answer(owner, question->result, owner->found.offset, owner->found.timestamp);
    }
    partition_release(question->partition);
    look_next(owner);
}

/* Nobody needs the answers any more, or there is none. */
static bool is_moot(const struct looking_up *owner, const struct question *question)
{
    if (partition_is_gone(question->partition))
        question->result->error_code = ERROR_UNKNOWN_TOPIC_OR_PARTITION;
    return partition_is_gone(question->partition) || frame_reply_is_void(owner->request->reply);
}

static void look_next(struct looking_up *owner)
{
    struct request *request = owner->request;

    while (owner->next < owner->question_count && is_moot(owner, &owner->questions[owner->next]))
        partition_release(owner->questions[owner->next++].partition);
    if (owner->next == owner->question_count) {
        request_answer(request, &owner->response);
        return;
    }
    const struct question *question = &owner->questions[owner->next];
    const struct log *log = partition_log(question->partition);
    const struct segment_extent *extents = log_extents(log, &owner->extent_count);
    owner->dir = log_dir(log);
    owner->timestamp = question->timestamp;
    owner->extents = mem_new_array(owner->extent_count, sizeof(*extents));
    memcpy(owner->extents, extents, owner->extent_count * sizeof(*extents));
    owner->task = (struct task){.run = lookup_run, .done = lookup_done};
    worker_pool_submit(request->node->workers, &owner->task);
}

static void ask_files(struct looking_up *owner, struct partition *partition, int64_t timestamp,
                      struct list_offsets_partition_result *result)
{
    size_t extent_count;

    (void)log_extents(partition_log(partition), &extent_count);
    if (extent_count == 0)
        return;
    partition_hold(partition);
    owner->questions[owner->question_count++] = (struct question){partition, result, timestamp};
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
        ask_files(owner, partition, asked->timestamp, result);
}

void list_offsets_serve(struct request *request)
{
    const struct list_offsets_request *message = request->message;
    struct looking_up *owner = REQUEST_NEW(request, struct looking_up, 1);
    struct list_offsets_response *response = &owner->response;
    size_t count = 0;

    for (size_t t = 0; t < message->topics_count; t++)
        count += message->topics[t].partitions_count;
    if (request_refuse_many(request, count))
        return;
    owner->request = request;
    owner->questions = REQUEST_NEW(request, struct question, count);
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
    look_next(owner);
}
