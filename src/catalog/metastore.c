/* SPDX-License-Identifier: Apache-2.0 */
/* metastore.c - the schema, databases, and the folders of what was dropped.
 *
 *   databases --< tables --< columns           (kind: column, partition key, bucket, sort)
 *       |           '------< table_parameters  (kind: table, storage, serde)
 *       '----------< database_parameters
 *   doomed: folders of dropped tables, from the commit of the drop until they were renamed away
 *
 * storage_path is the folder of a location that lies in the default storage,
 * in one spelling, so that locations can be compared. */
#include "catalog/metastore.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "catalog/location.h"
#include "catalog/metastore_table.h"
#include "io/failpoint.h"
#include "io/file.h"

#define SCHEMA_VERSION 1
#define APPLICATION_ID 0x73746361 /* "stca" */
#define WAREHOUSE "/user/hive/warehouse"

static const char schema[] =
    "CREATE TABLE databases (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT,"
    " location TEXT NOT NULL, storage_path TEXT, owner_name TEXT, owner_type INTEGER NOT NULL)"
    " STRICT;"
    "CREATE TABLE database_parameters (database_id INTEGER NOT NULL REFERENCES databases"
    " ON DELETE CASCADE, position INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (database_id, key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE tables (id INTEGER PRIMARY KEY, database_id INTEGER NOT NULL REFERENCES"
    " databases, name TEXT NOT NULL, type TEXT NOT NULL, owner TEXT, create_time INTEGER NOT NULL,"
    " last_access_time INTEGER NOT NULL, retention INTEGER NOT NULL, location TEXT,"
    " storage_path TEXT, input_format TEXT, output_format TEXT, compressed INTEGER NOT NULL,"
    " bucket_count INTEGER NOT NULL, stored_as_sub_directories INTEGER NOT NULL, serde_name TEXT,"
    " serde_library TEXT, view_original_text TEXT, view_expanded_text TEXT,"
    " UNIQUE (database_id, name)) STRICT;"
    "CREATE INDEX tables_storage_path ON tables (storage_path);"
    "CREATE TABLE columns (table_id INTEGER NOT NULL REFERENCES tables ON DELETE CASCADE,"
    " kind INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
    " comment TEXT, sort_order INTEGER NOT NULL, PRIMARY KEY (table_id, kind, position))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE table_parameters (table_id INTEGER NOT NULL REFERENCES tables ON DELETE CASCADE,"
    " kind INTEGER NOT NULL, position INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (table_id, kind, key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE doomed (id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL) STRICT;";

/* --- Names --- */

const char *metastore_folded(const char *name, struct arena *arena, struct err *err)
{
    char *folded = arena_string(arena, span_of(name));

    if (folded == NULL) {
        (void)err_set(err, ERR_LIMIT, "the request needs more than %zu bytes", arena->limit);
        return NULL;
    }
    for (char *c = folded; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    }
    return folded;
}

const char *metastore_name(const char *what, const char *name, struct arena *arena, struct err *err)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t size = name == NULL ? 0 : strlen(name);

    if (size == 0 || size > METASTORE_NAME_BYTES_MAX || strspn(name, allowed) != size) {
        (void)err_set(err, ERR_MALFORMED,
                      "%.200s is not a valid %s name: 1 to %d letters, digits, _ and -",
                      size == 0 ? "\"\"" : name, what, METASTORE_NAME_BYTES_MAX);
        return NULL;
    }
    return metastore_folded(name, arena, err);
}

static bool same_letter(char a, char b)
{
    return span_is_nocase((struct span){&a, 1}, (char[]){b, '\0'});
}

/* `*` any run, `.` any one.  Goes back to the last `*` only, so that it ends soon. */
static bool matches_one(struct span pattern, const char *name)
{
    const char *p = pattern.data;
    size_t size = pattern.size;
    size_t at = 0;
    size_t star = SIZE_MAX;
    const char *star_name = NULL;

    while (*name != '\0') {
        if (at < size && p[at] == '*') {
            star = at++;
            star_name = name;
        } else if (at < size && (p[at] == '.' || same_letter(p[at], *name))) {
            at++;
            name++;
        } else if (star != SIZE_MAX) {
            at = star + 1;
            name = ++star_name;
        } else {
            return false;
        }
    }
    while (at < size && p[at] == '*')
        at++;
    return at == size;
}

