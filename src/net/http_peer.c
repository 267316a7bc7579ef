/* SPDX-License-Identifier: Apache-2.0 */
/* http_peer.c - one connection: requests out of its bytes, each with a place in the order of
 * replies.
 *
 *   between requests -> headers -> body -> served
 *          ^                                  |
 *          +----------------------------------+    until a reply closes, or the peer ends:
 *
 *   deaf (what comes is dropped) -> finishing (all replies sent) -> closed
 *
 * At a limit the connection is paused, and looked at again at the end of the
 * turn in which a reply of it was given or sent. */
#include "net/http_peer.h"

#include <assert.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/worker.h"

static void unlink_peer(struct http_peer *peer)
{
    struct http_server *server = peer->server;

    if (peer->newer == NULL)
        server->newest = peer->older;
    else
        peer->newer->older = peer->older;
    if (peer->older != NULL)
        peer->older->newer = peer->newer;
    listeners_left(&server->listeners);
}

void http_peer_detach(struct http_peer *peer)
{
    struct http_server *server = peer->server;

    loop_forget_turn_end(server->loop, &peer->turn_end);
    if (peer->coming != NULL)
        http_exchange_give_back(server, peer->coming);
    peer->coming = NULL;
    while (peer->first != NULL) {
        struct http_exchange *exchange = peer->first;
        peer->first = exchange->next;
        if (exchange->given) {
            http_exchange_give_back(server, exchange);
            continue;
        }
        http_exchange_count(server, exchange, 0);
        server->in_flight--;
        exchange->peer = NULL;
        exchange->next = NULL;
    }
    peer->last = NULL;
    unlink_peer(peer);
    peer->server = NULL;
}

void http_peer_close(struct http_peer *peer)
{
    if (peer->closing)
        return;
    peer->closing = true;
    connection_close(peer->connection);
}

void http_peer_finish(struct http_peer *peer)
{
    if (peer->finishing || peer->closing)
        return;
    peer->deaf = true;
    peer->finishing = true;
    peer->since_ms = loop_now_ms(peer->server->loop);
    if (peer->refused)
        connection_linger(peer->connection);
    else
        connection_finish(peer->connection);
}

static void queue_coming(struct http_peer *peer)
{
    struct http_exchange *exchange = peer->coming;

    peer->coming = NULL;
    exchange->peer = peer;
    if (peer->last == NULL)
        peer->first = exchange;
    else
        peer->last->next = exchange;
    peer->last = exchange;
    peer->in_flight++;
    peer->server->in_flight++;
}

void http_peer_refuse(struct http_peer *peer, int status, const char *reason)
{
    struct text text;

    peer->deaf = true;
    peer->refused = true;
    if (peer->coming == NULL)
        peer->coming = http_exchange_take(peer->server);
    struct http_exchange *exchange = peer->coming;
    exchange->message.head = false; /* as far as we understood */
    queue_coming(peer);
    text_init(&text, 512);
    text_printf(&text, "%d %s: %s\n", status, http_status_name(status), reason);
    struct http_reply reply = {
        .status = status,
        .content_type = "text/plain; charset=utf-8",
        .body = text_span(&text),
        .close = true,
    };
    http_reply_send(exchange, &reply);
    text_reset(&text);
}

static void serve_coming(struct http_peer *peer)
{
    struct http_server *server = peer->server;
    struct http_exchange *exchange = peer->coming;

    http_exchange_count(server, exchange, http_message_bytes(&exchange->message));
    queue_coming(peer);
    peer->in_body = false;
    peer->continue_due = false;
    peer->since_ms = loop_now_ms(server->loop);
    if (!exchange->message.keep_alive)
        peer->deaf = true;
    server->serve(server->owner, exchange, &exchange->message.request);
}

static void send_continue(struct http_peer *peer)
{
    if (!peer->continue_due || peer->first != NULL)
        return; /* not before the replies that are owed */
    peer->continue_due = false;
    connection_send(peer->connection, span_of("HTTP/1.1 100 Continue\r\n\r\n"));
}

