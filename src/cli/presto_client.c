/* SPDX-License-Identifier: Apache-2.0 */
/* presto_client.c - POST, then GET nextUri until there is none. */
#include "cli/presto_client.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/clock.h"
#include "net/http_client.h"

#define CALL_MS_MAX 120000
#define RETRY_MS 100
#define RETRIES_MAX 100
#define HEADERS_MAX (16 + 2 * PRESTO_CLIENT_PROPERTIES_MAX)

/* --- the session --- */

void presto_client_session_reset(struct presto_client_session *session)
{
    for (size_t i = 0; i < session->session_count; i++)
        mem_free(session->session[i].pair);
    for (size_t i = 0; i < session->prepared_count; i++)
        mem_free(session->prepared[i].pair);
    session->session_count = session->prepared_count = 0;
}

static size_t name_length(const char *pair)
{
    return strcspn(pair, "=");
}

static void drop(struct presto_client_property *properties, size_t *count, const char *name,
                 size_t size)
{
    for (size_t i = 0; i < *count; i++) {
        if (name_length(properties[i].pair) != size || memcmp(properties[i].pair, name, size) != 0)
            continue;
        mem_free(properties[i].pair);
        properties[i] = properties[--*count];
        return;
    }
}

static bool put(struct presto_client_property *properties, size_t *count, const char *pair,
                struct err *err)
{
    if (strchr(pair, '=') == NULL || pair[0] == '=')
        return err_set(err, ERR_MALFORMED, "\"%s\", want NAME=VALUE", pair);
    drop(properties, count, pair, name_length(pair));
    if (*count == PRESTO_CLIENT_PROPERTIES_MAX)
        return err_set(err, ERR_LIMIT, "more than %d session properties",
                       PRESTO_CLIENT_PROPERTIES_MAX);
    properties[(*count)++].pair = mem_string(pair);
    return true;
}

bool presto_client_set(struct presto_client_session *session, const char *pair, struct err *err)
{
    return put(session->session, &session->session_count, pair, err);
}

static void copy_name(char to[PRESTO_CLIENT_NAME_BYTES], const char *from)
{
    (void)snprintf(to, PRESTO_CLIENT_NAME_BYTES, "%s", from);
}

static void follow_header(struct presto_client_session *s, const char *name, const char *value)
{
    struct err ignored; /* a value without a name is nothing to remember */
    if (strcmp(name, "x-presto-set-catalog") == 0)
        copy_name(s->catalog, value);
    else if (strcmp(name, "x-presto-set-schema") == 0)
        copy_name(s->schema, value);
    else if (strcmp(name, "x-presto-set-session") == 0)
        (void)!put(s->session, &s->session_count, value, &ignored);
    else if (strcmp(name, "x-presto-clear-session") == 0)
        drop(s->session, &s->session_count, value, strlen(value));
    else if (strcmp(name, "x-presto-added-prepare") == 0)
        (void)!put(s->prepared, &s->prepared_count, value, &ignored);
    else if (strcmp(name, "x-presto-deallocated-prepare") == 0)
        drop(s->prepared, &s->prepared_count, value, strlen(value));
    else if (strcmp(name, "x-presto-started-transaction-id") == 0)
        copy_name(s->transaction, value);
    else if (strcmp(name, "x-presto-clear-transaction-id") == 0)
        s->transaction[0] = '\0';
}

static void follow(struct presto_client_session *session, const struct http_answer *answer)
{
    for (size_t i = 0; i < answer->header_count; i++)
        follow_header(session, answer->headers[i].name, answer->headers[i].value);
}

/* --- calls --- */

struct headers {
    struct http_client_header rows[HEADERS_MAX];
    size_t count;
};

static void add(struct headers *headers, const char *name, const char *value)
{
    if (value[0] != '\0')
        headers->rows[headers->count++] = (struct http_client_header){name, value};
}

static void add_all(struct headers *headers, const struct presto_client_session *session)
{
    add(headers, "X-Presto-User", session->user);
    add(headers, "X-Presto-Source", session->source);
    add(headers, "X-Presto-Catalog", session->catalog);
    add(headers, "X-Presto-Schema", session->schema);
    add(headers, "X-Presto-Time-Zone", session->time_zone);
    add(headers, "X-Presto-Transaction-Id",
        session->transaction[0] == '\0' ? "NONE" : session->transaction);
    add(headers, "X-Steelthread-Dialect", session->hive ? "hive" : "");
    add(headers, "Content-Type", "text/plain; charset=utf-8");
    for (size_t i = 0; i < session->session_count; i++)
        add(headers, "X-Presto-Session", session->session[i].pair);
    for (size_t i = 0; i < session->prepared_count; i++)
        add(headers, "X-Presto-Prepared-Statement", session->prepared[i].pair);
}

