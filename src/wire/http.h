/* SPDX-License-Identifier: Apache-2.0 */
/* http.h - HTTP/1.0 and 1.1 messages (RFC 9112) out of bytes that come in any pieces.
 *
 * A message is put together in memory of its own, so that what it points to
 * stays whole however it arrived.  Strict: what two readers could understand
 * differently is refused (a Content-Length with a Transfer-Encoding, two
 * lengths, NUL, folded headers, HTTP/1.1 without one Host), with the status
 * that a server answers.
 *
 * Thread: one at a time per parser and message. */
#ifndef WIRE_HTTP_H
#define WIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/text.h"

struct http_header {
    struct span name;     /* as received */
    struct span value;    /* without blanks around it */
    size_t blanks_behind; /* received and still there, right behind the value; mostly 0 */
};

struct http_request {
    struct span method;                /* "GET" */
    struct span target;                /* as received */
    struct span path;                  /* the target up to '?', not decoded */
    struct span query;                 /* behind '?', or empty */
    const struct http_header *headers; /* in arrival order, repeated ones as they came */
    size_t header_count;
    struct span body;
    int version_minor;     /* 0 or 1 */
    struct span authority; /* "host:port" of a target like http://host:port/path, else empty */
};

/* The first header of that name, any case; NULL when there is none. */
const struct http_header *http_request_header(const struct http_request *request, const char *name);

struct http_bounds {
    size_t header_bytes_max; /* request or status line and headers; trailers likewise */
    size_t headers_max;
    size_t body_bytes_max;
};

struct http_slot;

/* One message, whole or on its way.  Its memory is kept from one message to the next. */
struct http_message {
    struct http_request request; /* once it is whole; of a request */
    int status;                  /* of an answer */
    bool keep_alive;             /* what the peer wants for the connection behind it */
    bool head;                   /* the request's method is HEAD */

    struct text bytes; /* the rest is the parser's */
    struct http_slot *slots;
    struct http_header *headers;
    size_t header_count;
    size_t header_room;
    size_t target_size;
    size_t body_at;
};

void http_message_init(struct http_message *message);
/* Empties, and keeps memory up to `bytes_kept`. */
void http_message_clear(struct http_message *message, size_t bytes_kept);
void http_message_reset(struct http_message *message); /* frees */
/* What it occupies for its contents, in bytes. */
size_t http_message_bytes(const struct http_message *message);

enum http_kind { HTTP_KIND_REQUEST, HTTP_KIND_ANSWER };

enum http_progress {
    HTTP_MORE,    /* all bytes were used, and the message is not whole */
    HTTP_WHOLE,   /* the message is there; bytes behind it were not used */
    HTTP_REFUSED, /* http_parser_refusal() says why; nothing else can be parsed */
};

struct http_parser;

struct http_parser *http_parser_create(enum http_kind kind, const struct http_bounds *bounds);
void http_parser_close(struct http_parser *parser); /* NULL is fine */
/* The next message is to be put together in `message`, which is empty and stays the caller's. */
void http_parser_begin(struct http_parser *parser, struct http_message *message);
/* The answer to come is one to HEAD: it has no body whatever its headers say.  After begin. */
void http_parser_expect_no_body(struct http_parser *parser);
/* After HTTP_WHOLE call http_parser_begin() before the next. */
enum http_progress http_parser_feed(struct http_parser *parser, struct span bytes, size_t *used);
/* The stream has ended: HTTP_WHOLE for an answer whose body ends there, HTTP_REFUSED in the midst
 * of a message, HTTP_MORE between messages. */
enum http_progress http_parser_finish(struct http_parser *parser);

/* The status to refuse with, 400, 413, 417, 431, 501 or 505, and the reason in English. */
int http_parser_refusal(const struct http_parser *parser, const char **reason);
/* The headers are whole and the body is not. */
bool http_parser_in_body(const struct http_parser *parser);
/* The peer waits for "100 Continue" (RFC 9110 section 10.1.1) before it sends the body.  True
 * once. */
bool http_parser_take_continue(struct http_parser *parser);

/* What a status is called, "OK" for 200; "Unknown" for one not registered. */
const char *http_status_name(int status);

#endif
