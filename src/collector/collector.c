/* SPDX-License-Identifier: Apache-2.0 */
/* collector.c - one request, one event, one answer, in this order:
 *
 *   request -> event -> producer -> the broker's acknowledgement -> 200     (P1)
 *                           |
 *                           +-> no broker, too much waiting, no acknowledgement -> 503
 *
 * A 503 says that the event is not known to be stored: it may be, when only
 * the acknowledgement was lost.  So a client may send it again, and gets
 * another event if it does. */
#include "collector/collector.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "collector/event.h"
#include "io/worker.h"
#include "net/http_server.h"
#include "net/kafka_producer.h"
#include "net/service.h"

#define EVENT_BYTES_MAX ((size_t)1000000) /* Kafka's own limit of a message, about */
#define RECORD_OVERHEAD_BYTES 1024
#define WAITING_IDLE_MAX 1024
#define PATH_BYTES_MAX 4096
#define DRAIN_LOOK_MS 5
#define DRAIN_AWAY_MS 300        /* for a broker to be back, while requests wait for it */
#define DRAIN_LAST_BYTES_MS 2000 /* for answers to leave, once all are given */
#define TEXT_HTML "text/html; charset=utf-8" /* what Flask says of a str */

/* An event that the broker has not acknowledged yet. */
struct waiting {
    struct http_exchange *exchange;
    const struct config_route *route;
    struct waiting *next; /* of those to be used again */
};

struct collector {
    const struct config *config;
    struct service *service;
    struct http_server *server;
    struct kafka_producer *producer;
    struct event_route **routes; /* one for each of the configuration's */
    struct text event;           /* the one at hand */
    struct waiting *idle;
    size_t idle_count;
    struct loop_timer *drain_timer;
    int64_t away_ms;    /* since when the drain has been without a broker; 0: it is there */
    int64_t drained_ms; /* when the last answer was given; 0: not yet */
    uint64_t requests;
    uint64_t stored;
    uint64_t unknown; /* given to librdkafka, and no acknowledgement came */
    uint64_t refused; /* not taken: 503 at once */
};

/* --- answers ---------------------------------------------------------------------------------- */

static void answer(struct http_exchange *exchange, int status, const char *text)
{
    struct http_reply reply = {
        .status = status,
        .content_type = TEXT_HTML,
        .body = span_of(text),
    };
    http_reply_send(exchange, &reply);
}

static void answer_allow(struct http_exchange *exchange, int status, const char *text)
{
    struct http_reply reply = {
        .status = status,
        .content_type = TEXT_HTML,
        .headers = {{.name = span_of("Allow"), .value = span_of("GET, HEAD, OPTIONS")}},
        .header_count = 1,
        .body = span_of(text),
    };
    http_reply_send(exchange, &reply);
}

static void answer_unavailable(struct http_exchange *exchange, const char *why)
{
    char text[ERR_TEXT_BYTES + 128];
    struct http_reply reply = {
        .status = 503,
        .content_type = "text/plain; charset=utf-8",
        .headers = {{.name = span_of("Retry-After"), .value = span_of("1")}},
        .header_count = 1,
    };

    (void)snprintf(text, sizeof(text), "The event is not known to be stored: %s.\n", why);
    reply.body = span_of(text);
    http_reply_send(exchange, &reply);
}

static struct waiting *waiting_take(struct collector *collector)
{
    struct waiting *waiting = collector->idle;

    if (waiting == NULL)
        return mem_new(sizeof(*waiting));
    collector->idle = waiting->next;
    collector->idle_count--;
    return waiting;
}

static void waiting_give_back(struct collector *collector, struct waiting *waiting)
{
    if (collector->idle_count == WAITING_IDLE_MAX) {
        mem_free(waiting);
        return;
    }
    waiting->next = collector->idle;
    collector->idle = waiting;
    collector->idle_count++;
}

