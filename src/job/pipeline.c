/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.c - one micro-batch after the other.
 *
 *   closed --open--> ready --plan--> planned --stage, decide, land--> landed --commit--> ready
 *     ^                                 |                                |
 *     +------ any failure --------------+--------------------------------+
 *
 * Opening reads the checkpoint: a batch with a manifest is completed, one
 * without is run again over the same offsets (sink.c, S4). */
#include "job/pipeline.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "dialect/spark.h"
#include "engine/parquet.h"
#include "io/clock.h"
#include "io/file.h"
#include "io/worker.h"
#include "job/checkpoint.h"
#include "job/sink.h"
#include "job/source.h"

#define PLAN_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define PARTITIONS_LOOK_MS 5000 /* how often new partitions are looked for */
#define STAGING_FOLDER ".staging"

struct pipeline {
    const struct config *config;
    const struct config_job *job;
    struct arena arena; /* the plan's */
    struct spark_plan plan;
    struct parquet *parquet;
    struct source *source;
    char checkpoint_dir[PATH_MAX];
    char table_dir[PATH_MAX];
    char staging_root[PATH_MAX];
    bool open;
    bool settled; /* nothing in the checkpoint waits for its folder's sync */
    struct checkpoint checkpoint;
    struct sink sink;
    struct offsets target; /* once, availableNow: where to stop; empty before it is known */
    int64_t looked_ms;     /* for new partitions */
    struct kafka_chunk chunk;
    struct parquet_record *records; /* the chunk's, as the engine wants them */
    size_t record_room;
    struct sink_files files; /* of the batch that is being staged */
};

static bool is_bounded(const struct pipeline *p)
{
    return p->job->trigger != CONFIG_TRIGGER_EVERY;
}

static bool find_folders(struct pipeline *p, struct err *err)
{
    int size = snprintf(p->staging_root, sizeof(p->staging_root), "%s/" STAGING_FOLDER,
                        p->config->storage_root);
    if (size >= (int)sizeof(p->staging_root))
        return err_set(err, ERR_LIMIT, "%s: a path too long", p->config->storage_root);
    return config_storage_path(p->config, p->job->checkpoint_location, p->checkpoint_dir,
                               sizeof(p->checkpoint_dir), err) &&
           config_storage_path(p->config, p->job->path, p->table_dir, sizeof(p->table_dir), err);
}

struct pipeline *pipeline_create(struct engine *engine, const struct config *config,
                                 const struct config_job *job, struct err *err)
{
    struct pipeline *p = mem_new(sizeof(*p));
    struct spark_options options = {.time_zone = config->session_time_zone};

    p->config = config;
    p->job = job;
    p->files.files = mem_new_array(SINK_FILES_MAX, sizeof(*p->files.files));
    arena_init(&p->arena, PLAN_BYTES_MAX);
    if (!find_folders(p, err) ||
        !spark_translate(span_of(job->sql), &options, &p->plan, &p->arena, err))
        goto fail;
    p->parquet = parquet_open(engine, &p->plan.plan, err);
    if (p->parquet == NULL)
        goto fail;
    p->source = source_create(config->kafka_brokers, job->from, err);
    if (p->source == NULL)
        goto fail;
    return p;

fail:
    pipeline_close(p);
    return NULL;
}

void pipeline_close(struct pipeline *p)
{
    if (p == NULL)
        return;
    kafka_consumer_forget(&p->chunk);
    checkpoint_reset(&p->checkpoint);
    offsets_reset(&p->target);
    source_close(p->source);
    parquet_close(p->parquet);
    arena_reset(&p->arena);
    mem_free(p->files.files);
    mem_free(p->records);
    mem_free(p);
}

/* Where the next record to be read is, by the checkpoint. */
static const struct offsets *position(const struct pipeline *p)
{
    return p->checkpoint.planned >= 0 && p->checkpoint.committed ? &p->checkpoint.end
                                                                 : &p->checkpoint.start;
}

/* A batch that was planned and not committed: completes it when it was decided. */
static bool recover(struct pipeline *p, struct err *err)
{
    bool landed = false;

    if (p->checkpoint.planned < 0 || p->checkpoint.committed)
        return true;
    if (!sink_recover(&p->sink, &p->checkpoint, &landed, err))
        return false;
    diag_info("recovered", "job=%s batch=%" PRId64 " action=%s", p->job->name,
              p->checkpoint.planned, landed ? "completed" : "run-again");
    return !landed || checkpoint_commit(&p->checkpoint, err);
}

