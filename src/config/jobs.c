/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c - reads the jobs and checks what can be checked without running them. */
#include "config/jobs.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "config/app.h"
#include "config/schedule.h"
#include "dialect/spark.h"

#define SQL_BYTES_MAX (256 * 1024)
#define OFFSETS_BYTES_MAX (64 * 1024)
#define PLAN_BYTES_MAX ((size_t)64 * 1024 * 1024)

static void read_from(struct section_reader *reader, const struct section_value *value, void *into)
{
    struct config_job *job = into;
    (void)app_topic(reader, value, &job->from);
}

static void read_sql(struct section_reader *reader, const struct section_value *value, void *into)
{
    struct config_job *job = into;
    const char *text;
    if (!section_text(reader, value, &text))
        return;
    if (strlen(text) > SQL_BYTES_MAX) {
        section_fault(reader, value->node, "`sql` is longer than %d bytes", SQL_BYTES_MAX);
        return;
    }
    job->sql = section_copy(reader, text);
    job->sql_places =
        document_places(value->node, reader->source, &job->sql_place_count, reader->arena);
    if (job->sql_place_count > 0) {
        job->sql_line = job->sql_places[0].file_line;
        job->sql_indent = job->sql_places[0].file_column - job->sql_places[0].column;
    }
}

static void read_trigger(struct section_reader *reader, const struct section_value *value,
                         void *into)
{
    struct config_job *job = into;
    const char *text;
    struct err err;
    if (!section_text(reader, value, &text))
        return;
    if (!schedule_parse(text, &job->trigger, &job->trigger_ms, &err))
        section_fault(reader, value->node, "%s", err.text);
}

/* Spark's {"events": {"0": 23, "1": -2}}, as a text or as the same in YAML; JSON is YAML. */
static bool offsets_are_sound(const char *text, struct err *err)
{
    struct arena arena;
    arena_init(&arena, (size_t)16 * OFFSETS_BYTES_MAX);
    const struct json_value *root = json_read(span_of(text), &arena, err);
    bool ok = root != NULL;
    if (ok && root->type != JSON_OBJECT)
        ok = err_set(err, ERR_MALFORMED, "no JSON object");
    for (const struct json_value *topic = ok ? root->first : NULL; ok && topic != NULL;
         topic = topic->next) {
        if (topic->type != JSON_OBJECT)
            ok = err_set(err, ERR_MALFORMED, "topic \"%.*s\" has no object of partitions",
                         (int)topic->key.size, (const char *)topic->key.data);
        for (const struct json_value *p = ok ? topic->first : NULL; ok && p != NULL; p = p->next) {
            int64_t partition;
            int64_t offset;
            if (!span_to_i64(p->key, &partition) || partition < 0 || partition > INT32_MAX ||
                !json_to_i64(p, &offset) || offset < -2)
                ok = err_set(err, ERR_MALFORMED, "\"%.*s\" is no partition with an offset",
                             (int)p->key.size, (const char *)p->key.data);
        }
    }
    arena_reset(&arena);
    return ok;
}

static void read_starting_offsets(struct section_reader *reader, const struct section_value *value,
                                  void *into)
{
    struct config_job *job = into;
    const char *text;
    struct err err;
    if (value->node->kind != DOCUMENT_SCALAR) {
        section_fault(reader, value->node,
                      "`startingOffsets` is Spark's JSON as a text: '{\"events\": {\"0\": 23}}'");
        return;
    }
    if (!section_text(reader, value, &text))
        return;
    if (strcmp(text, "earliest") != 0 && strcmp(text, "latest") != 0 &&
        (strlen(text) > OFFSETS_BYTES_MAX || !offsets_are_sound(text, &err))) {
        section_fault(reader, value->node,
                      "`startingOffsets` is \"%.80s\"; want earliest, latest, or Spark's JSON: "
                      "'{\"events\": {\"0\": 23, \"1\": -2}}'",
                      text);
        return;
    }
    job->starting_offsets = section_copy(reader, text);
}

