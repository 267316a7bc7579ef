/* SPDX-License-Identifier: Apache-2.0 */
/* command.h - a command as a row of a table: what it takes, what it does, who runs it.
 *
 * The arguments are read against the row, and the help, the completion and
 * the man page are written from it, so that none of them can disagree.
 *
 * Every command also takes -h, --help and --home DIR.
 *
 * Thread: any; rows are constant. */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

/* Exit statuses. */
#define COMMAND_DONE 0
#define COMMAND_FAILED 1
#define COMMAND_USAGE 2

#define COMMAND_VALUES_MAX 128 /* options given in one line */
#define COMMAND_ARGUMENTS_MAX 64
#define COMMAND_NAME_BYTES 64

struct command_option {
    char letter;       /* -d; 0: none */
    const char *name;  /* detach, for --detach; NULL: none */
    const char *value; /* what the value is called in the help, "DIR"; NULL: takes none */
    const char *does;
};

struct command_line;

struct command {
    const char *name;     /* "up", or noun and verb: "topic create" */
    const char *does;     /* one line, lower case, no full stop */
    const char *examples; /* whole lines, the best one first */
    const char *more;     /* what else to know, as paragraphs; NULL: nothing */
    const struct command_option *options;
    size_t option_count;
    const char *arguments; /* "TOPIC", "[SERVICE]"; NULL: takes none */
    size_t arguments_min;
    size_t arguments_max;
    /* The exit status. */
    int (*run)(const struct command_line *line);
};

struct command_value {
    const struct command_option *option;
    const char *value; /* NULL when the option takes none */
};

/* What was typed, read; points into argv. */
struct command_line {
    const struct command *command;
    const void *context; /* what the dispatcher knows: the services and all commands */
    bool help;
    size_t value_count;
    struct command_value values[COMMAND_VALUES_MAX];
    size_t argument_count;
    const char *arguments[COMMAND_ARGUMENTS_MAX];
};

/* `words` are what follows the command's name.  Options may stand anywhere, "-dv" is "-d -v",
 * "-tX" is "-t X", "--name=X" is "--name X", and "--" ends them.  ERR_MALFORMED says what is wrong
 * and what may have been meant. */
MUST_CHECK bool command_read(const struct command *command, int word_count, char *const *words,
                             struct command_line *line, struct err *err);
/* Was the option given?  `name` is its long name, or else its letter: "home", "K". */
bool command_has(const struct command_line *line, const char *name);
/* The value given last, or NULL. */
const char *command_get(const struct command_line *line, const char *name);
/* A whole number within bounds; *number stays when the option was not given. */
MUST_CHECK bool command_get_i64(const struct command_line *line, const char *name, int64_t min,
                                int64_t max, int64_t *number, struct err *err);

/* Is it `option` under this name? */
bool command_option_is(const struct command_option *option, const char *name);
/* The options that every command takes. */
const struct command_option *command_common(size_t *count);
/* "steelthread up [-d] [-f FILE]": one line, without its end. */
void command_usage(const struct command *command, struct text *out);
/* The whole page that -h prints. */
void command_help(const struct command *command, struct text *out);

#endif
