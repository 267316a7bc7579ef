/* SPDX-License-Identifier: Apache-2.0 */
/* fault.c - our failures to Trino's and Presto's error codes. */
#include "sql/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define HIVE_CODE 0x01000000 /* where the codes of the Hive connector begin */
#define SEMANTIC_FIRST 43    /* the codes that Presto knows as SYNTAX_ERROR: of names and types */
#define SEMANTIC_LAST 99

static const struct fault_row {
    const char *name;
    int code;
    enum presto_error_type type;
} rows[] = {
    [FAULT_NONE] = {"GENERIC_INTERNAL_ERROR", 65536, PRESTO_INTERNAL_ERROR},
    [FAULT_GENERIC_USER_ERROR] = {"GENERIC_USER_ERROR", 0, PRESTO_USER_ERROR},
    [FAULT_SYNTAX_ERROR] = {"SYNTAX_ERROR", 1, PRESTO_USER_ERROR},
    [FAULT_ABANDONED_QUERY] = {"ABANDONED_QUERY", 2, PRESTO_USER_ERROR},
    [FAULT_USER_CANCELED] = {"USER_CANCELED", 3, PRESTO_USER_ERROR},
    [FAULT_NOT_FOUND] = {"NOT_FOUND", 5, PRESTO_USER_ERROR},
    [FAULT_FUNCTION_NOT_FOUND] = {"FUNCTION_NOT_FOUND", 6, PRESTO_USER_ERROR},
    [FAULT_INVALID_FUNCTION_ARGUMENT] = {"INVALID_FUNCTION_ARGUMENT", 7, PRESTO_USER_ERROR},
    [FAULT_DIVISION_BY_ZERO] = {"DIVISION_BY_ZERO", 8, PRESTO_USER_ERROR},
    [FAULT_INVALID_CAST_ARGUMENT] = {"INVALID_CAST_ARGUMENT", 9, PRESTO_USER_ERROR},
    [FAULT_ALREADY_EXISTS] = {"ALREADY_EXISTS", 12, PRESTO_USER_ERROR},
    [FAULT_NOT_SUPPORTED] = {"NOT_SUPPORTED", 13, PRESTO_USER_ERROR},
    [FAULT_INVALID_SESSION_PROPERTY] = {"INVALID_SESSION_PROPERTY", 14, PRESTO_USER_ERROR},
    [FAULT_NUMERIC_VALUE_OUT_OF_RANGE] = {"NUMERIC_VALUE_OUT_OF_RANGE", 19, PRESTO_USER_ERROR},
    [FAULT_SCHEMA_NOT_EMPTY] = {"SCHEMA_NOT_EMPTY", 34, PRESTO_USER_ERROR},
    [FAULT_QUERY_TEXT_TOO_LARGE] = {"QUERY_TEXT_TOO_LARGE", 35, PRESTO_USER_ERROR},
    [FAULT_CATALOG_NOT_FOUND] = {"CATALOG_NOT_FOUND", 44, PRESTO_USER_ERROR},
    [FAULT_SCHEMA_NOT_FOUND] = {"SCHEMA_NOT_FOUND", 45, PRESTO_USER_ERROR},
    [FAULT_TABLE_NOT_FOUND] = {"TABLE_NOT_FOUND", 46, PRESTO_USER_ERROR},
    [FAULT_COLUMN_NOT_FOUND] = {"COLUMN_NOT_FOUND", 47, PRESTO_USER_ERROR},
    [FAULT_SCHEMA_ALREADY_EXISTS] = {"SCHEMA_ALREADY_EXISTS", 49, PRESTO_USER_ERROR},
    [FAULT_TABLE_ALREADY_EXISTS] = {"TABLE_ALREADY_EXISTS", 50, PRESTO_USER_ERROR},
    [FAULT_MISSING_CATALOG_NAME] = {"MISSING_CATALOG_NAME", 56, PRESTO_USER_ERROR},
    [FAULT_MISSING_SCHEMA_NAME] = {"MISSING_SCHEMA_NAME", 57, PRESTO_USER_ERROR},
    [FAULT_TYPE_MISMATCH] = {"TYPE_MISMATCH", 58, PRESTO_USER_ERROR},
    [FAULT_INVALID_LITERAL] = {"INVALID_LITERAL", 59, PRESTO_USER_ERROR},
    [FAULT_AMBIGUOUS_NAME] = {"AMBIGUOUS_NAME", 62, PRESTO_USER_ERROR},
    [FAULT_EXPRESSION_NOT_AGGREGATE] = {"EXPRESSION_NOT_AGGREGATE", 73, PRESTO_USER_ERROR},
    [FAULT_INVALID_PARAMETER_USAGE] = {"INVALID_PARAMETER_USAGE", 80, PRESTO_USER_ERROR},
    [FAULT_GENERIC_INTERNAL_ERROR] = {"GENERIC_INTERNAL_ERROR", 65536, PRESTO_INTERNAL_ERROR},
    [FAULT_SERVER_SHUTTING_DOWN] = {"SERVER_SHUTTING_DOWN", 65541, PRESTO_INTERNAL_ERROR},
    [FAULT_GENERIC_INSUFFICIENT_RESOURCES] = {"GENERIC_INSUFFICIENT_RESOURCES", 131072,
                                              PRESTO_INSUFFICIENT_RESOURCES},
    [FAULT_QUERY_QUEUE_FULL] = {"QUERY_QUEUE_FULL", 131074, PRESTO_INSUFFICIENT_RESOURCES},
    [FAULT_EXCEEDED_LOCAL_MEMORY_LIMIT] = {"EXCEEDED_LOCAL_MEMORY_LIMIT", 131079,
                                           PRESTO_INSUFFICIENT_RESOURCES},
    [FAULT_HIVE_METASTORE_ERROR] = {"HIVE_METASTORE_ERROR", HIVE_CODE, PRESTO_EXTERNAL},
    [FAULT_HIVE_CANNOT_OPEN_SPLIT] = {"HIVE_CANNOT_OPEN_SPLIT", HIVE_CODE + 3, PRESTO_EXTERNAL},
    [FAULT_HIVE_BAD_DATA] = {"HIVE_BAD_DATA", HIVE_CODE + 7, PRESTO_EXTERNAL},
    [FAULT_HIVE_PARTITION_SCHEMA_MISMATCH] = {"HIVE_PARTITION_SCHEMA_MISMATCH", HIVE_CODE + 8,
                                              PRESTO_EXTERNAL},
    [FAULT_HIVE_INVALID_METADATA] = {"HIVE_INVALID_METADATA", HIVE_CODE + 12, PRESTO_EXTERNAL},
    [FAULT_HIVE_UNSUPPORTED_FORMAT] = {"HIVE_UNSUPPORTED_FORMAT", HIVE_CODE + 19, PRESTO_EXTERNAL},
};

