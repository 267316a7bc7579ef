/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_method.c - what each method does, and what it answers. */
#include "catalog/catalog_method.h"

#include <string.h>

#include "base/diag.h"
#include "catalog/catalog_request.h"
#include "catalog/metastore_table.h"
#include "io/worker.h"
#include "wire/writer.h"

/* What a message may need decoded, and its answer before it is encoded. */
#define ARENA_BYTES_MAX ((size_t)64 * 1024 * 1024)

#define STATUS_ALIVE 2     /* fb303's fb_status */
#define HIVE_VERSION "3.0" /* what Hive 2.3's metastore answers */

struct call {
    struct metastore *metastore;
    int64_t alive_since;
    struct catalog_request request;
    struct arena arena;
    struct text *out;
};

/* --- The answers: field 0 of the result --- */

static bool answer_names(struct call *call, const struct hive_names *names)
{
    thrift_write_field(call->out, THRIFT_LIST, 0);
    hive_table_write_names(call->out, names);
    return true;
}

static bool get_databases(struct call *call, const char *pattern, struct err *err)
{
    struct hive_names names;
    return metastore_databases(call->metastore, pattern, &call->arena, &names, err) &&
           answer_names(call, &names);
}

static bool get_database(struct call *call, struct err *err)
{
    struct hive_database database;

    if (!metastore_database(call->metastore, call->request.first, &call->arena, &database, err))
        return false;
    thrift_write_field(call->out, THRIFT_STRUCT, 0);
    hive_table_write_database(call->out, &database);
    return true;
}

static bool get_tables(struct call *call, const char *pattern, struct err *err)
{
    struct hive_names names;
    return metastore_table_names(call->metastore, call->request.first, pattern, &call->arena,
                                 &names, err) &&
           answer_names(call, &names);
}

/* Spark's `show views`. */
static bool get_tables_by_type(struct call *call, struct err *err)
{
    struct metastore_table_rows list;
    struct hive_names types = {&call->request.third, 1};

    if (!metastore_table_list(call->metastore, call->request.first, call->request.second, &types,
                              &call->arena, &list, err))
        return false;
    thrift_write_field(call->out, THRIFT_LIST, 0);
    thrift_write_list(call->out, THRIFT_STRING, list.count);
    for (size_t i = 0; i < list.count; i++)
        thrift_write_string(call->out, span_of(list.rows[i].name));
    return true;
}

static bool get_table_meta(struct call *call, struct err *err)
{
    struct metastore_table_rows list;

    if (!metastore_table_list(call->metastore, call->request.first, call->request.second,
                              &call->request.names, &call->arena, &list, err))
        return false;
    thrift_write_field(call->out, THRIFT_LIST, 0);
    thrift_write_list(call->out, THRIFT_STRUCT, list.count);
    for (size_t i = 0; i < list.count; i++) {
        thrift_write_text_field(call->out, 1, list.rows[i].database);
        thrift_write_text_field(call->out, 2, list.rows[i].name);
        thrift_write_text_field(call->out, 3, list.rows[i].type);
        thrift_write_text_field(call->out, 4, list.rows[i].comment);
        thrift_write_stop(call->out);
    }
    return true;
}

static bool get_table(struct call *call, struct err *err)
{
    struct hive_table table;

    if (!metastore_table_get(call->metastore, call->request.first, call->request.second,
                             &call->arena, &table, err))
        return false;
    thrift_write_field(call->out, THRIFT_STRUCT, 0);
    if (call->request.method == CATALOG_GET_TABLE_REQ) { /* a struct around it */
        thrift_write_field(call->out, THRIFT_STRUCT, 1);
        hive_table_write(call->out, &table);
        thrift_write_stop(call->out);
    } else {
        hive_table_write(call->out, &table);
    }
    return true;
}

