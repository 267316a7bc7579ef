/* SPDX-License-Identifier: Apache-2.0 */
/* frame_server_test.c - messages of one length byte and so many bytes; 255 is none. */
#include "net/frame_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/clock.h"
#include "io/dial.h"
#include "io/file.h"
#include "io/worker.h"

#define WAIT_MS 10000
#define HELD_MAX 64

struct scene {
    struct loop *loop;
    struct worker_pool *pool;
    struct frame_server *server;
    struct frame_limits limits;
    struct address address;
    struct task client;
    struct loop_timer *timer;
    /* the service's */
    struct frame_reply *held[HELD_MAX];
    uint8_t held_byte[HELD_MAX];
    size_t held_count;
    size_t held_most;
    const struct frame_service *service;
    atomic_size_t incomplete; /* messages that were looked at and are not whole */
    size_t served;
    size_t gone;
    bool hold; /* answers come later, the last first */
    int64_t give_ms;
    /* the client's */
    bool client_ok;
};

static enum frame_state measure(struct span bytes, size_t limit, size_t *size)
{
    const uint8_t *b = bytes.data;

    (void)limit;
    if (b[0] == 255)
        return FRAME_MALFORMED;
    *size = (size_t)b[0] + 1;
    return bytes.size < *size ? FRAME_MORE : FRAME_COMPLETE;
}

static void answer(struct frame_reply *reply, uint8_t byte)
{
    uint8_t *memory = mem_new(3);

    memory[1] = byte;
    frame_reply_add(reply, span_of("<"));
    frame_reply_send(reply, memory, 1, 1);
}

/* A message's first byte is echoed; 'q' has no answer, 'x' is refused, 'l' gets a long head,
 * beside 'A' nothing is served. */
static bool serve(void *owner, struct frame_peer *peer, struct frame_reply *reply,
                  struct span frame)
{
    struct scene *scene = owner;
    uint8_t byte = frame.size > 1 ? ((const uint8_t *)frame.data)[1] : '0';
    static const char dots[] = "......................................................"
                               "......................................................";

    scene->served++;
    frame_peer_set_state(peer, scene);
    if (byte == 'x')
        return false;
    if (byte == 'q') {
        frame_reply_send(reply, NULL, 0, 0);
        return true;
    }
    if (byte == 'l')
        frame_reply_add(reply, span_of(dots));
    if (byte == 'A')
        frame_reply_alone(reply);
    if (!scene->hold) {
        answer(reply, byte);
        return true;
    }
    assert_true(scene->held_count < HELD_MAX);
    scene->held_byte[scene->held_count] = byte;
    scene->held[scene->held_count++] = reply;
    if (scene->held_count > scene->held_most)
        scene->held_most = scene->held_count;
    return true;
}

static void gone(void *owner, struct frame_peer *peer)
{
    struct scene *scene = owner;

    assert_ptr_equal(frame_peer_state(peer) == NULL ? scene : frame_peer_state(peer), scene);
    scene->gone++;
}

/* Tells the client what was looked at; a peer is known once it was served. */
static enum frame_state measure_and_tell(struct frame_peer *peer, struct span bytes, size_t limit,
                                         size_t *size)
{
    struct scene *scene = frame_peer_state(peer);
    enum frame_state state = measure(bytes, limit, size);

    if (scene != NULL && state == FRAME_MORE)
        atomic_fetch_add(&scene->incomplete, 1);
    return state;
}

static const struct frame_service service = {.measure = measure, .serve = serve, .gone = gone};
static const struct frame_service telling = {
    .measure_on = measure_and_tell, .serve = serve, .gone = gone};

static void give_held(void *owner)
{
    struct scene *scene = owner;

    while (scene->held_count > 0) {
        scene->held_count--;
        answer(scene->held[scene->held_count], scene->held_byte[scene->held_count]);
    }
}

static void client_done(struct task *task)
{
    loop_stop(CONTAINER_OF(task, struct scene, client)->loop);
}

static void scene_init(struct scene *scene)
{
    *scene = (struct scene){
        .service = &service,
        .give_ms = 20,
        .limits = {.connections_max = 4,
                   .frame_bytes_max = 200,
                   .in_flight_max = 8,
                   .unsent_bytes_max = 4096,
                   .frame_bytes_all_max = 1000},
    };
}

