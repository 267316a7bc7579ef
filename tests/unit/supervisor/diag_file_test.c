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

#include "base/arena.h"
#include "base/mem.h"
#include "io/file.h"
#include "io/loop.h"
#include "supervisor/diag_file.h"

static char dir[] = "/tmp/diag_file_test_XXXXXX";
static char path[64];
static char older[64];
static struct loop *loop;
static struct worker_pool *pool;

static int set_up(void **state)
{
    struct err err;
    (void)state;
    strcpy(dir, "/tmp/diag_file_test_XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/x.log", dir);
    (void)snprintf(older, sizeof(older), "%s/x.log.1", dir);
    loop = loop_create(&err);
    pool = loop == NULL ? NULL : worker_pool_create(loop, 1, &err);
    return pool == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct err err;
    (void)state;
    loop_close(loop);
    return file_remove_tree(dir, &err) ? 0 : -1;
}

static uint64_t bytes_of(const char *name)
{
    struct file_info info;
    struct err err;
    assert_true(file_stat(name, &info, &err));
    return info.kind == FILE_KIND_FILE ? info.bytes : 0;
}

static void assert_file(const char *name, const char *text)
{
    struct arena arena;
    struct span bytes;
    struct err err;
    arena_init(&arena, 1 << 20);
    assert_true(file_read_all(name, &bytes, &arena, &err));
    assert_true(span_is(bytes, text));
    arena_reset(&arena);
}

/* What was added is there when it is closed, behind what an earlier process left. */
static void keeps_every_line_in_order(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct err err;
        struct diag_file *file = diag_file_create(pool, path);
        diag_file_add(file, span_of(i == 0 ? "one" : "three"));
        diag_file_add(file, span_of(i == 0 ? "two" : "four"));
        diag_file_stop(file);
        worker_pool_close(pool);
        diag_file_close(file);
        pool = worker_pool_create(loop, 1, &err);
        assert_non_null(pool);
    }
    worker_pool_close(pool);
    assert_file(path, "one\ntwo\nthree\nfour\n");
}

/* However much is said, two files of a bounded size remain. */
static void never_takes_more_than_two_full_files(void **state)
{
    (void)state;
    char line[1000];
    struct diag_file *file = diag_file_create(pool, path);
    struct err err;
    memset(line, 'x', sizeof(line));
    for (int batch = 0; batch < 24; batch++) {
        for (int i = 0; i < 700; i++)
            diag_file_add(file, (struct span){line, sizeof(line)});
        diag_file_stop(file);
        worker_pool_close(pool); /* so that none has to be dropped */
        diag_file_close(file);
        pool = worker_pool_create(loop, 1, &err);
        assert_non_null(pool);
        file = diag_file_create(pool, path);
    }
    diag_file_stop(file);
    worker_pool_close(pool);
    diag_file_close(file);
    assert_true(bytes_of(path) <= DIAG_FILE_BYTES_MAX);
    assert_true(bytes_of(older) <= DIAG_FILE_BYTES_MAX);
    assert_true(bytes_of(path) + bytes_of(older) > DIAG_FILE_BYTES_MAX);
}

static void stop_when_written(void *owner)
{
    (void)owner;
    if (worker_pool_pending(pool) == 0)
        loop_stop(loop);
}

/* A flood that the disk cannot follow is cut, and it is said how much is missing. */
static void says_how_many_lines_are_missing(void **state)
{
    (void)state;
    char line[1000];
    struct arena arena;
    struct span bytes;
    struct err err;
    struct diag_file *file = diag_file_create(pool, path);
    struct loop_timer *timer = loop_timer_create(loop, stop_when_written, NULL);

    memset(line, 'x', sizeof(line));
    for (int i = 0; i < 3000; i++) /* no turn of the loop: only the first is on its way */
        diag_file_add(file, (struct span){line, sizeof(line)});
    loop_timer_start(timer, 1, 1);
    loop_run(loop);
    diag_file_add(file, span_of("the end"));
    diag_file_stop(file);
    worker_pool_close(pool);
    diag_file_close(file);
    loop_timer_close(timer);

    arena_init(&arena, (size_t)4 * 1024 * 1024);
    assert_true(file_read_all(path, &bytes, &arena, &err));
    const char *text = memmem(bytes.data, bytes.size, "\n(", 2);
    assert_non_null(text);
    int missing = 0;
    assert_int_equal(sscanf(text, "\n(%d lines are missing here)\nthe end\n", &missing), 1);
    size_t kept = (size_t)(text + 1 - (const char *)bytes.data) / (sizeof(line) + 1);
    assert_int_equal(kept + (size_t)missing, 3000);
    arena_reset(&arena);
}

/* Where nothing can be written, nothing else is harmed. */
static void survives_a_disk_that_takes_nothing(void **state)
{
    (void)state;
    struct diag_file *file = diag_file_create(pool, "/nowhere/x.log");
    diag_file_add(file, span_of("lost"));
    diag_file_stop(file);
    worker_pool_close(pool);
    diag_file_close(file);
    assert_int_equal(bytes_of(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_every_line_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(never_takes_more_than_two_full_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_how_many_lines_are_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_a_disk_that_takes_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("diag_file", tests, NULL, NULL);
}
