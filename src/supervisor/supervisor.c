/* SPDX-License-Identifier: Apache-2.0 */
/* supervisor.c - the rows of its commands. */
#include "supervisor/supervisor.h"

#include "base/mem.h"
#include "supervisor/down.h"
#include "supervisor/logs.h"
#include "supervisor/ps.h"
#include "supervisor/up.h"

static const struct command_option up_options[] = {
    {'d', "detach", NULL, "in the background: returns when everything is ready"},
    {'f', "file", "FILE",
     "the configuration (else ./steelthread.yml, else the lecture's pipeline)"},
    {0, "port-base", "N", "ports N to N+7 instead of the lecture's"},
};

static const struct command_option ps_options[] = {
    {'o', "output", "FORMAT", "table, or json: name, pid, state, address, since"},
};

static const struct command_option logs_options[] = {
    {'f', "follow", NULL, "go on as more is said"},
    {'n', "lines", "N", "only the last N lines"},
};

const struct command supervisor_commands[SUPERVISOR_COMMAND_COUNT] = {
    {
        .name = "up",
        .does = "starts everything",
        .examples = "  steelthread up -d                      in the background\n"
                    "  steelthread up                         here; Ctrl-C stops everything\n"
                    "  steelthread up -d --home /tmp/demo --port-base 7000\n",
        .more = "A service that crashes is started again.  A second `up` in the same home is "
                "refused.\n",
        .options = up_options,
        .option_count = COUNT_OF(up_options),
        .run = up_run,
    },
    {
        .name = "ps",
        .does = "shows what runs",
        .examples = "  steelthread ps\n"
                    "  steelthread ps -o json | jq -r '.[] | .name + \" \" + .address'\n",
        .more = "States: starting, ready, restarting, stopped, finished, failed.\n",
        .options = ps_options,
        .option_count = COUNT_OF(ps_options),
        .run = ps_run,
    },
    {
        .name = "logs",
        .does = "prints what the services say about themselves",
        .examples = "  steelthread logs -f\n"
                    "  steelthread logs -n 20 broker\n",
        .options = logs_options,
        .option_count = COUNT_OF(logs_options),
        .arguments = "[SERVICE]",
        .arguments_max = 1,
        .run = logs_run,
    },
    {
        .name = "down",
        .does = "stops everything: finishes what was begun, then ends",
        .examples = "  steelthread down\n",
        .more = "What has not ended within 10 seconds is killed; the next `up` recovers it.\n",
        .run = down_run,
    },
};
