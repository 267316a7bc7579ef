/* SPDX-License-Identifier: Apache-2.0 */
/* box.c - starts, watches and ends one service's process. */
#include "supervisor/box.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/mem.h"
#include "io/clock.h"
#include "net/http_client.h"
#include "net/service.h"

#define PROBE_MS_MAX 1000
#define PROBE_BYTES_MAX ((size_t)64 * 1024)

struct probe {
    struct task task;
    struct address address; /* the control socket */
    int pid;                /* whom it concerns: a later process is not ready yet */
    bool waiting;
    bool ready;
    char reason[BOX_REASON_BYTES];
};

struct box {
    struct box_setting setting;
    enum config_service service;
    struct process *process;
    enum box_state state;
    int64_t since_ms;
    struct restart restart;
    struct loop_timer *timer;
    struct probe probe;
    struct diag_file *diag;
    bool was_ready; /* ever */
    int tries;      /* processes that ended before that */
    bool stopping;
    bool killed;
    char reason[BOX_REASON_BYTES];
    char tail[BOX_TAIL_LINES][BOX_LINE_BYTES];
    size_t tail_count; /* in all; the newest is at (tail_count - 1) % BOX_TAIL_LINES */
};

static void set_state(struct box *box, enum box_state state)
{
    if (box->state == state)
        return;
    box->state = state;
    box->since_ms = clock_wall_ms();
    box->setting.events->changed(box->setting.owner, box);
}

/* --- readiness --- */

static void probe_run(struct task *task)
{
    ON_WORKER();
    struct probe *probe = CONTAINER_OF(task, struct probe, task);
    struct http_call call = {
        .address = &probe->address,
        .method = "GET",
        .target = "/readyz",
        .timeout_ms = PROBE_MS_MAX,
    };
    struct http_answer answer;
    struct arena arena;
    struct err err;

    arena_init(&arena, PROBE_BYTES_MAX);
    probe->ready = false;
    probe->reason[0] = '\0';
    if (http_client_call(&call, &answer, &arena, &err)) {
        probe->ready = answer.status == 200;
        const struct json_value *body = json_read(answer.body, &arena, &err);
        const struct json_value *reason = json_get(body, "reason");
        if (reason != NULL && reason->type == JSON_STRING)
            (void)snprintf(probe->reason, sizeof(probe->reason), "%.*s", (int)reason->text.size,
                           (const char *)reason->text.data);
    }
    arena_reset(&arena);
}

static void probe_done(struct task *task)
{
    ON_LOOP();
    struct box *box = CONTAINER_OF(task, struct box, probe.task);
    struct probe *probe = &box->probe;
    int64_t now_ms = clock_steady_ms();

    probe->waiting = false;
    if (box->process == NULL || process_pid(box->process) != probe->pid || box->stopping)
        return;
    (void)snprintf(box->reason, sizeof(box->reason), "%s", probe->reason);
    if (probe->ready) {
        restart_ready(&box->restart, now_ms);
        box->was_ready = true;
        set_state(box, BOX_READY);
    } else {
        restart_not_ready(&box->restart, now_ms);
        if (box->state == BOX_READY)
            set_state(box, BOX_STARTING);
    }
}

void box_probe(struct box *box)
{
    if (box->probe.waiting || box->process == NULL || box->stopping)
        return;
    box->probe.waiting = true;
    box->probe.pid = process_pid(box->process);
    worker_pool_submit(box->setting.pool, &box->probe.task);
}

/* --- the process --- */

static void heard(void *owner, struct span line)
{
    struct box *box = owner;
    char *kept = box->tail[box->tail_count++ % BOX_TAIL_LINES];
    (void)snprintf(kept, BOX_LINE_BYTES, "%.*s", (int)line.size, (const char *)line.data);
    diag_file_add(box->diag, line);
    box->setting.events->line(box->setting.owner, box, line);
}

static void describe_end(char text[64], int exit_status, int signum)
{
    if (signum != 0)
        (void)snprintf(text, 64, "signal %d (%s)", signum, sigabbrev_np(signum));
    else
        (void)snprintf(text, 64, "exit status %d", exit_status);
}

/* A job service ends by itself when all its triggers are `once` or `availableNow`; one that runs on
 * and exits was ended by someone, as every other service. */
static bool may_finish(const struct box *box)
{
    const struct config *config = box->setting.config;
    bool may = box->service == CONFIG_JOB;
    for (size_t i = 0; i < config->job_count; i++)
        may = may && config->jobs[i].trigger != CONFIG_TRIGGER_EVERY;
    return may;
}

static void ended(void *owner, int exit_status, int signum)
{
    struct box *box = owner;
    char how[64];

    box->process = NULL;
    describe_end(how, exit_status, signum);
    if (box->stopping) {
        set_state(box, BOX_STOPPED);
        return;
    }
    if (may_finish(box) && exit_status == 0 && signum == 0) {
        diag_info("finished", "service=%s", box_name(box));
        set_state(box, BOX_FINISHED);
        return;
    }
    int64_t wait_ms = restart_crashed(&box->restart, clock_steady_ms());
    (void)snprintf(box->reason, sizeof(box->reason), "it ended with %s", how);
    if (!box->was_ready && ++box->tries >= BOX_TRIES_MAX) {
        diag_error("failed", "service=%s ended=\"%s\" tries=%d", box_name(box), how, box->tries);
        set_state(box, BOX_FAILED);
        return;
    }
    diag_warn("restarting", "service=%s ended=\"%s\" after_ms=%lld", box_name(box), how,
              (long long)wait_ms);
    set_state(box, BOX_RESTARTING);
    loop_timer_start(box->timer, wait_ms, 0);
}

