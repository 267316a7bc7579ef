/* SPDX-License-Identifier: Apache-2.0 */
/* delete_topics.c - by name or by id, answered when nothing can bring them back. */
#include "broker/handlers.h"

#include "base/mem.h"
#include "broker/error_code.h"
#include "wire/kafka_message.h"

#define LIST_FROM_VERSION 6 /* names or ids (KIP-516) */

struct deleting;

struct deleting_one {
    struct topic_wait wait;
    struct deleting *deleting;
    struct delete_topics_result *result;
};

struct deleting {
    struct request *request;
    struct delete_topics_response response;
    size_t outstanding; /* and one while topics are looked at */
};

static void deletion_settled(struct deleting *deleting)
{
    deleting->outstanding--;
    if (deleting->outstanding == 0)
        request_answer(deleting->request, &deleting->response);
}

static void topic_gone(struct topic_wait *wait, const struct err *err)
{
    struct deleting_one *one = CONTAINER_OF(wait, struct deleting_one, wait);

    if (err != NULL) {
        one->result->error_code = ERROR_KAFKA_STORAGE_ERROR;
        one->result->error_message = request_text(one->deleting->request, err->text);
    }
    deletion_settled(one->deleting);
}

static void start_deletion(struct deleting *deleting, struct topic *topic, struct deleting_one *one)
{
    struct request *request = deleting->request;

    one->wait.done = topic_gone;
    one->deleting = deleting;
    if (topic == NULL) {
        one->result->error_code = one->result->name.data == NULL ? ERROR_UNKNOWN_TOPIC_ID
                                                                 : ERROR_UNKNOWN_TOPIC_OR_PARTITION;
        return;
    }
    one->result->name = request_text(request, topic->name);
    one->result->topic_id = topic->id;
    if (request->node->shop.drains) {
        one->result->error_code = ERROR_KAFKA_STORAGE_ERROR;
        one->result->error_message = span_of("the broker is going down");
        return;
    }
    deleting->outstanding++;
    topics_delete(request->node->topics, topic, &one->wait);
}

void delete_topics_serve(struct request *request)
{
    const struct delete_topics_request *message = request->message;
    struct deleting *deleting = REQUEST_NEW(request, struct deleting, 1);
    struct topics *topics = request->node->topics;
    struct err err;
    bool is_list = request_version(request) >= LIST_FROM_VERSION;
    size_t count = is_list ? message->topics_count : message->topic_names_count;

    if (count > SETTINGS_TOPICS_MAX) {
        (void)err_set(&err, ERR_LIMIT, "%zu topics at once, at most %d", count,
                      SETTINGS_TOPICS_MAX);
        request_refuse(request, &err);
        return;
    }
    deleting->request = request;
    deleting->outstanding = 1;
    kafka_message_init(request->frame.api->response, &deleting->response);
    deleting->response.responses_count = count;
    deleting->response.responses = REQUEST_NEW(request, struct delete_topics_result, count);
    struct deleting_one *ones = REQUEST_NEW(request, struct deleting_one, count);
    for (size_t i = 0; i < count; i++) {
        struct span name = is_list ? message->topics[i].name : message->topic_names[i];
        ones[i].result = &deleting->response.responses[i];
        ones[i].result->name = name;
        if (is_list)
            ones[i].result->topic_id = message->topics[i].topic_id;
        start_deletion(deleting,
                       name.data != NULL ? topics_find(topics, name)
                                         : topics_find_id(topics, &message->topics[i].topic_id),
                       &ones[i]);
    }
    deletion_settled(deleting);
}
