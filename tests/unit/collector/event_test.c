/* SPDX-License-Identifier: Apache-2.0 */
/* event_test.c - the events of the lecture's app, made again from what it was sent. */
#include "collector/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/file.h"

#define GOLDEN "tests/golden/collector"

static const struct config_field default_fields[] = {{"event_type", "\"default\""}};
static const struct config_field sword_fields[] = {{"event_type", "\"purchase_sword\""}};
static const struct config_route routes[] = {
    {"/", default_fields, 1, "This is the default response!\n"},
    {"/purchase_a_sword", sword_fields, 1, "Sword Purchased!\n"},
};
static const struct http_bounds bounds = {
    .header_bytes_max = 65536, .headers_max = 100, .body_bytes_max = 65536};

/* The event of the one request in `bytes`, fed in pieces. */
static void make_event(struct span bytes, size_t piece, const struct config_route *route,
                       struct text *out)
{
    struct http_parser *parser = http_parser_create(HTTP_KIND_REQUEST, &bounds);
    struct event_route *event_route = event_route_create(route);
    struct http_message message;
    enum http_progress progress = HTTP_MORE;
    size_t at = 0;

    http_message_init(&message);
    http_parser_begin(parser, &message);
    while (progress == HTTP_MORE && at < bytes.size) {
        size_t used = 0;
        size_t size = bytes.size - at < piece ? bytes.size - at : piece;
        progress =
            http_parser_feed(parser, (struct span){(const char *)bytes.data + at, size}, &used);
        at += used;
    }
    assert_int_equal(progress, HTTP_WHOLE);
    text_clear(out);
    event_write(out, event_route, &message.request);
    event_route_close(event_route);
    http_message_reset(&message);
    http_parser_close(parser);
}

static void check_golden(const char *request_name, struct arena *arena)
{
    struct err err = {0};
    struct span request;
    struct span event;
    struct text out;
    size_t stem = strlen(request_name) - strlen(".request");
    const char *event_path = arena_printf(arena, GOLDEN "/%.*s.event", (int)stem, request_name);

    assert_true(
        file_read_all(arena_printf(arena, GOLDEN "/%s", request_name), &request, arena, &err));
    if (!file_read_all(event_path, &event, arena, &err)) {
        assert_int_equal(err.kind, ERR_NOT_FOUND); /* that request made none */
        return;
    }
    /* Which route it was is told by the event; the collector's own tests look at paths. */
    const char *sword = "{\"event_type\": \"purchase_sword\"";
    const struct config_route *route = &routes[span_starts_with(event, sword) ? 1 : 0];
    text_init(&out, 1 << 20);
    for (size_t piece = 1; piece < 100; piece += 13) {
        make_event(request, piece, route, &out);
        if (!span_equal(text_span(&out), event))
            print_error("%s: %s\n", request_name, text_string(&out));
        assert_true(span_equal(text_span(&out), event));
    }
    text_reset(&out);
}

/* Every event recorded from the real app comes out the same, byte for byte. */
static void writes_what_flask_writes(void **state)
{
    struct arena arena;
    struct file_names names;
    struct err err = {0};
    size_t count = 0;

    (void)state;
    arena_init(&arena, 1 << 22);
    assert_true(file_list(GOLDEN, &names, &arena, &err));
    for (size_t i = 0; i < names.count; i++) {
        if (strstr(names.names[i], ".request") == NULL)
            continue;
        check_golden(names.names[i], &arena);
        count++;
    }
    assert_true(count >= 30);
    arena_reset(&arena);
}

/* event.update() puts a header's value where a field of its name stands. */
static void headers_replace_fields(void **state)
{
    (void)state;
    static const struct config_field fields[] = {
        {"Host", "\"field\""}, {"n", "1"}, {"Accept", "null"}, {"Content-Type", "2"}};
    static const struct config_route route = {"/", fields, COUNT_OF(fields), ""};
    static const struct {
        const char *request;
        const char *event;
    } rows[] = {
        {"GET / HTTP/1.0\r\n\r\n",
         "{\"Host\": \"field\", \"n\": 1, \"Accept\": null, \"Content-Type\": 2}"},
        {"GET / HTTP/1.0\r\nX: y\r\naccept: a\r\nN: m\r\nhost: h\r\nAccept: b\r\n\r\n",
         "{\"Host\": \"h\", \"n\": 1, \"Accept\": \"a,b\", \"Content-Type\": 2, \"X\": \"y\", "
         "\"N\": \"m\"}"},
        {"GET / HTTP/1.0\r\nContent-Type:\r\n\r\n",
         "{\"Host\": \"field\", \"n\": 1, \"Accept\": null, \"Content-Type\": 2}"},
        {"GET http://o/ HTTP/1.0\r\nX: y\r\n\r\n",
         "{\"Host\": \"o\", \"n\": 1, \"Accept\": null, \"Content-Type\": 2, \"X\": \"y\"}"},
    };
    struct text out;

    text_init(&out, 4096);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        make_event(span_of(rows[i].request), SIZE_MAX, &route, &out);
        assert_string_equal(text_string(&out), rows[i].event);
    }
    text_reset(&out);
}

/* Names of fields are escaped as json.dumps() does it; without fields the headers stand alone. */
static void escapes_names_of_fields(void **state)
{
    (void)state;
    static const struct config_field fields[] = {{"gr\u00f6\u00dfe \"x\"\t", "1.5"},
                                                 {"\U0001F5E1", "[1, 2]"}};
    static const struct config_route with = {"/", fields, COUNT_OF(fields), ""};
    static const struct config_route without = {"/", NULL, 0, ""};
    struct text out;

    text_init(&out, 4096);
    make_event(span_of("GET / HTTP/1.0\r\na: b\r\n\r\n"), SIZE_MAX, &with, &out);
    assert_string_equal(text_string(&out),
                        "{\"gr\\u00f6\\u00dfe \\\"x\\\"\\t\": 1.5, \"\\ud83d\\udde1\": [1, 2], "
                        "\"A\": \"b\"}");
    make_event(span_of("GET / HTTP/1.0\r\na: b\r\n\r\n"), SIZE_MAX, &without, &out);
    assert_string_equal(text_string(&out), "{\"A\": \"b\"}");
    make_event(span_of("GET / HTTP/1.0\r\n\r\n"), SIZE_MAX, &without, &out);
    assert_string_equal(text_string(&out), "{}");
    text_reset(&out);
}

/* Past the limit the text is full, and nothing is written beyond it. */
static void keeps_to_the_limit(void **state)
{
    struct text out;

    (void)state;
    text_init(&out, 20);
    make_event(span_of("GET / HTTP/1.0\r\nLong-Enough: value\r\n\r\n"), SIZE_MAX, &routes[0], &out);
    assert_true(out.full);
    assert_true(out.size <= 20);
    text_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_flask_writes),
        cmocka_unit_test(headers_replace_fields),
        cmocka_unit_test(escapes_names_of_fields),
        cmocka_unit_test(keeps_to_the_limit),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
