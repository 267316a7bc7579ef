/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/config.h"

static char dir[] = "/tmp/config_test_XXXXXX";
static char file[64];

static int set_up(void **state)
{
    static const char *const variables[] = {
        "STEELTHREAD_HOME",          "STEELTHREAD_FILE",           "STEELTHREAD_PORT_BASE",
        "STEELTHREAD_KAFKA_BROKERS", "STEELTHREAD_METASTORE_URIS", "STEELTHREAD_SQL_LISTEN"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(variables); i++)
        (void)unsetenv(variables[i]);
    (void)setenv("HOME", dir, 1);
    (void)unsetenv("XDG_DATA_HOME");
    return 0;
}

static int make_dir(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL || chdir(dir) != 0)
        return -1;
    (void)snprintf(file, sizeof(file), "%s/test.yml", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    (void)unlink(file);
    return rmdir(dir);
}

static void write_file(const char *text)
{
    FILE *to = fopen(file, "w");
    assert_non_null(to);
    assert_true(fputs(text, to) >= 0);
    assert_int_equal(fclose(to), 0);
}

static struct config_faults faults;

static struct config *load_flags(const struct config_flags *flags)
{
    return config_load(flags, true, &faults);
}

static struct config *load(const char *text)
{
    const struct config_flags flags = {.file = file};
    write_file(text);
    return load_flags(&flags);
}

/* Without a file it is the lecture's pipeline, on the lecture's ports, for this machine alone. */
static void runs_the_lecture_without_a_file(void **state)
{
    (void)state;
    static const int ports[] = {[CONFIG_COLLECTOR] = 5000,
                                [CONFIG_BROKER] = 29092,
                                [CONFIG_CATALOG] = 9083,
                                [CONFIG_SQL] = 8080,
                                [CONFIG_JOB] = 4040};
    const struct config_flags flags = {0};
    struct config *config = load_flags(&flags);
    assert_non_null(config);
    assert_null(config->file);
    assert_string_equal(config->topic, "events");
    assert_int_equal(config->route_count, 2);
    assert_string_equal(config->routes[1].path, "/purchase_a_sword");
    assert_string_equal(config->routes[1].reply, "Sword Purchased!\n");
    assert_int_equal(config->routes[1].field_count, 1);
    assert_string_equal(config->routes[1].fields[0].name, "event_type");
    assert_string_equal(config->routes[1].fields[0].json, "\"purchase_sword\"");
    assert_int_equal(config->job_count, 1);
    assert_string_equal(config->jobs[0].from, "events");
    assert_int_equal(config->jobs[0].trigger_ms, 10000);
    assert_string_equal(config->jobs[0].starting_offsets, "earliest");
    assert_string_equal(config->jobs[0].path, "/tmp/sword_purchases");
    assert_null(config->jobs[0].table);
    assert_true(config->kafka_embedded);
    assert_true(config->metastore_embedded);
    assert_string_equal(config->kafka_brokers, "127.0.0.1:29092");
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        assert_true(config_starts(config, (enum config_service)i));
        assert_int_equal(config->listen[i][0].port, ports[i]);
        assert_string_equal(config->listen[i][0].host, "127.0.0.1");
    }
    config_close(config);
}

/* What is printed as the example is what runs: reading it changes nothing. */
static void prints_as_an_example_what_it_runs(void **state)
{
    (void)state;
    const struct config_flags none = {0};
    struct text built_in;
    struct text from_file;
    text_init(&built_in, 1 << 20);
    text_init(&from_file, 1 << 20);
    struct config *config = load_flags(&none);
    assert_non_null(config);
    config_show(config, &built_in);
    config_close(config);
    config = load(config_example());
    assert_non_null(config);
    config_show(config, &from_file);
    config_close(config);
    /* The first two lines are comments that name the home and the file. */
    assert_string_equal(strstr(text_string(&built_in), "app:"),
                        strstr(text_string(&from_file), "app:"));
    text_reset(&built_in);
    text_reset(&from_file);
}

