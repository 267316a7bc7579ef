/* SPDX-License-Identifier: Apache-2.0 */
/* stream.h - one streaming query: its trigger, its state, its steps on a worker.
 *
 * Thread: the loop. */
#ifndef JOB_STREAM_H
#define JOB_STREAM_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "config/config.h"
#include "dialect/spark.h"
#include "engine/engine.h"
#include "io/loop.h"
#include "io/worker.h"
#include "job/progress.h"

struct stream;

struct stream_setup {
    struct loop *loop;
    struct worker_pool *pool;
    struct engine *engine;
    const struct config *config;
    const struct config_job *job;
    /* The stream came to an end: finished, failed, or stopped. */
    void (*over)(void *owner);
    void *owner;
};

/* ERR_MALFORMED, ERR_UNSUPPORTED, ERR_NOT_FOUND: the job's SQL, with line and column. */
MUST_CHECK struct stream *stream_create(const struct stream_setup *setup, struct err *err);
void stream_close(struct stream *stream); /* it must be over; NULL is fine */

void stream_start(struct stream *stream);
/* The next batch now, whatever the trigger; false when it is over. */
bool stream_trigger(struct stream *stream);
/* No further batch; the one that runs is finished.  over() is called, perhaps before this
 * returns. */
void stream_stop(struct stream *stream);
/* The one that runs is left where a restart continues. */
void stream_hurry(struct stream *stream);

bool stream_is_over(const struct stream *stream);
bool stream_has_failed(const struct stream *stream);
/* One JSON object: name, id, state, progress. */
void stream_write(const struct stream *stream, struct json_writer *json);
/* The counts since the start of the process. */
const struct progress *stream_totals(const struct stream *stream);
/* What its rows are and where they land: the same from stream_create() to stream_close(). */
const struct spark_plan *stream_plan(const struct stream *stream);
const char *stream_table_dir(const struct stream *stream); /* absolute */

#endif
