/* SPDX-License-Identifier: Apache-2.0 */
/* journal_test.c - a change that was told is there after a crash; damage is an error, not a loss.
 */
#include "broker/journal.h"

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
#include "io/file.h"

#define LINES 3

struct scene {
    char dir[64];
    char path[96];
    struct text lines;
    int seen;
    bool refuses;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    (void)snprintf(scene->dir, sizeof(scene->dir), "/tmp/journal_test.XXXXXX");
    *state = scene;
    if (mkdtemp(scene->dir) == NULL)
        return 1;
    (void)snprintf(scene->path, sizeof(scene->path), "%s/" JOURNAL_NAME, scene->dir);
    text_init(&scene->lines, 65536);
    for (int i = 0; i < LINES; i++) {
        char json[32];
        (void)snprintf(json, sizeof(json), "{\"number\":%d}", i);
        journal_add_line(&scene->lines, span_of(json));
    }
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    struct err err;

    bool ok = file_remove_tree(scene->dir, &err);
    text_reset(&scene->lines);
    free(scene);
    return ok ? 0 : 1;
}

static bool each(void *owner, const struct json_value *change, struct err *err)
{
    struct scene *scene = owner;
    int64_t number;

    if (scene->refuses)
        return err_set(err, ERR_CORRUPT, "not so");
    assert_true(json_to_i64(json_get(change, "number"), &number));
    assert_int_equal(number, scene->seen++);
    return true;
}

static bool load(struct scene *scene, struct span bytes, struct journal_loaded *loaded,
                 struct err *err)
{
    assert_true(file_replace(scene->path, bytes, err));
    scene->seen = 0;
    return journal_load(scene->path, each, scene, loaded, err);
}

static void without_a_file_there_is_nothing(void **state)
{
    struct scene *scene = *state;
    struct journal_loaded loaded;
    struct err err;

    assert_true(journal_load(scene->path, each, scene, &loaded, &err));
    assert_int_equal(loaded.line_count, 0);
    assert_int_equal(loaded.bytes, 0);
}

/* Wherever the last write was torn, whole lines stay and the rest is cut. */
static void cuts_a_torn_line(void **state)
{
    struct scene *scene = *state;
    struct journal_loaded loaded;
    struct err err;
    size_t line = scene->lines.size / LINES;

    for (size_t size = 0; size <= scene->lines.size; size++) {
        assert_true(load(scene, (struct span){scene->lines.bytes, size}, &loaded, &err));
        assert_int_equal(scene->seen, size / line);
        assert_int_equal(loaded.bytes, size / line * line);
        assert_int_equal(loaded.cut_bytes, size % line);
        struct file_info info;
        assert_true(file_stat(scene->path, &info, &err));
        assert_int_equal(info.bytes, loaded.bytes);
    }
}

/* A byte that differs before other lines is damage: a topic must not be lost in silence. */
static void refuses_damage_before_other_lines(void **state)
{
    struct scene *scene = *state;
    struct journal_loaded loaded;
    struct err err;
    size_t line = scene->lines.size / LINES;

    for (size_t at = 0; at < line; at++) {
        scene->lines.bytes[at] ^= 1;
        assert_false(load(scene, text_span(&scene->lines), &loaded, &err));
        assert_int_equal(err.kind, ERR_CORRUPT);
        assert_non_null(strstr(err.text, JOURNAL_NAME));
        scene->lines.bytes[at] ^= 1;
    }
}

/* A page that never reached the disk reads as zeros: nobody was told of what stood there. */
static void cuts_from_a_page_that_was_not_written(void **state)
{
    struct scene *scene = *state;
    struct journal_loaded loaded;
    struct err err;
    size_t line = scene->lines.size / LINES;

    memset(scene->lines.bytes + line + 3, 0, 7);
    assert_true(load(scene, text_span(&scene->lines), &loaded, &err));
    assert_int_equal(scene->seen, 1);
    assert_int_equal(loaded.cut_bytes, 2 * line);
}

