/* SPDX-License-Identifier: Apache-2.0 */
/* http.c - llhttp finds the tokens; they are copied one behind another and remembered by place.
 *
 * A message's bytes are: the target, then each header's name and value, then
 * the body.  Places become pointers only when the message is whole, because
 * the memory moves as it grows. */
#include "wire/http.h"

#include <assert.h>
#include <llhttp.h>
#include <string.h>

#include "base/mem.h"

#define HEADER_OVERHEAD_BYTES 4 /* colon, blank, CR, LF */
#define LINE_OVERHEAD_BYTES 18  /* method, blanks, version, CR, LF */
#define HEADERS_ROOM_MIN 16

struct http_slot {
    uint32_t name_at;
    uint32_t name_size;
    uint32_t value_at;
    uint32_t value_size;
};

enum part { PART_NOTHING, PART_LINE, PART_HEADERS, PART_BODY, PART_TRAILERS };

struct http_parser {
    llhttp_t llhttp;
    struct http_bounds bounds;
    struct http_message *message;
    size_t line_bytes; /* of line, headers, trailers and chunk extensions so far */
    const char *reason;
    int refusal;
    enum part part;
    bool whole;
    bool no_body; /* an answer to HEAD */
    bool wants_continue;
};

/* --- the message ------------------------------------------------------------------------------ */

const struct http_header *http_request_header(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (span_is_nocase(request->headers[i].name, name))
            return &request->headers[i];
    }
    return NULL;
}

void http_message_init(struct http_message *message)
{
    *message = (struct http_message){0};
    text_init(&message->bytes, UINT32_MAX); /* the parser's bounds come first */
}

void http_message_clear(struct http_message *message, size_t bytes_kept)
{
    if (message->bytes.room > bytes_kept)
        text_reset(&message->bytes);
    else
        text_clear(&message->bytes);
    message->request = (struct http_request){0};
    message->status = 0;
    message->keep_alive = false;
    message->head = false;
    message->header_count = 0;
    message->target_size = 0;
    message->body_at = 0;
}

void http_message_reset(struct http_message *message)
{
    text_reset(&message->bytes);
    mem_free(message->slots);
    mem_free(message->headers);
    http_message_init(message);
}

size_t http_message_bytes(const struct http_message *message)
{
    return message->bytes.size + message->header_count * sizeof(struct http_slot);
}

static struct http_slot *add_header(struct http_message *message)
{
    if (message->header_count == message->header_room) {
        size_t room = message->header_room == 0 ? HEADERS_ROOM_MIN : message->header_room * 2;
        message->slots = mem_grow(message->slots, room * sizeof(*message->slots));
        message->headers = mem_grow(message->headers, room * sizeof(*message->headers));
        message->header_room = room;
    }
    struct http_slot *slot = &message->slots[message->header_count++];
    *slot = (struct http_slot){.name_at = (uint32_t)message->bytes.size};
    return slot;
}

/* http://host:port/path?query, /path?query, host:port (of CONNECT) or an asterisk. */
static void split_target(struct http_request *request)
{
    struct span rest = request->target;
    const char *bytes = rest.data;

    if (rest.size > 0 && bytes[0] != '/') {
        const char *colon = memmem(rest.data, rest.size, "://", 3);
        if (colon != NULL) {
            rest = span_after(rest, (size_t)(colon - bytes) + 3);
            size_t end = 0;
            const char *from = rest.data;
            while (end < rest.size && from[end] != '/' && from[end] != '?')
                end++;
            request->authority = (struct span){from, end};
            rest = span_after(rest, end);
        }
    }
    request->query = rest;
    request->path = span_cut(&request->query, '?');
    if (request->path.size == 0)
        request->path = span_of("/");
}

