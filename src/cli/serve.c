/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c - what every service does before its own main. */
#include "cli/serve.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/guess.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "config/config.h"
#include "io/failpoint.h"
#include "io/process.h"

#define FAULTS_BYTES_MAX ((size_t)64 * 1024)

static const struct cli_service *find_service(const struct cli *cli, const char *name)
{
    struct guess guess = guess_start(span_of(name));
    for (size_t i = 0; i < cli->service_count; i++) {
        if (strcmp(cli->services[i].name, name) == 0)
            return &cli->services[i];
        guess_offer(&guess, cli->services[i].name);
    }
    (void)fprintf(stderr, "steelthread serve: no service \"%s\"", name);
    if (guess_best(&guess) != NULL)
        (void)fprintf(stderr, "; did you mean %s?", guess_best(&guess));
    (void)fprintf(stderr, "\n");
    return NULL;
}

static struct config *load(const struct command_line *line)
{
    struct config_flags flags;
    struct config_faults faults;
    struct err err;

    if (!config_flags_read(line, &flags, &err)) {
        (void)fprintf(stderr, "steelthread serve: %s\n", err.text);
        return NULL;
    }
    struct config *config = config_load(&flags, false, &faults);
    if (config == NULL) {
        struct text text;
        text_init(&text, FAULTS_BYTES_MAX);
        config_faults_write(&faults, &text);
        (void)fputs(text_string(&text), stderr);
        text_reset(&text);
    }
    return config;
}

static int run_service(const struct command_line *line)
{
    const struct cli_service *service = find_service(line->context, line->arguments[0]);
    if (service == NULL)
        return COMMAND_USAGE;
    struct config *config = load(line);
    if (config == NULL)
        return COMMAND_USAGE;
    diag_init(service->name, command_has(line, "verbose") ? DIAG_DEBUG : DIAG_INFO);
    failpoint_init();
    (void)process_raise_file_limit();
    (void)signal(SIGPIPE, SIG_IGN); /* a closed connection is told by the write itself */
    int status = service->run(config);
    config_close(config);
    return status;
}

static const struct command_option options[] = {
    {'f', "file", "FILE",
     "the configuration (else ./steelthread.yml, else the lecture's pipeline)"},
    {0, "port-base", "N", "ports N to N+7 instead of the lecture's"},
    {'v', "verbose", NULL, "also say what happens per request"},
};

const struct command serve_command[SERVE_COMMAND_COUNT] = {{
    .name = "serve",
    .does = "runs one service in the foreground",
    .examples = "  steelthread serve broker --home /tmp/demo --port-base 7000\n",
    .more =
        "The service needs no others: it waits for those that are not there, and finds them at\n"
        "the addresses of the configuration.  SIGTERM drains and ends it.\n",
    .options = options,
    .option_count = COUNT_OF(options),
    .arguments = "NAME",
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_service,
}};
