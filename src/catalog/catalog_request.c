/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_request.c - the table of methods, and one decoder for the arguments of all. */
#include "catalog/catalog_request.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

/* What a struct as the first argument is. */
enum argument { ARGUMENT_NONE, ARGUMENT_TABLE, ARGUMENT_DATABASE, ARGUMENT_TABLE_NAME };

struct method {
    const char *name;
    enum argument argument;
    int8_t exceptions[CATALOG_EXCEPTION_COUNT];
};

/* UnknownDBException, which one of them has, counts as no such object.
 *
 * exceptions:     already exists, invalid object, invalid operation, no such object, meta */
static const struct method methods[CATALOG_METHOD_COUNT] = {
    [CATALOG_GET_ALL_DATABASES] = {"get_all_databases", ARGUMENT_NONE, {0, 0, 0, 0, 1}},
    [CATALOG_GET_DATABASES] = {"get_databases", ARGUMENT_NONE, {0, 0, 0, 0, 1}},
    [CATALOG_GET_DATABASE] = {"get_database", ARGUMENT_NONE, {0, 0, 0, 1, 2}},
    [CATALOG_CREATE_DATABASE] = {"create_database", ARGUMENT_DATABASE, {1, 2, 0, 0, 3}},
    [CATALOG_DROP_DATABASE] = {"drop_database", ARGUMENT_NONE, {0, 0, 2, 1, 3}},
    [CATALOG_GET_ALL_TABLES] = {"get_all_tables", ARGUMENT_NONE, {0, 0, 0, 0, 1}},
    [CATALOG_GET_TABLES] = {"get_tables", ARGUMENT_NONE, {0, 0, 0, 0, 1}},
    [CATALOG_GET_TABLES_BY_TYPE] = {"get_tables_by_type", ARGUMENT_NONE, {0, 0, 0, 0, 1}},
    [CATALOG_GET_TABLE_META] = {"get_table_meta", ARGUMENT_NONE, {0, 0, 0, 0, 1}},
    [CATALOG_GET_TABLE_NAMES_BY_FILTER] = {"get_table_names_by_filter",
                                           ARGUMENT_NONE,
                                           {0, 0, 2, 3, 1}},
    [CATALOG_GET_TABLE_STATISTICS_REQ] = {"get_table_statistics_req",
                                          ARGUMENT_TABLE_NAME,
                                          {0, 0, 0, 1, 2}},
    [CATALOG_GET_PRIMARY_KEYS] = {"get_primary_keys", ARGUMENT_TABLE_NAME, {0, 0, 0, 2, 1}},
    [CATALOG_GET_TABLE] = {"get_table", ARGUMENT_NONE, {0, 0, 0, 2, 1}},
    [CATALOG_GET_TABLE_REQ] = {"get_table_req", ARGUMENT_TABLE_NAME, {0, 0, 0, 2, 1}},
    [CATALOG_CREATE_TABLE] = {"create_table", ARGUMENT_TABLE, {1, 2, 0, 4, 3}},
    [CATALOG_CREATE_TABLE_IN_CONTEXT] = {"create_table_with_environment_context",
                                         ARGUMENT_TABLE,
                                         {1, 2, 0, 4, 3}},
    [CATALOG_DROP_TABLE] = {"drop_table", ARGUMENT_NONE, {0, 0, 0, 1, 3}},
    [CATALOG_DROP_TABLE_IN_CONTEXT] = {"drop_table_with_environment_context",
                                       ARGUMENT_NONE,
                                       {0, 0, 0, 1, 3}},
    [CATALOG_SET_UGI] = {"set_ugi", ARGUMENT_NONE, {0, 0, 0, 0, 1}},
    [CATALOG_GET_STATUS] = {"getStatus", ARGUMENT_NONE, {0}},
    [CATALOG_GET_VERSION] = {"getVersion", ARGUMENT_NONE, {0}},
    [CATALOG_GET_NAME] = {"getName", ARGUMENT_NONE, {0}},
    [CATALOG_ALIVE_SINCE] = {"aliveSince", ARGUMENT_NONE, {0}},
    [CATALOG_SHUTDOWN] = {"shutdown", ARGUMENT_NONE, {0}},
};