static const char everything[] =
    "app:\n"
    "  topic: clicks\n"
    "  routes:\n"
    "    /a: {event: {n: 1, f: 1.50, t: true, z: null, s: '1', u: \"\\u00e9\\U0001F600\\x7f\", "
    "l: [1, x], m: {k: v}}, reply: \"\"}\n"
    "    /b: {event: {}}\n"
    "kafka: {brokers: [\"kafka1:9092\", \"kafka2\"]}\n"
    "metastore: {uris: \"thrift://cloudera:9083\"}\n"
    "jobs:\n"
    "  one:\n"
    "    from: clicks\n"
    "    sql: select cast(value as string) as v from clicks\n"
    "    trigger: availableNow\n"
    "    maxOffsetsPerTrigger: 1000\n"
    "    startingOffsets: '{\"clicks\": {\"0\": 23, \"1\": -2}}'\n"
    "    checkpointLocation: /tmp/c\n"
    "    path: /tmp/p\n"
    "    table: t\n"
    "collector: {listen: \"0.0.0.0:80\"}\n"
    "sql: {listen: [\"127.0.0.1:81\", \"[::1]:81\"], query.max-memory: 1.5GB}\n"
    "broker: {num.partitions: 3, auto.create.topics.enable: false}\n"
    "job: {spark.sql.session.timeZone: Europe/Paris, listen: 4444}\n";

static void reads_everything_that_can_be_said(void **state)
{
    (void)state;
    static const char *const json[] = {
        "1",          "1.50",          "true", "null", "\"1\"", "\"\\u00e9\\ud83d\\ude00\\u007f\"",
        "[1, \"x\"]", "{\"k\": \"v\"}"};
    struct config *config = load(everything);
    assert_non_null(config);
    assert_string_equal(config->topic, "clicks");
    assert_int_equal(config->route_count, 2);
    assert_int_equal(config->routes[0].field_count, COUNT_OF(json));
    for (size_t i = 0; i < COUNT_OF(json); i++)
        assert_string_equal(config->routes[0].fields[i].json, json[i]);
    assert_string_equal(config->routes[0].reply, "");
    assert_int_equal(config->routes[1].field_count, 0);
    assert_false(config->kafka_embedded);
    assert_string_equal(config->kafka_brokers, "kafka1:9092,kafka2:9092");
    assert_false(config_starts(config, CONFIG_BROKER));
    assert_false(config->metastore_embedded);
    assert_string_equal(config->metastore.host, "cloudera");
    assert_int_equal(config->metastore.port, 9083);
    assert_false(config_starts(config, CONFIG_CATALOG));
    assert_int_equal(config->jobs[0].trigger, CONFIG_TRIGGER_AVAILABLE_NOW);
    assert_int_equal(config->jobs[0].max_offsets_per_trigger, 1000);
    assert_string_equal(config->jobs[0].table, "default.t");
    assert_string_equal(config->listen[CONFIG_COLLECTOR][0].host, "0.0.0.0");
    assert_int_equal(config->listen_count[CONFIG_COLLECTOR], 1);
    assert_string_equal(config_client_address(config, CONFIG_COLLECTOR).host, "127.0.0.1");
    assert_int_equal(config->listen_count[CONFIG_SQL], 2);
    assert_string_equal(config->listen[CONFIG_SQL][1].host, "::1");
    assert_int_equal(config->listen[CONFIG_JOB][0].port, 4444);
    assert_string_equal(config_broker_option(config, "num.partitions"), "3");
    assert_string_equal(config_broker_option(config, "auto.create.topics.enable"), "false");
    assert_null(config_broker_option(config, "log.segment.bytes"));
    assert_string_equal(config->session_time_zone, "Europe/Paris");
    assert_int_equal(config->query_max_memory, (uint64_t)1536 << 20);
    config_close(config);
}

