/* SPDX-License-Identifier: Apache-2.0 */
/* loop_test.c - what runs when, and what runs no more. */
#include "io/loop.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/worker.h"

struct scene {
    struct loop *loop;
    struct loop_timer *timer;
    struct loop_watch *watch;
    struct turn_end turn_end;
    struct turn_end other;
    int pipe[2];
    int fired;
    int ended;
    int read;
    int ended_when_fired_again;
};

static struct loop *make_loop(void)
{
    struct err err = {0};
    struct loop *loop = loop_create(&err);

    assert_non_null(loop);
    return loop;
}

static void stop(void *owner)
{
    loop_stop(((struct scene *)owner)->loop);
}

static void count_end(struct turn_end *turn_end)
{
    CONTAINER_OF(turn_end, struct scene, turn_end)->ended++;
}

static void fire_twice(void *owner)
{
    struct scene *scene = owner;

    assert_int_equal(worker_role(), WORKER_ROLE_LOOP);
    if (++scene->fired == 2) {
        scene->ended_when_fired_again = scene->ended;
        loop_stop(scene->loop);
        return;
    }
    loop_at_turn_end(scene->loop, &scene->turn_end);
    loop_at_turn_end(scene->loop, &scene->turn_end);
}

/* What a timer gathered is done before the next turn, and once however often it was asked for. */
static void ends_a_turn_once(void **state)
{
    (void)state;
    struct scene scene = {.loop = make_loop(), .turn_end = {.run = count_end}};

    scene.timer = loop_timer_create(scene.loop, fire_twice, &scene);
    loop_timer_start(scene.timer, 0, 1);
    loop_run(scene.loop);
    assert_int_equal(scene.ended, 1);
    assert_int_equal(scene.ended_when_fired_again, 1);
    loop_timer_close(scene.timer);
    loop_close(scene.loop);
}

static void must_not_run(struct turn_end *turn_end)
{
    (void)turn_end;
    fail();
}

static void forget_other(struct turn_end *turn_end)
{
    struct scene *scene = CONTAINER_OF(turn_end, struct scene, turn_end);

    loop_forget_turn_end(scene->loop, &scene->other);
    loop_stop(scene->loop);
}

/* What was forgotten is not run, even from within the same end of turn; what follows it is. */
static void forgets_the_end_of_a_turn(void **state)
{
    (void)state;
    struct scene scene = {
        .loop = make_loop(), .turn_end = {.run = forget_other}, .other = {.run = must_not_run}};

    loop_at_turn_end(scene.loop, &scene.turn_end);
    loop_at_turn_end(scene.loop, &scene.other);
    loop_run(scene.loop);
    assert_false(scene.other.waiting);

    loop_at_turn_end(scene.loop, &scene.other);
    loop_forget_turn_end(scene.loop, &scene.other);
    loop_at_turn_end(scene.loop, &scene.turn_end); /* the list still has an end to add to */
    loop_run(scene.loop);
    loop_close(scene.loop);
}

static void take_byte(void *owner)
{
    struct scene *scene = owner;
    char byte;

    assert_int_equal(read(scene->pipe[0], &byte, 1), 1);
    scene->read++;
    loop_watch_close(scene->watch);
    loop_stop(scene->loop);
}

static void sees_a_descriptor_become_readable(void **state)
{
    (void)state;
    struct scene scene = {.loop = make_loop()};
    struct err err = {0};

    assert_int_equal(pipe(scene.pipe), 0);
    scene.watch = loop_watch_create(scene.loop, scene.pipe[0], take_byte, &scene, &err);
    assert_non_null(scene.watch);
    assert_int_equal(write(scene.pipe[1], "x", 1), 1);
    loop_run(scene.loop);
    assert_int_equal(scene.read, 1);
    (void)close(scene.pipe[0]);
    (void)close(scene.pipe[1]);
    loop_close(scene.loop);
}

static void hears_a_signal(void **state)
{
    (void)state;
    struct scene scene = {.loop = make_loop()};
    struct err err = {0};

    assert_true(loop_on_signal(scene.loop, SIGUSR1, stop, &scene, &err));
    assert_int_equal(raise(SIGUSR1), 0);
    loop_run(scene.loop);
    loop_close(scene.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_a_turn_once),
        cmocka_unit_test(forgets_the_end_of_a_turn),
        cmocka_unit_test(sees_a_descriptor_become_readable),
        cmocka_unit_test(hears_a_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
