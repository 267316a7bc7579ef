/* SPDX-License-Identifier: Apache-2.0 */
/* job_verbs.c - asks the job service over HOME/run/job.sock. */
#include "cli/job_verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/guess.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/format.h"
#include "cli/table.h"
#include "cli/where.h"

#define ANSWER_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define TARGET_BYTES 512

/* The value's text, or "-". */
static const char *text_of(const struct json_value *value, char *buffer, size_t bytes)
{
    if (value == NULL || (value->type != JSON_STRING && value->type != JSON_NUMBER))
        return "-";
    (void)snprintf(buffer, bytes, "%.*s", (int)value->text.size, (const char *)value->text.data);
    return buffer;
}

static bool ask(const struct command_line *line, const char *method, const char *target,
                int *status, struct span *body, const struct json_value **json, struct arena *arena,
                struct err *err)
{
    if (!where_ask(line, "job", method, target, status, body, arena, err))
        return false;
    *json = json_read(*body, arena, err);
    return *json != NULL || err_within(err, "the job service's answer");
}

static void print_jobs(const struct json_value *jobs)
{
    static const char *const headings[] = {"JOB",      "STATE",     "BATCH", "ROWS IN",
                                           "ROWS OUT", "MALFORMED", "PATH"};
    struct table table;
    table_init(&table, headings, COUNT_OF(headings));
    for (const struct json_value *job = jobs->first; job != NULL; job = job->next) {
        const struct json_value *totals = json_get(job, "totals");
        char cells[COUNT_OF(headings)][512];
        table_add(&table, "%s\t%s\t%s\t%s\t%s\t%s\t%s",
                  text_of(json_get(job, "name"), cells[0], sizeof(cells[0])),
                  text_of(json_get(job, "state"), cells[1], sizeof(cells[1])),
                  text_of(json_get(totals, "batchId"), cells[2], sizeof(cells[2])),
                  text_of(json_get(totals, "numInputRows"), cells[3], sizeof(cells[3])),
                  text_of(json_get(totals, "numOutputRows"), cells[4], sizeof(cells[4])),
                  text_of(json_get(totals, "numMalformedRows"), cells[5], sizeof(cells[5])),
                  text_of(json_get(job, "path"), cells[6], sizeof(cells[6])));
    }
    table_print(&table, stdout);
    table_reset(&table);
    for (const struct json_value *job = jobs->first; job != NULL; job = job->next) {
        const struct json_value *error = json_get(job, "error");
        char name[512];
        char text[2048];
        if (error != NULL)
            (void)fprintf(stderr, "%s: %s\n", text_of(json_get(job, "name"), name, sizeof(name)),
                          text_of(error, text, sizeof(text)));
    }
}

static int list_jobs(const struct command_line *line)
{
    struct arena arena;
    const struct json_value *jobs;
    struct span body;
    struct err err;
    int http_status;
    bool json;

    if (!format_is_json(line, &json))
        return COMMAND_USAGE;
    arena_init(&arena, ANSWER_BYTES_MAX);
    int status = COMMAND_DONE;
    if (!ask(line, "GET", "/jobs", &http_status, &body, &jobs, &arena, &err)) {
        status = format_failed(line, err.text);
    } else if (json) {
        (void)printf("%.*s\n", (int)span_trim(body).size, (const char *)body.data);
    } else {
        print_jobs(jobs);
    }
    arena_reset(&arena);
    return status;
}

