/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "catalog/metastore.h"
#include "catalog/metastore_table.h"
#include "io/failpoint.h"
#include "io/file.h"

/* One metastore in a folder of its own; the paths are absolute. */
struct world {
    char home[64];
    char db[128];
    char root[128];
    struct metastore *metastore;
    struct arena arena;
    struct err err;
};

static struct metastore *open_metastore(struct world *w)
{
    return metastore_create(w->db, w->root, &w->err);
}

static int set_up(void **state)
{
    struct world *w = mem_new(sizeof(*w));

    (void)snprintf(w->home, sizeof(w->home), "/tmp/metastore-XXXXXX");
    assert_non_null(mkdtemp(w->home));
    (void)snprintf(w->db, sizeof(w->db), "%s/catalog.db", w->home);
    (void)snprintf(w->root, sizeof(w->root), "%s/files", w->home);
    assert_int_equal(mkdir(w->root, 0777), 0);
    arena_init(&w->arena, (size_t)16 * 1024 * 1024);
    w->metastore = open_metastore(w);
    assert_non_null(w->metastore);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;

    metastore_close(w->metastore);
    arena_reset(&w->arena);
    assert_true(file_remove_tree(w->home, &w->err));
    mem_free(w);
    return 0;
}

static void reopen(struct world *w)
{
    metastore_close(w->metastore);
    w->metastore = open_metastore(w);
    assert_non_null(w->metastore);
}

static bool is_there(const struct world *w, const char *below_root)
{
    char path[256];
    struct stat status;

    (void)snprintf(path, sizeof(path), "%s%s", w->root, below_root);
    return stat(path, &status) == 0;
}

static void put_file(const struct world *w, const char *below_root)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s%s", w->root, below_root);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs("rows", file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static struct hive_column two_columns[] = {{"Accept", "string", NULL}, {"n", "bigint", "how many"}};

static struct hive_table some_table(const char *name, const char *type)
{
    struct hive_table table = {
        .database = "default",
        .name = name,
        .type = type,
        .storage = {.columns = {two_columns, 2}, .bucket_count = -1},
    };
    hive_table_stored_as_parquet(&table);
    return table;
}

static bool create(struct world *w, const struct hive_table *table)
{
    return metastore_table_create(w->metastore, table, &w->arena, &w->err);
}

static bool get(struct world *w, const char *name, struct hive_table *table)
{
    return metastore_table_get(w->metastore, "default", name, &w->arena, table, &w->err);
}

static bool drop(struct world *w, const char *name)
{
    return metastore_table_drop(w->metastore, "default", name, true, &w->arena, &w->err);
}

static void default_database_is_there_from_the_start(void **state)
{
    struct world *w = *state;
    struct hive_database database;
    struct hive_names names;
    char location[256];

    assert_true(metastore_database(w->metastore, "DEFAULT", &w->arena, &database, &w->err));
    (void)snprintf(location, sizeof(location), "file://%s/user/hive/warehouse", w->root);
    assert_string_equal(database.name, "default");
    assert_string_equal(database.location, location);
    assert_string_equal(database.owner_name, "public");
    assert_true(is_there(w, "/user/hive/warehouse"));
    assert_true(metastore_databases(w->metastore, NULL, &w->arena, &names, &w->err));
    assert_int_equal(names.count, 1);
    assert_false(metastore_drop_database(w->metastore, "default", true, true, &w->arena, &w->err));
}

