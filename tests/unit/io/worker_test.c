/* SPDX-License-Identifier: Apache-2.0 */
/* worker_test.c - tasks go there and come back, all of them, on the right threads. */
#include "io/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/clock.h"

#define TASKS 1000

struct job {
    struct task task;
    struct scene *scene;
    int number;
    int result;
};

struct scene {
    struct loop *loop;
    struct worker_pool *pool;
    struct job jobs[TASKS];
    int done;
    int next_number; /* of the single worker */
    bool in_order;
    bool again;
};

static void square(struct task *task)
{
    struct job *job = CONTAINER_OF(task, struct job, task);

    ON_WORKER();
    assert_int_equal(worker_role(), WORKER_ROLE_WORKER);
    job->result = job->number * job->number;
}

static void check_square(struct task *task)
{
    struct job *job = CONTAINER_OF(task, struct job, task);
    struct scene *scene = job->scene;

    ON_LOOP();
    assert_int_equal(job->result, job->number * job->number);
    scene->in_order = scene->in_order && job->number == scene->next_number;
    scene->next_number++;
    if (++scene->done == TASKS && scene->again) { /* `done` may submit */
        scene->again = false;
        worker_pool_submit(scene->pool, task);
    } else if (scene->done >= TASKS && worker_pool_pending(scene->pool) == 0) {
        loop_stop(scene->loop);
    }
}

static void run_all(int thread_count, bool close_early)
{
    struct scene *scene = mem_new(sizeof(*scene));
    struct err err = {0};

    scene->loop = loop_create(&err);
    scene->pool = worker_pool_create(scene->loop, thread_count, &err);
    assert_non_null(scene->pool);
    scene->in_order = true;
    scene->again = !close_early;
    for (int i = 0; i < TASKS; i++) {
        scene->jobs[i] = (struct job){
            .task = {.run = square, .done = check_square}, .scene = scene, .number = i};
        worker_pool_submit(scene->pool, &scene->jobs[i].task);
    }
    assert_true(worker_pool_pending(scene->pool) == TASKS);
    if (!close_early)
        loop_run(scene->loop);
    worker_pool_close(scene->pool);
    assert_int_equal(scene->done, close_early ? TASKS : TASKS + 1);
    if (thread_count == 1 && close_early)
        assert_true(scene->in_order);
    loop_close(scene->loop);
    mem_free(scene);
}

static void brings_every_task_back(void **state)
{
    (void)state;
    run_all(1, false);
    run_all(4, false);
}

/* Closing waits: a sync that was begun is heard of. */
static void closing_finishes_what_was_submitted(void **state)
{
    (void)state;
    run_all(1, true);
    run_all(4, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brings_every_task_back),
        cmocka_unit_test(closing_finishes_what_was_submitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
