/* SPDX-License-Identifier: Apache-2.0 */
/* partition_test.c - who is told what, and when, with a real loop, real workers and a real disk. */
#include "broker/partition.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/log_fixture.h"

#define LARGE ((uint64_t)1024 * 1024 * 1024)
#define NOON 1770000000000
#define APPENDS 8

struct scene {
    struct log_fixture *fixture;
    struct loop *loop;
    struct partition_shop shop;
    struct partition *partition;
    int awaited; /* the loop stops when so many were told */
    int told;
    int checkpoints;
    int moves;
};

struct heard {
    struct partition_append append;
    struct scene *scene;
    bool ok;
    enum err_kind kind; /* why not */
    int order;          /* as the how manieth it was told; 0: not yet */
};

static void checkpointed(void *owner)
{
    struct scene *scene = owner;

    scene->checkpoints++;
    loop_stop(scene->loop);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    void *fixture = NULL;
    struct err err;

    *state = scene;
    if (log_fixture_open(&fixture) != 0)
        return 1;
    scene->fixture = fixture;
    scene->loop = loop_create(&err);
    scene->shop = (struct partition_shop){.loop = scene->loop,
                                          .syncers = worker_pool_create(scene->loop, 2, &err),
                                          .workers = worker_pool_create(scene->loop, 1, &err),
                                          .checkpointed = checkpointed,
                                          .owner = scene};
    const struct log_settings settings = {.segment_bytes_max = LARGE};
    scene->partition =
        partition_create(&scene->shop, "events", 0,
                         log_create(scene->fixture->partition, &settings), producer_state_create());
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    void *fixture = scene->fixture;

    worker_pool_close(scene->shop.syncers);
    worker_pool_close(scene->shop.workers);
    partition_close(scene->partition);
    loop_close(scene->loop);
    free(scene);
    return log_fixture_close(&fixture);
}

static void settled(struct partition_append *append, const struct err *err)
{
    struct heard *heard = CONTAINER_OF(append, struct heard, append);

    assert_int_equal(heard->order, 0);
    heard->ok = err == NULL;
    heard->kind = err == NULL ? ERR_NONE : err->kind;
    heard->order = ++heard->scene->told;
    if (heard->scene->told == heard->scene->awaited)
        loop_stop(heard->scene->loop);
}

/* One record of producer 5, or of nobody with sequence -1. */
static int16_t append(struct scene *scene, struct heard *heard, int32_t sequence)
{
    const struct log_fixture_batch asked = {.count = 1,
                                            .bytes = 100,
                                            .timestamp = NOON,
                                            .producer_id = sequence < 0 ? -1 : 5,
                                            .sequence = sequence};
    struct batch batch = log_fixture_make(scene->fixture, &asked);
    struct err err = {0};

    *heard = (struct heard){.append = {.settled = settled}, .scene = scene};
    return partition_append(scene->partition, &batch, &heard->append, &err);
}

static void run_until(struct scene *scene, int awaited)
{
    scene->awaited = awaited;
    if (scene->told < awaited)
        loop_run(scene->loop);
}

/* Nobody hears before the sync; all of one turn share it, and hear in the order of offsets. */
static void one_turn_is_one_commit(void **state)
{
    struct scene *scene = *state;
    struct heard heard[APPENDS];

    for (int i = 0; i < APPENDS; i++)
        assert_int_equal(append(scene, &heard[i], -1), ERROR_NONE);
    assert_int_equal(scene->told, 0);
    assert_int_equal(log_durable_offset(partition_log(scene->partition)), 0);
    run_until(scene, APPENDS);
    assert_int_equal(scene->shop.commit_count, 1);
    assert_int_equal(log_durable_offset(partition_log(scene->partition)), APPENDS);
    for (int i = 0; i < APPENDS; i++) {
        assert_true(heard[i].ok);
        assert_int_equal(heard[i].order, i + 1);
        assert_int_equal(heard[i].append.base_offset, i);
    }
}

