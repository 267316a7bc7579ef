/* SPDX-License-Identifier: Apache-2.0 */
/* frame_peer.c - one connection: cuts its bytes into messages, and stops reading at a limit.
 *
 * A connection's bytes stay where the socket put them until a whole message is
 * there.  When a limit is reached the connection is paused, and looked at
 * again at the end of the turn in which something of it was answered or sent:
 * a service that answers many at once is not handed new messages meanwhile.
 *
 *   reading -> paused -> reading     in flight, unsent or all bytes past a limit
 *   reading -> ended                 the peer sends no more; the answers still go out
 *   any -> closing -> closed */
#include "net/frame_peer.h"

#include <assert.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/worker.h"

/* What a read may bring past one whole message. */
#define RECEIVE_SLACK_BYTES ((size_t)256 * 1024)

static void set_waiting(struct frame_peer *peer, size_t bytes)
{
    peer->server->waiting_bytes -= peer->waiting_bytes;
    peer->server->waiting_bytes += bytes;
    peer->waiting_bytes = bytes;
}

static void peer_unlink(struct frame_peer *peer)
{
    struct frame_server *server = peer->server;

    if (peer->newer == NULL)
        server->newest = peer->older;
    else
        peer->newer->older = peer->older;
    if (peer->older != NULL)
        peer->older->newer = peer->newer;
    listeners_left(&server->listeners);
}

void frame_peer_detach(struct frame_peer *peer)
{
    struct frame_server *server = peer->server;

    if (server->service->gone != NULL)
        server->service->gone(server->owner, peer);
    loop_forget_turn_end(server->loop, &peer->turn_end);
    set_waiting(peer, 0);
    frame_reply_void_all(peer);
    peer_unlink(peer);
    peer->server = NULL;
}

static bool must_wait(const struct frame_peer *peer)
{
    const struct frame_limits *limits = &peer->server->limits;

    return peer->alone != NULL || peer->in_flight >= limits->in_flight_max ||
           connection_unsent(peer->connection) > limits->unsent_bytes_max;
}

static bool all_full(const struct frame_server *server)
{
    return server->waiting_bytes + server->unanswered_bytes > server->limits.frame_bytes_all_max;
}

static void pause_peer(struct frame_peer *peer)
{
    if (peer->paused)
        return;
    peer->paused = true;
    connection_pause(peer->connection);
}

static void peer_look_again(struct turn_end *turn_end)
{
    ON_LOOP();
    struct frame_peer *peer = CONTAINER_OF(turn_end, struct frame_peer, turn_end);

    if (peer->closing)
        return;
    if (peer->ended && peer->in_flight == 0) {
        connection_finish(peer->connection);
        return;
    }
    if (!peer->paused || must_wait(peer))
        return;
    if (all_full(peer->server) && peer->server->unanswered_bytes > 0) {
        peer->server->held++; /* the reply that makes room wakes all */
        return;
    }
    peer->paused = false;
    connection_resume(peer->connection);
}

static void wake(struct frame_peer *peer)
{
    if (peer->paused || peer->ended)
        loop_at_turn_end(peer->server->loop, &peer->turn_end);
}

static void wake_all(struct frame_server *server)
{
    server->held = 0;
    for (struct frame_peer *peer = server->newest; peer != NULL; peer = peer->older)
        wake(peer);
}

void frame_peer_answered(struct frame_peer *peer)
{
    struct frame_server *server = peer->server;

    if (server->held > 0 && (!all_full(server) || server->unanswered_bytes == 0))
        wake_all(server);
    else
        wake(peer);
}

static bool serve_one(struct frame_peer *peer, struct span frame)
{
    struct frame_server *server = peer->server;
    struct frame_reply *reply = frame_reply_create(peer, frame.size);

    peer->active_ms = loop_now_ms(server->loop);
    if (server->service->serve(server->owner, peer, reply, frame))
        return true;
    if (peer->last == reply && !reply->given) /* else it was given, and may be gone */
        reply->taken_back = true;
    frame_peer_close(peer);
    return false;
}

/* Too much waits in all.  Is some of it unanswered, room will come: wait.  Else it is all
 * incomplete messages, of which this one must go. */
