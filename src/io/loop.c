/* SPDX-License-Identifier: Apache-2.0 */
/* loop.c - libuv's loop with an end to each turn.
 *
 * libuv runs timers, then `prepare`, waits, runs what became ready, then
 * `check`.  What asked for the end of the turn is run in both places, so that
 * work begun by a timer is done before the loop waits again. */
#include "io/loop.h"

#include <assert.h>
#include <errno.h>
#include <uv.h>

#include "base/mem.h"
#include "io/handle.h"
#include "io/worker.h"

#define SIGNALS_MAX 8

struct signal_watch {
    uv_signal_t uv;
    void (*arrived)(void *owner);
    void *owner;
};

struct loop {
    uv_loop_t uv;
    uv_prepare_t prepare;
    uv_check_t check;
    struct turn_end *first; /* waiting for the end of this turn */
    struct turn_end **last;
    struct signal_watch signals[SIGNALS_MAX];
    int signal_count;
    char scratch[HANDLE_SCRATCH_BYTES];
};

struct loop_timer {
    uv_timer_t uv;
    void (*fire)(void *owner);
    void *owner;
};

struct loop_watch {
    uv_poll_t uv;
    void (*readable)(void *owner);
    void *owner;
};

uv_loop_t *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

char *loop_scratch(struct loop *loop)
{
    return loop->scratch;
}

bool loop_uv_error(struct err *err, int uv_error, const char *what)
{
    errno = -uv_error; /* on Unix libuv's numbers are the system's, negated */
    return err_sys(err, "%s", what);
}

static void end_turn(struct loop *loop)
{
    while (loop->first != NULL) {
        struct turn_end *item = loop->first;
        loop->first = item->next;
        if (loop->first == NULL)
            loop->last = &loop->first;
        item->next = NULL;
        item->waiting = false;
        item->run(item);
    }
}

static void prepare_fired(uv_prepare_t *uv)
{
    end_turn(CONTAINER_OF(uv, struct loop, prepare));
}

static void check_fired(uv_check_t *uv)
{
    end_turn(CONTAINER_OF(uv, struct loop, check));
}

struct loop *loop_create(struct err *err)
{
    struct loop *loop = mem_new(sizeof(*loop));
    int failed = uv_loop_init(&loop->uv);

    if (failed != 0) {
        (void)loop_uv_error(err, failed, "cannot make an event loop");
        mem_free(loop);
        return NULL;
    }
    loop->last = &loop->first;
    /* These two only fail for a NULL callback. */
    (void)uv_prepare_init(&loop->uv, &loop->prepare);
    (void)uv_check_init(&loop->uv, &loop->check);
    (void)uv_prepare_start(&loop->prepare, prepare_fired);
    (void)uv_check_start(&loop->check, check_fired);
    return loop;
}

