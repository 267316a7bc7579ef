/* SPDX-License-Identifier: Apache-2.0 */
/* settings.c - keys over defaults. */
#include "broker/settings.h"

#include <string.h>

static int64_t number(const struct config *config, const char *name, int64_t fallback)
{
    const char *text = config_broker_option(config, name);
    int64_t value;

    return text != NULL && span_to_i64(span_of(text), &value) ? value : fallback;
}

static bool boolean(const struct config *config, const char *name, bool fallback)
{
    const char *text = config_broker_option(config, name);

    return text == NULL ? fallback : strcmp(text, "true") == 0;
}

struct settings settings_from(const struct config *config)
{
    return (struct settings){
        .partition_count = (int32_t)number(config, "num.partitions", SETTINGS_PARTITION_DEFAULT),
        .auto_create = boolean(config, "auto.create.topics.enable", true),
        .message_bytes_max = number(config, "message.max.bytes", SETTINGS_MESSAGE_BYTES_DEFAULT),
        .segment_bytes_max = number(config, "log.segment.bytes", SETTINGS_SEGMENT_BYTES_DEFAULT),
    };
}
