/* SPDX-License-Identifier: Apache-2.0 */
/* up.c - starts the fleet, says how it goes, and ends with it. */
#include "supervisor/up.h"

#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "io/clock.h"
#include "io/file.h"
#include "io/loop.h"
#include "supervisor/control.h"
#include "supervisor/detach.h"
#include "supervisor/fleet.h"
#include "supervisor/home.h"
#include "supervisor/port.h"

#define SAY_BYTES_MAX ((size_t)256 * 1024)
#define GOODBYE_MS 5 /* how often, and how long at most, the last answers are waited for */
#define GOODBYE_MS_MAX 500
#define NAME_WIDTH 9
#define PROBE_THREADS 2
#define ROLL_EVERY_MS 5000 /* how often the size of our own diag/supervisor.log is looked at */

struct up {
    const struct config *config;
    int port_base;
    bool detached;
    int to; /* who waits in the foreground; -1: nobody */
    bool colour;
    int64_t started_ms;
    int lock_fd;
    struct loop *loop;
    struct worker_pool *pool;
    struct worker_pool *diag_pool;
    struct fleet *fleet;
    struct control *control;
    struct loop_timer *deadline;
    struct loop_timer *goodbye;
    struct loop_timer *roll;
    struct task roll_task;
    bool rolling;
    char diag_path[PATH_MAX];
    int64_t goodbye_since_ms;
    bool interrupted;
    int status;
};

/* --- talk --- */

static void say_text(struct up *up, const struct text *text)
{
    if (up->to >= 0)
        detach_say(up->to, text_span(text));
    else if (!up->detached)
        (void)fwrite(text_string(text), 1, text->size, stderr);
}

__attribute__((format(printf, 2, 3))) static void say(struct up *up, const char *fmt, ...)
{
    struct text text;
    va_list args;
    text_init(&text, SAY_BYTES_MAX);
    va_start(args, fmt);
    text_vprintf(&text, fmt, args);
    va_end(args);
    say_text(up, &text);
    text_reset(&text);
}

static void say_tail(struct text *out, const struct box *box)
{
    const char *line;
    for (size_t i = 0; box_tail(box, i, &line); i++)
        text_printf(out, "  %-*s | %s\n", NAME_WIDTH, box_name(box), line);
}

/* Every box that is not ready, why, and what it said last. */
static void say_not_ready(struct up *up)
{
    struct text text;
    const struct box *box;
    text_init(&text, SAY_BYTES_MAX);
    for (size_t i = 0; (box = fleet_box(up->fleet, i)) != NULL; i++) {
        if (box_state(box) == BOX_READY || box_state(box) == BOX_FINISHED)
            continue;
        text_printf(&text, "steelthread up: %s is not ready after %lld ms%s%s\n", box_name(box),
                    (long long)(clock_steady_ms() - up->started_ms),
                    box_reason(box)[0] == '\0' ? "" : ": ", box_reason(box));
        if (up->detached) /* else they were on this terminal already */
            say_tail(&text, box);
    }
    say_text(up, &text);
    text_reset(&text);
}

static void say_ready(struct up *up)
{
    static const struct {
        const char *service;
        const char *scheme;
        const char *what;
    } ways[] = {
        {"collector", "http://", "events, by HTTP"},
        {"broker", "", "topics, by Kafka's protocol"},
        {"job", "http://", "what the jobs do"},
        {"catalog", "thrift://", "tables, by Hive's metastore protocol"},
        {"sql", "http://", "queries, by Presto's and Trino's protocol"},
    };
    struct text text;
    const struct box *box;
    text_init(&text, SAY_BYTES_MAX);
    for (size_t i = 0; (box = fleet_box(up->fleet, i)) != NULL; i++) {
        for (size_t w = 0; w < COUNT_OF(ways); w++) {
            if (strcmp(ways[w].service, box_name(box)) != 0)
                continue;
            char address[ADDRESS_TEXT_BYTES];
            char whole[ADDRESS_TEXT_BYTES + 16];
            box_address(box, address);
            (void)snprintf(whole, sizeof(whole), "%s%s", ways[w].scheme, address);
            text_printf(&text, "  %-*s  %-25s  %s\n", NAME_WIDTH, box_name(box), whole,
                        ways[w].what);
        }
    }
    text_printf(&text, "ready in %lld ms; everything is kept in %s\n",
                (long long)(clock_steady_ms() - up->started_ms), up->config->home);
    say_text(up, &text);
    text_reset(&text);
}

/* --- what happens --- */

