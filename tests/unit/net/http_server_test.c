/* SPDX-License-Identifier: Apache-2.0 */
/* http_server_test.c - the server on the loop, raw sockets beside it on a worker. */
#include "net/http_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "io/dial.h"
#include "io/file.h"
#include "io/worker.h"
#include "net/http_client.h"

#define WAIT_MS 10000
#define HELD_MAX 64

struct scene {
    struct loop *loop;
    struct worker_pool *pool;
    struct http_server *server;
    struct http_limits limits;
    struct address address;
    struct task client;
    struct loop_timer *timer;
    /* the service's */
    struct http_exchange *held[HELD_MAX];
    char held_path[HELD_MAX][64];
    size_t held_count;
    size_t held_most;
    size_t served;
    bool hold;  /* answers come later, the last first */
    bool drain; /* when the next answer is given */
    /* the client's */
    bool client_ok;
    struct text got;
};

static void answer(struct scene *scene, struct http_exchange *exchange, const char *text)
{
    struct http_reply reply = {
        .status = strcmp(text, "/none") == 0 ? 204 : 200,
        .content_type = "text/plain",
        .headers = {{.name = span_of("X-Path"), .value = span_of(text)}},
        .header_count = 1,
        .body = span_of(text),
        .close = strcmp(text, "/close") == 0,
    };

    if (scene->drain)
        http_server_drain(scene->server);
    http_reply_send(exchange, &reply);
}

static void serve(void *owner, struct http_exchange *exchange, const struct http_request *request)
{
    struct scene *scene = owner;
    char text[64];

    scene->served++;
    (void)snprintf(text, sizeof(text), "%.*s%.*s", (int)request->path.size,
                   (const char *)request->path.data, (int)request->body.size,
                   request->body.size == 0 ? "" : (const char *)request->body.data);
    if (!scene->hold) {
        answer(scene, exchange, text);
        return;
    }
    assert_true(scene->held_count < HELD_MAX);
    (void)snprintf(scene->held_path[scene->held_count], sizeof(text), "%s", text);
    scene->held[scene->held_count++] = exchange;
    if (scene->held_count > scene->held_most)
        scene->held_most = scene->held_count;
}

static void give_held(void *owner)
{
    struct scene *scene = owner;

    while (scene->held_count > 0) {
        scene->held_count--;
        answer(scene, scene->held[scene->held_count], scene->held_path[scene->held_count]);
    }
}

static void client_done(struct task *task)
{
    loop_stop(CONTAINER_OF(task, struct scene, client)->loop);
}

static void scene_init(struct scene *scene)
{
    *scene = (struct scene){.limits = http_limits_default()};
    text_init(&scene->got, (size_t)1 << 22);
}

static void scene_run(struct scene *scene, void (*client)(struct task *task))
{
    struct err err = {0};

    scene->loop = loop_create(&err);
    scene->pool = worker_pool_create(scene->loop, 1, &err);
    scene->timer = loop_timer_create(scene->loop, give_held, scene);
    loop_timer_start(scene->timer, 20, 20);
    scene->server = http_server_create(scene->loop, serve, scene, &scene->limits, &err);
    assert_non_null(scene->server);
    assert_true(address_parse(&scene->address, span_of("127.0.0.1:0"), 0, &err));
    assert_true(http_server_listen(scene->server, &scene->address, &scene->address.port, &err));
    scene->client = (struct task){.run = client, .done = client_done};
    worker_pool_submit(scene->pool, &scene->client);
    loop_run(scene->loop);
    worker_pool_close(scene->pool);
    size_t void_count = scene->held_count;
    http_server_close(scene->server);
    scene->drain = false;
    give_held(scene); /* what is void by now is dropped */
    loop_timer_close(scene->timer);
    loop_close(scene->loop);
    text_reset(&scene->got);
    assert_true(void_count <= HELD_MAX);
    assert_true(scene->client_ok);
}

static int dial(const struct scene *scene)
{
    struct err err = {0};
    int fd = -1;

    return dial_connect(&fd, &scene->address, WAIT_MS, &err) ? fd : -1;
}

static bool say(int fd, const char *bytes)
{
    struct err err = {0};
    return dial_send(fd, span_of(bytes), WAIT_MS, &err);
}

