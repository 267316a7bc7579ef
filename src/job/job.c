/* SPDX-License-Identifier: Apache-2.0 */
/* job.c - one engine, a stream per job, and the control that people and programs have over them.
 *
 *   GET  /jobs                an array with an object per job
 *   GET  /jobs/NAME           one of them
 *   POST /jobs/NAME/trigger   the next batch now
 *
 * The same answers on the control socket and on the job's own port.
 *
 * A job that fails stays failed and is seen to be; the others go on (P5). */
#include "job/job.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/clock.h"
#include "job/registration.h"
#include "job/stream.h"
#include "net/service.h"

#define WORKERS_MAX 16
#define ENGINE_MEMORY_BYTES ((uint64_t)512 * 1024 * 1024)
#define HURRY_MS 6000      /* of the drain: a batch that takes longer is left for the next start */
#define TABLES_MS_MAX 2000 /* how long `ready` waits for the tables */
#define BODY_BYTES_MAX ((size_t)4 * 1024 * 1024)

struct job {
    const struct config *config;
    struct service *service;
    struct engine *engine;
    struct worker_pool *pool;
    struct http_server *http;
    struct loop_timer *hurry;
    struct stream **streams; /* as many as the configuration has jobs; NULL: its SQL is wrong */
    struct err *faults;      /* likewise */
    struct worker_pool *catalog_pool;
    struct registration **tables; /* likewise; NULL: it has no `table:` */
    struct loop_timer *tables_late;
    bool draining;
};

static size_t job_count(const struct job *job)
{
    return job->config->job_count;
}

static bool tables_are_settled(const struct job *job)
{
    for (size_t i = 0; i < job_count(job); i++) {
        if (job->tables[i] != NULL && !registration_is_settled(job->tables[i]))
            return false;
    }
    return true;
}

/* A stream that finished before its table was made leaves the process to that. */
static void over_arrived(void *owner)
{
    struct job *job = owner;
    size_t over = 0;
    size_t failed = 0;

    for (size_t i = 0; i < job_count(job); i++) {
        over += job->streams[i] == NULL || stream_is_over(job->streams[i]) ? 1 : 0;
        failed += job->streams[i] == NULL || stream_has_failed(job->streams[i]) ? 1 : 0;
    }
    if (over == job_count(job) && (job->draining || (failed == 0 && tables_are_settled(job))))
        service_drained(job->service);
}

/* Readiness tells that a job's table can be asked for; a catalog that is away must not hold up the
 * jobs for long, though. */
static void say_ready(void *owner)
{
    struct job *job = owner;

    loop_timer_stop(job->tables_late);
    service_set_ready(job->service, true, NULL);
}

static void table_settled(void *owner)
{
    struct job *job = owner;

    if (!tables_are_settled(job))
        return;
    say_ready(job);
    over_arrived(job);
}

static void drain(void *owner)
{
    struct job *job = owner;

    job->draining = true;
    http_server_stop_listening(job->http);
    loop_timer_start(job->hurry, HURRY_MS, 0);
    for (size_t i = 0; i < job_count(job); i++) {
        if (job->streams[i] != NULL)
            stream_stop(job->streams[i]);
        if (job->tables[i] != NULL)
            registration_stop(job->tables[i]);
    }
    over_arrived(job);
}

static void hurry_up(void *owner)
{
    struct job *job = owner;

    for (size_t i = 0; i < job_count(job); i++) {
        if (job->streams[i] != NULL)
            stream_hurry(job->streams[i]);
    }
}

static void write_job(const struct job *job, size_t i, struct json_writer *json)
{
    if (job->streams[i] != NULL) {
        stream_write(job->streams[i], json);
        return;
    }
    json_begin_object(json);
    json_key(json, "name");
    json_string(json, job->config->jobs[i].name);
    json_key(json, "state");
    json_string(json, "failed");
    json_key(json, "error");
    json_string(json, job->faults[i].text);
    json_end_object(json);
}

static void reply_error(struct http_exchange *exchange, int status, const char *what)
{
    struct text body;
    struct json_writer json;

    text_init(&body, BODY_BYTES_MAX);
    json_writer_init(&json, &body);
    json_begin_object(&json);
    json_key(&json, "error");
    json_string(&json, what);
    json_end_object(&json);
    service_reply(exchange, status, &body);
    text_reset(&body);
}

