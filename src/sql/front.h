/* SPDX-License-Identifier: Apache-2.0 */
/* front.h - the paths of Presto's and Trino's HTTP protocol.
 *
 *   POST   /v1/statement                                   a statement; answered with a nextUri
 *   GET    /v1/statement/queued|executing/ID/SLUG/TOKEN    the next reply, or the newest again
 *   DELETE the same                                        cancel; 204
 *   GET    /v1/info, /v1/status, /v1/query/ID              what clients and people look at
 *
 * X-Steelthread-Dialect: hive with a POST makes the statement Hive's.
 *
 * Thread: the loop. */
#ifndef SQL_FRONT_H
#define SQL_FRONT_H

#include <stdint.h>

#include "net/http_server.h"
#include "sql/hall.h"

struct front {
    struct hall *hall;
    int64_t started_ms; /* of the steady clock */
};

/* http_serve_fn; the owner is a struct front. */
void front_serve(void *owner, struct http_exchange *exchange, const struct http_request *request);
/* Limits of the public port. */
struct http_limits front_limits(void);

#endif
