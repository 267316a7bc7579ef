/* SPDX-License-Identifier: Apache-2.0 */
/* ask.c - a request on HOME/run/supervisor.sock. */
#include "supervisor/ask.h"

#include <stdio.h>

#include "net/http_client.h"

#define SELF_MS_MAX 500

bool ask_supervisor(const char *home, const char *method, const char *target, int64_t timeout_ms,
                    struct span *body, struct arena *arena, struct err *err)
{
    struct address address = {.port = -1};
    struct http_call call = {
        .address = &address, .method = method, .target = target, .timeout_ms = timeout_ms};
    struct http_answer answer;

    (void)snprintf(address.host, sizeof(address.host), "%.200s/run/supervisor.sock", home);
    if (!http_client_call(&call, &answer, arena, err))
        return false;
    if (answer.status != 200)
        return err_set(err, ERR_UNAVAILABLE, "the supervisor answers %d: %.*s", answer.status,
                       (int)answer.body.size, (const char *)answer.body.data);
    *body = answer.body;
    return true;
}

bool ask_self(const char *home, bool *stopping)
{
    struct arena arena;
    struct err err;
    arena_init(&arena, ASK_BYTES_MAX);
    struct span body = {NULL, 0};
    const struct json_value *self = NULL;
    if (ask_supervisor(home, "GET", "/self", SELF_MS_MAX, &body, &arena, &err))
        self = json_read(body, &arena, &err);
    const struct json_value *value = json_get(self, "stopping");
    *stopping = value != NULL && value->type == JSON_TRUE;
    bool answered = value != NULL;
    arena_reset(&arena);
    return answered;
}