static void reply_list(const struct job *job, struct http_exchange *exchange)
{
    struct text body;
    struct json_writer json;

    text_init(&body, BODY_BYTES_MAX);
    json_writer_init(&json, &body);
    json_begin_array(&json);
    for (size_t i = 0; i < job_count(job); i++)
        write_job(job, i, &json);
    json_end_array(&json);
    service_reply(exchange, 200, &body);
    text_reset(&body);
}

static void reply_one(const struct job *job, size_t i, struct http_exchange *exchange)
{
    struct text body;
    struct json_writer json;

    text_init(&body, BODY_BYTES_MAX);
    json_writer_init(&json, &body);
    write_job(job, i, &json);
    service_reply(exchange, 200, &body);
    text_reset(&body);
}

static bool find_job(const struct job *job, struct span name, size_t *found)
{
    for (size_t i = 0; i < job_count(job); i++) {
        *found = i;
        if (span_is(name, job->config->jobs[i].name))
            return true;
    }
    return false;
}

static void serve_job(struct job *job, struct span rest, struct http_exchange *exchange,
                      const struct http_request *request)
{
    struct span name = span_cut(&rest, '/');
    size_t i;

    if (!find_job(job, name, &i)) {
        reply_error(exchange, 404, "there is no such job");
        return;
    }
    if (rest.size > 0) {
        if (!span_is(rest, "trigger")) {
            reply_error(exchange, 404, "a job has /trigger");
            return;
        }
        if (!span_is(request->method, "POST")) {
            reply_error(exchange, 405, "POST triggers");
            return;
        }
        if (job->streams[i] == NULL || !stream_trigger(job->streams[i])) {
            reply_error(exchange, 409, "the job is over");
            return;
        }
    }
    reply_one(job, i, exchange);
}

static void serve(void *owner, struct http_exchange *exchange, const struct http_request *request)
{
    struct job *job = owner;

    if (span_is(request->path, "/jobs"))
        reply_list(job, exchange);
    else if (span_starts_with(request->path, "/jobs/"))
        serve_job(job, span_after(request->path, strlen("/jobs/")), exchange, request);
    else
        reply_error(exchange, 404, "here are /jobs, /jobs/NAME and /jobs/NAME/trigger");
}

static void counters(void *owner, struct json_writer *json)
{
    const struct job *job = owner;
    struct progress sum = {.batch = -1};

    for (size_t i = 0; i < job_count(job); i++) {
        if (job->streams[i] != NULL)
            progress_add(&sum, stream_totals(job->streams[i]));
    }
    json_key(json, "input_rows");
    json_i64(json, (int64_t)sum.input_rows);
    json_key(json, "output_rows");
    json_i64(json, (int64_t)sum.output_rows);
    json_key(json, "malformed_rows");
    json_i64(json, (int64_t)sum.malformed);
    json_key(json, "files");
    json_i64(json, (int64_t)sum.files);
}

static const struct service_events events = {
    .drain = drain,
    .counters = counters,
    .serve = serve,
};

static bool open_engine(struct job *job, struct err *err)
{
    struct engine_config config = {
        .memory_bytes = ENGINE_MEMORY_BYTES,
        .allowed_dirs = &job->config->storage_root,
        .allowed_dir_count = 1,
        .time_zone = job->config->session_time_zone,
    };

    if (job_count(job) == 0)
        return true;
    job->engine = engine_open(&config, err);
    return job->engine != NULL;
}

static bool listen_at(struct job *job, struct err *err)
{
    struct http_limits limits = http_limits_default();
    const struct config *config = job->config;

    job->http = http_server_create(service_loop(job->service), serve, job, &limits, err);
    if (job->http == NULL)
        return false;
    for (size_t i = 0; i < config->listen_count[CONFIG_JOB]; i++) {
        int port;
        if (!http_server_listen(job->http, &config->listen[CONFIG_JOB][i], &port, err))
            return false;
    }
    return true;
}