bool metastore_matches(const char *pattern, const char *name)
{
    if (pattern == NULL)
        return true;
    struct span rest = span_of(pattern);
    do {
        bool last = memchr(rest.data, '|', rest.size) == NULL;
        if (matches_one(span_cut(&rest, '|'), name))
            return true;
        if (last)
            return false;
    } while (true);
}

/* --- Opening --- */

static int64_t pragma(struct metastore *metastore, const char *sql, struct err *err)
{
    struct sqlite_rows rows;
    int64_t value = 0;

    sqlite_query(&rows, metastore->db, sql, NULL, 0);
    while (sqlite_next(&rows))
        value = sqlite_row_number(&rows, 0);
    return sqlite_end(&rows, err) ? value : -1;
}

static bool insert_database(struct metastore *metastore, const struct hive_database *database,
                            struct arena *arena, struct err *err);

static bool make_schema(struct metastore *metastore, struct arena *arena, struct err *err)
{
    char marks[128];
    struct hive_database first = {
        .name = "default",
        .description = "Default Hive database",
        .location = location_from_client(metastore->storage_root, WAREHOUSE, arena, err),
        .owner_name = "public",
        .owner_type = 2,
    };
    if (first.location == NULL || !metastore_make_folder(metastore, first.location, arena, err))
        return false;

    (void)snprintf(marks, sizeof(marks), "PRAGMA application_id = %d; PRAGMA user_version = %d;",
                   APPLICATION_ID, SCHEMA_VERSION);
    if (!sqlite_begin(metastore->db, err))
        return false;
    if (sqlite_script(metastore->db, schema, err) && sqlite_script(metastore->db, marks, err) &&
        insert_database(metastore, &first, arena, err))
        return sqlite_commit(metastore->db, err);
    sqlite_abort(metastore->db);
    return false;
}

/* A database file of ours, of a version that is known, with the tables in it. */
static bool settle_schema(struct metastore *metastore, const char *path, struct arena *arena,
                          struct err *err)
{
    int64_t application = pragma(metastore, "PRAGMA application_id", err);
    int64_t version = pragma(metastore, "PRAGMA user_version", err);
    int64_t objects = pragma(metastore, "SELECT count(*) FROM sqlite_master", err);

    if (application < 0 || version < 0 || objects < 0)
        return false;
    if (application == 0 && version == 0 && objects == 0)
        return make_schema(metastore, arena, err);
    if (application != APPLICATION_ID)
        return err_set(err, ERR_CORRUPT, "%s is not a catalog's database", path);
    if (version != SCHEMA_VERSION)
        return err_set(err, ERR_UNSUPPORTED,
                       "%s has schema version %" PRId64 ", this program knows %d", path, version,
                       SCHEMA_VERSION);
    return true;
}

struct metastore *metastore_create(const char *path, const char *storage_root, struct err *err)
{
    assert(*storage_root == '/');

    struct metastore *metastore = mem_new(sizeof(*metastore));
    struct arena arena;

    arena_init(&arena, 65536);
    metastore->storage_root = mem_string(storage_root);
    metastore->db = sqlite_create(path, err);
    if (metastore->db == NULL || !settle_schema(metastore, path, &arena, err))
        goto fail;
    metastore_bury(metastore);
    arena_reset(&arena);
    return metastore;

fail:
    arena_reset(&arena);
    metastore_close(metastore);
    return NULL;
}

void metastore_close(struct metastore *metastore)
{
    if (metastore == NULL)
        return;
    sqlite_close(metastore->db);
    mem_free(metastore->storage_root);
    mem_free(metastore);
}

bool metastore_commit(struct metastore *metastore, struct err *err)
{
    failpoint_pass("metastore.before_commit");
    if (!sqlite_commit(metastore->db, err))
        return false;
    metastore->changes++;
    if (metastore->ailing)
        diag_info("changes-possible-again", "changes=%" PRIu64, metastore->changes);
    metastore->ailing = false;
    failpoint_pass("metastore.after_commit");
    return true;
}

/* --- Folders --- */

bool metastore_make_folder(struct metastore *metastore, const char *uri, struct arena *arena,
                           struct err *err)
{
    const char *path = location_in_storage(metastore->storage_root, uri, arena);

    /* Elsewhere it is the business of who writes there. */
    return path == NULL || file_make_dirs(path, err) ||
           err_within(err, "unable to create the folder %s", path);
}

bool metastore_doom(struct metastore *metastore, const char *path, struct err *err)
{
    return sqlite_change(metastore->db, "INSERT INTO doomed (path) VALUES (?)",
                         (struct sqlite_value[]){sqlite_text(path)}, 1, NULL, err);
}

