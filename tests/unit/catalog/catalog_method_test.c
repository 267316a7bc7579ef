/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/mem.h"
#include "catalog/catalog_method.h"
#include "io/file.h"
#include "wire/thrift.h"

struct world {
    char home[64];
    struct metastore *metastore;
    struct text out;
};

static int set_up(void **state)
{
    struct world *w = mem_new(sizeof(*w));
    char db[128];
    char root[128];
    struct err err;

    (void)snprintf(w->home, sizeof(w->home), "/tmp/catalog-method-XXXXXX");
    assert_non_null(mkdtemp(w->home));
    (void)snprintf(db, sizeof(db), "%s/catalog.db", w->home);
    (void)snprintf(root, sizeof(root), "%s/files", w->home);
    assert_int_equal(mkdir(root, 0777), 0);
    w->metastore = metastore_create(db, root, &err);
    assert_non_null(w->metastore);
    text_init(&w->out, CATALOG_METHOD_REPLY_BYTES_MAX);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    struct err err;

    metastore_close(w->metastore);
    text_reset(&w->out);
    assert_true(file_remove_tree(w->home, &err));
    mem_free(w);
    return 0;
}

struct golden {
    unsigned char bytes[8192];
    size_t size;
};

static struct golden read_golden(const char *name)
{
    struct golden golden = {{0}, 0};
    char path[256];

    (void)snprintf(path, sizeof(path), "tests/golden/hms/%s.bin", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    golden.size = fread(golden.bytes, 1, sizeof(golden.bytes), file);
    (void)fclose(file);
    assert_true(golden.size > 12);
    return golden;
}

/* A recorded answer may belong to a later call of the same words. */
static void set_number(struct golden *golden, const struct golden *from)
{
    memcpy(golden->bytes + 8 + golden->bytes[7], from->bytes + 8 + from->bytes[7], 4);
}

static enum catalog_outcome ask(struct world *w, const struct golden *call)
{
    text_clear(&w->out);
    return catalog_method_call(w->metastore, 1, (struct span){call->bytes, call->size}, &w->out);
}

static void assert_answers(struct world *w, const char *call_name, const char *reply_name)
{
    struct golden call = read_golden(call_name);
    struct golden reply = read_golden(reply_name);

    set_number(&call, &reply);
    (void)ask(w, &call);
    assert_int_equal(w->out.size, reply.size);
    assert_memory_equal(w->out.bytes, reply.bytes, reply.size);
}

/* The calls that Spark, Trino and Presto made, and what Hive's metastore answered, byte for byte.
 */
static void answers_as_hive_answered(void **state)
{
    struct world *w = *state;

    assert_answers(w, "set_ugi_call", "set_ugi_reply");
    assert_answers(w, "get_all_databases_call", "get_all_databases_reply");
    assert_answers(w, "get_table_call", "get_table_missing_reply");
    assert_answers(w, "create_table_call", "create_table_reply");
    assert_answers(w, "get_table_meta_call", "get_table_meta_reply");
    assert_answers(w, "get_unique_constraints_call", "get_unique_constraints_reply");
}

static void read_reply_table(struct span reply, struct arena *arena, struct hive_table *table)
{
    struct reader r = reader_of(reply);
    struct thrift_message message;
    struct thrift_field field;

    assert_true(thrift_read_message(&r, &message));
    assert_int_equal(message.kind, THRIFT_REPLY);
    assert_true(thrift_next_field(&r, &field));
    assert_true(thrift_field_is(&field, 0, THRIFT_STRUCT));
    hive_table_read(&r, arena, table);
    assert_false(r.bad);
}

/* What Spark created reads back as from Hive, but for the times and the files that Hive counted. */
static void gives_spark_its_table_back(void **state)
{
    struct world *w = *state;
    struct golden create = read_golden("create_table_call");
    struct golden get = read_golden("get_table_call");
    struct golden hives = read_golden("get_table_reply");
    struct hive_table ours;
    struct hive_table want;
    struct arena arena;

    arena_init(&arena, 65536);
    assert_int_equal(ask(w, &create), CATALOG_ANSWERED);
    assert_int_equal(ask(w, &get), CATALOG_ANSWERED);
    read_reply_table(text_span(&w->out), &arena, &ours);
    read_reply_table((struct span){hives.bytes, hives.size}, &arena, &want);

    for (size_t i = 0; i < want.parameters.count; i++) {
        const char *key = want.parameters.parameters[i].key;
        const char *value = hive_table_parameter(&ours.parameters, key);
        if (strcmp(key, "totalSize") == 0 || strcmp(key, "numFiles") == 0)
            continue;
        assert_non_null(value);
        if (strcmp(key, "transient_lastDdlTime") != 0)
            assert_string_equal(value, want.parameters.parameters[i].value);
    }
    want.parameters = ours.parameters;
    want.create_time = ours.create_time;

    struct text want_bytes;
    struct text our_bytes;
    text_init(&want_bytes, 65536);
    text_init(&our_bytes, 65536);
    hive_table_write(&want_bytes, &want);
    hive_table_write(&our_bytes, &ours);
    assert_int_equal(our_bytes.size, want_bytes.size);
    assert_memory_equal(our_bytes.bytes, want_bytes.bytes, want_bytes.size);
    text_reset(&want_bytes);
    text_reset(&our_bytes);
    arena_reset(&arena);
}

static void takes_what_trino_and_presto_create(void **state)
{
    struct world *w = *state;
    static const char *const calls[] = {"create_database_call", "create_view_call",
                                        "get_all_databases_call"};
    struct golden presto = read_golden("create_table_presto_call");

    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        struct golden call = read_golden(calls[i]);
        assert_int_equal(ask(w, &call), CATALOG_ANSWERED);
    }
    assert_int_equal(ask(w, &presto), CATALOG_ANSWERED);
    assert_int_equal(ask(w, &presto), CATALOG_ANSWERED_EXCEPTION); /* it is there now */
}

