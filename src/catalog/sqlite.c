/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite.c - SQLite's result codes and statements, in our idiom. */
#include "catalog/sqlite.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/span.h"

struct kept_statement {
    const char *sql;
    sqlite3_stmt *statement;
};

struct sqlite {
    sqlite3 *db;
    struct kept_statement kept[SQLITE_STATEMENTS_MAX];
    size_t kept_count;
};

static enum err_kind kind_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_UNAVAILABLE;
    case SQLITE_TOOBIG:
        return ERR_LIMIT;
    default:
        return ERR_IO;
    }
}

static bool failed(struct sqlite *db, struct err *err)
{
    const char *file = sqlite3_db_filename(db->db, "main");
    return err_set(err, kind_of(sqlite3_extended_errcode(db->db)), "%s: %s",
                   file == NULL ? "the catalog" : file, sqlite3_errmsg(db->db));
}

/* --- Statements --- */

static sqlite3_stmt *statement_of(struct sqlite *db, const char *sql, struct err *err)
{
    for (size_t i = 0; i < db->kept_count; i++) {
        if (db->kept[i].sql == sql)
            return db->kept[i].statement;
    }
    assert(db->kept_count < SQLITE_STATEMENTS_MAX);

    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(db->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK) {
        (void)failed(db, err);
        return NULL;
    }
    db->kept[db->kept_count++] = (struct kept_statement){sql, statement};
    return statement;
}

/* The values must outlive the statement's run. */
static bool bind(struct sqlite *db, sqlite3_stmt *statement, const struct sqlite_value *values,
                 size_t count, struct err *err)
{
    assert((size_t)sqlite3_bind_parameter_count(statement) == count);

    for (size_t i = 0; i < count; i++) {
        int at = (int)i + 1;
        int code = values[i].is_text
                       ? sqlite3_bind_text(statement, at, values[i].text, -1, SQLITE_STATIC)
                       : sqlite3_bind_int64(statement, at, values[i].number);
        if (code != SQLITE_OK)
            return failed(db, err);
    }
    return true;
}

struct sqlite_value sqlite_text(const char *text)
{
    return (struct sqlite_value){true, text, 0};
}

struct sqlite_value sqlite_number(int64_t number)
{
    return (struct sqlite_value){false, NULL, number};
}

bool sqlite_change(struct sqlite *db, const char *sql, const struct sqlite_value *values,
                   size_t count, int64_t *row_id, struct err *err)
{
    sqlite3_stmt *statement = statement_of(db, sql, err);
    if (statement == NULL)
        return false;

    bool ok = bind(db, statement, values, count, err);
    if (ok && sqlite3_step(statement) != SQLITE_DONE)
        ok = failed(db, err);
    (void)sqlite3_reset(statement); /* what it would say was said by the step */
    (void)sqlite3_clear_bindings(statement);
    if (ok && row_id != NULL)
        *row_id = sqlite3_last_insert_rowid(db->db);
    return ok;
}

bool sqlite_script(struct sqlite *db, const char *sql, struct err *err)
{
    if (sqlite3_exec(db->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return failed(db, err);
    return true;
}

/* --- Rows --- */

void sqlite_query(struct sqlite_rows *rows, struct sqlite *db, const char *sql,
                  const struct sqlite_value *values, size_t count)
{
    *rows = (struct sqlite_rows){.db = db};
    rows->statement = statement_of(db, sql, &rows->err);
    rows->ok = rows->statement != NULL && bind(db, rows->statement, values, count, &rows->err);
}

bool sqlite_next(struct sqlite_rows *rows)
{
    if (!rows->ok)
        return false;
    int code = sqlite3_step(rows->statement);
    if (code == SQLITE_ROW) {
        rows->count++;
        return true;
    }
    if (code != SQLITE_DONE)
        rows->ok = failed(rows->db, &rows->err);
    return false;
}

bool sqlite_end(struct sqlite_rows *rows, struct err *err)
{
    if (rows->statement != NULL) {
        (void)sqlite3_reset(rows->statement);
        (void)sqlite3_clear_bindings(rows->statement);
    }
    if (!rows->ok)
        *err = rows->err;
    return rows->ok;
}

int64_t sqlite_row_number(struct sqlite_rows *rows, int column)
{
    return sqlite3_column_int64(rows->statement, column);
}

const char *sqlite_row_text(struct sqlite_rows *rows, int column, struct arena *arena)
{
    const unsigned char *text = sqlite3_column_text(rows->statement, column);
    if (text == NULL)
        return NULL;
    size_t size = (size_t)sqlite3_column_bytes(rows->statement, column);
    const char *copy = arena_string(arena, (struct span){text, size});
    if (copy == NULL) {
        rows->ok =
            err_set(&rows->err, ERR_LIMIT, "the answer needs more than %zu bytes", arena->limit);
        return "";
    }
    return copy;
}

/* --- Transactions --- */

bool sqlite_begin(struct sqlite *db, struct err *err)
{
    return sqlite_change(db, "BEGIN IMMEDIATE", NULL, 0, NULL, err);
}

bool sqlite_commit(struct sqlite *db, struct err *err)
{
    if (sqlite_change(db, "COMMIT", NULL, 0, NULL, err))
        return true;
    sqlite_abort(db);
    return false;
}

void sqlite_abort(struct sqlite *db)
{
    struct err err;

    /* A full disk or an I/O error may have ended the transaction already. */
    if (sqlite3_get_autocommit(db->db) == 0 && !sqlite_change(db, "ROLLBACK", NULL, 0, NULL, &err))
        diag_warn("rollback failed", "error=\"%s\"", err.text);
}

/* --- Opening --- */

static bool check(struct sqlite *db, struct err *err)
{
    struct sqlite_rows rows;
    struct arena arena;
    char fault[256] = "";

    arena_init(&arena, 65536);
    sqlite_query(&rows, db, "PRAGMA quick_check(1)", NULL, 0);
    while (sqlite_next(&rows)) {
        const char *said = sqlite_row_text(&rows, 0, &arena);
        if (said != NULL && strcmp(said, "ok") != 0)
            (void)snprintf(fault, sizeof(fault), "%s", said);
    }
    bool ok = sqlite_end(&rows, err);
    arena_reset(&arena);
    if (ok && fault[0] != '\0')
        return err_set(err, ERR_CORRUPT, "%s: %s", sqlite3_db_filename(db->db, "main"), fault);
    return ok;
}

struct sqlite *sqlite_create(const char *path, struct err *err)
{
    struct sqlite *db = mem_new(sizeof(*db));
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

    if (sqlite3_open_v2(path, &db->db, flags, NULL) != SQLITE_OK) {
        (void)err_set(err, ERR_IO, "%s: %s", path, sqlite3_errmsg(db->db));
        goto fail;
    }
    (void)sqlite3_extended_result_codes(db->db, 1);
    (void)sqlite3_busy_timeout(db->db, SQLITE_BUSY_MS_MAX);
    if (!sqlite_script(db,
                       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                       "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;",
                       err) ||
        !check(db, err))
        goto fail;
    return db;

fail:
    sqlite_close(db);
    return NULL;
}

void sqlite_close(struct sqlite *db)
{
    if (db == NULL)
        return;
    for (size_t i = 0; i < db->kept_count; i++)
        (void)sqlite3_finalize(db->kept[i].statement);
    (void)sqlite3_close(db->db);
    mem_free(db);
}