/* The rename is what counts: from here on nobody can take the folder for another table's. */
static void bury_one(struct metastore *metastore, int64_t id, const char *path)
{
    char dropped[PATH_MAX];
    char grave[PATH_MAX + 32];
    struct file_info info;
    struct err err;

    (void)snprintf(dropped, sizeof(dropped), "%s/" LOCATION_DROPPED, metastore->storage_root);
    (void)snprintf(grave, sizeof(grave), "%s/%" PRId64, dropped, id);
    if (!file_stat(path, &info, &err) ||
        (info.kind != FILE_KIND_NONE &&
         (!file_make_dirs(dropped, &err) || !file_rename_new(path, grave, &err))))
        diag_warn("dropped-table-keeps-its-files", "path=%s error=\"%s\"", path, err.text);
    failpoint_pass("metastore.after_rename");
    if (!sqlite_change(metastore->db, "DELETE FROM doomed WHERE id = ?",
                       (struct sqlite_value[]){sqlite_number(id)}, 1, NULL, &err))
        diag_warn("doomed-folder-not-forgotten", "path=%s error=\"%s\"", path, err.text);
}

static void remove_graves(const struct metastore *metastore)
{
    char dropped[PATH_MAX];
    struct err err;

    (void)snprintf(dropped, sizeof(dropped), "%s/" LOCATION_DROPPED, metastore->storage_root);
    if (!file_remove_tree(dropped, &err))
        diag_warn("dropped-files-stay", "path=%s error=\"%s\"", dropped, err.text);
}

void metastore_bury(struct metastore *metastore)
{
    struct arena arena;
    struct err err;
    int64_t last = 0;

    /* One at a time: a drop of a database may have doomed many. */
    for (bool more = true; more;) {
        struct sqlite_rows rows;
        const char *path = NULL;

        arena_init(&arena, PATH_MAX * 2);
        sqlite_query(&rows, metastore->db,
                     "SELECT id, path FROM doomed WHERE id > ? ORDER BY id LIMIT 1",
                     (struct sqlite_value[]){sqlite_number(last)}, 1);
        while (sqlite_next(&rows)) {
            last = sqlite_row_number(&rows, 0);
            path = sqlite_row_text(&rows, 1, &arena);
        }
        more = sqlite_end(&rows, &err) && path != NULL;
        if (more)
            bury_one(metastore, last, path);
        arena_reset(&arena);
    }
    remove_graves(metastore);
}

/* --- Databases --- */

bool metastore_databases(struct metastore *metastore, const char *pattern, struct arena *arena,
                         struct hive_names *names, struct err *err)
{
    struct sqlite_rows rows;
    int64_t count = pragma(metastore, "SELECT count(*) FROM databases", err);

    if (count < 0)
        return false;
    *names = (struct hive_names){ARENA_NEW(arena, const char *, (size_t)count), 0};
    if (names->names == NULL)
        return err_set(err, ERR_LIMIT, "%" PRId64 " databases are too many for one answer", count);
    sqlite_query(&rows, metastore->db, "SELECT name FROM databases ORDER BY name", NULL, 0);
    while (names->count < (size_t)count && sqlite_next(&rows)) {
        const char *name = sqlite_row_text(&rows, 0, arena);
        if (metastore_matches(pattern, name))
            names->names[names->count++] = name;
    }
    return sqlite_end(&rows, err);
}

int64_t metastore_database_id(struct metastore *metastore, const char *folded_name,
                              struct arena *arena, const char **location, struct err *err)
{
    struct sqlite_rows rows;
    int64_t id = 0;

    sqlite_query(&rows, metastore->db, "SELECT id, location FROM databases WHERE name = ?",
                 (struct sqlite_value[]){sqlite_text(folded_name)}, 1);
    while (sqlite_next(&rows)) {
        id = sqlite_row_number(&rows, 0);
        if (location != NULL)
            *location = sqlite_row_text(&rows, 1, arena);
    }
    if (!sqlite_end(&rows, err))
        return 0;
    if (id == 0)
        (void)err_set(err, ERR_NOT_FOUND, "%s", folded_name); /* as the real one says it */
    return id;
}

static bool read_database_parameters(struct metastore *metastore, int64_t id, struct arena *arena,
                                     struct hive_parameters *parameters, struct err *err)
{
    struct sqlite_value of[] = {sqlite_number(id)};
    struct sqlite_rows rows;
    size_t room = 0;