static bool choose_start(struct pipeline *p, struct err *err)
{
    struct offsets start = {0};

    if (p->checkpoint.has_start)
        return true;
    bool ok = source_resolve(p->source, p->job->starting_offsets, &start, err) &&
              checkpoint_set_start(&p->checkpoint, &start, err);
    offsets_reset(&start);
    return ok;
}

static bool open_checkpoint(struct pipeline *p, struct err *err)
{
    char id[CHECKPOINT_ID_BYTES]; /* of the one that was open before; empty: none */

    memcpy(id, p->checkpoint.id, sizeof(id));
    checkpoint_reset(&p->checkpoint);
    bool ok = checkpoint_open(&p->checkpoint, p->checkpoint_dir, p->job->from, err);
    if (ok && id[0] != '\0' && strcmp(id, p->checkpoint.id) != 0) /* or all rows would come again */
        ok = err_set(err, ERR_CONFLICT,
                     "the checkpoint %s was removed or replaced while the job ran; a restart takes "
                     "the one that is there now, which has no memory of earlier rows",
                     p->checkpoint_dir);
    if (!ok) {
        memcpy(p->checkpoint.id, id, sizeof(id));
        return false;
    }
    if (!p->settled && !checkpoint_settle(&p->checkpoint, err))
        return false;
    p->settled = true;
    return sink_open(&p->sink, p->table_dir, p->staging_root, &p->checkpoint, err) &&
           recover(p, err);
}

static bool open_source(struct pipeline *p, struct err *err)
{
    int32_t count;

    if (!source_partitions(p->source, &count, err) || !choose_start(p, err) ||
        !source_start(p->source, position(p),
                      p->checkpoint.planned >= 0 ? &p->checkpoint.end : NULL, err))
        return false;
    p->looked_ms = clock_steady_ms();
    diag_info("reading", "job=%s topic=%s partitions=%" PRId32 " next_batch=%" PRId64, p->job->name,
              p->job->from, count,
              p->checkpoint.planned + (p->checkpoint.committed || p->checkpoint.planned < 0));
    return true;
}

/* A topic or an offset that was there and is not: opening looks again, and says what is lost. */
static bool look_anew(struct err *err)
{
    if (err->kind == ERR_NOT_FOUND)
        err->kind = ERR_UNAVAILABLE;
    return false;
}

/* A topic can get more partitions: they are read from their first offset on. */
static bool look_for_partitions(struct pipeline *p, struct err *err)
{
    int32_t count;

    if (clock_steady_ms() - p->looked_ms < PARTITIONS_LOOK_MS)
        return true;
    p->looked_ms = clock_steady_ms();
    if (!source_partitions(p->source, &count, err))
        return look_anew(err);
    return count <= source_fetching(p->source) || source_start(p->source, position(p), NULL, err) ||
           look_anew(err);
}

/* Cuts the batch down to maxOffsetsPerTrigger, each partition in proportion, as Spark does. */
static void limit(const struct pipeline *p, const struct offsets *start, struct offsets *end)
{
    int64_t most = p->job->max_offsets_per_trigger;
    int64_t total = offsets_distance(start, end);

    if (most == 0 || total <= most || p->job->trigger == CONFIG_TRIGGER_ONCE)
        return;
    for (int32_t i = 0; i < end->count; i++) {
        int64_t from = i < start->count && start->next[i] >= 0 ? start->next[i] : 0;
        double share = (double)(end->next[i] - from) / (double)total * (double)most;
        int64_t take = (int64_t)share;
        if (take == 0 && end->next[i] > from)
            take = 1; /* or a small partition would never move */
        end->next[i] = from + take;
    }
}

/* The broker ends before where we are: it lost records, or an older answer was the last one to
 * come.  Opening again asks once more, and decides. */
static bool went_back(const struct pipeline *p, int32_t partition, int64_t from, int64_t to,
                      struct err *err)
{
    return err_set(err, ERR_UNAVAILABLE,
                   "topic %s, partition %" PRId32 ": was read to offset %" PRId64
                   ", and the broker says that its next one is %" PRId64,
                   p->job->from, partition, from, to);
}

