/* SPDX-License-Identifier: Apache-2.0 */
/* ps.h - steelthread ps.
 *
 * Thread: the main one. */
#ifndef SUPERVISOR_PS_H
#define SUPERVISOR_PS_H

#include "base/command.h"

int ps_run(const struct command_line *line);

#endif