static void delivered(void *owner, void *opaque, const struct err *err)
{
    ON_LOOP();
    struct collector *collector = owner;
    struct waiting *waiting = opaque;

    if (err == NULL) {
        collector->stored++;
        answer(waiting->exchange, 200, waiting->route->reply);
    } else {
        collector->unknown++;
        answer_unavailable(waiting->exchange, err->text);
    }
    waiting_give_back(collector, waiting);
}

/* --- requests --------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %41 is A; what is no such triple stays as it is. */
static struct span decode_path(struct span path, char decoded[PATH_BYTES_MAX])
{
    const char *from = path.data;
    size_t size = 0;

    if (path.size > PATH_BYTES_MAX || memchr(from, '%', path.size) == NULL)
        return path;
    for (size_t i = 0; i < path.size; i++) {
        int high = from[i] == '%' && i + 2 < path.size ? hex_digit(from[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(from[i + 2]) : -1;
        decoded[size++] = (char)(low >= 0 ? high * 16 + low : from[i]);
        i += low >= 0 ? 2 : 0;
    }
    return (struct span){decoded, size};
}

static size_t find_route(const struct collector *collector, struct span path)
{
    const struct config *config = collector->config;
    char decoded[PATH_BYTES_MAX];
    struct span plain = decode_path(path, decoded);

    for (size_t i = 0; i < config->route_count; i++) {
        if (span_is(plain, config->routes[i].path))
            return i;
    }
    return SIZE_MAX;
}

static void take_event(struct collector *collector, struct http_exchange *exchange,
                       const struct http_request *request, size_t route)
{
    struct err err = {0};

    text_clear(&collector->event);
    event_write(&collector->event, collector->routes[route], request);
    if (collector->event.full) {
        answer(exchange, 413, "The event would be too long.\n");
        return;
    }
    struct waiting *waiting = waiting_take(collector);
    waiting->exchange = exchange;
    waiting->route = &collector->config->routes[route];
    if (!kafka_producer_send(collector->producer, (struct span){NULL, 0},
                             text_span(&collector->event), waiting, &err)) {
        collector->refused++;
        waiting_give_back(collector, waiting);
        answer_unavailable(exchange, err.text);
    }
}

static void serve(void *owner, struct http_exchange *exchange, const struct http_request *request)
{
    ON_LOOP();
    struct collector *collector = owner;
    size_t route = find_route(collector, request->path);

    collector->requests++;
    if (route == SIZE_MAX)
        answer(exchange, 404, "Not Found: there is no route of this path.\n");
    else if (span_is(request->method, "GET") || span_is(request->method, "HEAD"))
        take_event(collector, exchange, request, route);
    else if (span_is(request->method, "OPTIONS"))
        answer_allow(exchange, 200, "");
    else
        answer_allow(exchange, 405, "Method Not Allowed: GET makes an event.\n");
}

/* --- the service ------------------------------------------------------------------------------ */

static void changed(void *owner, bool available, const char *why_not)
{
    ON_LOOP();
    struct collector *collector = owner;
    service_set_ready(collector->service, available, why_not);
}

static void counters(void *owner, struct json_writer *json)
{
    const struct collector *collector = owner;
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"requests", collector->requests},
        {"events_stored", collector->stored},
        {"events_unknown", collector->unknown},
        {"events_refused", collector->refused},
        {"events_waiting", kafka_producer_waiting(collector->producer)},
        {"connections", http_server_connections(collector->server)},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_key(json, rows[i].name);
        json_i64(json, (int64_t)rows[i].value);
    }
}

/* When all services end at once the broker may be gone before its acknowledgements: they will not
 * come, and who waits for them is told so. */
static void look_for_broker(struct collector *collector, int64_t now)
{
    if (kafka_producer_is_available(collector->producer))
        collector->away_ms = 0;
    else if (collector->away_ms == 0)
        collector->away_ms = now;
    else if (now - collector->away_ms > DRAIN_AWAY_MS)
        kafka_producer_give_up(collector->producer);
}

