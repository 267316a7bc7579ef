/* SPDX-License-Identifier: Apache-2.0 */
/* http_exchange.c - requests with their memory, kept for the next ones: a busy server allocates
 * nothing per request. */
#include "net/http_peer.h"

#include <assert.h>

#include "base/mem.h"

#define IDLE_MAX 1024                              /* exchanges kept */
#define IDLE_BYTES ((size_t)4 * 1024)              /* memory kept in each */
#define ARENA_BYTES_MAX ((size_t)16 * 1024 * 1024) /* what answering one request may take */

struct http_exchange *http_exchange_take(struct http_server *server)
{
    struct http_exchange *exchange = server->idle;

    if (exchange != NULL) {
        server->idle = exchange->next;
        server->idle_count--;
        exchange->next = NULL;
        return exchange;
    }
    exchange = mem_new(sizeof(*exchange));
    http_message_init(&exchange->message);
    arena_init(&exchange->arena, ARENA_BYTES_MAX);
    text_init(&exchange->waiting, SIZE_MAX);
    return exchange;
}

void http_exchange_close(struct http_exchange *exchange)
{
    http_message_reset(&exchange->message);
    arena_reset(&exchange->arena);
    text_reset(&exchange->waiting);
    mem_free(exchange);
}

void http_exchange_give_back(struct http_server *server, struct http_exchange *exchange)
{
    http_exchange_count(server, exchange, 0);
    if (server->idle_count == IDLE_MAX) {
        http_exchange_close(exchange);
        return;
    }
    http_message_clear(&exchange->message, IDLE_BYTES);
    if (exchange->arena.newest != NULL)
        arena_reset(&exchange->arena);
    text_reset(&exchange->waiting);
    exchange->peer = NULL;
    exchange->given = false;
    exchange->closes = false;
    exchange->next = server->idle;
    server->idle = exchange;
    server->idle_count++;
}

void http_exchange_count(struct http_server *server, struct http_exchange *exchange, size_t bytes)
{
    server->request_bytes -= exchange->counted;
    server->request_bytes += bytes;
    exchange->counted = bytes;
}

struct arena *http_exchange_arena(struct http_exchange *exchange)
{
    return &exchange->arena;
}

bool http_exchange_is_void(const struct http_exchange *exchange)
{
    return exchange->peer == NULL;
}

void http_exchange_local(const struct http_exchange *exchange, struct address *address)
{
    *address = (struct address){.port = -1};
    if (exchange->peer != NULL)
        connection_local(exchange->peer->connection, address);
}
