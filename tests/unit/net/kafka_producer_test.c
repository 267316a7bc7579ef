/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_producer_test.c - against the mock cluster that librdkafka brings along. */
#include "net/kafka_producer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "base/mem.h"
#include "io/clock.h"

#define WAIT_MS 15000
#define LINGER_US 5000     /* what a record lingers at least when nobody flushes */
#define RETURN_MS_MAX 3000 /* 500 on a quiet machine; a busy one must not fail the test */

struct scene {
    struct loop *loop;
    struct loop_timer *tick;
    struct kafka_producer *producer;
    struct kafka_producer_settings settings;
    rd_kafka_t *host; /* of the mock cluster */
    rd_kafka_mock_cluster_t *cluster;
    int64_t deadline_ms;
    int64_t pause_end_ms;
    bool (*until)(const struct scene *scene);
    bool available;
    int changes;
    char why_not[512];
    size_t stored;
    size_t failed;
    size_t sum;          /* of the opaques that were reported */
    int64_t reported_us; /* when the last one was */
    char failure[512];
};

static void delivered(void *owner, void *opaque, const struct err *err)
{
    struct scene *scene = owner;

    scene->sum += (size_t)(uintptr_t)opaque;
    scene->reported_us = clock_steady_us();
    if (err == NULL) {
        scene->stored++;
        return;
    }
    scene->failed++;
    (void)snprintf(scene->failure, sizeof(scene->failure), "%s", err->text);
}

static void changed(void *owner, bool available, const char *why_not)
{
    struct scene *scene = owner;

    scene->available = available;
    scene->changes++;
    (void)snprintf(scene->why_not, sizeof(scene->why_not), "%s", available ? "" : why_not);
}

static const struct kafka_producer_events events = {.delivered = delivered, .changed = changed};

static void tick(void *owner)
{
    struct scene *scene = owner;

    if (scene->until(scene) || clock_steady_ms() > scene->deadline_ms)
        loop_stop(scene->loop);
}

/* Runs the loop until the condition holds, which it must in time. */
static void run_until(struct scene *scene, bool (*until)(const struct scene *scene))
{
    scene->until = until;
    scene->deadline_ms = clock_steady_ms() + WAIT_MS;
    loop_timer_start(scene->tick, 1, 1);
    loop_run(scene->loop);
    assert_true(until(scene));
}

static bool is_available(const struct scene *scene)
{
    return scene->available;
}

static bool is_unavailable(const struct scene *scene)
{
    return !scene->available;
}

/* Looks meanwhile, as a question for counters does. */
static bool is_available_and_empty(const struct scene *scene)
{
    size_t waiting = kafka_producer_waiting(scene->producer);
    return scene->available && waiting == 0;
}

static bool none_waits(const struct scene *scene)
{
    return kafka_producer_waiting(scene->producer) == 0;
}

static void scene_start(struct scene *scene)
{
    char why[256];
    struct err err = {0};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    scene->host = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    assert_non_null(scene->host);
    scene->cluster = rd_kafka_mock_cluster_new(scene->host, 1);
    assert_int_equal(rd_kafka_mock_topic_create(scene->cluster, "events", 1, 1), 0);
    scene->settings.brokers = rd_kafka_mock_cluster_bootstraps(scene->cluster);
    scene->settings.topic = "events";
    scene->loop = loop_create(&err);
    scene->tick = loop_timer_create(scene->loop, tick, scene);
    scene->producer = kafka_producer_create(scene->loop, &scene->settings, &events, scene, &err);
    if (scene->producer == NULL)
        print_error("%s\n", err.text);
    assert_non_null(scene->producer);
    assert_false(kafka_producer_is_available(scene->producer));
}

static void scene_init(struct scene *scene)
{
    *scene = (struct scene){.settings = kafka_producer_settings_default()};
}

static void scene_end(struct scene *scene)
{
    kafka_producer_close(scene->producer);
    loop_timer_close(scene->tick);
    loop_close(scene->loop);
    rd_kafka_mock_cluster_destroy(scene->cluster);
    rd_kafka_destroy(scene->host);
}

