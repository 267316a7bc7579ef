/* SPDX-License-Identifier: Apache-2.0 */
/* trino_functions.h - Trino's operators and functions, where the engine's own differ.
 *
 * Thread: constant; the rows' functions are pure. */
#ifndef ENGINE_TRINO_FUNCTIONS_H
#define ENGINE_TRINO_FUNCTIONS_H

#include "engine/call.h"

/* NULL past the last. */
const struct call_function *trino_functions_at(size_t index);

#endif
