/* SPDX-License-Identifier: Apache-2.0 */
/* presto_header.h - what a client of Presto or Trino says in its request's headers.
 *
 * X-Trino-* and X-Presto-* are told apart for each request by which is there
 * (trino docs, develop/client-protocol, "Client request headers").  Session
 * properties and prepared statements come as name=value, values URL-encoded,
 * several in one header or in many.
 *
 * Thread: any; pure. */
#ifndef WIRE_PRESTO_HEADER_H
#define WIRE_PRESTO_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "wire/presto_type.h"

#define PRESTO_HEADER_PROPERTIES_MAX 1000
#define PRESTO_HEADER_PREPARED_MAX 1000

struct presto_header {
    struct span name;
    struct span value;
};

struct presto_property {
    const char *name;
    const char *value; /* decoded */
};

/* Text ends with a zero byte and is UTF-8; NULL: not said, or said empty. */
struct presto_client {
    enum presto_protocol protocol;
    bool parametric_datetime; /* the client reads timestamp(p) */
    const char *user;
    const char *source;
    const char *catalog;
    const char *schema;
    const char *time_zone;
    const char *transaction_id; /* NULL also for NONE: the client does without transactions */
    bool transactions;          /* it sent the header at all */
    struct presto_property *session;
    size_t session_count;
    struct presto_property *prepared;
    size_t prepared_count;
};

/* Everything lives in `arena`.  Neither kind of header: PRESTO_TRINO without a user.
 * ERR_MALFORMED names the header: both kinds in one request, bytes that are no UTF-8, a broken
 * name=value list; ERR_LIMIT. */
MUST_CHECK bool presto_header_read(const struct presto_header *headers, size_t count,
                                   struct presto_client *client, struct arena *arena,
                                   struct err *err);
/* The last value of that name (case-insensitive), or NULL. */
const char *presto_header_session(const struct presto_client *client, const char *name);
/* The prepared statement's text, or NULL; names are case-sensitive. */
const char *presto_header_prepared(const struct presto_client *client, const char *name);

/* Appends `value` URL-encoded (application/x-www-form-urlencoded), as Set-Session and
 * Added-Prepare carry it. */
void presto_header_encode(struct text *out, struct span value);
/* "X-Trino-Set-Session" for PRESTO_TRINO and "Set-Session". */
const char *presto_header_name(enum presto_protocol protocol, const char *name,
                               struct arena *arena);

#endif
