/* SPDX-License-Identifier: Apache-2.0 */
/* connection_test.c - a server on the loop, a blocking client beside it on a worker. */
#include "io/connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/dial.h"
#include "io/file.h"
#include "io/listener.h"
#include "io/worker.h"

#define WAIT_MS 10000
#define BIG_BYTES ((size_t)8 * 1024 * 1024)
#define LONG_BYTES ((size_t)4500 * 1024)
#define SHORT_BYTES 8
#define SHORT_COUNT ((size_t)256 * 1024)

struct scene {
    struct loop *loop;
    struct worker_pool *pool;
    struct listener *listener;
    struct address address;
    struct task client;
    struct loop_timer *timer;
    /* the server's */
    struct connection *connection;
    bool open;
    size_t received;
    size_t unit; /* consumes only multiples of this many bytes */
    bool echo;
    bool finish_at_end;
    bool pause_first;
    bool paused_once;
    bool linger_first;
    int drained;
    const struct connection_events *events;
    size_t received_bytes_max;
    uint64_t sum;
    char reason[128];
    /* the client's */
    bool client_ok;
    uint64_t sum_sent;
};

static size_t serve_received(void *owner, struct span bytes)
{
    struct scene *scene = owner;

    if (scene->pause_first && !scene->paused_once) {
        scene->paused_once = true;
        connection_pause(scene->connection);
        loop_timer_start(scene->timer, 20, 0);
        return 0;
    }
    if (scene->linger_first) {
        connection_send(scene->connection, span_of("bye"));
        connection_linger(scene->connection);
        return bytes.size;
    }
    size_t take = bytes.size - bytes.size % scene->unit;
    scene->received += take;
    if (scene->echo && take > 0)
        connection_send(scene->connection, (struct span){bytes.data, take});
    return take;
}

static void serve_ended(void *owner)
{
    struct scene *scene = owner;

    if (scene->finish_at_end)
        connection_finish(scene->connection);
    else
        connection_close(scene->connection);
}

static void serve_drained(void *owner)
{
    ((struct scene *)owner)->drained++;
}

static void serve_closed(void *owner, const char *reason)
{
    struct scene *scene = owner;

    (void)snprintf(scene->reason, sizeof(scene->reason), "%s", reason == NULL ? "" : reason);
    scene->open = false;
    if (worker_pool_pending(scene->pool) == 0)
        loop_stop(scene->loop);
}

static const struct connection_events serve_events = {
    .received = serve_received,
    .ended = serve_ended,
    .drained = serve_drained,
    .closed = serve_closed,
};

static void serve_accepted(void *owner, struct connection *connection)
{
    struct scene *scene = owner;

    scene->connection = connection;
    scene->open = true;
    connection_start(connection, scene->events, scene, scene->received_bytes_max);
}

static void resume(void *owner)
{
    connection_resume(((struct scene *)owner)->connection);
}

static void client_done(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);

    if (!scene->open)
        loop_stop(scene->loop);
}

static void scene_init(struct scene *scene, void (*client)(struct task *task), const char *host)
{
    struct err err = {0};

    *scene = (struct scene){.unit = 1,
                            .echo = true,
                            .finish_at_end = true,
                            .events = &serve_events,
                            .received_bytes_max = 1024};
    scene->loop = loop_create(&err);
    scene->pool = worker_pool_create(scene->loop, 1, &err);
    scene->timer = loop_timer_create(scene->loop, resume, scene);
    assert_true(address_parse(&scene->address, span_of(host), 0, &err));
    scene->listener = listener_open(scene->loop, &scene->address, serve_accepted, scene, &err);
    assert_non_null(scene->listener);
    if (scene->address.port == 0)
        scene->address.port = listener_port(scene->listener);
    scene->client = (struct task){.run = client, .done = client_done};
    worker_pool_submit(scene->pool, &scene->client);
}

static void scene_run(struct scene *scene)
{
    loop_run(scene->loop);
    worker_pool_close(scene->pool);
    loop_timer_close(scene->timer);
    listener_close(scene->listener);
    loop_close(scene->loop);
    assert_true(scene->client_ok);
}

