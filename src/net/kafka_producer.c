/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_producer.c - librdkafka's instance, its events on the loop, and whether a broker answers.
 *
 *   down -> probing -> up        a worker asks for the topic's metadata until it is there
 *   up -> probing                a connection broke, or a record was given up
 *   any -> retiring -> down      a fatal error: all is purged, then a worker destroys the instance
 *
 * librdkafka says when the last connection is lost, not when one is back; and
 * asking for metadata may block.  So a worker asks, waiting in librdkafka
 * until a broker can be asked, which is how we hear of its return at once.
 *
 * Records are handed over in groups: what arrives while a group is away waits
 * here and is the next one.  A worker hands a group over and flushes:
 *
 *   held -> group -> rd_kafka_produce() of each, rd_kafka_flush() -> reports -> the next group
 *   (loop)  (loop)   (worker)                                        (loop)
 *
 * A group is to leave at once and as one request.  With linger.ms 0 librdkafka (2.0.2) sends what
 * it sees when the first record wakes it, and while five records or more are away and others wait
 * its thread does not sleep; with any other it waits in whole milliseconds.  A flush comes when all
 * of the group is there, wakes it, and for as long as it lasts linger.ms does not count.
 *
 * librdkafka's own threads run nothing of ours but kafka_resolve.c. */
#include "net/kafka_producer.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/file.h"
#include "io/worker.h"
#include "net/kafka_conf.h"

/* What a worker waits for a broker at a time.  A question that was on its way to a broker that goes
 * down is not answered: so the first one after a doubt is not waited for as long. */
#define PROBE_MS_FIRST 300
/* At the start a broker may be a few milliseconds behind.  librdkafka waits out all the time that
 * it is given once a connection was refused, so the first questions are given little. */
#define PROBE_MS_START 50
#define PROBE_MS 1000
#define PROBE_PAUSE_MS 20  /* between two probes */
#define RENEW_PAUSE_MS 200 /* before an instance is made anew that could not be made */
#define CLOSE_MS_MAX 1000  /* for purged records to be reported */
/* Else librdkafka tries to connect once a second while nothing waits to be sent, and its users hear
 * of a broker's return that late. */
#define CONNECT_WHEN_NEEDED "false"
/* A group's hand-over takes less; its end is told by a flush, for which this does not count. */
#define LINGER_MS "5"
/* A flush ends with the group's last report, or when this is over: then the group has left, or no
 * broker is there. */
#define FLUSH_MS 100
#define RETRY_MS "20"
#define RECONNECT_MS_MAX "100"

/* A record that waits for the group before it to be answered. */
struct held {
    void *key; /* our copies */
    void *value;
    size_t key_bytes;
    size_t value_bytes;
    void *opaque;
    rd_kafka_resp_err_t refused; /* why librdkafka did not take it */
};

struct instance {
    rd_kafka_t *kafka;
    rd_kafka_topic_t *topic;
    rd_kafka_queue_t *queue;
    struct loop_watch *watch;
    int event_fd;
    size_t waiting; /* handed over, not answered */
};

struct kafka_producer {
    struct loop *loop;
    const struct kafka_producer_events *events;
    void *owner;
    struct kafka_producer_settings settings;
    char *brokers;
    char *topic;
    char *client_id;
    struct worker_pool *pool;   /* for questions, and the end of instances */
    struct worker_pool *sender; /* for groups */
    struct loop_timer *timer;
    struct instance instance;
    struct instance dying; /* the worker's while it is destroyed */
    struct held *held;
    size_t held_count;
    size_t held_room;
    size_t held_bytes;
    struct turn_end hand_over;

    struct task send;
    bool sending;
    struct held *group; /* the worker's while it is sent, as are the next two */
    size_t group_count;
    rd_kafka_t *group_kafka;
    rd_kafka_topic_t *group_topic;

    bool available;
    bool told; /* whether it is available */
    bool retiring;
    bool closing;

    struct task probe;
    bool probing;
    bool probe_again;
    int probe_ms;
    rd_kafka_t *probe_kafka;
    rd_kafka_topic_t *probe_topic;
    bool probe_ok;        /* the probe's answer; the worker's while it runs */
    struct err probe_err; /* likewise */

