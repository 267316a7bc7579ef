/* SPDX-License-Identifier: Apache-2.0 */
/* service.c - what all services have in common, from the lock to the last turn of the loop.
 *
 *   created -> (not ready <-> ready) -> draining -> drained
 *                                          |
 *                                          +-> too slow: ends all the same, with status 1 */
#include "net/service.h"

#include <assert.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/file.h"
#include "io/process.h"
#include "io/worker.h"

#define WHY_NOT_BYTES 256
#define REPLY_BYTES_MAX ((size_t)16 * 1024 * 1024)

struct service {
    const char *name;
    const struct service_events *events;
    void *owner;
    struct loop *loop;
    struct http_server *control;
    struct loop_timer *drain_timer;
    int lock_fd;
    int64_t started_ms;
    int status;
    bool ready;
    bool draining;
    bool drained;
    char why_not[WHY_NOT_BYTES];
    char socket_path[PATH_MAX];
};

void service_reply(struct http_exchange *exchange, int status, const struct text *body)
{
    struct http_reply reply = {
        .status = status,
        .content_type = "application/json",
        .body = text_span(body),
    };
    http_reply_send(exchange, &reply);
}

static void reply_ready(const struct service *service, struct http_exchange *exchange)
{
    struct json_writer json;
    struct text body;

    text_init(&body, REPLY_BYTES_MAX);
    json_writer_init(&json, &body);
    json_begin_object(&json);
    json_key(&json, "ready");
    json_bool(&json, service->ready);
    if (!service->ready) {
        json_key(&json, "reason");
        json_string(&json, service->why_not);
    }
    json_end_object(&json);
    service_reply(exchange, service->ready ? 200 : 503, &body);
    text_reset(&body);
}

static void reply_counters(const struct service *service, struct http_exchange *exchange)
{
    struct json_writer json;
    struct text body;

    text_init(&body, REPLY_BYTES_MAX);
    json_writer_init(&json, &body);
    json_begin_object(&json);
    json_key(&json, "uptime_ms");
    json_i64(&json, clock_steady_ms() - service->started_ms);
    if (service->events->counters != NULL)
        service->events->counters(service->owner, &json);
    json_end_object(&json);
    service_reply(exchange, 200, &body);
    text_reset(&body);
}

static void reply_error(struct http_exchange *exchange, int status, const char *text)
{
    struct json_writer json;
    struct text body;

    text_init(&body, REPLY_BYTES_MAX);
    json_writer_init(&json, &body);
    json_begin_object(&json);
    json_key(&json, "error");
    json_string(&json, text);
    json_end_object(&json);
    service_reply(exchange, status, &body);
    text_reset(&body);
}

static void serve(void *owner, struct http_exchange *exchange, const struct http_request *request)
{
    struct service *service = owner;
    bool is_ready = span_is(request->path, "/readyz");
    bool is_counters = span_is(request->path, "/counters");

    if (!is_ready && !is_counters) {
        if (service->events->serve != NULL)
            service->events->serve(service->owner, exchange, request);
        else
            reply_error(exchange, 404, "there are /readyz and /counters");
        return;
    }
    if (!span_is(request->method, "GET") && !span_is(request->method, "HEAD"))
        reply_error(exchange, 405, "this can be asked with GET only");
    else if (is_ready)
        reply_ready(service, exchange);
    else
        reply_counters(service, exchange);
}

static void drain_too_slow(void *owner)
{
    (void)owner;
    diag_error("drain_abandoned", "after_ms=%d; what was not finished is cut off",
               SERVICE_DRAIN_MS_MAX);
    _exit(1); /* a worker may hold what an orderly close would wait for */
}

static void asked_to_stop(void *owner)
{
    ON_LOOP();
    struct service *service = owner;

    if (service->draining)
        return;
    service->draining = true;
    diag_info("draining", "max_ms=%d", SERVICE_DRAIN_MS_MAX);
    service_set_ready(service, false, "stopping");
    loop_timer_start(service->drain_timer, SERVICE_DRAIN_MS_MAX, 0);
    if (service->events->drain != NULL)
        service->events->drain(service->owner);
    else
        service_drained(service);
}