/* Sends `sent`, ends its side, and expects `wanted` up to the server's end. */
static bool talk(const struct address *address, const char *sent, const char *wanted)
{
    struct err err = {0};
    char back[4096];
    size_t used = 0;
    size_t got;
    int fd;

    if (!dial_connect(&fd, address, WAIT_MS, &err) ||
        !dial_send(fd, span_of(sent), WAIT_MS, &err) || shutdown(fd, SHUT_WR) != 0)
        return false;
    do {
        if (!dial_receive(fd, back + used, sizeof(back) - used, &got, WAIT_MS, &err))
            return false;
        used += got;
    } while (got > 0);
    file_close(fd);
    return used == strlen(wanted) && memcmp(back, wanted, used) == 0;
}

static void say_hello(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    scene->client_ok = talk(&scene->address, "hello", "hello");
}

/* A client that ends its side still gets what was sent. */
static void echoes_and_finishes(void **state)
{
    (void)state;
    struct scene scene;

    scene_init(&scene, say_hello, "127.0.0.1:0");
    scene_run(&scene);
    assert_int_equal(scene.received, 5);
    assert_string_equal(scene.reason, "");
}

static void works_over_a_unix_socket(void **state)
{
    (void)state;
    struct scene scene;
    char dir[] = "/tmp/connection_test.XXXXXX";
    char path[64];

    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/x.sock", dir);
    scene_init(&scene, say_hello, path);
    scene_run(&scene);
    (void)unlink(path);
    (void)rmdir(dir);
}

static void say_eleven(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    scene->client_ok = talk(&scene->address, "abcdefghijk", "abcdefghij");
}

/* What is not consumed comes again with more behind it. */
static void keeps_what_is_not_consumed(void **state)
{
    (void)state;
    struct scene scene;

    scene_init(&scene, say_eleven, "127.0.0.1:0");
    scene.unit = 5;
    scene_run(&scene);
    assert_int_equal(scene.received, 10);
}

static void resuming_offers_what_waited(void **state)
{
    (void)state;
    struct scene scene;

    scene_init(&scene, say_hello, "127.0.0.1:0");
    scene.pause_first = true;
    scene_run(&scene);
    assert_true(scene.paused_once);
    assert_int_equal(scene.received, 5);
}

static void go_on_sending(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    struct err err = {0};
    static char many[1 << 20];
    char back[4];
    size_t got = 0;
    int fd;

    scene->client_ok = dial_connect(&fd, &scene->address, WAIT_MS, &err) &&
                       dial_send(fd, (struct span){many, sizeof(many)}, WAIT_MS, &err) &&
                       dial_receive(fd, back, sizeof(back), &got, WAIT_MS, &err) && got == 3 &&
                       memcmp(back, "bye", 3) == 0 &&
                       dial_receive(fd, back, sizeof(back), &got, WAIT_MS, &err) && got == 0;
    file_close(fd);
}

/* Who is still sending when we leave gets to read why, and then the end. */
static void lingers_for_who_still_sends(void **state)
{
    (void)state;
    struct scene scene;

    scene_init(&scene, go_on_sending, "127.0.0.1:0");
    scene.linger_first = true;
    scene_run(&scene);
    assert_string_equal(scene.reason, "");
}

static void send_too_much(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    struct err err = {0};
    char byte;
    size_t got;
    char many[2000];
    int fd;

    memset(many, 'x', sizeof(many));
    scene->client_ok = dial_connect(&fd, &scene->address, WAIT_MS, &err) &&
                       dial_send(fd, (struct span){many, sizeof(many)}, WAIT_MS, &err);
    /* the end of the stream, or a reset where bytes were left unread */
    (void)dial_receive(fd, &byte, 1, &got, WAIT_MS, &err);
    file_close(fd);
}

static void closes_who_sends_more_than_may_wait(void **state)
{
    (void)state;
    struct scene scene;

    scene_init(&scene, send_too_much, "127.0.0.1:0");
    scene.unit = BIG_BYTES; /* consumes nothing */
    scene_run(&scene);
    assert_string_equal(scene.reason, "sent more than may wait");
}

