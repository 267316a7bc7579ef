/* SPDX-License-Identifier: Apache-2.0 */
/* leader_epoch.c - where the records of a leader's epoch end (KIP-101, KIP-320).
 *
 * There was never another leader, and what a client has seen is never taken
 * back: the one epoch ends where the log does. */
#include "broker/handlers.h"

#include "broker/error_code.h"
#include "wire/kafka_message.h"

#define UNDEFINED (-1)

static void answer_partition(const struct topic *topic, const struct leader_epoch_partition *asked,
                             struct leader_epoch_end *to)
{
    const struct partition *partition =
        topic == NULL ? NULL : topics_partition(topic, asked->partition);

    to->partition = asked->partition;
    to->leader_epoch = UNDEFINED;
    to->end_offset = UNDEFINED;
    if (partition == NULL) {
        to->error_code = ERROR_UNKNOWN_TOPIC_OR_PARTITION;
    } else if (asked->current_leader_epoch > SEGMENT_LEADER_EPOCH) {
        to->error_code = ERROR_UNKNOWN_LEADER_EPOCH;
    } else if (!log_is_readable(partition_log(partition))) {
        to->error_code = ERROR_KAFKA_STORAGE_ERROR;
    } else if (asked->leader_epoch == SEGMENT_LEADER_EPOCH) {
        to->leader_epoch = SEGMENT_LEADER_EPOCH;
        to->end_offset = log_durable_offset(partition_log(partition));
    }
}

void leader_epoch_serve(struct request *request)
{
    const struct offset_for_leader_epoch_request *message = request->message;
    struct offset_for_leader_epoch_response response;

    kafka_message_init(request->frame.api->response, &response);
    response.topics_count = message->topics_count;
    response.topics = REQUEST_NEW(request, struct leader_epoch_topic_result, response.topics_count);
    for (size_t t = 0; t < message->topics_count; t++) {
        const struct leader_epoch_topic *asked = &message->topics[t];
        const struct topic *topic = topics_find(request->node->topics, asked->topic);
        struct leader_epoch_topic_result *to = &response.topics[t];
        to->topic = asked->topic;
        to->partitions_count = asked->partitions_count;
        to->partitions = REQUEST_NEW(request, struct leader_epoch_end, to->partitions_count);
        for (size_t p = 0; p < asked->partitions_count; p++)
            answer_partition(topic, &asked->partitions[p], &to->partitions[p]);
    }
    request_answer(request, &response);
}
