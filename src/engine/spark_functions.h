/* SPDX-License-Identifier: Apache-2.0 */
/* spark_functions.h - Spark's casts, where the engine's own differ.
 *
 * Thread: constant; the rows' functions are pure. */
#ifndef ENGINE_SPARK_FUNCTIONS_H
#define ENGINE_SPARK_FUNCTIONS_H

#include "engine/call.h"

/* NULL past the last. */
const struct call_function *spark_functions_at(size_t index);

#endif