void loop_close(struct loop *loop)
{
    if (loop == NULL)
        return;
    for (int i = 0; i < loop->signal_count; i++)
        uv_close((uv_handle_t *)&loop->signals[i].uv, NULL);
    uv_close((uv_handle_t *)&loop->prepare, NULL);
    uv_close((uv_handle_t *)&loop->check, NULL);
    /* The closing callbacks; a run that loop_stop() was asked to leave does nothing. */
    for (int i = 0; i < 2 && uv_loop_alive(&loop->uv); i++)
        (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    int busy = uv_loop_close(&loop->uv);
    assert(busy == 0); /* something was not closed by its creator */
    (void)busy;
    mem_free(loop);
}

void loop_run(struct loop *loop)
{
    enum worker_role before = worker_role();

    worker_take_role(WORKER_ROLE_LOOP);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    worker_take_role(before);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

int64_t loop_now_ms(const struct loop *loop)
{
    return (int64_t)uv_now(&loop->uv);
}

static void timer_fired(uv_timer_t *uv)
{
    struct loop_timer *timer = CONTAINER_OF(uv, struct loop_timer, uv);
    timer->fire(timer->owner);
}

struct loop_timer *loop_timer_create(struct loop *loop, void (*fire)(void *owner), void *owner)
{
    struct loop_timer *timer = mem_new(sizeof(*timer));

    timer->fire = fire;
    timer->owner = owner;
    (void)uv_timer_init(&loop->uv, &timer->uv); /* cannot fail */
    return timer;
}

void loop_timer_start(struct loop_timer *timer, int64_t after_ms, int64_t repeat_ms)
{
    assert(after_ms >= 0 && repeat_ms >= 0);
    (void)uv_timer_start(&timer->uv, timer_fired, (uint64_t)after_ms, (uint64_t)repeat_ms);
}

void loop_timer_stop(struct loop_timer *timer)
{
    (void)uv_timer_stop(&timer->uv);
}

static void timer_gone(uv_handle_t *uv)
{
    mem_free(CONTAINER_OF(uv, struct loop_timer, uv));
}

void loop_timer_close(struct loop_timer *timer)
{
    if (timer != NULL)
        uv_close((uv_handle_t *)&timer->uv, timer_gone);
}

static void watch_fired(uv_poll_t *uv, int status, int events)
{
    struct loop_watch *watch = CONTAINER_OF(uv, struct loop_watch, uv);

    (void)status; /* an error shows in the owner's read */
    (void)events;
    watch->readable(watch->owner);
}

struct loop_watch *loop_watch_create(struct loop *loop, int fd, void (*readable)(void *owner),
                                     void *owner, struct err *err)
{
    struct loop_watch *watch = mem_new(sizeof(*watch));
    int failed = uv_poll_init(&loop->uv, &watch->uv, fd);

    if (failed != 0) {
        (void)loop_uv_error(err, failed, "cannot watch a descriptor");
        mem_free(watch);
        return NULL;
    }
    watch->readable = readable;
    watch->owner = owner;
    (void)uv_poll_start(&watch->uv, UV_READABLE, watch_fired);
    return watch;
}

static void watch_gone(uv_handle_t *uv)
{
    mem_free(CONTAINER_OF(uv, struct loop_watch, uv));
}

void loop_watch_close(struct loop_watch *watch)
{
    if (watch == NULL)
        return;
    (void)uv_poll_stop(&watch->uv);
    uv_close((uv_handle_t *)&watch->uv, watch_gone);
}

void loop_at_turn_end(struct loop *loop, struct turn_end *turn_end)
{
    if (turn_end->waiting)
        return;
    turn_end->waiting = true;
    turn_end->next = NULL;
    *loop->last = turn_end;
    loop->last = &turn_end->next;
}

void loop_forget_turn_end(struct loop *loop, struct turn_end *turn_end)
{
    if (!turn_end->waiting)
        return;
    struct turn_end **link = &loop->first;
    while (*link != turn_end)
        link = &(*link)->next;
    *link = turn_end->next;
    if (turn_end->next == NULL)
        loop->last = link;
    turn_end->next = NULL;
    turn_end->waiting = false;
}

static void signal_fired(uv_signal_t *uv, int signum)
{
    struct signal_watch *watch = CONTAINER_OF(uv, struct signal_watch, uv);

    (void)signum;
    watch->arrived(watch->owner);
}

bool loop_on_signal(struct loop *loop, int signum, void (*arrived)(void *owner), void *owner,
                    struct err *err)
{
    assert(loop->signal_count < SIGNALS_MAX);
    struct signal_watch *watch = &loop->signals[loop->signal_count];
    int failed = uv_signal_init(&loop->uv, &watch->uv);
    if (failed != 0)
        return loop_uv_error(err, failed, "cannot watch for signals");
    loop->signal_count++;
    watch->arrived = arrived;
    watch->owner = owner;
    failed = uv_signal_start(&watch->uv, signal_fired, signum);
    return failed == 0 || loop_uv_error(err, failed, "cannot watch for a signal");
}
