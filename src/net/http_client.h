/* SPDX-License-Identifier: Apache-2.0 */
/* http_client.h - one request, one answer, blocking: for commands and workers.
 *
 * Thread: any but the loop. */
#ifndef NET_HTTP_CLIENT_H
#define NET_HTTP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "io/address.h"

struct http_client_header {
    const char *name;
    const char *value;
};

struct http_call {
    const struct address *address;
    const char *method;
    const char *target; /* "/v1/statement" */
    const struct http_client_header *headers;
    size_t header_count;
    struct span body;
    int64_t timeout_ms; /* for the whole exchange */
};

struct http_answer {
    int status;
    const struct http_client_header *headers; /* names in lower case */
    size_t header_count;
    struct span body;
};

/* One connection per call.  The answer lives in `arena`, whose limit bounds it.  ERR_UNAVAILABLE:
 * nobody answers at the address; ERR_MALFORMED; ERR_LIMIT.  Any status is a success here. */
MUST_CHECK bool http_client_call(const struct http_call *call, struct http_answer *answer,
                                 struct arena *arena, struct err *err);
/* The value of the first header of that name (lower case), or NULL. */
const char *http_client_header(const struct http_answer *answer, const char *name);

#endif