    struct task destroy;
};

struct kafka_producer_settings kafka_producer_settings_default(void)
{
    return (struct kafka_producer_settings){
        .client_id = "steelthread",
        .waiting_max = 20000,
        .waiting_bytes_max = (size_t)32 * 1024 * 1024,
        .delivery_ms_max = 5000,
        .record_bytes_max = 1000000,
    };
}

/* --- whether a broker answers ----------------------------------------------------------------- */

/* None of them was handed over: they are known not to be stored. */
static void fail_held(struct kafka_producer *producer, const struct err *err)
{
    struct held *held = producer->held;
    size_t count = producer->held_count;

    producer->held = NULL; /* an answer may send anew */
    producer->held_count = 0;
    producer->held_room = 0;
    producer->held_bytes = 0;
    for (size_t i = 0; i < count; i++) {
        mem_free(held[i].key);
        mem_free(held[i].value);
        producer->events->delivered(producer->owner, held[i].opaque, err);
    }
    mem_free(held);
}

static void set_available(struct kafka_producer *producer, bool available, const char *why_not)
{
    struct err err = {0};

    if (producer->available == available && producer->told)
        return;
    producer->available = available;
    producer->told = true;
    producer->events->changed(producer->owner, available, why_not);
    if (!available) {
        (void)err_set(&err, ERR_UNAVAILABLE, "%s", why_not);
        fail_held(producer, &err);
    }
}

static bool topic_is_there(const rd_kafka_metadata_t *metadata, struct err *err)
{
    if (metadata->topic_cnt != 1)
        return err_set(err, ERR_UNAVAILABLE, "the broker does not tell about the topic");
    const rd_kafka_metadata_topic_t *topic = &metadata->topics[0];
    if (topic->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, ERR_UNAVAILABLE, "topic %s: %s", topic->topic,
                       rd_kafka_err2str(topic->err));
    for (int i = 0; i < topic->partition_cnt; i++) {
        if (topic->partitions[i].leader >= 0)
            return true;
    }
    return err_set(err, ERR_UNAVAILABLE, "no partition of topic %s has a leader", topic->topic);
}

