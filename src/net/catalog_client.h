/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_client.h - asks a Hive metastore for tables, ours or a real one.
 *
 * Blocking, over one connection that is opened when first needed and again
 * after it was lost.  A call that only reads is sent once more when a
 * connection that had been idle ends under it; one that changes something is
 * not, as it may have happened.
 *
 * Errors: ERR_NOT_FOUND (NoSuchObjectException), ERR_CONFLICT
 * (AlreadyExistsException), ERR_UNSUPPORTED (the metastore refuses:
 * InvalidOperationException, InvalidObjectException, an unknown method),
 * ERR_IO (MetaException: it tried and failed), ERR_UNAVAILABLE (not there, or
 * no answer in time; the text names the address), ERR_MALFORMED (what answers
 * is no metastore), ERR_LIMIT.
 *
 * Thread: a worker, or the main thread of a command; one at a time. */
#ifndef NET_CATALOG_CLIENT_H
#define NET_CATALOG_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "io/address.h"
#include "wire/hive_table.h"

#define CATALOG_CLIENT_REPLY_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct catalog_client;

/* Not connected to yet.  `timeout_ms` bounds each call. */
struct catalog_client *catalog_client_create(const struct address *address, int64_t timeout_ms)
    __attribute__((returns_nonnull));
void catalog_client_close(struct catalog_client *client); /* NULL is fine */

/* What is read lies in `arena`.  Database and table names are compared without case. */
MUST_CHECK bool catalog_client_get_databases(struct catalog_client *client, struct arena *arena,
                                             struct hive_names *names, struct err *err);
MUST_CHECK bool catalog_client_get_database(struct catalog_client *client, const char *name,
                                            struct arena *arena, struct hive_database *database,
                                            struct err *err);
/* All tables and views of a database, sorted by name.  A database that does not exist: a real
 * metastore answers with none, so ask catalog_client_get_database where that matters. */
MUST_CHECK bool catalog_client_get_tables(struct catalog_client *client, const char *database,
                                          struct arena *arena, struct hive_names *names,
                                          struct err *err);
MUST_CHECK bool catalog_client_get_table(struct catalog_client *client, const char *database,
                                         const char *name, struct arena *arena,
                                         struct hive_table *table, struct err *err);

/* table->database and ->name, ->type, ->storage with columns are needed; a location of NULL asks
 * for a folder of that name in the database's.  A path without a scheme lies in the default
 * storage.  A database that is not there is ERR_NOT_FOUND, from Hive 2 ERR_UNSUPPORTED.  For an
 * external table also set the parameter EXTERNAL to TRUE, as Hive does. */
MUST_CHECK bool catalog_client_create_table(struct catalog_client *client,
                                            const struct hive_table *table, struct err *err);
/* `delete_data` concerns managed tables: an external one's files always stay. */
MUST_CHECK bool catalog_client_drop_table(struct catalog_client *client, const char *database,
                                          const char *name, bool delete_data, struct err *err);
MUST_CHECK bool catalog_client_create_database(struct catalog_client *client,
                                               const struct hive_database *database,
                                               struct err *err);
/* Without `cascade` a database that has tables is refused (ERR_UNSUPPORTED). */
MUST_CHECK bool catalog_client_drop_database(struct catalog_client *client, const char *name,
                                             bool delete_data, bool cascade, struct err *err);

#endif