/* `config show` prints a file that means the same. */
static void shows_what_reads_back_to_the_same(void **state)
{
    (void)state;
    struct text once;
    struct text twice;
    text_init(&once, 1 << 20);
    text_init(&twice, 1 << 20);
    struct config *config = load(everything);
    assert_non_null(config);
    config_show(config, &once);
    config_close(config);
    config = load(text_string(&once));
    assert_non_null(config);
    config_show(config, &twice);
    config_close(config);
    assert_string_equal(text_string(&once), text_string(&twice));
    text_reset(&once);
    text_reset(&twice);
}

/* Sizes as Presto and Trino write them. */
static void reads_sizes_with_their_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes; /* 0: refused */
        const char *shown;
    } rows[] = {
        {"16MB", 16 << 20, "16MB"},
        {"\"64 MB\"", 64 << 20, "64MB"},
        {"20000kB", 20000 * 1024, "20000kB"},
        {"0.5GB", 512 << 20, "512MB"},
        {"2TB", (uint64_t)2 << 40, "2TB"},
        {"67108865B", 67108865, "67108865B"},
        {"1MB", 0, "want 16MB to 16TB"},
        {"17TB", 0, "want 16MB to 16TB"},
        {"9999999999999999999MB", 0, "its unit"},
        {"-1GB", 0, "its unit"},
        {"1gb", 0, "its unit"},
        {"1.GB", 0, "its unit"},
        {"GB", 0, "its unit"},
        {"67108864", 0, "its unit"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[128];
        struct text shown;
        (void)snprintf(text, sizeof(text), "sql: {query.max-memory: %s}\n", rows[i].text);
        struct config *config = load(text);
        if (rows[i].bytes == 0) {
            assert_null(config);
            assert_int_equal(faults.count, 1);
            assert_non_null(strstr(faults.kept[0].text, rows[i].shown));
            continue;
        }
        assert_non_null(config);
        assert_int_equal(config->query_max_memory, rows[i].bytes);
        text_init(&shown, 1 << 20);
        config_show(config, &shown);
        (void)snprintf(text, sizeof(text), "  query.max-memory: %s\n", rows[i].shown);
        assert_non_null(strstr(text_string(&shown), text));
        text_reset(&shown);
        config_close(config);
    }
}

/* A fault never hides another, and each is told with its place. */
static void finds_every_fault_at_once(void **state)
{
    (void)state;
    static const struct {
        int line;
        int column;
        const char *text;
    } wanted[] = {
        {2, 3, "unknown key `topc` in `app`; did you mean `topic`?"},
        {3, 10, "a topic's name"},
        {5, 5, "is no path"},
        {5, 18, "want a mapping"},
        {6, 5, "has no `event`"},
        {7, 1, "did you mean `kafka`?"},
        {8, 18, "`brokers`"},
        {9, 1, "`files` is not built yet"},
        {10, 11, "not built yet"},
        {12, 3, "is no name for a job"},
        {12, 3, "has no `checkpointLocation`"},
        {12, 3, "has no `path`"},
        {16, 14, "did you mean `seconds`?"},
        {17, 27, "want 1 to"},
        {18, 22, "`startingOffsets`"},
        {19, 25, "begins with /"},
        {20, 11, "only paths of the default storage"},
        {21, 5, "did you mean `table`?"},
        {22, 3, "`b` is there twice, first in line 13"},
        {23, 18, "`listen`"},
        {23, 37, "did you mean `num.partitions`?"},
        {24, 35, "IANA"},
        {25, 7, "did you mean `query.max-memory`?"},
    };
    assert_null(load("app:\n"
                     "  topc: events\n"
                     "  topic: ev ents\n"
                     "  routes:\n"
                     "    foo: {event: 3, reply: x}\n"
                     "    /x: {reply: a}\n"
                     "kafak: {}\n"
                     "kafka: {brokers: \"a:x\"}\n"
                     "files: {}\n"
                     "storage: {default: \"s3://x\"}\n"
                     "jobs:\n"
                     "  a b: {from: events, sql: 'select cast(value as string) as v from events'}\n"
                     "  b:\n"
                     "    from: events\n"
                     "    sql: select cast(value as string) as v from events\n"
                     "    trigger: 10 secnds\n"
                     "    maxOffsetsPerTrigger: -3\n"
                     "    startingOffsets: latst\n"
                     "    checkpointLocation: tmp\n"
                     "    path: s3://x\n"
                     "    tabel: x\n"
                     "  b: {}\n"
                     "broker: {listen: \"localhost:99999\", num.partition: 3}\n"
                     "job: {spark.sql.session.timeZone: Mars/X}\n"
                     "sql: {query.max-memry: 1GB}\n"));
    assert_int_equal(faults.count, COUNT_OF(wanted));
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        assert_int_equal(faults.kept[i].line, wanted[i].line);
        assert_int_equal(faults.kept[i].column, wanted[i].column);
        assert_non_null(strstr(faults.kept[i].text, wanted[i].text));
    }
}

