/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - starting children and hearing what they say. */
#include "io/process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "base/mem.h"
#include "io/handle.h"

#define LINE_BYTES_MAX 4096
#define OUTPUTS 2 /* standard output and standard error */

struct output {
    uv_pipe_t pipe;
    struct process *process;
    char line[LINE_BYTES_MAX]; /* what came since the last line end */
    size_t used;
};

struct process {
    uv_process_t uv;
    struct loop *loop;
    const struct process_events *events;
    void *owner;
    struct output outputs[OUTPUTS];
    int open; /* handles that are not closed yet */
    bool exited;
    bool abandoned;
    int exit_status;
    int signum;
};

static void say_line(struct output *output)
{
    struct process *process = output->process;

    if (!process->abandoned)
        process->events->line(process->owner, (struct span){output->line, output->used});
    output->used = 0;
}

static void handle_gone(struct process *process)
{
    if (--process->open > 0)
        return;
    if (!process->abandoned && process->exited)
        process->events->ended(process->owner, process->exit_status, process->signum);
    mem_free(process);
}

static void output_gone(uv_handle_t *uv)
{
    handle_gone(((struct output *)uv->data)->process);
}

static void process_gone(uv_handle_t *uv)
{
    handle_gone(uv->data);
}

static void output_alloc(uv_handle_t *uv, size_t suggested, uv_buf_t *buffer)
{
    struct output *output = uv->data;

    (void)suggested;
    *buffer = uv_buf_init(loop_scratch(output->process->loop), HANDLE_SCRATCH_BYTES);
}

static void output_read(uv_stream_t *uv, ssize_t size, const uv_buf_t *buffer)
{
    struct output *output = uv->data;

    if (size < 0) {
        if (output->used > 0)
            say_line(output);
        uv_close((uv_handle_t *)uv, output_gone);
        return;
    }
    for (ssize_t i = 0; i < size; i++) {
        if (buffer->base[i] != '\n')
            output->line[output->used++] = buffer->base[i];
        if (buffer->base[i] == '\n' || output->used == LINE_BYTES_MAX)
            say_line(output);
    }
}

static void process_exited(uv_process_t *uv, int64_t exit_status, int signum)
{
    struct process *process = uv->data;

    process->exited = true;
    process->exit_status = (int)exit_status;
    process->signum = signum;
    uv_close((uv_handle_t *)uv, process_gone);
}

/* Ours and what is added; the pointers are borrowed, the array is the caller's. */
static char **join_environment(const char *const *added)
{
    size_t own = 0;
    size_t more = 0;

    while (environ[own] != NULL)
        own++;
    while (added != NULL && added[more] != NULL)
        more++;
    char **joined = mem_new_array(own + more + 1, sizeof(*joined));
    memcpy(joined, environ, own * sizeof(*joined));
    for (size_t i = 0; i < more; i++)
        joined[own + i] = (char *)(uintptr_t)added[i]; /* exec does not write them */
    return joined;
}

static int spawn(struct process *process, const char *const *arguments, char **environment)
{
    uv_stdio_container_t stdio[1 + OUTPUTS] = {{.flags = UV_IGNORE}};

    for (int i = 0; i < OUTPUTS; i++) {
        struct output *output = &process->outputs[i];
        output->process = process;
        (void)uv_pipe_init(loop_uv(process->loop), &output->pipe, 0);
        output->pipe.data = output;
        process->open++;
        stdio[1 + i].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
        stdio[1 + i].data.stream = (uv_stream_t *)&output->pipe;
    }
    uv_process_options_t options = {
        .exit_cb = process_exited,
        .flags = UV_PROCESS_DETACHED, /* a terminal's Ctrl-C is the supervisor's to act on */
        .file = arguments[0],
        .args = (char **)(uintptr_t)arguments, /* exec does not write them */
        .env = environment,
        .stdio = stdio,
        .stdio_count = 1 + OUTPUTS,
    };
    int failed = uv_spawn(loop_uv(process->loop), &process->uv, &options);
    process->uv.data = process;
    process->open++; /* also after a failure the handle must be closed */
    return failed;
}

struct process *process_start(struct loop *loop, const char *const *arguments,
                              const char *const *environment, const struct process_events *events,
                              void *owner, struct err *err)
{
    struct process *process = mem_new(sizeof(*process));
    char **joined = join_environment(environment);

    process->loop = loop;
    process->events = events;
    process->owner = owner;
    int failed = spawn(process, arguments, joined);
    mem_free(joined);
    if (failed != 0) {
        (void)loop_uv_error(err, failed, arguments[0]);
        (void)err_within(err, "cannot start");
        process->abandoned = true;
        uv_close((uv_handle_t *)&process->uv, process_gone);
        for (int i = 0; i < OUTPUTS; i++)
            uv_close((uv_handle_t *)&process->outputs[i].pipe, output_gone);
        return NULL;
    }
    for (int i = 0; i < OUTPUTS; i++)
        (void)uv_read_start((uv_stream_t *)&process->outputs[i].pipe, output_alloc, output_read);
    return process;
}

int process_pid(const struct process *process)
{
    return uv_process_get_pid(&process->uv);
}

void process_signal(struct process *process, int signum)
{
    if (!process->exited)
        (void)uv_process_kill(&process->uv, signum);
}

static void close_quietly(uv_handle_t *uv, uv_close_cb gone)
{
    if (!uv_is_closing(uv))
        uv_close(uv, gone);
}

void process_abandon(struct process *process)
{
    process->abandoned = true;
    close_quietly((uv_handle_t *)&process->uv, process_gone);
    for (int i = 0; i < OUTPUTS; i++)
        close_quietly((uv_handle_t *)&process->outputs[i].pipe, output_gone);
}

void process_end_with_parent(int parent_pid)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent_pid) /* it ended before we asked */
        (void)raise(SIGTERM);
}

void process_hold_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        /* The lowest free number is this one.  Open the wrong way round, so that its use fails. */
        (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

bool process_pipe(int ends[2], struct err *err)
{
    return pipe2(ends, O_CLOEXEC) == 0 || err_sys(err, "a pipe");
}

void process_close_inherited(int kept)
{
    const int first = STDERR_FILENO + 1;

    assert(kept >= first);
    if (kept > first)
        (void)close_range((unsigned)first, (unsigned)kept - 1, 0);
    (void)close_range((unsigned)kept + 1, ~0U, 0);
}

uint64_t process_raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

/* In bytes; 0: it is not known. */
static uint64_t data_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long page = sysconf(_SC_PAGE_SIZE);
    uint64_t pages = 0;

    if (file == NULL)
        return 0;
    bool known = fscanf(file, "%*s %*s %*s %*s %*s %" SCNu64, &pages) == 1 && page > 0;
    (void)fclose(file);
    return known ? pages * (uint64_t)page : 0;
}

uint64_t process_limit_data(uint64_t more, uint64_t reserve)
{
    struct rlimit limit;
    uint64_t now = data_bytes();

    if (now == 0 || getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur < now + more)
        return 0;
    limit.rlim_cur = now + more;
    if (limit.rlim_max > now + more + reserve)
        limit.rlim_max = now + more + reserve;
    return setrlimit(RLIMIT_DATA, &limit) == 0 ? limit.rlim_cur : 0;
}

bool process_own_path(char *path, size_t path_bytes, struct err *err)
{
    ssize_t size = readlink("/proc/self/exe", path, path_bytes);

    if (size < 0)
        return err_sys(err, "cannot find the running program");
    if ((size_t)size >= path_bytes)
        return err_set(err, ERR_LIMIT, "the running program's path is too long");
    path[size] = '\0';
    return true;
}
