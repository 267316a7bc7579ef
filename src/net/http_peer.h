/* SPDX-License-Identifier: Apache-2.0 */
/* http_peer.h - what the files of the HTTP server share; for them alone.
 *
 * Thread: the loop. */
#ifndef NET_HTTP_PEER_H
#define NET_HTTP_PEER_H

#include "base/arena.h"
#include "base/text.h"
#include "io/connection.h"
#include "io/loop.h"
#include "net/http_server.h"
#include "net/listeners.h"

#define HTTP_DATE_BYTES 40

/* One request and the place of its reply.  Used again and again, with its memory. */
struct http_exchange {
    struct http_peer *peer; /* NULL: void */
    struct http_exchange *next;
    struct http_message message;
    struct arena arena;
    struct text waiting; /* the reply, when an earlier one is not given yet */
    size_t counted;      /* bytes in server->request_bytes */
    bool given;
    bool closes; /* its reply is the connection's last */
};

struct http_peer {
    struct http_server *server; /* NULL once the server was closed */
    struct connection *connection;
    struct http_parser *parser;
    struct http_peer *older;
    struct http_peer *newer;
    struct http_exchange *first; /* replies in order; the first is the next to leave */
    struct http_exchange *last;
    struct http_exchange *coming; /* its request is on its way */
    struct turn_end turn_end;
    size_t in_flight;
    size_t unsent_seen;
    int64_t since_ms; /* when what we wait for began: headers, a body, the next request */
    bool in_body;
    bool continue_due;
    bool paused;
    bool ended;     /* the peer sends no more */
    bool deaf;      /* what else comes is dropped */
    bool refused;   /* something was wrong: it may still be sending */
    bool finishing; /* the last reply was sent */
    bool closing;
};

struct http_server {
    struct loop *loop;
    http_serve_fn *serve;
    void *owner;
    struct http_limits limits;
    struct http_bounds bounds;
    struct listeners listeners;
    struct loop_timer *sweep;
    struct http_peer *newest;
    struct http_exchange *idle; /* to be used again */
    size_t idle_count;
    size_t in_flight;
    size_t request_bytes; /* of requests on their way or unanswered */
    struct text scratch;  /* the reply at hand */
    int64_t date_second;
    char date[HTTP_DATE_BYTES];
    bool draining;
};

/* http_exchange.c */
struct http_exchange *http_exchange_take(struct http_server *server);
void http_exchange_give_back(struct http_server *server, struct http_exchange *exchange);
void http_exchange_close(struct http_exchange *exchange);
void http_exchange_count(struct http_server *server, struct http_exchange *exchange, size_t bytes);

/* http_peer.c */
void http_peer_start(struct http_server *server, struct connection *connection);
void http_peer_close(struct http_peer *peer);
/* Cuts a connection loose from the server and its exchanges; what is left waits for closed(). */
void http_peer_detach(struct http_peer *peer);
/* Answers what is coming with an error, behind the replies that are owed. */
void http_peer_refuse(struct http_peer *peer, int status, const char *reason);
/* Nothing else is served on this connection; it ends when all was sent. */
void http_peer_finish(struct http_peer *peer);
/* A reply was given and taken out of the queue. */
void http_peer_answered(struct http_peer *peer);

#endif
