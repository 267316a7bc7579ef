/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.h - up, ps, logs, down: what docker-compose is in the lecture.
 *
 * Thread: the main one. */
#ifndef SUPERVISOR_SUPERVISOR_H
#define SUPERVISOR_SUPERVISOR_H

#include "base/command.h"

#define SUPERVISOR_COMMAND_COUNT 4
extern const struct command supervisor_commands[SUPERVISOR_COMMAND_COUNT];

#endif