static bool refused(const struct http_answer *answer, const struct address *address,
                    struct err *err)
{
    char text[ADDRESS_TEXT_BYTES];
    struct span body = span_trim(answer->body);
    return err_set(err, ERR_IO, "%s answers with HTTP status %d%s%.*s", address_text(address, text),
                   answer->status, body.size == 0 ? "" : ": ",
                   body.size > 300 ? 300 : (int)body.size, (const char *)body.data);
}

/* A server that is starting or overloaded says 502, 503 or 504, and wants to be asked again. */
static bool call_server(struct http_call *call, struct http_answer *answer, struct arena *arena,
                        struct err *err)
{
    for (int i = 0;; i++) {
        if (!http_client_call(call, answer, arena, err))
            return false;
        if (answer->status < 502 || answer->status > 504 || i == RETRIES_MAX)
            return true;
        arena_reset(arena);
        clock_sleep_ms(RETRY_MS);
    }
}

static bool read_page(struct presto_client_session *session, struct http_call *call,
                      struct presto_client_page *page, struct err *err)
{
    struct http_answer answer;
    if (!call_server(call, &answer, &page->arena, err))
        return false;
    if (answer.status != 200)
        return refused(&answer, call->address, err);
    follow(session, &answer);
    page->document = json_read(answer.body, &page->arena, err);
    if (page->document == NULL)
        return err_within(err, "what the server answers is not Presto's");
    const struct json_value *next = json_get(page->document, "nextUri");
    page->next_uri[0] = '\0';
    if (next == NULL || next->type != JSON_STRING)
        return true;
    if (next->text.size >= sizeof(page->next_uri))
        return err_set(err, ERR_MALFORMED, "the server's nextUri has %zu bytes", next->text.size);
    (void)snprintf(page->next_uri, sizeof(page->next_uri), "%.*s", (int)next->text.size,
                   (const char *)next->text.data);
    return true;
}

void presto_client_page_init(struct presto_client_page *page)
{
    *page = (struct presto_client_page){0};
    arena_init(&page->arena, PRESTO_CLIENT_PAGE_BYTES_MAX);
}

void presto_client_page_reset(struct presto_client_page *page)
{
    arena_reset(&page->arena);
    page->document = NULL;
}

bool presto_client_begin(struct presto_client_session *session, struct span sql,
                         struct presto_client_page *page, struct err *err)
{
    struct headers headers = {.count = 0};
    add_all(&headers, session);
    struct http_call call = {
        .address = &session->address,
        .method = "POST",
        .target = "/v1/statement",
        .headers = headers.rows,
        .header_count = headers.count,
        .body = sql,
        .timeout_ms = CALL_MS_MAX,
    };
    presto_client_page_reset(page);
    return read_page(session, &call, page, err);
}

/* http://HOST:PORT/path, as an address and a target within `uri`. */
static bool split_uri(const char *uri, struct address *address, const char **target,
                      struct err *err)
{
    static const char scheme[] = "http://";
    if (strncmp(uri, scheme, strlen(scheme)) != 0)
        return err_set(err, ERR_UNSUPPORTED, "the server's nextUri is \"%.100s\", want http://",
                       uri);
    const char *host = uri + strlen(scheme);
    size_t size = strcspn(host, "/");
    *target = host[size] == '\0' ? "/" : host + size;
    return address_parse(address, (struct span){host, size}, 80, err);
}

/* Prepares a call of the page's nextUri, which is copied to `uri`, and lets the page go. */
static bool follow_uri(const char *method, struct presto_client_page *page, struct http_call *call,
                       struct address *address, char uri[PRESTO_CLIENT_URI_BYTES], struct err *err)
{
    const char *target = NULL;
    memcpy(uri, page->next_uri, PRESTO_CLIENT_URI_BYTES);
    if (!split_uri(uri, address, &target, err))
        return false;
    presto_client_page_reset(page);
    *call = (struct http_call){
        .address = address, .method = method, .target = target, .timeout_ms = CALL_MS_MAX};
    return true;
}

bool presto_client_next(struct presto_client_session *session, struct presto_client_page *page,
                        struct err *err)
{
    char uri[PRESTO_CLIENT_URI_BYTES];
    struct address address;
    struct http_call call;
    struct headers headers = {.count = 0};
    if (!follow_uri("GET", page, &call, &address, uri, err))
        return false;
    add(&headers, "X-Presto-User", session->user);
    call.headers = headers.rows;
    call.header_count = headers.count;
    return read_page(session, &call, page, err);
}

void presto_client_cancel(const struct presto_client_session *session,
                          struct presto_client_page *page)
{
    char uri[PRESTO_CLIENT_URI_BYTES];
    struct headers headers = {.count = 0};
    struct address address;
    struct http_call call;
    struct http_answer answer;
    struct err ignored;
    if (page->next_uri[0] == '\0' || !follow_uri("DELETE", page, &call, &address, uri, &ignored))
        return;
    add(&headers, "X-Presto-User", session->user);
    call.headers = headers.rows;
    call.header_count = headers.count;
    (void)!http_client_call(&call, &answer, &page->arena, &ignored);
    page->next_uri[0] = '\0';
}
