/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_consumer_test.c - ranges of a topic on librdkafka's own mock cluster. */
#include "net/kafka_consumer.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "io/clock.h"

#define WAIT_MS 10000
#define SILENT_MS 8000 /* that a broker takes over an answer */

struct scene {
    rd_kafka_t *producer; /* its handle owns the cluster */
    const char *brokers;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];

    (void)rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", why, sizeof(why));
    (void)rd_kafka_conf_set(conf, "linger.ms", "0", why, sizeof(why));
    scene->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    rd_kafka_mock_cluster_t *cluster = rd_kafka_handle_mock_cluster(scene->producer);
    scene->brokers = rd_kafka_mock_cluster_bootstraps(cluster);
    (void)rd_kafka_mock_topic_create(cluster, "events", 2, 1);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;

    rd_kafka_destroy(scene->producer);
    free(scene);
    return 0;
}

static void produce(const struct scene *scene, int32_t partition, int from, int to)
{
    for (int i = from; i < to; i++) {
        char value[32];
        (void)snprintf(value, sizeof(value), "value-%d", i);
        /* without the library's macros, which are no ISO C */
        rd_kafka_vu_t parts[] = {
            {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = "events"},
            {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
            {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {value, strlen(value)}},
            {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
            {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = 1000 + i},
        };
        assert_null(rd_kafka_produceva(scene->producer, parts, sizeof(parts) / sizeof(parts[0])));
    }
    assert_int_equal(rd_kafka_flush(scene->producer, WAIT_MS), RD_KAFKA_RESP_ERR_NO_ERROR);
}

static struct kafka_consumer *consume(const struct scene *scene)
{
    struct err err = {0};
    int32_t count;
    struct kafka_consumer *consumer = kafka_consumer_create(scene->brokers, "events", &err);

    assert_non_null(consumer);
    assert_true(kafka_consumer_partitions(consumer, WAIT_MS, &count, &err));
    assert_int_equal(count, 2);
    return consumer;
}

/* Reads until the position is at the end of the range. */
static void read_range(struct kafka_consumer *consumer, int64_t end, struct kafka_chunk *chunk)
{
    struct kafka_range range = {
        .partition = 0, .end = end, .records_max = SIZE_MAX, .bytes_max = SIZE_MAX};
    struct err err = {0};

    for (int i = 0; i < 100 && kafka_consumer_position(consumer, 0) < end; i++)
        assert_true(kafka_consumer_read(consumer, &range, 100, chunk, &err));
    assert_true(kafka_consumer_position(consumer, 0) >= end);
}

/* Each record once, in order, however the ranges are cut. */
static void reads_a_range_and_keeps_the_rest(void **state)
{
    const struct scene *scene = *state;
    struct kafka_consumer *consumer = consume(scene);
    struct kafka_chunk chunk = {0};
    struct err err = {0};

    produce(scene, 0, 0, 100);
    assert_true(kafka_consumer_start(consumer, 0, 10, &err));
    read_range(consumer, 17, &chunk);
    assert_int_equal(chunk.count, 7);
    if (chunk.records == NULL) /* said again, for who reads without running */
        return;
    assert_int_equal(chunk.records[0].offset, 10);
    assert_int_equal(chunk.records[0].timestamp_ms, 1010);
    assert_null(chunk.records[0].key.data);
    assert_true(span_is(chunk.records[6].value, "value-16"));
    kafka_consumer_release(&chunk);
    read_range(consumer, 100, &chunk);
    assert_int_equal(chunk.count, 83);
    for (size_t i = 0; i < chunk.count; i++)
        assert_int_equal(chunk.records[i].offset, 17 + (int64_t)i);
    kafka_consumer_forget(&chunk);
    kafka_consumer_close(consumer);
}

static void keeps_to_the_limits_of_a_chunk(void **state)
{
    const struct scene *scene = *state;
    struct kafka_consumer *consumer = consume(scene);
    struct kafka_chunk chunk = {0};
    struct err err = {0};
    struct kafka_range range = {.partition = 0, .end = 100, .records_max = 3, .bytes_max = 1000};

    produce(scene, 0, 0, 100);
    assert_true(kafka_consumer_start(consumer, 0, 0, &err));
    while (chunk.count < 3)
        assert_true(kafka_consumer_read(consumer, &range, 100, &chunk, &err));
    assert_int_equal(chunk.count, 3);
    assert_int_equal(kafka_consumer_position(consumer, 0), 3);
    range.records_max = 100;
    range.bytes_max = chunk.bytes + 1; /* one more record passes it */
    assert_true(kafka_consumer_read(consumer, &range, WAIT_MS, &chunk, &err));
    assert_int_equal(chunk.count, 4);
    kafka_consumer_forget(&chunk);
    kafka_consumer_close(consumer);
}

static void wakes_who_watches(void **state)
{
    const struct scene *scene = *state;
    struct kafka_consumer *consumer = consume(scene);
    struct kafka_chunk chunk = {0};
    struct err err = {0};
    struct kafka_range range = {
        .partition = 0, .end = INT64_MAX, .records_max = 10, .bytes_max = 1000};

    assert_true(kafka_consumer_start(consumer, 0, 0, &err));
    assert_true(kafka_consumer_read(consumer, &range, WAIT_MS, &chunk, &err)); /* the end's news */
    assert_int_equal(chunk.count, 0);
    assert_true(kafka_consumer_at_end(consumer, 0));
    kafka_consumer_clear_event(consumer);
    produce(scene, 0, 0, 1);
    struct pollfd poll_fd = {.fd = kafka_consumer_event(consumer), .events = POLLIN};
    assert_int_equal(poll(&poll_fd, 1, WAIT_MS), 1);
    assert_int_equal(kafka_consumer_known_latest(consumer, 0), 1);
    assert_true(kafka_consumer_read(consumer, &range, WAIT_MS, &chunk, &err));
    assert_int_equal(chunk.count, 1);
    kafka_consumer_forget(&chunk);
    kafka_consumer_close(consumer);
}

static void knows_the_offsets(void **state)
{
    const struct scene *scene = *state;
    struct kafka_consumer *consumer = consume(scene);
    struct err err = {0};
    int64_t earliest;
    int64_t latest;

    produce(scene, 0, 0, 5);
    assert_true(kafka_consumer_offsets(consumer, 0, WAIT_MS, &earliest, &latest, &err));
    assert_int_equal(earliest, 0);
    assert_int_equal(latest, 5);
    int64_t marks[2];
    assert_true(kafka_consumer_marks(consumer, KAFKA_MARK_END, 2, WAIT_MS, marks, &err));
    assert_int_equal(marks[0], 5);
    assert_int_equal(marks[1], 0);
    assert_true(kafka_consumer_marks(consumer, KAFKA_MARK_FIRST, 2, WAIT_MS, marks, &err));
    assert_int_equal(marks[0], 0);
    assert_true(kafka_consumer_offset_at(consumer, 0, 1003, WAIT_MS, &latest, &err));
    assert_int_equal(kafka_consumer_known_latest(consumer, 1), -1);
    assert_int_equal(kafka_consumer_position(consumer, 1), -1);
    kafka_consumer_close(consumer);
}

static void says_who_does_not_answer(void **state)
{
    (void)state;
    struct err err = {0};
    int32_t count;
    struct kafka_consumer *consumer = kafka_consumer_create("127.0.0.1:1", "events", &err);

    assert_non_null(consumer);
    assert_false(kafka_consumer_partitions(consumer, 200, &count, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    kafka_consumer_close(consumer);
}

/* An offset that the broker does not have is an error for whoever looks, and only a start makes the
 * partition well again. */
static void says_that_an_offset_is_gone(void **state)
{
    const struct scene *scene = *state;
    struct kafka_consumer *consumer = consume(scene);
    struct kafka_chunk chunk = {0};
    struct err err = {0};
    bool waiting = false;
    bool ok = true;

    produce(scene, 0, 0, 5);
    assert_true(kafka_consumer_start(consumer, 0, 1000, &err));
    for (int64_t end_ms = clock_steady_ms() + WAIT_MS; ok && clock_steady_ms() < end_ms;)
        ok = kafka_consumer_waiting(consumer, 0, &waiting, &err);
    assert_false(ok);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "partition 0, offset 1000"));
    assert_true(kafka_consumer_start(consumer, 0, 2, &err));
    read_range(consumer, 5, &chunk);
    assert_int_equal(chunk.count, 3);
    kafka_consumer_forget(&chunk);
    kafka_consumer_close(consumer);
}

/* Started again where it stands, it goes on with what it has. */
static void keeps_what_it_fetched(void **state)
{
    const struct scene *scene = *state;
    struct kafka_consumer *consumer = consume(scene);
    struct kafka_chunk chunk = {0};
    struct err err = {0};
    bool waiting = false;

    produce(scene, 0, 0, 10);
    assert_true(kafka_consumer_start(consumer, 0, 0, &err));
    read_range(consumer, 4, &chunk);
    for (int64_t end_ms = clock_steady_ms() + WAIT_MS; !waiting && clock_steady_ms() < end_ms;)
        assert_true(kafka_consumer_waiting(consumer, 0, &waiting, &err));
    assert_true(kafka_consumer_start(consumer, 0, 4, &err));
    assert_true(kafka_consumer_waiting(consumer, 0, &waiting, &err));
    assert_true(waiting); /* at once */
    assert_true(kafka_consumer_start(consumer, 0, 2, &err));
    read_range(consumer, 10, &chunk);
    assert_int_equal(chunk.count, 4 + 8);
    kafka_consumer_forget(&chunk);
    kafka_consumer_close(consumer);
}

/* librdkafka's own question about watermarks forgets its timeout once it is on its way. */
static void gives_up_in_time(void **state)
{
    const struct scene *scene = *state;
    struct kafka_consumer *consumer = consume(scene);
    struct err err = {0};
    int64_t latest[2];
    int64_t earliest;

    assert_true(kafka_consumer_marks(consumer, KAFKA_MARK_END, 2, WAIT_MS, latest, &err));
    rd_kafka_mock_cluster_t *cluster = rd_kafka_handle_mock_cluster(scene->producer);
    assert_int_equal(rd_kafka_mock_broker_set_rtt(cluster, 1, SILENT_MS), 0);
    int64_t began_ms = clock_steady_ms();
    assert_false(kafka_consumer_marks(consumer, KAFKA_MARK_END, 2, 200, latest, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_false(kafka_consumer_offsets(consumer, 0, 200, &earliest, latest, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_false(kafka_consumer_offset_at(consumer, 0, 1000, 200, latest, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_true(clock_steady_ms() - began_ms < SILENT_MS / 2);
    (void)rd_kafka_mock_broker_set_rtt(cluster, 1, 0);
    kafka_consumer_close(consumer);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(reads_a_range_and_keeps_the_rest),
        CASE(keeps_to_the_limits_of_a_chunk),
        CASE(wakes_who_watches),
        CASE(knows_the_offsets),
        CASE(says_that_an_offset_is_gone),
        CASE(keeps_what_it_fetched),
        CASE(gives_up_in_time),
        cmocka_unit_test(says_who_does_not_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