/* Presto looks for its views so.  No other filter is known. */
static bool get_table_names_by_filter(struct call *call, struct err *err)
{
    static const char prefix[] = "hive_filter_field_params__";
    struct span value = span_of(call->request.second);
    struct span key = span_trim(span_cut(&value, '='));
    struct hive_parameter parameter = {0};
    struct hive_names names;
    struct hive_database database;

    value = span_trim(value);
    const char *quoted = value.data;
    if (!span_starts_with(key, prefix) || value.size < 2 || quoted[0] != '"' ||
        memchr(quoted + 1, '"', value.size - 1) != quoted + value.size - 1)
        return err_set(err, ERR_UNSUPPORTED, "the filter %.200s is not supported",
                       call->request.second);
    parameter.key = arena_string(&call->arena, span_after(key, sizeof(prefix) - 1));
    parameter.value = arena_string(&call->arena, (struct span){quoted + 1, value.size - 2});
    if (parameter.key == NULL || parameter.value == NULL)
        return err_set(err, ERR_LIMIT, "the filter is too large");
    return metastore_database(call->metastore, call->request.first, &call->arena, &database, err) &&
           metastore_table_names_with(call->metastore, database.name, &parameter, &call->arena,
                                      &names, err) &&
           answer_names(call, &names);
}

/* A struct with an empty list of structs: nothing of the kind is kept about any table. */
static bool answer_none(struct call *call, struct err *err)
{
    struct hive_table table;

    if (!metastore_table_get(call->metastore, call->request.first, call->request.second,
                             &call->arena, &table, err))
        return false;
    thrift_write_field(call->out, THRIFT_STRUCT, 0);
    thrift_write_field(call->out, THRIFT_LIST, 1);
    thrift_write_list(call->out, THRIFT_STRUCT, 0);
    thrift_write_stop(call->out);
    return true;
}

/* There are no logins: who says who he is, is believed and has that one group. */
static bool set_ugi(struct call *call)
{
    struct hive_names names = call->request.names;

    if (names.count == 0)
        names = (struct hive_names){&call->request.first, 1};
    return answer_names(call, &names);
}

static bool answer_text(struct call *call, const char *text)
{
    thrift_write_text_field(call->out, 0, text);
    return true;
}

static bool answer_number(struct call *call, enum thrift_type type, int64_t number)
{
    if (type == THRIFT_I64)
        thrift_write_i64_field(call->out, 0, number);
    else
        thrift_write_i32_field(call->out, 0, (int32_t)number);
    return true;
}

static bool run(struct call *call, struct err *err)
{
    const struct catalog_request *request = &call->request;
    struct metastore *metastore = call->metastore;
    struct arena *arena = &call->arena;

    switch (request->method) {
    case CATALOG_GET_ALL_DATABASES:
        return get_databases(call, NULL, err);
    case CATALOG_GET_DATABASES:
        return get_databases(call, request->first, err);
    case CATALOG_GET_DATABASE:
        return get_database(call, err);
    case CATALOG_CREATE_DATABASE:
        return metastore_create_database(metastore, &request->database, arena, err);
    case CATALOG_DROP_DATABASE:
        return metastore_drop_database(metastore, request->first, request->flags[2],
                                       request->flags[3], arena, err);
    case CATALOG_GET_ALL_TABLES:
        return get_tables(call, NULL, err);
    case CATALOG_GET_TABLES:
        return get_tables(call, request->second, err);
    case CATALOG_GET_TABLES_BY_TYPE:
        return get_tables_by_type(call, err);
    case CATALOG_GET_TABLE_META:
        return get_table_meta(call, err);
    case CATALOG_GET_TABLE_NAMES_BY_FILTER:
        return get_table_names_by_filter(call, err);
    case CATALOG_GET_TABLE_STATISTICS_REQ:
    case CATALOG_GET_PRIMARY_KEYS:
        return answer_none(call, err);
    case CATALOG_GET_TABLE:
    case CATALOG_GET_TABLE_REQ:
        return get_table(call, err);
    case CATALOG_CREATE_TABLE:
    case CATALOG_CREATE_TABLE_IN_CONTEXT:
        return metastore_table_create(metastore, &request->table, arena, err);
    case CATALOG_DROP_TABLE:
    case CATALOG_DROP_TABLE_IN_CONTEXT:
        return metastore_table_drop(metastore, request->first, request->second, request->flags[3],
                                    arena, err);
    case CATALOG_SET_UGI:
        return set_ugi(call);
    case CATALOG_GET_STATUS:
        return answer_number(call, THRIFT_I32, STATUS_ALIVE);
    case CATALOG_GET_VERSION:
        return answer_text(call, HIVE_VERSION);
    case CATALOG_GET_NAME:
        return answer_text(call, "steelthread catalog");
    case CATALOG_ALIVE_SINCE:
        return answer_number(call, THRIFT_I64, call->alive_since);
    case CATALOG_SHUTDOWN: /* the supervisor stops services, not their clients */
        return true;
    case CATALOG_METHOD_COUNT:
        break;
    }
    return err_set(err, ERR_UNSUPPORTED, "no such method");
}

