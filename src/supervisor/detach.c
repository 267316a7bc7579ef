/* SPDX-License-Identifier: Apache-2.0 */
/* detach.c - two forks and a pipe.  The last byte through it, behind a zero byte, is the status. */
#include "supervisor/detach.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"
#include "io/process.h"
#include "supervisor/diag_file.h"

static void write_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t put = write(fd, at, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return; /* nobody listens any more */
        at += put;
        size -= (size_t)put;
    }
}

/* Prints until the status comes. */
static int listen_to(int from)
{
    char byte;
    for (;;) {
        ssize_t got = read(from, &byte, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        if (byte != '\0') {
            (void)fputc(byte, stderr);
            continue;
        }
        if (read(from, &byte, 1) == 1)
            return (unsigned char)byte;
        break;
    }
    (void)fprintf(stderr, "steelthread up: the supervisor ended without a word\n");
    return EXIT_FAILURE;
}

bool detach_begin(int *to, struct err *err)
{
    int ends[2];
    *to = -1;
    if (!process_pipe(ends, err))
        return false;
    pid_t child = fork();
    if (child < 0) {
        (void)err_sys(err, "fork");
        file_close(ends[0]);
        file_close(ends[1]);
        return false;
    }
    if (child > 0) {
        file_close(ends[1]);
        (void)waitpid(child, NULL, 0);
        _exit(listen_to(ends[0])); /* nothing is buffered, and the memory is the other one's */
    }
    process_close_inherited(ends[1]);
    /* A session of its own without a leader can never get a terminal again. */
    (void)setsid();
    pid_t grandchild = fork();
    if (grandchild != 0)
        _exit(grandchild < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
    *to = ends[1];
    return true;
}

void detach_say(int to, struct span text)
{
    write_all(to, text.data, text.size);
}

void detach_finish(int to, int status)
{
    const char last[2] = {'\0', (char)status};
    write_all(to, last, sizeof(last));
    file_close(to);
}

void detach_roll(const char *path)
{
    char older[PATH_MAX + 2];
    struct file_info info;
    struct err err;
    int fd;

    if (!file_stat(path, &info, &err) || info.bytes <= DIAG_FILE_BYTES_MAX)
        return;
    (void)snprintf(older, sizeof(older), "%s.1", path);
    if (!file_rename(path, older, &err) || !file_open(&fd, path, FILE_OPEN_OR_CREATE, &err))
        return;
    (void)dup2(fd, STDERR_FILENO); /* at once: whoever writes meanwhile writes to one of the two */
    file_close(fd);
}

bool detach_streams(const char *path, struct err *err)
{
    if (freopen(path, "ae", stderr) == NULL)
        return err_sys(err, "%s", path);
    if (freopen("/dev/null", "re", stdin) == NULL || freopen("/dev/null", "we", stdout) == NULL)
        return err_sys(err, "/dev/null");
    return true;
}