static bool set(struct fault *fault, enum fault_name name, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));

static bool set(struct fault *fault, enum fault_name name, const char *fmt, va_list args)
{
    fault->name = name;
    fault->err = (struct err){.kind = ERR_UNSUPPORTED};
    (void)vsnprintf(fault->err.text, sizeof(fault->err.text), fmt, args);
    return false;
}

bool fault_set(struct fault *fault, enum fault_name name, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)set(fault, name, fmt, args);
    va_end(args);
    return false;
}

bool fault_at(struct fault *fault, enum fault_name name, int line, int column, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)set(fault, name, fmt, args);
    va_end(args);
    fault->err.line = line;
    fault->err.column = column;
    return false;
}

static bool take(struct fault *fault, enum fault_name name, const struct err *err)
{
    fault->name = name;
    fault->err = *err;
    return false;
}

bool fault_parse(struct fault *fault, const struct err *err)
{
    switch (err->kind) {
    case ERR_MALFORMED:
    case ERR_NOT_FOUND:
        return take(fault, FAULT_SYNTAX_ERROR, err);
    case ERR_UNSUPPORTED:
        return take(fault, FAULT_NOT_SUPPORTED, err);
    case ERR_LIMIT:
        return take(fault, FAULT_QUERY_TEXT_TOO_LARGE, err);
    case ERR_NONE:
    case ERR_IO:
    case ERR_CORRUPT:
    case ERR_CONFLICT:
    case ERR_UNAVAILABLE:
        return take(fault, FAULT_GENERIC_INTERNAL_ERROR, err);
    }
    return take(fault, FAULT_GENERIC_INTERNAL_ERROR, err);
}

bool fault_trino(struct fault *fault, enum trino_fault why, const struct err *err)
{
    switch (why) {
    case TRINO_OK:
        return fault_parse(fault, err);
    case TRINO_SYNTAX_ERROR:
        return take(fault, FAULT_SYNTAX_ERROR, err);
    case TRINO_NOT_SUPPORTED:
        return take(fault, FAULT_NOT_SUPPORTED, err);
    case TRINO_COLUMN_NOT_FOUND:
        return take(fault, FAULT_COLUMN_NOT_FOUND, err);
    case TRINO_AMBIGUOUS_NAME:
        return take(fault, FAULT_AMBIGUOUS_NAME, err);
    case TRINO_TABLE_NOT_FOUND:
        return take(fault, FAULT_TABLE_NOT_FOUND, err);
    case TRINO_MISSING_SCHEMA_NAME:
        return take(fault, FAULT_MISSING_SCHEMA_NAME, err);
    case TRINO_MISSING_CATALOG_NAME:
        return take(fault, FAULT_MISSING_CATALOG_NAME, err);
    case TRINO_TYPE_MISMATCH:
        return take(fault, FAULT_TYPE_MISMATCH, err);
    case TRINO_FUNCTION_NOT_FOUND:
        return take(fault, FAULT_FUNCTION_NOT_FOUND, err);
    case TRINO_EXPRESSION_NOT_AGGREGATE:
        return take(fault, FAULT_EXPRESSION_NOT_AGGREGATE, err);
    case TRINO_INVALID_LITERAL:
        return take(fault, FAULT_INVALID_LITERAL, err);
    case TRINO_OTHER:
        return take(fault, FAULT_GENERIC_USER_ERROR, err);
    }
    return take(fault, FAULT_GENERIC_INTERNAL_ERROR, err);
}

