/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "catalog/location.h"

#define ROOT "/home/ann/st/files"

/* What has no scheme lies in the default storage; what has one is kept word for word. */
static void makes_absolute_uris(void **state)
{
    (void)state;
    static const struct {
        const char *written;
        const char *uri; /* NULL: refused */
    } rows[] = {
        {"/tmp/sword_purchases", "file://" ROOT "/tmp/sword_purchases"},
        {"/tmp//sword purchases/", "file://" ROOT "/tmp/sword purchases"},
        {"/", "file://" ROOT},
        {"/tmp/caf\xc3\xa9", "file://" ROOT "/tmp/caf\xc3\xa9"},
        {"file:///data/x", "file:///data/x"},
        {"file:/data/x/", "file:/data/x"},
        {"hdfs://cloudera:8020/tmp/x", "hdfs://cloudera:8020/tmp/x"},
        {"s3a://bucket/", "s3a://bucket"},
        {"file:///", "file:///"},
        {"", NULL},
        {"tmp/x", NULL},
        {"../x", NULL},
        {"/tmp/../../etc", NULL},
        {"/tmp/./x", NULL},
        {"/..", NULL},
        {"/tmp/a\nb", NULL},
        {"1:/x", NULL},
        {"file:x", NULL},
        {"hdfs:", NULL},
        {"file://" ROOT "/../x", NULL},
        {"hdfs://cloudera/tmp/./x", NULL},
        {"s3a://bucket/..", NULL},
        {"s3a://bucket/..x/.y/z..", "s3a://bucket/..x/.y/z.."},
        {"/.dropped", NULL},
        {"file:" ROOT "//.dropped/3", NULL},
        {"/x/.dropped", "file://" ROOT "/x/.dropped"},
        {"a/b:/c", NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena;
        struct err err = {0};

        arena_init(&arena, 65536);
        const char *uri = location_from_client(ROOT, rows[i].written, &arena, &err);
        if (rows[i].uri == NULL) {
            assert_null(uri);
            assert_int_equal(err.kind, ERR_MALFORMED);
        } else {
            assert_non_null(uri);
            assert_string_equal(uri, rows[i].uri);
        }
        arena_reset(&arena);
    }
}

static void refuses_a_location_without_end(void **state)
{
    (void)state;
    char written[LOCATION_BYTES_MAX + 2];
    struct arena arena;
    struct err err = {0};

    memset(written, 'x', sizeof(written));
    written[0] = '/';
    written[sizeof(written) - 1] = '\0';
    arena_init(&arena, 65536);
    assert_null(location_from_client(ROOT, written, &arena, &err));
    assert_int_equal(err.kind, ERR_MALFORMED);
    arena_reset(&arena);
}

/* Only what certainly lies below the root is ours to make or delete. */
static void knows_what_lies_in_the_storage(void **state)
{
    (void)state;
    static const struct {
        const char *uri;
        const char *path; /* NULL: not ours */
    } rows[] = {
        {"file://" ROOT "/tmp/x", ROOT "/tmp/x"},
        {"file:" ROOT "/tmp//x/", ROOT "/tmp/x"},
        {"file://localhost" ROOT "/x", ROOT "/x"},
        {"file://" ROOT, NULL},
        {"file://" ROOT "/", NULL},
        {"file://" ROOT "2/x", NULL},
        {"file://" ROOT "/../../etc", NULL},
        {"file://" ROOT "/./x", NULL},
        {"file://elsewhere" ROOT "/x", NULL},
        {"file:///etc", NULL},
        {"hdfs://" ROOT "/x", NULL},
        {"file:relative", NULL},
        {"", NULL},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct arena arena;

        arena_init(&arena, 65536);
        const char *path = location_in_storage(ROOT, rows[i].uri, &arena);
        if (rows[i].path == NULL) {
            assert_null(path);
        } else {
            assert_non_null(path);
            assert_string_equal(path, rows[i].path);
        }
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_absolute_uris),
        cmocka_unit_test(refuses_a_location_without_end),
        cmocka_unit_test(knows_what_lies_in_the_storage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
