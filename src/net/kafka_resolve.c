/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_resolve.c - names of brokers, also of those that a cluster advertises. */
#include "net/kafka_resolve.h"

#include <netdb.h>

#include "io/dial.h"

static int resolve(const char *node, const char *service, const struct addrinfo *hints,
                   struct addrinfo **res, void *opaque)
{
    (void)opaque;
    if (node == NULL && service == NULL && hints == NULL) {
        freeaddrinfo(*res);
        return 0;
    }
    int failed = getaddrinfo(node, service, hints, res);
    if (failed != 0 && node != NULL && dial_is_lecture_name(node))
        failed = getaddrinfo("127.0.0.1", service, hints, res);
    return failed;
}

void kafka_resolve_install(rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_resolve_cb(conf, resolve);
}
