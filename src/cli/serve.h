/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h - runs one service in this process, as the supervisor does it for each.
 *
 * Thread: the main one. */
#ifndef CLI_SERVE_H
#define CLI_SERVE_H

#include "base/command.h"

#define SERVE_COMMAND_COUNT 1
extern const struct command serve_command[SERVE_COMMAND_COUNT];

#endif