static void calls_null_empty(void **state)
{
    (void)state;
    static const char *const texts[] = {"app: {topic: ~}\n", "app: {topic: null}\n",
                                        "app: {topic: }\n"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_null(load(texts[i]));
        assert_int_equal(faults.count, 1);
        assert_string_equal(faults.kept[0].text, "`topic` is empty, want a text");
    }
}

/* A fault of a job's SQL stands where the character stands in the file. */
static void finds_faults_in_sql_by_the_place_in_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        int line;
        int column;
    } rows[] = {
        {"select nosuch from events", 4, 17},
        {"|\n      select\n        nosuch from events", 6, 9},
        {">\n      select\n      nosuch from events", 6, 7},
        {"'select ''a'' as a, nosuch from events'", 4, 30},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[512];
        (void)snprintf(text, sizeof(text),
                       "jobs:\n  j:\n    from: events\n    sql: %s\n"
                       "    checkpointLocation: /c\n    path: /p\n",
                       rows[i].sql);
        assert_null(load(text));
        assert_int_equal(faults.count, 1);
        assert_non_null(strstr(faults.kept[0].text, "nosuch"));
        assert_int_equal(faults.kept[0].line, rows[i].line);
        assert_int_equal(faults.kept[0].column, rows[i].column);
    }
}