static void scene_run(struct scene *scene, void (*client)(struct task *task))
{
    struct err err = {0};

    scene->loop = loop_create(&err);
    scene->pool = worker_pool_create(scene->loop, 1, &err);
    scene->timer = loop_timer_create(scene->loop, give_held, scene);
    loop_timer_start(scene->timer, scene->give_ms, scene->give_ms);
    scene->server = frame_server_create(scene->loop, scene->service, scene, &scene->limits, &err);
    assert_non_null(scene->server);
    assert_true(address_parse(&scene->address, span_of("127.0.0.1:0"), 0, &err));
    assert_true(frame_server_listen(scene->server, &scene->address, &scene->address.port, &err));
    scene->client = (struct task){.run = client, .done = client_done};
    worker_pool_submit(scene->pool, &scene->client);
    loop_run(scene->loop);
    worker_pool_close(scene->pool);
    frame_server_close(scene->server);
    give_held(scene); /* what is void by now is dropped */
    loop_timer_close(scene->timer);
    loop_close(scene->loop);
    assert_true(scene->client_ok);
}

static int dial(const struct scene *scene)
{
    struct err err = {0};
    int fd = -1;

    return dial_connect(&fd, &scene->address, WAIT_MS, &err) ? fd : -1;
}

/* Sends, and reads until `want` was received, or with NULL until the end. */
static bool talk(int fd, struct span bytes, const char *want)
{
    struct err err = {0};
    char got[4096];
    size_t size = 0;
    size_t want_size = want == NULL ? sizeof(got) : strlen(want);

    if (bytes.size > 0 && !dial_send(fd, bytes, WAIT_MS, &err))
        return want == NULL;
    while (size < want_size) {
        size_t more = 0;
        if (!dial_receive(fd, got + size, want_size - size, &more, WAIT_MS, &err))
            return want == NULL; /* a reset is an end too */
        if (more == 0)
            break;
        size += more;
    }
    return want == NULL ? size < sizeof(got) : size == want_size && memcmp(got, want, size) == 0;
}

static void client_pipelines(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fd = dial(scene);

    scene->client_ok = talk(fd, span_of("\1a\2bb\1q\1c\1l\1d"),
                            "<a<b<c....................................................."
                            ".......................................................<l<d");
    for (const char *at = "\3abc"; *at != '\0' && scene->client_ok; at++)
        scene->client_ok = talk(fd, (struct span){at, 1}, at[1] == '\0' ? "<a" : "");
    file_close(fd);
}

/* Answers leave in the order of the messages, whoever is ready first, also byte by byte. */
static void answers_in_order(void **state)
{
    (void)state;
    for (int hold = 0; hold < 2; hold++) {
        struct scene scene;
        scene_init(&scene);
        scene.hold = hold == 1;
        scene_run(&scene, client_pipelines);
        assert_int_equal(scene.served, 7);
        assert_int_equal(scene.gone, 1);
    }
}

static void client_floods(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fd = dial(scene);
    char many[400];
    char want[401];

    for (size_t i = 0; i < sizeof(many); i += 2) {
        many[i] = 1;
        many[i + 1] = (char)('a' + (i / 2) % 10);
        want[i] = '<';
        want[i + 1] = many[i + 1];
    }
    want[400] = '\0';
    scene->client_ok = talk(fd, (struct span){many, sizeof(many)}, want);
    file_close(fd);
}

/* Past the limit of messages in flight a connection waits, and loses nothing. */
static void waits_at_the_limit(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.hold = true;
    scene_run(&scene, client_floods);
    assert_int_equal(scene.served, 200);
    assert_int_equal(scene.held_most, scene.limits.in_flight_max);
}

static void client_lies(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    static const char *const lies[] = {"\377", "\1a\1x\1a", "\1a\377", "\310"};
    int other = dial(scene);

    scene->client_ok = true;
    for (size_t i = 0; i < COUNT_OF(lies) && scene->client_ok; i++) {
        int fd = dial(scene);
        scene->client_ok = talk(fd, span_of(lies[i]), NULL) && talk(other, span_of("\1a"), "<a");
        file_close(fd);
    }
    file_close(other);
}

/* Malformed, refused by the service, or too long: that connection ends, the others do not notice.
 */
static void closes_who_lies(void **state)
{
    (void)state;
    for (int hold = 0; hold < 2; hold++) {
        struct scene scene;
        scene_init(&scene);
        scene.hold = hold == 1;
        scene_run(&scene, client_lies);
    }
}

static void client_crowds(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fds[6];

    scene->client_ok = true;
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        fds[i] = dial(scene);
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        bool served = i < scene->limits.connections_max;
        scene->client_ok = scene->client_ok && talk(fds[i], span_of("\1a"), served ? "<a" : NULL);
    }
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        file_close(fds[i]);
}

/* One connection too many is closed, and those that are there stay. */
static void refuses_a_crowd(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene_run(&scene, client_crowds);
    assert_int_equal(scene.served, 4);
}

static void client_sleeps(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int idle = dial(scene);
    int trickling = dial(scene);

    scene->client_ok = talk(trickling, span_of("\3a"), "") && talk(idle, span_of(""), NULL) &&
                       talk(trickling, span_of(""), NULL);
    file_close(idle);
    file_close(trickling);
}

