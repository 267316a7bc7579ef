/* SPDX-License-Identifier: Apache-2.0 */
/* ps.c - what runs, as a table or as JSON. */
#include "supervisor/ps.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "config/config.h"
#include "io/clock.h"
#include "supervisor/ask.h"
#include "supervisor/home.h"

#define ANSWER_MS_MAX 5000
#define STARTING_MS_MAX 1000
#define LOOK_EVERY_MS 20

static struct span field(const struct json_value *box, const char *name)
{
    const struct json_value *value = json_get(box, name);
    if (value == NULL || (value->type != JSON_STRING && value->type != JSON_NUMBER))
        return span_of("-");
    return value->text;
}

static void print_row(const struct json_value *box)
{
    static const struct {
        const char *name;
        int width;
    } columns[] = {{"name", 10}, {"pid", 8}, {"state", 11}, {"since", 25}, {"address", 0}};
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        struct span text = field(box, columns[i].name);
        (void)printf("%-*.*s%s", columns[i].width, (int)text.size, (const char *)text.data,
                     columns[i].width == 0 ? "\n" : " ");
    }
}

static int print_table(struct span body, struct arena *arena)
{
    struct err err;
    const struct json_value *boxes = json_read(body, arena, &err);
    if (boxes == NULL) {
        (void)fprintf(stderr, "steelthread ps: the supervisor's answer: %s\n", err.text);
        return COMMAND_FAILED;
    }
    (void)printf("%-10s %-8s %-11s %-25s %s\n", "NAME", "PID", "STATE", "SINCE", "ADDRESS");
    for (const struct json_value *box = boxes->first; box != NULL; box = box->next)
        print_row(box);
    return COMMAND_DONE;
}

/* One that is being started has its lock before it has its socket. */
static bool ask(const char *home, struct span *body, struct arena *arena, struct err *err)
{
    int64_t deadline_ms = clock_steady_ms() + STARTING_MS_MAX;
    while (!ask_supervisor(home, "GET", "/ps", ANSWER_MS_MAX, body, arena, err)) {
        if (err->kind == ERR_IO || clock_steady_ms() >= deadline_ms ||
            home_is_free(home, "supervisor"))
            return false;
        arena_reset(arena);
        clock_sleep_ms(LOOK_EVERY_MS);
    }
    return true;
}

static int say_none(const char *home, bool json, const struct err *err)
{
    if (err->kind == ERR_IO) {
        (void)fprintf(stderr, "steelthread ps: %s\n", err->text);
        return COMMAND_FAILED;
    }
    if (!home_is_free(home, "supervisor")) {
        (void)fprintf(stderr,
                      "steelthread ps: the supervisor of %s (pid %d) does not answer; "
                      "`steelthread down` ends it\n",
                      home, home_lock_pid(home, "supervisor"));
        return COMMAND_FAILED;
    }
    if (json)
        (void)printf("[]\n");
    (void)fprintf(stderr, "nothing runs in %s; `steelthread up -d` starts it\n", home);
    return COMMAND_DONE;
}

int ps_run(const struct command_line *line)
{
    char home[CONFIG_PATH_BYTES_MAX];
    struct arena arena;
    struct span body;
    struct err err;
    int status = COMMAND_DONE;
    const char *format = command_get(line, "output");
    bool json = format != NULL && strcmp(format, "json") == 0;

    if (format != NULL && !json && strcmp(format, "table") != 0) {
        (void)fprintf(stderr, "steelthread ps: -o %s, want table or json\n", format);
        return COMMAND_USAGE;
    }
    if (!config_home(command_get(line, "home"), home, &err)) {
        (void)fprintf(stderr, "steelthread ps: %s\n", err.text);
        return COMMAND_FAILED;
    }
    arena_init(&arena, ASK_BYTES_MAX);
    if (!ask(home, &body, &arena, &err)) {
        status = say_none(home, json, &err);
    } else if (json) {
        (void)fwrite(body.data, 1, body.size, stdout);
    } else {
        status = print_table(body, &arena);
    }
    arena_reset(&arena);
    return status;
}
