/* SPDX-License-Identifier: Apache-2.0 */
/* logs.h - steelthread logs.
 *
 * Thread: the main one. */
#ifndef SUPERVISOR_LOGS_H
#define SUPERVISOR_LOGS_H

#include "base/command.h"

int logs_run(const struct command_line *line);

#endif