/* The end of the next batch; *found false when there is nothing new. */
static bool choose_end(struct pipeline *p, struct offsets *end, bool *found, struct err *err)
{
    const struct offsets *start = position(p);

    if (!source_latest(p->source, end, err))
        return look_anew(err);
    if (is_bounded(p) && p->target.count == 0)
        offsets_copy(&p->target, end);
    for (int32_t i = 0; i < end->count; i++) {
        if (i < start->count && end->next[i] < start->next[i])
            return went_back(p, i, start->next[i], end->next[i], err);
        if (is_bounded(p) && i < p->target.count && end->next[i] > p->target.next[i])
            end->next[i] = p->target.next[i];
    }
    *found = offsets_distance(start, end) > 0;
    if (*found)
        limit(p, start, end);
    return true;
}

static bool plan(struct pipeline *p, bool *found, struct err *err)
{
    struct offsets end = {0};

    *found = false;
    if (p->checkpoint.planned >= 0 && !p->checkpoint.committed) {
        *found = true; /* run again, the same offsets */
        return true;
    }
    bool ok = choose_end(p, &end, found, err);
    if (ok && *found)
        ok = checkpoint_plan(&p->checkpoint, &end, clock_wall_ms(), err);
    offsets_reset(&end);
    return ok;
}

/* The chunk as the engine wants it. */
static void convert(struct pipeline *p)
{
    struct span topic = span_of(p->job->from);

    if (p->chunk.count > p->record_room) {
        p->record_room = p->chunk.room;
        p->records = mem_grow(p->records, p->record_room * sizeof(*p->records));
    }
    for (size_t i = 0; i < p->chunk.count; i++) {
        const struct kafka_record *from = &p->chunk.records[i];
        p->records[i] = (struct parquet_record){
            .key = from->key,
            .value = from->value,
            .topic = topic,
            .partition = from->partition,
            .timestamp_type = from->timestamp_type,
            .offset = from->offset,
            .timestamp_ms = from->timestamp_ms,
        };
    }
}

/* First and last offset of each partition in the chunk, for whoever asks a file where it is from:
 * "0:10-19 1:3-7". */
static void describe_offsets(const struct pipeline *p, struct text *out)
{
    const struct kafka_record *records = p->chunk.records;

    for (size_t from = 0; from < p->chunk.count;) {
        size_t to = from;
        while (to + 1 < p->chunk.count && records[to + 1].partition == records[from].partition)
            to++;
        text_printf(out, "%s%" PRId32 ":%" PRId64 "-%" PRId64, from == 0 ? "" : " ",
                    records[from].partition, records[from].offset, records[to].offset);
        from = to + 1;
    }
}

static bool write_file(struct pipeline *p, const char *path, struct parquet_outcome *outcome,
                       struct err *err)
{
    char batch_number[32];
    struct text offsets;

    text_init(&offsets, PLAN_BYTES_MAX);
    describe_offsets(p, &offsets);
    (void)snprintf(batch_number, sizeof(batch_number), "%" PRId64, p->checkpoint.planned);
    const struct parquet_pair metadata[] = {
        {"steelthread.query", p->checkpoint.id},
        {"steelthread.job", p->job->name},
        {"steelthread.topic", p->job->from},
        {"steelthread.batch", batch_number},
        {"steelthread.offsets", text_string(&offsets)},
    };
    struct parquet_batch batch = {
        .records = p->records,
        .record_count = p->chunk.count,
        .path = path,
        .metadata = metadata,
        .metadata_count = COUNT_OF(metadata),
    };
    bool ok = parquet_write(p->parquet, &batch, outcome, err);
    text_reset(&offsets);
    return ok;
}

/* What the chunk holds becomes one staged file, if a row passes the filter. */
static bool stage_chunk(struct pipeline *p, struct progress *progress, struct err *err)
{
    char path[PATH_MAX];
    struct parquet_outcome outcome;

    if (p->chunk.count == 0)
        return true;
    if (p->files.count == SINK_FILES_MAX)
        return err_set(err, ERR_LIMIT, "a batch of more than %d files: set maxOffsetsPerTrigger",
                       SINK_FILES_MAX);
    struct sink_file *file = &p->files.files[p->files.count];
    sink_name(&p->checkpoint, p->files.count, file->name);
    if (!sink_staged_path(&p->sink, file->name, path, err))
        return false;
    int64_t began_us = clock_steady_us();
    convert(p);
    bool ok = write_file(p, path, &outcome, err);
    progress->write_us += clock_steady_us() - began_us;
    if (ok) {
        progress->input_rows += outcome.records_read;
        progress->output_rows += outcome.rows_written;
        progress->malformed += outcome.malformed;
        file->rows = outcome.rows_written;
        p->files.count += outcome.rows_written > 0 ? 1 : 0;
    }
    kafka_consumer_release(&p->chunk);
    return ok;
}

