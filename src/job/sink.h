/* SPDX-License-Identifier: Apache-2.0 */
/* sink.h - the files of a batch become part of the table, all of them, once, for every reader.
 *
 *   stage -> sync -> manifest -> rename -> sync the directory
 *
 * A batch's files are written outside every table's directory.  The manifest,
 * sink/N in the checkpoint, is the decision: with it recovery completes the
 * renames, without it recovery discards what was staged.
 *
 * Thread: a worker. */
#ifndef JOB_SINK_H
#define JOB_SINK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "job/checkpoint.h"

#define SINK_FILES_MAX 10000 /* of one batch */
#define SINK_NAME_BYTES 96

struct sink {
    char table_dir[PATH_MAX];
    char staging_dir[PATH_MAX];
};

struct sink_file {
    char name[SINK_NAME_BYTES]; /* part-<i>-<id>-b<N>.snappy.parquet, staged and final alike */
    uint64_t rows;
};

struct sink_files {
    struct sink_file *files;
    size_t count;
};

/* Makes both directories.  `staging_root` is on the table's file system and in no table. */
MUST_CHECK bool sink_open(struct sink *sink, const char *table_dir, const char *staging_root,
                          const struct checkpoint *checkpoint, struct err *err);
/* The name of the i-th file of the planned batch. */
void sink_name(const struct checkpoint *checkpoint, size_t i, char name[SINK_NAME_BYTES]);
/* Where a file is written before it is part of the table. */
MUST_CHECK bool sink_staged_path(const struct sink *sink, const char *name, char path[PATH_MAX],
                                 struct err *err);
/* Syncs the staged files and writes the manifest of the planned batch.  From here on the batch
 * will be in the table. */
MUST_CHECK bool sink_decide(const struct sink *sink, const struct checkpoint *checkpoint,
                            const struct sink_files *files, struct err *err);
/* The renames, also those that a crash left undone.  ERR_CONFLICT: a file of that name is in the
 * table and another one is staged; ERR_CORRUPT: it is neither here nor there. */
MUST_CHECK bool sink_land(const struct sink *sink, const struct sink_files *files, struct err *err);
/* After a crash in the planned batch: with a manifest lands its files and says so, else removes
 * what was staged. */
MUST_CHECK bool sink_recover(const struct sink *sink, const struct checkpoint *checkpoint,
                             bool *landed, struct err *err);

#endif
