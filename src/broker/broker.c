/* SPDX-License-Identifier: Apache-2.0 */
/* broker.c - the process: what it opens, when it is ready, and how it ends.
 *
 *      start -> recover -> listen, ready -> drain: no new connections, fetches answered, topics
 * that come or go there or gone, what was appended synced and acknowledged -> checkpoints -> end
 */
#include "broker/broker.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "base/diag.h"
#include "base/mem.h"
#include "broker/api.h"
#include "broker/handlers.h"
#include "broker/node.h"
#include "broker/startup.h"
#include "store/recovery_points.h"

#define SYNCERS 4 /* commits wait for the disk, not for the processor */
#define WORKERS 2
#define QUIET_BYTES ((uint64_t)1024 * 1024) /* moved in SETTINGS_QUIET_MS: less is quiet */
#define LINES_BYTES_MAX RECOVERY_POINTS_BYTES_MAX

struct broker {
    struct node node;
    const struct config *config;
    struct frame_service frame_service;

    /* The checkpoint file: one writer, and perhaps one more time. */
    struct task task;
    struct text lines;
    size_t line_count;
    bool is_writing;
    bool wants_writing;
    bool ok;
    struct err err;

    uint64_t moved_bytes; /* in and out, when it was last looked whether it is quiet */
    bool wants_trim;

    size_t draining; /* partitions that are not idle yet, and one */
    bool is_last;    /* the next checkpoint file is the last */
    bool is_recovered;
};

/* --- the checkpoint file ---------------------------------------------------------------------- */

static void write_run(struct task *task)
{
    ON_WORKER();
    struct broker *broker = CONTAINER_OF(task, struct broker, task);

    broker->ok = recovery_points_write(broker->node.dir, text_span(&broker->lines),
                                       broker->line_count, &broker->err);
}

static void gather_lines(struct broker *broker)
{
    const struct topics *topics = broker->node.topics;

    broker->line_count = 0;
    text_clear(&broker->lines);
    for (size_t t = 0; t < topics_count(topics); t++) {
        const struct topic *topic = topics_at(topics, t);
        for (int32_t p = 0; topic->state == TOPIC_THERE && p < topic->partition_count; p++) {
            int64_t point = log_recovery_point(partition_log(topic->partitions[p]));
            if (point == 0)
                continue;
            recovery_points_add(&broker->lines, topic->name, p, point);
            broker->line_count++;
        }
    }
}

static void note_written(struct broker *broker)
{
    struct arena arena;
    struct err err;
    struct recovery_points written;
    struct text file;

    text_init(&file, LINES_BYTES_MAX);
    text_printf(&file, "0\n%zu\n", broker->line_count);
    text_add(&file, text_span(&broker->lines));
    arena_init(&arena, LINES_BYTES_MAX);
    if (!file.full && recovery_points_decode(&written, text_span(&file), &arena, &err)) {
        for (size_t i = 0; i < written.count; i++) {
            const struct recovery_point *entry = &written.entries[i];
            const struct topic *topic = topics_find(broker->node.topics, entry->topic);
            struct partition *partition =
                topic == NULL ? NULL : topics_partition(topic, entry->partition);
            if (partition != NULL)
                partition_set_written_point(partition, entry->offset);
        }
    }
    arena_reset(&arena);
    text_reset(&file);
}

static void close_down(struct broker *broker);

static void write_soon(struct broker *broker);

static void write_done(struct task *task)
{
    ON_LOOP();
    struct broker *broker = CONTAINER_OF(task, struct broker, task);

    broker->is_writing = false;
    if (broker->ok)
        note_written(broker);
    else
        diag_warn("checkpoint_failed", "reason=\"%s\"; the next start will take longer",
                  broker->err.text);
    if (broker->wants_writing)
        write_soon(broker);
    else if (broker->is_last)
        close_down(broker);
}

static void write_soon(struct broker *broker)
{
    broker->wants_writing = broker->is_writing;
    if (broker->is_writing)
        return;
    gather_lines(broker);
    broker->is_writing = true;
    broker->task = (struct task){.run = write_run, .done = write_done};
    worker_pool_submit(broker->node.workers, &broker->task);
}

