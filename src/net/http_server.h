/* SPDX-License-Identifier: Apache-2.0 */
/* http_server.h - HTTP/1.0 and 1.1 (RFC 9110, 9112) for collector, sql, job and control sockets.
 *
 * Requests arrive whole; replies leave in their order, whenever each is ready
 * (pipelining).  What does not parse is answered here: 400, 408, 413,
 * 431, 501, 505, and the connection closes.  100-continue, HEAD (a reply's body is
 * left out), keep-alive and Date are handled here.
 *
 * Thread: the loop. */
#ifndef NET_HTTP_SERVER_H
#define NET_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "io/loop.h"
#include "io/address.h"
#include "wire/http.h"

/* struct http_request and its headers (wire/http.h) are borrowed until the reply was sent. */

struct http_limits {
    size_t connections_max;
    size_t header_bytes_max; /* request line and headers: 431 past it */
    size_t headers_max;
    size_t body_bytes_max; /* 413 past it */
    size_t in_flight_max;  /* per connection */
    int64_t header_ms_max; /* from the first byte to the end of the headers: 408 past it */
    int64_t body_ms_max;
    int64_t idle_ms_max;          /* between requests: closed without a word */
    size_t unsent_bytes_max;      /* per connection: past it no request of it is read */
    size_t request_bytes_all_max; /* of requests on their way or unanswered: 503 past it */
};
/* Limits that suit a small server; change what differs. */
static inline struct http_limits http_limits_default(void)
{
    return (struct http_limits){
        .connections_max = 16384,
        .header_bytes_max = (size_t)64 * 1024,
        .headers_max = 100,
        .body_bytes_max = (size_t)1024 * 1024,
        .in_flight_max = 64,
        .header_ms_max = 10000,
        .body_ms_max = 30000,
        .idle_ms_max = 75000,
        .unsent_bytes_max = (size_t)1024 * 1024,
        .request_bytes_all_max = (size_t)64 * 1024 * 1024,
    };
}

struct http_server;
struct http_exchange; /* one request and the place of its reply */

/* Answer now or later, exactly once, with http_reply_send(). */
typedef void http_serve_fn(void *owner, struct http_exchange *exchange,
                           const struct http_request *request);

MUST_CHECK struct http_server *http_server_create(struct loop *loop, http_serve_fn *serve,
                                                  void *owner, const struct http_limits *limits,
                                                  struct err *err);
MUST_CHECK bool http_server_listen(struct http_server *server, const struct address *address,
                                   int *port, struct err *err);
void http_server_stop_listening(struct http_server *server);
/* From now on each reply closes its connection, and idle ones close at once. */
void http_server_drain(struct http_server *server);
size_t http_server_connections(const struct http_server *server);
size_t http_server_in_flight(const struct http_server *server);
void http_server_close(struct http_server *server); /* NULL is fine */

/* The exchange's own memory: lives until the reply was sent. */
struct arena *http_exchange_arena(struct http_exchange *exchange);
bool http_exchange_is_void(const struct http_exchange *exchange); /* the client is gone */
void http_exchange_local(const struct http_exchange *exchange, struct address *address);

struct http_reply {
    int status;
    const char *content_type; /* NULL: none */
    struct http_header headers[16];
    size_t header_count;
    struct span body; /* copied */
    bool close;       /* the connection, after it */
};
/* Content-Length, Date and Connection are added.  For a 204 or 304 no body is sent. */
void http_reply_send(struct http_exchange *exchange, const struct http_reply *reply);

#endif