static void probe_run(struct task *task)
{
    ON_WORKER();
    struct kafka_producer *producer = CONTAINER_OF(task, struct kafka_producer, probe);
    const rd_kafka_metadata_t *metadata = NULL;

    rd_kafka_resp_err_t code = rd_kafka_metadata(producer->probe_kafka, 0, producer->probe_topic,
                                                 &metadata, producer->probe_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        producer->probe_ok = topic_is_there(metadata, &producer->probe_err);
    else
        producer->probe_ok =
            err_set(&producer->probe_err, ERR_UNAVAILABLE, "no broker answers at %s: %s",
                    producer->brokers, rd_kafka_err2str(code));
    if (metadata != NULL)
        rd_kafka_metadata_destroy(metadata);
}

static void probe_start(struct kafka_producer *producer, int wait_ms)
{
    if (producer->closing || producer->retiring || producer->instance.kafka == NULL)
        return;
    if (producer->probing) {
        producer->probe_again = true; /* what made us doubt may be newer than its question */
        return;
    }
    producer->probing = true;
    producer->probe_ms = wait_ms;
    producer->probe_kafka = producer->instance.kafka; /* its end would wait behind this task */
    producer->probe_topic = producer->instance.topic;
    worker_pool_submit(producer->pool, &producer->probe);
}

static void probe_done(struct task *task)
{
    ON_LOOP();
    struct kafka_producer *producer = CONTAINER_OF(task, struct kafka_producer, probe);
    bool again = producer->probe_again;

    producer->probing = false;
    producer->probe_again = false;
    if (producer->closing || producer->retiring)
        return;
    if (again) {
        probe_start(producer, PROBE_MS_FIRST);
        return;
    }
    set_available(producer, producer->probe_ok, producer->probe_err.text);
    if (!producer->probe_ok)
        loop_timer_start(producer->timer, PROBE_PAUSE_MS, 0);
}

/* --- the instance ----------------------------------------------------------------------------- */

static void choose_events(rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
}

static rd_kafka_t *open_kafka(const struct kafka_producer *producer, struct err *err)
{
    const struct kafka_producer_settings *settings = &producer->settings;
    size_t kbytes = settings->waiting_bytes_max / 1024;
    char messages[32];
    char waiting_kbytes[32];
    char record_bytes[32];
    char delivery_ms[32];

    (void)snprintf(messages, sizeof(messages), "%d", settings->waiting_max);
    (void)snprintf(waiting_kbytes, sizeof(waiting_kbytes), "%zu", kbytes < 1 ? 1 : kbytes);
    (void)snprintf(record_bytes, sizeof(record_bytes), "%zu", settings->record_bytes_max);
    (void)snprintf(delivery_ms, sizeof(delivery_ms), "%" PRId64, settings->delivery_ms_max);
    const struct kafka_conf_pair pairs[] = {
        {"client.id", producer->client_id},
        {"enable.idempotence", "true"},
        {"linger.ms", LINGER_MS},
        {"enable.sparse.connections", CONNECT_WHEN_NEEDED},
        {"reconnect.backoff.max.ms", RECONNECT_MS_MAX},
        {"retry.backoff.ms", RETRY_MS},
        {"queue.buffering.max.messages", messages},
        {"queue.buffering.max.kbytes", waiting_kbytes},
        {"message.max.bytes", record_bytes},
        {"message.timeout.ms", delivery_ms},
        {NULL, NULL},
    };
    return kafka_conf_open(RD_KAFKA_PRODUCER, producer->brokers, pairs, choose_events, NULL, err);
}

static void take_events(void *owner);

static bool watch_queue(struct kafka_producer *producer, struct err *err)
{
    struct instance *instance = &producer->instance;
    static const uint64_t one = 1;

    instance->queue = rd_kafka_queue_get_main(instance->kafka);
    instance->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (instance->event_fd < 0)
        return err_sys(err, "cannot make a descriptor for librdkafka's events");
    instance->watch =
        loop_watch_create(producer->loop, instance->event_fd, take_events, producer, err);
    if (instance->watch == NULL)
        return false;
    rd_kafka_queue_io_event_enable(instance->queue, instance->event_fd, &one, sizeof(one));
    /* A queue wakes when it stops being empty; what was in it before it was told how to is looked
     * for once. */
    return write(instance->event_fd, &one, sizeof(one)) == sizeof(one) ||
           err_sys(err, "cannot wake the loop for librdkafka's events");
}

/* Blocks while librdkafka's threads end. */
static void instance_destroy(struct instance *instance)
{
    if (instance->kafka == NULL)
        return;
    if (instance->queue != NULL) {
        rd_kafka_queue_io_event_enable(instance->queue, -1, NULL, 0);
        rd_kafka_queue_destroy(instance->queue);
    }
    if (instance->topic != NULL)
        rd_kafka_topic_destroy(instance->topic);
    rd_kafka_destroy(instance->kafka);
    file_close(instance->event_fd);
    *instance = (struct instance){.event_fd = -1};
}

static bool instance_create(struct kafka_producer *producer, struct err *err)
{
    struct instance *instance = &producer->instance;

    *instance = (struct instance){.event_fd = -1};
    instance->kafka = open_kafka(producer, err);
    if (instance->kafka == NULL)
        return false;
    instance->topic = rd_kafka_topic_new(instance->kafka, producer->topic, NULL);
    if (instance->topic == NULL) {
        (void)err_set(err, ERR_MALFORMED, "topic %s: %s", producer->topic,
                      rd_kafka_err2str(rd_kafka_last_error()));
        goto fail;
    }
    if (!watch_queue(producer, err))
        goto fail;
    return true;

fail:
    loop_watch_close(instance->watch);
    instance_destroy(instance);
    return false;
}

static void destroy_run(struct task *task)
{
    ON_WORKER();
    instance_destroy(&CONTAINER_OF(task, struct kafka_producer, destroy)->dying);
}

static void renew(struct kafka_producer *producer)
{
    struct err err = {0};

    if (!instance_create(producer, &err)) {
        diag_error("producer_not_renewed", "reason=\"%s\"; trying again", err.text);
        loop_timer_start(producer->timer, RENEW_PAUSE_MS, 0);
        return;
    }
    diag_info("producer_renewed", "topic=%s", producer->topic);
    probe_start(producer, PROBE_MS_FIRST);
}

static void destroy_done(struct task *task)
{
    ON_LOOP();
    struct kafka_producer *producer = CONTAINER_OF(task, struct kafka_producer, destroy);

    producer->retiring = false;
    if (!producer->closing)
        renew(producer);
}

static void timer_fired(void *owner)
{
    ON_LOOP();
    struct kafka_producer *producer = owner;

    if (producer->instance.kafka == NULL && !producer->retiring)
        renew(producer);
    else
        probe_start(producer,
                    producer->probe_ms * 2 < PROBE_MS ? producer->probe_ms * 2 : PROBE_MS);
}

static void purge(struct kafka_producer *producer)
{
    (void)rd_kafka_purge(producer->instance.kafka, RD_KAFKA_PURGE_F_QUEUE |
                                                       RD_KAFKA_PURGE_F_INFLIGHT |
                                                       RD_KAFKA_PURGE_F_NON_BLOCKING);
}

/* A fatal error: nothing more can be sent with this instance. */
static void retire(struct kafka_producer *producer)
{
    char why[256];

    if (producer->retiring || producer->closing)
        return;
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(producer->instance.kafka, why, sizeof(why));
    diag_error("producer_failed", "reason=\"%s: %s\"; making a new one", rd_kafka_err2name(code),
               why);
    producer->retiring = true;
    set_available(producer, false, "the connection to the broker is being renewed");
    purge(producer);
}

static void destroy_if_empty(struct kafka_producer *producer)
{
    struct instance *instance = &producer->instance;

    if (!producer->retiring || producer->sending || instance->waiting > 0 ||
        instance->watch == NULL)
        return;
    loop_watch_close(instance->watch);
    instance->watch = NULL;
    producer->dying = *instance;
    *instance = (struct instance){.event_fd = -1};
    worker_pool_submit(producer->pool, &producer->destroy);
}

/* --- groups ----------------------------------------------------------------------------------- */

static void send_run(struct task *task)
{
    ON_WORKER();
    struct kafka_producer *producer = CONTAINER_OF(task, struct kafka_producer, send);

    for (size_t i = 0; i < producer->group_count; i++) {
        struct held *held = &producer->group[i];
        /* librdkafka frees the value when it takes it, and copies the key. */
        if (rd_kafka_produce(producer->group_topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_FREE,
                             held->value, held->value_bytes, held->key, held->key_bytes,
                             held->opaque) != 0) {
            held->refused = rd_kafka_last_error();
            mem_free(held->value);
        }
        mem_free(held->key);
    }
    (void)rd_kafka_flush(producer->group_kafka, FLUSH_MS); /* each record reports for itself */
}

/* The next group, when the one before is answered and nobody flushes any more. */
static void hand_over_run(struct turn_end *turn_end)
{
    ON_LOOP();
    struct kafka_producer *producer = CONTAINER_OF(turn_end, struct kafka_producer, hand_over);

    if (producer->sending || producer->instance.waiting > 0 || producer->held_count == 0)
        return;
    producer->group = producer->held;
    producer->group_count = producer->held_count;
    producer->group_kafka = producer->instance.kafka;
    producer->group_topic = producer->instance.topic;
    producer->held = NULL;
    producer->held_count = 0;
    producer->held_room = 0;
    producer->held_bytes = 0;
    producer->instance.waiting = producer->group_count;
    producer->sending = true;
    worker_pool_submit(producer->sender, &producer->send);
}

static void next_group_soon(struct kafka_producer *producer)
{
    if (!producer->sending && producer->instance.waiting == 0 && producer->held_count > 0)
        loop_at_turn_end(producer->loop, &producer->hand_over);
}

static void report_refused(struct kafka_producer *producer, const struct held *held)
{
    struct err err = {0};

    (void)err_set(&err, ERR_UNAVAILABLE, "%s", rd_kafka_err2str(held->refused));
    producer->instance.waiting--;
    probe_start(producer, PROBE_MS_FIRST);
    producer->events->delivered(producer->owner, held->opaque, &err);
}

static void send_done(struct task *task)
{
    ON_LOOP();
    struct kafka_producer *producer = CONTAINER_OF(task, struct kafka_producer, send);
    struct held *group = producer->group;
    size_t count = producer->group_count;

    producer->sending = false;
    producer->group = NULL;
    for (size_t i = 0; i < count; i++) {
        if (group[i].refused != RD_KAFKA_RESP_ERR_NO_ERROR)
            report_refused(producer, &group[i]);
    }
    mem_free(group);
    if (producer->retiring)
        purge(producer); /* what was handed over behind the first one */
    destroy_if_empty(producer);
    next_group_soon(producer);
}

/* --- events ----------------------------------------------------------------------------------- */

static void took_reports(struct kafka_producer *producer, rd_kafka_event_t *event)
{
    const rd_kafka_message_t *message = NULL;
    struct err last = {0};
    bool doubt = false;

    while ((message = rd_kafka_event_message_next(event)) != NULL) {
        producer->instance.waiting--;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            producer->events->delivered(producer->owner, message->_private, NULL);
            continue;
        }
        struct err err = {0};
        (void)err_set(&err, ERR_UNAVAILABLE, "%s", rd_kafka_err2str(message->err));
        doubt = true;
        last = err;
        producer->events->delivered(producer->owner, message->_private, &err);
    }
    if (doubt) {
        probe_start(producer, PROBE_MS_FIRST);
        fail_held(producer, &last); /* or they would wait for as long once more */
    }
    next_group_soon(producer);
}

