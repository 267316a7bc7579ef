/* SPDX-License-Identifier: Apache-2.0 */
/* instance.h - what an engine is made of; only engine/ sees this. */
#ifndef ENGINE_INSTANCE_H
#define ENGINE_INSTANCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "engine/engine.h"
#include "engine/library.h"

struct engine {
    const struct library *library;
    duckdb_database database;
    char *time_zone;
    uint64_t memory_bytes;
    atomic_uint parquet_count; /* numbers the functions of each parquet */
};

#endif
