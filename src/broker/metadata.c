/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.c - which topics there are and where: all of them here.
 *
 * A topic that a client names and that is not there is made, and the answer
 * waits until it is: no client has to ask twice.  The address told is the one
 * that this client came by. */
#include "broker/handlers.h"

#include "base/mem.h"
#include "broker/error_code.h"
#include "wire/kafka_message.h"

#define NOT_ASKED INT32_MIN /* authorized operations */
#define PARTITIONS_TOLD_MAX                                                                        \
    ((size_t)200000) /* in one answer, the same topic named twice included */

struct metadata;

struct creation {
    struct topic_wait wait;
    struct metadata *metadata;
    int16_t code; /* why it was not made */
};

struct metadata {
    struct request *request;
    struct creation *creations; /* one for each topic of the request */
    size_t outstanding;         /* and one while topics are looked at */
    int32_t *self;              /* the list of replicas of everything */
};

/* --- the answer ------------------------------------------------------------------------------- */

static void tell_partition(const struct metadata *metadata, const struct topic *topic,
                           int32_t number, struct metadata_partition *to)
{
    const struct log *log = partition_log(topic->partitions[number]);

    to->error_code = log_offline_reason(log) == NULL ? ERROR_NONE : ERROR_KAFKA_STORAGE_ERROR;
    to->partition_index = number;
    to->leader_id = SETTINGS_NODE_ID;
    to->leader_epoch = SEGMENT_LEADER_EPOCH;
    to->replica_nodes = to->isr_nodes = metadata->self;
    to->replica_nodes_count = to->isr_nodes_count = 1;
    to->offline_replicas = metadata->self;
}

static void tell_topic(const struct metadata *metadata, const struct topic *topic,
                       struct metadata_topic_result *to)
{
    to->name = span_of(topic->name);
    to->topic_id = topic->id;
    to->topic_authorized_operations = NOT_ASKED;
    to->partitions_count = (size_t)topic->partition_count;
    to->partitions =
        REQUEST_NEW(metadata->request, struct metadata_partition, to->partitions_count);
    for (int32_t i = 0; i < topic->partition_count; i++)
        tell_partition(metadata, topic, i, &to->partitions[i]);
}

static void tell_all(const struct metadata *metadata, struct metadata_response *response)
{
    const struct topics *topics = metadata->request->node->topics;
    size_t count = topics_count(topics);

    response->topics = REQUEST_NEW(metadata->request, struct metadata_topic_result, count);
    for (size_t i = 0; i < count; i++) {
        const struct topic *topic = topics_at(topics, i);
        if (topic->state == TOPIC_THERE)
            tell_topic(metadata, topic, &response->topics[response->topics_count++]);
    }
}

static const struct topic *find_asked(const struct metadata *metadata,
                                      const struct metadata_topic *asked)
{
    const struct topics *topics = metadata->request->node->topics;

    return asked->name.data != NULL ? topics_find(topics, asked->name)
                                    : topics_find_id(topics, &asked->topic_id);
}

static void tell_one(const struct metadata *metadata, size_t index,
                     struct metadata_topic_result *to)
{
    const struct metadata_request *message = metadata->request->message;
    const struct metadata_topic *asked = &message->topics[index];
    const struct topic *topic = find_asked(metadata, asked);

    if (topic != NULL) {
        tell_topic(metadata, topic, to);
        return;
    }
    to->name = asked->name;
    to->topic_id = asked->topic_id;
    to->topic_authorized_operations = NOT_ASKED;
    to->error_code = metadata->creations[index].code;
}

static bool fits(const struct metadata *metadata)
{
    const struct metadata_request *message = metadata->request->message;
    size_t count = 0;

    for (size_t i = 0; i < message->topics_count && count <= PARTITIONS_TOLD_MAX; i++) {
        const struct topic *topic = find_asked(metadata, &message->topics[i]);
        count += topic == NULL ? 1 : (size_t)topic->partition_count;
    }
    return count <= PARTITIONS_TOLD_MAX;
}

static bool asks_for_all(const struct request *request)
{
    const struct metadata_request *message = request->message;

    return message->topics == NULL || (request_version(request) == 0 && message->topics_count == 0);
}