    sqlite_query(&rows, metastore->db,
                 "SELECT count(*) FROM database_parameters WHERE database_id = ?", of, 1);
    while (sqlite_next(&rows))
        room = (size_t)sqlite_row_number(&rows, 0);
    if (!sqlite_end(&rows, err))
        return false;
    parameters->parameters = ARENA_NEW(arena, struct hive_parameter, room);
    parameters->count = 0;
    if (parameters->parameters == NULL)
        return err_set(err, ERR_LIMIT, "the answer needs more than %zu bytes", arena->limit);
    sqlite_query(&rows, metastore->db,
                 "SELECT key, value FROM database_parameters WHERE database_id = ?"
                 " ORDER BY position",
                 of, 1);
    while (parameters->count < room && sqlite_next(&rows)) {
        struct hive_parameter *parameter = &parameters->parameters[parameters->count++];
        parameter->key = sqlite_row_text(&rows, 0, arena);
        parameter->value = sqlite_row_text(&rows, 1, arena);
    }
    return sqlite_end(&rows, err);
}

bool metastore_database(struct metastore *metastore, const char *name, struct arena *arena,
                        struct hive_database *database, struct err *err)
{
    struct sqlite_rows rows;
    int64_t id = 0;
    const char *folded = metastore_folded(name, arena, err);
    if (folded == NULL)
        return false;

    memset(database, 0, sizeof(*database));
    sqlite_query(&rows, metastore->db,
                 "SELECT id, name, description, location, owner_name, owner_type FROM databases"
                 " WHERE name = ?",
                 (struct sqlite_value[]){sqlite_text(folded)}, 1);
    while (sqlite_next(&rows)) {
        id = sqlite_row_number(&rows, 0);
        database->name = sqlite_row_text(&rows, 1, arena);
        database->description = sqlite_row_text(&rows, 2, arena);
        database->location = sqlite_row_text(&rows, 3, arena);
        database->owner_name = sqlite_row_text(&rows, 4, arena);
        database->owner_type = (int32_t)sqlite_row_number(&rows, 5);
    }
    if (!sqlite_end(&rows, err))
        return false;
    if (id == 0)
        return err_set(err, ERR_NOT_FOUND, "%.200s", name);
    return read_database_parameters(metastore, id, arena, &database->parameters, err);
}

static bool insert_database(struct metastore *metastore, const struct hive_database *database,
                            struct arena *arena, struct err *err)
{
    int64_t id;
    struct sqlite_value row[] = {
        sqlite_text(database->name),
        sqlite_text(database->description),
        sqlite_text(database->location),
        sqlite_text(location_in_storage(metastore->storage_root, database->location, arena)),
        sqlite_text(database->owner_name),
        sqlite_number(database->owner_type),
    };
    if (!sqlite_change(metastore->db,
                       "INSERT INTO databases (name, description, location, storage_path,"
                       " owner_name, owner_type) VALUES (?, ?, ?, ?, ?, ?)",
                       row, COUNT_OF(row), &id, err))
        return false;
    for (size_t i = 0; i < database->parameters.count; i++) {
        struct sqlite_value parameter[] = {
            sqlite_number(id),
            sqlite_number((int64_t)i),
            sqlite_text(database->parameters.parameters[i].key),
            sqlite_text(database->parameters.parameters[i].value),
        };
        if (!sqlite_change(metastore->db,
                           "INSERT OR REPLACE INTO database_parameters (database_id, position,"
                           " key, value) VALUES (?, ?, ?, ?)",
                           parameter, COUNT_OF(parameter), NULL, err))
            return false;
    }
    return true;
}

/* With the name folded and the location absolute. */
static bool settle_database(struct metastore *metastore, struct hive_database *database,
                            struct arena *arena, struct err *err)
{
    const char *location = database->location;

    database->name = metastore_name("database", database->name, arena, err);
    if (database->name == NULL)
        return false;
    if (location == NULL || *location == '\0') {
        location = arena_printf(arena, WAREHOUSE "/%s.db", database->name);
        if (location == NULL)
            return err_set(err, ERR_LIMIT, "the request needs more than %zu bytes", arena->limit);
    }
    database->location = location_from_client(metastore->storage_root, location, arena, err);
    return database->location != NULL;
}

bool metastore_create_database(struct metastore *metastore, const struct hive_database *database,
                               struct arena *arena, struct err *err)
{
    struct hive_database settled = *database;
    struct err unknown;

