/* SPDX-License-Identifier: Apache-2.0 */
/* frame_reply.c - the queue of one connection's answers: given in any order, sent in theirs. */
#include "net/frame_peer.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "io/worker.h"

static void reply_free(struct frame_reply *reply)
{
    mem_free(reply->memory);
    if (reply->head != reply->head_small)
        mem_free(reply->head);
    mem_free(reply);
}

struct frame_reply *frame_reply_create(struct frame_peer *peer, size_t frame_bytes)
{
    struct frame_reply *reply = mem_new(sizeof(*reply));

    reply->peer = peer;
    reply->frame_bytes = frame_bytes;
    reply->head = reply->head_small;
    reply->head_room = FRAME_HEAD_BYTES;
    if (peer->last == NULL)
        peer->first = reply;
    else
        peer->last->next = reply;
    peer->last = reply;
    peer->in_flight++;
    peer->server->in_flight++;
    peer->server->unanswered_bytes += frame_bytes;
    return reply;
}

/* It is answered, or will not be: it does not count any more. */
static void reply_settle(struct frame_reply *reply)
{
    struct frame_peer *peer = reply->peer;

    if (peer->alone == reply)
        peer->alone = NULL;
    peer->in_flight--;
    peer->server->in_flight--;
    peer->server->unanswered_bytes -= reply->frame_bytes;
}

void frame_reply_void_all(struct frame_peer *peer)
{
    while (peer->first != NULL) {
        struct frame_reply *reply = peer->first;
        peer->first = reply->next;
        if (reply->given) {
            reply_free(reply);
            continue;
        }
        reply_settle(reply);
        reply->peer = NULL;
        reply->next = NULL;
        if (reply->taken_back)
            reply_free(reply);
    }
    peer->last = NULL;
}

static void send_given(struct frame_peer *peer)
{
    while (peer->first != NULL && peer->first->given) {
        struct frame_reply *reply = peer->first;
        peer->first = reply->next;
        if (peer->first == NULL)
            peer->last = NULL;
        if (reply->head_size > 0)
            connection_send(peer->connection, (struct span){reply->head, reply->head_size});
        if (reply->size > 0) {
            connection_send_owned(peer->connection, reply->memory, reply->offset, reply->size);
            reply->memory = NULL;
        }
        reply_free(reply);
    }
}

void frame_reply_send(struct frame_reply *reply, void *memory, size_t offset, size_t size)
{
    ON_LOOP();
    struct frame_peer *peer = reply->peer;

    assert(!reply->given && (memory != NULL || size == 0));
    reply->given = true;
    reply->memory = memory;
    reply->offset = offset;
    reply->size = size;
    if (peer == NULL) {
        reply_free(reply);
        return;
    }

    reply_settle(reply);
    peer->active_ms = loop_now_ms(peer->server->loop);
    send_given(peer);
    frame_peer_answered(peer);
}

void frame_reply_add(struct frame_reply *reply, struct span bytes)
{
    assert(!reply->given);
    if (bytes.size == 0)
        return;
    size_t size = reply->head_size + bytes.size;
    if (size > reply->head_room) {
        bool small = reply->head == reply->head_small;
        reply->head = mem_grow(small ? NULL : reply->head, size * 2);
        reply->head_room = size * 2;
        if (small)
            memcpy(reply->head, reply->head_small, reply->head_size);
    }
    memcpy(reply->head + reply->head_size, bytes.data, bytes.size);
    reply->head_size = size;
}

void frame_reply_alone(struct frame_reply *reply)
{
    assert(!reply->given);
    if (reply->peer != NULL)
        reply->peer->alone = reply;
}

bool frame_reply_is_void(const struct frame_reply *reply)
{
    return reply->peer == NULL;
}
