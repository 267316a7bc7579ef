/* SPDX-License-Identifier: Apache-2.0 */
/* catalog.c - the service: calls come in on the loop and are run, in order, by one worker.
 *
 *   bytes -> measure -> serve -> [worker] catalog_method_call -> reply
 *
 * SQLite has one writer anyway, and one thread keeps calls in the order in
 * which they came. */
#include "catalog/catalog.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "catalog/catalog_method.h"
#include "catalog/metastore.h"
#include "io/clock.h"
#include "io/file.h"
#include "io/worker.h"
#include "net/frame_server.h"
#include "net/service.h"
#include "wire/thrift.h"

static const struct frame_limits limits = {
    .connections_max = 1000,
    .frame_bytes_max = CATALOG_METHOD_FRAME_BYTES_MAX,
    .in_flight_max = 16,
    .unsent_bytes_max = (size_t)1024 * 1024,
    .frame_bytes_all_max = 4 * CATALOG_METHOD_FRAME_BYTES_MAX,
    /* Spark and Hive keep a connection for hours; one that vanished must not count for ever. */
    .idle_ms_max = INT64_C(24) * 3600 * 1000,
};

struct catalog {
    const struct config *config;
    struct service *service;
    struct frame_server *server;
    struct worker_pool *worker;
    struct metastore *metastore; /* the worker's while it runs */
    int64_t alive_since;
    bool draining;
    uint64_t outcomes[CATALOG_NOTHING_TO_SAY + 1];
    uint64_t changes;
};

/* One message on its way through the worker. */
struct catalog_call {
    struct task task;
    struct catalog *catalog;
    struct frame_reply *reply;
    void *frame;
    size_t frame_bytes;
    struct text out;
    enum catalog_outcome outcome;
    uint64_t changes; /* of the metastore, after it */
};

/* --- Calls --- */

static enum frame_state measure(struct frame_peer *peer, struct span bytes, size_t limit,
                                size_t *size)
{
    struct thrift_scan *scan = frame_peer_state(peer);
    enum frame_state state = FRAME_MALFORMED;

    if (scan == NULL) {
        scan = mem_new(sizeof(*scan));
        frame_peer_set_state(peer, scan);
    }
    switch (thrift_scan(scan, bytes, limit)) {
    case THRIFT_COMPLETE:
        *size = scan->at;
        memset(scan, 0, sizeof(*scan));
        state = FRAME_COMPLETE;
        break;
    case THRIFT_NEED_MORE:
        *size = scan->needed;
        state = FRAME_MORE;
        break;
    case THRIFT_MALFORMED:
        break;
    }
    return state;
}

static void gone(void *owner, struct frame_peer *peer)
{
    (void)owner;
    mem_free(frame_peer_state(peer));
    frame_peer_set_state(peer, NULL);
}

static void finish_if_drained(struct catalog *catalog)
{
    if (catalog->draining && frame_server_in_flight(catalog->server) == 0)
        service_drained(catalog->service);
}

static void call_run(struct task *task)
{
    ON_WORKER();
    struct catalog_call *call = CONTAINER_OF(task, struct catalog_call, task);
    struct catalog *catalog = call->catalog;

    call->outcome = catalog_method_call(catalog->metastore, catalog->alive_since,
                                        (struct span){call->frame, call->frame_bytes}, &call->out);
    call->changes = catalog->metastore->changes;
}

static void call_done(struct task *task)
{
    ON_LOOP();
    struct catalog_call *call = CONTAINER_OF(task, struct catalog_call, task);
    struct catalog *catalog = call->catalog;

    catalog->outcomes[call->outcome]++;
    catalog->changes = call->changes;
    frame_reply_send(call->reply, call->out.bytes, 0, call->out.size);
    mem_free(call->frame);
    mem_free(call);
    finish_if_drained(catalog);
}

static bool serve(void *owner, struct frame_peer *peer, struct frame_reply *reply,
                  struct span frame)
{
    ON_LOOP();
    (void)peer;
    struct catalog *catalog = owner;
    struct catalog_call *call = mem_new(sizeof(*call));

    call->task.run = call_run;
    call->task.done = call_done;
    call->catalog = catalog;
    call->reply = reply;
    call->frame = mem_copy(frame.data, frame.size);
    call->frame_bytes = frame.size;
    text_init(&call->out, CATALOG_METHOD_REPLY_BYTES_MAX);
    worker_pool_submit(catalog->worker, &call->task);
    return true;
}

static const struct frame_service frames = {.measure_on = measure, .serve = serve, .gone = gone};

/* --- The service --- */

static void drain(void *owner)
{
    struct catalog *catalog = owner;

    catalog->draining = true;
    frame_server_stop_listening(catalog->server);
    finish_if_drained(catalog);
}

static void counters(void *owner, struct json_writer *json)
{
    const struct catalog *catalog = owner;
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"connections", frame_server_connections(catalog->server)},
        {"calls_in_flight", frame_server_in_flight(catalog->server)},
        {"calls_answered", catalog->outcomes[CATALOG_ANSWERED]},
        {"calls_with_exception", catalog->outcomes[CATALOG_ANSWERED_EXCEPTION]},
        {"calls_failed", catalog->outcomes[CATALOG_ANSWERED_FAILURE]},
        {"calls_one_way", catalog->outcomes[CATALOG_NOTHING_TO_SAY]},
        {"changes", catalog->changes},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_key(json, rows[i].name);
        json_i64(json, (int64_t)rows[i].value);
    }
}

static bool open_metastore(struct catalog *catalog, struct err *err)
{
    const struct config *config = catalog->config;
    char path[PATH_MAX];

    if (!file_make_dirs(config->storage_root, err))
        return false;
    (void)snprintf(path, sizeof(path), "%s/catalog.db", config->home);
    catalog->metastore = metastore_create(path, config->storage_root, err);
    return catalog->metastore != NULL;
}

static bool listen_all(struct catalog *catalog, struct err *err)
{
    const struct config *config = catalog->config;

    for (size_t i = 0; i < config->listen_count[CONFIG_CATALOG]; i++) {
        const struct address *address = &config->listen[CONFIG_CATALOG][i];
        char text[ADDRESS_TEXT_BYTES];
        int port;
        if (!frame_server_listen(catalog->server, address, &port, err))
            return false;
        diag_info("listening", "address=%s port=%d", address_text(address, text), port);
    }
    return true;
}

static bool start(struct catalog *catalog, struct err *err)
{
    static const struct service_events events = {.drain = drain, .counters = counters};

    catalog->service = service_create("catalog", catalog->config->home, &events, catalog, err);
    if (catalog->service == NULL)
        return false;
    struct loop *loop = service_loop(catalog->service);
    catalog->worker = worker_pool_create(loop, 1, err);
    if (catalog->worker == NULL || !open_metastore(catalog, err))
        return false;
    catalog->server = frame_server_create(loop, &frames, catalog, &limits, err);
    return catalog->server != NULL && listen_all(catalog, err);
}

int catalog_main(const struct config *config)
{
    struct catalog catalog = {.config = config, .alive_since = clock_wall_ms() / 1000};
    struct err err = {0};
    int status = 1;

    if (start(&catalog, &err)) {
        service_set_ready(catalog.service, true, NULL);
        status = service_run(catalog.service);
    } else {
        diag_error("start-failed", "error=\"%s\"", err.text);
    }
    /* The worker's last calls still have replies to give. */
    worker_pool_close(catalog.worker);
    frame_server_close(catalog.server);
    metastore_close(catalog.metastore);
    service_close(catalog.service);
    return status;
}
