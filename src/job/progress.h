/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h - what a micro-batch did: the numbers of Spark's StreamingQueryProgress that we have.
 *
 * Thread: any; a value. */
#ifndef JOB_PROGRESS_H
#define JOB_PROGRESS_H

#include <stdint.h>

#include "base/json.h"

struct progress {
    int64_t batch;       /* its number; -1: none was run */
    int64_t started_ms;  /* wall clock */
    uint64_t input_rows; /* records read: every one is kept, filtered or counted as malformed */
    uint64_t output_rows;
    uint64_t malformed; /* records from which from_json got no object */
    uint64_t files;
    int64_t read_us;   /* fetching */
    int64_t write_us;  /* filter and Parquet */
    int64_t commit_us; /* intent, manifest, renames, commit */
    int64_t total_us;
};

/* One JSON object. */
void progress_write(const struct progress *progress, struct json_writer *json);
/* Adds the counts and times of one batch to a sum; its number and start become the batch's. */
void progress_add(struct progress *sum, const struct progress *batch);

#endif