static enum catalog_method method_of(struct span name)
{
    for (size_t i = 0; i < CATALOG_METHOD_COUNT; i++) {
        if (span_is(name, methods[i].name))
            return (enum catalog_method)i;
    }
    return CATALOG_METHOD_COUNT;
}

int16_t catalog_request_exception(enum catalog_method method, enum catalog_exception exception)
{
    if (method == CATALOG_METHOD_COUNT)
        return 0;
    return methods[method].exceptions[exception];
}

bool catalog_request_is_oneway(const struct catalog_request *request)
{
    return request->message.kind == THRIFT_ONEWAY || request->method == CATALOG_SHUTDOWN;
}

/* Hive 3's clients write a database as @catalog#database; there is one catalog here. */
static const char *without_catalog(const char *name)
{
    const char *hash = *name == '@' ? strchr(name, '#') : NULL;
    return hash == NULL ? name : hash + 1;
}

static void read_table_name(struct reader *r, struct arena *arena, struct catalog_request *request)
{
    struct thrift_field field;

    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_STRING))
            request->first = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 2, THRIFT_STRING))
            request->second = thrift_read_text(r, arena);
        else /* what the client is capable of does not matter to what is answered */
            thrift_skip(r, field.type);
    }
}

static void read_struct(struct reader *r, struct arena *arena, struct catalog_request *request)
{
    switch (methods[request->method].argument) {
    case ARGUMENT_TABLE:
        hive_table_read(r, arena, &request->table);
        break;
    case ARGUMENT_DATABASE:
        hive_table_read_database(r, arena, &request->database);
        break;
    case ARGUMENT_TABLE_NAME:
        read_table_name(r, arena, request);
        break;
    case ARGUMENT_NONE:
        thrift_skip(r, THRIFT_STRUCT);
        break;
    }
}

static void read_arguments(struct reader *r, struct arena *arena, struct catalog_request *request)
{
    struct thrift_field field;

    while (thrift_next_field(r, &field)) {
        if (thrift_field_is(&field, 1, THRIFT_STRING))
            request->first = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 2, THRIFT_STRING))
            request->second = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 3, THRIFT_STRING))
            request->third = thrift_read_text(r, arena);
        else if (thrift_field_is(&field, 1, THRIFT_STRUCT))
            read_struct(r, arena, request);
        else if (field.type == THRIFT_BOOL && (field.id == 2 || field.id == 3))
            request->flags[field.id] = thrift_read_bool(r);
        else if (field.type == THRIFT_LIST && (field.id == 2 || field.id == 3))
            hive_table_read_names(r, arena, &request->names);
        else
            thrift_skip(r, field.type);
    }
}

bool catalog_request_decode(struct span frame, struct arena *arena, struct catalog_request *request,
                            struct err *err)
{
    struct reader r = reader_of(frame);

    memset(request, 0, sizeof(*request));
    request->first = "";
    request->second = "";
    request->third = "";
    request->method = CATALOG_METHOD_COUNT;
    if (!thrift_read_message(&r, &request->message))
        return err_set(err, ERR_MALFORMED, "%zu bytes do not hold a call's header", frame.size);
    request->method = method_of(request->message.name);
    if (request->method == CATALOG_METHOD_COUNT)
        return err_set(err, ERR_UNSUPPORTED, "Invalid method name: '%.*s'",
                       (int)request->message.name.size, (const char *)request->message.name.data);
    read_arguments(&r, arena, request);
    if (r.bad || r.left > 0)
        return err_set(err, ERR_MALFORMED, "the arguments of %s do not parse, or pass a limit",
                       methods[request->method].name);
    request->first = without_catalog(request->first);
    if (request->table.database != NULL)
        request->table.database = without_catalog(request->table.database);
    if (request->database.name != NULL)
        request->database.name = without_catalog(request->database.name);
    return true;
}
