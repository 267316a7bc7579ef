/* SPDX-License-Identifier: Apache-2.0 */
/* http.c - requests and answers from any bytes: whole and in pieces they come out the same. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "wire/http.h"

#define MESSAGES_MAX 16

static const struct http_bounds bounds = {
    .header_bytes_max = 4096, .headers_max = 20, .body_bytes_max = 4096};

static void describe(const struct http_message *message, struct text *out)
{
    const struct http_request *r = &message->request;

    text_printf(out, "%d %d %zu %zu %zu ", message->status, message->keep_alive, r->path.size,
                r->query.size, r->authority.size);
    text_add(out, r->method);
    text_add(out, r->target);
    for (size_t i = 0; i < r->header_count; i++) {
        text_add(out, r->headers[i].name);
        text_add_char(out, '=');
        text_add(out, r->headers[i].value);
    }
    text_add(out, r->body);
    text_add_char(out, '\n');
}

static void parse(enum http_kind kind, struct span bytes, size_t piece, struct text *out)
{
    struct http_parser *parser = http_parser_create(kind, &bounds);
    enum http_progress progress = HTTP_MORE;
    struct http_message message;

    http_message_init(&message);
    http_parser_begin(parser, &message);
    for (int whole = 0; bytes.size > 0 && progress != HTTP_REFUSED && whole < MESSAGES_MAX;) {
        size_t size = bytes.size < piece ? bytes.size : piece;
        size_t used = 0;
        progress = http_parser_feed(parser, (struct span){bytes.data, size}, &used);
        assert(used <= size);
        bytes = span_after(bytes, used);
        if (progress != HTTP_WHOLE)
            continue;
        assert(message.request.header_count <= bounds.headers_max);
        assert(message.request.body.size <= bounds.body_bytes_max);
        describe(&message, out);
        if (!message.keep_alive)
            break;
        http_message_clear(&message, 1024);
        http_parser_begin(parser, &message);
        whole++;
    }
    /* Of two faults the one seen first names the status, and that depends on the pieces. */
    text_add_string(out, http_parser_refusal(parser, NULL) != 0 ? "refused" : "taken");
    http_message_reset(&message);
    http_parser_close(parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 16384)
        return 0;
    enum http_kind kind = data[0] & 1 ? HTTP_KIND_ANSWER : HTTP_KIND_REQUEST;
    size_t piece = (size_t)(data[0] >> 1) + 1;
    struct span bytes = {data + 1, size - 1};
    struct text whole;
    struct text pieces;

    text_init(&whole, 1 << 20);
    text_init(&pieces, 1 << 20);
    parse(kind, bytes, SIZE_MAX, &whole);
    parse(kind, bytes, piece, &pieces);
    assert(span_equal(text_span(&whole), text_span(&pieces)));
    text_reset(&whole);
    text_reset(&pieces);
    return 0;
}
