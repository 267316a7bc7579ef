/* SPDX-License-Identifier: Apache-2.0 */
/* location.h - where a table's or a database's files are: an absolute URI.
 *
 * A path without a scheme lies in the default storage, as under Hadoop's
 * fs.defaultFS: /tmp/x is file://ROOT/tmp/x.  URIs are not percent-encoded:
 * Hive, Spark and Trino take them as Hadoop's Path prints them.
 *
 * Thread: any; all is made in the caller's arena. */
#ifndef CATALOG_LOCATION_H
#define CATALOG_LOCATION_H

#include "base/arena.h"
#include "base/err.h"

#define LOCATION_BYTES_MAX 3072
#define LOCATION_DROPPED ".dropped" /* below the storage's root: what is being deleted */

/* What a client wrote, as a URI without a slash at its end.  NULL: ERR_MALFORMED (also among what
 * is being deleted), ERR_LIMIT. */
MUST_CHECK const char *location_from_client(const char *storage_root, const char *written,
                                            struct arena *arena, struct err *err);
/* The path of a URI whose files lie below the default storage, else NULL: those we leave alone. */
const char *location_in_storage(const char *storage_root, const char *uri, struct arena *arena);
/* NULL past the arena's limit. */
const char *location_below(const char *uri, const char *name, struct arena *arena);

#endif