/* Two jobs on one directory would each break what the other promises. */
static void refuses_what_only_two_keys_together_make_wrong(void **state)
{
    (void)state;
    static const char job[] =
        "{from: events, sql: 'select cast(value as string) as v from events', "
        "checkpointLocation: %s, path: %s}\n";
    static const struct {
        const char *paths[4];
        const char *text;
    } rows[] = {
        {{"/c1", "/p", "/c2", "/p/"}, "share their path"},
        {{"/c", "/p1", "/c", "/p2"}, "share their checkpointLocation"},
        {{"/x", "/x", "/c", "/p"}, "its checkpoint where its rows go"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char one[256];
        char two[256];
        char text[1024];
        (void)snprintf(one, sizeof(one), job, rows[i].paths[0], rows[i].paths[1]);
        (void)snprintf(two, sizeof(two), job, rows[i].paths[2], rows[i].paths[3]);
        (void)snprintf(text, sizeof(text), "jobs:\n  a: %s  b: %s", one, two);
        assert_null(load(text));
        assert_int_equal(faults.count, 1);
        assert_non_null(strstr(faults.kept[0].text, rows[i].text));
    }
    assert_null(load("sql: {listen: 9083}\n"));
    assert_non_null(strstr(faults.kept[0].text, "both listen on port 9083"));
    assert_null(load("jobs:\n  a: {from: x, sql: 'select cast(value as string) as v from y', "
                     "checkpointLocation: /c, path: /p}\n"));
    assert_non_null(strstr(faults.kept[0].text, "reads from `y`"));
}

/* Flag over environment over file over default. */
static void lets_the_nearer_word_win(void **state)
{
    (void)state;
    const struct config_flags by_file = {.file = file};
    const struct config_flags by_flag = {.file = file, .port_base = 7000, .home = "/tmp/flag"};
    write_file("sql: {listen: \"127.0.0.1:1111\"}\nkafka: {brokers: \"file:1\"}\n");

    struct config *config = load_flags(&by_file);
    assert_non_null(config);
    assert_int_equal(config->listen[CONFIG_SQL][0].port, 1111);
    assert_string_equal(config->kafka_brokers, "file:1");
    config_close(config);

    (void)setenv("STEELTHREAD_SQL_LISTEN", "127.0.0.1:2222", 1);
    (void)setenv("STEELTHREAD_KAFKA_BROKERS", "env:2", 1);
    (void)setenv("STEELTHREAD_HOME", "/tmp/env", 1);
    config = load_flags(&by_file);
    assert_non_null(config);
    assert_int_equal(config->listen[CONFIG_SQL][0].port, 2222);
    assert_string_equal(config->kafka_brokers, "env:2");
    assert_string_equal(config->home, "/tmp/env");
    assert_string_equal(config->storage_root, "/tmp/env/files");
    config_close(config);

    (void)setenv("STEELTHREAD_PORT_BASE", "6000", 1);
    config = load_flags(&by_file);
    assert_non_null(config);
    assert_int_equal(config->listen[CONFIG_SQL][0].port, 6004);
    config_close(config);

    config = load_flags(&by_flag);
    assert_non_null(config);
    assert_int_equal(config->listen[CONFIG_COLLECTOR][0].port, 7000);
    assert_int_equal(config->listen[CONFIG_JOB][0].port, 7007);
    assert_string_equal(config->home, "/tmp/flag");
    config_close(config);
}

static void tells_faults_of_the_environment(void **state)
{
    (void)state;
    const struct config_flags flags = {.file = "/nowhere/x.yml"};
    (void)setenv("STEELTHREAD_PORT_BASE", "65530", 1);
    (void)setenv("STEELTHREAD_METASTORE_URIS", "cloudera:xx", 1);
    assert_null(load_flags(&flags));
    assert_int_equal(faults.count, 3);
    struct text text;
    text_init(&text, 10000);
    config_faults_write(&faults, &text);
    assert_non_null(strstr(text_string(&text), "/nowhere/x.yml: no such file"));
    assert_non_null(strstr(text_string(&text), "STEELTHREAD_PORT_BASE"));
    assert_non_null(strstr(text_string(&text), "STEELTHREAD_METASTORE_URIS"));
    text_reset(&text);
}

/* No path leaves the storage. */
static void keeps_paths_within_the_storage(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *absolute; /* NULL: refused */
    } rows[] = {
        {"/tmp/x", "/h/files/tmp/x"},
        {"/tmp/x/", "/h/files/tmp/x"},
        {"file:///h/files/tmp/x", "/h/files/tmp/x"},
        {"file:///h/files", "/h/files"},
        {"/a..b/c", "/h/files/a..b/c"},
        {"file:///h/filesx", NULL},
        {"file:///etc/passwd", NULL},
        {"/../etc/passwd", NULL},
        {"/tmp/..", NULL},
        {"file:///h/files/../x", NULL},
        {"tmp/x", NULL},
        {"", NULL},
        {"hdfs://n/x", NULL},
        {"s3://b/x", NULL},
    };
    const struct config_flags flags = {.home = "/h/"};
    struct config *config = load_flags(&flags);
    assert_non_null(config);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char absolute[256];
        struct err err = {0};
        bool ok = config_storage_path(config, rows[i].path, absolute, sizeof(absolute), &err);
        assert_int_equal(ok, rows[i].absolute != NULL);
        if (ok)
            assert_string_equal(absolute, rows[i].absolute);
        else
            assert_int_equal(err.kind, ERR_MALFORMED);
    }
    config_close(config);
}

