/* SPDX-License-Identifier: Apache-2.0 */
/* http_server.c - where it listens, who may connect, and who has been waited for too long. */
#include "net/http_server.h"

#include "base/mem.h"
#include "io/worker.h"
#include "net/http_peer.h"

#define SWEEP_MS_MIN 50
#define SWEEP_MS_MAX 1000

static void connection_accepted(void *owner, struct connection *connection)
{
    http_peer_start(owner, connection);
}

static void sweep_peer(struct http_peer *peer, int64_t now)
{
    const struct http_limits *limits = &peer->server->limits;
    size_t unsent = connection_unsent(peer->connection);
    int64_t waited_ms = now - peer->since_ms;

    if (unsent != peer->unsent_seen) { /* it reads, slowly */
        peer->unsent_seen = unsent;
        peer->since_ms = peer->coming == NULL ? now : peer->since_ms;
        return;
    }
    if (peer->coming != NULL && !peer->deaf) {
        if (waited_ms > (peer->in_body ? limits->body_ms_max : limits->header_ms_max))
            http_peer_refuse(peer, 408, "the request took too long to arrive");
    } else if (peer->in_flight == 0 || peer->finishing) {
        if (waited_ms > limits->idle_ms_max)
            http_peer_close(peer);
    }
}

static void sweep_all(void *owner)
{
    ON_LOOP();
    struct http_server *server = owner;
    int64_t now = loop_now_ms(server->loop);

    for (struct http_peer *peer = server->newest; peer != NULL; peer = peer->older) {
        if (!peer->closing)
            sweep_peer(peer, now);
    }
}

static int64_t look_every_ms(const struct http_limits *limits)
{
    int64_t least = limits->idle_ms_max;

    if (limits->header_ms_max < least)
        least = limits->header_ms_max;
    if (limits->body_ms_max < least)
        least = limits->body_ms_max;
    least /= 4;
    return least < SWEEP_MS_MIN ? SWEEP_MS_MIN : least > SWEEP_MS_MAX ? SWEEP_MS_MAX : least;
}

struct http_server *http_server_create(struct loop *loop, http_serve_fn *serve, void *owner,
                                       const struct http_limits *limits, struct err *err)
{
    ON_LOOP();
    if (limits->connections_max == 0 || limits->headers_max == 0 || limits->in_flight_max == 0 ||
        limits->header_bytes_max == 0) {
        (void)err_set(err, ERR_LIMIT, "a limit of zero lets no request through");
        return NULL;
    }

    struct http_server *server = mem_new(sizeof(*server));
    server->loop = loop;
    server->serve = serve;
    server->owner = owner;
    server->limits = *limits;
    server->listeners = (struct listeners){
        .loop = loop,
        .accepted = connection_accepted,
        .owner = server,
        .connections_max = limits->connections_max,
    };
    server->bounds = (struct http_bounds){
        .header_bytes_max = limits->header_bytes_max,
        .headers_max = limits->headers_max,
        .body_bytes_max = limits->body_bytes_max,
    };
    text_init(&server->scratch, SIZE_MAX);
    int64_t every_ms = look_every_ms(limits);
    server->sweep = loop_timer_create(loop, sweep_all, server);
    loop_timer_start(server->sweep, every_ms, every_ms);
    return server;
}

bool http_server_listen(struct http_server *server, const struct address *address, int *port,
                        struct err *err)
{
    return listeners_open(&server->listeners, address, port, err);
}

void http_server_stop_listening(struct http_server *server)
{
    listeners_close(&server->listeners);
}

void http_server_drain(struct http_server *server)
{
    ON_LOOP();
    server->draining = true;
    for (struct http_peer *peer = server->newest; peer != NULL; peer = peer->older) {
        if (peer->in_flight == 0 && peer->coming == NULL)
            http_peer_finish(peer);
    }
}

size_t http_server_connections(const struct http_server *server)
{
    return server->listeners.connections;
}

size_t http_server_in_flight(const struct http_server *server)
{
    return server->in_flight;
}

void http_server_close(struct http_server *server)
{
    ON_LOOP();
    if (server == NULL)
        return;
    http_server_stop_listening(server);
    loop_timer_close(server->sweep);
    while (server->newest != NULL) {
        struct http_peer *peer = server->newest;
        http_peer_close(peer);
        http_peer_detach(peer);
    }
    while (server->idle != NULL) {
        struct http_exchange *exchange = server->idle;
        server->idle = exchange->next;
        http_exchange_close(exchange);
    }
    text_reset(&server->scratch);
    mem_free(server);
}