static void hold_or_close(struct frame_peer *peer)
{
    struct frame_server *server = peer->server;

    if (server->unanswered_bytes > 0) {
        server->held++;
        pause_peer(peer);
        return;
    }
    diag_warn("connection_closed", "reason=frame_bytes_all_max limit=%zu",
              server->limits.frame_bytes_all_max);
    frame_peer_close(peer);
}

static enum frame_state measure(struct frame_peer *peer, struct span bytes, size_t *size)
{
    const struct frame_service *service = peer->server->service;
    size_t limit = peer->server->limits.frame_bytes_max;

    return service->measure_on != NULL ? service->measure_on(peer, bytes, limit, size)
                                       : service->measure(bytes, limit, size);
}

static size_t serve_messages(struct frame_peer *peer, struct span bytes)
{
    const struct frame_limits *limits = &peer->server->limits;
    size_t used = 0;

    while (!peer->closing && used < bytes.size) {
        if (must_wait(peer)) {
            pause_peer(peer);
            break;
        }
        struct span rest = span_after(bytes, used);
        size_t size = 0;
        if (rest.size < peer->needed_bytes)
            break;
        enum frame_state state = measure(peer, rest, &size);
        if (state == FRAME_MORE && size <= limits->frame_bytes_max &&
            rest.size <= limits->frame_bytes_max) {
            peer->needed_bytes = size;
            break;
        }
        if (state != FRAME_COMPLETE || size > limits->frame_bytes_max) {
            diag_debug("connection_closed", "reason=malformed_message");
            frame_peer_close(peer);
            break;
        }
        assert(size > 0 && size <= rest.size);
        used += size;
        peer->needed_bytes = 0;
        if (!serve_one(peer, (struct span){rest.data, size}))
            break;
    }
    return used;
}

static size_t peer_received(void *owner, struct span bytes)
{
    ON_LOOP();
    struct frame_peer *peer = owner;

    if (peer->closing || peer->server == NULL)
        return bytes.size;
    size_t used = serve_messages(peer, bytes);
    if (peer->closing)
        return bytes.size;
    set_waiting(peer, bytes.size - used);
    if (peer->waiting_bytes > 0 && all_full(peer->server))
        hold_or_close(peer);
    return used;
}

static void peer_ended(void *owner)
{
    ON_LOOP();
    struct frame_peer *peer = owner;

    peer->ended = true;
    if (peer->server == NULL || peer->closing)
        return;
    if (peer->server->service->ends_with_client)
        frame_peer_close(peer);
    else
        wake(peer);
}

static void peer_drained(void *owner)
{
    struct frame_peer *peer = owner;

    if (peer->server != NULL && !peer->closing)
        wake(peer);
}

static void peer_closed(void *owner, const char *reason)
{
    ON_LOOP();
    struct frame_peer *peer = owner;

    if (reason != NULL)
        diag_debug("connection_ended", "reason=%s", reason);
    if (peer->server != NULL) {
        struct frame_server *server = peer->server;
        frame_peer_detach(peer);
        if (server->held > 0 && (!all_full(server) || server->unanswered_bytes == 0))
            wake_all(server);
    }
    mem_free(peer);
}

static const struct connection_events peer_events = {
    .received = peer_received,
    .ended = peer_ended,
    .drained = peer_drained,
    .closed = peer_closed,
};

void frame_peer_start(struct frame_server *server, struct connection *connection)
{
    struct frame_peer *peer = mem_new(sizeof(*peer));

    peer->server = server;
    peer->connection = connection;
    peer->turn_end.run = peer_look_again;
    peer->active_ms = loop_now_ms(server->loop);
    peer->older = server->newest;
    if (peer->older != NULL)
        peer->older->newer = peer;
    server->newest = peer;
    connection_start(connection, &peer_events, peer,
                     server->limits.frame_bytes_max + RECEIVE_SLACK_BYTES);
}

void frame_peer_local(const struct frame_peer *peer, struct address *address)
{
    connection_local(peer->connection, address);
}

void frame_peer_address(const struct frame_peer *peer, struct address *address)
{
    connection_peer(peer->connection, address);
}

void frame_peer_close(struct frame_peer *peer)
{
    ON_LOOP();
    if (peer->closing)
        return;
    peer->closing = true;
    connection_close(peer->connection);
}

void *frame_peer_state(const struct frame_peer *peer)
{
    return peer->state;
}

void frame_peer_set_state(struct frame_peer *peer, void *state)
{
    peer->state = state;
}
