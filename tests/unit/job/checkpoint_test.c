/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint_test.c - what is found again, in which state, and what is refused. */
#include "job/checkpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/file.h"

struct scene {
    char dir[64];
    struct checkpoint checkpoint;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    (void)snprintf(scene->dir, sizeof(scene->dir), "/tmp/checkpoint_test.XXXXXX");
    *state = scene;
    return mkdtemp(scene->dir) == NULL;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    struct err err;

    checkpoint_reset(&scene->checkpoint);
    bool ok = file_remove_tree(scene->dir, &err);
    free(scene);
    return !ok;
}

static void reopen(struct scene *scene)
{
    struct err err = {0};

    checkpoint_reset(&scene->checkpoint);
    assert_true(checkpoint_open(&scene->checkpoint, scene->dir, "events", &err));
}

static void plan(struct scene *scene, int64_t offset)
{
    struct offsets end = {0};
    struct err err = {0};

    offsets_grow(&end, 1);
    end.next[0] = offset;
    assert_true(checkpoint_plan(&scene->checkpoint, &end, 1700000000000, &err));
    offsets_reset(&end);
}

static void begin(struct scene *scene, int64_t offset)
{
    struct offsets start = {0};
    struct err err = {0};

    reopen(scene);
    assert_false(scene->checkpoint.has_start);
    offsets_grow(&start, 1);
    start.next[0] = offset;
    assert_true(checkpoint_set_start(&scene->checkpoint, &start, &err));
    offsets_reset(&start);
}

/* Whatever the moment of the kill, the next start knows what was intended and what was done. */
static void knows_each_state_again(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    char id[CHECKPOINT_ID_BYTES];

    begin(scene, 3);
    memcpy(id, scene->checkpoint.id, sizeof(id));
    reopen(scene);
    assert_string_equal(scene->checkpoint.id, id);
    assert_true(scene->checkpoint.has_start);
    assert_int_equal(scene->checkpoint.planned, -1);
    assert_int_equal(scene->checkpoint.start.next[0], 3);

    plan(scene, 10);
    reopen(scene);
    assert_int_equal(scene->checkpoint.planned, 0);
    assert_false(scene->checkpoint.committed);
    assert_int_equal(scene->checkpoint.start.next[0], 3);
    assert_int_equal(scene->checkpoint.end.next[0], 10);

    assert_true(checkpoint_commit(&scene->checkpoint, &err));
    plan(scene, 12);
    assert_true(checkpoint_commit(&scene->checkpoint, &err));
    reopen(scene);
    assert_int_equal(scene->checkpoint.planned, 1);
    assert_true(scene->checkpoint.committed);
    assert_int_equal(scene->checkpoint.start.next[0], 10);
    assert_int_equal(scene->checkpoint.end.next[0], 12);
}

/* The files are Spark's own, byte for byte where nothing is ours to choose. */
static void writes_what_spark_writes(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct arena arena;
    struct span bytes;
    char path[PATH_MAX];

    begin(scene, 0);
    plan(scene, 12);
    assert_true(checkpoint_commit(&scene->checkpoint, &err));
    arena_init(&arena, 100000);
    (void)snprintf(path, sizeof(path), "%s/sources/0/0", scene->dir);
    assert_true(file_read_all(path, &bytes, &arena, &err));
    static const char start[] = "\0v1\n{\"events\":{\"0\":0}}";
    assert_true(span_equal(bytes, (struct span){start, sizeof(start) - 1}));
    (void)snprintf(path, sizeof(path), "%s/offsets/0", scene->dir);
    assert_true(file_read_all(path, &bytes, &arena, &err));
    assert_true(span_is(bytes, "v1\n{\"batchWatermarkMs\":0,\"batchTimestampMs\":1700000000000,"
                               "\"conf\":{}}\n{\"events\":{\"0\":12}}"));
    (void)snprintf(path, sizeof(path), "%s/commits/0", scene->dir);
    assert_true(file_read_all(path, &bytes, &arena, &err));
    assert_true(span_is(bytes, "v1\n{\"nextBatchWatermarkMs\":0}"));
    arena_reset(&arena);
}

static void keeps_the_last_hundred(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct file_info info;
    char path[PATH_MAX];

    begin(scene, 0);
    for (int64_t i = 1; i <= CHECKPOINT_BATCHES_KEPT + 5; i++) {
        plan(scene, i);
        assert_true(checkpoint_commit(&scene->checkpoint, &err));
    }
    for (int64_t i = 0; i < CHECKPOINT_BATCHES_KEPT + 5; i++) {
        assert_true(checkpoint_path(&scene->checkpoint, "offsets", i, path, &err));
        assert_true(file_stat(path, &info, &err));
        assert_int_equal(info.kind, i < 5 ? FILE_KIND_NONE : FILE_KIND_FILE);
    }
    reopen(scene);
    assert_int_equal(scene->checkpoint.planned, CHECKPOINT_BATCHES_KEPT + 4);
}

static void refuses_what_is_damaged(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *file;
        const char *bytes; /* NULL: removed */
        enum err_kind kind;
    } rows[] = {
        {"metadata", "{\"id\":\"short\"}", ERR_CORRUPT},
        {"metadata", "{", ERR_CORRUPT},
        {"offsets/1", "v1\n{}\n{\"events\":{\"0\":", ERR_CORRUPT},
        {"offsets/1", "v2\n{}\n{\"events\":{\"0\":1}}", ERR_CORRUPT},
        {"offsets/1", "", ERR_CORRUPT},
        {"offsets/1", "v1\n{}\n{\"other\":{\"0\":1}}", ERR_CONFLICT},
        {"offsets/0", NULL, ERR_CORRUPT},
        {"sources/0/0", NULL, ERR_CORRUPT},
        {"commits/7", "v1\n{\"nextBatchWatermarkMs\":0}", ERR_CORRUPT},
    };
    struct err err = {0};

    begin(scene, 0);
    plan(scene, 1);
    assert_true(checkpoint_commit(&scene->checkpoint, &err));
    plan(scene, 2);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena arena;
        struct span before = {NULL, 0};
        struct checkpoint other;
        char path[PATH_MAX];
        arena_init(&arena, 100000);
        (void)snprintf(path, sizeof(path), "%s/%s", scene->dir, rows[i].file);
        bool was_there = file_read_all(path, &before, &arena, &err);
        if (rows[i].bytes == NULL)
            assert_true(file_remove(path, &err));
        else
            assert_true(file_replace(path, span_of(rows[i].bytes), &err));
        assert_false(checkpoint_open(&other, scene->dir, "events", &err));
        assert_int_equal(err.kind, rows[i].kind);
        assert_non_null(strstr(err.text, scene->dir)); /* says where to look */
        if (was_there)
            assert_true(file_replace(path, before, &err));
        else
            assert_true(file_remove(path, &err));
        arena_reset(&arena);
    }
    reopen(scene);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(knows_each_state_again),
        CASE(writes_what_spark_writes),
        CASE(keeps_the_last_hundred),
        CASE(refuses_what_is_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
