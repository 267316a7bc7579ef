/* SPDX-License-Identifier: Apache-2.0 */
/* broker.h - the broker: keeps topics on disk and serves them in Kafka's protocol.
 *
 * Thread: the main one. */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include "config/config.h"

/* Runs until it is told to stop; returns the process's exit status. */
int broker_main(const struct config *config);

#endif
