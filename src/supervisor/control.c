/* SPDX-License-Identifier: Apache-2.0 */
/* control.c - requests on the supervisor's own socket. */
#include "supervisor/control.h"

#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "net/http_server.h"

#define REPLY_BYTES_MAX ((size_t)64 * 1024)
#define WAITING_MAX 32 /* who asked for /down */

struct control {
    struct http_server *server;
    const struct config *config;
    const struct fleet *fleet;
    void (*down)(void *owner);
    void *owner;
    bool stopped;
    size_t waiting_count;
    struct http_exchange *waiting[WAITING_MAX];
};

static void reply(struct http_exchange *exchange, int status, struct text *body)
{
    text_add_char(body, '\n');
    struct http_reply answer = {
        .status = status,
        .content_type = "application/json",
        .body = text_span(body),
        .close = true,
    };
    http_reply_send(exchange, &answer);
}

static void write_readiness(const struct fleet *fleet, struct text *out)
{
    struct json_writer json;
    const struct box *box;

    json_writer_init(&json, out);
    json_begin_object(&json);
    json_key(&json, "ready");
    json_bool(&json, fleet_is_ready(fleet));
    for (size_t i = 0; (box = fleet_box(fleet, i)) != NULL; i++) {
        if (box_state(box) != BOX_READY && box_state(box) != BOX_FINISHED) {
            char reason[BOX_REASON_BYTES + 64];
            (void)snprintf(reason, sizeof(reason), "%s is %s%s%s", box_name(box),
                           box_state_text(box_state(box)), box_reason(box)[0] == '\0' ? "" : ": ",
                           box_reason(box));
            json_key(&json, "reason");
            json_string(&json, reason);
            break;
        }
    }
    json_end_object(&json);
}

static void write_self(const struct control *control, struct text *out)
{
    struct json_writer json;
    json_writer_init(&json, out);
    json_begin_object(&json);
    json_key(&json, "pid");
    json_i64(&json, getpid());
    json_key(&json, "stopping");
    json_bool(&json, fleet_is_stopping(control->fleet));
    json_key(&json, "kafka");
    json_string(&json, control->config->kafka_brokers);
    json_end_object(&json);
}

static void write_end(const struct fleet *fleet, struct text *out)
{
    struct json_writer json;
    const struct box *box;

    json_writer_init(&json, out);
    json_begin_array(&json);
    for (size_t i = 0; (box = fleet_box(fleet, i)) != NULL; i++) {
        json_begin_object(&json);
        json_key(&json, "name");
        json_string(&json, box_name(box));
        json_key(&json, "state");
        json_string(&json, box_state_text(box_state(box)));
        json_key(&json, "killed");
        json_bool(&json, box_was_killed(box));
        json_end_object(&json);
    }
    json_end_array(&json);
}

static void serve_down(struct control *control, struct http_exchange *exchange, struct text *body)
{
    if (control->stopped || control->waiting_count == WAITING_MAX) {
        write_end(control->fleet, body);
        reply(exchange, control->stopped ? 200 : 503, body);
        return;
    }
    control->waiting[control->waiting_count++] = exchange;
    control->down(control->owner);
}

static void serve(void *owner, struct http_exchange *exchange, const struct http_request *request)
{
    struct control *control = owner;
    struct text body;
    bool is_post = span_is(request->method, "POST");

    text_init(&body, REPLY_BYTES_MAX);
    if (!is_post && span_is(request->path, "/ps")) {
        fleet_write(control->fleet, &body);
        reply(exchange, 200, &body);
    } else if (!is_post && span_is(request->path, "/readyz")) {
        write_readiness(control->fleet, &body);
        reply(exchange, fleet_is_ready(control->fleet) ? 200 : 503, &body);
    } else if (!is_post && span_is(request->path, "/self")) {
        write_self(control, &body);
        reply(exchange, 200, &body);
    } else if (is_post && span_is(request->path, "/down")) {
        serve_down(control, exchange, &body);
    } else {
        text_add_string(&body, "{\"error\":\"GET /readyz, /ps, /self or POST /down\"}");
        reply(exchange, 404, &body);
    }
    text_reset(&body);
}

struct control *control_create(struct loop *loop, const struct config *config,
                               const struct fleet *fleet, void (*down)(void *owner), void *owner,
                               struct err *err)
{
    struct control *control = mem_new(sizeof(*control));
    struct http_limits limits = http_limits_default();
    struct address address = {.port = -1};
    int port;

    limits.connections_max = 256;
    control->config = config;
    control->fleet = fleet;
    control->down = down;
    control->owner = owner;
    (void)snprintf(address.host, sizeof(address.host), "%.200s/run/supervisor.sock", config->home);
    control->server = http_server_create(loop, serve, control, &limits, err);
    if (control->server == NULL || !http_server_listen(control->server, &address, &port, err)) {
        control_close(control);
        return NULL;
    }
    return control;
}

void control_stopped(struct control *control)
{
    struct text body;
    control->stopped = true;
    text_init(&body, REPLY_BYTES_MAX);
    for (size_t i = 0; i < control->waiting_count; i++) {
        text_clear(&body);
        write_end(control->fleet, &body);
        reply(control->waiting[i], 200, &body);
    }
    control->waiting_count = 0;
    text_reset(&body);
    http_server_drain(control->server);
}

bool control_is_idle(const struct control *control)
{
    return http_server_connections(control->server) == 0;
}

void control_close(struct control *control)
{
    if (control == NULL)
        return;
    http_server_close(control->server);
    mem_free(control);
}
