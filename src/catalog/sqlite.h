/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite.h - one SQLite database, with as much of it as the catalog needs.
 *
 * Write-ahead log, every commit synced: what sqlite_commit() acknowledged
 * survives a crash of the machine.  Statements are compiled once and kept by
 * the address of their text, which therefore must be a literal.
 *
 * Errors: ERR_IO (the disk, or it is full), ERR_CORRUPT, ERR_CONFLICT (a
 * constraint), ERR_UNAVAILABLE (someone else held it too long).
 *
 * Thread: a worker, one at a time. */
#ifndef CATALOG_SQLITE_H
#define CATALOG_SQLITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define SQLITE_STATEMENTS_MAX 64
#define SQLITE_BUSY_MS_MAX 5000

struct sqlite;

/* Made if it is not there; checked from end to end. */
MUST_CHECK struct sqlite *sqlite_create(const char *path, struct err *err);
void sqlite_close(struct sqlite *db); /* NULL is fine; an open transaction is undone */

MUST_CHECK bool sqlite_begin(struct sqlite *db, struct err *err);
MUST_CHECK bool sqlite_commit(struct sqlite *db, struct err *err); /* false: it was undone */
void sqlite_abort(struct sqlite *db);

struct sqlite_value {
    bool is_text;
    const char *text; /* NULL is SQL's NULL */
    int64_t number;
};
struct sqlite_value sqlite_text(const char *text);
struct sqlite_value sqlite_number(int64_t number);

/* Several statements without values or rows. */
MUST_CHECK bool sqlite_script(struct sqlite *db, const char *sql, struct err *err);
/* `row_id`, unless NULL, is that of the inserted row. */
MUST_CHECK bool sqlite_change(struct sqlite *db, const char *sql, const struct sqlite_value *values,
                              size_t count, int64_t *row_id, struct err *err);

/* for (sqlite_query(&rows, ...); sqlite_next(&rows);) ... ; return sqlite_end(&rows, err);
 * The first failure sticks. */
struct sqlite_rows {
    struct sqlite *db;
    void *statement;
    size_t count; /* rows seen so far */
    bool ok;
    struct err err;
};
void sqlite_query(struct sqlite_rows *rows, struct sqlite *db, const char *sql,
                  const struct sqlite_value *values, size_t count);
bool sqlite_next(struct sqlite_rows *rows);
MUST_CHECK bool sqlite_end(struct sqlite_rows *rows, struct err *err);
int64_t sqlite_row_number(struct sqlite_rows *rows, int column);
/* NULL for SQL's NULL; past the arena's limit the query fails with ERR_LIMIT. */
const char *sqlite_row_text(struct sqlite_rows *rows, int column, struct arena *arena);

#endif
