/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_conf.h - what all our uses of librdkafka have in common; nobody outside net/ includes it.
 *
 * The library's log waits in its queue until the owner polls, and then goes to
 * diag: none of its threads runs code of ours but the look-up of host names.
 *
 * Thread: any. */
#ifndef NET_KAFKA_CONF_H
#define NET_KAFKA_CONF_H

#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "base/err.h"

struct kafka_conf_pair {
    const char *name;
    const char *value;
};

/* A handle of `type` with `pairs` set over the common settings; `opaque` is what callbacks get.
 * `pairs` ends with a NULL name.  `adjust` (may be NULL) sets what is no string.
 * ERR_MALFORMED: a setting that the library refuses, named; ERR_IO: it cannot start. */
MUST_CHECK rd_kafka_t *kafka_conf_open(rd_kafka_type_t type, const char *brokers,
                                       const struct kafka_conf_pair *pairs,
                                       void (*adjust)(rd_kafka_conf_t *conf), void *opaque,
                                       struct err *err);
/* Fills in an error from the library's code: kinds by what a caller can do. */
bool kafka_conf_error(struct err *err, rd_kafka_resp_err_t code, const char *what);

#endif
