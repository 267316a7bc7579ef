/* SPDX-License-Identifier: Apache-2.0 */
/* create_topics.c - topics with so many partitions and these keys, answered when they are synced.
 *
 * A replication factor above one is taken and stored once, and a line says so:
 * many programs ask for three and would not start otherwise. */
#include "broker/handlers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "broker/config_keys.h"
#include "broker/error_code.h"
#include "wire/kafka_message.h"

#define PARTITIONS_PER_TOPIC_MAX 10000

struct creating;

struct creating_one {
    struct topic_wait wait;
    struct creating *creating;
    struct create_topics_result *result;
};

struct creating {
    struct request *request;
    struct create_topics_response response;
    bool *twice;        /* by topic: another has the same name */
    size_t outstanding; /* and one while topics are looked at */
};

static void fail_creation(struct creating_one *one, int16_t code, const struct err *err)
{
    one->result->error_code = code;
    one->result->num_partitions = -1;
    one->result->replication_factor = -1;
    if (err->kind != ERR_NONE)
        one->result->error_message = request_text(one->creating->request, err->text);
}

static void creation_settled(struct creating *creating)
{
    creating->outstanding--;
    if (creating->outstanding == 0)
        request_answer(creating->request, &creating->response);
}

static void topic_there(struct topic_wait *wait, const struct err *err)
{
    struct creating_one *one = CONTAINER_OF(wait, struct creating_one, wait);

    if (err != NULL)
        fail_creation(one, error_code_of(err), err);
    creation_settled(one->creating);
}

/* --- judging ---------------------------------------------------------------------------------- */

static int16_t check_assignments(const struct create_topics_topic *asked, int32_t *partitions,
                                 struct err *err)
{
    if (asked->num_partitions != -1 || asked->replication_factor != -1) {
        (void)err_set(err, ERR_MALFORMED, "both assignments and numbers of partitions or replicas");
        return ERROR_INVALID_REQUEST;
    }
    if (asked->assignments_count > PARTITIONS_PER_TOPIC_MAX) {
        (void)err_set(err, ERR_LIMIT, "%zu partitions, want 1 to %d", asked->assignments_count,
                      PARTITIONS_PER_TOPIC_MAX);
        return ERROR_INVALID_PARTITIONS;
    }
    for (size_t i = 0; i < asked->assignments_count; i++) {
        const struct create_topics_assignment *assignment = &asked->assignments[i];
        if (assignment->partition_index != (int32_t)i || assignment->broker_ids_count != 1 ||
            assignment->broker_ids[0] != SETTINGS_NODE_ID) {
            (void)err_set(err, ERR_MALFORMED,
                          "assignments must be partitions 0, 1, ... to broker "
                          "%d",
                          SETTINGS_NODE_ID);
            return ERROR_INVALID_REPLICA_ASSIGNMENT;
        }
    }
    *partitions = (int32_t)asked->assignments_count;
    return ERROR_NONE;
}

static int16_t check_numbers(const struct node *node, const struct create_topics_topic *asked,
                             int32_t *partitions, struct err *err)
{
    *partitions =
        asked->num_partitions == -1 ? node->settings.partition_count : asked->num_partitions;
    if (*partitions < 1 || *partitions > PARTITIONS_PER_TOPIC_MAX) {
        (void)err_set(err, ERR_LIMIT, "%" PRId32 " partitions, want 1 to %d", *partitions,
                      PARTITIONS_PER_TOPIC_MAX);
        return ERROR_INVALID_PARTITIONS;
    }
    if (asked->replication_factor < -1 || asked->replication_factor == 0) {
        (void)err_set(err, ERR_MALFORMED, "a replication factor of %d", asked->replication_factor);
        return ERROR_INVALID_REPLICATION_FACTOR;
    }
    return ERROR_NONE;
}

struct named {
    struct span name;
    size_t index;
};

