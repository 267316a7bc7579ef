/* SPDX-License-Identifier: Apache-2.0 */
/* recovery_points_test.c - the file that says where recovery begins, and what else it could be. */
#include "store/recovery_points.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/file.h"

static void reads_back_what_it_wrote(void **state)
{
    (void)state;
    char dir[] = "/tmp/recovery_points_test.XXXXXX";
    struct recovery_points points;
    struct arena arena;
    struct text lines;
    struct err err;

    assert_non_null(mkdtemp(dir));
    arena_init(&arena, 65536);
    text_init(&lines, 65536);
    assert_true(recovery_points_load(dir, &points, &arena, &err)); /* none yet */
    assert_int_equal(points.count, 0);
    recovery_points_add(&lines, "events", 0, 4711);
    recovery_points_add(&lines, "a.b_c-d", 12, INT64_MAX);
    assert_true(recovery_points_write(dir, text_span(&lines), 2, &err));
    assert_true(recovery_points_load(dir, &points, &arena, &err));
    assert_int_equal(points.count, 2);
    assert_int_equal(recovery_points_find(&points, "events", 0), 4711);
    assert_int_equal(recovery_points_find(&points, "a.b_c-d", 12), INT64_MAX);
    assert_int_equal(recovery_points_find(&points, "events", 1), 0);
    assert_int_equal(recovery_points_find(&points, "event", 0), 0);
    text_reset(&lines);
    arena_reset(&arena);
    assert_true(file_remove_tree(dir, &err));
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "0",
        "1\n0\n",
        "0\n-1\n",
        "0\n1\n",
        "0\n2\nevents 0 1\n",
        "0\n1\nevents 0\n",
        "0\n1\nevents 0 -1\n",
        "0\n1\nevents x 1\n",
        "0\n1\n 0 1\n",
        "0\n1\nevents 0 1 2\n",
        "0\n1\nevents 99999999999 1\n",
        "0\n9999999999\nevents 0 1\n",
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct recovery_points points;
        struct arena arena;
        struct err err;
        arena_init(&arena, 65536);
        if (recovery_points_decode(&points, span_of(rows[i]), &arena, &err))
            fail_msg("row %zu was taken", i);
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_it_wrote),
        cmocka_unit_test(refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