/* Places in the engine's text mean nothing to the client. */
static bool take_placeless(struct fault *fault, enum fault_name name, const struct err *err)
{
    (void)take(fault, name, err);
    fault->err.line = 0;
    fault->err.column = 0;
    return false;
}

bool fault_query(struct fault *fault, const struct query *query, const struct err *err)
{
    switch (query_fault(query)) {
    case QUERY_DIVISION_BY_ZERO:
        return fault_set(fault, FAULT_DIVISION_BY_ZERO, "Division by zero");
    case QUERY_OUT_OF_RANGE:
        return take_placeless(fault, FAULT_NUMERIC_VALUE_OUT_OF_RANGE, err);
    case QUERY_CONVERSION:
        return take_placeless(fault, FAULT_INVALID_CAST_ARGUMENT, err);
    case QUERY_INVALID_ARGUMENT:
        return take_placeless(fault, FAULT_INVALID_FUNCTION_ARGUMENT, err);
    case QUERY_MEMORY: /* behind the first line is advice about settings that nobody can reach */
        return fault_set(fault, FAULT_EXCEEDED_LOCAL_MEMORY_LIMIT,
                         "Query exceeded the memory limit: %.*s", (int)strcspn(err->text, "\n"),
                         err->text);
    case QUERY_REFUSED:
        return take_placeless(fault, FAULT_NOT_SUPPORTED, err);
    case QUERY_FILE:
        return take_placeless(
            fault, err->kind == ERR_CORRUPT ? FAULT_HIVE_BAD_DATA : FAULT_HIVE_CANNOT_OPEN_SPLIT,
            err);
    case QUERY_CANCELLED:
        return fault_set(fault, FAULT_USER_CANCELED, "Query was canceled");
    case QUERY_BIND:
        return take_placeless(fault, FAULT_TYPE_MISMATCH, err);
    case QUERY_OK:
    case QUERY_SYNTAX:
    case QUERY_UNKNOWN_TABLE:
    case QUERY_UNKNOWN_COLUMN:
    case QUERY_INTERNAL: /* what the dialect wrote must parse and bind: else it is our fault */
        return take_placeless(fault, FAULT_GENERIC_INTERNAL_ERROR, err);
    }
    return take_placeless(fault, FAULT_GENERIC_INTERNAL_ERROR, err);
}

bool fault_catalog(struct fault *fault, const struct err *err)
{
    switch (err->kind) {
    case ERR_NOT_FOUND:
        return take_placeless(fault, FAULT_NOT_FOUND, err);
    case ERR_CONFLICT:
        return take_placeless(fault, FAULT_ALREADY_EXISTS, err);
    case ERR_UNSUPPORTED:
        return take_placeless(fault, FAULT_NOT_SUPPORTED, err);
    case ERR_LIMIT:
        return take_placeless(fault, FAULT_GENERIC_INSUFFICIENT_RESOURCES, err);
    case ERR_NONE:
    case ERR_IO:
    case ERR_CORRUPT:
    case ERR_MALFORMED:
    case ERR_UNAVAILABLE:
        return take_placeless(fault, FAULT_HIVE_METASTORE_ERROR, err);
    }
    return take_placeless(fault, FAULT_HIVE_METASTORE_ERROR, err);
}

static const char *java_class(const struct fault_row *row, enum presto_protocol protocol,
                              bool semantic)
{
    if (protocol == PRESTO_TRINO)
        return row->code == 1 ? "io.trino.sql.parser.ParsingException"
                              : "io.trino.spi.TrinoException";
    if (semantic)
        return "com.facebook.presto.sql.analyzer.SemanticException";
    return row->code == 1 ? "com.facebook.presto.sql.parser.ParsingException"
                          : "com.facebook.presto.spi.PrestoException";
}

void fault_describe(const struct fault *fault, enum presto_protocol protocol,
                    char message[FAULT_MESSAGE_BYTES], struct presto_error *error)
{
    const struct fault_row *row = &rows[fault->name];
    bool semantic = row->code >= SEMANTIC_FIRST && row->code <= SEMANTIC_LAST;
    const struct fault_row *shown =
        semantic && protocol == PRESTO_PRESTO ? &rows[FAULT_SYNTAX_ERROR] : row;
    const char *text = fault->err.text;
    int at = 0;

    if (fault->name == FAULT_DIVISION_BY_ZERO && protocol == PRESTO_PRESTO)
        text = "/ by zero";
    if (fault->err.line > 0)
        at = snprintf(message, FAULT_MESSAGE_BYTES, "line %d:%d: ", fault->err.line,
                      fault->err.column);
    (void)snprintf(message + at, FAULT_MESSAGE_BYTES - (size_t)at, "%s", text);
    *error = (struct presto_error){
        .message = message,
        .code = shown->code,
        .name = shown->name,
        .type = shown->type,
        .java_class = java_class(row, protocol, semantic),
        .line = fault->err.line,
        .column = fault->err.column,
    };
}
