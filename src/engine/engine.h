/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - one locked DuckDB instance, loaded at run time.
 *
 * The library is not linked: engine_open() finds it, checks that it is the
 * version this program was made for, opens a database in memory, registers the
 * functions that the dialects use, and locks the instance before the first
 * statement.  From then on no statement can read or write a file outside the
 * allowed folders, attach, install or load anything, or change a setting.
 *
 * Thread: engine_open and engine_close where nothing else uses the engine; in
 * between any number of threads may have queries of their own on it.  They
 * block: call them on a worker. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define ENGINE_VERSION "v1.5.5"
/* The environment variable that names libduckdb.so itself. */
#define ENGINE_LIBRARY_VARIABLE "STEELTHREAD_DUCKDB"
#define ENGINE_ALLOWED_MAX 64

struct engine;

/* All strings are borrowed for the call. */
struct engine_config {
    const char *library;   /* path of libduckdb.so; NULL: $STEELTHREAD_DUCKDB, then
                              ../lib/steelthread/ and ../deps/duckdb/ beside the program's own
                              folder, then the system's search path */
    uint64_t memory_bytes; /* 0: a quarter of the machine's; a query past it fails alone */
    int thread_count;      /* 0: one per processor */
    const char *temp_dir;  /* where large queries spill; NULL: they fail instead */
    uint64_t temp_bytes;   /* most that may be spilled; 0: 1 GiB */
    const char *const *allowed_dirs; /* absolute folders whose files statements may touch */
    size_t allowed_dir_count;        /* at most ENGINE_ALLOWED_MAX */
    const char *time_zone;           /* name of the session's zone; NULL: the system's */
};

/* ERR_NOT_FOUND: no library (the text says where it was looked for); ERR_UNSUPPORTED: another
 * version of it; ERR_MALFORMED: an unknown time zone. */
MUST_CHECK struct engine *engine_open(const struct engine_config *config, struct err *err);
/* NULL is fine.  Every query of the engine must have been closed. */
void engine_close(struct engine *engine);

/* "v1.5.5" */
const char *engine_version(const struct engine *engine);
/* What all queries together may have. */
uint64_t engine_memory_bytes(const struct engine *engine);
/* The name of the session's zone, "Europe/Paris". */
const char *engine_time_zone(const struct engine *engine);

#endif