/* A batch that comes again while the first is on its way waits with it; later it hears at once. */
static void a_duplicate_waits_for_the_same_sync(void **state)
{
    struct scene *scene = *state;
    struct heard first;
    struct heard again;
    struct heard late;
    struct heard gap;

    assert_int_equal(append(scene, &first, 0), ERROR_NONE);
    assert_int_equal(append(scene, &again, 0), ERROR_NONE);
    assert_int_equal(append(scene, &gap, 2), ERROR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    assert_int_equal(scene->told, 0);
    run_until(scene, 2);
    assert_true(first.ok && again.ok);
    assert_int_equal(again.append.base_offset, first.append.base_offset);
    assert_int_equal(append(scene, &late, 0), ERROR_NONE);
    assert_int_equal(late.order, 3);
    assert_int_equal(late.append.base_offset, first.append.base_offset);
    assert_int_equal(log_next_offset(partition_log(scene->partition)), 1);
    assert_int_equal(scene->shop.duplicate_count, 2);
}

/* P5: a full disk refuses what waits, forgets its sequences, and takes the same again later. */
static void a_full_disk_is_told_and_ends(void **state)
{
    struct scene *scene = *state;
    struct heard heard[APPENDS];
    struct rlimit old;

    assert_int_equal(append(scene, &heard[0], 0), ERROR_NONE);
    run_until(scene, 1);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit tight = {.rlim_cur = log_bytes(partition_log(scene->partition)) + 10,
                           .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    for (int i = 1; i < APPENDS; i++)
        assert_int_equal(append(scene, &heard[i], i), ERROR_NONE);
    run_until(scene, APPENDS);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    for (int i = 1; i < APPENDS; i++)
        assert_false(heard[i].ok);
    assert_int_equal(scene->shop.commit_failure_count, 1);

    for (int i = 1; i < APPENDS; i++)
        assert_int_equal(append(scene, &heard[i], i), ERROR_NONE);
    run_until(scene, 2 * APPENDS - 1);
    for (int i = 1; i < APPENDS; i++) {
        assert_true(heard[i].ok);
        assert_int_equal(heard[i].append.base_offset, i);
    }
}

/* A file that stands where the segment is to be is no topic that exists already. */
static void what_the_disk_holds_is_its_own_fault(void **state)
{
    struct scene *scene = *state;
    static const char name[] = "00000000000000000000.log";
    struct heard heard[2];

    assert_int_equal(mkdir(scene->fixture->partition, 0755), 0);
    log_fixture_write(scene->fixture, name, (const unsigned char *)name, sizeof(name));
    assert_int_equal(append(scene, &heard[0], 0), ERROR_NONE);
    run_until(scene, 1);
    assert_false(heard[0].ok);
    assert_int_equal(heard[0].kind, ERR_IO);
    assert_int_equal(unlink(log_fixture_path(scene->fixture, name)), 0);
    assert_int_equal(append(scene, &heard[1], 0), ERROR_NONE);
    run_until(scene, 2);
    assert_true(heard[1].ok);
}

struct watcher {
    struct partition_watch watch;
    struct scene *scene;
    int64_t seen;
};

static void moved(struct partition_watch *watch)
{
    struct watcher *watcher = CONTAINER_OF(watch, struct watcher, watch);

    watcher->seen = log_durable_offset(partition_log(watcher->scene->partition));
    watcher->scene->moves++;
    partition_unwatch(watch);
}

/* Who waits for records is told when they can be read, and may go while being told. */
static void readers_hear_of_what_is_synced(void **state)
{
    struct scene *scene = *state;
    struct watcher watchers[3];
    struct heard heard;

    for (int i = 0; i < 3; i++) {
        watchers[i] = (struct watcher){.watch = {.moved = moved}, .scene = scene, .seen = -1};
        partition_watch(scene->partition, &watchers[i].watch);
    }
    partition_unwatch(&watchers[1].watch);
    assert_int_equal(append(scene, &heard, -1), ERROR_NONE);
    run_until(scene, 1);
    assert_int_equal(scene->moves, 2);
    assert_int_equal(watchers[0].seen, 1);
    assert_int_equal(watchers[1].seen, -1);
    assert_int_equal(watchers[2].seen, 1);
}

/* While it drains it takes nothing more, and what waits is still synced and told. */
static void drains(void **state)
{
    struct scene *scene = *state;
    struct heard before;
    struct heard after;

    assert_int_equal(append(scene, &before, -1), ERROR_NONE);
    scene->shop.drains = true;
    assert_int_equal(append(scene, &after, -1), ERROR_KAFKA_STORAGE_ERROR);
    run_until(scene, 1);
    assert_true(before.ok);
}

static void idle(void *owner)
{
    *(bool *)owner = true;
}

/* A topic that goes tells those who wait, and takes nothing more. */
static void goes_with_its_topic(void **state)
{
    struct scene *scene = *state;
    struct watcher watcher = {.watch = {.moved = moved}, .scene = scene, .seen = -1};
    struct heard waits;
    struct heard late;
    bool is_idle = false;

    partition_watch(scene->partition, &watcher.watch);
    assert_int_equal(append(scene, &waits, -1), ERROR_NONE);
    partition_remove(scene->partition, idle, &is_idle);
    assert_int_equal(waits.order, 1);
    assert_false(waits.ok);
    assert_int_equal(scene->moves, 1);
    assert_true(is_idle);
    assert_int_equal(append(scene, &late, -1), ERROR_UNKNOWN_TOPIC_OR_PARTITION);
}

/* L6: a checkpoint moves the recovery point to what is synced. */
static void checkpoints(void **state)
{
    struct scene *scene = *state;
    struct heard heard;

    assert_int_equal(append(scene, &heard, 0), ERROR_NONE);
    run_until(scene, 1);
    partition_checkpoint(scene->partition, false);
    loop_run(scene->loop);
    assert_int_equal(scene->checkpoints, 1);
    assert_int_equal(log_recovery_point(partition_log(scene->partition)), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_turn_is_one_commit),
        TEST(a_duplicate_waits_for_the_same_sync),
        TEST(a_full_disk_is_told_and_ends),
        TEST(what_the_disk_holds_is_its_own_fault),
        TEST(readers_hear_of_what_is_synced),
        TEST(drains),
        TEST(goes_with_its_topic),
        TEST(checkpoints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