/* The home: the flag, else STEELTHREAD_HOME, XDG_DATA_HOME, HOME; never a guess. */
/* Tables know their files by whole paths: another name for the same home must not lose them. */
static void calls_a_home_by_one_name(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *name;
    } homes[] = {
        {"/a", "/a"},
        {"/a/", "/a"},
        {"//a//b/", "/a/b"},
        {"/a/./b/.", "/a/b"},
        {"/a/../b", "/b"},
        {"/a/b/../../", "/"},
        {"/../..", "/"},
        {"/", "/"},
        {"/a/..b/.c", "/a/..b/.c"},
        {"/a/.../b..", "/a/.../b.."},
    };
    char home[CONFIG_PATH_BYTES_MAX];
    char wanted[CONFIG_PATH_BYTES_MAX];
    struct err err = {0};
    for (size_t i = 0; i < COUNT_OF(homes); i++) {
        assert_true(config_home(homes[i].typed, home, &err));
        assert_string_equal(home, homes[i].name);
    }
    (void)snprintf(wanted, sizeof(wanted), "%s/rel", dir);
    assert_true(config_home("./x/..//rel/", home, &err));
    assert_string_equal(home, wanted);
}

static void finds_the_home(void **state)
{
    (void)state;
    char home[CONFIG_PATH_BYTES_MAX];
    char wanted[CONFIG_PATH_BYTES_MAX];
    struct err err = {0};

    (void)snprintf(wanted, sizeof(wanted), "%s/.local/share/steelthread", dir);
    assert_true(config_home(NULL, home, &err));
    assert_string_equal(home, wanted);
    (void)setenv("XDG_DATA_HOME", "/xdg", 1);
    assert_true(config_home(NULL, home, &err));
    assert_string_equal(home, "/xdg/steelthread");
    (void)setenv("STEELTHREAD_HOME", "/own", 1);
    assert_true(config_home(NULL, home, &err));
    assert_string_equal(home, "/own");
    (void)snprintf(wanted, sizeof(wanted), "%s/rel", dir);
    assert_true(config_home("rel", home, &err));
    assert_string_equal(home, wanted);
    (void)unsetenv("STEELTHREAD_HOME");
    (void)unsetenv("XDG_DATA_HOME");
    (void)unsetenv("HOME");
    assert_false(config_home(NULL, home, &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_false(config_home("", home, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(runs_the_lecture_without_a_file, set_up),
        cmocka_unit_test_setup(prints_as_an_example_what_it_runs, set_up),
        cmocka_unit_test_setup(reads_everything_that_can_be_said, set_up),
        cmocka_unit_test_setup(shows_what_reads_back_to_the_same, set_up),
        cmocka_unit_test_setup(reads_sizes_with_their_units, set_up),
        cmocka_unit_test_setup(finds_every_fault_at_once, set_up),
        cmocka_unit_test_setup(calls_null_empty, set_up),
        cmocka_unit_test_setup(finds_faults_in_sql_by_the_place_in_the_file, set_up),
        cmocka_unit_test_setup(refuses_what_only_two_keys_together_make_wrong, set_up),
        cmocka_unit_test_setup(lets_the_nearer_word_win, set_up),
        cmocka_unit_test_setup(tells_faults_of_the_environment, set_up),
        cmocka_unit_test_setup(keeps_paths_within_the_storage, set_up),
        cmocka_unit_test_setup(calls_a_home_by_one_name, set_up),
        cmocka_unit_test_setup(finds_the_home, set_up),
    };
    return cmocka_run_group_tests_name("config", tests, make_dir, remove_dir);
}