static void push_and_pull(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    struct err err = {0};
    size_t sent = 0;
    size_t back = 0;
    size_t got = 1;
    char *block = mem_new(65536);
    int fd;

    scene->client_ok = dial_connect(&fd, &scene->address, WAIT_MS, &err);
    while (scene->client_ok && sent < BIG_BYTES) { /* the replies are not read meanwhile */
        scene->client_ok = dial_send(fd, (struct span){block, 65536}, WAIT_MS, &err);
        sent += 65536;
    }
    (void)shutdown(fd, SHUT_WR);
    while (scene->client_ok && got > 0) {
        scene->client_ok = dial_receive(fd, block, 65536, &got, WAIT_MS, &err);
        back += got;
    }
    scene->client_ok = scene->client_ok && back == BIG_BYTES;
    mem_free(block);
    file_close(fd);
}

/* More than any socket buffer, to a peer that reads late: nothing is lost. */
static void sends_all_to_a_late_reader(void **state)
{
    (void)state;
    struct scene scene;

    scene_init(&scene, push_and_pull, "127.0.0.1:0");
    scene_run(&scene);
    assert_int_equal(scene.received, BIG_BYTES);
}

static void refuses_an_address_in_use(void **state)
{
    (void)state;
    struct err err = {0};
    struct address address;
    struct loop *loop = loop_create(&err);

    assert_true(address_parse(&address, span_of("127.0.0.1:0"), 0, &err));
    struct listener *first = listener_open(loop, &address, serve_accepted, NULL, &err);
    assert_non_null(first);
    address.port = listener_port(first);
    assert_null(listener_open(loop, &address, serve_accepted, NULL, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_non_null(strstr(err.text, "127.0.0.1:"));
    listener_close(first);
    loop_close(loop);
}

static void names_who_does_not_answer(void **state)
{
    (void)state;
    struct err err = {0};
    struct address address = {.host = "127.0.0.1", .port = 1};
    int fd;

    assert_false(dial_connect(&fd, &address, 1000, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_non_null(strstr(err.text, "127.0.0.1:1"));
}

/* A long message, then short ones, each taken in a turn of its own. */
static size_t take_one_by_one(void *owner, struct span bytes)
{
    struct scene *scene = owner;
    size_t take = scene->received == 0 ? LONG_BYTES : SHORT_BYTES;

    if (bytes.size < take)
        return 0;
    for (size_t i = 0; i < take; i++)
        scene->sum += ((const unsigned char *)bytes.data)[i];
    scene->received += take;
    connection_pause(scene->connection);
    loop_timer_start(scene->timer, 0, 0);
    if (scene->received == LONG_BYTES + SHORT_BYTES * SHORT_COUNT)
        connection_finish(scene->connection);
    return take;
}

static const struct connection_events one_by_one_events = {
    .received = take_one_by_one,
    .closed = serve_closed,
};

static void send_long_and_short(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    size_t size = LONG_BYTES + SHORT_BYTES * SHORT_COUNT;
    unsigned char *bytes = mem_new(size);
    struct err err = {0};
    size_t got = 1;
    int fd;

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(i * 7 % 251);
        scene->sum_sent += bytes[i];
    }
    scene->client_ok = dial_connect(&fd, &scene->address, WAIT_MS, &err) &&
                       dial_send(fd, (struct span){bytes, size}, WAIT_MS, &err) &&
                       dial_receive(fd, bytes, 1, &got, WAIT_MS, &err) && got == 0;
    file_close(fd);
    mem_free(bytes);
}

/* What waits is not moved for each message: short ones behind a long one are not slow. */
static void takes_short_messages_behind_a_long_one(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene, send_long_and_short, "127.0.0.1:0");
    scene.events = &one_by_one_events;
    scene.received_bytes_max = BIG_BYTES * 2;
    scene_run(&scene);
    assert_int_equal(scene.received, LONG_BYTES + SHORT_BYTES * SHORT_COUNT);
    assert_int_equal(scene.sum, scene.sum_sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(echoes_and_finishes),
        cmocka_unit_test(works_over_a_unix_socket),
        cmocka_unit_test(keeps_what_is_not_consumed),
        cmocka_unit_test(resuming_offers_what_waited),
        cmocka_unit_test(lingers_for_who_still_sends),
        cmocka_unit_test(closes_who_sends_more_than_may_wait),
        cmocka_unit_test(sends_all_to_a_late_reader),
        cmocka_unit_test(takes_short_messages_behind_a_long_one),
        cmocka_unit_test(refuses_an_address_in_use),
        cmocka_unit_test(names_who_does_not_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