    if (!settle_database(metastore, &settled, arena, err))
        return false;
    if (metastore_database_id(metastore, settled.name, arena, NULL, &unknown) != 0)
        return err_set(err, ERR_CONFLICT, "Database %s already exists", settled.name);
    if (unknown.kind != ERR_NOT_FOUND) {
        *err = unknown;
        return false;
    }
    if (!metastore_make_folder(metastore, settled.location, arena, err) ||
        !sqlite_begin(metastore->db, err))
        return false;
    if (insert_database(metastore, &settled, arena, err))
        return metastore_commit(metastore, err);
    sqlite_abort(metastore->db);
    return false;
}

/* --- Dropping a database --- */

/* Managed ones first, while the external ones within their folders are still known, and the
 * innermost of them before those around. */
static bool list_tables(struct metastore *metastore, int64_t database_id, struct arena *arena,
                        int64_t **tables, size_t *count, struct err *err)
{
    struct sqlite_value of[] = {sqlite_number(database_id)};
    struct sqlite_rows rows;
    size_t room = 0;

    sqlite_query(&rows, metastore->db, "SELECT count(*) FROM tables WHERE database_id = ?", of, 1);
    while (sqlite_next(&rows))
        room = (size_t)sqlite_row_number(&rows, 0);
    if (!sqlite_end(&rows, err))
        return false;
    *tables = ARENA_NEW(arena, int64_t, room);
    *count = 0;
    if (*tables == NULL)
        return err_set(err, ERR_LIMIT, "%zu tables are too many to drop at once", room);
    sqlite_query(&rows, metastore->db,
                 "SELECT id FROM tables WHERE database_id = ? ORDER BY type = '" HIVE_TABLE_MANAGED
                 "' DESC, length(storage_path) DESC",
                 of, 1);
    while (*count < room && sqlite_next(&rows))
        (*tables)[(*count)++] = sqlite_row_number(&rows, 0);
    return sqlite_end(&rows, err);
}

static bool remove_tables(struct metastore *metastore, int64_t database_id, bool delete_data,
                          struct arena *arena, struct err *err)
{
    int64_t *tables = NULL;
    size_t count = 0;

    if (!list_tables(metastore, database_id, arena, &tables, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!metastore_table_remove(metastore, tables[i], delete_data, arena, err))
            return false;
    return true;
}

static bool is_empty(struct metastore *metastore, int64_t database_id, struct err *err)
{
    struct sqlite_rows rows;
    int64_t found = 0;

    sqlite_query(&rows, metastore->db, "SELECT 1 FROM tables WHERE database_id = ? LIMIT 1",
                 (struct sqlite_value[]){sqlite_number(database_id)}, 1);
    while (sqlite_next(&rows))
        found = 1;
    if (!sqlite_end(&rows, err))
        return false;
    return found == 0 || err_set(err, ERR_UNSUPPORTED, "one or more tables exist");
}

/* Only an empty one: what an external table or a stranger put there stays. */
static void remove_folder_if_empty(struct metastore *metastore, const char *location,
                                   struct arena *arena)
{
    struct file_names names;
    struct err err;
    const char *path = location_in_storage(metastore->storage_root, location, arena);

    if (path == NULL || !file_list(path, &names, arena, &err) || names.count > 0)
        return;
    if (!file_remove_tree(path, &err))
        diag_warn("dropped-database-keeps-its-folder", "path=%s error=\"%s\"", path, err.text);
}

bool metastore_drop_database(struct metastore *metastore, const char *name, bool delete_data,
                             bool cascade, struct arena *arena, struct err *err)
{
    const char *location = NULL;
    const char *folded = metastore_folded(name, arena, err);
    int64_t id =
        folded == NULL ? 0 : metastore_database_id(metastore, folded, arena, &location, err);

    if (id == 0)
        return false;
    if (strcmp(folded, "default") == 0)
        return err_set(err, ERR_UNSUPPORTED, "Can not drop default database");
    if (!cascade && !is_empty(metastore, id, err))
        return err_within(err, "Database %s is not empty", folded);
    if (!sqlite_begin(metastore->db, err))
        return false;
    if (!remove_tables(metastore, id, delete_data, arena, err) ||
        !sqlite_change(metastore->db, "DELETE FROM databases WHERE id = ?",
                       (struct sqlite_value[]){sqlite_number(id)}, 1, NULL, err)) {
        sqlite_abort(metastore->db);
        return false;
    }
    if (!metastore_commit(metastore, err))
        return false;
    metastore_bury(metastore);
    if (delete_data)
        remove_folder_if_empty(metastore, location, arena);
    return true;
}
