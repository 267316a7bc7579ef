/* SPDX-License-Identifier: Apache-2.0 */
/* mem_test.c - memory that we decided to allocate is there, or the process ends and says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

struct pair {
    int first;
    int second;
};

static void new_memory_is_zero(void **state)
{
    (void)state;
    static const unsigned char zeros[300];

    unsigned char *bytes = mem_new(sizeof(zeros));
    assert_memory_equal(bytes, zeros, sizeof(zeros));
    mem_free(bytes);
    bytes = mem_new_array(100, 3);
    assert_memory_equal(bytes, zeros, sizeof(zeros));
    mem_free(bytes);
}

/* Nothing has an address too, and may be freed; so may NULL. */
static void nothing_can_be_had_and_freed(void **state)
{
    (void)state;
    mem_free(mem_new(0));
    mem_free(mem_new_array(0, 8));
    mem_free(mem_new_array(8, 0));
    mem_free(mem_grow(NULL, 0));
    mem_free(mem_copy(NULL, 0));
    mem_free(NULL);
}

static void growing_keeps_what_was_there(void **state)
{
    (void)state;
    char *string = mem_string("kept");

    string = mem_grow(string, 100000);
    assert_string_equal(string, "kept");
    mem_free(string);
}

static void a_copy_is_our_own(void **state)
{
    (void)state;
    char original[] = {'a', '\0', 'b'};

    char *copy = mem_copy(original, sizeof(original));
    original[0] = 'x';
    assert_memory_equal(copy, "a\0b", 3);
    mem_free(copy);
}

static void a_member_leads_to_its_struct(void **state)
{
    (void)state;
    struct pair pair = {1, 2};

    assert_ptr_equal(CONTAINER_OF(&pair.second, struct pair, second), &pair);
}

/* A product that does not fit is not a small number: the process ends. */
static void ends_the_process_when_there_is_none(void **state)
{
    (void)state;
    int out[2];
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        static const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)signal(SIGABRT, SIG_DFL);
        (void)dup2(out[1], STDERR_FILENO);
        volatile size_t half = SIZE_MAX / 2 + 1;
        mem_free(mem_new_array(half, 2));
        _exit(0);
    }
    (void)close(out[1]);
    char said[4096];
    size_t used = 0;
    for (ssize_t got; (got = read(out[0], said + used, sizeof(said) - 1 - used)) > 0;)
        used += (size_t)got;
    said[used] = '\0';
    (void)close(out[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    /* A sanitizer may speak first, in its own words. */
    assert_true(strstr(said, "out of memory") != NULL || strstr(said, "Sanitizer") != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_memory_is_zero),
        cmocka_unit_test(nothing_can_be_had_and_freed),
        cmocka_unit_test(growing_keeps_what_was_there),
        cmocka_unit_test(a_copy_is_our_own),
        cmocka_unit_test(a_member_leads_to_its_struct),
        cmocka_unit_test(ends_the_process_when_there_is_none),
    };
    return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
