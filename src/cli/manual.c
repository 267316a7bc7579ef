/* SPDX-License-Identifier: Apache-2.0 */
/* manual.c - one walk over the commands for each. */
#include "cli/manual.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/span.h"
#include "cli/cli.h"
#include "cli/format.h"

/* --- bash --- */

static void print_option_words(const struct command_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (options[i].name != NULL)
            (void)printf(" --%s", options[i].name);
        if (options[i].letter != 0)
            (void)printf(" -%c", options[i].letter);
    }
}

/* The words that may follow `noun`; each first word once where it is empty. */
static void print_next_words(const struct cli *cli, const char *noun)
{
    const struct command *command;
    char before[COMMAND_NAME_BYTES] = "";
    size_t size = strlen(noun);
    for (size_t i = 0; (command = cli_command(cli, i)) != NULL; i++) {
        const char *name = command->name;
        if (size > 0 && (strncmp(name, noun, size) != 0 || name[size] != ' '))
            continue;
        name += size > 0 ? size + 1 : 0;
        size_t length = strcspn(name, " ");
        if (strlen(before) == length && strncmp(before, name, length) == 0)
            continue;
        (void)snprintf(before, sizeof(before), "%.*s", (int)length, name);
        (void)printf(" %s", before);
    }
}

static void print_case(const struct command *command)
{
    size_t count;
    const struct command_option *common = command_common(&count);
    (void)printf("    \"%s%s\") words=\"", command->name,
                 strchr(command->name, ' ') == NULL ? " \"*\"" : "");
    print_option_words(command->options, command->option_count);
    print_option_words(common, count);
    (void)printf("\" ;;\n");
}

static void print_bash(const struct cli *cli)
{
    const struct command *command;
    char noun[COMMAND_NAME_BYTES] = "";

    (void)printf("# bash completion for steelthread; put it into "
                 "~/.local/share/bash-completion/completions/steelthread\n"
                 "_steelthread() {\n"
                 "  local word=${COMP_WORDS[COMP_CWORD]} words=\"\"\n"
                 "  if [ \"$COMP_CWORD\" = 1 ]; then\n"
                 "    words=\"");
    print_next_words(cli, "");
    (void)printf(" --help --version\"\n"
                 "  else case \"${COMP_WORDS[1]} $([ \"$COMP_CWORD\" -gt 2 ] && echo "
                 "\"${COMP_WORDS[2]}\")\" in\n");
    for (size_t i = 0; (command = cli_command(cli, i)) != NULL; i++) {
        size_t size = strcspn(command->name, " ");
        if (command->name[size] == ' ' &&
            (strlen(noun) != size || strncmp(noun, command->name, size) != 0)) {
            (void)snprintf(noun, sizeof(noun), "%.*s", (int)size, command->name);
            (void)printf("    \"%s \") words=\"", noun);
            print_next_words(cli, noun);
            (void)printf("\" ;;\n");
        }
        print_case(command);
    }
    (void)printf("  esac; fi\n"
                 "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                 "  [[ $word == -* || -n ${COMPREPLY[0]} ]] || "
                 "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
                 "}\n"
                 "complete -F _steelthread steelthread\n");
}

static int run_completion(const struct command_line *line)
{
    if (strcmp(line->arguments[0], "bash") != 0)
        return format_misused(line, "there is a completion for bash");
    print_bash(line->context);
    return COMMAND_DONE;
}

/* --- man --- */

/* A line of text, safe from troff: backslashes, dashes, and a dot or quote in front. */
static void print_troff(const char *text)
{
    bool line_start = true;
    for (; *text != '\0'; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            (void)fputs("\\&", stdout);
        if (*text == '\\')
            (void)fputs("\\e", stdout);
        else if (*text == '-')
            (void)fputs("\\-", stdout);
        else
            (void)fputc(*text, stdout);
        line_start = *text == '\n';
    }
}

static void print_command(const struct command *command)
{
    struct text usage;
    text_init(&usage, 4096);
    command_usage(command, &usage);
    (void)printf(".SS \"%s\"\n", command->name);
    print_troff(text_string(&usage));
    (void)printf("\n.PP\n");
    print_troff(command->does);
    (void)printf(".\n");
    if (command->more != NULL)
        print_troff(command->more);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct command_option *option = &command->options[i];
        (void)printf(".TP\n.B ");
        if (option->letter != 0)
            (void)printf("\\-%c%s", option->letter, option->name == NULL ? "" : ", ");
        if (option->name != NULL) {
            (void)printf("\\-\\-");
            print_troff(option->name);
        }
        (void)printf("%s%s\n", option->value == NULL ? "" : " ",
                     option->value == NULL ? "" : option->value);
        print_troff(option->does);
        (void)printf("\n");
    }
    (void)printf(".PP\nExample:\n.nf\n");
    print_troff(command->examples);
    (void)printf(".fi\n");
    text_reset(&usage);
}

static int run_man(const struct command_line *line)
{
    const struct cli *cli = line->context;
    const struct command *command;
    size_t count;
    const struct command_option *common = command_common(&count);

    (void)printf(".TH STEELTHREAD 1 \"\" \"steelthread %s\"\n"
                 ".SH NAME\nsteelthread \\- from an HTTP request to a SQL answer\n"
                 ".SH SYNOPSIS\n.B steelthread\nCOMMAND [OPTION...]\n"
                 ".SH SERVICES\n",
                 CLI_VERSION);
    for (size_t i = 0; i < cli->service_count; i++) {
        (void)printf(".TP\n.B %s\n", cli->services[i].name);
        print_troff(cli->services[i].does);
        (void)printf("\n");
    }
    (void)printf(".SH OPTIONS OF EVERY COMMAND\n");
    for (size_t i = 0; i < count; i++) {
        (void)printf(".TP\n.B \\-\\-%s%s%s\n", common[i].name, common[i].value == NULL ? "" : " ",
                     common[i].value == NULL ? "" : common[i].value);
        print_troff(common[i].does);
        (void)printf("\n");
    }
    (void)printf(".SH COMMANDS\n");
    for (size_t i = 0; (command = cli_command(cli, i)) != NULL; i++)
        print_command(command);
    (void)printf(".SH EXIT STATUS\n0 done, 1 failed, 2 not understood.\n");
    return COMMAND_DONE;
}

const struct command manual[MANUAL_COUNT] = {
    {
        .name = "completion",
        .does = "prints a completion for the shell",
        .examples = "  steelthread completion bash > "
                    "~/.local/share/bash-completion/completions/steelthread\n",
        .arguments = "bash",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = run_completion,
    },
    {
        .name = "man",
        .does = "prints the manual page",
        .examples = "  steelthread man > steelthread.1 && man ./steelthread.1\n",
        .run = run_man,
    },
};
