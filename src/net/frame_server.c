/* SPDX-License-Identifier: Apache-2.0 */
/* frame_server.c - messages in, replies out in their order.
 *
 * A connection's bytes stay where the socket put them until a whole message is
 * there.  Each message takes a place in its connection's queue of replies; the
 * queue's head leaves as soon as it is given.  When a limit is reached the
 * connection is paused, and looked at again at the end of the turn in which
 * something of it was answered or sent. */
#include "net/frame_server.h"

#include <assert.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/worker.h"

#define LISTENERS_MAX 8
#define RECEIVE_SLACK_BYTES ((size_t)256 * 1024) /* what a read may bring past one whole message   \
                                                  */
#define HEAD_BYTES 64                            /* added bytes that need no memory of their own */
#define SWEEP_MS_MIN 50

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
    unsigned char head_small[HEAD_BYTES];
};

struct frame_peer {
    struct frame_server *server; /* NULL once the server was closed */
    struct connection *connection;
    struct frame_peer *older;
    struct frame_peer *newer;
    struct frame_reply *first; /* replies in order; the first is the next to leave */
    struct frame_reply *last;
    struct turn_end turn_end;
    size_t in_flight;
    size_t waiting_bytes; /* of the incomplete message */
    size_t needed_bytes;  /* no use in measuring below this */
    int64_t active_ms;    /* when a message was complete or a reply was given */
    void *state;
    bool paused;
    bool closing;
};

struct frame_server {
    struct loop *loop;
    const struct frame_service *service;
    void *owner;
    struct frame_limits limits;
    struct listener *listeners[LISTENERS_MAX];
    size_t listener_count;
    struct timer *sweep;
    struct frame_peer *newest;
    size_t connections;
    size_t in_flight;
    size_t unanswered_bytes; /* of messages whose reply was not given */
    size_t waiting_bytes;    /* of incomplete messages */
    size_t held;             /* connections paused for frame_bytes_all_max */
    bool full;               /* connections_max was reached, and it was said */
};

static void reply_free(struct frame_reply *reply)
{
    mem_free(reply->memory);
    if (reply->head != reply->head_small)
        mem_free(reply->head);
    mem_free(reply);
}

static void set_waiting(struct frame_peer *peer, size_t bytes)
{
    peer->server->waiting_bytes -= peer->waiting_bytes;
    peer->server->waiting_bytes += bytes;
    peer->waiting_bytes = bytes;
}

static struct frame_reply *reply_create(struct frame_peer *peer, size_t frame_bytes)
{
    struct frame_reply *reply = mem_new(sizeof(*reply));

    reply->peer = peer;
    reply->frame_bytes = frame_bytes;
    reply->head = reply->head_small;
    reply->head_room = sizeof(reply->head_small);
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

    peer->in_flight--;
    peer->server->in_flight--;
    peer->server->unanswered_bytes -= reply->frame_bytes;
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
    server->connections--;
}

/* Cuts a connection loose from the server and its replies; what is left of it waits for closed().
 */
static void peer_detach(struct frame_peer *peer)
{
    struct frame_server *server = peer->server;

    if (server->service->gone != NULL)
        server->service->gone(server->owner, peer);
    loop_forget_turn_end(server->loop, &peer->turn_end);
    set_waiting(peer, 0);
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
    peer_unlink(peer);
    peer->server = NULL;
}

