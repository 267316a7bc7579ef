/* SPDX-License-Identifier: Apache-2.0 */
/* service_test.c - a service in this process, asked over its control socket by a worker. */
#include "net/service.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/file.h"
#include "io/worker.h"
#include "net/http_client.h"

#define WAIT_MS 10000

struct scene {
    struct service *service;
    struct worker_pool *pool;
    struct task task;
    struct address address;
    char home[64];
    int step;
    int drains;
    bool ok;
};

static void drain(void *owner)
{
    struct scene *scene = owner;

    scene->drains++;
    service_drained(scene->service);
}

static void counters(void *owner, struct json_writer *json)
{
    (void)owner;
    json_key(json, "things");
    json_i64(json, 42);
}

static void serve(void *owner, struct http_exchange *exchange, const struct http_request *request)
{
    struct text body;

    (void)owner;
    (void)request;
    text_init(&body, 100);
    text_add_string(&body, "{\"mine\":true}");
    service_reply(exchange, 202, &body);
    text_reset(&body);
}

static const struct service_events events = {.drain = drain, .counters = counters, .serve = serve};

static bool ask(struct scene *scene, const char *target, int status, const char *part)
{
    struct http_call call = {
        .address = &scene->address, .method = "GET", .target = target, .timeout_ms = WAIT_MS};
    struct http_answer answer = {0};
    struct arena arena;
    struct err err = {0};
    char body[512];

    arena_init(&arena, 1 << 16);
    bool ok = http_client_call(&call, &answer, &arena, &err) && answer.status == status;
    (void)snprintf(body, sizeof(body), "%.*s", (int)answer.body.size,
                   answer.body.data == NULL ? "" : (const char *)answer.body.data);
    ok = ok && strstr(body, part) != NULL;
    if (!ok)
        print_error("%s: %d %s %s\n", target, answer.status, body, err.text);
    arena_reset(&arena);
    return ok;
}

static void step_run(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, task);

    switch (scene->step) {
    case 0:
        scene->ok = ask(scene, "/readyz", 503, "{\"ready\":false,\"reason\":\"starting\"}");
        break;
    case 1:
        scene->ok = ask(scene, "/readyz", 200, "{\"ready\":true}") &&
                    ask(scene, "/counters", 200, "\"things\":42") &&
                    ask(scene, "/mine", 202, "{\"mine\":true}");
        break;
    default:
        break;
    }
}

static void step_done(struct task *task)
{
    struct scene *scene = CONTAINER_OF(task, struct scene, task);

    assert_true(scene->ok);
    scene->step++;
    if (scene->step == 1)
        service_set_ready(scene->service, true, NULL);
    if (scene->step == 2)
        (void)raise(SIGTERM);
    else
        worker_pool_submit(scene->pool, task);
}

static void scene_init(struct scene *scene)
{
    struct err err = {0};

    *scene = (struct scene){.task = {.run = step_run, .done = step_done}};
    (void)snprintf(scene->home, sizeof(scene->home), "/tmp/service_test.XXXXXX");
    assert_non_null(mkdtemp(scene->home));
    scene->service = service_create("tester", scene->home, &events, scene, &err);
    if (scene->service == NULL)
        print_error("%s\n", err.text);
    assert_non_null(scene->service);
    scene->address.port = -1;
    (void)snprintf(scene->address.host, sizeof(scene->address.host), "%s/run/tester.sock",
                   scene->home);
}

/* Says whether it is ready, counts, passes on the rest, and ends in order when asked to. */
static void serves_and_stops(void **state)
{
    struct scene scene;
    struct file_info info;
    struct err err = {0};

    (void)state;
    scene_init(&scene);
    scene.pool = worker_pool_create(service_loop(scene.service), 1, &err);
    worker_pool_submit(scene.pool, &scene.task);
    assert_int_equal(service_run(scene.service), 0);
    assert_int_equal(scene.drains, 1);
    assert_true(service_is_draining(scene.service));
    worker_pool_close(scene.pool);
    service_close(scene.service);
    assert_true(file_stat(scene.address.host, &info, &err));
    assert_int_equal(info.kind, FILE_KIND_NONE);
    assert_true(file_remove_tree(scene.home, &err));
}

/* A second one in the same home is refused, and the first goes on; after its end there may be
 * another. */
static void is_alone_in_its_home(void **state)
{
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene);
    assert_null(service_create("tester", scene.home, &events, &scene, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    struct service *other = service_create("other", scene.home, &events, &scene, &err);
    assert_non_null(other);
    service_close(other);
    service_close(scene.service);
    struct service *next = service_create("tester", scene.home, &events, &scene, &err);
    assert_non_null(next);
    service_close(next);
    assert_true(file_remove_tree(scene.home, &err));
}

/* A fault that cannot be repaired ends it with status 1. */
static void fails_with_status_one(void **state)
{
    struct scene scene;
    struct err err = {0};

    (void)state;
    scene_init(&scene);
    (void)err_set(&err, ERR_IO, "the \"disk\" is gone");
    service_fail(scene.service, &err);
    assert_int_equal(service_run(scene.service), 1);
    service_close(scene.service);
    assert_true(file_remove_tree(scene.home, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves_and_stops),
        cmocka_unit_test(is_alone_in_its_home),
        cmocka_unit_test(fails_with_status_one),
    };
    return cmocka_run_group_tests_name("service", tests, NULL, NULL);
}
