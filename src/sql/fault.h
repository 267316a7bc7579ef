/* SPDX-License-Identifier: Apache-2.0 */
/* fault.h - why a statement failed, in the words and numbers of Trino and Presto.
 *
 * Names and codes are those of Trino's StandardErrorCode and HiveErrorCode.
 * Presto has most of them with the same numbers, but calls every fault of a
 * statement's names and types a SYNTAX_ERROR (captures of 0.287).
 *
 * Thread: any; a fault is a value. */
#ifndef SQL_FAULT_H
#define SQL_FAULT_H

#include <stdbool.h>

#include "base/err.h"
#include "dialect/trino.h"
#include "engine/query.h"
#include "wire/presto.h"

enum fault_name {
    FAULT_NONE,
    FAULT_GENERIC_USER_ERROR,
    FAULT_SYNTAX_ERROR,
    FAULT_ABANDONED_QUERY,
    FAULT_USER_CANCELED,
    FAULT_NOT_FOUND,
    FAULT_FUNCTION_NOT_FOUND,
    FAULT_INVALID_FUNCTION_ARGUMENT,
    FAULT_DIVISION_BY_ZERO,
    FAULT_INVALID_CAST_ARGUMENT,
    FAULT_ALREADY_EXISTS,
    FAULT_NOT_SUPPORTED,
    FAULT_INVALID_SESSION_PROPERTY,
    FAULT_NUMERIC_VALUE_OUT_OF_RANGE,
    FAULT_SCHEMA_NOT_EMPTY,
    FAULT_QUERY_TEXT_TOO_LARGE,
    FAULT_CATALOG_NOT_FOUND,
    FAULT_SCHEMA_NOT_FOUND,
    FAULT_TABLE_NOT_FOUND,
    FAULT_COLUMN_NOT_FOUND,
    FAULT_SCHEMA_ALREADY_EXISTS,
    FAULT_TABLE_ALREADY_EXISTS,
    FAULT_MISSING_CATALOG_NAME,
    FAULT_MISSING_SCHEMA_NAME,
    FAULT_TYPE_MISMATCH,
    FAULT_INVALID_LITERAL,
    FAULT_AMBIGUOUS_NAME,
    FAULT_EXPRESSION_NOT_AGGREGATE,
    FAULT_INVALID_PARAMETER_USAGE,
    FAULT_GENERIC_INTERNAL_ERROR,
    FAULT_SERVER_SHUTTING_DOWN,
    FAULT_GENERIC_INSUFFICIENT_RESOURCES,
    FAULT_QUERY_QUEUE_FULL,
    FAULT_EXCEEDED_LOCAL_MEMORY_LIMIT,
    FAULT_HIVE_METASTORE_ERROR,
    FAULT_HIVE_CANNOT_OPEN_SPLIT,
    FAULT_HIVE_BAD_DATA,
    FAULT_HIVE_PARTITION_SCHEMA_MISMATCH,
    FAULT_HIVE_INVALID_METADATA,
    FAULT_HIVE_UNSUPPORTED_FORMAT,
};

/* err.line and err.column are places in the client's own text, 0 when it is about none. */
struct fault {
    enum fault_name name; /* FAULT_NONE: nothing failed */
    struct err err;
};

/* All return false, so that failing is one line. */
bool fault_set(struct fault *fault, enum fault_name name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool fault_at(struct fault *fault, enum fault_name name, int line, int column, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* A failure of a statement's parser, by its kind: a syntax error, or not supported. */
bool fault_parse(struct fault *fault, const struct err *err);
bool fault_trino(struct fault *fault, enum trino_fault why, const struct err *err);
/* What the engine said of the statement that ran on `query`. */
bool fault_query(struct fault *fault, const struct query *query, const struct err *err);
/* A call of the catalog that failed for another reason than a name. */
bool fault_catalog(struct fault *fault, const struct err *err);

/* What a client sees; `message` gets the text with its place in front and lives as long as the
 * error is used. */
#define FAULT_MESSAGE_BYTES (ERR_TEXT_BYTES + 64)
void fault_describe(const struct fault *fault, enum presto_protocol protocol,
                    char message[FAULT_MESSAGE_BYTES], struct presto_error *error);

#endif