/* Places become pointers. */
static void point(struct http_message *message, const llhttp_t *llhttp)
{
    const char *bytes = text_string(&message->bytes);
    struct http_request *request = &message->request;

    for (size_t i = 0; i < message->header_count; i++) {
        const struct http_slot *slot = &message->slots[i];
        message->headers[i].name = (struct span){bytes + slot->name_at, slot->name_size};
        message->headers[i].value =
            span_trim((struct span){bytes + slot->value_at, slot->value_size});
        message->headers[i].blanks_behind = slot->value_size - message->headers[i].value.size;
    }
    request->headers = message->headers;
    request->header_count = message->header_count;
    request->body = (struct span){bytes + message->body_at, message->bytes.size - message->body_at};
    if (llhttp->type == HTTP_RESPONSE) {
        message->status = llhttp->status_code;
        return;
    }
    request->method = span_of(llhttp_method_name(llhttp->method));
    request->version_minor = llhttp->http_minor;
    request->target = (struct span){bytes, message->target_size};
    split_target(request);
    message->head = llhttp->method == HTTP_HEAD;
}

/* --- what llhttp calls ------------------------------------------------------------------------ */

static struct http_parser *parser_of(llhttp_t *llhttp)
{
    return CONTAINER_OF(llhttp, struct http_parser, llhttp);
}

static int refuse(struct http_parser *parser, int status, const char *reason)
{
    if (parser->refusal == 0) {
        parser->refusal = status;
        parser->reason = reason;
    }
    llhttp_set_error_reason(&parser->llhttp, reason);
    return HPE_USER;
}

static int count_line_bytes(struct http_parser *parser, size_t bytes)
{
    parser->line_bytes += bytes;
    if (parser->line_bytes > parser->bounds.header_bytes_max)
        return refuse(parser, 431, "request line and headers are too long");
    return 0;
}

static int on_message_begin(llhttp_t *llhttp)
{
    struct http_parser *parser = parser_of(llhttp);
    parser->part = PART_LINE;
    return count_line_bytes(parser, LINE_OVERHEAD_BYTES);
}

static int on_url(llhttp_t *llhttp, const char *at, size_t size)
{
    struct http_parser *parser = parser_of(llhttp);
    int stop = count_line_bytes(parser, size);
    if (stop != 0)
        return stop;
    text_add(&parser->message->bytes, (struct span){at, size});
    parser->message->target_size += size;
    return 0;
}

static int on_counted(llhttp_t *llhttp, const char *at, size_t size)
{
    (void)at;
    return count_line_bytes(parser_of(llhttp), size);
}

static int on_header_field(llhttp_t *llhttp, const char *at, size_t size)
{
    struct http_parser *parser = parser_of(llhttp);
    struct http_message *message = parser->message;
    int stop = count_line_bytes(parser, size);

    if (stop != 0)
        return stop;
    if (parser->part == PART_BODY || parser->part == PART_TRAILERS) {
        parser->part = PART_TRAILERS; /* counted, and otherwise of no interest */
        return 0;
    }
    struct http_slot *slot = NULL;
    if (parser->part == PART_LINE || message->slots[message->header_count - 1].value_at != 0) {
        if (message->header_count == parser->bounds.headers_max)
            return refuse(parser, 431, "too many headers");
        slot = add_header(message);
        parser->part = PART_HEADERS;
    } else {
        slot = &message->slots[message->header_count - 1];
    }
    text_add(&message->bytes, (struct span){at, size});
    slot->name_size += (uint32_t)size;
    return 0;
}

static int on_header_field_complete(llhttp_t *llhttp)
{
    struct http_parser *parser = parser_of(llhttp);
    struct http_message *message = parser->message;

    if (parser->part == PART_HEADERS)
        message->slots[message->header_count - 1].value_at = (uint32_t)message->bytes.size;
    return count_line_bytes(parser, HEADER_OVERHEAD_BYTES);
}

static int on_header_value(llhttp_t *llhttp, const char *at, size_t size)
{
    struct http_parser *parser = parser_of(llhttp);
    struct http_message *message = parser->message;
    int stop = count_line_bytes(parser, size);

    if (stop != 0 || parser->part != PART_HEADERS)
        return stop;
    text_add(&message->bytes, (struct span){at, size});
    message->slots[message->header_count - 1].value_size += (uint32_t)size;
    return 0;
}

