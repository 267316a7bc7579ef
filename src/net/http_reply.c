/* SPDX-License-Identifier: Apache-2.0 */
/* http_reply.c - a reply's bytes, and the order in which replies leave. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "io/clock.h"
#include "io/worker.h"
#include "net/http_peer.h"

static void add_date(struct http_server *server, struct text *out)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t second = clock_wall_ms() / 1000;

    if (second != server->date_second) {
        time_t now = (time_t)second;
        struct tm tm;
        (void)gmtime_r(&now, &tm);
        (void)snprintf(server->date, sizeof(server->date), "%s, %02u %s %04u %02u:%02u:%02u GMT",
                       days[tm.tm_wday], (unsigned)tm.tm_mday % 100, months[tm.tm_mon],
                       (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 100,
                       (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
        server->date_second = second;
    }
    text_add_string(out, "Date: ");
    text_add_string(out, server->date);
    text_add_string(out, "\r\n");
}

static void add_number(struct text *out, size_t number)
{
    char digits[24];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_add(out, (struct span){digits + at, sizeof(digits) - at});
}

/* What stands in a header must not begin another: control characters become blanks. */
static void add_header(struct text *out, struct span name, struct span value)
{
    text_add(out, name);
    text_add_string(out, ": ");
    size_t from = out->size;
    text_add(out, value);
    for (size_t i = from; i < out->size; i++) {
        if ((unsigned char)out->bytes[i] < ' ' || out->bytes[i] == 0x7f)
            out->bytes[i] = ' ';
    }
    text_add_string(out, "\r\n");
}

static void add_head(struct http_server *server, const struct http_exchange *exchange,
                     const struct http_reply *reply, struct text *out)
{
    bool bodiless = reply->status == 204 || reply->status == 304 || reply->status < 200;

    text_add_string(out, "HTTP/1.1 ");
    add_number(out, (size_t)reply->status);
    text_add_char(out, ' ');
    text_add_string(out, http_status_name(reply->status));
    text_add_string(out, "\r\n");
    if (reply->content_type != NULL)
        add_header(out, span_of("Content-Type"), span_of(reply->content_type));
    for (size_t i = 0; i < reply->header_count; i++)
        add_header(out, reply->headers[i].name, reply->headers[i].value);
    if (!bodiless) {
        text_add_string(out, "Content-Length: ");
        add_number(out, reply->body.size);
        text_add_string(out, "\r\n");
    }
    add_date(server, out);
    if (exchange->closes)
        text_add_string(out, "Connection: close\r\n");
    else if (exchange->message.request.version_minor == 0)
        text_add_string(out, "Connection: keep-alive\r\n");
    text_add_string(out, "\r\n");
}

static struct span body_of(const struct http_exchange *exchange, const struct http_reply *reply)
{
    if (exchange->message.head || reply->status == 204 || reply->status == 304)
        return (struct span){NULL, 0};
    return reply->body;
}

/* Takes the first exchange out of the queue: its reply is with the connection. */
static void pop_first(struct http_peer *peer)
{
    struct http_exchange *exchange = peer->first;
    bool closes = exchange->closes;

    peer->first = exchange->next;
    if (peer->first == NULL)
        peer->last = NULL;
    http_exchange_give_back(peer->server, exchange);
    if (closes)
        http_peer_finish(peer);
}

static void send_first(struct http_peer *peer, const struct http_reply *reply)
{
    struct http_server *server = peer->server;
    struct text *scratch = &server->scratch;
    struct span body = body_of(peer->first, reply);

    text_clear(scratch);
    add_head(server, peer->first, reply, scratch);
    connection_send(peer->connection, text_span(scratch));
    connection_send(peer->connection, body);
    pop_first(peer);
    while (peer->first != NULL && peer->first->given && !peer->finishing) {
        connection_send(peer->connection, text_span(&peer->first->waiting));
        pop_first(peer);
    }
}

void http_reply_send(struct http_exchange *exchange, const struct http_reply *reply)
{
    ON_LOOP();
    struct http_peer *peer = exchange->peer;

    assert(!exchange->given && reply->status >= 200 && reply->status <= 599);
    assert(reply->header_count <= COUNT_OF(reply->headers));
    if (peer == NULL) {
        http_exchange_close(exchange);
        return;
    }
    exchange->given = true;
    exchange->closes = reply->close || !exchange->message.keep_alive ||
                       (peer->server->draining && exchange == peer->last);
    if (exchange->closes)
        peer->deaf = true;
    if (exchange == peer->first) {
        send_first(peer, reply);
    } else {
        add_head(peer->server, exchange, reply, &exchange->waiting);
        text_add(&exchange->waiting, body_of(exchange, reply));
    }
    http_peer_answered(peer);
}
