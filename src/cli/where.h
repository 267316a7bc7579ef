/* SPDX-License-Identifier: Apache-2.0 */
/* where.h - where a command finds the boxes: the thread that runs in its home, else the lecture's
 * ports.
 *
 * Thread: the main one. */
#ifndef CLI_WHERE_H
#define CLI_WHERE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/command.h"
#include "base/err.h"
#include "base/span.h"
#include "io/address.h"

#define WHERE_BROKERS_BYTES 4096

/* librdkafka's bootstrap.servers. */
MUST_CHECK bool where_brokers(const struct command_line *line, char brokers[WHERE_BROKERS_BYTES],
                              struct err *err);
MUST_CHECK bool where_sql(const struct command_line *line, struct address *address,
                          struct err *err);
/* Asks the control socket of a service; any status is a success.  ERR_UNAVAILABLE: it does not
 * run in this home; the text says what to do. */
MUST_CHECK bool where_ask(const struct command_line *line, const char *service, const char *method,
                          const char *target, int *status, struct span *body, struct arena *arena,
                          struct err *err);

#endif
