/* SPDX-License-Identifier: Apache-2.0 */
/* port.h - finds out before anything is started whether a service could not listen, and why.
 *
 * Thread: the loop's, before it runs. */
#ifndef SUPERVISOR_PORT_H
#define SUPERVISOR_PORT_H

#include <stdbool.h>

#include "base/text.h"
#include "config/config.h"
#include "io/loop.h"

/* Tries each address of each service that will start.  False: `out` has a line for each that
 * cannot be had, with who has it and what to do. */
MUST_CHECK bool port_check(struct loop *loop, const struct config *config, struct text *out);

#endif