static void took_error(struct kafka_producer *producer, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const char *text = rd_kafka_event_error_string(event);

    diag_debug("librdkafka_error", "code=%s text=\"%s\"", rd_kafka_err2name(code), text);
    if (code == RD_KAFKA_RESP_ERR__FATAL || rd_kafka_event_error_is_fatal(event)) {
        retire(producer);
        return;
    }
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !producer->retiring)
        set_available(producer, false, text);
    probe_start(producer, PROBE_MS_FIRST);
}

static void took_event(struct kafka_producer *producer, rd_kafka_event_t *event)
{
    switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
        took_reports(producer, event);
        break;
    case RD_KAFKA_EVENT_ERROR:
        took_error(producer, event);
        break;
    default:
        break;
    }
    rd_kafka_event_destroy(event);
}

static void take_events(void *owner)
{
    ON_LOOP();
    struct kafka_producer *producer = owner;
    rd_kafka_event_t *event = NULL;
    uint64_t count = 0;

    ssize_t got = read(producer->instance.event_fd, &count, sizeof(count));
    (void)got; /* nothing there: an event was taken with an earlier one */
    while ((event = rd_kafka_queue_poll(producer->instance.queue, 0)) != NULL)
        took_event(producer, event);
    destroy_if_empty(producer);
}