/* Reads until `last` stands at the end, or with NULL to the end of the stream; what came is in
 * scene->got, without the Date lines. */
static bool hear(struct scene *scene, int fd, const char *last)
{
    struct err err = {0};
    char some[4096];
    size_t size = 1;

    text_clear(&scene->got);
    while (size > 0) {
        if (!dial_receive(fd, some, sizeof(some), &size, WAIT_MS, &err))
            return false;
        text_add(&scene->got, (struct span){some, size});
        size_t end = last == NULL ? SIZE_MAX : strlen(last);
        if (last != NULL && scene->got.size >= end &&
            memcmp(scene->got.bytes + scene->got.size - end, last, end) == 0)
            break;
    }
    char *date = scene->got.bytes;
    while (date != NULL && (date = strstr(date, "Date: ")) != NULL) {
        char *after = strstr(date, "\r\n") + 2;
        memmove(date, after, strlen(after) + 1);
    }
    return last == NULL || size > 0;
}

static bool heard(const struct scene *scene, const char *want)
{
    if (strcmp(text_string(&scene->got), want) == 0)
        return true;
    print_error("got  %s\nwant %s\n", text_string(&scene->got), want);
    return false;
}

#define OK(path, size, more)                                                                       \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Path: " path "\r\nContent-Length: " size     \
    "\r\n" more "\r\n"

static void client_asks(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fd = dial(scene);

    scene->client_ok =
        say(fd,
            "GET /a HTTP/1.1\r\nHost: h\r\n\r\nHEAD /b HTTP/1.1\r\nHost: h\r\n\r\n"
            "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxy\r\n0\r\n\r\n"
            "GET /none HTTP/1.1\r\nHost: h\r\n\r\nPUT /d HTTP/1.0\r\nConnection: keep-alive\r\n"
            "Content-Length: 1\r\n\r\nzGET /e HTTP/1.0\r\n\r\nGET /never HTTP/1.0\r\n\r\n") &&
        hear(scene, fd, NULL) &&
        heard(scene,
              OK("/a", "2", "") "/a" OK("/b", "2", "")
                  OK("/cxy", "4",
                     "") "/cxy"
                         "HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\nX-Path: "
                         "/none\r\n\r\n" OK("/dz", "3", "Connection: keep-alive\r\n") "/dz" OK(
                             "/e", "2", "Connection: close\r\n") "/e");
    file_close(fd);
}

/* Requests of one connection are answered in their order, whoever is ready first. */
static void answers_in_order(void **state)
{
    (void)state;
    for (int hold = 0; hold < 2; hold++) {
        struct scene scene;
        scene_init(&scene);
        scene.hold = hold == 1;
        scene_run(&scene, client_asks);
        assert_int_equal(scene.served, 6);
    }
}

static void client_closes_early(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fd = dial(scene);

    scene->client_ok = say(fd, "GET /close HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: "
                               "h\r\n\r\n") &&
                       hear(scene, fd, NULL) &&
                       heard(scene, OK("/close", "6", "Connection: close\r\n") "/close");
    file_close(fd);
}

/* A reply that closes is the last, also when others wait behind it. */
static void closes_when_told(void **state)
{
    (void)state;
    for (int hold = 0; hold < 2; hold++) {
        struct scene scene;
        scene_init(&scene);
        scene.hold = hold == 1;
        scene_run(&scene, client_closes_early);
    }
}

static void client_errs(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    static const struct {
        const char *says;
        const char *starts;
    } rows[] = {
        {"nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"GET / HTTP/9.9\r\n\r\n", "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\n",
         "HTTP/1.1 413 Content Too Large\r\n"},
        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: br\r\n\r\n",
         "HTTP/1.1 501 Not Implemented\r\n"},
        {"GET /a HTTP/1.1\r\nHost: h\r\n\r\nrubbish\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n",
         OK("/a", "2", "") "/aHTTP/1.1 400 Bad Request\r\n"},
    };
    int other = dial(scene);

    scene->client_ok = true;
    for (size_t i = 0; i < COUNT_OF(rows) && scene->client_ok; i++) {
        int fd = dial(scene);
        scene->client_ok = say(fd, rows[i].says) && hear(scene, fd, NULL);
        if (strncmp(text_string(&scene->got), rows[i].starts, strlen(rows[i].starts)) != 0 ||
            strstr(text_string(&scene->got), "\r\nConnection: close\r\n") == NULL) {
            print_error("%s got %s\n", rows[i].says, text_string(&scene->got));
            scene->client_ok = false;
        }
        file_close(fd);
        scene->client_ok = scene->client_ok && say(other, "GET /o HTTP/1.1\r\nHost: h\r\n\r\n") &&
                           hear(scene, other, "/o");
    }
    file_close(other);
}

