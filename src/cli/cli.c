/* SPDX-License-Identifier: Apache-2.0 */
/* cli.c - from argv to the row of a command. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/guess.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/cat.h"
#include "cli/config_verbs.h"
#include "cli/job_verbs.h"
#include "cli/manual.h"
#include "cli/serve.h"
#include "cli/sql_shell.h"
#include "cli/topic_verbs.h"
#include "io/process.h"

#define HELP_BYTES_MAX ((size_t)64 * 1024)

static const struct {
    const struct command *commands;
    size_t count;
} groups[] = {
    {sql_shell, SQL_SHELL_COUNT},
    {cat, CAT_COUNT},
    {topic_verbs, TOPIC_VERBS_COUNT},
    {job_verbs, JOB_VERBS_COUNT},
    {config_verbs, CONFIG_VERBS_COUNT},
    {serve_command, SERVE_COMMAND_COUNT},
    {manual, MANUAL_COUNT},
};

/* Names by which the lecture calls what we have as a command. */
static const struct {
    const char *name;
    const char *command;
} aliases[] = {
    {"kafkacat", "cat"},
    {"kcat", "cat"},
    {"presto", "sql"},
    {"hive", "hive"},
};

const struct command *cli_command(const struct cli *cli, size_t i)
{
    if (i < cli->command_count)
        return &cli->commands[i];
    i -= cli->command_count;
    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        if (i < groups[g].count)
            return &groups[g].commands[i];
        i -= groups[g].count;
    }
    return NULL;
}

/* --- help --- */

static void say_overview(const struct cli *cli, FILE *to)
{
    const struct command *command;
    (void)fprintf(to, "Example:\n"
                      "  steelthread up -d                          start everything\n"
                      "  curl localhost:5000/purchase_a_sword       make an event\n"
                      "  steelthread ps                             see what runs\n"
                      "  steelthread down                           stop everything\n"
                      "\n"
                      "steelthread: an app's HTTP request becomes a durable record, a row in a "
                      "table, and an\nanswer in SQL; one program that speaks Kafka, Hive's "
                      "metastore and Presto.\n"
                      "\n"
                      "Commands (`steelthread COMMAND -h` tells more):\n");
    for (size_t i = 0; (command = cli_command(cli, i)) != NULL; i++)
        (void)fprintf(to, "  %-18s%s\n", command->name, command->does);
    (void)fprintf(to, "\nServices (`steelthread up` starts them all, `steelthread serve NAME` "
                      "one):\n");
    for (size_t i = 0; i < cli->service_count; i++)
        (void)fprintf(to, "  %-18s%s\n", cli->services[i].name, cli->services[i].does);
    (void)fprintf(to, "\nExit status: 0 done, 1 failed, 2 not understood.\n");
}

static size_t noun_size(const struct command *command)
{
    return strcspn(command->name, " ");
}

static bool has_noun(const struct command *command, const char *word)
{
    return command->name[noun_size(command)] == ' ' && strlen(word) == noun_size(command) &&
           strncmp(command->name, word, noun_size(command)) == 0;
}

static bool is_noun(const struct cli *cli, const char *word)
{
    const struct command *command;
    for (size_t i = 0; (command = cli_command(cli, i)) != NULL; i++) {
        if (has_noun(command, word))
            return true;
    }
    return false;
}

static void say_verbs(const struct cli *cli, const char *noun, FILE *to)
{
    const struct command *command;
    (void)fprintf(to, "Commands for %s (`steelthread %s VERB -h` tells more):\n", noun, noun);
    for (size_t i = 0; (command = cli_command(cli, i)) != NULL; i++) {
        if (has_noun(command, noun))
            (void)fprintf(to, "  %-18s%s\n", command->name, command->does);
    }
}

/* --- finding --- */

