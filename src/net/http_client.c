/* SPDX-License-Identifier: Apache-2.0 */
/* http_client.c - sends one request, reads until its answer is whole. */
#include "net/http_client.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/clock.h"
#include "io/dial.h"
#include "io/file.h"
#include "wire/http.h"

#define HEAD_BYTES_MAX ((size_t)256 * 1024)
#define HEADERS_MAX 256
#define PIECE_BYTES ((size_t)32 * 1024)

struct exchange {
    const struct http_call *call;
    struct http_parser *parser;
    struct http_message message;
    int64_t deadline_ms;
    int fd;
};

static int64_t left_ms(const struct exchange *exchange)
{
    int64_t left = exchange->deadline_ms - clock_steady_ms();
    return left < 0 ? 0 : left;
}

static bool send_request(const struct exchange *exchange, struct err *err)
{
    const struct http_call *call = exchange->call;
    char where[ADDRESS_TEXT_BYTES];
    struct text out;

    text_init(&out, SIZE_MAX);
    text_printf(&out, "%s %s HTTP/1.1\r\n", call->method, call->target);
    text_printf(&out, "Host: %s\r\n",
                call->address->port < 0 ? "localhost" : address_text(call->address, where));
    for (size_t i = 0; i < call->header_count; i++)
        text_printf(&out, "%s: %s\r\n", call->headers[i].name, call->headers[i].value);
    if (call->body.size > 0 || strcmp(call->method, "POST") == 0 ||
        strcmp(call->method, "PUT") == 0)
        text_printf(&out, "Content-Length: %zu\r\n", call->body.size);
    text_add_string(&out, "Connection: close\r\n\r\n");
    text_add(&out, call->body);
    bool ok = dial_send(exchange->fd, text_span(&out), left_ms(exchange), err);
    text_reset(&out);
    return ok;
}

static bool refused(const struct exchange *exchange, struct err *err)
{
    const char *reason = NULL;
    char where[ADDRESS_TEXT_BYTES];
    int status = http_parser_refusal(exchange->parser, &reason);
    enum err_kind kind = status == 413 || status == 431 ? ERR_LIMIT : ERR_MALFORMED;

    return err_set(err, kind, "the answer of %s is not one in HTTP we can read: %s",
                   address_text(exchange->call->address, where), reason);
}

/* One message, perhaps an interim one (1xx). */
static bool read_message(struct exchange *exchange, char *piece, size_t *at, size_t *size,
                         struct err *err)
{
    char where[ADDRESS_TEXT_BYTES];

    http_message_clear(&exchange->message, SIZE_MAX);
    http_parser_begin(exchange->parser, &exchange->message);
    if (strcmp(exchange->call->method, "HEAD") == 0)
        http_parser_expect_no_body(exchange->parser);
    for (;;) {
        size_t used = 0;
        enum http_progress progress = HTTP_MORE;
        if (*at == *size) {
            *at = 0;
            if (!dial_receive(exchange->fd, piece, PIECE_BYTES, size, left_ms(exchange), err))
                return false;
            if (*size == 0)
                progress = http_parser_finish(exchange->parser);
            if (*size == 0 && progress == HTTP_MORE)
                return err_set(err, ERR_UNAVAILABLE, "%s closed the connection without an answer",
                               address_text(exchange->call->address, where));
        }
        if (progress == HTTP_MORE) {
            progress =
                http_parser_feed(exchange->parser, (struct span){piece + *at, *size - *at}, &used);
            *at += used;
        }
        if (progress == HTTP_WHOLE)
            return true;
        if (progress == HTTP_REFUSED)
            return refused(exchange, err);
    }
}

static void to_lower(char *name)
{
    for (; *name != '\0'; name++) {
        if (*name >= 'A' && *name <= 'Z')
            *name = (char)(*name + ('a' - 'A'));
    }
}

static bool copy_answer(const struct http_message *message, struct http_answer *answer,
                        struct arena *arena, struct err *err)
{
    const struct http_request *from = &message->request;
    struct http_client_header *headers =
        ARENA_NEW(arena, struct http_client_header, from->header_count);
    void *body = arena_copy(arena, from->body);
    bool full = headers == NULL || body == NULL;

    for (size_t i = 0; i < from->header_count && !full; i++) {
        char *name = arena_string(arena, from->headers[i].name);
        headers[i].name = name;
        headers[i].value = arena_string(arena, from->headers[i].value);
        full = name == NULL || headers[i].value == NULL;
        if (!full)
            to_lower(name);
    }
    if (full)
        return err_set(err, ERR_LIMIT, "the answer needs more than %zu bytes", arena->limit);
    *answer = (struct http_answer){
        .status = message->status,
        .headers = headers,
        .header_count = from->header_count,
        .body = {body, from->body.size},
    };
    return true;
}

static bool read_answer(struct exchange *exchange, struct http_answer *answer, struct arena *arena,
                        struct err *err)
{
    char *piece = mem_new(PIECE_BYTES);
    size_t at = 0;
    size_t size = 0;
    bool ok = true;

    do {
        ok = read_message(exchange, piece, &at, &size, err);
    } while (ok && exchange->message.status < 200);
    mem_free(piece);
    return ok && copy_answer(&exchange->message, answer, arena, err);
}

bool http_client_call(const struct http_call *call, struct http_answer *answer, struct arena *arena,
                      struct err *err)
{
    struct exchange exchange = {
        .call = call,
        .deadline_ms = clock_steady_ms() + call->timeout_ms,
        .fd = -1,
    };
    const struct http_bounds bounds = {
        .header_bytes_max = HEAD_BYTES_MAX,
        .headers_max = HEADERS_MAX,
        .body_bytes_max = arena->limit < UINT32_MAX / 4 ? arena->limit : UINT32_MAX / 4,
    };

    http_message_init(&exchange.message);
    exchange.parser = http_parser_create(HTTP_KIND_ANSWER, &bounds);
    bool ok = dial_connect(&exchange.fd, call->address, call->timeout_ms, err) &&
              send_request(&exchange, err) && read_answer(&exchange, answer, arena, err);
    file_close(exchange.fd);
    http_parser_close(exchange.parser);
    http_message_reset(&exchange.message);
    return ok;
}

const char *http_client_header(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->header_count; i++) {
        if (strcmp(answer->headers[i].name, name) == 0)
            return answer->headers[i].value;
    }
    return NULL;
}
