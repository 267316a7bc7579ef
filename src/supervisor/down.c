/* SPDX-License-Identifier: Apache-2.0 */
/* down.c - asks the supervisor to end, and waits until nothing is left. */
#include "supervisor/down.h"

#include <signal.h>
#include <stdio.h>

#include "base/arena.h"
#include "config/config.h"
#include "io/clock.h"
#include "supervisor/ask.h"
#include "supervisor/fleet.h"
#include "supervisor/home.h"

#define ANSWER_MS_MAX (FLEET_STOP_MS_MAX + 5000)
#define KILLED_MS_MAX 2000
#define LOOK_EVERY_MS 5

/* The supervisor that was `pid`, and services that outlive one that was killed.  An `up` that
 * waited for the end may have the home already: what runs then is not what was to end. */
static const char *still_there(const char *home, int pid)
{
    if (!home_is_free(home, "supervisor")) {
        int now = home_lock_pid(home, "supervisor");
        return now > 0 && now != pid ? NULL : "supervisor";
    }
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        const char *name = config_service_name((enum config_service)i);
        if (!home_is_free(home, name))
            return name;
    }
    return NULL;
}

static const char *wait_until_gone(const char *home, int pid, int64_t wait_ms)
{
    int64_t deadline_ms = clock_steady_ms() + wait_ms;
    const char *name;
    while ((name = still_there(home, pid)) != NULL && clock_steady_ms() < deadline_ms)
        clock_sleep_ms(LOOK_EVERY_MS);
    return name;
}

static void say_end(struct span body, struct arena *arena)
{
    struct err err;
    const struct json_value *boxes = json_read(body, arena, &err);
    const struct json_value *box = boxes == NULL ? NULL : boxes->first;
    for (; box != NULL; box = box->next) {
        const struct json_value *name = json_get(box, "name");
        const struct json_value *state = json_get(box, "state");
        const struct json_value *killed = json_get(box, "killed");
        if (name == NULL || state == NULL)
            continue;
        (void)fprintf(
            stderr, "%-9.*s  %.*s%s\n", (int)name->text.size, (const char *)name->text.data,
            (int)state->text.size, (const char *)state->text.data,
            killed != NULL && killed->type == JSON_TRUE ? ": killed, it had not ended within 10 s"
                                                        : "");
    }
}

static void signal_services(const char *home, int signum)
{
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        const char *name = config_service_name((enum config_service)i);
        int service = home_lock_pid(home, name);
        if (home_is_free(home, name) || service <= 1)
            continue;
        if (signum == SIGKILL)
            (void)fprintf(stderr,
                          "steelthread down: killing %s (pid %d), it had not ended within 10 s\n",
                          name, service);
        (void)kill(service, signum);
    }
}

/* Services whose supervisor is gone, or that never had one: the lock that each holds names it. */
static const char *end_services(const char *home, int pid)
{
    signal_services(home, SIGTERM); /* one that is ending already does not mind */
    if (wait_until_gone(home, pid, FLEET_STOP_MS_MAX) != NULL && home_is_free(home, "supervisor"))
        signal_services(home, SIGKILL);
    return wait_until_gone(home, pid, KILLED_MS_MAX);
}

/* One that holds the lock and does not answer: first asked by a signal, then ended.  Its services
 * end with it. */
static const char *end_silent(const char *home, int pid)
{
    (void)fprintf(stderr, "steelthread down: the supervisor (pid %d) does not answer\n", pid);
    if (pid > 1)
        (void)kill(pid, SIGTERM);
    if (wait_until_gone(home, pid, FLEET_STOP_MS_MAX) == NULL)
        return NULL;
    if (pid > 1 && !home_is_free(home, "supervisor") && home_lock_pid(home, "supervisor") == pid) {
        (void)fprintf(stderr, "steelthread down: killing it\n");
        (void)kill(pid, SIGKILL);
    }
    return wait_until_gone(home, pid, FLEET_STOP_MS_MAX);
}

int down_run(const struct command_line *line)
{
    char home[CONFIG_PATH_BYTES_MAX];
    struct arena arena;
    struct span body;
    struct err err;
    const char *left;
    int64_t begun_ms = clock_steady_ms();

    if (!config_home(command_get(line, "home"), home, &err)) {
        (void)fprintf(stderr, "steelthread down: %s\n", err.text);
        return COMMAND_FAILED;
    }
    int pid = home_lock_pid(home, "supervisor");
    arena_init(&arena, ASK_BYTES_MAX);
    bool answered = ask_supervisor(home, "POST", "/down", ANSWER_MS_MAX, &body, &arena, &err);
    if (answered)
        say_end(body, &arena);
    arena_reset(&arena);
    if (!answered && err.kind == ERR_IO) {
        (void)fprintf(stderr, "steelthread down: %s\n", err.text);
        return COMMAND_FAILED;
    }
    if (!answered && still_there(home, pid) == NULL) {
        (void)fprintf(stderr, "nothing runs in %s\n", home);
        return COMMAND_DONE;
    }
    if (!answered && !home_is_free(home, "supervisor"))
        left = end_silent(home, pid);
    else if (!answered)
        left = end_services(home, pid);
    else
        left = wait_until_gone(home, pid, FLEET_STOP_MS_MAX);
    if (left != NULL) {
        (void)fprintf(stderr, "steelthread down: %s (pid %d) is still there: end it by hand\n",
                      left, home_lock_pid(home, left));
        return COMMAND_FAILED;
    }
    (void)fprintf(stderr, "everything stopped in %lld ms\n",
                  (long long)(clock_steady_ms() - begun_ms));
    return COMMAND_DONE;
}
