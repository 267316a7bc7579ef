/* SPDX-License-Identifier: Apache-2.0 */
/* front_test.c - the protocol over a real port, with statements that a test has in hand.
 *
 * The loop runs in a thread of its own, the clients in the main one, whose
 * failures cmocka can tell.  Statements are words of a small language (see step()), so that no
 * engine is needed. */
#include "sql/front.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "io/clock.h"
#include "net/http_client.h"

#define ANSWER_BYTES (16 * 1024 * 1024)
#define LANES 2
#define LATE 8
#define LARGE_BYTES 100000
#define WAIT_MS 10000

static struct hall *hall;
static int port;
static atomic_int steps;
static atomic_int ended_runs;
static atomic_bool client_over;
static atomic_size_t kept_seen; /* by the loop, whose it is */
static atomic_bool large_held;  /* no large page is made meanwhile */
static struct loop *loop;

/* Ends after `runs` pages of one row. */
static void make_page(struct run *run, uint64_t pages)
{
    static const struct presto_column column = {"n", {.kind = PRESTO_BIGINT}};

    if (run->columns == NULL && !run_set_columns(run, &column, 1))
        return;
    run->ended = run->rows >= pages;
    if (run->ended)
        return;
    text_printf(&run->page, "[%" PRIu64 "]", run->rows++);
    run->page_rows = 1;
}

/* The same, each page with much white space. */
static void make_large_page(struct run *run, uint64_t pages)
{
    while (atomic_load(&large_held) && !run_cancelled(run))
        clock_sleep_ms(1);
    make_page(run, pages);
    if (run->ended)
        return;
    for (size_t i = 0; i < LARGE_BYTES; i++)
        text_add_char(&run->page, ' ');
}

/* A worker: "pages N", "large N", "endless", "spin" until it is cancelled, "fail", "done". */
static void step(void *tools, struct run *run)
{
    int64_t pages = 0;

    (void)tools;
    atomic_fetch_add(&steps, 1);
    run->started = true;
    if (span_starts_with(run->sql, "pages ")) {
        if (span_to_i64(span_after(run->sql, 6), &pages))
            make_page(run, (uint64_t)pages);
    } else if (span_starts_with(run->sql, "large ")) {
        if (span_to_i64(span_after(run->sql, 6), &pages))
            make_large_page(run, (uint64_t)pages);
    } else if (span_is(run->sql, "endless")) {
        make_page(run, UINT64_MAX);
    } else if (span_is(run->sql, "spin")) {
        while (!run_cancelled(run))
            clock_sleep_ms(1);
    } else if (span_is(run->sql, "fail")) {
        (void)fault_at(&run->fault, FAULT_TABLE_NOT_FOUND, 1, 15, "Table 'a.b.c' does not exist");
        run->ended = true;
    } else {
        run->ended = run_add_header(run, "Set-Schema", "s1") && run_set_done(run, "USE");
    }
    if (run_cancelled(run))
        run->ended = true;
}

static void begin(void *owner, struct run *run)
{
    (void)owner;
    (void)run;
}

static void ended(void *owner, struct run *run)
{
    (void)owner;
    (void)run;
    atomic_fetch_add(&ended_runs, 1);
}

/* --- the server --------------------------------------------------------------------------------
 */

static atomic_bool drain_wanted;

static void over(void *owner)
{
    (void)owner;
}

static void look_over(void *owner)
{
    (void)owner;
    atomic_store(&kept_seen, hall_counts(hall).kept_bytes);
    if (atomic_exchange(&drain_wanted, false))
        hall_drain(hall, over);
    if (atomic_load(&client_over))
        loop_stop(loop);
}

typedef void client_fn(void);

static void *run_loop(void *argument)
{
    (void)argument;
    loop_run(loop);
    return NULL;
}

static struct hall_limits small_limits(void)
{
    struct hall_limits limits = hall_limits_default();

    limits.lane_count = LANES;
    limits.sweep_ms = 20;
    return limits;
}

