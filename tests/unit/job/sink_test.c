/* SPDX-License-Identifier: Apache-2.0 */
/* sink_test.c - a batch is in the table whole and once, wherever the crash was. */
#include "job/sink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/file.h"

#define FILES 3

struct scene {
    char dir[64];
    char table[128];
    struct checkpoint checkpoint;
    struct sink sink;
    struct sink_file list[FILES];
    struct sink_files files;
};

static const char *in(const struct scene *scene, const char *name)
{
    static char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/%s", scene->dir, name);
    return path;
}

static void open_all(struct scene *scene)
{
    struct err err = {0};

    checkpoint_reset(&scene->checkpoint);
    assert_true(checkpoint_open(&scene->checkpoint, in(scene, "checkpoint"), "events", &err));
    (void)snprintf(scene->table, sizeof(scene->table), "%s", in(scene, "table"));
    assert_true(
        sink_open(&scene->sink, scene->table, in(scene, "staging"), &scene->checkpoint, &err));
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    struct offsets offsets = {0};
    struct err err = {0};

    (void)snprintf(scene->dir, sizeof(scene->dir), "/tmp/sink_test.XXXXXX");
    *state = scene;
    if (mkdtemp(scene->dir) == NULL)
        return 1;
    open_all(scene);
    offsets_grow(&offsets, 1);
    offsets.next[0] = 0;
    bool ok = checkpoint_set_start(&scene->checkpoint, &offsets, &err) &&
              checkpoint_plan(&scene->checkpoint, &offsets, 0, &err);
    offsets_reset(&offsets);
    return !ok;
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

static void stage(struct scene *scene)
{
    struct err err = {0};

    scene->files = (struct sink_files){scene->list, FILES};
    for (size_t i = 0; i < FILES; i++) {
        char path[PATH_MAX];
        sink_name(&scene->checkpoint, i, scene->list[i].name);
        scene->list[i].rows = 10 + i;
        assert_true(sink_staged_path(&scene->sink, scene->list[i].name, path, &err));
        assert_true(file_replace(path, span_of(scene->list[i].name), &err));
    }
}

static size_t count_files(const char *dir)
{
    struct arena arena;
    struct file_names names;
    struct err err = {0};

    arena_init(&arena, 100000);
    assert_true(file_list(dir, &names, &arena, &err));
    size_t count = names.count;
    arena_reset(&arena);
    return count;
}

static void names_say_where_a_file_is_from(void **state)
{
    struct scene *scene = *state;
    char name[SINK_NAME_BYTES];
    char wanted[SINK_NAME_BYTES];

    sink_name(&scene->checkpoint, 7, name);
    (void)snprintf(wanted, sizeof(wanted), "part-00007-%s-b0.snappy.parquet", scene->checkpoint.id);
    assert_string_equal(name, wanted);
}

static void without_a_manifest_nothing_lands(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    bool landed;

    stage(scene);
    open_all(scene); /* the crash */
    assert_true(sink_recover(&scene->sink, &scene->checkpoint, &landed, &err));
    assert_false(landed);
    assert_int_equal(count_files(scene->table), 0);
    assert_int_equal(count_files(scene->sink.staging_dir), 0);
}

/* After the manifest every number of renames done before the crash leads to the same table. */
static void with_a_manifest_all_lands_once(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    bool landed;

    stage(scene);
    assert_true(sink_decide(&scene->sink, &scene->checkpoint, &scene->files, &err));
    for (size_t done = 0; done <= FILES; done++) {
        if (done > 0) { /* one more rename before the next crash */
            struct sink_files some = {scene->list, done};
            assert_true(sink_land(&scene->sink, &some, &err));
            assert_int_equal(count_files(scene->table), done);
        }
    }
    open_all(scene);
    assert_true(sink_recover(&scene->sink, &scene->checkpoint, &landed, &err));
    assert_true(landed);
    assert_int_equal(count_files(scene->table), FILES);
    assert_int_equal(count_files(scene->sink.staging_dir), 0);
    assert_true(sink_recover(&scene->sink, &scene->checkpoint, &landed, &err)); /* again */
    assert_true(landed);
    assert_int_equal(count_files(scene->table), FILES);
}

static void recovery_completes_a_half_done_landing(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct sink_files one = {scene->list, 1};
    bool landed;

    stage(scene);
    assert_true(sink_decide(&scene->sink, &scene->checkpoint, &scene->files, &err));
    assert_true(sink_land(&scene->sink, &one, &err));
    open_all(scene);
    assert_true(sink_recover(&scene->sink, &scene->checkpoint, &landed, &err));
    assert_true(landed);
    assert_int_equal(count_files(scene->table), FILES);
}

/* S2: what readers may have seen stays as it is. */
static void never_replaces_a_file_of_the_table(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct arena arena;
    struct span bytes;
    char path[PATH_MAX];

    stage(scene);
    assert_true(sink_decide(&scene->sink, &scene->checkpoint, &scene->files, &err));
    int size = snprintf(path, sizeof(path), "%s/%s", scene->table, scene->list[1].name);
    assert_true(size < PATH_MAX);
    assert_true(file_replace(path, span_of("older"), &err));
    assert_false(sink_land(&scene->sink, &scene->files, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    arena_init(&arena, 1000);
    assert_true(file_read_all(path, &bytes, &arena, &err));
    assert_true(span_is(bytes, "older"));
    arena_reset(&arena);
}

static void says_when_a_file_is_nowhere(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    char path[PATH_MAX];

    stage(scene);
    assert_true(sink_decide(&scene->sink, &scene->checkpoint, &scene->files, &err));
    assert_true(sink_staged_path(&scene->sink, scene->list[2].name, path, &err));
    assert_true(file_remove(path, &err));
    assert_false(sink_land(&scene->sink, &scene->files, &err));
    assert_int_equal(err.kind, ERR_CORRUPT);
    assert_non_null(strstr(err.text, scene->list[2].name));
}

static void refuses_a_damaged_manifest(void **state)
{
    struct scene *scene = *state;
    static const char *const manifests[] = {"", "v2\n", "v1\n{\"name\":\"x\"",
                                            "v1\n{\"name\":\"../x\",\"rows\":1}\n",
                                            "v1\n{\"rows\":1}\n"};
    struct err err = {0};
    char path[PATH_MAX];
    bool landed;

    assert_true(checkpoint_path(&scene->checkpoint, "sink", 0, path, &err));
    for (size_t i = 0; i < sizeof(manifests) / sizeof(manifests[0]); i++) {
        assert_true(file_replace(path, span_of(manifests[i]), &err));
        assert_false(sink_recover(&scene->sink, &scene->checkpoint, &landed, &err));
        assert_int_equal(err.kind, ERR_CORRUPT);
        assert_non_null(strstr(err.text, "sink/0"));
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(names_say_where_a_file_is_from),     CASE(without_a_manifest_nothing_lands),
        CASE(with_a_manifest_all_lands_once),     CASE(recovery_completes_a_half_done_landing),
        CASE(never_replaces_a_file_of_the_table), CASE(says_when_a_file_is_nowhere),
        CASE(refuses_a_damaged_manifest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
