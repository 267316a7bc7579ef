/* SPDX-License-Identifier: Apache-2.0 */
/* listing.h - the files of a table, as a query sees them: one look, then no more.
 *
 * Folders are walked; names that begin with `_` or `.` are left out, as Hive
 * and Trino do.  A folder that is not there has no files.  A file of no bytes
 * is listed: it is no Parquet file, and silence about it could hide a loss.
 *
 * Thread: a worker. */
#ifndef SQL_LISTING_H
#define SQL_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define LISTING_FILES_MAX 100000
#define LISTING_DEPTH_MAX 32

struct listing_file {
    const char *path;
    uint64_t bytes;
    int64_t modified_ms;
};

struct listing {
    struct listing_file *files; /* by folder and name */
    size_t count;
    uint64_t bytes;
};

/* Everything lives in `arena`.  ERR_LIMIT names the folder, ERR_IO too. */
MUST_CHECK bool listing_read(const char *folder, struct listing *listing, struct arena *arena,
                             struct err *err);

#endif
