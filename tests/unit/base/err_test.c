/* SPDX-License-Identifier: Apache-2.0 */
/* err_test.c - an error says what failed, why, and where, within its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/err.h"

static const char long_text[] =
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123"
    "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012"
    "3";

/* All three return false, so that failing is one line. */
static void says_false_whatever_happened(void **state)
{
    (void)state;
    struct err err = {0};

    assert_false(err_set(&err, ERR_LIMIT, "%d headers", 3));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_string_equal(err.text, "3 headers");
    errno = ENOSPC;
    assert_false(err_sys(&err, "cannot write %s", "x.log"));
    assert_false(err_within(&err, "topic %s", "events"));
}

/* The system's reason is kept as a number and as a sentence, also after calls that change errno. */
static void keeps_what_the_system_said(void **state)
{
    (void)state;
    struct err err = {.line = 7, .column = 8};

    errno = ENOSPC;
    (void)err_sys(&err, "cannot write %s", "x.log");
    assert_int_equal(err.kind, ERR_IO);
    assert_int_equal(err.sys_errno, ENOSPC);
    assert_string_equal(err.text, "cannot write x.log: No space left on device");
    assert_int_equal(err.line, 0);
    assert_int_equal(err.column, 0);
}

/* Where it happened goes in front; what it was stays as it was. */
static void puts_where_in_front_of_what(void **state)
{
    (void)state;
    struct err err = {0};

    (void)err_set(&err, ERR_CORRUPT, "bad crc");
    err.line = 3;
    (void)err_within(&err, "segment %d", 42);
    (void)err_within(&err, "events-0");
    assert_string_equal(err.text, "events-0: segment 42: bad crc");
    assert_int_equal(err.kind, ERR_CORRUPT);
    assert_int_equal(err.line, 3);
}

/* A new error has nothing of the one before it. */
static void forgets_the_error_before(void **state)
{
    (void)state;
    struct err err = {0};

    errno = EIO;
    (void)err_sys(&err, "first");
    err.line = 4;
    (void)err_set(&err, ERR_NOT_FOUND, "second");
    assert_int_equal(err.sys_errno, 0);
    assert_int_equal(err.line, 0);
    assert_string_equal(err.text, "second");
}

/* What is too long is cut; what fits of it is still a string. */
static void cuts_what_is_too_long(void **state)
{
    (void)state;
    struct err err = {0};

    (void)err_set(&err, ERR_LIMIT, "%s", long_text);
    assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
    (void)err_within(&err, "where");
    assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
    assert_memory_equal(err.text, "where: 0123", 11);
    (void)err_within(&err, "%s", long_text);
    assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
    errno = EIO;
    (void)err_sys(&err, "%s", long_text);
    assert_int_equal(strlen(err.text), ERR_TEXT_BYTES - 1);
    assert_int_equal(err.sys_errno, EIO);
}

/* An error may be told anew in the words of the one it replaces. */
static void may_quote_itself(void **state)
{
    (void)state;
    struct err err = {0};

    (void)err_set(&err, ERR_IO, "disk on fire");
    (void)err_set(&err, ERR_UNAVAILABLE, "try later: %s (%s)", err.text, err.text);
    assert_string_equal(err.text, "try later: disk on fire (disk on fire)");
    (void)err_within(&err, "seen %zu bytes in '%.9s'", strlen(err.text), err.text);
    assert_string_equal(err.text, "seen 38 bytes in 'try later': "
                                  "try later: disk on fire (disk on fire)");
    errno = EIO;
    (void)err_sys(&err, "after %.4s", err.text);
    assert_string_equal(err.text, "after seen: Input/output error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_false_whatever_happened),
        cmocka_unit_test(keeps_what_the_system_said),
        cmocka_unit_test(puts_where_in_front_of_what),
        cmocka_unit_test(forgets_the_error_before),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(may_quote_itself),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