static bool produce(struct scene *scene, const char *value, size_t number, struct err *err)
{
    return kafka_producer_send(scene->producer, (struct span){NULL, 0}, span_of(value),
                               (void *)(uintptr_t)number, err);
}

/* What was taken is reported once, with the pointer it came with. */
static void reports_each_record_once(void **state)
{
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene);
    scene_start(&scene);
    assert_false(produce(&scene, "early", 1, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    run_until(&scene, is_available);
    for (size_t i = 1; i <= 1000; i++)
        assert_true(produce(&scene, "{\"an\": \"event\"}", i, &err));
    assert_int_equal(kafka_producer_waiting(scene.producer), 1000);
    run_until(&scene, none_waits);
    assert_int_equal(scene.stored, 1000);
    assert_int_equal(scene.failed, 0);
    assert_int_equal(scene.sum, 500500);
    scene_end(&scene);
}

/* A record alone does not wait for others.  The fastest of many: a busy machine is slow now and
 * then, a producer that lingers always. */
static void does_not_linger(void **state)
{
    struct scene scene;
    struct err err = {0};
    int64_t fastest_us = INT64_MAX;

    (void)state;
    scene_init(&scene);
    scene_start(&scene);
    run_until(&scene, is_available);
    for (size_t i = 1; i <= 50; i++) {
        int64_t start_us = clock_steady_us();
        assert_true(produce(&scene, "x", i, &err));
        run_until(&scene, none_waits);
        if (scene.reported_us - start_us < fastest_us)
            fastest_us = scene.reported_us - start_us;
    }
    assert_int_equal(scene.stored, 50);
    assert_true(fastest_us < LINGER_US);
    scene_end(&scene);
}

/* Without a broker nothing is taken; it hears of the return by itself. */
static void follows_the_broker(void **state)
{
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene);
    scene_start(&scene);
    run_until(&scene, is_available);
    for (size_t round = 1; round <= 2; round++) {
        assert_int_equal(rd_kafka_mock_broker_set_down(scene.cluster, 1), 0);
        run_until(&scene, is_unavailable);
        assert_true(scene.why_not[0] != '\0');
        assert_false(produce(&scene, "x", 1, &err));
        assert_int_equal(err.kind, ERR_UNAVAILABLE);
        assert_int_equal(rd_kafka_mock_broker_set_up(scene.cluster, 1), 0);
        int64_t up_ms = clock_steady_ms();
        run_until(&scene, is_available);
        assert_true(clock_steady_ms() - up_ms < RETURN_MS_MAX);
        assert_true(produce(&scene, "x", 1, &err));
        run_until(&scene, none_waits);
        assert_int_equal(scene.stored, round);
    }
    scene_end(&scene);
}

/* A record that nobody acknowledges in time is reported as not known to be stored. */
static void gives_up_in_time(void **state)
{
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene);
    scene.settings.delivery_ms_max = 300;
    scene_start(&scene);
    run_until(&scene, is_available);
    assert_int_equal(rd_kafka_mock_broker_set_rtt(scene.cluster, 1, 2000), 0);
    int64_t start_ms = clock_steady_ms();
    assert_true(produce(&scene, "x", 7, &err));
    run_until(&scene, none_waits);
    assert_true(clock_steady_ms() - start_ms < 5000);
    assert_int_equal(scene.failed, 1);
    assert_int_equal(scene.sum, 7);
    assert_true(scene.failure[0] != '\0');
    scene_end(&scene);
}

