/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h - what a person types: finds the command, reads its options, runs it.
 *
 * Data goes to standard output, talk to standard error.  Exit status: 0 done,
 * 1 failed, 2 not understood.  The program also answers to the names kafkacat,
 * kcat, presto and hive.
 *
 * Thread: the main one. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stddef.h>

#include "base/command.h"
#include "config/config.h"

#define CLI_VERSION "0.1.0"

struct cli_service {
    const char *name;
    int (*run)(const struct config *config);
    const char *does;
};

/* The rows of main.c; every command's `context` is this. */
struct cli {
    const struct cli_service *services;
    size_t service_count;
    const struct command *commands; /* those that live elsewhere: up, down, ps, logs */
    size_t command_count;
};

int cli_main(const struct cli *cli, int argc, char **argv);
/* Every command in the order of the help; NULL behind the last. */
const struct command *cli_command(const struct cli *cli, size_t i);

#endif
