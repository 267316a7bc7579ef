/* SPDX-License-Identifier: Apache-2.0 */
/* registration.h - a job's `table:` in the catalog, so that its rows can be asked for in SQL.
 *
 * Thread: a worker. */
#ifndef JOB_REGISTRATION_H
#define JOB_REGISTRATION_H

#include <stdbool.h>

#include "base/err.h"
#include "config/config.h"
#include "dialect/spark.h"

/* Makes the external table job->table over `table_dir` when there is none of that name; changes
 * nothing when there is.  *made tells which.  ERR_UNAVAILABLE: no catalog answers. */
MUST_CHECK bool registration_ensure(const struct config *config, const struct config_job *job,
                                    const struct spark_plan *plan, const char *table_dir,
                                    bool *made, struct err *err);

#endif
