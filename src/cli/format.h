/* SPDX-License-Identifier: Apache-2.0 */
/* format.h - what -o asks for.
 *
 * Thread: the main one. */
#ifndef CLI_FORMAT_H
#define CLI_FORMAT_H

#include <stdbool.h>

#include "base/command.h"

/* table, unless -o says json.  False: neither, and it was said. */
MUST_CHECK bool format_is_json(const struct command_line *line, bool *json);
/* "steelthread NAME: text", and COMMAND_FAILED. */
int format_failed(const struct command_line *line, const char *text);
int format_misused(const struct command_line *line, const char *text);

#endif
