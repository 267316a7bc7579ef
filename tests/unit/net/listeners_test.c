/* SPDX-License-Identifier: Apache-2.0 */
/* listeners_test.c - one bound for all addresses together, and a bound for the addresses. */
#include "net/listeners.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/clock.h"
#include "io/file.h"

#define WAIT_MS 10000
#define CLIENTS 4

struct scene {
    struct loop *loop;
    struct loop_timer *timer;
    struct listeners listeners;
    int ports[LISTENERS_MAX];
    int clients[CLIENTS];
    int admitted;
    int64_t deadline_ms;
    bool (*waits_for)(const struct scene *scene);
    bool came_true;
};

static size_t drop(void *owner, struct span bytes)
{
    (void)owner;
    return bytes.size;
}

static void leaves(void *owner, const char *reason)
{
    struct scene *scene = owner;

    (void)reason;
    listeners_left(&scene->listeners);
}

static const struct connection_events events = {.received = drop, .closed = leaves};

static void accepted(void *owner, struct connection *connection)
{
    struct scene *scene = owner;

    scene->admitted++;
    connection_start(connection, &events, scene, 16);
}

static void look(void *owner)
{
    struct scene *scene = owner;

    scene->came_true = scene->waits_for(scene);
    if (scene->came_true || clock_steady_ms() > scene->deadline_ms)
        loop_stop(scene->loop);
}

static bool runs_until(struct scene *scene, bool (*waits_for)(const struct scene *scene))
{
    scene->waits_for = waits_for;
    scene->deadline_ms = clock_steady_ms() + WAIT_MS;
    loop_run(scene->loop);
    return scene->came_true;
}

static bool one_is_in(const struct scene *scene)
{
    return scene->listeners.connections == 1;
}

static bool two_are_in(const struct scene *scene)
{
    return scene->listeners.connections == 2;
}

static bool none_is_in(const struct scene *scene)
{
    return scene->listeners.connections == 0;
}

static bool the_third_was_closed(const struct scene *scene)
{
    char byte = 0;

    return recv(scene->clients[2], &byte, 1, MSG_DONTWAIT) == 0;
}

static int dial(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    file_close(fd);
    return -1;
}

static void scene_init(struct scene *scene, size_t connections_max)
{
    struct err err = {0};

    *scene = (struct scene){.loop = loop_create(&err)};
    assert_non_null(scene->loop);
    scene->timer = loop_timer_create(scene->loop, look, scene);
    loop_timer_start(scene->timer, 1, 1);
    scene->listeners = (struct listeners){
        .loop = scene->loop,
        .accepted = accepted,
        .owner = scene,
        .connections_max = connections_max,
    };
}

static bool opens(struct scene *scene, int *port, struct err *err)
{
    struct address address;

    assert_true(address_parse(&address, span_of("127.0.0.1:0"), 0, err));
    return listeners_open(&scene->listeners, &address, port, err);
}

static void scene_reset(struct scene *scene)
{
    listeners_close(&scene->listeners);
    assert_true(runs_until(scene, none_is_in));
    loop_timer_close(scene->timer);
    loop_close(scene->loop);
}

/* Who comes by another address counts as well, and there is room again when one has left. */
static void admits_so_many_by_all_addresses_together(void **state)
{
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene, 2);
    assert_true(opens(&scene, &scene.ports[0], &err));
    assert_true(opens(&scene, &scene.ports[1], &err));
    scene.clients[0] = dial(scene.ports[0]);
    assert_true(runs_until(&scene, one_is_in));
    scene.clients[1] = dial(scene.ports[1]);
    assert_true(runs_until(&scene, two_are_in));
    scene.clients[2] = dial(scene.ports[0]);
    assert_true(runs_until(&scene, the_third_was_closed));
    assert_int_equal(scene.admitted, 2);
    assert_true(two_are_in(&scene));

    file_close(scene.clients[0]);
    assert_true(runs_until(&scene, one_is_in));
    scene.clients[3] = dial(scene.ports[1]);
    assert_true(runs_until(&scene, two_are_in));
    assert_int_equal(scene.admitted, 3);
    for (size_t i = 1; i < CLIENTS; i++)
        file_close(scene.clients[i]);
    scene_reset(&scene);
}

/* One address too many is an error; who stopped listening can be reached no more, and may listen
 * anew while those that came before stay. */
static void has_so_many_addresses(void **state)
{
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene, 2);
    for (size_t i = 0; i < LISTENERS_MAX; i++)
        assert_true(opens(&scene, &scene.ports[i], &err));
    assert_false(opens(&scene, NULL, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    scene.clients[0] = dial(scene.ports[LISTENERS_MAX - 1]);
    assert_true(runs_until(&scene, one_is_in));

    listeners_close(&scene.listeners);
    assert_int_equal(dial(scene.ports[0]), -1);
    assert_true(one_is_in(&scene));
    assert_true(opens(&scene, NULL, &err));
    file_close(scene.clients[0]);
    scene_reset(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(admits_so_many_by_all_addresses_together),
        cmocka_unit_test(has_so_many_addresses),
    };
    return cmocka_run_group_tests_name("listeners", tests, NULL, NULL);
}
