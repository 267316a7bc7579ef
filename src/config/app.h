/* SPDX-License-Identifier: Apache-2.0 */
/* app.h - the section `app`: the topic, and which request is which event.
 *
 * Thread: any. */
#ifndef CONFIG_APP_H
#define CONFIG_APP_H

#include <stdbool.h>

#include "config/section.h"

#define APP_ROUTES_MAX 1000
#define APP_TOPIC_BYTES_MAX 249 /* Kafka's own bound */

/* Into config->topic and ->routes; what the section leaves out stays as it was. */
void app_read(struct section_reader *reader, const struct section_value *value, void *config);
/* Kafka's rule for a topic's name; says what is wrong with it. */
bool app_topic(struct section_reader *reader, const struct section_value *value,
               const char **topic);

#endif