static bool take_lock(struct service *service, const char *home, struct err *err)
{
    char path[PATH_MAX];
    int size = snprintf(path, sizeof(path), "%s/run/%s.lock", home, service->name);
    int socket_size = snprintf(service->socket_path, sizeof(service->socket_path), "%s/run/%s.sock",
                               home, service->name);

    if (size >= (int)sizeof(path) || socket_size >= (int)sizeof(service->socket_path))
        return err_set(err, ERR_LIMIT, "the path of the home directory is too long: %s", home);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    if (!file_make_dirs(path, err))
        return false;
    *slash = '/';
    return file_lock(&service->lock_fd, path, err);
}

static bool open_control(struct service *service, struct err *err)
{
    struct http_limits limits = http_limits_default();
    struct address address = {.port = -1};

    limits.connections_max = 256;
    if (strlen(service->socket_path) >= sizeof(address.host))
        return err_set(err, ERR_LIMIT, "the path of a control socket is too long: %s",
                       service->socket_path);
    (void)snprintf(address.host, sizeof(address.host), "%s", service->socket_path);
    service->control = http_server_create(service->loop, serve, service, &limits, err);
    return service->control != NULL && http_server_listen(service->control, &address, NULL, err);
}

static void tie_to_parent(void)
{
    const char *variable = getenv(SERVICE_PARENT_VARIABLE);
    int64_t pid = 0;

    if (variable != NULL && span_to_i64(span_of(variable), &pid) && pid > 1 && pid <= INT_MAX)
        process_end_with_parent((int)pid);
}

struct service *service_create(const char *name, const char *home,
                               const struct service_events *events, void *owner, struct err *err)
{
    struct service *service = mem_new(sizeof(*service));

    service->name = name;
    service->events = events;
    service->owner = owner;
    service->lock_fd = -1;
    service->started_ms = clock_steady_ms();
    (void)signal(SIGPIPE, SIG_IGN); /* a peer that left is an error of the write */
    (void)process_raise_file_limit();
    service->loop = loop_create(err);
    if (service->loop == NULL)
        goto fail;
    service->drain_timer = loop_timer_create(service->loop, drain_too_slow, service);
    if (!take_lock(service, home, err))
        goto fail;
    if (!open_control(service, err))
        goto fail;
    if (!loop_on_signal(service->loop, SIGTERM, asked_to_stop, service, err) ||
        !loop_on_signal(service->loop, SIGINT, asked_to_stop, service, err))
        goto fail;
    tie_to_parent(); /* from here on the signal is an orderly end */
    service_set_ready(service, false, "starting");
    return service;

fail:
    service_close(service);
    return NULL;
}

struct loop *service_loop(struct service *service)
{
    return service->loop;
}

void service_set_ready(struct service *service, bool ready, const char *why_not)
{
    ON_LOOP();
    bool before = service->ready;
    char quoted[DIAG_QUOTED_BYTES];

    service->ready = ready && !service->draining;
    if (service->draining)
        why_not = "stopping";
    (void)snprintf(service->why_not, sizeof(service->why_not), "%s",
                   why_not == NULL ? "" : why_not);
    if (service->ready && !before)
        diag_info("ready", "after_ms=%lld", (long long)(clock_steady_ms() - service->started_ms));
    else if (!service->ready && before && !service->draining)
        diag_warn("not_ready", "reason=%s", diag_quoted(service->why_not, quoted));
}

bool service_is_draining(const struct service *service)
{
    return service->draining;
}

void service_drained(struct service *service)
{
    ON_LOOP();
    if (service->drained)
        return;
    service->drained = true;
    diag_info("stopped", "uptime_ms=%lld", (long long)(clock_steady_ms() - service->started_ms));
    loop_stop(service->loop);
}

void service_fail(struct service *service, const struct err *err)
{
    ON_LOOP();
    char quoted[DIAG_QUOTED_BYTES];

    diag_error("failed", "reason=%s; the service ends", diag_quoted(err->text, quoted));
    service->status = 1;
    loop_stop(service->loop);
}

int service_run(struct service *service)
{
    loop_run(service->loop);
    return service->status;
}

void service_close(struct service *service)
{
    if (service == NULL)
        return;
    if (service->control != NULL)
        (void)unlink(service->socket_path);
    http_server_close(service->control);
    loop_timer_close(service->drain_timer);
    loop_close(service->loop);
    file_close(service->lock_fd);
    mem_free(service);
}
