/* SPDX-License-Identifier: Apache-2.0 */
/* file_test.c - each promise of file.h on a real directory. */
#include "io/file.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/clock.h"

struct scene {
    char dir[64];
    struct arena arena;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    (void)snprintf(scene->dir, sizeof(scene->dir), "/tmp/file_test.XXXXXX");
    arena_init(&scene->arena, 1 << 20);
    *state = scene;
    return mkdtemp(scene->dir) == NULL;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    struct err err;
    bool ok = file_remove_tree(scene->dir, &err);

    arena_reset(&scene->arena);
    free(scene);
    return !ok;
}

static const char *in(const struct scene *scene, const char *name)
{
    static char paths[4][PATH_MAX];
    static int turn;
    char *path = paths[turn++ % 4];

    (void)snprintf(path, PATH_MAX, "%s/%s", scene->dir, name);
    return path;
}

static void writes_pieces_and_reads_them_back(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct span pieces[200];
    char back[1200];
    size_t got;
    int fd;

    for (int i = 0; i < 200; i++) /* more than one system call takes, an empty one among them */
        pieces[i] = (struct span){"abcdef", (size_t)(i == 3 ? 0 : 6)};
    assert_true(file_open(&fd, in(scene, "x"), FILE_CREATE, &err));
    assert_true(file_write_at(fd, pieces, 200, 10, &err));
    assert_true(file_sync(fd, &err));
    assert_true(file_read_at(fd, back, sizeof(back), 10, &got, &err));
    assert_int_equal(got, 199 * 6);
    assert_memory_equal(back + got - 6, "abcdef", 6);
    assert_true(file_read_cached(fd, back, 12, 10, &got, &err));
    assert_true(got == 12 || got == 0); /* 0 where the file system cannot say */
    file_close(fd);
    assert_false(file_open(&fd, in(scene, "x"), FILE_CREATE, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_int_equal(fd, -1);
    assert_false(file_open(&fd, in(scene, "y"), FILE_READ, &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "/y"));
}

/* A tail of zeros would stop Kafka's own tools. */
static void reserving_keeps_the_size(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    uint64_t bytes;
    int fd;

    assert_true(file_open(&fd, in(scene, "x"), FILE_CREATE, &err));
    assert_true(file_reserve(fd, 0, 1 << 20, &err));
    assert_true(file_bytes(fd, &bytes, &err));
    assert_int_equal(bytes, 0);
    file_close(fd);
}

static void a_new_name_replaces_nothing(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct span bytes;

    assert_true(file_replace(in(scene, "a"), span_of("one"), &err));
    assert_true(file_replace(in(scene, "b"), span_of("two"), &err));
    assert_false(file_rename_new(in(scene, "a"), in(scene, "b"), &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_true(file_read_all(in(scene, "b"), &bytes, &scene->arena, &err));
    assert_true(span_is(bytes, "two"));
    assert_true(file_rename_new(in(scene, "a"), in(scene, "c"), &err));
    assert_false(file_rename_new(in(scene, "a"), in(scene, "d"), &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
}

static void replacing_leaves_nothing_beside(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct file_names names;
    struct span bytes;

    assert_true(file_replace(in(scene, "a"), span_of("one"), &err));
    assert_true(file_replace(in(scene, "a"), span_of("three"), &err));
    assert_true(file_read_all(in(scene, "a"), &bytes, &scene->arena, &err));
    assert_true(span_is(bytes, "three"));
    assert_true(file_list(scene->dir, &names, &scene->arena, &err));
    assert_int_equal(names.count, 1);
}

static void lists_in_order_and_removes_trees(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct file_names names;
    struct file_info info;

    assert_true(file_make_dirs(in(scene, "t/b/c"), &err));
    assert_true(file_make_dirs(in(scene, "t/a"), &err));
    assert_true(file_make_dirs(in(scene, "t/a"), &err)); /* there already is fine */
    assert_true(file_replace(in(scene, "t/b/c/x"), span_of("x"), &err));
    assert_true(file_list(in(scene, "t"), &names, &scene->arena, &err));
    assert_int_equal(names.count, 2);
    assert_string_equal(names.names[0], "a");
    assert_true(file_stat(in(scene, "t/b/c/x"), &info, &err));
    assert_int_equal(info.kind, FILE_KIND_FILE);
    assert_int_equal(info.bytes, 1);
    assert_true(file_remove_tree(in(scene, "t"), &err));
    assert_true(file_stat(in(scene, "t"), &info, &err));
    assert_int_equal(info.kind, FILE_KIND_NONE);
    assert_true(file_remove_tree(in(scene, "t"), &err)); /* nothing there is fine */
    assert_false(file_make_dirs(in(scene, "f/x"), &err) &&
                 file_replace(in(scene, "f/x/y/z"), span_of(""), &err));
}

static void a_lock_names_its_holder(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    char pid[32];
    int first;
    int second;

    assert_true(file_lock(&first, in(scene, "lock"), &err));
    assert_false(file_lock(&second, in(scene, "lock"), &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    (void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
    assert_non_null(strstr(err.text, pid));
    file_close(first);
    assert_true(file_lock(&second, in(scene, "lock"), &err));
    file_close(second);
}

static void asking_for_a_lock_disturbs_nobody(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct file_info info;
    bool locked = true;
    int asking;
    int held;

    assert_true(file_is_locked(in(scene, "lock"), &locked, &err));
    assert_false(locked);
    assert_true(file_stat(in(scene, "lock"), &info, &err));
    assert_int_equal(info.kind, FILE_KIND_NONE); /* asking made none */
    assert_true(file_lock(&held, in(scene, "lock"), &err));
    assert_true(file_is_locked(in(scene, "lock"), &locked, &err));
    assert_true(locked);
    file_close(held);

    /* Another one asks, and asks long. */
    assert_true(file_open(&asking, in(scene, "lock"), FILE_READ, &err));
    assert_int_equal(flock(asking, LOCK_SH | LOCK_NB), 0);
    assert_true(file_is_locked(in(scene, "lock"), &locked, &err));
    assert_false(locked);
    pid_t child = fork();
    if (child == 0) {
        clock_sleep_ms(30); /* less than whoever wants to hold it waits */
        _exit(0);
    }
    file_close(asking); /* the child shares it until it ends */
    bool got = file_lock(&held, in(scene, "lock"), &err);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(got);
    file_close(held);
}

static void says_when_a_write_does_not_fit(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct rlimit before;
    struct rlimit small = {1000, 1000};
    char block[4096] = {0};
    struct span piece = {block, sizeof(block)};
    int fd;

    assert_true(file_open(&fd, in(scene, "x"), FILE_CREATE, &err));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool ok = file_write_at(fd, &piece, 1, 0, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(ok);
    assert_int_equal(err.kind, ERR_IO);
    assert_int_equal(err.sys_errno, EFBIG);
    file_close(fd);
}

static void reading_all_keeps_to_the_arena(void **state)
{
    struct scene *scene = *state;
    struct err err = {0};
    struct arena small;
    struct span bytes;

    arena_init(&small, 4);
    assert_true(file_replace(in(scene, "x"), span_of("12345"), &err));
    assert_false(file_read_all(in(scene, "x"), &bytes, &small, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    arena_reset(&small);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(writes_pieces_and_reads_them_back), CASE(reserving_keeps_the_size),
        CASE(a_new_name_replaces_nothing),       CASE(replacing_leaves_nothing_beside),
        CASE(lists_in_order_and_removes_trees),  CASE(a_lock_names_its_holder),
        CASE(asking_for_a_lock_disturbs_nobody), CASE(says_when_a_write_does_not_fit),
        CASE(reading_all_keeps_to_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
