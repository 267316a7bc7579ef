/* SPDX-License-Identifier: Apache-2.0 */
/* stream.c - when the next step runs, and what becomes of its outcome.
 *
 *             +--- timer, event, trigger ---+
 *             v                             |
 *   WAITING -> RUNNING --idle, batch--------+
 *                |  |
 *                |  +--broker away, disk full--> RETRYING --timer--> RUNNING
 *                +--all was read--> FINISHED
 *                +--it will not get better--> FAILED
 *   stream_stop: WAITING, RETRYING -> STOPPED; RUNNING -> STOPPED after the step
 */
#include "job/stream.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/clock.h"
#include "job/pipeline.h"
#include "job/trigger.h"

#define TOPIC_LOOK_MS 200 /* a topic that is not there yet */
#define IDLE_LOOK_MS 1000 /* should an event be lost */

enum stream_state {
    STREAM_WAITING,
    STREAM_RUNNING,
    STREAM_RETRYING,
    STREAM_FINISHED,
    STREAM_FAILED,
    STREAM_STOPPED,
};

struct stream {
    struct stream_setup setup;
    struct pipeline *pipeline;
    struct loop_timer *timer;
    struct loop_watch *watch; /* only for `0 seconds` */
    enum stream_state state;
    bool stopping;
    bool arrived;      /* an event came while a step ran */
    bool asked;        /* a trigger was asked for while a step ran */
    bool topic_missed; /* said */
    int failures;      /* in a row */
    int64_t due_ms;    /* wall clock: when the next batch is due */
    struct progress last;
    struct progress totals;
    struct err error; /* of RETRYING and FAILED */
    /* the worker's while a step runs */
    struct task task;
    bool step_ok;
    enum pipeline_outcome outcome;
    struct progress progress;
    struct err step_err;
};

static void submit(struct stream *s);

static void step_run(struct task *task)
{
    ON_WORKER();
    struct stream *s = CONTAINER_OF(task, struct stream, task);

    s->step_ok = pipeline_step(s->pipeline, &s->outcome, &s->progress, &s->step_err);
}

static void end(struct stream *s, enum stream_state state)
{
    s->state = state;
    loop_timer_stop(s->timer);
    loop_watch_close(s->watch);
    s->watch = NULL;
    s->setup.over(s->setup.owner);
}

static void wait_ms(struct stream *s, enum stream_state state, int64_t ms)
{
    s->state = state;
    loop_timer_start(s->timer, ms, 0);
}

static void step_failed(struct stream *s)
{
    char quoted[DIAG_QUOTED_BYTES];
    bool news = s->failures == 0 || strcmp(s->error.text, s->step_err.text) != 0;

    s->error = s->step_err;
    s->failures++;
    if (s->step_err.kind != ERR_UNAVAILABLE && s->step_err.kind != ERR_IO) {
        diag_error("job-failed", "job=%s why=%s next=stays-stopped", s->setup.job->name,
                   diag_quoted(s->error.text, quoted));
        end(s, STREAM_FAILED);
        return;
    }
    if (news)
        diag_warn("job-waits", "job=%s why=%s next=try-again", s->setup.job->name,
                  diag_quoted(s->error.text, quoted));
    wait_ms(s, STREAM_RETRYING, trigger_retry_ms(s->step_err.kind, s->failures));
}

static void say_batch(const struct stream *s)
{
    const struct progress *batch = &s->last;

    diag_info("committed",
              "job=%s batch=%" PRId64 " records=%" PRIu64 " rows=%" PRIu64 " malformed=%" PRIu64
              " files=%" PRIu64 " ms=%" PRId64,
              s->setup.job->name, batch->batch, batch->input_rows, batch->output_rows,
              batch->malformed, batch->files, batch->total_us / 1000);
}

static void note_batch(struct stream *s)
{
    if (s->outcome != PIPELINE_BATCH || s->progress.batch < 0)
        return;
    s->last = s->progress;
    progress_add(&s->totals, &s->progress);
    say_batch(s);
}

static void step_succeeded(struct stream *s)
{
    const struct config_job *job = s->setup.job;
    bool at_once = job->trigger != CONFIG_TRIGGER_EVERY || job->trigger_ms == 0;

    if (s->failures > 0)
        diag_info("job-goes-on", "job=%s", job->name);
    s->failures = 0;
    note_batch(s);
    if (s->outcome == PIPELINE_FINISHED) {
        diag_info("job-finished", "job=%s rows=%" PRIu64, job->name, s->totals.output_rows);
        end(s, STREAM_FINISHED);
    } else if (s->outcome == PIPELINE_NO_TOPIC) {
        if (!s->topic_missed)
            diag_info("topic-missing", "job=%s topic=%s next=wait", job->name, job->from);
        s->topic_missed = true;
        wait_ms(s, STREAM_WAITING, TOPIC_LOOK_MS);
    } else if (s->asked || (at_once && (s->outcome == PIPELINE_BATCH || s->arrived))) {
        submit(s);
    } else if (at_once) {
        wait_ms(s, STREAM_WAITING, IDLE_LOOK_MS);
    } else {
        int64_t left_ms = s->due_ms - clock_wall_ms();
        if (left_ms > job->trigger_ms) /* the wall clock was put back */
            left_ms = job->trigger_ms;
        wait_ms(s, STREAM_WAITING, left_ms > 0 ? left_ms : 0);
    }
}