static struct span slot_name(const struct http_message *message, size_t i)
{
    const struct http_slot *slot = &message->slots[i];
    return (struct span){message->bytes.bytes + slot->name_at, slot->name_size};
}

static struct span slot_value(const struct http_message *message, size_t i)
{
    const struct http_slot *slot = &message->slots[i];
    return span_trim((struct span){message->bytes.bytes + slot->value_at, slot->value_size});
}

struct framing {
    int hosts;
    bool length;
    bool encoded;
    bool chunked; /* "chunked" is the only coding named */
    bool expect;
    bool expect_continue;
};

static struct framing read_framing(const struct http_message *message)
{
    struct framing framing = {0};

    for (size_t i = 0; i < message->header_count; i++) {
        struct span name = slot_name(message, i);
        if (span_is_nocase(name, "host")) {
            framing.hosts++;
        } else if (span_is_nocase(name, "content-length")) {
            framing.length = true;
        } else if (span_is_nocase(name, "transfer-encoding")) {
            framing.chunked = !framing.encoded && span_is_nocase(slot_value(message, i), "chunked");
            framing.encoded = true;
        } else if (span_is_nocase(name, "expect")) {
            framing.expect = true;
            framing.expect_continue = span_is_nocase(slot_value(message, i), "100-continue");
        }
    }
    return framing;
}

static int check_request(struct http_parser *parser)
{
    llhttp_t *llhttp = &parser->llhttp;
    struct framing framing = read_framing(parser->message);
    bool old = llhttp->http_minor == 0;

    if (llhttp->http_major != 1)
        return refuse(parser, llhttp->http_major == 2 ? 505 : 400, "HTTP/1.0 and 1.1 are spoken");
    if (framing.hosts > 1 || (framing.hosts == 0 && !old))
        return refuse(parser, 400, "a request names one Host");
    if (framing.encoded && (framing.length || old))
        return refuse(parser, 400, "Transfer-Encoding with Content-Length or in HTTP/1.0");
    if (framing.encoded && !framing.chunked)
        return refuse(parser, 501, "no transfer coding but chunked is known");
    if (!framing.encoded && llhttp->content_length > parser->bounds.body_bytes_max)
        return refuse(parser, 413, "the body is too long");
    if (framing.expect && !old) {
        if (!framing.expect_continue)
            return refuse(parser, 417, "nothing but 100-continue can be expected");
        parser->wants_continue = framing.encoded || llhttp->content_length > 0;
    }
    llhttp->upgrade = 0; /* offers of another protocol are declined, CONNECT is an odd method */
    return 0;
}

static int on_headers_complete(llhttp_t *llhttp)
{
    struct http_parser *parser = parser_of(llhttp);
    struct http_message *message = parser->message;

    message->body_at = message->bytes.size;
    message->keep_alive = llhttp_should_keep_alive(llhttp) != 0;
    if (llhttp->type == HTTP_REQUEST) {
        int stop = check_request(parser);
        if (stop != 0)
            return stop;
    } else {
        llhttp->upgrade = 0;
    }
    parser->part = PART_BODY;
    parser->line_bytes = 0; /* trailers and chunk extensions have the same bound anew */
    return parser->no_body ? 1 : 0;
}

static int on_body(llhttp_t *llhttp, const char *at, size_t size)
{
    struct http_parser *parser = parser_of(llhttp);
    struct http_message *message = parser->message;

    if (size > parser->bounds.body_bytes_max - (message->bytes.size - message->body_at))
        return refuse(parser, 413, "the body is too long");
    text_add(&message->bytes, (struct span){at, size});
    parser->wants_continue = false; /* it did not wait */
    return 0;
}

