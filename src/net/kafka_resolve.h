/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_resolve.h - how librdkafka's instances find hosts: as the system does, and the lecture's
 * names (kafka, presto, cloudera, spark, mids), where they do not resolve, are 127.0.0.1.
 *
 * Thread: any; librdkafka calls it from threads of its own, and it has no state. */
#ifndef NET_KAFKA_RESOLVE_H
#define NET_KAFKA_RESOLVE_H

#include <librdkafka/rdkafka.h>

void kafka_resolve_install(rd_kafka_conf_t *conf);

#endif
