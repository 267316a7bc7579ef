/* SPDX-License-Identifier: Apache-2.0 */
/* frame_peer.h - what the three files of the frame server share; for them alone.
 *
 * Thread: the loop. */
#ifndef NET_FRAME_PEER_H
#define NET_FRAME_PEER_H

#include "io/connection.h"
#include "io/loop.h"
#include "net/frame_server.h"
#include "net/listeners.h"

#define FRAME_HEAD_BYTES 64 /* added bytes that need no memory of their own */

struct frame_reply {
    struct frame_peer *peer; /* NULL: void */
    struct frame_reply *next;
    size_t frame_bytes; /* of the message it answers */
    bool given;
    bool taken_back;       /* the service refused the message and holds it no more */
    unsigned char *memory; /* taken over; bytes [offset, offset + size) go out */
    size_t offset;
    size_t size;
    unsigned char *head; /* what was added in front: `head_small`, or memory of its own */
    size_t head_size;
    size_t head_room;
    unsigned char head_small[FRAME_HEAD_BYTES];
};

struct frame_peer {
    struct frame_server *server; /* NULL once the server was closed */
    struct connection *connection;
    struct frame_peer *older;
    struct frame_peer *newer;
    struct frame_reply *first; /* replies in order; the first is the next to leave */
    struct frame_reply *last;
    struct frame_reply *alone; /* until it is given nothing else is served; or NULL */
    struct turn_end turn_end;
    size_t in_flight;
    size_t waiting_bytes; /* of the incomplete message */
    size_t needed_bytes;  /* no use in measuring below this */
    int64_t active_ms;    /* when a message was complete or a reply was given */
    void *state;
    bool paused;
    bool ended; /* the peer sends no more */
    bool closing;
};

struct frame_server {
    struct loop *loop;
    const struct frame_service *service;
    void *owner;
    struct frame_limits limits;
    struct listeners listeners;
    struct loop_timer *sweep;
    struct frame_peer *newest;
    size_t in_flight;
    size_t unanswered_bytes; /* of messages whose reply was not given */
    size_t waiting_bytes;    /* of incomplete messages */
    size_t held;             /* connections paused for frame_bytes_all_max */
};

/* The next place in the connection's order. */
struct frame_reply *frame_reply_create(struct frame_peer *peer, size_t frame_bytes);
/* Those not given yet become void, the others are freed. */
void frame_reply_void_all(struct frame_peer *peer);

void frame_peer_start(struct frame_server *server, struct connection *connection);
/* Cuts a connection loose from the server and its replies; what is left of it waits for closed().
 */
void frame_peer_detach(struct frame_peer *peer);
/* A reply was given: more may be read now. */
void frame_peer_answered(struct frame_peer *peer);

#endif
