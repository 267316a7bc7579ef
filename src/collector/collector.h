/* SPDX-License-Identifier: Apache-2.0 */
/* collector.h - takes events over HTTP and produces them to the broker.
 *
 * Thread: the process's first. */
#ifndef COLLECTOR_COLLECTOR_H
#define COLLECTOR_COLLECTOR_H

#include "config/config.h"

/* Until it is told to stop; the process's exit status. */
int collector_main(const struct config *config);

#endif
