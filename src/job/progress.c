/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - the numbers of a micro-batch as JSON, under Spark's names where Spark has one. */
#include "job/progress.h"

#include "io/clock.h"

static void write_count(struct json_writer *json, const char *name, uint64_t value)
{
    json_key(json, name);
    json_i64(json, (int64_t)value);
}

void progress_write(const struct progress *progress, struct json_writer *json)
{
    char time[CLOCK_TEXT_BYTES];

    json_begin_object(json);
    json_key(json, "batchId");
    json_i64(json, progress->batch);
    json_key(json, "timestamp");
    json_string(json, clock_iso(progress->started_ms, time));
    write_count(json, "numInputRows", progress->input_rows);
    write_count(json, "numOutputRows", progress->output_rows);
    write_count(json, "numMalformedRows", progress->malformed);
    write_count(json, "numFiles", progress->files);
    json_key(json, "durationUs");
    json_begin_object(json);
    write_count(json, "getBatch", (uint64_t)progress->read_us);
    write_count(json, "addBatch", (uint64_t)progress->write_us);
    write_count(json, "commit", (uint64_t)progress->commit_us);
    write_count(json, "triggerExecution", (uint64_t)progress->total_us);
    json_end_object(json);
    json_end_object(json);
}

void progress_add(struct progress *sum, const struct progress *batch)
{
    sum->batch = batch->batch;
    sum->started_ms = batch->started_ms;
    sum->input_rows += batch->input_rows;
    sum->output_rows += batch->output_rows;
    sum->malformed += batch->malformed;
    sum->files += batch->files;
    sum->read_us += batch->read_us;
    sum->write_us += batch->write_us;
    sum->commit_us += batch->commit_us;
    sum->total_us += batch->total_us;
}