static void with_server(const struct hall_limits *limits, client_fn *client)
{
    static const struct hall_work work = {begin, step, ended, over};
    void *tools[HALL_LANES_MAX] = {NULL};
    struct address address = {.host = "127.0.0.1", .port = 0};
    struct err err = {0};
    pthread_t thread;

    atomic_store(&client_over, false);
    atomic_store(&steps, 0);
    atomic_store(&ended_runs, 0);
    loop = loop_create(&err);
    assert_non_null(loop);
    hall = hall_create(loop, limits, &work, NULL, tools, &err);
    assert_non_null(hall);
    struct front front = {hall, clock_steady_ms()};
    struct http_limits http = front_limits();
    struct http_server *server = http_server_create(loop, front_serve, &front, &http, &err);
    assert_non_null(server);
    assert_true(http_server_listen(server, &address, &port, &err));
    struct loop_timer *look = loop_timer_create(loop, look_over, NULL);
    loop_timer_start(look, 5, 5);
    assert_int_equal(pthread_create(&thread, NULL, run_loop, NULL), 0);
    client();
    atomic_store(&client_over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    loop_timer_close(look);
    hall_close(hall);
    http_server_close(server);
    loop_close(loop);
}

/* --- the client --------------------------------------------------------------------------------
 */

struct talk {
    struct arena arena;
    struct http_answer answer;
    struct json_value *json; /* NULL: the body is none */
};

static void talk_init(struct talk *talk)
{
    memset(talk, 0, sizeof(*talk));
    arena_init(&talk->arena, ANSWER_BYTES);
}

static void call(struct talk *talk, const char *method, const char *target, struct span body,
                 const struct http_client_header *headers, size_t header_count)
{
    struct address address = {.host = "127.0.0.1", .port = port};
    struct err err = {0};
    const struct http_call http = {
        .address = &address,
        .method = method,
        .target = target,
        .headers = headers,
        .header_count = header_count,
        .body = body,
        .timeout_ms = WAIT_MS,
    };

    if (!http_client_call(&http, &talk->answer, &talk->arena, &err))
        fail_msg("%s %s: %s", method, target, err.text);
    talk->json = NULL;
    if (talk->answer.status == 200)
        talk->json = json_read(talk->answer.body, &talk->arena, &err);
}

static void post(struct talk *talk, const char *sql)
{
    static const struct http_client_header headers[] = {{"X-Trino-User", "ann"}};
    call(talk, "POST", "/v1/statement", span_of(sql), headers, 1);
    assert_int_equal(talk->answer.status, 200);
}

static void get(struct talk *talk, const char *target)
{
    call(talk, "GET", target, span_of(""), NULL, 0);
}

static bool has(const struct talk *talk, const char *member)
{
    return json_get(talk->json, member) != NULL;
}

/* The path of nextUri, or NULL; lives in the talk's arena. */
static char *next_path(struct talk *talk)
{
    const struct json_value *uri = json_get(talk->json, "nextUri");
    if (uri == NULL)
        return NULL;
    char *text = arena_string(&talk->arena, uri->text);
    assert_non_null(text);
    char *path = strstr(text, "/v1/");
    assert_non_null(path);
    return path;
}

static void expect_error(const struct talk *talk, const char *name)
{
    const struct json_value *error = json_get(talk->json, "error");
    assert_non_null(error);
    if (!span_is(json_get(error, "errorName")->text, name))
        fail_msg("%.*s", (int)talk->answer.body.size, (const char *)talk->answer.body.data);
}

/* Reads to the end; returns the rows seen, and checks that each is the next number. */
static int64_t read_all(struct talk *talk)
{
    int64_t rows = 0;

    while (true) {
        const struct json_value *data = json_get(talk->json, "data");
        for (const struct json_value *row = data == NULL ? NULL : data->first; row != NULL;
             row = row->next) {
            int64_t number = -1;
            assert_true(json_to_i64(row->first, &number));
            assert_int_equal(number, rows);
            rows++;
        }
        char *path = next_path(talk);
        if (path == NULL)
            return rows;
        get(talk, path);
        assert_int_equal(talk->answer.status, 200);
        assert_non_null(talk->json);
    }
}

static void wait_for(bool (*holds)(void))
{
    int64_t over = clock_steady_ms() + WAIT_MS;
    while (!holds()) {
        assert_true(clock_steady_ms() < over);
        clock_sleep_ms(2);
    }
}

/* --- tests -------------------------------------------------------------------------------------
 */

static void client_reads_pages(void)
{
    struct talk talk;

    talk_init(&talk);
    post(&talk, "pages 20");
    assert_false(has(&talk, "columns"));
    assert_true(has(&talk, "nextUri"));
    assert_int_equal(read_all(&talk), 20);
    assert_true(has(&talk, "columns"));
    post(&talk, "pages 0");
    assert_int_equal(read_all(&talk), 0);
    assert_false(has(&talk, "data"));
    assert_true(has(&talk, "columns"));
    arena_reset(&talk.arena);
}

/* Every row once and in order; the POST's reply has no data; an empty result has columns. */
static void gives_all_rows_in_order(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    with_server(&limits, client_reads_pages);
}

static char *change_last(struct talk *talk, const char *path, const char *token)
{
    const char *slash = strrchr(path, '/');
    return arena_printf(&talk->arena, "%.*s/%s", (int)(slash - path), path, token);
}

static void client_repeats(void)
{
    struct talk talk;

    talk_init(&talk);
    post(&talk, "pages 3");
    char *first = next_path(&talk);
    get(&talk, first);
    char *second = next_path(&talk);
    struct span body = talk.answer.body;
    get(&talk, first);
    assert_int_equal(talk.answer.status, 200);
    assert_true(span_equal(body, talk.answer.body));
    get(&talk, second);
    assert_int_equal(talk.answer.status, 200);
    char *third = next_path(&talk);
    get(&talk, first);
    assert_int_equal(talk.answer.status, 410);
    get(&talk, change_last(&talk, first, "7"));
    assert_int_equal(talk.answer.status, 404);
    get(&talk, change_last(&talk, first, "-1"));
    assert_int_equal(talk.answer.status, 404);
    get(&talk, change_last(&talk, first, "x"));
    assert_int_equal(talk.answer.status, 404);
    *(strrchr(third, '/') - 1) ^= 1; /* the slug's last digit */
    get(&talk, third);
    assert_int_equal(talk.answer.status, 404);
    *(strrchr(third, '/') - 1) ^= 1;
    get(&talk, third);
    while (next_path(&talk) != NULL) {
        third = next_path(&talk);
        get(&talk, third);
    }
    body = talk.answer.body;
    get(&talk, third); /* the last reply of all, whose connection may have broken */
    assert_int_equal(talk.answer.status, 200);
    assert_true(span_equal(body, talk.answer.body));
    arena_reset(&talk.arena);
}

static void gives_the_newest_reply_again(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    with_server(&limits, client_repeats);
}

static void client_of_another(void)
{
    struct talk mine;
    struct talk other;

    talk_init(&mine);
    talk_init(&other);
    post(&mine, "pages 2");
    post(&other, "pages 2");
    /* my id with another's slug */
    char *path = next_path(&mine);
    char *theirs = next_path(&other);
    char *mixed = arena_string(&mine.arena, span_of(path));
    char *slug = strstr(mixed, "/x"); /* slugs begin with an x */
    char *their_slug = strstr(theirs, "/x");
    assert_non_null(slug);
    assert_non_null(their_slug);
    memcpy(slug, their_slug, strlen(slug));
    get(&mine, mixed);
    assert_int_equal(mine.answer.status, 404);
    call(&mine, "DELETE", mixed, span_of(""), NULL, 0);
    assert_int_equal(mine.answer.status, 404);
    get(&other, theirs);
    assert_int_equal(other.answer.status, 200);
    arena_reset(&mine.arena);
    arena_reset(&other.arena);
}

static void keeps_statements_apart(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    with_server(&limits, client_of_another);
}

static void client_cancels(void)
{
    struct talk talk;

    talk_init(&talk);
    post(&talk, "spin");
    char *path = next_path(&talk);
    int64_t start = clock_steady_ms();
    call(&talk, "DELETE", path, span_of(""), NULL, 0);
    assert_int_equal(talk.answer.status, 204);
    get(&talk, path);
    expect_error(&talk, "USER_CANCELED");
    assert_null(next_path(&talk));
    assert_true(clock_steady_ms() - start < 1000);

    post(&talk, "endless"); /* parked */
    path = next_path(&talk);
    get(&talk, path);
    path = next_path(&talk);
    call(&talk, "DELETE", path, span_of(""), NULL, 0);
    assert_int_equal(talk.answer.status, 204);
    /* Pages that were made before the cancel may still be given; then comes the end. */
    get(&talk, path);
    for (int i = 0; i < TICKET_PAGES_AHEAD_MAX && !has(&talk, "error"); i++)
        get(&talk, next_path(&talk));
    expect_error(&talk, "USER_CANCELED");
    arena_reset(&talk.arena);
}

/* Also before its first step: a cancel is never forgotten. */
static void client_cancels_early(void)
{
    struct talk spin[LANES];
    struct talk talk;

    for (int i = 0; i < LANES; i++) {
        talk_init(&spin[i]);
        post(&spin[i], "spin");
    }
    talk_init(&talk);
    post(&talk, "spin"); /* waits: there is no lane for it */
    char *path = next_path(&talk);
    call(&talk, "DELETE", path, span_of(""), NULL, 0);
    assert_int_equal(talk.answer.status, 204);
    get(&talk, path);
    expect_error(&talk, "USER_CANCELED");
    for (int i = 0; i < LANES; i++) {
        call(&spin[i], "DELETE", next_path(&spin[i]), span_of(""), NULL, 0);
        assert_int_equal(spin[i].answer.status, 204);
        arena_reset(&spin[i].arena);
    }
    arena_reset(&talk.arena);
}

static void cancels_what_runs_waits_or_is_parked(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    with_server(&limits, client_cancels);
    with_server(&limits, client_cancels_early);
}

static void client_reads_slowly(void)
{
    struct talk talk;

    talk_init(&talk);
    post(&talk, "endless");
    for (int i = 0; i < 5; i++) {
        get(&talk, next_path(&talk));
        assert_int_equal(talk.answer.status, 200);
        clock_sleep_ms(20);
        /* what was read, what is ahead, and the one that saw that there is enough */
        assert_true(atomic_load(&steps) <= i + 1 + TICKET_PAGES_AHEAD_MAX + 1);
    }
    call(&talk, "DELETE", next_path(&talk), span_of(""), NULL, 0);
    arena_reset(&talk.arena);
}

static void makes_few_pages_ahead(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    with_server(&limits, client_reads_slowly);
}

#define VANISHING 200

static bool all_ended(void)
{
    return atomic_load(&ended_runs) >= VANISHING;
}

static void client_vanishes(void)
{
    struct talk talk;

    talk_init(&talk);
    for (int i = 0; i < VANISHING; i++) {
        post(&talk, "endless");
        get(&talk, next_path(&talk));
        arena_reset(&talk.arena);
    }
    wait_for(all_ended);
    post(&talk, "pages 3");
    assert_int_equal(read_all(&talk), 3);
    arena_reset(&talk.arena);
}

/* Two hundred clients that are never heard of again are given up. */
static void abandons_who_is_gone(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    limits.client_ms = 300;
    limits.begun_max = VANISHING;
    with_server(&limits, client_vanishes);
}

static void client_is_pressed(void)
{
    struct talk talk;

    talk_init(&talk);
    for (int i = 0; i < 4; i++) {
        post(&talk, "endless");
        get(&talk, next_path(&talk));
    }
    post(&talk, "pages 3");
    assert_int_equal(read_all(&talk), 3);
    arena_reset(&talk.arena);
}

/* A client that does not read gives way sooner when others wait. */
static void silent_clients_give_way(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    limits.begun_max = 4;
    limits.pressed_ms = 200;
    with_server(&limits, client_is_pressed);
}

static void client_meets_limits(void)
{
    struct talk talk[6];

    for (int i = 0; i < 6; i++)
        talk_init(&talk[i]);
    for (int i = 0; i < 4; i++) /* two spin, two wait */
        post(&talk[i], "spin");
    post(&talk[4], "pages 1");
    get(&talk[4], next_path(&talk[4]));
    expect_error(&talk[4], "QUERY_QUEUE_FULL");
    static const struct http_client_header headers[] = {{"X-Trino-User", "ann"}};
    call(&talk[5], "POST", "/v1/statement", span_of("pages 1"), headers, 1);
    assert_int_equal(talk[5].answer.status, 503);
    for (int i = 0; i < 4; i++)
        call(&talk[i], "DELETE", next_path(&talk[i]), span_of(""), NULL, 0);
    for (int i = 0; i < 6; i++)
        arena_reset(&talk[i].arena);
}

static void refuses_past_its_limits(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    limits.waiting_max = 2;
    limits.tickets_max = 5;
    with_server(&limits, client_meets_limits);
}

static void client_reads_replies(void)
{
    static const struct http_client_header presto[] = {{"X-Presto-User", "bob"}};
    struct talk talk;

    talk_init(&talk);
    post(&talk, "fail");
    get(&talk, next_path(&talk));
    expect_error(&talk, "TABLE_NOT_FOUND");
    assert_true(span_is(json_get(json_get(talk.json, "error"), "message")->text,
                        "line 1:15: Table 'a.b.c' does not exist"));
    post(&talk, "done");
    get(&talk, next_path(&talk));
    assert_false(has(&talk, "data"));
    assert_string_equal(http_client_header(&talk.answer, "x-trino-set-schema"), "s1");
    assert_true(span_is(json_get(talk.json, "updateType")->text, "USE"));

    call(&talk, "POST", "/v1/statement", span_of("done"), presto, 1);
    get(&talk, next_path(&talk));
    assert_string_equal(http_client_header(&talk.answer, "x-presto-set-schema"), "s1");
    assert_int_equal(json_get(talk.json, "data")->first->first->type, JSON_TRUE);
    call(&talk, "POST", "/v1/statement", span_of("fail"), presto, 1);
    get(&talk, next_path(&talk));
    expect_error(&talk, "SYNTAX_ERROR");
    assert_true(
        span_is(json_get(json_get(json_get(talk.json, "error"), "failureInfo"), "type")->text,
                "com.facebook.presto.sql.analyzer.SemanticException"));
    arena_reset(&talk.arena);
}

/* The same outcome in two protocols. */
static void replies_in_the_clients_protocol(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    with_server(&limits, client_reads_replies);
}

static void client_misbehaves(void)
{
    static const struct http_client_header user[] = {{"X-Trino-User", "ann"}};
    static const struct http_client_header both[] = {{"X-Trino-User", "a"}, {"X-Presto-User", "a"}};
    static const struct http_client_header broken[] = {{"X-Trino-User", "a"},
                                                       {"X-Trino-Session", "nonsense"}};
    static const struct {
        const char *method;
        const char *target;
        const char *body;
        const struct http_client_header *headers;
        size_t header_count;
        int status;
    } rows[] = {
        {"POST", "/v1/statement", "select 1", NULL, 0, 400},
        {"POST", "/v1/statement", "select 1", both, 2, 400},
        {"POST", "/v1/statement", "select 1", broken, 2, 400},
        {"POST", "/v1/statement", "select '\xff'", user, 1, 400},
        {"POST", "/v1/statement", " ", user, 1, 400},
        {"GET", "/v1/statement", "", user, 1, 405},
        {"PUT", "/v1/statement/queued/a/b/1", "", user, 1, 405},
        {"GET", "/v1/statement/queued/a/b/1", "", user, 1, 404},
        {"GET", "/v1/statement/queued/", "", user, 1, 404},
        {"GET", "/v1/statement/executing/a", "", user, 1, 404},
        {"DELETE", "/v1/statement/executing/a/b/2", "", user, 1, 404},
        {"GET", "/v1/query/a", "", user, 1, 404},
        {"GET", "/nothing", "", user, 1, 404},
        {"POST", "/v1/info", "", user, 1, 405},
        {"GET", "/v1/info", "", NULL, 0, 200},
        {"GET", "/v1/status", "", NULL, 0, 200},
    };
    struct talk talk;

    talk_init(&talk);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        call(&talk, rows[i].method, rows[i].target, span_of(rows[i].body), rows[i].headers,
             rows[i].header_count);
        if (talk.answer.status != rows[i].status)
            fail_msg("%s %s: %d", rows[i].method, rows[i].target, talk.answer.status);
    }
    char *huge = mem_new(RUN_SQL_BYTES_MAX + 2);
    memset(huge, 'x', RUN_SQL_BYTES_MAX + 1);
    call(&talk, "POST", "/v1/statement", span_of(huge), user, 1);
    assert_int_equal(talk.answer.status, 200);
    get(&talk, next_path(&talk));
    expect_error(&talk, "QUERY_TEXT_TOO_LARGE");
    mem_free(huge);
    arena_reset(&talk.arena);
}

