/* SPDX-License-Identifier: Apache-2.0 */
/* presto_client.h - a statement sent to a server of Presto's protocol, its pages read one by one.
 *
 * What a statement changes for the ones behind it (USE, SET SESSION, PREPARE,
 * START TRANSACTION) is told in reply headers and sent along from then on
 * (trino docs, develop/client-protocol, "Client response headers").
 *
 * Thread: the main one of a command. */
#ifndef CLI_PRESTO_CLIENT_H
#define CLI_PRESTO_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/span.h"
#include "io/address.h"

#define PRESTO_CLIENT_PAGE_BYTES_MAX ((size_t)128 * 1024 * 1024)
#define PRESTO_CLIENT_NAME_BYTES 256
#define PRESTO_CLIENT_PROPERTIES_MAX 64
#define PRESTO_CLIENT_URI_BYTES 1024

struct presto_client_property {
    char *pair; /* name=value, as the header has it */
};

/* Zeroed at first, then `address` and the names set by the caller. */
struct presto_client_session {
    struct address address;
    char user[PRESTO_CLIENT_NAME_BYTES];
    char source[PRESTO_CLIENT_NAME_BYTES];
    char catalog[PRESTO_CLIENT_NAME_BYTES];
    char schema[PRESTO_CLIENT_NAME_BYTES];
    char time_zone[PRESTO_CLIENT_NAME_BYTES];
    char transaction[PRESTO_CLIENT_NAME_BYTES];
    bool hive; /* the statements are Hive's: our own server's extension */
    struct presto_client_property session[PRESTO_CLIENT_PROPERTIES_MAX];
    size_t session_count;
    struct presto_client_property prepared[PRESTO_CLIENT_PROPERTIES_MAX];
    size_t prepared_count;
};

void presto_client_session_reset(struct presto_client_session *session);
/* "name=value" over an earlier one of that name.  ERR_MALFORMED, ERR_LIMIT. */
MUST_CHECK bool presto_client_set(struct presto_client_session *session, const char *pair,
                                  struct err *err);

/* One page; all of it lives in `arena` until the next one is read. */
struct presto_client_page {
    struct arena arena;
    const struct json_value *document;
    char next_uri[PRESTO_CLIENT_URI_BYTES]; /* empty: this was the last */
};

void presto_client_page_init(struct presto_client_page *page);
void presto_client_page_reset(struct presto_client_page *page);

/* ERR_UNAVAILABLE: nobody answers at the address; ERR_IO: what answers is an HTTP error, its text
 * told; ERR_MALFORMED: it is no Presto.  A statement that fails is a page with an error. */
MUST_CHECK bool presto_client_begin(struct presto_client_session *session, struct span sql,
                                    struct presto_client_page *page, struct err *err);
/* The page that page->next_uri names. */
MUST_CHECK bool presto_client_next(struct presto_client_session *session,
                                   struct presto_client_page *page, struct err *err);
/* The server may forget it.  Errors do not matter any more. */
void presto_client_cancel(const struct presto_client_session *session,
                          struct presto_client_page *page);

#endif
