/* SPDX-License-Identifier: Apache-2.0 */
/* listener_test.c - a process without a descriptor left: the loop goes on, and so do the others. */
#include "io/listener.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/clock.h"
#include "io/file.h"
#include "io/worker.h"

#define WAIT_MS 10000
#define CLIENTS 32
#define GREEDY_MAX 256

struct scene {
    struct loop *loop;
    struct worker_pool *pool;
    struct listener *listener;
    struct loop_timer *timer;
    struct task client;
    struct task knocker;
    int clients[CLIENTS]; /* sockets made beforehand */
    int port;
    atomic_int ticks;
    atomic_int accepted;
    atomic_int closed;
    atomic_bool greedy; /* it has all there are */
    atomic_bool knocked;
    bool ok;
};

static size_t drop(void *owner, struct span bytes)
{
    (void)owner;
    return bytes.size;
}

static void closed(void *owner, const char *reason)
{
    struct scene *scene = owner;

    (void)reason;
    atomic_fetch_add(&scene->closed, 1);
}

static const struct connection_events events = {.received = drop, .closed = closed};

static void accepted(void *owner, struct connection *connection)
{
    struct scene *scene = owner;

    atomic_fetch_add(&scene->accepted, 1);
    connection_start(connection, &events, scene, 16);
}

static void tick(void *owner)
{
    atomic_fetch_add(&((struct scene *)owner)->ticks, 1);
}

static bool reaches(const atomic_int *counter, int value)
{
    int64_t deadline_ms = clock_steady_ms() + WAIT_MS;

    while (atomic_load(counter) < value && clock_steady_ms() < deadline_ms)
        clock_sleep_ms(1);
    return atomic_load(counter) >= value;
}

static bool dial_with(int fd, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
}

/* Takes every descriptor there is, also one that somebody gives up for a moment, until all have
 * knocked. */
static size_t take_all(struct scene *scene, int taken[GREEDY_MAX])
{
    int64_t deadline_ms = clock_steady_ms() + WAIT_MS;
    size_t count = 0;

    while (!atomic_load(&scene->knocked) && clock_steady_ms() < deadline_ms) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            taken[count++] = fd;
        else
            atomic_store(&scene->greedy, true);
        assert_true(count < GREEDY_MAX);
    }
    return count;
}

static void be_greedy(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int taken[GREEDY_MAX];

    size_t count = take_all(scene, taken);
    scene->ok = reaches(&scene->ticks, atomic_load(&scene->ticks) + 5);
    for (size_t i = 0; i < count; i++)
        file_close(taken[i]);
    int before = atomic_load(&scene->accepted);
    scene->ok = scene->ok && dial_with(scene->clients[CLIENTS - 1], scene->port) &&
                reaches(&scene->accepted, before + 1);
    for (int i = 0; i < CLIENTS; i++)
        file_close(scene->clients[i]);
    scene->ok = scene->ok && reaches(&scene->closed, atomic_load(&scene->accepted));
}

static void knock(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, knocker);
    int64_t deadline_ms = clock_steady_ms() + WAIT_MS;

    while (!atomic_load(&scene->greedy) && clock_steady_ms() < deadline_ms)
        clock_sleep_ms(1);
    for (int i = 0; i < CLIENTS - 1; i++) {
        (void)dial_with(scene->clients[i], scene->port);
        clock_sleep_ms(2); /* one at a time: each is a chance to take what is given up for it */
    }
    atomic_store(&scene->knocked, true);
}

static void knocked(struct task *task)
{
    (void)task;
}

static void done(struct task *task)
{
    loop_stop(CONTAINER_OF(task, struct scene, client)->loop);
}

/* Without descriptors what knocks is turned away or waits; it never keeps the loop from turning,
 * and when there are some again it is let in. */
static void turns_without_descriptors(void **state)
{
    (void)state;
    struct scene scene = {0};
    struct rlimit before;
    struct address address;
    struct err err = {0};

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit few = {.rlim_cur = 96, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    scene.loop = loop_create(&err);
    scene.pool = worker_pool_create(scene.loop, 2, &err);
    scene.timer = loop_timer_create(scene.loop, tick, &scene);
    loop_timer_start(scene.timer, 1, 1);
    assert_true(address_parse(&address, span_of("127.0.0.1:0"), 0, &err));
    scene.listener = listener_open(scene.loop, &address, accepted, &scene, &err);
    assert_non_null(scene.listener);
    scene.port = listener_port(scene.listener);
    for (int i = 0; i < CLIENTS; i++)
        scene.clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    scene.client = (struct task){.run = be_greedy, .done = done};
    scene.knocker = (struct task){.run = knock, .done = knocked};
    worker_pool_submit(scene.pool, &scene.client);
    worker_pool_submit(scene.pool, &scene.knocker);
    loop_run(scene.loop);
    worker_pool_close(scene.pool);
    listener_close(scene.listener);
    loop_timer_close(scene.timer);
    loop_close(scene.loop);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_true(scene.ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(turns_without_descriptors)};
    return cmocka_run_group_tests_name("listener", tests, NULL, NULL);
}
