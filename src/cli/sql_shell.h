/* SPDX-License-Identifier: Apache-2.0 */
/* sql_shell.h - steelthread sql, as presto-cli, and steelthread hive, as Hive's shell.
 *
 * Thread: the main one. */
#ifndef CLI_SQL_SHELL_H
#define CLI_SQL_SHELL_H

#include "base/command.h"

#define SQL_SHELL_COUNT 2
extern const struct command sql_shell[SQL_SHELL_COUNT];

#endif
