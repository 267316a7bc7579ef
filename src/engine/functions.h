/* SPDX-License-Identifier: Apache-2.0 */
/* functions.h - the scalar functions that the dialects' texts call, in C.
 *
 * Where the engine's own function or operator gives another answer than Spark
 * or Trino, the dialect's name stands for one of these: spark_text,
 * spark_bigint, trino_divide ...
 *
 * Thread: functions_register with its connection; the functions themselves are
 * pure and run on the engine's threads. */
#ifndef ENGINE_FUNCTIONS_H
#define ENGINE_FUNCTIONS_H

#include "base/err.h"
#include "engine/library.h"

MUST_CHECK bool functions_register(const struct library *library, duckdb_connection connection,
                                   struct err *err);

#endif
