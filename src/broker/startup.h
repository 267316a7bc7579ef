/* SPDX-License-Identifier: Apache-2.0 */
/* startup.h - from a directory, however it was left, to topics that can be served.
 *
 * Thread: the loop; the work is done on workers. */
#ifndef BROKER_STARTUP_H
#define BROKER_STARTUP_H

#include "base/err.h"
#include "broker/node.h"

/* Reads the journal, recovers every partition that has a directory, and calls `ready` on the loop:
 * with NULL, or with why the broker cannot be started.  A partition that cannot be recovered is
 * offline and said, and does not keep the others. */
void startup_begin(struct node *node, void (*ready)(struct node *node, const struct err *err));

#endif
