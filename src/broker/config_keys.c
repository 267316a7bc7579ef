/* SPDX-License-Identifier: Apache-2.0 */
/* config_keys.c - Kafka's names, with the values that are true here.
 *
 * A key that is told has the value that the broker acts by.  Retention and
 * compaction are not served yet: the values say so, and asking for others is
 * refused rather than ignored. */
#include "broker/config_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "wire/batch.h"

static const struct key {
    const char *name;
    enum config_type type;
    const char *value; /* NULL: it depends */
    const char *does;
} topic_keys[] = {
    {"cleanup.policy", CONFIG_TYPE_LIST, "delete", "What happens to old records."},
    {"compression.type", CONFIG_TYPE_STRING, "producer", "Batches are kept as they came."},
    {"flush.messages", CONFIG_TYPE_LONG, "1", "Every batch is synced before it is acknowledged."},
    {"index.interval.bytes", CONFIG_TYPE_INT, "4096", "One index entry for so many bytes."},
    {"max.message.bytes", CONFIG_TYPE_INT, NULL, "The largest batch."},
    {"message.timestamp.type", CONFIG_TYPE_STRING, "CreateTime", "Timestamps are the producer's."},
    {"min.insync.replicas", CONFIG_TYPE_INT, "1", "There is one replica."},
    {"retention.bytes", CONFIG_TYPE_LONG, "-1", "Nothing is removed for its size."},
    {"retention.ms", CONFIG_TYPE_LONG, "-1", "Nothing is removed for its age."},
    {"segment.bytes", CONFIG_TYPE_INT, NULL, "The largest segment file."},
};

static const struct key broker_keys[] = {
    {"auto.create.topics.enable", CONFIG_TYPE_BOOLEAN, NULL, "Topics that are named are made."},
    {"broker.id", CONFIG_TYPE_INT, NULL, "The one node."},
    {"default.replication.factor", CONFIG_TYPE_INT, "1", "There is one replica."},
    {"log.segment.bytes", CONFIG_TYPE_INT, NULL, "The largest segment file."},
    {"message.max.bytes", CONFIG_TYPE_INT, NULL, "The largest batch."},
    {"num.partitions", CONFIG_TYPE_INT, NULL, "Partitions of a topic that is only named."},
};

static void copy_key(const struct key *key, struct config_key *to)
{
    *to = (struct config_key){
        .name = key->name, .type = key->type, .source = CONFIG_SOURCE_DEFAULT, .does = key->does};
    if (key->value != NULL)
        (void)snprintf(to->value, sizeof(to->value), "%s", key->value);
}

static void set_number(struct config_key *key, int64_t value, enum config_source source)
{
    (void)snprintf(key->value, sizeof(key->value), "%" PRId64, value);
    key->source = source;
}

static enum config_source topic_or(int64_t own, int64_t brokers, int64_t fallback)
{
    if (own > 0)
        return CONFIG_SOURCE_TOPIC;
    return brokers == fallback ? CONFIG_SOURCE_DEFAULT : CONFIG_SOURCE_STATIC_BROKER;
}

bool config_keys_topic(const struct node *node, const struct topic *topic, size_t index,
                       struct config_key *key)
{
    if (index >= COUNT_OF(topic_keys))
        return false;
    copy_key(&topic_keys[index], key);
    if (strcmp(key->name, "max.message.bytes") == 0)
        set_number(key, topics_message_bytes_max(node->topics, topic),
                   topic_or(topic->config.message_bytes_max, node->settings.message_bytes_max,
                            SETTINGS_MESSAGE_BYTES_DEFAULT));
    else if (strcmp(key->name, "segment.bytes") == 0)
        set_number(key, topics_segment_bytes(node->topics, topic),
                   topic_or(topic->config.segment_bytes, node->settings.segment_bytes_max,
                            SETTINGS_SEGMENT_BYTES_DEFAULT));
    return true;
}

bool config_keys_broker(const struct node *node, size_t index, struct config_key *key)
{
    const struct settings *settings = &node->settings;

    if (index >= COUNT_OF(broker_keys))
        return false;
    copy_key(&broker_keys[index], key);
    if (strcmp(key->name, "auto.create.topics.enable") == 0) {
        (void)snprintf(key->value, sizeof(key->value), "%s",
                       settings->auto_create ? "true" : "false");
        key->source = settings->auto_create ? CONFIG_SOURCE_DEFAULT : CONFIG_SOURCE_STATIC_BROKER;
    } else if (strcmp(key->name, "broker.id") == 0) {
        set_number(key, SETTINGS_NODE_ID, CONFIG_SOURCE_DEFAULT);
    } else if (strcmp(key->name, "log.segment.bytes") == 0) {
        set_number(key, settings->segment_bytes_max,
                   topic_or(0, settings->segment_bytes_max, SETTINGS_SEGMENT_BYTES_DEFAULT));
    } else if (strcmp(key->name, "message.max.bytes") == 0) {
        set_number(key, settings->message_bytes_max,
                   topic_or(0, settings->message_bytes_max, SETTINGS_MESSAGE_BYTES_DEFAULT));
    } else if (strcmp(key->name, "num.partitions") == 0) {
        set_number(key, settings->partition_count,
                   topic_or(0, settings->partition_count, SETTINGS_PARTITION_DEFAULT));
    }
    return true;
}

static bool set_in_range(int64_t *to, struct span name, struct span value, int64_t min, int64_t max,
                         struct err *err)
{
    int64_t number;

    if (!span_to_i64(value, &number) || number < min || number > max)
        return err_set(err, ERR_MALFORMED, "%.*s wants a number from %" PRId64 " to %" PRId64,
                       (int)name.size, (const char *)name.data, min, max);
    *to = number;
    return true;
}

bool config_keys_set(struct topic_config *config, struct span name, struct span value,
                     struct err *err)
{
    if (span_is(name, "max.message.bytes"))
        return set_in_range(&config->message_bytes_max, name, value, BATCH_HEADER_BYTES,
                            BATCH_BYTES_MAX, err);
    if (span_is(name, "segment.bytes"))
        return set_in_range(&config->segment_bytes, name, value, LOG_SEGMENT_BYTES_MIN,
                            LOG_SEGMENT_BYTES_MAX, err);
    for (size_t i = 0; i < COUNT_OF(topic_keys); i++) {
        if (!span_is(name, topic_keys[i].name))
            continue;
        return span_is(value, topic_keys[i].value) ||
               err_set(err, ERR_UNSUPPORTED, "%s can only be %s", topic_keys[i].name,
                       topic_keys[i].value);
    }
    return err_set(err, ERR_UNSUPPORTED, "no key '%.*s' is served",
                   (int)(name.size < 100 ? name.size : 100), (const char *)name.data);
}
