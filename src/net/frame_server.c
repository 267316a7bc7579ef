/* SPDX-License-Identifier: Apache-2.0 */
/* frame_server.c - where it listens, who may connect, and who has been silent for too long. */
#include "net/frame_server.h"

#include "base/mem.h"
#include "io/worker.h"
#include "net/frame_peer.h"

#define SWEEP_MS_MIN 50

static void accepted(void *owner, struct connection *connection)
{
    frame_peer_start(owner, connection);
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
    server->listeners = (struct listeners){
        .loop = loop,
        .accepted = accepted,
        .owner = server,
        .connections_max = limits->connections_max,
    };
    if (limits->idle_ms_max > 0) {
        int64_t every_ms = limits->idle_ms_max / 4;
        if (every_ms < SWEEP_MS_MIN)
            every_ms = SWEEP_MS_MIN;
        server->sweep = loop_timer_create(loop, sweep, server);
        loop_timer_start(server->sweep, every_ms, every_ms);
    }
    return server;
}

bool frame_server_listen(struct frame_server *server, const struct address *address, int *port,
                         struct err *err)
{
    return listeners_open(&server->listeners, address, port, err);
}

void frame_server_stop_listening(struct frame_server *server)
{
    listeners_close(&server->listeners);
}

size_t frame_server_connections(const struct frame_server *server)
{
    return server->listeners.connections;
}

size_t frame_server_in_flight(const struct frame_server *server)
{
    return server->in_flight;
}

size_t frame_server_unsent(const struct frame_server *server)
{
    size_t bytes = 0;

    for (const struct frame_peer *peer = server->newest; peer != NULL; peer = peer->older)
        bytes += connection_unsent(peer->connection);
    return bytes;
}

void frame_server_close(struct frame_server *server)
{
    ON_LOOP();
    if (server == NULL)
        return;
    frame_server_stop_listening(server);
    loop_timer_close(server->sweep);
    while (server->newest != NULL) {
        struct frame_peer *peer = server->newest;
        frame_peer_close(peer);
        frame_peer_detach(peer);
    }
    mem_free(server);
}
