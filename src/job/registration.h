/* SPDX-License-Identifier: Apache-2.0 */
/* registration.h - a job's `table:` in the catalog, so that its rows can be asked for in SQL.
 *
 * It goes its own way, beside the batches: a catalog that is away holds up none
 * of them, and no batch holds up the table.  It is tried until it is done.
 *
 * Thread: the loop. */
#ifndef JOB_REGISTRATION_H
#define JOB_REGISTRATION_H

#include <stdbool.h>

#include "base/err.h"
#include "config/config.h"
#include "dialect/spark.h"
#include "io/loop.h"
#include "io/worker.h"

struct registration;

/* All is borrowed until registration_close(). */
struct registration_setup {
    struct loop *loop;
    struct worker_pool *pool; /* of which no batch holds a thread */
    const struct config *config;
    const struct config_job *job; /* with a table */
    const struct spark_plan *plan;
    const char *table_dir; /* absolute */
    /* It is settled: called once, on the loop. */
    void (*settled)(void *owner);
    void *owner;
};

struct registration *registration_create(const struct registration_setup *setup)
    __attribute__((returns_nonnull));
/* NULL is fine.  Not while the pool has its task: close the pool before. */
void registration_close(struct registration *registration);

/* Makes the external table job->table over table_dir when there is none of that name; changes
 * nothing when there is. */
void registration_start(struct registration *registration);
/* Tries no more; the call that is under way is finished. */
void registration_stop(struct registration *registration);
/* The catalog has said yes or no; after a no it is still asked now and then. */
bool registration_is_settled(const struct registration *registration);

#endif
