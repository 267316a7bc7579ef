/* SPDX-License-Identifier: Apache-2.0 */
/* cat_list.h - cat -L: brokers, topics and partitions; cat -Q: offsets by time.
 *
 * Thread: the main one. */
#ifndef CLI_CAT_LIST_H
#define CLI_CAT_LIST_H

#include <stdbool.h>

#include "base/command.h"

/* `topic` NULL: all. */
int cat_list_run(const char *brokers, const char *topic, bool json);
/* `query` is TOPIC:PARTITION:MS; -1 for MS: the end, -2: the beginning. */
int cat_list_query(const char *brokers, const char *query, bool json);

#endif