/* First the answers that are owed, then their last bytes; clients that do not read are left. */
static void look_at_drain(void *owner)
{
    ON_LOOP();
    struct collector *collector = owner;
    int64_t now = loop_now_ms(service_loop(collector->service));

    if (kafka_producer_waiting(collector->producer) > 0)
        look_for_broker(collector, now);
    if (http_server_in_flight(collector->server) > 0 ||
        kafka_producer_waiting(collector->producer) > 0)
        return;
    if (collector->drained_ms == 0)
        collector->drained_ms = now;
    if (http_server_connections(collector->server) == 0 ||
        now - collector->drained_ms > DRAIN_LAST_BYTES_MS)
        service_drained(collector->service);
}

static void drain(void *owner)
{
    struct collector *collector = owner;

    http_server_stop_listening(collector->server);
    http_server_drain(collector->server);
    loop_timer_start(collector->drain_timer, 0, DRAIN_LOOK_MS);
}

static bool listen_all(struct collector *collector, struct err *err)
{
    const struct config *config = collector->config;
    int port = 0;

    for (size_t i = 0; i < config->listen_count[CONFIG_COLLECTOR]; i++) {
        struct address address = config->listen[CONFIG_COLLECTOR][i];
        char text[ADDRESS_TEXT_BYTES];
        if (address.port == 0)
            address.port = port; /* both families on one port */
        if (!http_server_listen(collector->server, &address, &port, err))
            return false;
        diag_info("listening", "address=%s port=%d", address_text(&address, text), port);
    }
    return true;
}

static bool start_producer(struct collector *collector, struct err *err)
{
    static const struct kafka_producer_events events = {.delivered = delivered, .changed = changed};
    struct kafka_producer_settings settings = kafka_producer_settings_default();

    settings.brokers = collector->config->kafka_brokers;
    settings.topic = collector->config->topic;
    settings.client_id = "steelthread-collector";
    settings.record_bytes_max = EVENT_BYTES_MAX + RECORD_OVERHEAD_BYTES;
    collector->producer =
        kafka_producer_create(service_loop(collector->service), &settings, &events, collector, err);
    return collector->producer != NULL;
}

static bool start(struct collector *collector, struct err *err)
{
    static const struct service_events events = {.drain = drain, .counters = counters};
    const struct config *config = collector->config;
    struct http_limits limits = http_limits_default();

    collector->service = service_create("collector", config->home, &events, collector, err);
    if (collector->service == NULL)
        return false;
    struct loop *loop = service_loop(collector->service);
    service_set_ready(collector->service, false, "the broker has not answered yet");
    collector->routes = mem_new_array(config->route_count, sizeof(struct event_route *));
    for (size_t i = 0; i < config->route_count; i++)
        collector->routes[i] = event_route_create(&config->routes[i]);
    text_init(&collector->event, EVENT_BYTES_MAX);
    collector->drain_timer = loop_timer_create(loop, look_at_drain, collector);
    collector->server = http_server_create(loop, serve, collector, &limits, err);
    return collector->server != NULL && start_producer(collector, err) &&
           listen_all(collector, err);
}

static void stop(struct collector *collector)
{
    kafka_producer_close(collector->producer); /* answers what still waits */
    http_server_close(collector->server);
    loop_timer_close(collector->drain_timer);
    for (size_t i = 0; collector->routes != NULL && i < collector->config->route_count; i++)
        event_route_close(collector->routes[i]);
    mem_free(collector->routes);
    text_reset(&collector->event);
    while (collector->idle != NULL) {
        struct waiting *waiting = collector->idle;
        collector->idle = waiting->next;
        mem_free(waiting);
    }
    service_close(collector->service);
}

int collector_main(const struct config *config)
{
    struct collector collector = {.config = config};
    struct err err = {0};
    int status = 1;

    if (start(&collector, &err))
        status = service_run(collector.service);
    else
        diag_error("not_started", "reason=\"%s\"", err.text);
    stop(&collector);
    return status;
}
