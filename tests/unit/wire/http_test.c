/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "wire/http.h"

static const struct http_bounds bounds = {
    .header_bytes_max = 1024, .headers_max = 20, .body_bytes_max = 64};

/* All of `bytes` in pieces of `piece`; the progress and status at the end. */
struct outcome {
    enum http_progress progress;
    int refusal;
    size_t used;
};

static struct outcome feed(struct http_parser *parser, struct span bytes, size_t piece)
{
    struct outcome outcome = {HTTP_MORE, 0, 0};

    while (outcome.used < bytes.size && outcome.progress == HTTP_MORE) {
        size_t size = bytes.size - outcome.used < piece ? bytes.size - outcome.used : piece;
        size_t used = 0;
        outcome.progress = http_parser_feed(
            parser, (struct span){(const char *)bytes.data + outcome.used, size}, &used);
        outcome.used += used;
    }
    outcome.refusal = http_parser_refusal(parser, NULL);
    return outcome;
}

static const size_t pieces[] = {SIZE_MAX, 1, 2, 3, 7};

/* What could be understood in two ways is refused, however it arrives. */
static void refuses_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *why;
        const char *bytes;
        size_t size; /* 0: a string */
    } rows[] = {
        {400, "no HTTP", "hello there\r\n\r\n", 0},
        {400, "a request line without a version", "GET /\r\nHost: a\r\n\r\n", 0},
        {400, "a blank in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        {400, "no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        {400, "an unknown method", "FROB / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        {400, "a method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 0},
        {400, "words behind the version", "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n", 0},
        {400, "a line that ends in LF alone", "GET / HTTP/1.1\nHost: a\n\n", 0},
        {400, "no Host in 1.1", "GET / HTTP/1.1\r\nAccept: a\r\n\r\n", 0},
        {400, "two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 0},
        {400, "a length and a coding",
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
         0},
        {400, "a coding and a length",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
         0},
        {400, "a coding in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 0},
        {400, "two lengths",
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 0},
        {400, "two lengths in one", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\n",
         0},
        {400, "a negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\n", 0},
        {400, "a signed length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n", 0},
        {400, "a length in hexadecimal",
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\n", 0},
        {400, "a length past 64 bits",
         "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 0},
        {400, "NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 37},
        {400, "NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\0: ab\r\n\r\n", 37},
        {400, "NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 29},
        {400, "a folded header", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", 0},
        {400, "a fold in front", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 0},
        {400, "a blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 0},
        {400, "no name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 0},
        {400, "no colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 0},
        {400, "CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 0},
        {400, "a chunk's size that is none",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 0},
        {400, "a chunk without its end",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", 0},
        {413, "a body too long", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n", 0},
        {413, "a chunked body too long",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
         "28\r\n0123456789012345678901234567890123456789\r\n"
         "28\r\n0123456789012345678901234567890123456789\r\n",
         0},
        {417, "another expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", 0},
        {431, "21 headers",
         "GET / HTTP/1.1\r\nHost: "
         "a\r\nA:1\r\nA:2\r\nA:3\r\nA:4\r\nA:5\r\nA:6\r\nA:7\r\nA:8\r\nA:9\r\n"
         "A:1\r\nA:2\r\nA:3\r\nA:4\r\nA:5\r\nA:6\r\nA:7\r\nA:8\r\nA:9\r\nA:1\r\nA:2\r\n\r\n",
         0},
        {501, "an unknown coding",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 0},
        {505, "a version to come", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 0},
        {505, "HTTP/2 spoken in clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t k = 0; k < COUNT_OF(pieces); k++) {
            struct http_parser *parser = http_parser_create(HTTP_KIND_REQUEST, &bounds);
            struct http_message message;
            http_message_init(&message);
            http_parser_begin(parser, &message);
            size_t size = rows[i].size > 0 ? rows[i].size : strlen(rows[i].bytes);
            struct outcome outcome = feed(parser, (struct span){rows[i].bytes, size}, pieces[k]);
            if (outcome.progress != HTTP_REFUSED || outcome.refusal != rows[i].status) {
                const char *reason = NULL;
                (void)http_parser_refusal(parser, &reason);
                print_error("%s, pieces of %zu: progress %d, status %d (%s)\n", rows[i].why,
                            pieces[k], outcome.progress, outcome.refusal, reason);
            }
            assert_int_equal(outcome.progress, HTTP_REFUSED);
            assert_int_equal(outcome.refusal, rows[i].status);
            http_message_reset(&message);
            http_parser_close(parser);
        }
    }
}

/* However long a peer goes on with one header, name or target, it is 431 and bounded memory. */
static void bounds_what_never_ends(void **state)
{
    (void)state;
    static const char *const starts[] = {
        "GET /",
        "GET / HTTP/1.1\r\nHost: a\r\nX: ",
        "GET / HTTP/1.1\r\nHost: a\r\nX",
    };

    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        struct http_parser *parser = http_parser_create(HTTP_KIND_REQUEST, &bounds);
        struct http_message message;
        http_message_init(&message);
        http_parser_begin(parser, &message);
        struct outcome outcome = feed(parser, span_of(starts[i]), SIZE_MAX);
        for (int k = 0; k < 4096 && outcome.progress == HTTP_MORE; k++)
            outcome = feed(parser, span_of("aaaaaaaaaaaaaaaa"), SIZE_MAX);
        assert_int_equal(outcome.progress, HTTP_REFUSED);
        assert_int_equal(outcome.refusal, 431);
        assert_true(http_message_bytes(&message) <= 2 * bounds.header_bytes_max);
        http_message_reset(&message);
        http_parser_close(parser);
    }
}

static void describe(const struct http_message *message, struct text *out)
{
    const struct http_request *r = &message->request;

    text_clear(out);
    text_printf(out, "%.*s %.*s?%.*s 1.%d %s", (int)r->method.size, (const char *)r->method.data,
                (int)r->path.size, (const char *)r->path.data, (int)r->query.size,
                (const char *)r->query.data, r->version_minor, message->keep_alive ? "on" : "end");
    for (size_t i = 0; i < r->header_count; i++) {
        text_add_char(out, '|');
        text_add(out, r->headers[i].name);
        text_add_char(out, '=');
        text_add(out, r->headers[i].value);
    }
    text_add_char(out, '#');
    text_add(out, r->body);
}

/* Requests one behind another come out the same, in whatever pieces they came in. */
static void reads_requests_in_any_pieces(void **state)
{
    (void)state;
    static const char bytes[] =
        "\r\nGET /a?b=c&d HTTP/1.1\r\nHost: h\r\nX-Empty:\r\nX-Blank: a b \t\r\n\r\n"
        "POST / HTTP/1.1\r\nhost: h\r\nContent-Length: 5\r\n\r\nhello"
        "PUT /c HTTP/1.1\r\nHost: h\r\ntransfer-encoding: Chunked\r\n\r\n"
        "3;ext=1\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: no\r\n\r\n"
        "GET http://other:81/p?q HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
        "HEAD /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        "GET /y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    static const char *const want[] = {
        "GET /a?b=c&d 1.1 on|Host=h|X-Empty=|X-Blank=a b#",
        "POST /? 1.1 on|host=h|Content-Length=5#hello",
        "PUT /c? 1.1 on|Host=h|transfer-encoding=Chunked#abc0123456789",
        "GET /p?q 1.1 on|Host=h|Upgrade=h2c|Connection=Upgrade#",
        "HEAD /x? 1.0 on|Connection=keep-alive#",
        "GET /y? 1.1 end|Host=h|Connection=close#",
    };

    for (size_t k = 0; k < COUNT_OF(pieces); k++) {
        struct http_parser *parser = http_parser_create(HTTP_KIND_REQUEST, &bounds);
        struct span rest = {bytes, sizeof(bytes) - 1};
        struct http_message message;
        struct text out;
        http_message_init(&message);
        text_init(&out, 4096);
        for (size_t i = 0; i < COUNT_OF(want); i++) {
            http_message_clear(&message, 0);
            http_parser_begin(parser, &message);
            struct outcome outcome = feed(parser, rest, pieces[k]);
            assert_int_equal(outcome.progress, HTTP_WHOLE);
            describe(&message, &out);
            assert_string_equal(text_string(&out), want[i]);
            assert_int_equal(message.head, i == 4);
            if (i == 0)
                assert_int_equal(message.request.headers[2].blanks_behind, 2);
            if (i == 3)
                assert_true(span_is(message.request.authority, "other:81"));
            rest = span_after(rest, outcome.used);
        }
        assert_int_equal(rest.size, 0);
        text_reset(&out);
        http_message_reset(&message);
        http_parser_close(parser);
    }
}

/* A peer that expects 100-continue is reported once, and not when the body is there already. */
static void reports_who_waits_to_continue(void **state)
{
    (void)state;
    static const char head[] =
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    struct http_parser *parser = http_parser_create(HTTP_KIND_REQUEST, &bounds);
    struct http_message message;
    size_t used = 0;

    http_message_init(&message);
    http_parser_begin(parser, &message);
    assert_false(http_parser_take_continue(parser));
    assert_int_equal(http_parser_feed(parser, span_of(head), &used), HTTP_MORE);
    assert_true(http_parser_in_body(parser));
    assert_true(http_parser_take_continue(parser));
    assert_false(http_parser_take_continue(parser));
    assert_int_equal(http_parser_feed(parser, span_of("ok"), &used), HTTP_WHOLE);

    http_message_clear(&message, 0);
    http_parser_begin(parser, &message);
    assert_int_equal(http_parser_feed(parser, span_of(head), &used), HTTP_MORE);
    assert_int_equal(http_parser_feed(parser, span_of("o"), &used), HTTP_MORE);
    assert_false(http_parser_take_continue(parser));
    http_message_reset(&message);
    http_parser_close(parser);
}

/* An answer ends with its length, its last chunk, or the stream; one to HEAD has no body. */
static void reads_answers(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool to_head;
        enum http_progress fed;
        enum http_progress finished;
        int status;
        const char *body;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false, HTTP_WHOLE, HTTP_MORE, 200, "ok"},
        {"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", false,
         HTTP_WHOLE, HTTP_MORE, 404, "no"},
        {"HTTP/1.0 200 OK\r\n\r\nall", false, HTTP_MORE, HTTP_WHOLE, 200, "all"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", true, HTTP_WHOLE, HTTP_MORE, 200, ""},
        {"HTTP/1.1 204 No Content\r\n\r\n", false, HTTP_WHOLE, HTTP_MORE, 204, ""},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", false, HTTP_MORE, HTTP_REFUSED, 0, ""},
        {"HTTP/1.1 200", false, HTTP_MORE, HTTP_REFUSED, 0, ""},
        {"SSH-2.0-OpenSSH\r\n", false, HTTP_REFUSED, HTTP_REFUSED, 0, ""},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (size_t k = 0; k < COUNT_OF(pieces); k++) {
            struct http_parser *parser = http_parser_create(HTTP_KIND_ANSWER, &bounds);
            struct http_message message;
            http_message_init(&message);
            http_parser_begin(parser, &message);
            if (rows[i].to_head)
                http_parser_expect_no_body(parser);
            assert_int_equal(feed(parser, span_of(rows[i].bytes), pieces[k]).progress, rows[i].fed);
            if (rows[i].fed != HTTP_WHOLE)
                assert_int_equal(http_parser_finish(parser), rows[i].finished);
            if (rows[i].status != 0) {
                assert_int_equal(message.status, rows[i].status);
                assert_true(span_is(message.request.body, rows[i].body));
            }
            http_message_reset(&message);
            http_parser_close(parser);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_wrong),
        cmocka_unit_test(bounds_what_never_ends),
        cmocka_unit_test(reads_requests_in_any_pieces),
        cmocka_unit_test(reports_who_waits_to_continue),
        cmocka_unit_test(reads_answers),
    };
    return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