static void checkpointed(void *owner)
{
    struct broker *broker = owner;

    if (!broker->node.shop.drains) /* then it is written once, at the end */
        write_soon(broker);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void close_down(struct broker *broker)
{
    service_drained(broker->node.service);
}

static void each_partition(struct broker *broker,
                           void (*visit)(struct broker *broker, struct partition *partition))
{
    const struct topics *topics = broker->node.topics;

    for (size_t t = 0; t < topics_count(topics); t++) {
        const struct topic *topic = topics_at(topics, t);
        for (int32_t p = 0; p < topic->partition_count; p++)
            visit(broker, topic->partitions[p]);
    }
}

static void checkpoints_done(struct broker *broker)
{
    broker->is_last = true;
    write_soon(broker);
}

static void one_checkpoint_less(void *owner)
{
    struct broker *broker = owner;

    broker->draining--;
    if (broker->draining == 0)
        checkpoints_done(broker);
}

static void start_last_checkpoint(struct broker *broker, struct partition *partition)
{
    broker->draining++;
    if (!partition_is_gone(partition))
        partition_checkpoint(partition, true);
    partition_drain(partition, one_checkpoint_less, broker);
}

static void one_commit_less(void *owner)
{
    struct broker *broker = owner;

    broker->draining--;
    if (broker->draining > 0)
        return;
    broker->draining = 1;
    each_partition(broker, start_last_checkpoint);
    one_checkpoint_less(broker);
}

static void finish_commits(struct broker *broker, struct partition *partition)
{
    broker->draining++;
    partition_drain(partition, one_commit_less, broker);
}

static void changes_written(void *owner)
{
    struct broker *broker = owner;

    broker->draining = 1;
    each_partition(broker, finish_commits);
    one_commit_less(broker);
}

/* What comes or goes no more still may have lines on their way: those of producer ids. */
static void topics_settled(void *owner)
{
    struct broker *broker = owner;

    journal_drain(broker->node.journal, changes_written, broker);
}

static void drain(void *owner)
{
    ON_LOOP();
    struct broker *broker = owner;
    struct node *node = &broker->node;

    node->shop.drains = true;
    if (!broker->is_recovered)
        return; /* recovered() comes back here */
    frame_server_stop_listening(node->server);
    fetch_answer_all(node);
    topics_drain(node->topics, topics_settled, broker);
}

/* --- when it is quiet --------------------------------------------------------------------- */

/* The buffers of a burst are free and ours still: without this they would be for as long as the
 * process lives.  The timer runs only while requests come. */
static void look_if_quiet(void *owner)
{
    ON_LOOP();
    struct broker *broker = owner;
    struct node *node = &broker->node;
    uint64_t moved = node->shop.append_bytes + node->fetch_bytes;

    node->quiet_runs = moved - broker->moved_bytes > QUIET_BYTES;
    broker->moved_bytes = moved;
    if (node->quiet_runs) {
        broker->wants_trim = true;
        loop_timer_start(node->quiet, SETTINGS_QUIET_MS, 0);
    } else if (broker->wants_trim) {
        broker->wants_trim = false;
        mem_trim();
    }
}

/* --- what it says of itself ------------------------------------------------------------------- */

static void count(struct json_writer *json, const char *name, uint64_t value)
{
    json_key(json, name);
    json_i64(json, (int64_t)value);
}

static void counters(void *owner, struct json_writer *json)
{
    const struct broker *broker = owner;
    const struct node *node = &broker->node;

    count(json, "connections", frame_server_connections(node->server));
    count(json, "in_flight", frame_server_in_flight(node->server));
    count(json, "requests", node->request_count);
    count(json, "malformed_requests", node->malformed_count);
    count(json, "topics", topics_count(node->topics));
    count(json, "partitions", topics_partition_count(node->topics));
    count(json, "appended_batches", node->shop.append_count);
    count(json, "appended_bytes", node->shop.append_bytes);
    count(json, "duplicate_batches", node->shop.duplicate_count);
    count(json, "commits", node->shop.commit_count);
    count(json, "failed_commits", node->shop.commit_failure_count);
    count(json, "fetches", node->fetch_count);
    count(json, "fetches_from_disk", node->fetch_cold_count);
    count(json, "fetched_bytes", node->fetch_bytes);
    count(json, "fetches_waiting", node->fetch_waiting);
    count(json, "fetches_shed", node->fetch_shed_count);
    count(json, "cut_bytes", node->shop.cut_bytes);
    count(json, "damaged_places", node->damage_count);
}

static const struct service_events events = {.drain = drain, .counters = counters};

/* --- the start -------------------------------------------------------------------------------- */

static void client_gone(void *owner, struct frame_peer *peer)
{
    fetch_forget(owner, peer);
}

static bool listen_everywhere(struct broker *broker, struct err *err)
{
    const struct config *config = broker->config;
    char text[ADDRESS_TEXT_BYTES];
    int port;

    for (size_t i = 0; i < config->listen_count[CONFIG_BROKER]; i++) {
        struct address address = config->listen[CONFIG_BROKER][i];
        if (i > 0 && address.port == 0) /* the system chose for the first: the same for both */
            address.port = port;
        if (!frame_server_listen(broker->node.server, &address, &port, err))
            return false;
        address.port = port;
        diag_info("listening", "address=%s", address_text(&address, text));
    }
    return true;
}

static void recovered(struct node *node, const struct err *err)
{
    struct broker *broker = CONTAINER_OF(node, struct broker, node);
    struct err refused;

    broker->is_recovered = true;
    if (err != NULL) {
        service_fail(node->service, err);
        return;
    }
    if (node->shop.drains) { /* told to end meanwhile */
        drain(broker);
        return;
    }
    if (!listen_everywhere(broker, &refused)) {
        node->shop.drains = true; /* checkpoints that run end; nothing comes after them */
        service_fail(node->service, &refused);
        return;
    }
    service_set_ready(node->service, true, NULL);
    diag_info("serving", "topics=%zu partitions=%zu", topics_count(node->topics),
              topics_partition_count(node->topics));
}

static bool open_node(struct broker *broker, struct err *err)
{
    static const struct frame_limits limits = {
        .connections_max = SETTINGS_CONNECTIONS_MAX,
        .frame_bytes_max = SETTINGS_FRAME_BYTES_MAX,
        .in_flight_max = SETTINGS_IN_FLIGHT_MAX,
        .unsent_bytes_max = SETTINGS_UNSENT_BYTES_MAX,
        .frame_bytes_all_max = SETTINGS_FRAME_BYTES_ALL_MAX,
        .idle_ms_max = SETTINGS_IDLE_MS_MAX,
    };
    struct node *node = &broker->node;

    node->service = service_create("broker", broker->config->home, &events, broker, err);
    if (node->service == NULL)
        return false;
    node->loop = service_loop(node->service);
    node->quiet = loop_timer_create(node->loop, look_if_quiet, broker);
    node->syncers = worker_pool_create(node->loop, SYNCERS, err);
    if (node->syncers == NULL)
        return false;
    node->workers = worker_pool_create(node->loop, WORKERS, err);
    if (node->workers == NULL)
        return false;
    broker->frame_service = (struct frame_service){.measure_on = api_measure,
                                                   .serve = api_serve,
                                                   .gone = client_gone,
                                                   .ends_with_client = true};
    node->server = frame_server_create(node->loop, &broker->frame_service, node, &limits, err);
    return node->server != NULL;
}

static void close_node(struct broker *broker)
{
    struct node *node = &broker->node;

    frame_server_close(node->server);
    worker_pool_close(node->syncers);
    worker_pool_close(node->workers);
    journal_close(node->journal);
    topics_close(node->topics);
    loop_timer_close(node->quiet);
    service_close(node->service);
    text_reset(&broker->lines);
    mem_free(node->dir);
}

int broker_main(const struct config *config)
{
    struct broker *broker = mem_new(sizeof(*broker));
    struct node *node = &broker->node;
    struct err err;
    char dir[4096];
    int status = 1;

    (void)signal(SIGXFSZ,
                 SIG_IGN); /* a write past `ulimit -f` is refused like one on a full disk */
    broker->config = config;
    text_init(&broker->lines, LINES_BYTES_MAX);
    node->settings = settings_from(config);
    (void)snprintf(dir, sizeof(dir), "%s/log", config->home);
    node->dir = mem_string(dir);
    if (open_node(broker, &err)) {
        node->shop = (struct partition_shop){
            .loop = node->loop,
            .syncers = node->syncers,
            .workers = node->workers,
            .checkpointed = checkpointed,
            .owner = broker,
        };
        node->topics = topics_create(node->dir, &node->settings, &node->shop);
        service_set_ready(node->service, false, "recovering");
        startup_begin(node, recovered);
        status = service_run(node->service);
    } else {
        diag_error("cannot_start", "reason=\"%s\"", err.text);
    }
    close_node(broker);
    mem_free(broker);
    return status;
}