/* What the last step did is told all the same. */
static void stopped(struct stream *s)
{
    char quoted[DIAG_QUOTED_BYTES];

    if (s->step_ok)
        note_batch(s);
    else
        diag_info("job-left", "job=%s why=%s next=goes-on-with-the-next-start", s->setup.job->name,
                  diag_quoted(s->step_err.text, quoted));
    end(s, STREAM_STOPPED);
}

static void step_done(struct task *task)
{
    ON_LOOP();
    struct stream *s = CONTAINER_OF(task, struct stream, task);

    assert(s->state == STREAM_RUNNING);
    if (s->stopping)
        stopped(s);
    else if (s->step_ok)
        step_succeeded(s);
    else
        step_failed(s);
}

static void submit(struct stream *s)
{
    int64_t now_ms = clock_wall_ms();

    loop_timer_stop(s->timer);
    if (s->setup.job->trigger_ms > 0)
        s->due_ms = now_ms + trigger_wait_ms(s->setup.job->trigger_ms, now_ms);
    s->state = STREAM_RUNNING;
    s->arrived = false;
    s->asked = false;
    worker_pool_submit(s->setup.pool, &s->task);
}

static void timer_fired(void *owner)
{
    struct stream *s = owner;

    if (s->state == STREAM_WAITING || s->state == STREAM_RETRYING)
        submit(s);
}

static void event_arrived(void *owner)
{
    struct stream *s = owner;

    pipeline_clear_event(s->pipeline);
    s->arrived = true;
    if (s->state == STREAM_WAITING)
        submit(s);
}

struct stream *stream_create(const struct stream_setup *setup, struct err *err)
{
    struct stream *s = mem_new(sizeof(*s));

    s->setup = *setup;
    s->task = (struct task){.run = step_run, .done = step_done};
    s->last.batch = -1;
    s->totals.batch = -1;
    s->timer = loop_timer_create(setup->loop, timer_fired, s);
    s->pipeline = pipeline_create(setup->engine, setup->config, setup->job, err);
    s->state = STREAM_STOPPED;
    if (s->pipeline == NULL)
        goto fail;
    if (setup->job->trigger == CONFIG_TRIGGER_EVERY && setup->job->trigger_ms == 0) {
        s->watch =
            loop_watch_create(setup->loop, pipeline_event(s->pipeline), event_arrived, s, err);
        if (s->watch == NULL)
            goto fail;
    }
    return s;

fail:
    stream_close(s);
    return NULL;
}

void stream_close(struct stream *s)
{
    if (s == NULL)
        return;
    assert(stream_is_over(s));
    loop_watch_close(s->watch);
    loop_timer_close(s->timer);
    pipeline_close(s->pipeline);
    mem_free(s);
}

void stream_start(struct stream *s)
{
    assert(s->state == STREAM_STOPPED);
    submit(s);
}

bool stream_trigger(struct stream *s)
{
    if (stream_is_over(s))
        return false;
    if (s->state == STREAM_RUNNING)
        s->asked = true;
    else
        submit(s);
    return true;
}

void stream_stop(struct stream *s)
{
    if (stream_is_over(s))
        return;
    s->stopping = true;
    if (s->state != STREAM_RUNNING)
        end(s, STREAM_STOPPED);
}

void stream_hurry(struct stream *s)
{
    if (s->state == STREAM_RUNNING)
        pipeline_stop(s->pipeline);
}

bool stream_is_over(const struct stream *s)
{
    return s->state == STREAM_FINISHED || s->state == STREAM_FAILED || s->state == STREAM_STOPPED;
}

bool stream_has_failed(const struct stream *s)
{
    return s->state == STREAM_FAILED;
}

static const char *state_name(enum stream_state state)
{
    switch (state) {
    case STREAM_WAITING:
        return "waiting";
    case STREAM_RUNNING:
        return "running";
    case STREAM_RETRYING:
        return "retrying";
    case STREAM_FINISHED:
        return "finished";
    case STREAM_FAILED:
        return "failed";
    case STREAM_STOPPED:
        return "stopped";
    }
    return "?";
}

static void write_string(struct json_writer *json, const char *name, const char *value)
{
    json_key(json, name);
    json_string(json, value);
}

void stream_write(const struct stream *s, struct json_writer *json)
{
    const struct config_job *job = s->setup.job;

    json_begin_object(json);
    write_string(json, "name", job->name);
    write_string(json, "state", state_name(s->state));
    write_string(json, "from", job->from);
    write_string(json, "path", job->path);
    if (job->table != NULL)
        write_string(json, "table", job->table);
    if (s->state != STREAM_RUNNING) /* the worker's while it runs */
        write_string(json, "id", pipeline_id(s->pipeline));
    if (s->state == STREAM_RETRYING || s->state == STREAM_FAILED)
        write_string(json, "error", s->error.text);
    if (s->last.batch >= 0) {
        json_key(json, "lastProgress");
        progress_write(&s->last, json);
        json_key(json, "totals");
        progress_write(&s->totals, json);
    }
    json_end_object(json);
}

const struct progress *stream_totals(const struct stream *s)
{
    return &s->totals;
}

const struct spark_plan *stream_plan(const struct stream *s)
{
    return pipeline_plan(s->pipeline);
}

const char *stream_table_dir(const struct stream *s)
{
    return pipeline_table_dir(s->pipeline);
}
