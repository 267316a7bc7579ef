/* SPDX-License-Identifier: Apache-2.0 */
/* sql.c - the service: an engine, a hall of statements, and the port they come in by. */
#include "sql/sql.h"

#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>

#include "base/diag.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "io/clock.h"
#include "io/file.h"
#include "io/process.h"
#include "net/service.h"
#include "sql/front.h"
#include "sql/hall.h"
#include "sql/perform.h"

#define MAPPED_BYTES_MIN (256 * 1024) /* larger ones, so all pages, go back as they are freed */
#define SPARE_CONNECTIONS_MAX 8
#define SPILL_BYTES_MAX (4ULL * 1024 * 1024 * 1024)
/* Past the engine's limit of memory, or as much again if that is more: texts between operators,
 * plans, pages, stacks, and what is free but not given back. */
#define DATA_BYTES_MORE_MIN (1ULL << 30)
#define DATA_BYTES_RESERVED (512ULL << 20) /* for us when the engine has had all */

struct sql {
    const struct config *config;
    struct service *service;
    struct engine *engine;
    void *tools[HALL_LANES_MAX];
    struct hall *hall;
    struct front front;
    struct http_server *server;
    struct query *spare[SPARE_CONNECTIONS_MAX]; /* idle, to be used again */
    size_t spare_count;
};

/* Opening a connection takes longer than a small query: some are kept. */
static void begin(void *owner, struct run *run)
{
    struct sql *sql = owner;

    if (sql->spare_count > 0)
        run_take_query(run, sql->spare[--sql->spare_count]);
}

static void ended(void *owner, struct run *run)
{
    struct sql *sql = owner;
    struct query *query = atomic_exchange(&run->query, NULL);

    if (query == NULL)
        return;
    query_rearm(query);
    if (sql->spare_count < SPARE_CONNECTIONS_MAX)
        sql->spare[sql->spare_count++] = query;
    else
        query_close(query);
}

/* What large results have left behind goes back to the system. */
static void idle(void *owner)
{
    (void)owner;
    (void)malloc_trim(0);
}

static void drained(void *owner)
{
    struct sql *sql = owner;

    http_server_drain(sql->server);
    service_drained(sql->service);
}

static void drain(void *owner)
{
    struct sql *sql = owner;

    http_server_stop_listening(sql->server);
    hall_drain(sql->hall, drained);
}

static void counters(void *owner, struct json_writer *json)
{
    const struct sql *sql = owner;
    const struct hall_counts counts = hall_counts(sql->hall);
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"connections", http_server_connections(sql->server)},
        {"statements", counts.created},
        {"statements_finished", counts.finished},
        {"statements_failed", counts.failed},
        {"statements_refused", counts.refused},
        {"statements_abandoned", counts.abandoned},
        {"rows", counts.rows},
        {"tickets", counts.tickets},
        {"running", counts.begun},
        {"waiting", counts.waiting},
        {"kept_bytes", counts.kept_bytes},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_key(json, rows[i].name);
        json_i64(json, (int64_t)rows[i].value);
    }
}

static bool open_engine(struct sql *sql, struct err *err)
{
    const struct config *config = sql->config;
    const char *allowed[] = {config->storage_root};
    char spill[PATH_MAX];

    (void)snprintf(spill, sizeof(spill), "%s/run/sql-spill", config->home);
    /* What a killed process has spilled is of no use to this one. */
    if (!file_make_dirs(config->storage_root, err) || !file_remove_tree(spill, err) ||
        !file_make_dirs(spill, err))
        return false;
    const struct engine_config engine = {
        .memory_bytes = config->query_max_memory,
        .temp_dir = spill,
        .temp_bytes = SPILL_BYTES_MAX,
        .allowed_dirs = allowed,
        .allowed_dir_count = COUNT_OF(allowed),
        .time_zone = "UTC",
    };
    sql->engine = engine_open(&engine, err);
    return sql->engine != NULL;
}

/* The engine's limit counts neither texts between its operators nor what it plans with. */
static void limit_data(const struct sql *sql)
{
    uint64_t more = engine_memory_bytes(sql->engine);

    more += more > DATA_BYTES_MORE_MIN ? more : DATA_BYTES_MORE_MIN;
    uint64_t limit = process_limit_data(more, DATA_BYTES_RESERVED);
    if (limit == 0)
        diag_warn("not-limited", "data_bytes=%" PRIu64, more);
}

static bool open_hall(struct sql *sql, struct err *err)
{
    static const struct hall_work work = {begin, perform_step, ended, idle};
    struct hall_limits limits = hall_limits_default();

    for (int i = 0; i < limits.lane_count; i++)
        sql->tools[i] = perform_create(sql->engine, sql->config);
    sql->hall = hall_create(service_loop(sql->service), &limits, &work, sql, sql->tools, err);
    return sql->hall != NULL;
}

static bool listen_all(struct sql *sql, struct err *err)
{
    const struct config *config = sql->config;
    const struct http_limits limits = front_limits();

    sql->front = (struct front){sql->hall, clock_steady_ms()};
    sql->server =
        http_server_create(service_loop(sql->service), front_serve, &sql->front, &limits, err);
    if (sql->server == NULL)
        return false;
    for (size_t i = 0; i < config->listen_count[CONFIG_SQL]; i++) {
        const struct address *address = &config->listen[CONFIG_SQL][i];
        char text[ADDRESS_TEXT_BYTES];
        int port;
        if (!http_server_listen(sql->server, address, &port, err))
            return false;
        diag_info("listening", "address=%s port=%d", address_text(address, text), port);
    }
    return true;
}

static bool start(struct sql *sql, struct err *err)
{
    static const struct service_events events = {.drain = drain, .counters = counters};

    sql->service = service_create("sql", sql->config->home, &events, sql, err);
    return sql->service != NULL && open_engine(sql, err) && open_hall(sql, err) &&
           listen_all(sql, err);
}

static void stop(struct sql *sql)
{
    hall_close(sql->hall); /* answers who still waits: before the server */
    http_server_close(sql->server);
    for (size_t i = 0; i < HALL_LANES_MAX; i++)
        perform_close(sql->tools[i]);
    while (sql->spare_count > 0)
        query_close(sql->spare[--sql->spare_count]);
    engine_close(sql->engine);
    service_close(sql->service);
}

int sql_main(const struct config *config)
{
    struct sql sql = {.config = config};
    struct err err = {0};
    int status = 1;

    /* Fixed: by itself it grows to 32 MiB.  There are no threads yet. */
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES_MIN); /* NOLINT(concurrency-mt-unsafe) */
    if (start(&sql, &err)) {
        limit_data(&sql);
        diag_info("opened", "engine=duckdb version=%s", engine_version(sql.engine));
        service_set_ready(sql.service, true, NULL);
        status = service_run(sql.service);
    } else {
        diag_error("start-failed", "error=\"%s\"", err.text);
    }
    stop(&sql);
    return status;
}
