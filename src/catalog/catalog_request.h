/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_request.h - a call of a Hive metastore's method, decoded.
 *
 * The methods stand in one table: name, what its arguments are, and which of
 * the exceptions it declares, under which number (hive_metastore.thrift).
 *
 * Thread: any; values. */
#ifndef CATALOG_CATALOG_REQUEST_H
#define CATALOG_CATALOG_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "wire/hive_table.h"
#include "wire/thrift.h"

enum catalog_method {
    CATALOG_GET_ALL_DATABASES,
    CATALOG_GET_DATABASES,
    CATALOG_GET_DATABASE,
    CATALOG_CREATE_DATABASE,
    CATALOG_DROP_DATABASE,
    CATALOG_GET_ALL_TABLES,
    CATALOG_GET_TABLES,
    CATALOG_GET_TABLES_BY_TYPE,
    CATALOG_GET_TABLE_META,
    CATALOG_GET_TABLE_NAMES_BY_FILTER,
    CATALOG_GET_TABLE_STATISTICS_REQ,
    CATALOG_GET_PRIMARY_KEYS,
    CATALOG_GET_TABLE,
    CATALOG_GET_TABLE_REQ,
    CATALOG_CREATE_TABLE,
    CATALOG_CREATE_TABLE_IN_CONTEXT,
    CATALOG_DROP_TABLE,
    CATALOG_DROP_TABLE_IN_CONTEXT,
    CATALOG_SET_UGI,
    CATALOG_GET_STATUS,
    CATALOG_GET_VERSION,
    CATALOG_GET_NAME,
    CATALOG_ALIVE_SINCE,
    CATALOG_SHUTDOWN,
    CATALOG_METHOD_COUNT /* of none */
};

/* The kinds of declared exceptions; all have one field, the message. */
enum catalog_exception {
    CATALOG_ALREADY_EXISTS,
    CATALOG_INVALID_OBJECT,
    CATALOG_INVALID_OPERATION,
    CATALOG_NO_SUCH_OBJECT,
    CATALOG_META,
    CATALOG_EXCEPTION_COUNT
};

/* Lies in the frame and the arena it was decoded into. */
struct catalog_request {
    struct thrift_message message;
    enum catalog_method method;
    /* The arguments by position: those that the method does not have stay empty. */
    const char *first; /* a database's name, or a pattern; never NULL */
    const char *second;
    const char *third;
    bool flags[4]; /* by the number of the argument */
    struct hive_names names;
    struct hive_table table;
    struct hive_database database;
};

/* False: *err, and request->message when its name is not empty.  An unknown method is
 * ERR_UNSUPPORTED, arguments that do not parse are ERR_MALFORMED. */
MUST_CHECK bool catalog_request_decode(struct span frame, struct arena *arena,
                                       struct catalog_request *request, struct err *err);
/* Nobody waits for an answer to it. */
bool catalog_request_is_oneway(const struct catalog_request *request);
/* The number of the result's field for the exception, or 0: not declared. */
int16_t catalog_request_exception(enum catalog_method method, enum catalog_exception exception);

#endif
