/* SPDX-License-Identifier: Apache-2.0 */
/* front.c - requests to tickets. */
#include "sql/front.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/worker.h"

#define BODY_BYTES_MAX (4 * 1024 * 1024) /* more than a statement may have: that is told in SQL */
#define HEADER_BYTES_MAX (512 * 1024)    /* prepared statements travel in headers */
#define HEADERS_MAX 500
#define INFO_BYTES_MAX (64 * 1024)
#define QUERY_BYTES_MAX (8 * RUN_SHOWN_BYTES_MAX) /* a control character is six in JSON */
#define FRONT_VERSION "0.1.0"

struct http_limits front_limits(void)
{
    struct http_limits limits = http_limits_default();

    limits.connections_max = 4096;
    limits.header_bytes_max = HEADER_BYTES_MAX;
    limits.headers_max = HEADERS_MAX;
    limits.body_bytes_max = BODY_BYTES_MAX;
    limits.unsent_bytes_max = 4 * (size_t)RUN_PAGE_BYTES;
    return limits;
}

static void reply_text(struct http_exchange *exchange, int status, const char *text)
{
    const struct http_reply reply = {
        .status = status, .content_type = "text/plain", .body = span_of(text)};
    http_reply_send(exchange, &reply);
}

static void reply_json(struct http_exchange *exchange, const struct text *body)
{
    const struct http_reply reply = {
        .status = 200, .content_type = "application/json", .body = text_span(body)};
    http_reply_send(exchange, &reply);
}

static void reply_method(struct http_exchange *exchange, const char *allow)
{
    struct http_reply reply = {
        .status = 405, .content_type = "text/plain", .body = span_of("Method not allowed\n")};
    reply.headers[reply.header_count++] =
        (struct http_header){.name = span_of("Allow"), .value = span_of(allow)};
    http_reply_send(exchange, &reply);
}

/* --- where the client finds us -----------------------------------------------------------------
 */

/* What may stand in a Host header; anything else does not get into our replies. */
static bool is_authority(struct span host)
{
    const char *bytes = host.data;

    for (size_t i = 0; i < host.size; i++) {
        char c = bytes[i];
        bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && strchr(".-_:[]", c) == NULL)
            return false;
    }
    return host.size > 0 && host.size < ADDRESS_HOST_BYTES;
}

/* http://HOST as the client knows us: from its own Host header, so that names, forwarded ports and
 * tunnels stay right. */
static bool fill_base(struct http_exchange *exchange, const struct http_request *request,
                      char base[TICKET_BASE_BYTES])
{
    const struct http_header *host = http_request_header(request, "Host");

    if (host != NULL) {
        if (!is_authority(host->value))
            return false;
        (void)snprintf(base, TICKET_BASE_BYTES, "http://%.*s", (int)host->value.size,
                       (const char *)host->value.data);
        return true;
    }
    struct address local;
    char text[ADDRESS_TEXT_BYTES];
    http_exchange_local(exchange, &local);
    (void)snprintf(base, TICKET_BASE_BYTES, "http://%s", address_text(&local, text));
    return true;
}

/* --- statements --------------------------------------------------------------------------------
 */

static struct run *make_run(struct http_exchange *exchange, const struct http_request *request,
                            struct err *err)
{
    const struct http_header *dialect = http_request_header(request, "X-Steelthread-Dialect");
    struct presto_header *headers =
        ARENA_NEW(http_exchange_arena(exchange), struct presto_header, request->header_count);
    bool too_long = request->body.size > RUN_SQL_BYTES_MAX;
    struct span sql = too_long ? span_of("") : request->body;

    if (headers == NULL) {
        (void)err_set(err, ERR_LIMIT, "too many headers");
        return NULL;
    }
    for (size_t i = 0; i < request->header_count; i++)
        headers[i] = (struct presto_header){request->headers[i].name, request->headers[i].value};
    bool hive = dialect != NULL && span_is_nocase(dialect->value, "hive");
    struct run *run = run_create(sql, headers, request->header_count, hive, err);
    if (run != NULL && too_long)
        (void)fault_set(&run->fault, FAULT_QUERY_TEXT_TOO_LARGE,
                        "Query text length (%zu) exceeds the maximum length (%d)",
                        request->body.size, RUN_SQL_BYTES_MAX);
    return run;
}

static void post_statement(struct front *front, struct http_exchange *exchange,
                           const struct http_request *request)
{
    char base[TICKET_BASE_BYTES];
    struct err err = {0};
    char message[ERR_TEXT_BYTES + 2];

    if (!fill_base(exchange, request, base)) {
        reply_text(exchange, 400, "Bad Host header\n");
        return;
    }
    if (span_trim(request->body).size == 0) {
        reply_text(exchange, 400, "SQL statement is empty\n");
        return;
    }
    struct run *run = make_run(exchange, request, &err);
    if (run == NULL) {
        (void)snprintf(message, sizeof(message), "%s\n", err.text);
        reply_text(exchange, 400, message);
        return;
    }
    if (run->client.user == NULL) {
        run_close(run);
        reply_text(exchange, 400, "User must be set: X-Trino-User or X-Presto-User\n");
        return;
    }
    struct ticket *ticket = hall_admit(front->hall, run);
    if (ticket == NULL) {
        reply_text(exchange, 503, "Too many queries\n");
        return;
    }
    ticket_welcome(ticket, base, exchange);
}

/* ID/SLUG/TOKEN */
static struct ticket *find_ticket(struct front *front, struct span path, int64_t *token)
{
    struct span id = span_cut(&path, '/');
    struct span slug = span_cut(&path, '/');