/* What does not parse is answered, behind the replies that are owed; others do not notice. */
static void refuses_what_is_wrong(void **state)
{
    (void)state;
    for (int hold = 0; hold < 2; hold++) {
        struct scene scene;
        scene_init(&scene);
        scene.hold = hold == 1;
        scene_run(&scene, client_errs);
    }
}

static void client_sends_a_megabyte(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    static char many[1 << 20];
    struct err err = {0};
    int fd = dial(scene);

    memset(many, 'x', sizeof(many));
    scene->client_ok = say(fd, "GET / HTTP/1.1\r\nHost: h\r\nX: ") &&
                       dial_send(fd, (struct span){many, sizeof(many)}, WAIT_MS, &err) &&
                       hear(scene, fd, NULL) && strncmp(scene->got.bytes, "HTTP/1.1 431 ", 13) == 0;
    file_close(fd);
}

/* Who sends a megabyte of header reads 431, not a reset. */
static void answers_a_header_without_end(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene_run(&scene, client_sends_a_megabyte);
    assert_int_equal(scene.served, 0);
}

static void client_trickles(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int header = dial(scene);
    int body = dial(scene);
    int idle = dial(scene);

    scene->client_ok =
        say(header, "GET / HTTP/1.1\r\nHost: h\r\nX: ") &&
        say(body, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na") &&
        say(idle, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n") && hear(scene, idle, "/a") &&
        hear(scene, header, NULL) && strncmp(text_string(&scene->got), "HTTP/1.1 408 ", 13) == 0 &&
        hear(scene, body, NULL) && strncmp(text_string(&scene->got), "HTTP/1.1 408 ", 13) == 0 &&
        hear(scene, idle, NULL) && scene->got.size == 0;
    file_close(header);
    file_close(body);
    file_close(idle);
}

/* A header or a body that trickles is answered 408, an idle connection closed without a word. */
static void gives_up_on_who_is_slow(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.limits.header_ms_max = 100;
    scene.limits.body_ms_max = 100;
    scene.limits.idle_ms_max = 100;
    scene_run(&scene, client_trickles);
}

static void client_continues(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int fd = dial(scene);

    scene->client_ok =
        say(fd,
            "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
            "POST /b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n") &&
        hear(scene, fd, "HTTP/1.1 100 Continue\r\n\r\n") &&
        heard(scene, OK("/a", "2", "") "/aHTTP/1.1 100 Continue\r\n\r\n") && say(fd, "ok") &&
        hear(scene, fd, "/bok");
    file_close(fd);
}

/* 100 Continue comes when the earlier replies are out, and before the body is asked for. */
static void tells_to_continue(void **state)
{
    (void)state;
    for (int hold = 0; hold < 2; hold++) {
        struct scene scene;
        scene_init(&scene);
        scene.hold = hold == 1;
        scene_run(&scene, client_continues);
    }
}

static void client_pipelines(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    struct text many;
    int fd = dial(scene);

    text_init(&many, 1 << 20);
    for (int i = 0; i < 500; i++)
        text_printf(&many, "GET /%d HTTP/1.1\r\nHost: h\r\n\r\n", i);
    scene->client_ok = say(fd, text_string(&many)) && hear(scene, fd, "\r\n\r\n/499");
    const char *at = text_string(&scene->got);
    for (int i = 0; i < 500 && scene->client_ok; i++) {
        char want[32];
        (void)snprintf(want, sizeof(want), "\r\n\r\n/%d", i);
        at = strstr(at, want);
        scene->client_ok = at != NULL;
    }
    text_reset(&many);
    file_close(fd);
}

/* Past the limit of requests in flight a connection waits, and none is lost. */
static void waits_at_the_limit(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.hold = true;
    scene.limits.in_flight_max = 8;
    scene_run(&scene, client_pipelines);
    assert_int_equal(scene.served, 500);
    assert_int_equal(scene.held_most, 8);
}

static void client_hoards(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    char body[601];
    int first = dial(scene);
    int second = dial(scene);

    memset(body, 'b', sizeof(body));
    body[600] = '\0';
    scene->client_ok = say(first, "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 601\r\n\r\n") &&
                       say(first, body) &&
                       say(second, "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 601\r\n\r\n") &&
                       say(second, body) && hear(scene, second, NULL) &&
                       strncmp(text_string(&scene->got), "HTTP/1.1 503 ", 13) == 0 &&
                       say(first, "!") && hear(scene, first, "b");
    file_close(first);
    file_close(second);
}

/* Bodies of all connections are bounded together. */
static void bounds_what_all_send(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.limits.request_bytes_all_max = 1000;
    scene_run(&scene, client_hoards);
    assert_int_equal(scene.served, 1);
}

static void client_is_drained(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);
    int idle = dial(scene);
    int busy = dial(scene);

    scene->client_ok = say(idle, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n") && hear(scene, idle, "/a");
    scene->drain = true; /* nothing is asked of the server meanwhile */
    scene->client_ok = scene->client_ok && say(busy, "GET /b HTTP/1.1\r\nHost: h\r\n\r\n") &&
                       hear(scene, busy, NULL) &&
                       heard(scene, OK("/b", "2", "Connection: close\r\n") "/b") &&
                       hear(scene, idle, NULL) && scene->got.size == 0;
    file_close(idle);
    file_close(busy);
}

/* A drain answers what is asked, closes what is idle, and says so. */
static void drains(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene_run(&scene, client_is_drained);
}

static void client_leaves(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);

    scene->client_ok = true;
    for (int i = 0; i < 20 && scene->client_ok; i++) {
        int fd = dial(scene);
        scene->client_ok = say(fd, "GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: "
                                   "h\r\n\r\nGET /c HT");
        file_close(fd);
    }
    int fd = dial(scene);
    scene->client_ok =
        scene->client_ok && say(fd, "GET /z HTTP/1.1\r\nHost: h\r\n\r\n") && hear(scene, fd, "/z");
    file_close(fd);
}

/* Replies to a client that is gone are dropped. */
static void drops_replies_to_the_gone(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene.hold = true;
    scene_run(&scene, client_leaves);
}

static bool call(struct scene *scene, const char *method, const char *target, const char *want)
{
    struct http_client_header headers[] = {{"X-Some", "thing"}};
    struct http_call one = {
        .address = &scene->address,
        .method = method,
        .target = target,
        .headers = headers,
        .header_count = 1,
        .body = strcmp(method, "POST") == 0 ? span_of("body") : (struct span){NULL, 0},
        .timeout_ms = WAIT_MS,
    };
    struct http_answer answered;
    struct arena arena;
    struct err err = {0};

    arena_init(&arena, 1 << 16);
    bool ok = http_client_call(&one, &answered, &arena, &err) && answered.status == 200 &&
              span_is(answered.body, want) &&
              strcmp(http_client_header(&answered, "content-type"), "text/plain") == 0 &&
              http_client_header(&answered, "x-none") == NULL;
    if (!ok)
        print_error("%s %s: %s\n", method, target, err.text);
    arena_reset(&arena);
    return ok;
}

static void client_calls(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, client);

    scene->client_ok = call(scene, "GET", "/a?b=c", "/a") && call(scene, "POST", "/p", "/pbody") &&
                       call(scene, "HEAD", "/h", "");
}

/* The blocking client and the server understand each other. */
static void talks_to_our_client(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene);
    scene_run(&scene, client_calls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_order),
        cmocka_unit_test(closes_when_told),
        cmocka_unit_test(refuses_what_is_wrong),
        cmocka_unit_test(answers_a_header_without_end),
        cmocka_unit_test(gives_up_on_who_is_slow),
        cmocka_unit_test(tells_to_continue),
        cmocka_unit_test(waits_at_the_limit),
        cmocka_unit_test(bounds_what_all_send),
        cmocka_unit_test(drains),
        cmocka_unit_test(drops_replies_to_the_gone),
        cmocka_unit_test(talks_to_our_client),
    };
    return cmocka_run_group_tests_name("http_server", tests, NULL, NULL);
}
