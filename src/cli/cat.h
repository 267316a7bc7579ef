/* SPDX-License-Identifier: Apache-2.0 */
/* cat.h - steelthread cat: topics to a terminal and back, with kcat's flags.
 *
 * Thread: the main one. */
#ifndef CLI_CAT_H
#define CLI_CAT_H

#include "base/command.h"

#define CAT_COUNT 1
extern const struct command cat[CAT_COUNT];

#endif