    if (!span_to_i64(path, token) || *token < 0)
        return NULL;
    return hall_find(front->hall, id, slug);
}

static void get_reply(struct front *front, struct http_exchange *exchange,
                      const struct http_request *request, struct span path)
{
    char base[TICKET_BASE_BYTES];
    int64_t token = 0;
    struct ticket *ticket = find_ticket(front, path, &token);

    if (ticket == NULL || !fill_base(exchange, request, base)) {
        reply_text(exchange, ticket == NULL ? 404 : 400,
                   ticket == NULL ? "Query not found\n" : "Bad Host header\n");
        return;
    }
    switch (hall_ask(front->hall, ticket, token, base, exchange)) {
    case TICKET_ANSWERED:
        return;
    case TICKET_GONE:
        reply_text(exchange, 410, "This page was given before, and a later one since\n");
        return;
    case TICKET_NOT_THERE:
        reply_text(exchange, 404, "There is no such page\n");
        return;
    }
}

static void delete_ticket(struct front *front, struct http_exchange *exchange, struct span path)
{
    int64_t token;
    struct ticket *ticket = find_ticket(front, path, &token);

    if (ticket == NULL) {
        reply_text(exchange, 404, "Query not found\n");
        return;
    }
    hall_cancel(front->hall, ticket, FAULT_USER_CANCELED, "Query was canceled");
    const struct http_reply reply = {.status = 204};
    http_reply_send(exchange, &reply);
}

static void serve_ticket(struct front *front, struct http_exchange *exchange,
                         const struct http_request *request, struct span path)
{
    if (span_is(request->method, "GET"))
        get_reply(front, exchange, request, path);
    else if (span_is(request->method, "DELETE"))
        delete_ticket(front, exchange, path);
    else
        reply_method(exchange, "GET, DELETE");
}

/* --- what else is asked ------------------------------------------------------------------------
 */

static void write_uptime(struct json_writer *json, const struct front *front)
{
    char uptime[32];
    int64_t ms = clock_steady_ms() - front->started_ms;

    (void)snprintf(uptime, sizeof(uptime), "%.2fm", (double)ms / 60000);
    json_key(json, "uptime");
    json_string(json, uptime);
}

static void write_version(struct json_writer *json)
{
    json_key(json, "nodeVersion");
    json_begin_object(json);
    json_key(json, "version");
    json_string(json, FRONT_VERSION);
    json_end_object(json);
    json_key(json, "environment");
    json_string(json, "steelthread");
    json_key(json, "coordinator");
    json_bool(json, true);
}

static void serve_info(const struct front *front, struct http_exchange *exchange, bool status)
{
    struct text body;
    struct json_writer json;

    text_init(&body, INFO_BYTES_MAX);
    json_writer_init(&json, &body);
    json_begin_object(&json);
    if (status) {
        json_key(&json, "nodeId");
        json_string(&json, "steelthread");
    }
    write_version(&json);
    if (!status) {
        json_key(&json, "starting");
        json_bool(&json, false);
    }
    write_uptime(&json, front);
    json_end_object(&json);
    reply_json(exchange, &body);
    text_reset(&body);
}

static void serve_query(const struct front *front, struct http_exchange *exchange, struct span id)
{
    const struct ticket *ticket = hall_peek(front->hall, id);
    struct text body;
    struct json_writer json;

    if (ticket == NULL) {
        reply_text(exchange, 404, "Query not found\n");
        return;
    }
    text_init(&body, QUERY_BYTES_MAX);
    json_writer_init(&json, &body);
    json_begin_object(&json);
    json_key(&json, "queryId");
    json_string(&json, ticket->id);
    json_key(&json, "state");
    json_string(&json, presto_state_name(ticket_presto_state(ticket)));
    json_key(&json, "session");
    json_begin_object(&json);
    json_key(&json, "user");
    json_span(&json, ticket->run->user);
    json_end_object(&json);
    json_key(&json, "query");
    json_span(&json, ticket->run->shown);
    json_end_object(&json);
    reply_json(exchange, &body);
    text_reset(&body);
}

static bool take_prefix(struct span *path, const char *prefix)
{
    if (!span_starts_with(*path, prefix))
        return false;
    *path = span_after(*path, strlen(prefix));
    return true;
}

static void serve_other(const struct front *front, struct http_exchange *exchange,
                        const struct http_request *request, struct span path)
{
    bool status = span_is(path, "/v1/status");
    bool query = take_prefix(&path, "/v1/query/");

    if (!status && !query && !span_is(path, "/v1/info"))
        reply_text(exchange, 404, "Not found\n");
    else if (!span_is(request->method, "GET") && !span_is(request->method, "HEAD"))
        reply_method(exchange, "GET, HEAD");
    else if (query)
        serve_query(front, exchange, path);
    else
        serve_info(front, exchange, status);
}

void front_serve(void *owner, struct http_exchange *exchange, const struct http_request *request)
{
    ON_LOOP();
    struct front *front = owner;
    struct span path = request->path;

    if (span_is(path, "/v1/statement")) {
        if (span_is(request->method, "POST"))
            post_statement(front, exchange, request);
        else
            reply_method(exchange, "POST");
    } else if (take_prefix(&path, "/v1/statement/queued/") ||
               take_prefix(&path, "/v1/statement/executing/")) {
        serve_ticket(front, exchange, request, path);
    } else {
        serve_other(front, exchange, request, path);
    }
}
