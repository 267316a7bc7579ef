/* SPDX-License-Identifier: Apache-2.0 */
/* manual.h - the shell's completion and the man page, written from the rows of the commands.
 *
 * Thread: the main one. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "base/command.h"

#define MANUAL_COUNT 2
extern const struct command manual[MANUAL_COUNT];

#endif
