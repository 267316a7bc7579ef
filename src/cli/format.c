/* SPDX-License-Identifier: Apache-2.0 */
/* format.c - one way to say it. */
#include "cli/format.h"

#include <stdio.h>
#include <string.h>

bool format_is_json(const struct command_line *line, bool *json)
{
    const char *format = command_get(line, "output");
    *json = format != NULL && strcmp(format, "json") == 0;
    if (format == NULL || *json || strcmp(format, "table") == 0)
        return true;
    (void)fprintf(stderr, "steelthread %s: -o %s, want table or json\n", line->command->name,
                  format);
    return false;
}

int format_failed(const struct command_line *line, const char *text)
{
    (void)fprintf(stderr, "steelthread %s: %s\n", line->command->name, text);
    return COMMAND_FAILED;
}

int format_misused(const struct command_line *line, const char *text)
{
    (void)fprintf(stderr, "steelthread %s: %s\nTry: steelthread %s -h\n", line->command->name, text,
                  line->command->name);
    return COMMAND_USAGE;
}
