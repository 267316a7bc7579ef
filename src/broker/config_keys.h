/* SPDX-License-Identifier: Apache-2.0 */
/* config_keys.h - the keys of topics and of the broker that clients can ask for, and which of a
 * topic's they can set.
 *
 * Thread: the loop. */
#ifndef BROKER_CONFIG_KEYS_H
#define BROKER_CONFIG_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "broker/node.h"

#define CONFIG_KEYS_VALUE_BYTES 32

enum config_source { /* DescribeConfigs' config_source */
                     CONFIG_SOURCE_TOPIC = 1,
                     CONFIG_SOURCE_STATIC_BROKER = 4,
                     CONFIG_SOURCE_DEFAULT = 5,
};

enum config_type {
    CONFIG_TYPE_BOOLEAN = 1,
    CONFIG_TYPE_STRING,
    CONFIG_TYPE_INT,
    CONFIG_TYPE_LONG,
    CONFIG_TYPE_LIST = 7
};

struct config_key {
    const char *name;
    enum config_type type;
    enum config_source source;
    char value[CONFIG_KEYS_VALUE_BYTES];
    const char *does;
};

/* The key at `index` with its value for this topic, or, without a topic, of the broker.  False past
 * the last. */
bool config_keys_topic(const struct node *node, const struct topic *topic, size_t index,
                       struct config_key *key);
bool config_keys_broker(const struct node *node, size_t index, struct config_key *key);
/* Takes a key that a client sets on a new topic.  ERR_UNSUPPORTED for one that Kafka has and that
 * would change nothing here, ERR_MALFORMED for a value out of range or an unknown key. */
MUST_CHECK bool config_keys_set(struct topic_config *config, struct span name, struct span value,
                                struct err *err);

#endif
