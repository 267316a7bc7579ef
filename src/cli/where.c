/* SPDX-License-Identifier: Apache-2.0 */
/* where.c - asks the sockets in HOME/run. */
#include "cli/where.h"

#include <stdio.h>

#include "base/json.h"
#include "config/config.h"
#include "net/http_client.h"

#define ANSWER_MS_MAX 10000
#define ANSWER_BYTES_MAX ((size_t)256 * 1024)
#define LECTURE_BROKERS "127.0.0.1:29092"
#define LECTURE_SQL_PORT 8080

static bool call_socket(const char *home, const char *service, const char *method,
                        const char *target, struct http_answer *answer, struct arena *arena,
                        struct err *err)
{
    struct address address = {.port = -1};
    struct http_call call = {
        .address = &address, .method = method, .target = target, .timeout_ms = ANSWER_MS_MAX};
    (void)snprintf(address.host, sizeof(address.host), "%.200s/run/%s.sock", home, service);
    return http_client_call(&call, answer, arena, err);
}

/* NULL: nothing runs in the home. */
static const struct json_value *ask_supervisor(const struct command_line *line, const char *target,
                                               struct arena *arena)
{
    char home[CONFIG_PATH_BYTES_MAX];
    struct http_answer answer;
    struct err err;
    if (!config_home(command_get(line, "home"), home, &err) ||
        !call_socket(home, "supervisor", "GET", target, &answer, arena, &err) ||
        answer.status != 200)
        return NULL;
    return json_read(answer.body, arena, &err);
}

/* The service does not answer: is it a part of what runs, and in which state? */
static bool say_away(const struct command_line *line, const char *service, const char *home,
                     struct arena *arena, struct err *err)
{
    const struct json_value *boxes = ask_supervisor(line, "/ps", arena);
    if (boxes == NULL)
        return err_set(err, ERR_UNAVAILABLE,
                       "no %s runs in %s: `steelthread up -d` starts it, `steelthread ps` shows it",
                       service, home);
    for (const struct json_value *box = boxes->first; box != NULL; box = box->next) {
        const struct json_value *name = json_get(box, "name");
        const struct json_value *state = json_get(box, "state");
        if (name != NULL && state != NULL && span_is(name->text, service))
            return err_set(err, ERR_UNAVAILABLE,
                           "%s in %s is %.*s: `steelthread logs %s` tells why", service, home,
                           (int)state->text.size, (const char *)state->text.data, service);
    }
    return err_set(err, ERR_UNAVAILABLE,
                   "the thread in %s runs without %s: nothing in its configuration needs it", home,
                   service);
}

bool where_ask(const struct command_line *line, const char *service, const char *method,
               const char *target, int *status, struct span *body, struct arena *arena,
               struct err *err)
{
    char home[CONFIG_PATH_BYTES_MAX];
    struct http_answer answer;

    if (!config_home(command_get(line, "home"), home, err))
        return false;
    if (!call_socket(home, service, method, target, &answer, arena, err)) {
        if (err->kind != ERR_UNAVAILABLE)
            return false;
        return say_away(line, service, home, arena, err);
    }
    *status = answer.status;
    *body = answer.body;
    return true;
}

bool where_brokers(const struct command_line *line, char brokers[WHERE_BROKERS_BYTES],
                   struct err *err)
{
    struct arena arena;
    arena_init(&arena, ANSWER_BYTES_MAX);
    const struct json_value *kafka = json_get(ask_supervisor(line, "/self", &arena), "kafka");
    struct span text = span_of(LECTURE_BROKERS);
    if (kafka != NULL && kafka->type == JSON_STRING)
        text = kafka->text;
    bool fits = text.size < WHERE_BROKERS_BYTES;
    if (fits)
        (void)snprintf(brokers, WHERE_BROKERS_BYTES, "%.*s", (int)text.size,
                       (const char *)text.data);
    arena_reset(&arena);
    return fits ||
           err_set(err, ERR_LIMIT, "kafka.brokers is longer than %d bytes", WHERE_BROKERS_BYTES);
}

bool where_sql(const struct command_line *line, struct address *address, struct err *err)
{
    struct arena arena;
    bool ok = true;

    *address = (struct address){.host = "127.0.0.1", .port = LECTURE_SQL_PORT};
    arena_init(&arena, ANSWER_BYTES_MAX);
    const struct json_value *boxes = ask_supervisor(line, "/ps", &arena);
    const struct json_value *box = boxes == NULL ? NULL : boxes->first;
    for (; ok && box != NULL; box = box->next) {
        const struct json_value *name = json_get(box, "name");
        const struct json_value *at = json_get(box, "address");
        if (name != NULL && at != NULL && span_is(name->text, "sql"))
            ok = address_parse(address, at->text, LECTURE_SQL_PORT, err);
    }
    arena_reset(&arena);
    return ok;
}