static const struct command *find_command(const struct cli *cli, const char *name)
{
    const struct command *command;
    for (size_t i = 0; (command = cli_command(cli, i)) != NULL; i++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}

static int unknown_command(const struct cli *cli, const char *word)
{
    const struct command *command;
    char near[COMMAND_NAME_BYTES] = "";
    struct guess guess = guess_start(span_of(word));
    for (size_t i = 0; (command = cli_command(cli, i)) != NULL; i++) {
        char noun[COMMAND_NAME_BYTES];
        (void)snprintf(noun, sizeof(noun), "%.*s", (int)noun_size(command), command->name);
        guess_offer(&guess, noun);
        if (guess_best(&guess) == noun) { /* its memory is gone after this turn */
            (void)snprintf(near, sizeof(near), "%s", noun);
            guess.best = near;
        }
    }
    if (guess_best(&guess) != NULL)
        (void)fprintf(stderr, "steelthread: unknown command \"%s\"; did you mean %s?\n", word,
                      near);
    else
        (void)fprintf(stderr, "steelthread: unknown command \"%s\"\n", word);
    (void)fprintf(stderr, "Try: steelthread -h\n");
    return COMMAND_USAGE;
}

static int unknown_verb(const struct cli *cli, const char *noun, const char *verb)
{
    const struct command *command;
    struct guess guess = guess_start(span_of(verb));
    for (size_t i = 0; (command = cli_command(cli, i)) != NULL; i++) {
        if (has_noun(command, noun))
            guess_offer(&guess, command->name + strlen(noun) + 1);
    }
    (void)fprintf(stderr, "steelthread: %s has no command \"%s\"", noun, verb);
    if (guess_best(&guess) != NULL)
        (void)fprintf(stderr, "; did you mean %s %s?", noun, guess_best(&guess));
    (void)fprintf(stderr, "\n");
    say_verbs(cli, noun, stderr);
    return COMMAND_USAGE;
}

/* Options in front of the command: only those of the program itself stand there. */
static int unknown_option(const char *word)
{
    struct guess guess = guess_start(span_of(word));
    guess_offer(&guess, "--version");
    guess_offer(&guess, "--help");
    size_t common_count;
    const struct command_option *common = command_common(&common_count);
    for (size_t i = 0; word[1] == '-' && i < common_count; i++) {
        struct span name = span_of(word + 2);
        name = span_cut(&name, '=');
        if (common[i].value != NULL && span_is(name, common[i].name)) {
            (void)fprintf(stderr,
                          "steelthread: --%s stands behind the command: steelthread ps --%s %s\n",
                          common[i].name, common[i].name, common[i].value);
            return COMMAND_USAGE;
        }
    }
    if (guess_best(&guess) != NULL)
        (void)fprintf(stderr, "steelthread: unknown option %s; did you mean %s?\n", word,
                      guess_best(&guess));
    else
        (void)fprintf(stderr, "steelthread: unknown option %s: options stand behind the command\n",
                      word);
    (void)fprintf(stderr, "Try: steelthread -h\n");
    return COMMAND_USAGE;
}

/* --- running --- */

/* What was printed must have arrived: on a full disk it has not. */
static int close_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("steelthread: standard output");
    return status == COMMAND_DONE ? COMMAND_FAILED : status;
}

static int run_command(const struct cli *cli, const struct command *command, int count,
                       char **words)
{
    struct command_line line;
    struct err err;

    if (!command_read(command, count, words, &line, &err)) {
        (void)fprintf(stderr, "steelthread %s: %s\nTry: steelthread %s -h\n", command->name,
                      err.text, command->name);
        return COMMAND_USAGE;
    }
    if (line.help) {
        struct text help;
        text_init(&help, HELP_BYTES_MAX);
        command_help(command, &help);
        (void)fputs(text_string(&help), stdout);
        text_reset(&help);
        return close_output(COMMAND_DONE);
    }
    line.context = cli;
    return close_output(command->run(&line));
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "help") == 0;
}

static bool asks_for_version(const char *word)
{
    return strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0;
}

/* `called`: by another name, or NULL. */
static int say_version(const char *called)
{
    if (called == NULL)
        (void)printf("steelthread %s\n", CLI_VERSION);
    else
        (void)printf("%s (steelthread %s)\n", called, CLI_VERSION);
    return close_output(COMMAND_DONE);
}

static int run_noun(const struct cli *cli, const char *noun, int count, char **words)
{
    char name[COMMAND_NAME_BYTES];
    if (count == 0 || asks_for_help(words[0])) {
        say_verbs(cli, noun, count == 0 ? stderr : stdout);
        return count == 0 ? COMMAND_USAGE : close_output(COMMAND_DONE);
    }
    (void)snprintf(name, sizeof(name), "%s %s", noun, words[0]);
    const struct command *command = find_command(cli, name);
    if (command == NULL)
        return unknown_verb(cli, noun, words[0]);
    return run_command(cli, command, count - 1, words + 1);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

int cli_main(const struct cli *cli, int argc, char **argv)
{
    const char *called = argc > 0 ? last_part(argv[0]) : "";
    process_hold_streams();
    for (size_t i = 0; i < COUNT_OF(aliases); i++) {
        const struct command *command = find_command(cli, aliases[i].command);
        if (strcmp(called, aliases[i].name) != 0 || command == NULL)
            continue;
        if (argc > 1 && asks_for_version(argv[1]))
            return say_version(called);
        return run_command(cli, command, argc - 1, argv + 1);
    }
    if (argc < 2) {
        say_overview(cli, stderr);
        return COMMAND_USAGE;
    }
    char *word = argv[1];
    if (asks_for_help(word) && argc > 2) { /* `help up` is `up -h` */
        char help[] = "-h";
        char *words[] = {argv[2], argc > 3 ? argv[3] : help, help};
        const struct command *command = find_command(cli, words[0]);
        if (command != NULL)
            return run_command(cli, command, 1, &words[2]);
        if (is_noun(cli, words[0]))
            return run_noun(cli, words[0], 2, words + 1);
        return unknown_command(cli, words[0]);
    }
    if (asks_for_help(word)) {
        say_overview(cli, stdout);
        return close_output(COMMAND_DONE);
    }
    if (asks_for_version(word))
        return say_version(NULL);
    const struct command *command = find_command(cli, word);
    if (command != NULL && argc > 2 && asks_for_version(argv[2]))
        return say_version(NULL);
    if (command != NULL)
        return run_command(cli, command, argc - 2, argv + 2);
    if (is_noun(cli, word))
        return run_noun(cli, word, argc - 2, argv + 2);
    if (word[0] == '-')
        return unknown_option(word);
    return unknown_command(cli, word);
}
