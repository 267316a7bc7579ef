/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_client.c - calls of a metastore's methods, one at a time.
 *
 * Each call: write the message, send it, read until thrift_scan says that the
 * reply is whole, look whether it is the answer or an exception. */
#include "net/catalog_client.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "io/clock.h"
#include "io/dial.h"
#include "io/file.h"
#include "io/worker.h"
#include "wire/thrift.h"

#define REQUEST_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define RECEIVE_BYTES 65536
#define EXCEPTION_BYTES_MAX ((size_t)1024 * 1024)

struct catalog_client {
    struct address address;
    int64_t timeout_ms;
    int64_t deadline_ms; /* of the call under way, on the steady clock */
    int fd;              /* -1: not connected */
    int32_t number;
    struct text request;
    struct text reply;
};

/* What a declared exception of the called method means, by its field's number. */
struct call {
    const char *method;
    bool reads; /* may be sent a second time */
    enum err_kind exceptions[5];
};

struct catalog_client *catalog_client_create(const struct address *address, int64_t timeout_ms)
{
    struct catalog_client *client = mem_new(sizeof(*client));

    client->address = *address;
    client->timeout_ms = timeout_ms;
    client->fd = -1;
    text_init(&client->request, REQUEST_BYTES_MAX);
    text_init(&client->reply, CATALOG_CLIENT_REPLY_BYTES_MAX);
    return client;
}

static void disconnect(struct catalog_client *client)
{
    file_close(client->fd);
    client->fd = -1;
}

void catalog_client_close(struct catalog_client *client)
{
    if (client == NULL)
        return;
    disconnect(client);
    text_reset(&client->request);
    text_reset(&client->reply);
    mem_free(client);
}

/* --- One exchange of messages --- */

static void begin(struct catalog_client *client, const struct call *call)
{
    text_clear(&client->request);
    client->number = client->number == INT32_MAX ? 1 : client->number + 1;
    thrift_write_message(&client->request, THRIFT_CALL, span_of(call->method), client->number);
}

static int64_t time_left_ms(const struct catalog_client *client)
{
    int64_t left = client->deadline_ms - clock_steady_ms();
    return left > 0 ? left : 0;
}

/* *nothing: the connection ended before a byte of the reply came. */
static bool receive(struct catalog_client *client, bool *nothing, struct err *err)
{
    struct thrift_scan scan = {0};
    enum thrift_progress progress = THRIFT_NEED_MORE;

    *nothing = false;
    text_clear(&client->reply);
    while (progress == THRIFT_NEED_MORE) {
        size_t got = 0;
        char *to = text_space(&client->reply, RECEIVE_BYTES);
        if (to == NULL)
            return err_set(err, ERR_LIMIT, "a reply of more than %zu bytes",
                           CATALOG_CLIENT_REPLY_BYTES_MAX);
        bool ok = dial_receive(client->fd, to, RECEIVE_BYTES, &got, time_left_ms(client), err);
        if (ok && got == 0)
            ok = err_set(err, ERR_UNAVAILABLE, "the connection was closed without an answer");
        if (!ok) {
            *nothing = client->reply.size == 0 && time_left_ms(client) > 0;
            return false;
        }
        text_added(&client->reply, got);
        progress = thrift_scan(&scan, text_span(&client->reply), CATALOG_CLIENT_REPLY_BYTES_MAX);
    }
    if (progress == THRIFT_MALFORMED || scan.at != client->reply.size)
        return err_set(err, ERR_MALFORMED, "what answers is no Hive metastore");
    return true;
}

/* A connection that has something to say before it was asked is at its end, or out of step. */
static void drop_if_gone(struct catalog_client *client)
{
    char byte;
    size_t got;
    struct err err;

    if (client->fd >= 0 && dial_receive(client->fd, &byte, 1, &got, 0, &err))
        disconnect(client);
}

static bool exchange(struct catalog_client *client, const struct call *call, struct err *err)
{
    if (client->request.full)
        return err_set(err, ERR_LIMIT, "a request of more than %zu bytes", REQUEST_BYTES_MAX);
    drop_if_gone(client);
    client->deadline_ms = clock_steady_ms() + client->timeout_ms;
    for (;;) {
        bool was_idle = client->fd >= 0;
        bool nothing = true;
        if (!was_idle && !dial_connect(&client->fd, &client->address, time_left_ms(client), err))
            return false;
        if (dial_send(client->fd, text_span(&client->request), time_left_ms(client), err) &&
            receive(client, &nothing, err))
            return true;
        disconnect(client); /* what is still to come on it would answer another call */
        if (!was_idle || !nothing || !call->reads)
            return false;
    }
}