/* Everything that was sent comes back, also after a restart. */
static void keeps_a_table_whole(void **state)
{
    struct world *w = *state;
    static struct hive_column keys[] = {{"Day", "date", ""}};
    static struct hive_parameter parameters[] = {
        {"parquet.compress", "SNAPPY"}, {"zz", ""}, {"spark.sql.sources.schema", "{\"A\":1}"}};
    static struct hive_parameter serde[] = {{"serialization.format", "1"}};
    static const char *buckets[] = {"n"};
    static struct hive_order orders[] = {{"n", 1}, {"accept", 0}};
    struct hive_table table = some_table("Sword_Purchases", HIVE_TABLE_EXTERNAL);
    struct hive_table back;
    char location[256];

    table.database = "DEFAULT";
    table.owner = "ann";
    table.retention = 7;
    table.storage.location = "/tmp/Sword_Purchases";
    table.storage.bucket_count = 4;
    table.storage.serde_parameters = (struct hive_parameters){serde, 1};
    table.storage.bucket_columns = (struct hive_names){buckets, 1};
    table.storage.sort_columns = (struct hive_orders){orders, 2};
    table.partition_keys = (struct hive_columns){keys, 1};
    table.parameters = (struct hive_parameters){parameters, 3};
    assert_true(create(w, &table));
    reopen(w);
    assert_true(get(w, "SWORD_purchases", &back));

    (void)snprintf(location, sizeof(location), "file://%s/tmp/Sword_Purchases", w->root);
    assert_string_equal(back.database, "default");
    assert_string_equal(back.name, "sword_purchases");
    assert_string_equal(back.owner, "ann");
    assert_int_equal(back.retention, 7);
    assert_true(back.create_time > 1700000000);
    assert_string_equal(back.type, HIVE_TABLE_EXTERNAL);
    assert_string_equal(back.storage.location, location);
    assert_int_equal(back.storage.columns.count, 2);
    assert_string_equal(back.storage.columns.columns[0].name, "accept");
    assert_null(back.storage.columns.columns[0].comment);
    assert_string_equal(back.storage.columns.columns[1].type, "bigint");
    assert_string_equal(back.storage.columns.columns[1].comment, "how many");
    assert_string_equal(back.storage.input_format, table.storage.input_format);
    assert_string_equal(back.storage.serde_library, table.storage.serde_library);
    assert_int_equal(back.storage.bucket_count, 4);
    assert_string_equal(back.storage.bucket_columns.names[0], "n");
    assert_int_equal(back.storage.sort_columns.count, 2);
    assert_int_equal(back.storage.sort_columns.orders[0].order, 1);
    assert_string_equal(back.partition_keys.columns[0].name, "day");
    assert_string_equal(back.partition_keys.columns[0].comment, "");
    assert_string_equal(back.parameters.parameters[1].key, "zz");
    assert_string_equal(hive_table_parameter(&back.parameters, "zz"), "");
    assert_string_equal(hive_table_parameter(&back.parameters, "spark.sql.sources.schema"),
                        "{\"A\":1}");
    assert_string_equal(hive_table_parameter(&back.parameters, "EXTERNAL"), "TRUE");
    assert_non_null(hive_table_parameter(&back.parameters, "transient_lastDdlTime"));
    assert_string_equal(
        hive_table_parameter(&back.storage.serde_parameters, "serialization.format"), "1");
    assert_null(back.view_original_text);
    assert_true(is_there(w, "/tmp/Sword_Purchases"));
}

static void refuses_what_is_there_and_what_is_not(void **state)
{
    struct world *w = *state;
    struct hive_table table = some_table("t", NULL);
    struct hive_table back;
    struct hive_database database = {.name = "Default"};

    assert_true(create(w, &table));
    table.name = "T";
    assert_false(create(w, &table));
    assert_int_equal(w->err.kind, ERR_CONFLICT);
    table.database = "nowhere";
    assert_false(create(w, &table));
    assert_int_equal(w->err.kind, ERR_NOT_FOUND);
    assert_false(get(w, "u", &back));
    assert_int_equal(w->err.kind, ERR_NOT_FOUND);
    assert_string_equal(w->err.text, "default.u table not found");
    assert_false(drop(w, "u"));
    assert_int_equal(w->err.kind, ERR_NOT_FOUND);
    assert_false(metastore_create_database(w->metastore, &database, &w->arena, &w->err));
    assert_int_equal(w->err.kind, ERR_CONFLICT);
    assert_false(metastore_drop_database(w->metastore, "x", true, true, &w->arena, &w->err));
    assert_int_equal(w->err.kind, ERR_NOT_FOUND);
}

