/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline.h - one job's way from a topic to a table, micro-batch by micro-batch.
 *
 * Nothing of a batch is kept in memory between steps but what the checkpoint
 * says too: after a failure the next step begins from the checkpoint.
 *
 * Thread: a worker, one step at a time; pipeline_event() may be watched by the
 * loop between steps, pipeline_stop() called by any. */
#ifndef JOB_PIPELINE_H
#define JOB_PIPELINE_H

#include <stdbool.h>

#include "base/err.h"
#include "config/config.h"
#include "dialect/spark.h"
#include "engine/engine.h"
#include "job/progress.h"

#define PIPELINE_CHUNK_RECORDS_MAX 131072 /* of one file */
#define PIPELINE_CHUNK_BYTES_MAX ((size_t)32 * 1024 * 1024)

struct pipeline;

enum pipeline_outcome {
    PIPELINE_NO_TOPIC, /* it is not there yet */
    PIPELINE_IDLE,     /* nothing new; pipeline_event() tells when there is */
    PIPELINE_BATCH,    /* one batch was committed; there may be more */
    PIPELINE_FINISHED, /* once, availableNow: all that was there at the start is in the table */
};

/* Translates the job's SQL and binds it; the broker is not needed yet.  `config` and `job` are
 * borrowed. */
MUST_CHECK struct pipeline *pipeline_create(struct engine *engine, const struct config *config,
                                            const struct config_job *job, struct err *err);
void pipeline_close(struct pipeline *pipeline); /* NULL is fine */

/* At most one batch.  Progress is filled in for PIPELINE_BATCH.  ERR_UNAVAILABLE and ERR_IO: try
 * again later; other kinds: it will not get better by itself. */
MUST_CHECK bool pipeline_step(struct pipeline *pipeline, enum pipeline_outcome *outcome,
                              struct progress *progress, struct err *err);
/* The running step and every later one ends soon, with an error, at a point from which a restart
 * continues. */
void pipeline_stop(struct pipeline *pipeline);

int pipeline_event(const struct pipeline *pipeline);
void pipeline_clear_event(struct pipeline *pipeline);
const struct spark_plan *pipeline_plan(const struct pipeline *pipeline);
const char *pipeline_table_dir(const struct pipeline *pipeline); /* absolute */
/* The query's id in the checkpoint, "" before the first step. */
const char *pipeline_id(const struct pipeline *pipeline);

#endif