/* --- what others call ------------------------------------------------------------------------- */

struct kafka_producer *kafka_producer_create(struct loop *loop,
                                             const struct kafka_producer_settings *settings,
                                             const struct kafka_producer_events *events,
                                             void *owner, struct err *err)
{
    ON_LOOP();
    struct kafka_producer *producer = mem_new(sizeof(*producer));

    producer->loop = loop;
    producer->events = events;
    producer->owner = owner;
    producer->settings = *settings;
    producer->brokers = mem_string(settings->brokers);
    producer->topic = mem_string(settings->topic);
    producer->client_id = mem_string(settings->client_id);
    producer->instance.event_fd = -1;
    producer->probe = (struct task){.run = probe_run, .done = probe_done};
    producer->destroy = (struct task){.run = destroy_run, .done = destroy_done};
    producer->hand_over = (struct turn_end){.run = hand_over_run};
    producer->send = (struct task){.run = send_run, .done = send_done};
    producer->timer = loop_timer_create(loop, timer_fired, producer);
    producer->pool = worker_pool_create(loop, 1, err);
    producer->sender = producer->pool == NULL ? NULL : worker_pool_create(loop, 1, err);
    if (producer->sender == NULL || !instance_create(producer, err)) {
        kafka_producer_close(producer);
        return NULL;
    }
    probe_start(producer, PROBE_MS_START);
    return producer;
}

