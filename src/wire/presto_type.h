/* SPDX-License-Identifier: Apache-2.0 */
/* presto_type.h - column types as Presto and Trino name them, in words and as signatures.
 *
 * The two protocols differ: Presto has typeArguments and literalArguments and
 * no precision of timestamps, Trino neither of the first two.
 *
 * Thread: any; a type is a value. */
#ifndef WIRE_PRESTO_TYPE_H
#define WIRE_PRESTO_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "base/text.h"

#define PRESTO_TYPE_UNBOUNDED 2147483647 /* the length of a varchar that says none */
#define PRESTO_TYPE_DEPTH_MAX 32         /* deeper ones are not written */

enum presto_protocol { PRESTO_TRINO, PRESTO_PRESTO };

enum presto_kind {
    PRESTO_UNKNOWN, /* of a bare NULL */
    PRESTO_BOOLEAN,
    PRESTO_TINYINT,
    PRESTO_SMALLINT,
    PRESTO_INTEGER,
    PRESTO_BIGINT,
    PRESTO_REAL,
    PRESTO_DOUBLE,
    PRESTO_DECIMAL, /* precision, scale */
    PRESTO_VARCHAR, /* precision: characters, 0 when unbounded */
    PRESTO_CHAR,    /* precision */
    PRESTO_VARBINARY,
    PRESTO_DATE,
    PRESTO_TIME,         /* precision: digits of the second, as for the next three */
    PRESTO_TIME_TZ,      /* with time zone */
    PRESTO_TIMESTAMP,    /* without */
    PRESTO_TIMESTAMP_TZ, /* with time zone */
    PRESTO_INTERVAL_DAY,
    PRESTO_INTERVAL_YEAR,
    PRESTO_JSON,
    PRESTO_UUID,
    PRESTO_IPADDRESS,
    PRESTO_ARRAY, /* one child */
    PRESTO_MAP,   /* key, value */
    PRESTO_ROW,   /* a child per field */
};

struct presto_type {
    enum presto_kind kind;
    int precision;
    int scale;
    size_t child_count;
    const struct presto_type *children;
    const char *const *names; /* of a row's fields; a NULL entry, or NULL: they have none */
};

/* How a type is written depends on who asks. */
struct presto_type_style {
    enum presto_protocol protocol;
    bool parametric_datetime; /* a Trino client that knows timestamp(p); others get timestamp */
};

/* As in a reply's columns: "decimal(6, 3)" for Trino, "decimal(6,3)" for Presto. */
void presto_type_text(struct text *out, const struct presto_type *type,
                      const struct presto_type_style *style);
/* As DESCRIBE and information_schema print it: "decimal(10,2)" for both. */
void presto_type_display(struct text *out, const struct presto_type *type,
                         const struct presto_type_style *style);
/* The typeSignature object. */
void presto_type_signature(struct json_writer *json, const struct presto_type *type,
                           const struct presto_type_style *style);

#endif