static void refuses_tables_that_make_no_sense(void **state)
{
    struct world *w = *state;
    static struct hive_column twice[] = {{"a", "int", NULL}, {"A", "int", NULL}};
    static struct hive_column nameless[] = {{"", "int", NULL}};
    static struct hive_column typeless[] = {{"a", "", NULL}};
    struct hive_table rows[] = {
        some_table("", NULL),   some_table("a/b", NULL),
        some_table("..", NULL), some_table("a b", NULL),
        some_table("t", "ODD"), some_table("t", NULL),
        some_table("t", NULL),  some_table("t", NULL),
        some_table("t", NULL),  some_table("t", HIVE_TABLE_MANAGED),
    };

    rows[5].storage.columns = (struct hive_columns){twice, 2};
    rows[6].storage.columns = (struct hive_columns){nameless, 1};
    rows[7].storage.columns = (struct hive_columns){typeless, 1};
    rows[8].storage.location = "/a/../../b";
    rows[9].storage.skewed = true;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_false(create(w, &rows[i]));
        assert_int_equal(w->err.kind, ERR_MALFORMED);
    }
    assert_false(get(w, "t", &rows[0]));
}

/* Managed: the folder comes and goes with the table.  External: what is in it stays. */
static void deletes_files_of_managed_tables_only(void **state)
{
    struct world *w = *state;
    struct hive_table managed = some_table("m", HIVE_TABLE_MANAGED);
    struct hive_table external = some_table("e", HIVE_TABLE_EXTERNAL);
    struct hive_parameter parameter = {"EXTERNAL", "true"};
    struct hive_table by_parameter = some_table("p", HIVE_TABLE_MANAGED);
    struct hive_table kept = some_table("k", HIVE_TABLE_MANAGED);

    external.storage.location = "/e";
    by_parameter.parameters = (struct hive_parameters){&parameter, 1};
    by_parameter.storage.location = "/p";
    assert_true(create(w, &managed));
    assert_true(create(w, &external));
    assert_true(create(w, &by_parameter));
    assert_true(create(w, &kept));
    put_file(w, "/user/hive/warehouse/m/part-0");
    put_file(w, "/user/hive/warehouse/k/part-0");
    put_file(w, "/e/part-0");
    put_file(w, "/p/part-0");
    assert_true(drop(w, "m"));
    assert_true(drop(w, "e"));
    assert_true(drop(w, "p"));
    assert_true(metastore_table_drop(w->metastore, "default", "k", false, &w->arena, &w->err));
    assert_false(is_there(w, "/user/hive/warehouse/m"));
    assert_true(is_there(w, "/user/hive/warehouse/k/part-0"));
    assert_true(is_there(w, "/e/part-0"));
    assert_true(is_there(w, "/p/part-0"));
}

/* Not below the storage, or named by somebody else as well: not ours to delete. */
static void leaves_files_that_are_not_its_own(void **state)
{
    struct world *w = *state;
    char outside[256];
    char path[512];
    struct hive_table away = some_table("away", HIVE_TABLE_MANAGED);
    struct hive_table outer = some_table("outer", HIVE_TABLE_MANAGED);
    struct hive_table inner = some_table("inner", HIVE_TABLE_EXTERNAL);

    (void)snprintf(outside, sizeof(outside), "file://%s/outside", w->home);
    (void)snprintf(path, sizeof(path), "%s/outside", w->home);
    assert_int_equal(mkdir(path, 0777), 0);
    away.storage.location = outside;
    outer.storage.location = "/shared";
    inner.storage.location = "/shared/inner";
    assert_true(create(w, &away));
    assert_true(create(w, &outer));
    assert_true(create(w, &inner));
    assert_true(drop(w, "away"));
    assert_int_equal(access(path, F_OK), 0);
    assert_true(drop(w, "outer"));
    assert_true(is_there(w, "/shared/inner"));
}

/* Promise 2, at every point at which the process can end. */
static void a_dropped_table_is_gone_whenever_it_is_killed(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *failpoint;
        bool dropped;
    } rows[] = {
        {"metastore.before_commit", false},
        {"metastore.after_commit", true},
        {"metastore.after_rename", true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct hive_table table = some_table("t", HIVE_TABLE_MANAGED);
        assert_true(create(w, &table));
        put_file(w, "/user/hive/warehouse/t/part-0");
        metastore_close(w->metastore);

        pid_t child = fork();
        if (child == 0) {
            (void)setenv("STEELTHREAD_FAILPOINT", rows[i].failpoint, 1);
            failpoint_init();
            struct metastore *metastore = open_metastore(w);
            struct err err;
            _exit(metastore != NULL &&
                  metastore_table_drop(metastore, "default", "t", true, &w->arena, &err));
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == 9);

        w->metastore = open_metastore(w);
        assert_non_null(w->metastore);
        assert_int_equal(get(w, "t", &table), !rows[i].dropped);
        assert_int_equal(is_there(w, "/user/hive/warehouse/t/part-0"), !rows[i].dropped);
        assert_false(is_there(w, "/.dropped"));
        if (!rows[i].dropped)
            assert_true(drop(w, "t"));
    }
}