/* The request is not whole: is that in order? */
static void look_at_coming(struct http_peer *peer)
{
    struct http_server *server = peer->server;

    if (http_parser_in_body(peer->parser) && !peer->in_body) {
        peer->in_body = true;
        peer->since_ms = loop_now_ms(server->loop);
    }
    http_exchange_count(server, peer->coming, http_message_bytes(&peer->coming->message));
    if (server->request_bytes > server->limits.request_bytes_all_max) {
        http_peer_refuse(peer, 503, "too many requests are on their way");
        return;
    }
    if (http_parser_take_continue(peer->parser)) {
        peer->continue_due = true;
        send_continue(peer);
    }
}

static bool is_at_limit(const struct http_peer *peer)
{
    const struct http_limits *limits = &peer->server->limits;

    return peer->in_flight >= limits->in_flight_max ||
           connection_unsent(peer->connection) > limits->unsent_bytes_max;
}

static size_t take_some(struct http_peer *peer, struct span bytes)
{
    struct http_server *server = peer->server;
    const char *reason = NULL;
    size_t used = 0;

    if (peer->coming == NULL) {
        peer->coming = http_exchange_take(server);
        peer->since_ms = loop_now_ms(server->loop);
        http_parser_begin(peer->parser, &peer->coming->message);
    }
    switch (http_parser_feed(peer->parser, bytes, &used)) {
    case HTTP_MORE:
        look_at_coming(peer);
        break;
    case HTTP_WHOLE:
        serve_coming(peer);
        break;
    case HTTP_REFUSED: {
        int status = http_parser_refusal(peer->parser, &reason);
        http_peer_refuse(peer, status, reason);
        break;
    }
    }
    return used;
}

static size_t take_bytes(void *owner, struct span bytes)
{
    ON_LOOP();
    struct http_peer *peer = owner;
    size_t used = 0;

    while (peer->server != NULL && used < bytes.size) {
        if (peer->deaf || peer->closing)
            return bytes.size;
        if (peer->coming == NULL && is_at_limit(peer)) {
            peer->paused = true;
            connection_pause(peer->connection);
            break;
        }
        used += take_some(peer, span_after(bytes, used));
    }
    return used;
}

/* At the end of a turn, so that a service that answers many is not handed new requests meanwhile.
 */
static void look_again(struct turn_end *turn_end)
{
    ON_LOOP();
    struct http_peer *peer = CONTAINER_OF(turn_end, struct http_peer, turn_end);

    if (peer->closing || peer->finishing)
        return;
    if (peer->ended && peer->in_flight == 0) {
        http_peer_finish(peer);
        return;
    }
    if (!peer->paused || is_at_limit(peer))
        return;
    peer->paused = false;
    connection_resume(peer->connection);
}

static void look_later(struct http_peer *peer)
{
    if (peer->server != NULL && (peer->paused || peer->ended))
        loop_at_turn_end(peer->server->loop, &peer->turn_end);
}

void http_peer_answered(struct http_peer *peer)
{
    peer->in_flight--;
    peer->server->in_flight--;
    if (peer->coming == NULL)
        peer->since_ms = loop_now_ms(peer->server->loop);
    send_continue(peer);
    look_later(peer);
}

static void sends_no_more(void *owner)
{
    ON_LOOP();
    struct http_peer *peer = owner;

    peer->ended = true;
    look_later(peer);
}

static void bytes_left(void *owner)
{
    look_later(owner);
}

static void is_gone(void *owner, const char *reason)
{
    ON_LOOP();
    struct http_peer *peer = owner;

    if (reason != NULL)
        diag_debug("connection_ended", "reason=%s", reason);
    if (peer->server != NULL)
        http_peer_detach(peer);
    http_parser_close(peer->parser);
    mem_free(peer);
}

static const struct connection_events http_events = {
    .received = take_bytes,
    .ended = sends_no_more,
    .drained = bytes_left,
    .closed = is_gone,
};

void http_peer_start(struct http_server *server, struct connection *connection)
{
    struct http_peer *peer = mem_new(sizeof(*peer));

    peer->server = server;
    peer->connection = connection;
    peer->parser = http_parser_create(HTTP_KIND_REQUEST, &server->bounds);
    peer->turn_end.run = look_again;
    peer->since_ms = loop_now_ms(server->loop);
    peer->older = server->newest;
    if (peer->older != NULL)
        peer->older->newer = peer;
    server->newest = peer;
    /* While it is paused, what one read brought may wait: a turn's scratch buffer at most. */
    connection_start(connection, &http_events, peer, (size_t)1024 * 1024);
}
