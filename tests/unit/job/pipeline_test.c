/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline_test.c - records of a mock cluster become rows of a directory, each once, however the
 * pipeline is cut off in between. */
#include "job/pipeline.h"

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

#include "base/mem.h"
#include "io/file.h"
#include "support/engine_fixture.h"

#define WAIT_MS 10000
#define STEPS_MAX 50

static const char sql[] =
    "select json.* from (select from_json(cast(value as string), 'id STRING, kind STRING') as json "
    "from events) where json.kind = 'kept'";

struct scene {
    struct engine_fixture *fixture; /* its folder is the storage */
    rd_kafka_t *producer;
    struct config config;
    struct config_job job;
    struct pipeline *pipeline;
    int produced;
};

static void start_cluster(struct scene *scene)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];

    (void)rd_kafka_conf_set(conf, "test.mock.num.brokers", "1", why, sizeof(why));
    (void)rd_kafka_conf_set(conf, "linger.ms", "0", why, sizeof(why));
    scene->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    rd_kafka_mock_cluster_t *cluster = rd_kafka_handle_mock_cluster(scene->producer);
    (void)rd_kafka_mock_topic_create(cluster, "events", 2, 1);
    scene->config.kafka_brokers = rd_kafka_mock_cluster_bootstraps(cluster);
}

static int set_up(void **state)
{
    struct scene *scene = mem_new(sizeof(*scene));
    void *fixture = NULL;

    if (engine_fixture_open(&fixture) != 0)
        return 1;
    scene->fixture = fixture;
    start_cluster(scene);
    scene->config.home = scene->fixture->dir;
    scene->config.storage_root = scene->fixture->dir;
    scene->config.session_time_zone = "UTC";
    scene->job = (struct config_job){
        .name = "kept",
        .from = "events",
        .sql = sql,
        .trigger = CONFIG_TRIGGER_EVERY,
        .starting_offsets = "earliest",
        .checkpoint_location = "/checkpoint",
        .path = "/table",
    };
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    void *fixture = scene->fixture;

    pipeline_close(scene->pipeline);
    rd_kafka_destroy(scene->producer);
    int failed = engine_fixture_close(&fixture);
    mem_free(scene);
    return failed;
}