/* A create that was cut off left no half of a table. */
static void a_killed_create_leaves_nothing(void **state)
{
    struct world *w = *state;
    struct hive_table table = some_table("t", HIVE_TABLE_MANAGED);

    metastore_close(w->metastore);
    pid_t child = fork();
    if (child == 0) {
        struct err err;
        (void)setenv("STEELTHREAD_FAILPOINT", "metastore.before_commit", 1);
        failpoint_init();
        struct metastore *metastore = open_metastore(w);
        _exit(metastore != NULL && metastore_table_create(metastore, &table, &w->arena, &err));
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == 9);
    w->metastore = open_metastore(w);
    assert_non_null(w->metastore);
    assert_false(get(w, "t", &table));
    table = some_table("t", HIVE_TABLE_MANAGED);
    assert_true(create(w, &table));
}

static void drops_a_database_only_when_told_what_becomes_of_its_tables(void **state)
{
    struct world *w = *state;
    struct hive_parameter parameter = {"k", "v"};
    struct hive_database db = {.name = "DB1", .parameters = {&parameter, 1}};
    struct hive_database back;
    struct hive_table managed = some_table("m", HIVE_TABLE_MANAGED);
    struct hive_table external = some_table("e", HIVE_TABLE_EXTERNAL);

    assert_true(metastore_create_database(w->metastore, &db, &w->arena, &w->err));
    assert_true(metastore_database(w->metastore, "db1", &w->arena, &back, &w->err));
    assert_string_equal(hive_table_parameter(&back.parameters, "k"), "v");
    managed.database = "db1";
    external.database = "db1";
    assert_true(create(w, &managed));
    assert_true(create(w, &external));
    put_file(w, "/user/hive/warehouse/db1.db/e/part-0");
    assert_false(metastore_drop_database(w->metastore, "db1", true, false, &w->arena, &w->err));
    assert_int_equal(w->err.kind, ERR_UNSUPPORTED);
    assert_true(metastore_drop_database(w->metastore, "db1", true, true, &w->arena, &w->err));
    assert_false(metastore_database(w->metastore, "db1", &w->arena, &back, &w->err));
    assert_false(is_there(w, "/user/hive/warehouse/db1.db/m"));
    assert_true(is_there(w, "/user/hive/warehouse/db1.db/e/part-0"));

    db.name = "empty";
    assert_true(metastore_create_database(w->metastore, &db, &w->arena, &w->err));
    assert_true(is_there(w, "/user/hive/warehouse/empty.db"));
    assert_true(metastore_drop_database(w->metastore, "empty", true, false, &w->arena, &w->err));
    assert_false(is_there(w, "/user/hive/warehouse/empty.db"));
}

/* What lies there is deleted with the next dropped table. */
static void nobody_has_files_among_those_that_go(void **state)
{
    struct world *w = *state;
    struct hive_table table = some_table("e", HIVE_TABLE_EXTERNAL);
    struct hive_database database = {.name = "d", .location = "/.dropped"};
    char location[256];

    table.storage.location = "/.dropped/mine";
    assert_false(create(w, &table));
    assert_int_equal(w->err.kind, ERR_MALFORMED);
    (void)snprintf(location, sizeof(location), "file://localhost%s//.dropped", w->root);
    table.storage.location = location;
    assert_false(create(w, &table));
    assert_int_equal(w->err.kind, ERR_MALFORMED);
    assert_false(metastore_create_database(w->metastore, &database, &w->arena, &w->err));
    assert_int_equal(w->err.kind, ERR_MALFORMED);
    table.storage.location = "/.dropped2/x";
    assert_true(create(w, &table));
}

