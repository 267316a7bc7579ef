/* SPDX-License-Identifier: Apache-2.0 */
/* describe_configs.c - the keys by which topics and the broker are kept, with their values. */
#include "broker/handlers.h"

#include <stdio.h>

#include "broker/config_keys.h"
#include "broker/error_code.h"
#include "wire/kafka_message.h"

#define RESOURCE_TOPIC 2
#define RESOURCE_BROKER 4
#define KEYS_MAX 16
#define RESOURCES_MAX 20000 /* in one request: each has an answer of a thousand bytes */

static bool is_asked(const struct describe_configs_resource *asked, const char *name)
{
    if (asked->configuration_keys == NULL)
        return true;
    for (size_t i = 0; i < asked->configuration_keys_count; i++)
        if (span_is(asked->configuration_keys[i], name))
            return true;
    return false;
}

static void add_key(struct request *request, const struct config_key *key,
                    struct describe_configs_result *to)
{
    const struct describe_configs_request *message = request->message;
    struct describe_configs_config *config = &to->configs[to->configs_count++];

    config->name = span_of(key->name);
    config->value = request_text(request, key->value);
    config->read_only = key->source != CONFIG_SOURCE_TOPIC;
    config->config_source = (int8_t)key->source;
    config->config_type = (int8_t)key->type;
    if (message->include_documentation)
        config->documentation = span_of(key->does);
    if (!message->include_synonyms)
        return;
    config->synonyms = REQUEST_NEW(request, struct describe_configs_synonym, 1);
    config->synonyms_count = 1;
    *config->synonyms = (struct describe_configs_synonym){
        .name = config->name, .value = config->value, .source = config->config_source};
}

static void describe_topic(struct request *request, const struct describe_configs_resource *asked,
                           struct describe_configs_result *to)
{
    const struct node *node = request->node;
    const struct topic *topic = topics_find(node->topics, asked->resource_name);
    struct config_key key;

    if (topic == NULL) {
        to->error_code = ERROR_UNKNOWN_TOPIC_OR_PARTITION;
        return;
    }
    for (size_t i = 0; config_keys_topic(node, topic, i, &key); i++)
        if (is_asked(asked, key.name))
            add_key(request, &key, to);
}

static void describe_broker(struct request *request, const struct describe_configs_resource *asked,
                            struct describe_configs_result *to)
{
    struct config_key key;
    char self[16];

    (void)snprintf(self, sizeof(self), "%d", SETTINGS_NODE_ID);
    if (asked->resource_name.size > 0 && !span_is(asked->resource_name, self)) {
        to->error_code = ERROR_INVALID_REQUEST;
        to->error_message = span_of("there is no other broker");
        return;
    }
    for (size_t i = 0; config_keys_broker(request->node, i, &key); i++)
        if (is_asked(asked, key.name))
            add_key(request, &key, to);
}

static void describe_resource(struct request *request,
                              const struct describe_configs_resource *asked,
                              struct describe_configs_result *to)
{
    to->resource_type = asked->resource_type;
    to->resource_name = asked->resource_name;
    to->configs = REQUEST_NEW(request, struct describe_configs_config, KEYS_MAX);
    switch (asked->resource_type) {
    case RESOURCE_TOPIC:
        describe_topic(request, asked, to);
        break;
    case RESOURCE_BROKER:
        describe_broker(request, asked, to);
        break;
    default:
        to->error_code = ERROR_INVALID_REQUEST;
        to->error_message = span_of("only topics and the broker have keys here");
        break;
    }
}

void describe_configs_serve(struct request *request)
{
    const struct describe_configs_request *message = request->message;
    struct describe_configs_response response;
    struct err err;

    if (message->resources_count > RESOURCES_MAX) {
        (void)err_set(&err, ERR_LIMIT, "%zu resources at once, at most %d",
                      message->resources_count, RESOURCES_MAX);
        request_refuse(request, &err);
        return;
    }
    kafka_message_init(request->frame.api->response, &response);
    response.results_count = message->resources_count;
    response.results = REQUEST_NEW(request, struct describe_configs_result, response.results_count);
    for (size_t i = 0; i < message->resources_count; i++)
        describe_resource(request, &message->resources[i], &response.results[i]);
    request_answer(request, &response);
}