static void read_max_offsets(struct section_reader *reader, const struct section_value *value,
                             void *into)
{
    struct config_job *job = into;
    (void)section_whole(reader, value, 1, INT64_MAX, &job->max_offsets_per_trigger);
}

static const char *read_path(struct section_reader *reader, const struct section_value *value)
{
    char absolute[CONFIG_PATH_BYTES_MAX];
    const char *text;
    struct err err;
    if (!section_text(reader, value, &text))
        return NULL;
    if (!config_storage_path(reader->config, text, absolute, sizeof(absolute), &err)) {
        section_fault(reader, value->node, "`%s`: %s", value->name, err.text);
        return NULL;
    }
    return section_copy(reader, text);
}

static void read_checkpoint(struct section_reader *reader, const struct section_value *value,
                            void *into)
{
    struct config_job *job = into;
    job->checkpoint_location = read_path(reader, value);
}

static void read_sink(struct section_reader *reader, const struct section_value *value, void *into)
{
    struct config_job *job = into;
    job->path = read_path(reader, value);
}

static size_t name_size(const char *text)
{
    size_t size = 0;
    while (isalnum((unsigned char)text[size]) || text[size] == '_')
        size++;
    return size;
}

static void read_table(struct section_reader *reader, const struct section_value *value, void *into)
{
    struct config_job *job = into;
    const char *text;
    if (!section_text(reader, value, &text))
        return;
    size_t first = name_size(text);
    size_t second = text[first] == '.' ? name_size(text + first + 1) : 0;
    bool whole = text[first] == '\0';
    if (first == 0 || (!whole && (second == 0 || text[first + 1 + second] != '\0'))) {
        section_fault(reader, value->node, "`table` is \"%s\", want DATABASE.TABLE", text);
        return;
    }
    job->table =
        whole ? arena_printf(reader->arena, "default.%s", text) : section_copy(reader, text);
}

static const struct section_key job_keys[] = {
    {"from", read_from},
    {"sql", read_sql},
    {"trigger", read_trigger},
    {"startingOffsets", read_starting_offsets},
    {"maxOffsetsPerTrigger", read_max_offsets},
    {"checkpointLocation", read_checkpoint},
    {"path", read_sink},
    {"table", read_table},
};

/* A job's name is part of names of files and of commands. */
static bool job_name_is_sound(const char *name)
{
    size_t size = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
    return size > 0 && size <= 100 && name[size] == '\0' && name[0] != '-';
}

static void read_job(struct section_reader *reader, const struct section_value *value, void *into)
{
    static const char *const needed[] = {"from", "sql", "checkpointLocation", "path"};
    struct config *config = into;
    bool seen[COUNT_OF(job_keys)] = {false};

    if (config->job_count == JOBS_MAX) {
        section_fault(reader, value->key, "more than %d jobs", JOBS_MAX);
        return;
    }
    if (!job_name_is_sound(value->name))
        section_fault(reader, value->key,
                      "\"%s\" is no name for a job: letters, digits, '_' and '-', at most 100",
                      value->name);
    struct config_job *job = &((struct config_job *)(uintptr_t)config->jobs)[config->job_count++];
    *job = (struct config_job){
        .name = section_copy(reader, value->name),
        .line = value->key->line,
        .column = value->key->column,
        .trigger = CONFIG_TRIGGER_EVERY,
        .starting_offsets = "latest", /* Spark's default for a stream */
    };
    section_read(reader, value, job_keys, COUNT_OF(job_keys), seen, job);
    for (size_t i = 0; i < COUNT_OF(needed); i++) {
        for (size_t j = 0; j < COUNT_OF(job_keys); j++) {
            if (strcmp(needed[i], job_keys[j].name) == 0 && !seen[j])
                section_fault(reader, value->key, "job `%s` has no `%s`", value->name, needed[i]);
        }
    }
}