static void print_said(void *owner, const struct box *box, struct span line)
{
    static const int colours[] = {36, 33, 35, 32, 34, 31}; /* of a terminal's first eight */
    const struct up *up = owner;
    const struct box *other;
    size_t number = 0;

    if (up->detached)
        return;
    while ((other = fleet_box(up->fleet, number)) != NULL && other != box)
        number++;
    if (up->colour)
        (void)fprintf(stderr, "\033[%dm%-*s |\033[0m %.*s\n", colours[number % COUNT_OF(colours)],
                      NAME_WIDTH, box_name(box), (int)line.size, (const char *)line.data);
    else
        (void)fprintf(stderr, "%-*s | %.*s\n", NAME_WIDTH, box_name(box), (int)line.size,
                      (const char *)line.data);
}

static void answer_foreground(struct up *up, int status)
{
    if (up->to < 0)
        return;
    detach_finish(up->to, status);
    up->to = -1;
}

static void became_ready(void *owner)
{
    struct up *up = owner;
    loop_timer_stop(up->deadline);
    diag_info("ready", "after_ms=%lld", (long long)(clock_steady_ms() - up->started_ms));
    say_ready(up);
    if (!up->detached)
        say(up, "Ctrl-C stops everything\n");
    answer_foreground(up, COMMAND_DONE);
}

static void give_up(struct up *up)
{
    up->status = COMMAND_FAILED;
    say_not_ready(up);
    say(up, "steelthread up: stopping everything; more is in %s/diag\n", up->config->home);
    fleet_stop(up->fleet);
}

static void one_failed(void *owner, const struct box *box)
{
    (void)box;
    give_up(owner);
}

static void deadline_passed(void *owner)
{
    give_up(owner);
}

static void say_goodbye(void *owner)
{
    struct up *up = owner;
    if (control_is_idle(up->control) || clock_steady_ms() - up->goodbye_since_ms >= GOODBYE_MS_MAX)
        loop_stop(up->loop);
}

static void all_stopped(void *owner)
{
    struct up *up = owner;
    diag_info("stopped", "after_ms=%lld", (long long)(clock_steady_ms() - up->started_ms));
    control_stopped(up->control);
    up->goodbye_since_ms = clock_steady_ms();
    loop_timer_start(up->goodbye, 0, GOODBYE_MS);
}

static void asked_down(void *owner)
{
    struct up *up = owner;
    loop_timer_stop(up->deadline);
    fleet_stop(up->fleet);
}

static void signalled(void *owner)
{
    struct up *up = owner;
    if (up->interrupted) {
        fleet_kill(up->fleet);
        return;
    }
    up->interrupted = true;
    say(up, "stopping; once more kills\n");
    asked_down(up);
}

/* In the background what the supervisor says itself goes to a file, which stays within the bound of
 * the services' files. */
static void roll_run(struct task *task)
{
    ON_WORKER();
    const struct up *up = CONTAINER_OF(task, struct up, roll_task);
    detach_roll(up->diag_path);
}

static void roll_done(struct task *task)
{
    ON_LOOP();
    struct up *up = CONTAINER_OF(task, struct up, roll_task);
    up->rolling = false;
}

static void roll_if_full(void *owner)
{
    struct up *up = owner;
    if (up->rolling)
        return;
    up->rolling = true;
    worker_pool_submit(up->diag_pool, &up->roll_task);
}

static const struct fleet_events fleet_events = {print_said, became_ready, one_failed, all_stopped};

/* --- the whole --- */

