/* SPDX-License-Identifier: Apache-2.0 */
/* process_test.c - children start, speak, end, and end with us. */
#include "io/process.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

struct scene {
    struct loop *loop;
    char said[256];
    int exit_status;
    int signum;
};

static void heard(void *owner, struct span line)
{
    struct scene *scene = owner;
    size_t used = strlen(scene->said);

    (void)snprintf(scene->said + used, sizeof(scene->said) - used, "%.*s|", (int)line.size,
                   (const char *)line.data);
}

static void ended(void *owner, int exit_status, int signum)
{
    struct scene *scene = owner;

    scene->exit_status = exit_status;
    scene->signum = signum;
    loop_stop(scene->loop);
}

static const struct process_events events = {heard, ended};

static void run(struct scene *scene, const char *command, int signum)
{
    const char *const arguments[] = {"/bin/sh", "-c", command, NULL};
    const char *const environment[] = {"GREETING=hello", NULL};
    struct err err = {0};

    *scene = (struct scene){.loop = loop_create(&err)};
    struct process *process =
        process_start(scene->loop, arguments, environment, &events, scene, &err);
    assert_non_null(process);
    assert_true(process_pid(process) > 0);
    if (signum != 0)
        process_signal(process, signum);
    loop_run(scene->loop);
    loop_close(scene->loop);
}

static void hears_lines_and_the_end(void **state)
{
    (void)state;
    struct scene scene;

    run(&scene, "echo $GREETING; printf 'no line end'; exit 3", 0);
    assert_string_equal(scene.said, "hello|no line end|");
    assert_int_equal(scene.exit_status, 3);
    assert_int_equal(scene.signum, 0);
    run(&scene, "exec sleep 60", SIGKILL);
    assert_int_equal(scene.signum, SIGKILL);
}

static void says_what_cannot_be_started(void **state)
{
    (void)state;
    const char *const arguments[] = {"/no/such/program", NULL};
    struct err err = {0};
    struct loop *loop = loop_create(&err);

    assert_null(process_start(loop, arguments, NULL, &events, NULL, &err));
    assert_non_null(strstr(err.text, "/no/such/program"));
    loop_close(loop);
}

/* A grandchild hears of its parent's death although nobody told it. */
static void ends_with_its_parent(void **state)
{
    (void)state;
    int ends[2];
    char byte;

    assert_int_equal(pipe(ends), 0);
    pid_t parent = fork();
    if (parent == 0) {
        pid_t own = getpid();
        if (fork() == 0) {
            process_end_with_parent(own);
            (void)alarm(30); /* should it not work */
            for (;;)
                (void)pause();
        }
        _exit(0);
    }
    (void)close(ends[1]);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    /* the pipe ends when its last holder, the grandchild, is gone */
    assert_int_equal(read(ends[0], &byte, 1), 0);
    (void)close(ends[0]);
}

static void finds_its_own_program(void **state)
{
    (void)state;
    char path[512];
    char small[4];
    struct err err = {0};

    assert_true(process_own_path(path, sizeof(path), &err));
    assert_non_null(strstr(path, "process_test"));
    assert_false(process_own_path(small, sizeof(small), &err));
    assert_true(process_raise_file_limit() > 0);
}

/* In a child, as a limit stays. */
static void memory_past_the_limit_is_refused(void **state)
{
    (void)state;
    const size_t mib = (size_t)1 << 20;
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        const int rights = PROT_READ | PROT_WRITE;
        uint64_t limit = process_limit_data(64 * mib, 128 * mib);
        struct rlimit told = {0};
        bool ok = limit > 64 * mib && getrlimit(RLIMIT_DATA, &told) == 0 &&
                  told.rlim_cur == limit && told.rlim_max == limit + 128 * mib;
        ok = ok && mmap(NULL, 32 * mib, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
        ok = ok && mmap(NULL, 64 * mib, rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hears_lines_and_the_end),
        cmocka_unit_test(says_what_cannot_be_started),
        cmocka_unit_test(ends_with_its_parent),
        cmocka_unit_test(finds_its_own_program),
        cmocka_unit_test(memory_past_the_limit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
