/* SPDX-License-Identifier: Apache-2.0 */
/* parquet.h - micro-batches of a topic, filtered into Parquet files.
 *
 * A parquet is one job's way from records to a file: a connection of its own
 * on which the relation of Kafka's source stands for the records of the batch
 * that is being written.  Record bytes are read in place.
 *
 * COPY syncs nothing and writes under the name it is given: give it a staging
 * name, then sync and rename (job/sink does).
 *
 * Thread: one at a time, a worker's.  The engine's own threads read the
 * records meanwhile; parquet_cancel() from any thread. */
#ifndef ENGINE_PARQUET_H
#define ENGINE_PARQUET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "engine/engine.h"

#define PARQUET_JSON_FIELDS_MAX 2000
#define PARQUET_METADATA_MAX 64

/* A record as Kafka's source of Spark shows it.  All bytes are borrowed until parquet_write
 * returns. */
struct parquet_record {
    struct span key;   /* data NULL: null; an empty key has a pointer */
    struct span value; /* the same */
    struct span topic;
    int32_t partition;
    int32_t timestamp_type; /* 0 CreateTime, 1 LogAppendTime */
    int64_t offset;
    int64_t timestamp_ms; /* since 1970; -1: the record has none */
};

/* What a dialect makes of a job's SQL.  `sql` selects from kafka_source() and may call
 * from_json(text): NULL or a struct of the VARCHAR fields f0, f1 ... in the order of json_fields.
 */
struct parquet_plan {
    const char *sql;
    const struct span *json_fields; /* case-sensitive names in the JSON; none: no from_json */
    size_t json_field_count;
};

struct parquet_pair {
    const char *key;
    const char *value;
};

struct parquet_batch {
    const struct parquet_record *records;
    size_t record_count;
    const char *path; /* absolute, in an allowed folder of the engine; must not exist */
    const struct parquet_pair *metadata; /* the file's key-value metadata */
    size_t metadata_count;
};

struct parquet_outcome {
    uint64_t records_read; /* what the batch held */
    uint64_t rows_written; /* what passed the filter; 0: there is no file */
    uint64_t malformed;    /* records from which from_json got no object */
};

struct parquet;

/* Checks that the plan binds.  The plan is copied. */
MUST_CHECK struct parquet *parquet_open(struct engine *engine, const struct parquet_plan *plan,
                                        struct err *err);
void parquet_close(struct parquet *parquet); /* NULL is fine */

/* Writes one SNAPPY file in the records' order.  On failure, and when no row passed, no file is
 * left at the path.  ERR_IO: the disk refused (sys_errno 0: the text says why). */
MUST_CHECK bool parquet_write(struct parquet *parquet, const struct parquet_batch *batch,
                              struct parquet_outcome *outcome, struct err *err);

/* As query_cancel: any thread, and it stays so. */
void parquet_cancel(struct parquet *parquet);

#endif