static bool stage_partition(struct pipeline *p, int32_t partition, struct progress *progress,
                            struct err *err)
{
    struct kafka_range range = {
        .partition = partition,
        .end = p->checkpoint.end.next[partition],
        .records_max = PIPELINE_CHUNK_RECORDS_MAX,
        .bytes_max = PIPELINE_CHUNK_BYTES_MAX,
    };
    const struct offsets *start = &p->checkpoint.start;
    bool done = partition < start->count && start->next[partition] >= range.end;

    while (!done) {
        int64_t began_us = clock_steady_us();
        bool ok = source_read(p->source, &range, &p->chunk, &done, err);
        progress->read_us += clock_steady_us() - began_us;
        if (!ok)
            return false;
        if (!done && !stage_chunk(p, progress, err)) /* it is full */
            return false;
    }
    return true;
}

static bool run_batch(struct pipeline *p, struct progress *progress, struct err *err)
{
    int64_t commit_us;

    p->files.count = 0;
    kafka_consumer_release(&p->chunk);
    for (int32_t i = 0; i < p->checkpoint.end.count; i++) {
        if (!stage_partition(p, i, progress, err))
            return false;
    }
    if (!stage_chunk(p, progress, err))
        return false;
    commit_us = clock_steady_us();
    progress->files = p->files.count;
    if (p->files.count > 0 && (!sink_decide(&p->sink, &p->checkpoint, &p->files, err) ||
                               !sink_land(&p->sink, &p->files, err)))
        return false;
    bool ok = checkpoint_commit(&p->checkpoint, err);
    progress->commit_us += clock_steady_us() - commit_us;
    return ok;
}

/* *there is false, and it is no failure, while the topic is not. */
static bool open_pipeline(struct pipeline *p, bool *there, struct err *err)
{
    *there = true;
    if (p->open)
        return look_for_partitions(p, err);
    if (!open_checkpoint(p, err))
        return false;
    p->open = open_source(p, err);
    *there = p->open || err->kind != ERR_NOT_FOUND;
    return p->open || !*there;
}

static bool step(struct pipeline *p, enum pipeline_outcome *outcome, struct progress *progress,
                 struct err *err)
{
    int64_t began_us = clock_steady_us();
    bool found;
    bool waiting = false;

    if (!plan(p, &found, err))
        return false;
    if (!found) {
        *outcome = is_bounded(p) ? PIPELINE_FINISHED : PIPELINE_IDLE;
        if (!is_bounded(p) && !source_waiting(p->source, &waiting, err))
            return look_anew(err);
        if (waiting)
            *outcome = PIPELINE_BATCH; /* it came while we asked: look again */
        return true;
    }
    progress->commit_us = clock_steady_us() - began_us;
    progress->started_ms = clock_wall_ms();
    progress->batch = p->checkpoint.planned;
    if (!run_batch(p, progress, err))
        return err_within(err, "batch %" PRId64, p->checkpoint.planned);
    progress->total_us = clock_steady_us() - began_us;
    *outcome = PIPELINE_BATCH;
    return true;
}

bool pipeline_step(struct pipeline *p, enum pipeline_outcome *outcome, struct progress *progress,
                   struct err *err)
{
    ON_WORKER();
    bool there;

    *progress = (struct progress){.batch = -1};
    *outcome = PIPELINE_NO_TOPIC;
    bool ok = open_pipeline(p, &there, err);
    if (ok && !there)
        return true;
    if (ok && step(p, outcome, progress, err))
        return true;
    p->settled = p->settled && err->kind != ERR_IO;
    p->open = false; /* what is on disk decides how it goes on */
    return false;
}

void pipeline_stop(struct pipeline *p)
{
    source_stop(p->source);
    parquet_cancel(p->parquet);
}

int pipeline_event(const struct pipeline *p)
{
    return source_event(p->source);
}

void pipeline_clear_event(struct pipeline *p)
{
    source_clear_event(p->source);
}

const struct spark_plan *pipeline_plan(const struct pipeline *p)
{
    return &p->plan;
}

const char *pipeline_table_dir(const struct pipeline *p)
{
    return p->table_dir;
}

const char *pipeline_id(const struct pipeline *p)
{
    return p->checkpoint.id;
}