static void answers_bad_requests(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    with_server(&limits, client_misbehaves);
}

static void client_during_drain(void)
{
    struct talk talk;

    talk_init(&talk);
    post(&talk, "spin");
    char *path = next_path(&talk);
    atomic_store(&drain_wanted, true);
    get(&talk, path);
    expect_error(&talk, "SERVER_SHUTTING_DOWN");
    arena_reset(&talk.arena);
}

/* Who waits when the service stops is told so. */
static void tells_who_waits_that_it_stops(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    with_server(&limits, client_during_drain);
}

static bool nothing_steps(void)
{
    static int seen = -1;
    static int64_t since;
    int now = atomic_load(&steps);

    if (now != seen)
        since = clock_steady_ms();
    seen = now;
    return clock_steady_ms() - since > 100;
}

static void client_reads_late(void)
{
    struct talk talks[LATE];

    atomic_store(&large_held, true);
    for (size_t i = 0; i < LATE; i++) {
        talk_init(&talks[i]);
        post(&talks[i], "large 5");
    }
    atomic_store(&large_held, false);
    wait_for(nothing_steps);
    /* the limit, and a page of each lane */
    size_t kept = atomic_load(&kept_seen);
    if (kept < 3 * LARGE_BYTES || kept > (3 + LANES + 1) * LARGE_BYTES)
        fail_msg("%zu bytes are kept", kept);
    for (size_t i = 0; i < LATE; i++) {
        assert_int_equal(read_all(&talks[i]), 5);
        assert_false(has(&talks[i], "error"));
        arena_reset(&talks[i].arena);
    }
}

/* What is kept for clients that do not read has one limit for all; who was let in loses nothing by
 * it. */
static void pages_wait_for_room(void **state)
{
    (void)state;
    struct hall_limits limits = small_limits();
    limits.kept_bytes = 3 * LARGE_BYTES;
    with_server(&limits, client_reads_late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_all_rows_in_order),
        cmocka_unit_test(gives_the_newest_reply_again),
        cmocka_unit_test(keeps_statements_apart),
        cmocka_unit_test(cancels_what_runs_waits_or_is_parked),
        cmocka_unit_test(makes_few_pages_ahead),
        cmocka_unit_test(pages_wait_for_room),
        cmocka_unit_test(abandons_who_is_gone),
        cmocka_unit_test(silent_clients_give_way),
        cmocka_unit_test(refuses_past_its_limits),
        cmocka_unit_test(replies_in_the_clients_protocol),
        cmocka_unit_test(answers_bad_requests),
        cmocka_unit_test(tells_who_waits_that_it_stops),
    };
    return cmocka_run_group_tests_name("front", tests, NULL, NULL);
}