/* --- What fails --- */

static enum catalog_exception exception_of(enum err_kind kind)
{
    switch (kind) {
    case ERR_NOT_FOUND:
        return CATALOG_NO_SUCH_OBJECT;
    case ERR_CONFLICT:
        return CATALOG_ALREADY_EXISTS;
    case ERR_MALFORMED:
        return CATALOG_INVALID_OBJECT;
    case ERR_UNSUPPORTED:
        return CATALOG_INVALID_OPERATION;
    case ERR_NONE:
    case ERR_IO:
    case ERR_CORRUPT:
    case ERR_LIMIT:
    case ERR_UNAVAILABLE:
        return CATALOG_META;
    }
    return CATALOG_META;
}

static enum catalog_outcome answer_failure(struct call *call, enum thrift_failure failure,
                                           const char *message)
{
    const struct thrift_message *to = &call->request.message;

    text_clear(call->out);
    thrift_write_failure(call->out, to->name, to->number, failure, message);
    return CATALOG_ANSWERED_FAILURE;
}

/* Each client is told each time; whoever reads along, when it begins. */
static void say_once(struct call *call, const struct err *err)
{
    const struct thrift_message *to = &call->request.message;

    if (!call->metastore->ailing)
        diag_error("call-failed", "method=%.*s error=\"%s\"", (int)to->name.size,
                   (const char *)to->name.data, err->text);
    call->metastore->ailing = true;
}

static enum catalog_outcome answer_exception(struct call *call, const struct err *err)
{
    const struct thrift_message *to = &call->request.message;
    enum catalog_method method = call->request.method;
    int16_t number = catalog_request_exception(method, exception_of(err->kind));

    if (number == 0)
        number = catalog_request_exception(method, CATALOG_META);
    if (number == 0)
        return answer_failure(call, THRIFT_INTERNAL_ERROR, err->text);
    if (exception_of(err->kind) == CATALOG_META)
        say_once(call, err);
    text_clear(call->out);
    thrift_write_message(call->out, THRIFT_REPLY, to->name, to->number);
    thrift_write_field(call->out, THRIFT_STRUCT, number);
    thrift_write_text_field(call->out, 1, err->text);
    thrift_write_stop(call->out);
    thrift_write_stop(call->out);
    return CATALOG_ANSWERED_EXCEPTION;
}

static enum catalog_outcome answer(struct call *call)
{
    const struct thrift_message *to = &call->request.message;
    struct err err = {0};

    thrift_write_message(call->out, THRIFT_REPLY, to->name, to->number);
    if (!run(call, &err))
        return answer_exception(call, &err);
    thrift_write_stop(call->out);
    if (call->out->full) {
        (void)err_set(&err, ERR_LIMIT, "the answer has more than %zu bytes", call->out->limit);
        return answer_exception(call, &err);
    }
    return CATALOG_ANSWERED;
}

enum catalog_outcome catalog_method_call(struct metastore *metastore, int64_t alive_since,
                                         struct span frame, struct text *out)
{
    ON_WORKER();
    struct call call = {.metastore = metastore, .alive_since = alive_since, .out = out};
    struct err err = {0};
    enum catalog_outcome outcome;

    arena_init(&call.arena, ARENA_BYTES_MAX);
    bool decoded = catalog_request_decode(frame, &call.arena, &call.request, &err);
    if (catalog_request_is_oneway(&call.request))
        outcome = CATALOG_NOTHING_TO_SAY;
    else if (decoded)
        outcome = answer(&call);
    else
        outcome = answer_failure(
            &call, err.kind == ERR_UNSUPPORTED ? THRIFT_UNKNOWN_METHOD : THRIFT_PROTOCOL_ERROR,
            err.text);
    arena_reset(&call.arena);
    return outcome;
}