/* Whichever of the tables is dropped first. */
static void a_database_that_goes_leaves_external_files_within_managed_ones(void **state)
{
    struct world *w = *state;
    static const char *const names[][3] = {{"a", "m", "n"}, {"z", "m", "n"}, {"o", "n", "m"}};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct hive_database database = {.name = "nested"};
        struct hive_table external = some_table(names[i][0], HIVE_TABLE_EXTERNAL);
        struct hive_table around = some_table(names[i][1], HIVE_TABLE_MANAGED);
        struct hive_table apart = some_table(names[i][2], HIVE_TABLE_MANAGED);
        struct hive_table inner = some_table("p", HIVE_TABLE_MANAGED);

        external.database = around.database = apart.database = inner.database = "nested";
        external.storage.location = "/around/e";
        around.storage.location = "/around";
        apart.storage.location = "/apart";
        inner.storage.location = "/apart/inner";
        assert_true(metastore_create_database(w->metastore, &database, &w->arena, &w->err));
        assert_true(create(w, &around));
        assert_true(create(w, &external));
        assert_true(create(w, &apart));
        assert_true(create(w, &inner));
        put_file(w, "/around/e/part-0");
        assert_true(
            metastore_drop_database(w->metastore, "nested", true, true, &w->arena, &w->err));
        assert_true(is_there(w, "/around/e/part-0"));
        assert_false(is_there(w, "/apart"));
    }
}

static void lists_by_hives_patterns(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *pattern;
        const char *name;
        bool matches;
    } rows[] = {
        {NULL, "x", true},     {"*", "x", true},
        {"*", "", true},       {"a*", "abc", true},
        {"A*C", "abc", true},  {"*b*", "abc", true},
        {"b*", "abc", false},  {"x|abc", "abc", true},
        {"x|y", "abc", false}, {"a.c", "abc", true},
        {".*", "abc", true},   {"", "abc", false},
        {"abc|", "abc", true}, {"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false},
        {"abc*", "abc", true}, {"abcd", "abc", false},
    };
    struct hive_table b = some_table("b", HIVE_TABLE_EXTERNAL);
    struct hive_table a = some_table("a", HIVE_TABLE_MANAGED);
    struct hive_names names;
    struct metastore_table_rows list;
    const char *managed = HIVE_TABLE_MANAGED;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(metastore_matches(rows[i].pattern, rows[i].name), rows[i].matches);
    assert_true(create(w, &b));
    assert_true(create(w, &a));
    assert_true(metastore_table_names(w->metastore, "Default", "*", &w->arena, &names, &w->err));
    assert_int_equal(names.count, 2);
    assert_string_equal(names.names[0], "a");
    assert_true(metastore_table_names(w->metastore, "nowhere", "*", &w->arena, &names, &w->err));
    assert_int_equal(names.count, 0);
    assert_true(metastore_table_list(w->metastore, "def*", "*", &(struct hive_names){&managed, 1},
                                     &w->arena, &list, &w->err));
    assert_int_equal(list.count, 1);
    assert_string_equal(list.rows[0].name, "a");
    assert_string_equal(list.rows[0].type, HIVE_TABLE_MANAGED);
}

static void refuses_a_database_file_that_is_not_its_own(void **state)
{
    struct world *w = *state;

    metastore_close(w->metastore);
    w->metastore = NULL;
    FILE *file = fopen(w->db, "r+");
    assert_non_null(file);
    assert_int_equal(fputs("not a database at all, and longer than a header is, by far......"
                           "....................................",
                           file) >= 0,
                     1);
    assert_int_equal(fclose(file), 0);
    assert_null(open_metastore(w));
    assert_int_equal(w->err.kind, ERR_CORRUPT);
    assert_non_null(strstr(w->err.text, w->db));
}

int main(void)
{
#define TEST(promise) cmocka_unit_test_setup_teardown(promise, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(default_database_is_there_from_the_start),
        TEST(keeps_a_table_whole),
        TEST(refuses_what_is_there_and_what_is_not),
        TEST(refuses_tables_that_make_no_sense),
        TEST(deletes_files_of_managed_tables_only),
        TEST(leaves_files_that_are_not_its_own),
        TEST(a_dropped_table_is_gone_whenever_it_is_killed),
        TEST(a_killed_create_leaves_nothing),
        TEST(drops_a_database_only_when_told_what_becomes_of_its_tables),
        TEST(a_database_that_goes_leaves_external_files_within_managed_ones),
        TEST(nobody_has_files_among_those_that_go),
        TEST(lists_by_hives_patterns),
        TEST(refuses_a_database_file_that_is_not_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