static bool must_wait(const struct frame_peer *peer)
{
    const struct frame_limits *limits = &peer->server->limits;

    return peer->in_flight >= limits->in_flight_max ||
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

/* At the end of a turn, so that a service that answers many is not handed new messages meanwhile.
 */
static void peer_look_again(struct turn_end *turn_end)
{
    ON_LOOP();
    struct frame_peer *peer = CONTAINER_OF(turn_end, struct frame_peer, turn_end);

    if (peer->closing || !peer->paused || must_wait(peer))
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
    if (peer->paused)
        loop_at_turn_end(peer->server->loop, &peer->turn_end);
}

static void wake_all(struct frame_server *server)
{
    server->held = 0;
    for (struct frame_peer *peer = server->newest; peer != NULL; peer = peer->older)
        wake(peer);
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

static bool serve_one(struct frame_peer *peer, struct span frame)
{
    struct frame_server *server = peer->server;
    struct frame_reply *reply = reply_create(peer, frame.size);

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
        enum frame_state state =
            peer->server->service->measure(rest, limits->frame_bytes_max, &size);
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
        peer_detach(peer);
        if (server->held > 0 && (!all_full(server) || server->unanswered_bytes == 0))
            wake_all(server);
    }
    mem_free(peer);
}

static const struct connection_events peer_events = {
    .received = peer_received,
    .drained = peer_drained,
    .closed = peer_closed,
};

static void accepted(void *owner, struct connection *connection)
{
    ON_LOOP();
    struct frame_server *server = owner;

    if (server->connections >= server->limits.connections_max) {
        if (!server->full)
            diag_warn("connections_refused", "limit=%zu; refused until one ends",
                      server->limits.connections_max);
        server->full = true;
        connection_close(connection);
        return;
    }
    server->full = false;

    struct frame_peer *peer = mem_new(sizeof(*peer));
    peer->server = server;
    peer->connection = connection;
    peer->turn_end.run = peer_look_again;
    peer->active_ms = loop_now_ms(server->loop);
    peer->older = server->newest;
    if (peer->older != NULL)
        peer->older->newer = peer;
    server->newest = peer;
    server->connections++;
    connection_start(connection, &peer_events, peer,
                     server->limits.frame_bytes_max + RECEIVE_SLACK_BYTES);
}

/* Who neither completed a message nor is owed a reply for that long is not coming back; who does
 * not read its replies is not either. */
static void sweep(void *owner)
{
    ON_LOOP();
    struct frame_server *server = owner;
    int64_t oldest = loop_now_ms(server->loop) - server->limits.idle_ms_max;

    for (struct frame_peer *peer = server->newest; peer != NULL; peer = peer->older) {
        if (!peer->closing && peer->in_flight == 0 && peer->active_ms < oldest)
            frame_peer_close(peer);
    }
}

struct frame_server *frame_server_create(struct loop *loop, const struct frame_service *service,
                                         void *owner, const struct frame_limits *limits,
                                         struct err *err)
{
    ON_LOOP();
    if (limits->connections_max == 0 || limits->frame_bytes_max == 0 || limits->in_flight_max == 0)
        return (void)err_set(err, ERR_LIMIT, "a limit of zero lets nothing through"), NULL;

    struct frame_server *server = mem_new(sizeof(*server));
    server->loop = loop;
    server->service = service;
    server->owner = owner;
    server->limits = *limits;
    if (limits->idle_ms_max > 0) {
        int64_t every_ms = limits->idle_ms_max / 4;
        if (every_ms < SWEEP_MS_MIN)
            every_ms = SWEEP_MS_MIN;
        server->sweep = timer_create(loop, sweep, server);
        timer_start(server->sweep, every_ms, every_ms);
    }
    return server;
}

bool frame_server_listen(struct frame_server *server, const struct address *address, int *port,
                         struct err *err)
{
    ON_LOOP();
    if (server->listener_count == LISTENERS_MAX)
        return err_set(err, ERR_LIMIT, "at most %d addresses to listen on", LISTENERS_MAX);
    struct listener *listener = listener_open(server->loop, address, accepted, server, err);
    if (listener == NULL)
        return false;
    server->listeners[server->listener_count++] = listener;
    if (port != NULL)
        *port = listener_port(listener);
    return true;
}

void frame_server_stop_listening(struct frame_server *server)
{
    ON_LOOP();
    for (size_t i = 0; i < server->listener_count; i++)
        listener_close(server->listeners[i]);
    server->listener_count = 0;
}

size_t frame_server_connections(const struct frame_server *server)
{
    return server->connections;
}

size_t frame_server_in_flight(const struct frame_server *server)
{
    return server->in_flight;
}

void frame_server_close(struct frame_server *server)
{
    ON_LOOP();
    if (server == NULL)
        return;
    frame_server_stop_listening(server);
    timer_close(server->sweep);
    while (server->newest != NULL) {
        struct frame_peer *peer = server->newest;
        frame_peer_close(peer);
        peer_detach(peer);
    }
    mem_free(server);
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

    struct frame_server *server = peer->server;
    reply_settle(reply);
    peer->active_ms = loop_now_ms(server->loop);
    send_given(peer);
    if (server->held > 0 && (!all_full(server) || server->unanswered_bytes == 0))
        wake_all(server);
    else
        wake(peer);
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

bool frame_reply_is_void(const struct frame_reply *reply)
{
    return reply->peer == NULL;
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