/* More than may wait, or too long, is refused, and what waits is still reported. */
static void bounds_what_waits(void **state)
{
    struct scene scene;
    struct err err = {0};
    static char big[20000];

    (void)state;
    scene_init(&scene);
    scene.settings.waiting_max = 10;
    scene.settings.record_bytes_max = 10000;
    scene_start(&scene);
    run_until(&scene, is_available);
    memset(big, 'x', sizeof(big) - 1);
    assert_false(produce(&scene, big, 1, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(rd_kafka_mock_broker_set_rtt(scene.cluster, 1, 200), 0);
    size_t taken = 0;
    while (taken < 100 && produce(&scene, "x", 1, &err))
        taken++;
    assert_int_equal(taken, 10);
    assert_int_equal(err.kind, ERR_LIMIT);
    run_until(&scene, none_waits);
    assert_int_equal(scene.stored, 10);
    assert_true(produce(&scene, "x", 1, &err));
    run_until(&scene, none_waits);
    scene_end(&scene);
}

/* A fatal error of librdkafka ends its instance, not the service. */
static void survives_a_fatal_error(void **state)
{
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene);
    scene_start(&scene);
    run_until(&scene, is_available);
    assert_int_equal(rd_kafka_mock_broker_set_rtt(scene.cluster, 1, 300), 0);
    for (size_t i = 0; i < 5; i++)
        assert_true(produce(&scene, "x", 1, &err));
    kafka_producer_break(scene.producer);
    run_until(&scene, is_unavailable);
    run_until(&scene, is_available_and_empty);
    assert_int_equal(scene.stored + scene.failed, 5);
    assert_int_equal(rd_kafka_mock_broker_set_rtt(scene.cluster, 1, 0), 0);
    scene.stored = 0;
    assert_true(produce(&scene, "y", 1, &err));
    run_until(&scene, none_waits);
    assert_int_equal(scene.stored, 1);
    scene_end(&scene);
}

static bool has_gone_on(const struct scene *scene)
{
    return clock_steady_ms() >= scene->pause_end_ms;
}

/* Wherever a group is when the fatal error comes: held, handed over, flushed, or on the way. */
static void survives_a_fatal_error_at_any_time(void **state)
{
    static const int64_t delays_ms[] = {0, 1, 2, 20, 150};
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene);
    scene_start(&scene);
    run_until(&scene, is_available);
    for (size_t i = 0; i < COUNT_OF(delays_ms); i++) {
        scene.stored = scene.failed = 0;
        assert_int_equal(rd_kafka_mock_broker_set_rtt(scene.cluster, 1, 300), 0);
        for (size_t n = 0; n < 100; n++)
            assert_true(produce(&scene, "x", 1, &err));
        scene.pause_end_ms = clock_steady_ms() + delays_ms[i];
        run_until(&scene, has_gone_on);
        kafka_producer_break(scene.producer);
        run_until(&scene, is_unavailable);
        assert_int_equal(rd_kafka_mock_broker_set_rtt(scene.cluster, 1, 0), 0);
        run_until(&scene, is_available_and_empty);
        assert_int_equal(scene.stored + scene.failed, 100);
    }
    scene_end(&scene);
}

/* Closing reports what was not acknowledged. */
static void reports_the_rest_when_closed(void **state)
{
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene);
    scene_start(&scene);
    run_until(&scene, is_available);
    assert_int_equal(rd_kafka_mock_broker_set_rtt(scene.cluster, 1, 5000), 0);
    for (size_t i = 0; i < 100; i++)
        assert_true(produce(&scene, "x", 1, &err));
    scene_end(&scene);
    assert_int_equal(scene.stored + scene.failed, 100);
    assert_int_equal(scene.sum, 100);
}

/* A list of brokers that is none is refused at once, with the reason. */
static void refuses_bad_settings(void **state)
{
    struct kafka_producer_settings settings = kafka_producer_settings_default();
    struct err err = {0};

    (void)state;
    settings.brokers = "127.0.0.1:1";
    settings.topic = "events";
    settings.delivery_ms_max = -7;
    struct loop *loop = loop_create(&err);
    assert_null(kafka_producer_create(loop, &settings, &events, NULL, &err));
    assert_int_equal(err.kind, ERR_MALFORMED);
    assert_non_null(strstr(err.text, "message.timeout.ms"));
    loop_close(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_each_record_once),
        cmocka_unit_test(does_not_linger),
        cmocka_unit_test(follows_the_broker),
        cmocka_unit_test(gives_up_in_time),
        cmocka_unit_test(bounds_what_waits),
        cmocka_unit_test(survives_a_fatal_error),
        cmocka_unit_test(survives_a_fatal_error_at_any_time),
        cmocka_unit_test(reports_the_rest_when_closed),
        cmocka_unit_test(refuses_bad_settings),
    };
    return cmocka_run_group_tests_name("kafka_producer", tests, NULL, NULL);
}
