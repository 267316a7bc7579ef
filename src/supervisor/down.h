/* SPDX-License-Identifier: Apache-2.0 */
/* down.h - steelthread down.
 *
 * Thread: the main one. */
#ifndef SUPERVISOR_DOWN_H
#define SUPERVISOR_DOWN_H

#include "base/command.h"

int down_run(const struct command_line *line);

#endif