/* --- The reply --- */

static bool application_failure(struct reader *r, struct arena *arena, struct err *err)
{
    struct thrift_field field;
    const char *message = "";
    int32_t type = 0;

    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_STRING))
            message = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 2, THRIFT_I32))
            type = reader_i32(r);
        else
            thrift_skip(r, field.type);
    }
    return err_set(err, type == THRIFT_UNKNOWN_METHOD ? ERR_UNSUPPORTED : ERR_IO, "%s", message);
}

static bool declared_exception(struct reader *r, enum err_kind kind, struct arena *arena,
                               struct err *err)
{
    struct thrift_field field;
    const char *message = "the metastore failed without a message";

    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_STRING))
            message = thrift_read_text(r, arena);
        else
            thrift_skip(r, field.type);
    }
    return err_set(err, kind, "%s", message);
}

static enum err_kind exception_kind(const struct call *call, int16_t id)
{
    bool known = id > 0 && id < (int16_t)COUNT_OF(call->exceptions);
    return known && call->exceptions[id] != ERR_NONE ? call->exceptions[id] : ERR_IO;
}

/* True when the call succeeded; the reader then stands at the value of field 0, or, for a method
 * without one, at the end.  Messages of exceptions are put together in `arena`. */
static bool open_reply(struct catalog_client *client, const struct call *call, struct arena *arena,
                       struct reader *r, bool *has_value, struct err *err)
{
    struct thrift_message message;
    struct thrift_field field;

    *r = reader_of(text_span(&client->reply));
    *has_value = false;
    if (!thrift_read_message(r, &message) || message.number != client->number ||
        !span_is(message.name, call->method))
        return err_set(err, ERR_MALFORMED, "an answer to another call");
    if (message.kind == THRIFT_EXCEPTION)
        return application_failure(r, arena, err);
    if (!thrift_next_field(r, &field))
        return !r->bad || err_set(err, ERR_MALFORMED, "an answer that does not parse");
    if (field.id == 0) {
        *has_value = true;
        return true;
    }
    if (field.type != THRIFT_STRUCT)
        return err_set(err, ERR_MALFORMED, "an answer that does not parse");
    return declared_exception(r, exception_kind(call, field.id), arena, err);
}

static bool place(const struct catalog_client *client, const struct call *call, struct err *err)
{
    char text[ADDRESS_TEXT_BYTES];

    /* What the metastore itself says needs no more around it. */
    if (err->kind != ERR_UNAVAILABLE && err->kind != ERR_MALFORMED && err->kind != ERR_LIMIT)
        return false;
    return err_within(err, "metastore %s, %s", address_text(&client->address, text), call->method);
}

/* The arguments are written: sends them, and opens what comes back. */
static bool finish(struct catalog_client *client, const struct call *call, struct arena *arena,
                   struct reader *r, struct err *err)
{
    ON_WORKER();
    bool has_value;

    thrift_write_stop(&client->request);
    if (!exchange(client, call, err))
        return place(client, call, err);
    if (!open_reply(client, call, arena, r, &has_value, err)) {
        if (err->kind == ERR_MALFORMED)
            disconnect(client);
        return place(client, call, err);
    }
    if (!has_value) {
        (void)err_set(err, ERR_MALFORMED, "an answer without a value");
        return place(client, call, err);
    }
    return true;
}

static bool finish_change(struct catalog_client *client, const struct call *call, struct err *err)
{
    ON_WORKER();
    struct arena arena;
    struct reader r;
    bool has_value;

    arena_init(&arena, EXCEPTION_BYTES_MAX);
    thrift_write_stop(&client->request);
    bool ok = exchange(client, call, err) && open_reply(client, call, &arena, &r, &has_value, err);
    arena_reset(&arena);
    return ok || place(client, call, err);
}