/* Who completes no message for the idle time is let go, also one in the midst of a message. */
static void closes_who_is_idle(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.limits.idle_ms_max = 100;
    scene_run(&scene, client_sleeps);
    assert_int_equal(scene.gone, 2);
}

static void client_half_closes(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fd = dial(scene);
    struct err err = {0};

    scene->client_ok = dial_send(fd, span_of("\1a\1b"), WAIT_MS, &err) &&
                       shutdown(fd, SHUT_WR) == 0 && talk(fd, span_of(""), "<a<b") &&
                       talk(fd, span_of(""), NULL);
    file_close(fd);
}

/* A peer that sends no more still gets its answers; then the connection ends. */
static void answers_who_sends_no_more(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.hold = true;
    scene_run(&scene, client_half_closes);
}

/* A service can say that who sends no more is gone: what it is owed is dropped. */
static void client_ends(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fd = dial(scene);
    struct err err = {0};

    scene->client_ok = dial_send(fd, span_of("\1a"), WAIT_MS, &err) &&
                       talk(fd, span_of(""), "<a") &&
                       dial_send(fd, span_of("\1h\1i"), WAIT_MS, &err) &&
                       shutdown(fd, SHUT_WR) == 0 && !talk(fd, span_of(""), "<");
    file_close(fd);
}

static void ends_with_its_client(void **state)
{
    static const struct frame_service ending = {
        .measure = measure, .serve = serve, .gone = gone, .ends_with_client = true};
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.service = &ending;
    scene.hold = true;
    scene.give_ms = 200;
    scene_run(&scene, client_ends);
    assert_int_equal(scene.gone, 1);
}

static void client_asks_for_much(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fd = dial(scene);

    scene->client_ok = talk(fd, span_of("\1a\1A\1b\1A\1A\1c"), "<a<A<b<A<A<c");
    file_close(fd);
}

/* While one that is to be alone is not answered, nothing behind it is served. */
static void serves_nothing_beside_one_alone(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.hold = true;
    scene_run(&scene, client_asks_for_much);
    assert_int_equal(scene.served, 6);
    assert_int_equal(scene.held_most, 2); /* one before it, or one that came before */
}

static void client_leaves(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fd = dial(scene);
    struct err err = {0};

    scene->client_ok = dial_send(fd, span_of("\1a\1b\1c"), WAIT_MS, &err) &&
                       talk(fd, span_of(""), "<a<b<c") &&
                       dial_send(fd, span_of("\1a"), WAIT_MS, &err);
    file_close(fd);
    int again = dial(scene);
    scene->client_ok = scene->client_ok && talk(again, span_of("\1z"), "<z");
    file_close(again);
}

/* Answers to a peer that is gone are dropped. */
static void drops_answers_to_the_gone(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.hold = true;
    scene_run(&scene, client_leaves);
}

static bool wait_for_incomplete(struct scene *scene, size_t count)
{
    int64_t deadline_ms = clock_steady_ms() + WAIT_MS;

    while (atomic_load(&scene->incomplete) < count && clock_steady_ms() < deadline_ms)
        clock_sleep_ms(1);
    return atomic_load(&scene->incomplete) == count;
}

static void client_hoards(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    char part[180];
    int fds[4];

    memset(part, 'a', sizeof(part));
    part[0] = (char)190;
    scene->client_ok = true;
    for (size_t i = 0; i < COUNT_OF(fds); i++) {
        fds[i] = dial(scene);
        scene->client_ok = scene->client_ok && talk(fds[i], span_of("\1a"), "<a") &&
                           talk(fds[i], (struct span){part, sizeof(part)}, "") &&
                           wait_for_incomplete(scene, i + 1);
    }
    /* Three fit into the bytes for all; the fourth is let go, so that these can complete. */
    scene->client_ok = scene->client_ok && talk(fds[3], (struct span){NULL, 0}, NULL);
    for (size_t i = 0; i < 3; i++)
        scene->client_ok = scene->client_ok && talk(fds[i], (struct span){part, 11}, "<a");
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        file_close(fds[i]);
}

/* Incomplete messages of all connections are bounded together. */
static void bounds_what_all_send(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.service = &telling;
    scene.limits.frame_bytes_all_max = 600;
    scene_run(&scene, client_hoards);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_order),
        cmocka_unit_test(waits_at_the_limit),
        cmocka_unit_test(closes_who_lies),
        cmocka_unit_test(refuses_a_crowd),
        cmocka_unit_test(closes_who_is_idle),
        cmocka_unit_test(answers_who_sends_no_more),
        cmocka_unit_test(ends_with_its_client),
        cmocka_unit_test(serves_nothing_beside_one_alone),
        cmocka_unit_test(drops_answers_to_the_gone),
        cmocka_unit_test(bounds_what_all_send),
    };
    return cmocka_run_group_tests_name("frame_server", tests, NULL, NULL);
}
