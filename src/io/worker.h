/* SPDX-License-Identifier: Apache-2.0 */
/* worker.h - threads for what blocks: syncing, DuckDB, SQLite, walking directories.
 *
 * The only way across is a task.  While a worker has it, the task and all it
 * points to are the worker's; `done` brings them back to the loop.  Tasks of a
 * pool start in the order in which they were submitted.
 *
 * Thread: the loop, except `run`. */
#ifndef IO_WORKER_H
#define IO_WORKER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "io/loop.h"

enum worker_role { WORKER_ROLE_NONE, WORKER_ROLE_LOOP, WORKER_ROLE_WORKER };

/* What the calling thread is; a thread that is neither (a test, a command line) may be both. */
enum worker_role worker_role(void);
/* Only for loop_run() and the pool. */
void worker_take_role(enum worker_role role);

/* These open every function that cares. */
#define ON_LOOP() assert(worker_role() != WORKER_ROLE_WORKER)
#define ON_WORKER() assert(worker_role() != WORKER_ROLE_LOOP)

struct task {
    void (*run)(struct task *task);  /* on a worker */
    void (*done)(struct task *task); /* on the loop; may submit or free the task */
    struct task *next;               /* the pool's */
};

struct worker_pool;

MUST_CHECK struct worker_pool *worker_pool_create(struct loop *loop, int thread_count,
                                                  struct err *err);
/* Waits for all submitted tasks, and calls their `done`, before it returns; NULL is fine. */
void worker_pool_close(struct worker_pool *pool);
void worker_pool_submit(struct worker_pool *pool, struct task *task);
/* Tasks submitted whose `done` was not called yet. */
size_t worker_pool_pending(const struct worker_pool *pool);

#endif