static bool check_read(const struct catalog_client *client, const struct call *call,
                       const struct reader *r, struct err *err)
{
    if (!r->bad)
        return true;
    (void)err_set(err, ERR_MALFORMED, "an answer that does not parse, or is too large");
    return place(client, call, err);
}

/* --- The methods --- */

bool catalog_client_get_databases(struct catalog_client *client, struct arena *arena,
                                  struct hive_names *names, struct err *err)
{
    static const struct call call = {.method = "get_all_databases", .reads = true};
    struct reader r;

    begin(client, &call);
    if (!finish(client, &call, arena, &r, err))
        return false;
    hive_table_read_names(&r, arena, names);
    return check_read(client, &call, &r, err);
}

bool catalog_client_get_database(struct catalog_client *client, const char *name,
                                 struct arena *arena, struct hive_database *database,
                                 struct err *err)
{
    static const struct call call = {
        .method = "get_database", .reads = true, .exceptions = {[1] = ERR_NOT_FOUND}};
    struct reader r;

    begin(client, &call);
    thrift_write_text_field(&client->request, 1, name);
    if (!finish(client, &call, arena, &r, err))
        return false;
    hive_table_read_database(&r, arena, database);
    return check_read(client, &call, &r, err);
}

bool catalog_client_get_tables(struct catalog_client *client, const char *database,
                               struct arena *arena, struct hive_names *names, struct err *err)
{
    static const struct call call = {.method = "get_all_tables", .reads = true};
    struct reader r;

    begin(client, &call);
    thrift_write_text_field(&client->request, 1, database);
    if (!finish(client, &call, arena, &r, err))
        return false;
    hive_table_read_names(&r, arena, names);
    return check_read(client, &call, &r, err);
}

bool catalog_client_get_table(struct catalog_client *client, const char *database, const char *name,
                              struct arena *arena, struct hive_table *table, struct err *err)
{
    static const struct call call = {
        .method = "get_table", .reads = true, .exceptions = {[2] = ERR_NOT_FOUND}};
    struct reader r;

    begin(client, &call);
    thrift_write_text_field(&client->request, 1, database);
    thrift_write_text_field(&client->request, 2, name);
    if (!finish(client, &call, arena, &r, err))
        return false;
    hive_table_read(&r, arena, table);
    return check_read(client, &call, &r, err);
}

bool catalog_client_create_table(struct catalog_client *client, const struct hive_table *table,
                                 struct err *err)
{
    static const struct call call = {
        .method = "create_table",
        .exceptions = {[1] = ERR_CONFLICT, [2] = ERR_UNSUPPORTED, [4] = ERR_NOT_FOUND}};

    begin(client, &call);
    thrift_write_field(&client->request, THRIFT_STRUCT, 1);
    hive_table_write(&client->request, table);
    return finish_change(client, &call, err);
}

bool catalog_client_drop_table(struct catalog_client *client, const char *database,
                               const char *name, bool delete_data, struct err *err)
{
    static const struct call call = {.method = "drop_table", .exceptions = {[1] = ERR_NOT_FOUND}};

    begin(client, &call);
    thrift_write_text_field(&client->request, 1, database);
    thrift_write_text_field(&client->request, 2, name);
    thrift_write_bool_field(&client->request, 3, delete_data);
    return finish_change(client, &call, err);
}

bool catalog_client_create_database(struct catalog_client *client,
                                    const struct hive_database *database, struct err *err)
{
    static const struct call call = {.method = "create_database",
                                     .exceptions = {[1] = ERR_CONFLICT, [2] = ERR_UNSUPPORTED}};

    begin(client, &call);
    thrift_write_field(&client->request, THRIFT_STRUCT, 1);
    hive_table_write_database(&client->request, database);
    return finish_change(client, &call, err);
}

bool catalog_client_drop_database(struct catalog_client *client, const char *name, bool delete_data,
                                  bool cascade, struct err *err)
{
    static const struct call call = {.method = "drop_database",
                                     .exceptions = {[1] = ERR_NOT_FOUND, [2] = ERR_UNSUPPORTED}};

    begin(client, &call);
    thrift_write_text_field(&client->request, 1, name);
    thrift_write_bool_field(&client->request, 2, delete_data);
    thrift_write_bool_field(&client->request, 3, cascade);
    return finish_change(client, &call, err);
}