static void tell_brokers(struct metadata *metadata, struct metadata_response *response)
{
    struct request *request = metadata->request;
    struct metadata_broker *self = REQUEST_NEW(request, struct metadata_broker, 1);

    self->node_id = SETTINGS_NODE_ID;
    self->host = request_local_host(request, &self->port);
    response->brokers = self;
    response->brokers_count = 1;
    response->controller_id = SETTINGS_NODE_ID;
    response->cluster_id = span_of(request->node->cluster_id);
    response->cluster_authorized_operations = NOT_ASKED;
}

static void answer_metadata(struct metadata *metadata)
{
    struct request *request = metadata->request;
    const struct metadata_request *message = request->message;
    struct metadata_response response;
    struct err err;

    kafka_message_init(request->frame.api->response, &response);
    if (frame_reply_is_void(request->reply) || !fits(metadata)) {
        (void)err_set(&err, ERR_LIMIT, "metadata of more than %zu partitions at once",
                      PARTITIONS_TOLD_MAX);
        request_refuse(request, &err);
        return;
    }
    metadata->self = REQUEST_NEW(request, int32_t, 1);
    *metadata->self = SETTINGS_NODE_ID;
    tell_brokers(metadata, &response);
    if (asks_for_all(request)) {
        tell_all(metadata, &response);
    } else {
        response.topics_count = message->topics_count;
        response.topics = REQUEST_NEW(request, struct metadata_topic_result, response.topics_count);
        for (size_t i = 0; i < response.topics_count; i++)
            tell_one(metadata, i, &response.topics[i]);
    }
    request_answer(request, &response);
}

/* --- creating what is named ------------------------------------------------------------------- */

static void topic_settled(struct metadata *metadata)
{
    metadata->outstanding--;
    if (metadata->outstanding == 0)
        answer_metadata(metadata);
}

static void auto_created(struct topic_wait *wait, const struct err *err)
{
    struct creation *creation = CONTAINER_OF(wait, struct creation, wait);

    if (err != NULL)
        creation->code = error_code_of(err);
    topic_settled(creation->metadata);
}

static int16_t why_not(const struct err *err)
{
    if (err->kind == ERR_MALFORMED)
        return ERROR_INVALID_TOPIC_EXCEPTION;
    /* Being deleted, or going down: it may be made when that is done. */
    return err->kind == ERR_LIMIT ? ERROR_POLICY_VIOLATION : ERROR_UNKNOWN_TOPIC_OR_PARTITION;
}

static void look_at(struct metadata *metadata, const struct metadata_topic *asked,
                    struct creation *creation)
{
    static const struct topic_config plain;
    struct node *node = metadata->request->node;
    const struct metadata_request *message = metadata->request->message;
    struct err err;

    creation->metadata = metadata;
    creation->wait.done = auto_created;
    creation->code = ERROR_UNKNOWN_TOPIC_OR_PARTITION;
    if (asked->name.data == NULL) {
        creation->code = ERROR_UNKNOWN_TOPIC_ID;
        return;
    }
    if (topics_find(node->topics, asked->name) != NULL)
        return;
    struct topic *coming = topics_find_creating(node->topics, asked->name);
    if (coming != NULL) {
        metadata->outstanding++;
        topics_wait(coming, &creation->wait);
        return;
    }
    if (!topics_check_new(node->topics, asked->name, node->settings.partition_count, &err)) {
        creation->code = why_not(&err);
        return;
    }
    if (!node->settings.auto_create || !message->allow_auto_topic_creation)
        return;
    metadata->outstanding++;
    (void)topics_add(node->topics, asked->name, node->settings.partition_count, &plain,
                     &creation->wait);
}

void metadata_serve(struct request *request)
{
    const struct metadata_request *message = request->message;
    struct metadata *metadata = REQUEST_NEW(request, struct metadata, 1);

    metadata->request = request;
    metadata->outstanding = 1;
    metadata->creations = REQUEST_NEW(request, struct creation, message->topics_count);
    for (size_t i = 0; i < message->topics_count; i++)
        look_at(metadata, &message->topics[i], &metadata->creations[i]);
    topic_settled(metadata);
}
