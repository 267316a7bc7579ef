/* SPDX-License-Identifier: Apache-2.0 */
/* frame_server.h - a server of messages cut out of a byte stream: Kafka's and Thrift's.
 *
 * Each message is handed over whole.  Replies leave in the order of the
 * requests, whenever each is ready: a reply slot is taken for every message,
 * and a later answer waits for the earlier ones.
 *
 * Limits: connections in all, bytes of a message, messages in flight and
 * unsent bytes per connection (past them the connection is not read until they
 * fall), idle time.
 *
 * Thread: the loop. */
#ifndef NET_FRAME_SERVER_H
#define NET_FRAME_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "io/loop.h"
#include "io/address.h"

enum frame_state { FRAME_MORE, FRAME_COMPLETE, FRAME_MALFORMED };

struct frame_server;
struct frame_peer;  /* one connection */
struct frame_reply; /* the place of one answer in the order */

struct frame_limits {
    size_t connections_max;
    size_t frame_bytes_max;
    size_t in_flight_max;       /* messages per connection whose reply was not given */
    size_t unsent_bytes_max;    /* per connection */
    size_t frame_bytes_all_max; /* bytes of incomplete and unanswered messages, all connections */
    int64_t idle_ms_max;        /* 0: for ever */
};

struct frame_service {
    /* Looks at the bytes at hand: how long is the first message?  With FRAME_COMPLETE *size is its
     * size in all; with FRAME_MORE *size is what is needed in all when that is known, else 0.
     * `limit` is frame_bytes_max. */
    enum frame_state (*measure)(struct span bytes, size_t limit, size_t *size);
    /* The same, asked instead when it is not NULL: for messages whose end is found only by walking
     * them.  frame_peer_state(peer) may keep where the walk stands; the next call for this peer
     * gets the same bytes with more behind them, or, after FRAME_COMPLETE, the next message. */
    enum frame_state (*measure_on)(struct frame_peer *peer, struct span bytes, size_t limit,
                                   size_t *size);
    /* One whole message.  `frame` is borrowed until this returns.  Answer with
     * frame_reply_send() now or later, exactly once.  False closes the connection and takes the
     * reply back, if it was not given yet. */
    bool (*serve)(void *owner, struct frame_peer *peer, struct frame_reply *reply,
                  struct span frame);
    /* The connection is gone; pending replies of it may still be sent and are dropped.  May be
     * NULL. */
    void (*gone)(void *owner, struct frame_peer *peer);
    /* A client that sends no more is gone, whatever it is still owed: no half-open connections. */
    bool ends_with_client;
};

MUST_CHECK struct frame_server *frame_server_create(struct loop *loop,
                                                    const struct frame_service *service,
                                                    void *owner, const struct frame_limits *limits,
                                                    struct err *err);
MUST_CHECK bool frame_server_listen(struct frame_server *server, const struct address *address,
                                    int *port, struct err *err);
void frame_server_stop_listening(struct frame_server *server);
size_t frame_server_connections(const struct frame_server *server);
size_t frame_server_in_flight(const struct frame_server *server); /* replies not given yet */
size_t frame_server_unsent(const struct frame_server *server);    /* bytes, of all connections */
void frame_server_close(struct frame_server *server);             /* closes all; NULL is fine */

/* Takes over memory from mem_new/mem_grow: bytes [offset, offset + size) of it, which go out
 * behind those of frame_reply_add().  NULL with size 0 sends only what was added; when nothing was
 * added either, the message has no reply (Kafka's acks=0). */
void frame_reply_send(struct frame_reply *reply, void *memory, size_t offset, size_t size);
/* Puts bytes in front, copied; before frame_reply_send(). */
void frame_reply_add(struct frame_reply *reply, struct span bytes);
/* Until this reply is given no other message of its connection is served: for answers so large that
 * one at a time is enough. */
void frame_reply_alone(struct frame_reply *reply);
/* True when its connection is gone: what waits on the reply's behalf can stop.  The reply must
 * still be sent once. */
bool frame_reply_is_void(const struct frame_reply *reply);

void frame_peer_local(const struct frame_peer *peer, struct address *address);
void frame_peer_address(const struct frame_peer *peer, struct address *address);
void frame_peer_close(struct frame_peer *peer);
/* A pointer of the service's own per connection; NULL at first. */
void *frame_peer_state(const struct frame_peer *peer);
void frame_peer_set_state(struct frame_peer *peer, void *state);

#endif
