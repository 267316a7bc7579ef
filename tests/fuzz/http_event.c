/* SPDX-License-Identifier: Apache-2.0 */
/* http_event.c - whatever headers a request has, its event is one JSON object in printable ASCII.
 */
#include <assert.h>
#include <stdint.h>

#include "base/json.h"
#include "collector/event.h"
#include "wire/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct http_bounds bounds = {
        .header_bytes_max = 8192, .headers_max = 30, .body_bytes_max = 1024};
    static const struct config_field fields[] = {{"event_type", "\"x\""}, {"Host", "1"}};
    static const struct config_route route = {"/", fields, 2, ""};
    struct http_parser *parser = http_parser_create(HTTP_KIND_REQUEST, &bounds);
    struct event_route *event_route = event_route_create(&route);
    struct http_message message;
    struct arena arena;
    struct text out;
    struct err err;
    size_t used = 0;

    http_message_init(&message);
    http_parser_begin(parser, &message);
    if (http_parser_feed(parser, (struct span){data, size}, &used) == HTTP_WHOLE) {
        text_init(&out, 1 << 20);
        arena_init(&arena, 1 << 20);
        event_write(&out, event_route, &message.request);
        assert(!out.full);
        for (size_t i = 0; i < out.size; i++)
            assert(out.bytes[i] >= ' ' && out.bytes[i] <= '~');
        const struct json_value *event = json_read(text_span(&out), &arena, &err);
        assert(event != NULL && event->type == JSON_OBJECT && json_count(event) >= 2);
        arena_reset(&arena);
        text_reset(&out);
    }
    event_route_close(event_route);
    http_message_reset(&message);
    http_parser_close(parser);
    return 0;
}