void jobs_read(struct section_reader *reader, const struct section_value *value, void *into)
{
    struct config *config = into;
    size_t count = 0;
    if (value->node->kind == DOCUMENT_MAPPING) {
        for (const struct document_node *n = value->node->first; n != NULL; n = n->next->next)
            count++;
    }
    config->job_count = 0;
    config->jobs = section_new(reader, count + 1, sizeof(struct config_job));
    if (config->jobs != NULL)
        (void)section_each(reader, value, read_job, config);
}

static void check_two(struct section_reader *reader, const struct config_job *job,
                      const struct config_job *other, const char *mine, const char *theirs,
                      const char *what)
{
    char a[CONFIG_PATH_BYTES_MAX];
    char b[CONFIG_PATH_BYTES_MAX];
    struct err err;
    char text[ERR_TEXT_BYTES];
    if (mine == NULL || theirs == NULL ||
        !config_storage_path(reader->config, mine, a, sizeof(a), &err) ||
        !config_storage_path(reader->config, theirs, b, sizeof(b), &err) || strcmp(a, b) != 0)
        return;
    if (job == other)
        (void)snprintf(text, sizeof(text), "job `%s` has its checkpoint where its rows go: %s",
                       job->name, mine);
    else
        (void)snprintf(text, sizeof(text), "jobs `%s` and `%s` share their %s: %s", other->name,
                       job->name, what, mine);
    section_fault_at(reader, job->line, job->column, text);
}

void jobs_check(struct section_reader *reader)
{
    const struct config *config = reader->config;
    for (size_t i = 0; i < config->job_count; i++) {
        const struct config_job *job = &config->jobs[i];
        check_two(reader, job, job, job->checkpoint_location, job->path, NULL);
        for (size_t j = 0; j < i; j++) {
            const struct config_job *other = &config->jobs[j];
            check_two(reader, job, other, job->checkpoint_location, other->checkpoint_location,
                      "checkpointLocation");
            check_two(reader, job, other, job->path, other->path, "path");
        }
    }
}

/* A fault in the statement stands where the statement's text stands in the file. */
static void sql_fault(struct section_reader *reader, const struct config_job *job,
                      const struct err *err)
{
    char text[ERR_TEXT_BYTES];
    int line = err->line > 0 ? err->line : 1;
    int column = err->column > 0 ? err->column : 1;
    if (job->sql_place_count > 0) {
        (void)snprintf(text, sizeof(text), "job `%s`: %.400s", job->name, err->text);
        config_job_place(job, &line, &column);
        section_fault_at(reader, line, column, text);
    } else {
        (void)snprintf(text, sizeof(text), "job `%s`, line %d, column %d of its SQL: %.400s",
                       job->name, line, column, err->text);
        section_fault_at(reader, 0, 0, text);
    }
}

static void check_sql(struct section_reader *reader, const struct config_job *job)
{
    const struct spark_options options = {reader->config->session_time_zone};
    struct spark_plan plan;
    struct arena arena;
    struct err err = {0};

    arena_init(&arena, PLAN_BYTES_MAX);
    if (!spark_translate(span_of(job->sql), &options, &plan, &arena, &err)) {
        sql_fault(reader, job, &err);
    } else if (strcmp(plan.topic, job->from) != 0) {
        (void)err_set(&err, ERR_MALFORMED, "its SQL reads from `%s`, and `from` says `%s`",
                      plan.topic, job->from);
        sql_fault(reader, job, &err);
    }
    arena_reset(&arena);
}

void jobs_check_sql(struct section_reader *reader)
{
    const struct config *config = reader->config;
    for (size_t i = 0; i < config->job_count; i++) {
        if (config->jobs[i].sql != NULL && config->jobs[i].from != NULL)
            check_sql(reader, &config->jobs[i]);
    }
}