static int on_message_complete(llhttp_t *llhttp)
{
    struct http_parser *parser = parser_of(llhttp);
    parser->whole = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_message_begin = on_message_begin,
    .on_url = on_url,
    .on_status = on_counted,
    .on_header_field = on_header_field,
    .on_header_field_complete = on_header_field_complete,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_chunk_extension_name = on_counted,
    .on_chunk_extension_value = on_counted,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

/* --- the parser ------------------------------------------------------------------------------- */

struct http_parser *http_parser_create(enum http_kind kind, const struct http_bounds *bounds)
{
    struct http_parser *parser = mem_new(sizeof(*parser));

    assert(bounds->header_bytes_max < UINT32_MAX / 2 && bounds->body_bytes_max < UINT32_MAX / 2);
    parser->bounds = *bounds;
    llhttp_init(&parser->llhttp, kind == HTTP_KIND_REQUEST ? HTTP_REQUEST : HTTP_RESPONSE,
                &settings);
    return parser;
}

void http_parser_close(struct http_parser *parser)
{
    mem_free(parser);
}

void http_parser_begin(struct http_parser *parser, struct http_message *message)
{
    assert(message->bytes.size == 0 && message->header_count == 0);
    parser->message = message;
    parser->part = PART_NOTHING;
    parser->line_bytes = 0;
    parser->whole = false;
    parser->no_body = false;
    parser->wants_continue = false;
}

void http_parser_expect_no_body(struct http_parser *parser)
{
    parser->no_body = true;
}

/* llhttp says what is wrong with the grammar; which status that is, is ours to say. */
static void name_refusal(struct http_parser *parser, llhttp_errno_t code)
{
    const char *reason = llhttp_get_error_reason(&parser->llhttp);

    if (parser->refusal != 0)
        return;
    parser->refusal = 400;
    parser->reason = reason != NULL && reason[0] != '\0' ? reason : llhttp_errno_name(code);
    if (code == HPE_INVALID_VERSION && strcmp(parser->reason, "Invalid HTTP version") == 0)
        parser->refusal = 505;
    if (code == HPE_PAUSED_H2_UPGRADE)
        parser->refusal = 505;
}

enum http_progress http_parser_feed(struct http_parser *parser, struct span bytes, size_t *used)
{
    assert(parser->message != NULL && !parser->whole);
    *used = bytes.size;
    if (parser->refusal != 0)
        return HTTP_REFUSED;
    if (bytes.size == 0)
        return HTTP_MORE;

    llhttp_errno_t code = llhttp_execute(&parser->llhttp, bytes.data, bytes.size);
    if (code == HPE_OK)
        return HTTP_MORE;
    if (code != HPE_PAUSED || !parser->whole) {
        name_refusal(parser, code);
        return HTTP_REFUSED;
    }
    *used = (size_t)(llhttp_get_error_pos(&parser->llhttp) - (const char *)bytes.data);
    llhttp_resume(&parser->llhttp);
    point(parser->message, &parser->llhttp);
    parser->part = PART_NOTHING;
    return HTTP_WHOLE;
}

enum http_progress http_parser_finish(struct http_parser *parser)
{
    if (parser->refusal != 0)
        return HTTP_REFUSED;
    if (parser->part == PART_NOTHING)
        return HTTP_MORE;
    llhttp_errno_t code = llhttp_finish(&parser->llhttp);
    if (parser->whole) {
        point(parser->message, &parser->llhttp);
        parser->part = PART_NOTHING;
        return HTTP_WHOLE;
    }
    name_refusal(parser, code == HPE_OK ? HPE_INVALID_EOF_STATE : code);
    return HTTP_REFUSED;
}

int http_parser_refusal(const struct http_parser *parser, const char **reason)
{
    if (reason != NULL)
        *reason = parser->reason;
    return parser->refusal;
}

bool http_parser_in_body(const struct http_parser *parser)
{
    return parser->part == PART_BODY || parser->part == PART_TRAILERS;
}

bool http_parser_take_continue(struct http_parser *parser)
{
    bool wants = parser->wants_continue && parser->part == PART_BODY;
    if (wants)
        parser->wants_continue = false;
    return wants;
}

const char *http_status_name(int status)
{
    static const struct {
        int status;
        const char *name;
    } rows[] = {
        {100, "Continue"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {307, "Temporary Redirect"},
        {308, "Permanent Redirect"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].status == status)
            return rows[i].name;
    }
    return "Unknown";
}
