/* SPDX-License-Identifier: Apache-2.0 */
/* perform.h - a worker's side of a statement: one step at a time.
 *
 * The first step parses, asks the catalog, and starts the engine where there
 * is something for it; each step then makes a page of rows.  A statement that
 * has ended or failed has let go of the engine's result.
 *
 * Thread: a worker per performer; create and close where it has no step. */
#ifndef SQL_PERFORM_H
#define SQL_PERFORM_H

#include "config/config.h"
#include "engine/engine.h"
#include "sql/run.h"

#define PERFORM_CATALOG_MS 10000 /* what a call of the catalog may take */

struct perform; /* a lane's tools: a way to the catalog, and the engine that all share */

/* Both are borrowed. */
struct perform *perform_create(struct engine *engine, const struct config *config)
    __attribute__((returns_nonnull));
void perform_close(struct perform *perform); /* NULL is fine */

/* Takes the next step: hall_work's; `tools` is a struct perform. */
void perform_step(void *tools, struct run *run);

#endif