/* Every second one passes the filter. */
static void produce(struct scene *scene, int count)
{
    for (int i = 0; i < count; i++) {
        char value[64];
        int id = scene->produced++;
        (void)snprintf(value, sizeof(value), "{\"id\":\"%d\",\"kind\":\"%s\"}", id,
                       id % 2 == 0 ? "kept" : "other");
        rd_kafka_vu_t parts[] = {
            {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = "events"},
            {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = id % 3 == 0 ? 1 : 0},
            {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {value, strlen(value)}},
            {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        };
        assert_null(rd_kafka_produceva(scene->producer, parts, COUNT_OF(parts)));
    }
    assert_int_equal(rd_kafka_flush(scene->producer, WAIT_MS), RD_KAFKA_RESP_ERR_NO_ERROR);
}

static void open_pipeline(struct scene *scene)
{
    struct err err = {0};

    pipeline_close(scene->pipeline);
    scene->pipeline = pipeline_create(scene->fixture->engine, &scene->config, &scene->job, &err);
    if (scene->pipeline == NULL)
        fail_msg("%s", err.text);
}

/* Steps until the outcome is no batch any more; returns the batches. */
static int run_until(struct scene *scene, enum pipeline_outcome wanted, struct progress *sum)
{
    enum pipeline_outcome outcome = PIPELINE_BATCH;
    struct err err = {0};
    int batches = 0;

    *sum = (struct progress){.batch = -1};
    for (int i = 0; i < STEPS_MAX && outcome == PIPELINE_BATCH; i++) {
        struct progress progress;
        if (!pipeline_step(scene->pipeline, &outcome, &progress, &err))
            fail_msg("%s", err.text);
        if (progress.batch >= 0) {
            progress_add(sum, &progress);
            batches++;
        }
    }
    assert_int_equal(outcome, wanted);
    return batches;
}

static int64_t ask(struct scene *scene, const char *what)
{
    char text[512];

    (void)snprintf(text, sizeof(text), "SELECT %s FROM read_parquet('%s/table/*.parquet')", what,
                   scene->fixture->dir);
    return atoll(engine_fixture_ask(scene->fixture, text));
}

static void check_rows(struct scene *scene)
{
    assert_int_equal(ask(scene, "count(*)"), (scene->produced + 1) / 2);
    assert_int_equal(ask(scene, "count(DISTINCT id)"), (scene->produced + 1) / 2);
}

static void lands_each_row_once_and_counts_every_record(void **state)
{
    struct scene *scene = *state;
    struct progress sum;

    open_pipeline(scene);
    produce(scene, 100);
    assert_int_equal(run_until(scene, PIPELINE_IDLE, &sum), 1);
    assert_int_equal(sum.input_rows, 100);
    assert_int_equal(sum.output_rows, 50);
    assert_int_equal(sum.files, 1);
    check_rows(scene);
    assert_int_equal(run_until(scene, PIPELINE_IDLE, &sum), 0);
    produce(scene, 7);
    (void)run_until(scene, PIPELINE_IDLE, &sum);
    check_rows(scene);
}

/* The checkpoint alone says where a new process goes on. */
static void goes_on_where_it_was(void **state)
{
    struct scene *scene = *state;
    struct progress sum;

    for (int i = 0; i < 3; i++) {
        open_pipeline(scene);
        produce(scene, 10);
        (void)run_until(scene, PIPELINE_IDLE, &sum);
        assert_int_equal(sum.input_rows, 10);
        check_rows(scene);
    }
}

/* A file appears that is no part of any batch's outcome: no row, no file. */
static void leaves_no_file_for_a_batch_without_rows(void **state)
{
    struct scene *scene = *state;
    struct progress sum;
    struct err err = {0};
    struct arena arena;
    struct file_names names;

    open_pipeline(scene);
    scene->produced = 1; /* an odd one does not pass */
    produce(scene, 1);
    assert_int_equal(run_until(scene, PIPELINE_IDLE, &sum), 1);
    assert_int_equal(sum.input_rows, 1);
    assert_int_equal(sum.files, 0);
    arena_init(&arena, 100000);
    assert_true(file_list(pipeline_table_dir(scene->pipeline), &names, &arena, &err));
    assert_int_equal(names.count, 0);
    arena_reset(&arena);
}

static void keeps_to_max_offsets_per_trigger(void **state)
{
    struct scene *scene = *state;
    struct progress sum;

    scene->job.max_offsets_per_trigger = 30;
    produce(scene, 100);
    open_pipeline(scene);
    int batches = run_until(scene, PIPELINE_IDLE, &sum);
    assert_true(batches >= 4 && batches <= 6);
    assert_int_equal(sum.input_rows, 100);
    check_rows(scene);
}

static void available_now_ends_with_what_was_there(void **state)
{
    struct scene *scene = *state;
    struct progress sum;

    scene->job.trigger = CONFIG_TRIGGER_AVAILABLE_NOW;
    scene->job.max_offsets_per_trigger = 60;
    produce(scene, 100);
    open_pipeline(scene);
    assert_true(run_until(scene, PIPELINE_FINISHED, &sum) >= 2);
    check_rows(scene);
    produce(scene, 10); /* after the end */
    scene->job.trigger = CONFIG_TRIGGER_ONCE;
    open_pipeline(scene);
    assert_int_equal(run_until(scene, PIPELINE_FINISHED, &sum), 1);
    check_rows(scene);
}

static void latest_leaves_out_what_was_there(void **state)
{
    struct scene *scene = *state;
    struct progress sum;

    scene->job.starting_offsets = "latest";
    produce(scene, 10);
    open_pipeline(scene);
    assert_int_equal(run_until(scene, PIPELINE_IDLE, &sum), 0);
    produce(scene, 4);
    (void)run_until(scene, PIPELINE_IDLE, &sum);
    assert_int_equal(sum.input_rows, 4);
    assert_int_equal(ask(scene, "count(*)"), 2);
}

static void starts_at_sparks_json_of_offsets(void **state)
{
    struct scene *scene = *state;
    struct progress sum;

    scene->job.starting_offsets = "{\"events\":{\"0\":5,\"1\":-2}}";
    produce(scene, 30); /* 20 in partition 0, 10 in partition 1 */
    open_pipeline(scene);
    (void)run_until(scene, PIPELINE_IDLE, &sum);
    assert_int_equal(sum.input_rows, 25);
}

/* failOnDataLoss: the checkpoint knows offsets that this broker never had. */
static void refuses_a_broker_with_fewer_offsets(void **state)
{
    struct scene *scene = *state;
    struct progress progress;
    enum pipeline_outcome outcome;
    struct err err = {0};

    produce(scene, 50);
    open_pipeline(scene);
    (void)run_until(scene, PIPELINE_IDLE, &progress);
    rd_kafka_destroy(scene->producer);
    start_cluster(scene);
    scene->produced = 0;
    produce(scene, 3);
    open_pipeline(scene);
    assert_false(pipeline_step(scene->pipeline, &outcome, &progress, &err));
    assert_int_equal(err.kind, ERR_CORRUPT);
    assert_non_null(strstr(err.text, "failOnDataLoss"));
    assert_non_null(strstr(err.text, "partition 0"));
}

/* Begun anew by itself it would write every row a second time. */
static void stops_when_its_checkpoint_is_taken_away(void **state)
{
    struct scene *scene = *state;
    struct progress progress;
    enum pipeline_outcome outcome;
    struct err err = {0};
    char path[512];

    produce(scene, 12);
    open_pipeline(scene);
    (void)run_until(scene, PIPELINE_IDLE, &progress);
    (void)snprintf(path, sizeof(path), "%s/checkpoint", scene->fixture->dir);
    assert_true(file_remove_tree(path, &err));
    produce(scene, 12);
    assert_false(pipeline_step(scene->pipeline, &outcome, &progress, &err));
    for (int i = 0; i < 2; i++) {
        assert_false(pipeline_step(scene->pipeline, &outcome, &progress, &err));
        assert_int_equal(err.kind, ERR_CONFLICT);
        assert_non_null(strstr(err.text, path));
    }
    assert_int_equal(ask(scene, "count(*)"), 6);
}

/* Whoever tidies up does not stop the job for good. */
static void makes_folders_anew_that_were_removed(void **state)
{
    static const char *const removed[] = {"/.staging", "/table"};
    struct scene *scene = *state;
    struct progress progress;
    enum pipeline_outcome outcome;
    struct err err = {0};
    char path[512];

    open_pipeline(scene);
    (void)run_until(scene, PIPELINE_IDLE, &progress);
    for (size_t i = 0; i < COUNT_OF(removed); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", scene->fixture->dir, removed[i]);
        assert_true(file_remove_tree(path, &err));
        produce(scene, 10);
        if (!pipeline_step(scene->pipeline, &outcome, &progress, &err))
            assert_int_equal(err.kind, ERR_IO); /* which is tried again */
        (void)run_until(scene, PIPELINE_IDLE, &progress);
    }
    assert_int_equal(ask(scene, "count(*)"), 5);
}

static void waits_for_a_broker(void **state)
{
    struct scene *scene = *state;
    struct progress progress;
    enum pipeline_outcome outcome;
    struct err err = {0};
    const char *brokers = scene->config.kafka_brokers;

    scene->config.kafka_brokers = "127.0.0.1:1";
    open_pipeline(scene);
    assert_false(pipeline_step(scene->pipeline, &outcome, &progress, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    scene->config.kafka_brokers = brokers;
}

static void names_what_the_sql_may_not_do(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};

    scene->job.sql = "select count(*)\nfrom events";
    assert_null(pipeline_create(scene->fixture->engine, &scene->config, &scene->job, &err));
    assert_int_equal(err.kind, ERR_UNSUPPORTED);
    assert_int_equal(err.line, 1);
    assert_int_equal(err.column, 8);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(lands_each_row_once_and_counts_every_record),
        CASE(goes_on_where_it_was),
        CASE(leaves_no_file_for_a_batch_without_rows),
        CASE(keeps_to_max_offsets_per_trigger),
        CASE(available_now_ends_with_what_was_there),
        CASE(latest_leaves_out_what_was_there),
        CASE(starts_at_sparks_json_of_offsets),
        CASE(refuses_a_broker_with_fewer_offsets),
        CASE(stops_when_its_checkpoint_is_taken_away),
        CASE(makes_folders_anew_that_were_removed),
        CASE(waits_for_a_broker),
        CASE(names_what_the_sql_may_not_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
