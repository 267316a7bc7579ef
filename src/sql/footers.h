/* SPDX-License-Identifier: Apache-2.0 */
/* footers.h - which columns the files of tables have, remembered from query to query.
 *
 * A file is known by path, size and time of change: one that was written anew
 * is read anew.  Files of the same columns share one description, so that what
 * is kept is little more than their names; past FOOTERS_BYTES_MAX all is
 * forgotten and read again.
 *
 * Thread: one worker at a time. */
#ifndef SQL_FOOTERS_H
#define SQL_FOOTERS_H

#include "base/err.h"
#include "engine/query.h"
#include "engine/schema.h"
#include "sql/listing.h"

#define FOOTERS_BYTES_MAX (16 * 1024 * 1024)

struct footers;

struct footers *footers_create(void) __attribute__((returns_nonnull));
void footers_close(struct footers *footers); /* NULL is fine */

/* Before the files of a statement are asked for: what they get lives until the next call. */
void footers_begin(struct footers *footers);
/* The columns of a file of a listing, `path` being its name for the engine.  Files with the same
 * columns get the same pointer.  NULL: as schema_read; ERR_LIMIT too when the files of one
 * statement are too many to remember. */
MUST_CHECK const struct schema *footers_get(struct footers *footers,
                                            const struct listing_file *file, const char *path,
                                            struct query *query, struct err *err);

#endif