/* Two that share a checkpoint would each undo what the other does. */
static bool has_own_checkpoint(const struct job *job, size_t i, struct err *err)
{
    const struct config_job *jobs = job->config->jobs;

    for (size_t j = 0; j < i; j++) {
        if (strcmp(jobs[j].checkpoint_location, jobs[i].checkpoint_location) == 0)
            return err_set(err, ERR_CONFLICT, "job %s has this checkpointLocation too: %s",
                           jobs[j].name, jobs[i].checkpoint_location);
    }
    return true;
}

static void start_streams(struct job *job)
{
    for (size_t i = 0; i < job_count(job); i++) {
        struct stream_setup setup = {
            .loop = service_loop(job->service),
            .pool = job->pool,
            .engine = job->engine,
            .config = job->config,
            .job = &job->config->jobs[i],
            .over = over_arrived,
            .owner = job,
        };
        char quoted[DIAG_QUOTED_BYTES];
        if (has_own_checkpoint(job, i, &job->faults[i]))
            job->streams[i] = stream_create(&setup, &job->faults[i]);
        if (job->streams[i] == NULL)
            diag_error("job-failed", "job=%s line=%d column=%d why=%s next=stays-stopped",
                       setup.job->name, job->faults[i].line, job->faults[i].column,
                       diag_quoted(job->faults[i].text, quoted));
    }
    for (size_t i = 0; i < job_count(job); i++) {
        if (job->streams[i] != NULL)
            stream_start(job->streams[i]);
    }
}

static void start_tables(struct job *job)
{
    service_set_ready(job->service, false, "the jobs' tables are not in the catalog yet");
    for (size_t i = 0; i < job_count(job); i++) {
        if (job->streams[i] == NULL || job->config->jobs[i].table == NULL)
            continue;
        struct registration_setup setup = {
            .loop = service_loop(job->service),
            .pool = job->catalog_pool,
            .config = job->config,
            .job = &job->config->jobs[i],
            .plan = stream_plan(job->streams[i]),
            .table_dir = stream_table_dir(job->streams[i]),
            .settled = table_settled,
            .owner = job,
        };
        job->tables[i] = registration_create(&setup);
        registration_start(job->tables[i]);
    }
    if (tables_are_settled(job))
        say_ready(job);
    else
        loop_timer_start(job->tables_late, TABLES_MS_MAX, 0);
}

static bool open_job(struct job *job, struct err *err)
{
    size_t threads = job_count(job) < WORKERS_MAX ? job_count(job) : WORKERS_MAX;

    job->service = service_create("job", job->config->home, &events, job, err);
    if (job->service == NULL)
        return false;
    struct loop *loop = service_loop(job->service);
    job->hurry = loop_timer_create(loop, hurry_up, job);
    job->tables_late = loop_timer_create(loop, say_ready, job);
    job->pool = worker_pool_create(loop, threads == 0 ? 1 : (int)threads, err);
    if (job->pool == NULL)
        return false;
    job->catalog_pool = worker_pool_create(loop, 1, err);
    return job->catalog_pool != NULL && open_engine(job, err) && listen_at(job, err);
}

static void close_job(struct job *job)
{
    worker_pool_close(job->catalog_pool); /* a call may read what the streams own */
    for (size_t i = 0; i < job_count(job); i++) {
        registration_close(job->tables[i]);
        stream_close(job->streams[i]);
    }
    http_server_close(job->http);
    loop_timer_close(job->hurry);
    loop_timer_close(job->tables_late);
    worker_pool_close(job->pool);
    engine_close(job->engine);
    service_close(job->service);
    mem_free(job->streams);
    mem_free(job->faults);
    mem_free(job->tables);
}

int job_main(const struct config *config)
{
    struct job job = {.config = config};
    struct err err = {0};
    int status = 1;

    job.streams = mem_new_array(config->job_count, sizeof(struct stream *));
    job.faults = mem_new_array(config->job_count, sizeof(*job.faults));
    job.tables = mem_new_array(config->job_count, sizeof(struct registration *));
    if (open_job(&job, &err)) {
        start_streams(&job);
        start_tables(&job);
        status = service_run(job.service);
    } else {
        char quoted[DIAG_QUOTED_BYTES];
        diag_error("cannot-start", "why=%s", diag_quoted(err.text, quoted));
    }
    close_job(&job);
    return status;
}