static int order_by_name(const void *left, const void *right)
{
    const struct span a = ((const struct named *)left)->name;
    const struct span b = ((const struct named *)right)->name;
    size_t shorter = a.size < b.size ? a.size : b.size;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static void find_twice(struct creating *creating)
{
    struct request *request = creating->request;
    const struct create_topics_request *message = request->message;
    size_t count = message->topics_count;
    struct named *sorted = REQUEST_NEW(request, struct named, count);

    creating->twice = REQUEST_NEW(request, bool, count);
    for (size_t i = 0; i < count; i++)
        sorted[i] = (struct named){message->topics[i].name, i};
    if (count > 0)
        qsort(sorted, count, sizeof(*sorted), order_by_name);
    for (size_t i = 1; i < count; i++)
        if (span_equal(sorted[i - 1].name, sorted[i].name))
            creating->twice[sorted[i - 1].index] = creating->twice[sorted[i].index] = true;
}

static int16_t code_of(const struct err *err)
{
    if (err->kind == ERR_MALFORMED)
        return ERROR_INVALID_TOPIC_EXCEPTION;
    return error_code_of(err);
}

static int16_t check_topic(const struct creating *creating, size_t index, int32_t *partitions,
                           struct topic_config *config, struct err *err)
{
    const struct request *request = creating->request;
    const struct create_topics_request *message = request->message;
    const struct create_topics_topic *asked = &message->topics[index];
    const struct node *node = request->node;

    if (creating->twice[index]) {
        (void)err_set(err, ERR_MALFORMED, "the topic is named twice");
        return ERROR_INVALID_REQUEST;
    }
    int16_t code;
    if (asked->assignments_count > 0)
        code = check_assignments(asked, partitions, err);
    else
        code = check_numbers(node, asked, partitions, err);
    if (code != ERROR_NONE)
        return code;
    for (size_t i = 0; i < asked->configs_count; i++)
        if (!config_keys_set(config, asked->configs[i].name, asked->configs[i].value, err))
            return ERROR_INVALID_CONFIG;
    if (topics_check_new(node->topics, asked->name, *partitions, err))
        return ERROR_NONE;
    return code_of(err);
}

/* --- the request ------------------------------------------------------------------------------ */

static void echo_configs(struct request *request, const struct topic_config *config,
                         struct create_topics_result *result)
{
    const struct node *node = request->node;
    struct topic as_if = {.config = *config};
    struct config_key key;
    size_t count = 0;

    while (config_keys_topic(node, &as_if, count, &key))
        count++;
    result->configs = REQUEST_NEW(request, struct create_topics_result_config, count);
    result->configs_count = count;
    for (size_t i = 0; config_keys_topic(node, &as_if, i, &key); i++)
        result->configs[i] = (struct create_topics_result_config){
            .name = span_of(key.name),
            .value = request_text(request, key.value),
            .read_only = false,
            .config_source = (int8_t)key.source,
        };
}

static void start_creation(struct creating *creating, size_t index, struct creating_one *one)
{
    struct request *request = creating->request;
    const struct create_topics_request *message = request->message;
    const struct create_topics_topic *asked = &message->topics[index];
    struct topic_config config = {0};
    struct err err = {0};
    int32_t partitions;

    one->wait.done = topic_there;
    one->creating = creating;
    one->result = &creating->response.topics[index];
    one->result->name = asked->name;
    int16_t code = check_topic(creating, index, &partitions, &config, &err);
    if (code != ERROR_NONE) {
        fail_creation(one, code, &err);
        return;
    }
    one->result->num_partitions = partitions;
    one->result->replication_factor = 1;
    echo_configs(request, &config, one->result);
    if (message->validate_only)
        return;
    if (asked->replication_factor > 1)
        diag_warn("replication_factor", "asked=%d topic=%.*s; it is stored once",
                  asked->replication_factor, (int)asked->name.size, (const char *)asked->name.data);
    creating->outstanding++;
    one->result->topic_id =
        topics_add(request->node->topics, asked->name, partitions, &config, &one->wait);
}

void create_topics_serve(struct request *request)
{
    const struct create_topics_request *message = request->message;
    struct creating *creating = REQUEST_NEW(request, struct creating, 1);
    struct err err;

    if (message->topics_count > SETTINGS_TOPICS_MAX) {
        (void)err_set(&err, ERR_LIMIT, "%zu topics at once, at most %d", message->topics_count,
                      SETTINGS_TOPICS_MAX);
        request_refuse(request, &err);
        return;
    }
    creating->request = request;
    creating->outstanding = 1;
    kafka_message_init(request->frame.api->response, &creating->response);
    creating->response.topics_count = message->topics_count;
    creating->response.topics =
        REQUEST_NEW(request, struct create_topics_result, message->topics_count);
    find_twice(creating);
    struct creating_one *ones = REQUEST_NEW(request, struct creating_one, message->topics_count);
    for (size_t i = 0; i < message->topics_count; i++)
        start_creation(creating, i, &ones[i]);
    creation_settled(creating);
}