static void declares_its_failures(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *call;
        int16_t exception; /* its field in the result */
    } rows[] = {
        {"drop_table_call", 1},          /* NoSuchObject */
        {"drop_database_call", 1},       /* NoSuchObject */
        {"get_table_call", 2},           /* NoSuchObject */
        {"get_table_req_call", 2},       /* NoSuchObject */
        {"create_table_presto_call", 4}, /* NoSuchObject: the database */
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct golden call = read_golden(rows[i].call);
        struct thrift_message message;
        struct thrift_field field;

        assert_int_equal(ask(w, &call), CATALOG_ANSWERED_EXCEPTION);
        struct reader r = reader_of(text_span(&w->out));
        assert_true(thrift_read_message(&r, &message));
        assert_int_equal(message.kind, THRIFT_REPLY);
        assert_true(thrift_next_field(&r, &field));
        assert_true(thrift_field_is(&field, rows[i].exception, THRIFT_STRUCT));
        assert_true(thrift_next_field(&r, &field));
        assert_true(thrift_field_is(&field, 1, THRIFT_STRING));
        assert_true(thrift_read_string(&r).size > 0);
    }
}

static void says_nothing_to_a_one_way_call(void **state)
{
    struct world *w = *state;
    struct golden call = read_golden("shutdown_oneway");

    assert_int_equal(ask(w, &call), CATALOG_NOTHING_TO_SAY);
    assert_int_equal(w->out.size, 0);
}

/* Every byte of a call changed, one at a time: an answer or none, and the metastore goes on. */
static void survives_every_changed_byte(void **state)
{
    struct world *w = *state;
    struct golden whole = read_golden("create_table_presto_call");

    for (size_t at = 0; at < whole.size; at++) {
        struct golden call = whole;
        struct thrift_scan scan = {0};

        call.bytes[at] ^= 0x55;
        if (thrift_scan(&scan, (struct span){call.bytes, call.size}, sizeof(call.bytes)) !=
            THRIFT_COMPLETE)
            continue;
        call.size = scan.at;
        (void)ask(w, &call);
    }
    assert_answers(w, "get_all_databases_call", "get_all_databases_reply");
}

int main(void)
{
#define TEST(promise) cmocka_unit_test_setup_teardown(promise, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(answers_as_hive_answered),           TEST(gives_spark_its_table_back),
        TEST(takes_what_trino_and_presto_create), TEST(declares_its_failures),
        TEST(says_nothing_to_a_one_way_call),     TEST(survives_every_changed_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