/* Members as lines "name: value", those of members indented, as deep as JSON_DEPTH_MAX.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void print_members(const struct json_value *object, int indent)
{
    for (const struct json_value *m = object->first; m != NULL; m = m->next) {
        (void)printf("%*s%.*s:", indent, "", (int)m->key.size, (const char *)m->key.data);
        if (m->type == JSON_OBJECT || m->type == JSON_ARRAY) {
            (void)printf("\n");
            print_members(m, indent + 2);
        } else if (m->type == JSON_STRING || m->type == JSON_NUMBER) {
            (void)printf(" %.*s\n", (int)m->text.size, (const char *)m->text.data);
        } else {
            (void)printf(" %s\n", m->type == JSON_TRUE    ? "true"
                                  : m->type == JSON_FALSE ? "false"
                                                          : "-");
        }
    }
}

/* There is no such job: which one was meant? */
static int unknown_job(const struct command_line *line, struct arena *arena)
{
    const char *name = line->arguments[0];
    const struct json_value *jobs = NULL;
    struct guess guess = guess_start(span_of(name));
    struct span body;
    struct err err;
    int status;
    char text[TARGET_BYTES];

    if (ask(line, "GET", "/jobs", &status, &body, &jobs, arena, &err)) {
        for (const struct json_value *job = jobs->first; job != NULL; job = job->next) {
            const struct json_value *known = json_get(job, "name");
            const char *copy = known == NULL ? NULL : arena_string(arena, known->text);
            if (copy != NULL)
                guess_offer(&guess, copy);
        }
    }
    if (guess_best(&guess) != NULL)
        (void)snprintf(text, sizeof(text), "no job \"%.100s\"; did you mean %s?", name,
                       guess_best(&guess));
    else
        (void)snprintf(text, sizeof(text), "no job \"%.100s\"; `steelthread job list` shows all",
                       name);
    return format_failed(line, text);
}

static int ask_one(const struct command_line *line, const char *method, const char *verb)
{
    struct arena arena;
    const struct json_value *job;
    struct span body;
    struct err err;
    char target[TARGET_BYTES];
    const char *name = line->arguments[0];
    int http_status;
    int status = COMMAND_DONE;
    bool json;

    if (!format_is_json(line, &json))
        return COMMAND_USAGE;
    arena_init(&arena, ANSWER_BYTES_MAX);
    if (name[strcspn(name, " /?#%\r\n")] != '\0')
        status = unknown_job(line, &arena);
    (void)snprintf(target, sizeof(target), "/jobs/%.200s%s", name, verb);
    if (status != COMMAND_DONE) {
        arena_reset(&arena);
        return status;
    }
    if (!ask(line, method, target, &http_status, &body, &job, &arena, &err)) {
        status = format_failed(line, err.text);
    } else if (http_status == 404) {
        status = unknown_job(line, &arena);
    } else if (http_status != 200) {
        char text[ERR_TEXT_BYTES];
        status = format_failed(line, text_of(json_get(job, "error"), text, sizeof(text)));
    } else if (json) {
        (void)printf("%.*s\n", (int)span_trim(body).size, (const char *)body.data);
    } else if (verb[0] == '\0') {
        print_members(job, 0);
    } else {
        (void)fprintf(stderr, "triggered job %s\n", name);
    }
    arena_reset(&arena);
    return status;
}

static int show_job(const struct command_line *line)
{
    return ask_one(line, "GET", "");
}

static int trigger_job(const struct command_line *line)
{
    return ask_one(line, "POST", "/trigger");
}

static const struct command_option options[] = {
    {'o', "output", "FORMAT", "table or json"},
};

const struct command job_verbs[JOB_VERBS_COUNT] = {
    {
        .name = "job list",
        .does = "lists the jobs and what they have done",
        .examples = "  steelthread job list\n",
        .more = "Rows are counted since the job service was started.\n",
        .options = options,
        .option_count = COUNT_OF(options),
        .run = list_jobs,
    },
    {
        .name = "job show",
        .does = "shows one job and its last micro-batch",
        .examples = "  steelthread job show sword_purchases\n",
        .options = options,
        .option_count = COUNT_OF(options),
        .arguments = "JOB",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = show_job,
    },
    {
        .name = "job trigger",
        .does = "begins the next micro-batch now",
        .examples = "  steelthread job trigger sword_purchases\n",
        .options = options,
        .option_count = COUNT_OF(options),
        .arguments = "JOB",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = trigger_job,
    },
};