/* Under nohup(1) a terminal that closes is nothing to it. */
static bool is_ignored(int signum)
{
    struct sigaction action;
    return sigaction(signum, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static bool open_all(struct up *up, const char *program, struct err *err)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

    up->pool = worker_pool_create(up->loop, PROBE_THREADS, err);
    up->diag_pool = up->pool == NULL ? NULL : worker_pool_create(up->loop, 1, err);
    if (up->diag_pool == NULL)
        return false;
    struct box_setting setting = {
        .loop = up->loop,
        .pool = up->pool,
        .diag_pool = up->diag_pool,
        .config = up->config,
        .program = program,
        .port_base = up->port_base,
    };
    up->fleet = fleet_create(&setting, &fleet_events, up);
    up->deadline = loop_timer_create(up->loop, deadline_passed, up);
    up->goodbye = loop_timer_create(up->loop, say_goodbye, up);
    up->roll = loop_timer_create(up->loop, roll_if_full, up);
    up->roll_task.run = roll_run;
    up->roll_task.done = roll_done;
    up->control = control_create(up->loop, up->config, up->fleet, asked_down, up, err);
    if (up->control == NULL)
        return false;
    for (size_t i = 0; i < COUNT_OF(signals); i++) {
        if (signals[i] == SIGHUP && is_ignored(SIGHUP))
            continue;
        if (!loop_on_signal(up->loop, signals[i], signalled, up, err))
            return false;
    }
    return true;
}

static void close_all(struct up *up)
{
    control_close(up->control);
    fleet_finish(up->fleet);
    worker_pool_close(up->pool);
    worker_pool_close(up->diag_pool);
    fleet_close(up->fleet);
    loop_timer_close(up->deadline);
    loop_timer_close(up->goodbye);
    loop_timer_close(up->roll);
    loop_close(up->loop);
}

static void begin_background(struct up *up)
{
    loop_timer_start(up->deadline, UP_READY_MS_MAX, 0);
    loop_timer_start(up->roll, ROLL_EVERY_MS, ROLL_EVERY_MS);
}

static bool check_ports(struct up *up)
{
    struct text taken;
    text_init(&taken, SAY_BYTES_MAX);
    bool ok = port_check(up->loop, up->config, &taken);
    struct span rest = text_span(&taken);
    while (rest.size > 0) {
        struct span line = span_cut(&rest, '\n');
        say(up, "steelthread up: %.*s\n", (int)line.size, (const char *)line.data);
    }
    text_reset(&taken);
    return ok;
}

static bool supervise(struct up *up, struct err *err)
{
    char program[PATH_MAX];
    const char *home = up->config->home;

    if (!home_prepare(home, err) || !home_lock(home, &up->lock_fd, err) ||
        !process_own_path(program, sizeof(program), err))
        return false;
    (void)snprintf(up->diag_path, sizeof(up->diag_path), "%.4000s/diag/supervisor.log", home);
    if (up->detached) {
        detach_roll(up->diag_path);
        if (!detach_streams(up->diag_path, err))
            return false;
    }
    diag_init("supervisor", DIAG_INFO);
    (void)process_raise_file_limit();
    (void)signal(SIGPIPE, SIG_IGN);
    up->loop = loop_create(err);
    if (up->loop == NULL)
        return false;
    bool ok = check_ports(up);
    if (!ok)
        up->status = COMMAND_FAILED;
    ok = ok && open_all(up, program, err);
    if (ok) {
        if (!up->config->has_ipv6)
            diag_info("no_ipv6", "listens on 127.0.0.1 only");
        fleet_start(up->fleet);
        if (up->detached)
            begin_background(up);
        loop_run(up->loop);
    }
    close_all(up);
    return ok || up->status != COMMAND_DONE;
}

static struct config *load(const struct config_flags *flags)
{
    struct config_faults faults;
    struct text text;
    struct config *config = config_load(flags, true, &faults);
    if (config != NULL)
        return config;
    text_init(&text, SAY_BYTES_MAX);
    config_faults_write(&faults, &text);
    (void)fputs(text_string(&text), stderr);
    (void)fprintf(stderr,
                  "steelthread up: the configuration has %zu fault%s; nothing was started\n",
                  faults.count, faults.count == 1 ? "" : "s");
    text_reset(&text);
    return NULL;
}

static bool wants_colour(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return (no_color == NULL || no_color[0] == '\0') && isatty(STDERR_FILENO) &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

int up_run(const struct command_line *line)
{
    struct config_flags flags;
    struct err err = {0};
    struct up up = {
        .to = -1, .lock_fd = -1, .colour = wants_colour(), .started_ms = clock_steady_ms()};

    if (!config_flags_read(line, &flags, &err)) {
        (void)fprintf(stderr, "steelthread up: %s\n", err.text);
        return COMMAND_USAGE;
    }
    struct config *config = load(&flags);
    if (config == NULL)
        return COMMAND_FAILED;
    up.config = config;
    up.port_base = flags.port_base;
    up.detached = command_has(line, "detach");
    if (up.detached && !detach_begin(&up.to, &err)) {
        (void)fprintf(stderr, "steelthread up: %s\n", err.text);
        config_close(config);
        return COMMAND_FAILED;
    }
    if (!supervise(&up, &err)) {
        up.status = COMMAND_FAILED;
        say(&up, "steelthread up: %s\n", err.text);
    }
    file_close(up.lock_fd);
    answer_foreground(&up, up.status);
    config_close(config);
    return up.status;
}
