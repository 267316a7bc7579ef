/* SPDX-License-Identifier: Apache-2.0 */
/* metastore.h - databases and tables, kept in SQLite, and the folders that belong to them.
 *
 * Promises:
 *   1. A change is whole or not at all, and what was acknowledged survives a
 *      crash of the machine.
 *   2. A dropped table's folder is never taken for that of a table made after
 *      it: it is renamed into ROOT/.dropped before anything else is done, at
 *      the next start if need be.  Where that fails, the files stay, and that
 *      is said.
 *   3. Files of an external table, files outside the default storage, and a
 *      folder that another table or database still names are never deleted.
 *
 * Database and table names are kept in lower case and compared without case,
 * column names are kept in lower case (as Hive's metastore does both),
 * parameters word for word.
 *
 * Error kinds are those of the metastore's exceptions: ERR_NOT_FOUND
 * NoSuchObject, ERR_CONFLICT AlreadyExists, ERR_MALFORMED InvalidObject,
 * ERR_UNSUPPORTED InvalidOperation, all others Meta.
 *
 * Thread: a worker, one at a time. */
#ifndef CATALOG_METASTORE_H
#define CATALOG_METASTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "catalog/sqlite.h"
#include "wire/hive_table.h"

#define METASTORE_NAME_BYTES_MAX 128 /* as Hive's own tables have it */
#define METASTORE_PATTERN_BYTES_MAX 4096

struct metastore {
    struct sqlite *db;
    char *storage_root;
    uint64_t changes; /* committed since it was opened */
    bool ailing; /* the last change that was tried failed for the machine's sake, and it was said */
};

/* `path` is the database file, made if it is not there; `storage_root` an absolute path.  Finishes
 * what a crash left. */
MUST_CHECK struct metastore *metastore_create(const char *path, const char *storage_root,
                                              struct err *err);
void metastore_close(struct metastore *metastore); /* NULL is fine */

/* Sorted names that match a pattern of Hive's: `*` any run of characters, `.` any one, `|`
 * between alternatives; NULL: all. */
MUST_CHECK bool metastore_databases(struct metastore *metastore, const char *pattern,
                                    struct arena *arena, struct hive_names *names, struct err *err);
MUST_CHECK bool metastore_database(struct metastore *metastore, const char *name,
                                   struct arena *arena, struct hive_database *database,
                                   struct err *err);
MUST_CHECK bool metastore_create_database(struct metastore *metastore,
                                          const struct hive_database *database, struct arena *arena,
                                          struct err *err);
MUST_CHECK bool metastore_drop_database(struct metastore *metastore, const char *name,
                                        bool delete_data, bool cascade, struct arena *arena,
                                        struct err *err);

/* --- For metastore_table.c --- */

/* A name in lower case; ERR_MALFORMED when it cannot be one.  `what` it is the name of. */
MUST_CHECK const char *metastore_name(const char *what, const char *name, struct arena *arena,
                                      struct err *err);
/* The same for a lookup: "" is no name of anything. */
MUST_CHECK const char *metastore_folded(const char *name, struct arena *arena, struct err *err);
bool metastore_matches(const char *pattern, const char *name);
/* The database's row, or 0 and ERR_NOT_FOUND; *location may be NULL. */
MUST_CHECK int64_t metastore_database_id(struct metastore *metastore, const char *folded_name,
                                         struct arena *arena, const char **location,
                                         struct err *err);
/* Within a transaction: the folder at `path` is to go when it is committed. */
MUST_CHECK bool metastore_doom(struct metastore *metastore, const char *path, struct err *err);
/* Deletes what was doomed.  What cannot be deleted is said, and left. */
void metastore_bury(struct metastore *metastore);
/* Commits and counts; the metastore is well again. */
MUST_CHECK bool metastore_commit(struct metastore *metastore, struct err *err);
/* Makes the folder of a URI that lies in the default storage; others are left alone. */
MUST_CHECK bool metastore_make_folder(struct metastore *metastore, const char *uri,
                                      struct arena *arena, struct err *err);

#endif