static void passes_on_what_a_reader_refuses(void **state)
{
    struct scene *scene = *state;
    struct journal_loaded loaded;
    struct err err;

    scene->refuses = true;
    assert_false(load(scene, text_span(&scene->lines), &loaded, &err));
    assert_non_null(strstr(err.text, "line 1: not so"));
}

struct wait {
    struct journal_wait wait;
    struct loop *loop;
    bool stops;
    int *told;
    enum err_kind kind;
};

static void written(struct journal_wait *wait, const struct err *err)
{
    struct wait *one = CONTAINER_OF(wait, struct wait, wait);

    assert_null(err);
    (*one->told)++;
    if (one->stops)
        loop_stop(one->loop);
}

/* Lines that are told are in the file, in order, behind what was there. */
static void writes_behind_what_is_there(void **state)
{
    struct scene *scene = *state;
    struct journal_loaded loaded;
    struct wait waits[LINES];
    struct err err;
    int told = 0;

    assert_true(file_replace(scene->path, text_span(&scene->lines), &err));
    struct loop *loop = loop_create(&err);
    assert_non_null(loop);
    struct worker_pool *pool = worker_pool_create(loop, 1, &err);
    assert_non_null(pool);
    struct journal *journal = journal_create(scene->path, scene->lines.size, pool);
    for (int i = 0; i < LINES; i++) {
        char json[32];
        (void)snprintf(json, sizeof(json), "{\"number\":%d}", LINES + i);
        waits[i] = (struct wait){
            .wait = {.written = written}, .loop = loop, .stops = i + 1 == LINES, .told = &told};
        journal_write(journal, span_of(json), &waits[i].wait);
    }
    assert_int_equal(told, 0);
    loop_run(loop);
    assert_int_equal(told, LINES);
    worker_pool_close(pool);
    journal_close(journal);
    loop_close(loop);
    scene->seen = 0;
    assert_true(journal_load(scene->path, each, scene, &loaded, &err));
    assert_int_equal(scene->seen, 2 * LINES);
}

static void refused(struct journal_wait *wait, const struct err *err)
{
    struct wait *one = CONTAINER_OF(wait, struct wait, wait);

    one->kind = err == NULL ? ERR_NONE : err->kind;
    loop_stop(one->loop);
}

/* What is written can be loaded: a file of more than that is not made. */
static void takes_no_more_than_can_be_loaded(void **state)
{
    struct scene *scene = *state;
    const char json[] = "{\"number\":0}"; /* and ten bytes around it */
    struct file_info info;
    struct err err;

    struct loop *loop = loop_create(&err);
    assert_non_null(loop);
    struct worker_pool *pool = worker_pool_create(loop, 1, &err);
    assert_non_null(pool);
    for (int spare = 0; spare <= 1; spare++) {
        size_t line = sizeof(json) - 1 + 10;
        struct journal *journal =
            journal_create(scene->path, JOURNAL_BYTES_MAX - line + 1 - (size_t)spare, pool);
        struct wait wait = {.wait = {.written = refused}, .loop = loop};
        journal_write(journal, span_of(json), &wait.wait);
        loop_run(loop);
        assert_int_equal(wait.kind, spare == 1 ? ERR_NONE : ERR_LIMIT);
        assert_true(file_stat(scene->path, &info, &err));
        assert_int_equal(info.bytes, spare == 1 ? JOURNAL_BYTES_MAX : 0);
        journal_close(journal);
    }
    worker_pool_close(pool);
    loop_close(loop);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_file_there_is_nothing),   TEST(cuts_a_torn_line),
        TEST(refuses_damage_before_other_lines), TEST(cuts_from_a_page_that_was_not_written),
        TEST(passes_on_what_a_reader_refuses),   TEST(writes_behind_what_is_there),
        TEST(takes_no_more_than_can_be_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