static bool fits(const struct kafka_producer *producer, size_t bytes, struct err *err)
{
    const struct kafka_producer_settings *settings = &producer->settings;

    if (bytes > settings->record_bytes_max)
        return err_set(err, ERR_LIMIT, "a record of %zu bytes, at most %zu", bytes,
                       settings->record_bytes_max);
    if (kafka_producer_waiting(producer) >= (size_t)settings->waiting_max ||
        producer->held_bytes + bytes > settings->waiting_bytes_max)
        return err_set(err, ERR_LIMIT, "%d records or %zu bytes wait for the broker already",
                       settings->waiting_max, settings->waiting_bytes_max);
    return true;
}

bool kafka_producer_send(struct kafka_producer *producer, struct span key, struct span value,
                         void *opaque, struct err *err)
{
    ON_LOOP();
    if (!producer->available)
        return err_set(err, ERR_UNAVAILABLE, "no broker answers");
    if (!fits(producer, key.size + value.size, err))
        return false;
    if (producer->held_count == producer->held_room) {
        producer->held_room = producer->held_room == 0 ? 64 : producer->held_room * 2;
        producer->held = mem_grow(producer->held, producer->held_room * sizeof(*producer->held));
    }
    producer->held[producer->held_count++] = (struct held){
        .key = key.data == NULL ? NULL : mem_copy(key.data, key.size),
        .value = mem_copy(value.data, value.size),
        .key_bytes = key.size,
        .value_bytes = value.size,
        .opaque = opaque,
    };
    producer->held_bytes += key.size + value.size;
    next_group_soon(producer);
    return true;
}

bool kafka_producer_is_available(const struct kafka_producer *producer)
{
    return producer->available;
}

size_t kafka_producer_waiting(const struct kafka_producer *producer)
{
    return producer->instance.waiting + producer->held_count;
}

void kafka_producer_give_up(struct kafka_producer *producer)
{
    ON_LOOP();
    struct err err = {0};

    if (producer->instance.kafka != NULL)
        (void)rd_kafka_purge(producer->instance.kafka, RD_KAFKA_PURGE_F_QUEUE |
                                                           RD_KAFKA_PURGE_F_INFLIGHT |
                                                           RD_KAFKA_PURGE_F_NON_BLOCKING);
    (void)err_set(&err, ERR_UNAVAILABLE, "no broker answers");
    fail_held(producer, &err);
}

static void report_rest(struct kafka_producer *producer)
{
    struct instance *instance = &producer->instance;
    int64_t deadline_ms = clock_steady_ms() + CLOSE_MS_MAX;

    if (instance->queue == NULL || instance->watch == NULL)
        return;
    (void)rd_kafka_purge(instance->kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (instance->waiting > 0 && clock_steady_ms() < deadline_ms) {
        rd_kafka_event_t *event = rd_kafka_queue_poll(instance->queue, 50);
        if (event != NULL)
            took_event(producer, event);
    }
    if (instance->waiting > 0)
        diag_error("records_unreported", "count=%zu", instance->waiting);
    loop_watch_close(instance->watch);
    instance->watch = NULL;
}

void kafka_producer_close(struct kafka_producer *producer)
{
    ON_LOOP();
    struct err err = {0};

    if (producer == NULL)
        return;
    producer->closing = true;
    producer->available = false;
    worker_pool_close(producer->sender);
    worker_pool_close(producer->pool); /* a probe, or the end of an instance */
    loop_forget_turn_end(producer->loop, &producer->hand_over);
    report_rest(producer);
    (void)err_set(&err, ERR_UNAVAILABLE, "stopping");
    fail_held(producer, &err);
    instance_destroy(&producer->instance);
    loop_timer_close(producer->timer);
    mem_free(producer->brokers);
    mem_free(producer->topic);
    mem_free(producer->client_id);
    mem_free(producer);
}

void kafka_producer_break(struct kafka_producer *producer)
{
    (void)rd_kafka_test_fatal_error(producer->instance.kafka,
                                    RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "a test");
}
