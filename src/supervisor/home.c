/* SPDX-License-Identifier: Apache-2.0 */
/* home.c - directories and locks. */
#include "supervisor/home.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "io/clock.h"
#include "io/file.h"
#include "supervisor/ask.h"

#define LOOK_EVERY_MS 20

bool home_prepare(const char *home, struct err *err)
{
    static const char *const parts[] = {"", "/run", "/diag"};
    char path[PATH_MAX];

    if (strlen(home) > HOME_BYTES_MAX)
        return err_set(err, ERR_LIMIT,
                       "the home %s has a path of %zu bytes; a socket in it can have at most %d: "
                       "choose a shorter one with --home DIR",
                       home, strlen(home), HOME_BYTES_MAX);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", home, parts[i]);
        if (!file_make_dirs(path, err)) {
            char why[ERR_TEXT_BYTES];
            (void)snprintf(why, sizeof(why), "%.*s", ERR_TEXT_BYTES / 2, err->text);
            return err_set(err, err->kind, "no home in %s: %s; choose another with --home DIR",
                           home, why);
        }
        if (access(path, W_OK | X_OK) != 0)
            return err_sys(err, "cannot write in the home %s: choose another with --home DIR",
                           path);
    }
    return true;
}

static void lock_path(const char *home, const char *name, char path[PATH_MAX])
{
    (void)snprintf(path, PATH_MAX, "%.4000s/run/%.64s.lock", home, name);
}

int home_lock_pid(const char *home, const char *name)
{
    char path[PATH_MAX];
    char text[32] = "";
    lock_path(home, name, path);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    text[size] = '\0';
    return atoi(text);
}

bool home_is_free(const char *home, const char *name)
{
    char path[PATH_MAX];
    struct err err;
    bool locked;
    lock_path(home, name, path);
    return !file_is_locked(path, &locked, &err) || !locked;
}

/* One that answers and is not stopping lives; one that is stopping, or is being started by someone
 * else, or was killed a moment ago, is worth waiting for. */
static bool lives(const char *home)
{
    bool stopping;
    return ask_self(home, &stopping) && !stopping;
}

static bool lock_supervisor(const char *home, int *fd, struct err *err)
{
    char path[PATH_MAX];
    int64_t deadline_ms = clock_steady_ms() + HOME_WAIT_MS_MAX;

    lock_path(home, "supervisor", path);
    while (!file_lock(fd, path, err)) {
        if (err->kind != ERR_CONFLICT)
            return false;
        if (lives(home) || clock_steady_ms() >= deadline_ms)
            return err_set(err, ERR_CONFLICT,
                           "it runs already in %s (pid %d): `steelthread ps` shows it, "
                           "`steelthread down` stops it, --home DIR starts another",
                           home, home_lock_pid(home, "supervisor"));
        clock_sleep_ms(LOOK_EVERY_MS);
    }
    return true;
}

bool home_lock(const char *home, int *fd, struct err *err)
{
    int64_t deadline_ms = clock_steady_ms() + HOME_WAIT_MS_MAX;

    if (!lock_supervisor(home, fd, err))
        return false;
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        const char *name = config_service_name((enum config_service)i);
        while (!home_is_free(home, name)) {
            if (clock_steady_ms() >= deadline_ms) {
                file_close(*fd);
                *fd = -1;
                return err_set(err, ERR_CONFLICT,
                               "the service %s runs already in %s (pid %d), without a supervisor: "
                               "`steelthread down` ends it",
                               name, home, home_lock_pid(home, name));
            }
            clock_sleep_ms(LOOK_EVERY_MS);
        }
    }
    return true;
}