static const struct process_events process_events = {heard, ended};

static void start_failed(struct box *box, const struct err *err)
{
    int64_t wait_ms = restart_crashed(&box->restart, clock_steady_ms());
    diag_error("cannot_start", "service=%s why=\"%s\" after_ms=%lld", box_name(box), err->text,
               (long long)wait_ms);
    (void)snprintf(box->reason, sizeof(box->reason), "%s", err->text);
    if (!box->was_ready && ++box->tries >= BOX_TRIES_MAX) {
        set_state(box, BOX_FAILED);
        return;
    }
    set_state(box, BOX_RESTARTING);
    loop_timer_start(box->timer, wait_ms, 0);
}

void box_start(struct box *box)
{
    const struct box_setting *setting = &box->setting;
    char port_base[16];
    char supervisor[64];
    struct err err;
    const char *arguments[16] = {
        setting->program, "serve", box_name(box), "--home", setting->config->home, "--file",
        /* A file that appears later must not change what a restarted service does. */
        setting->config->file != NULL ? setting->config->file : "/dev/null"};
    const char *environment[] = {supervisor, NULL};

    if (setting->port_base != 0) {
        (void)snprintf(port_base, sizeof(port_base), "%d", setting->port_base);
        arguments[7] = "--port-base";
        arguments[8] = port_base;
    }
    (void)snprintf(supervisor, sizeof(supervisor), "%s=%d", SERVICE_PARENT_VARIABLE, (int)getpid());
    box->reason[0] = '\0';
    box->process = process_start(setting->loop, arguments, environment, &process_events, box, &err);
    if (box->process == NULL)
        start_failed(box, &err);
    else
        box_probe(box);
}

static void start_again(void *owner)
{
    struct box *box = owner;
    if (!box->stopping)
        box_start(box);
}

void box_stop(struct box *box)
{
    if (box->stopping)
        return;
    box->stopping = true;
    loop_timer_stop(box->timer);
    if (box->process != NULL)
        process_signal(box->process, SIGTERM);
    else if (box->state == BOX_STARTING || box->state == BOX_RESTARTING || box->state == BOX_READY)
        set_state(box, BOX_STOPPED);
}

void box_kill(struct box *box)
{
    box_stop(box); /* one that waits to be started again has no process, and is stopped by this */
    if (box->process == NULL)
        return;
    box->killed = true;
    process_signal(box->process, SIGKILL);
}

struct box *box_create(const struct box_setting *setting, enum config_service service)
{
    char path[PATH_MAX];
    struct box *box = mem_new(sizeof(*box));

    box->setting = *setting;
    box->service = service;
    box->since_ms = clock_wall_ms();
    box->timer = loop_timer_create(setting->loop, start_again, box);
    box->probe.task.run = probe_run;
    box->probe.task.done = probe_done;
    box->probe.address.port = -1;
    (void)snprintf(box->probe.address.host, sizeof(box->probe.address.host), "%.200s/run/%s.sock",
                   setting->config->home, box_name(box));
    (void)snprintf(path, sizeof(path), "%.4000s/diag/%s.log", setting->config->home, box_name(box));
    box->diag = diag_file_create(setting->diag_pool, path);
    return box;
}

void box_finish(struct box *box)
{
    box->stopping = true;
    diag_file_stop(box->diag);
}

void box_close(struct box *box)
{
    if (box == NULL)
        return;
    if (box->process != NULL)
        process_abandon(box->process);
    loop_timer_close(box->timer);
    diag_file_close(box->diag);
    mem_free(box);
}

/* --- questions --- */

const char *box_name(const struct box *box)
{
    return config_service_name(box->service);
}

enum box_state box_state(const struct box *box)
{
    return box->state;
}

const char *box_state_text(enum box_state state)
{
    switch (state) {
    case BOX_STARTING:
        return "starting";
    case BOX_READY:
        return "ready";
    case BOX_RESTARTING:
        return "restarting";
    case BOX_STOPPED:
        return "stopped";
    case BOX_FINISHED:
        return "finished";
    case BOX_FAILED:
        return "failed";
    }
    return "unknown";
}

int box_pid(const struct box *box)
{
    return box->process == NULL ? 0 : process_pid(box->process);
}

int64_t box_since_ms(const struct box *box)
{
    return box->since_ms;
}

const char *box_reason(const struct box *box)
{
    return box->reason;
}

bool box_was_killed(const struct box *box)
{
    return box->killed;
}

void box_address(const struct box *box, char text[ADDRESS_TEXT_BYTES])
{
    struct address address = config_client_address(box->setting.config, box->service);
    (void)address_text(&address, text);
}

bool box_tail(const struct box *box, size_t i, const char **line)
{
    size_t kept = box->tail_count < BOX_TAIL_LINES ? box->tail_count : BOX_TAIL_LINES;
    if (i >= kept)
        return false;
    *line = box->tail[(box->tail_count - kept + i) % BOX_TAIL_LINES];
    return true;
}

bool box_is_over(const struct box *box)
{
    return box->process == NULL &&
           (box->state == BOX_STOPPED || box->state == BOX_FINISHED || box->state == BOX_FAILED);
}
