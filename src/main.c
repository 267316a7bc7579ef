/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - the table of services: an event meets them in this order. */
#include "base/mem.h"
#include "broker/broker.h"
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "collector/collector.h"
#include "job/job.h"
#include "sql/sql.h"
#include "supervisor/supervisor.h"

static const struct cli_service services[] = {
    {"collector", collector_main, "takes events over HTTP and produces them to the broker"},
    {"broker", broker_main, "keeps topics on disk and serves them in Kafka's protocol"},
    {"job", job_main, "filters each micro-batch of a topic into Parquet, exactly once"},
    {"catalog", catalog_main, "names the files as tables, as Hive's metastore does"},
    {"sql", sql_main, "answers queries in Presto's protocol"},
};

int main(int argc, char **argv)
{
    const struct cli cli = {services, COUNT_OF(services), supervisor_commands,
                            SUPERVISOR_COMMAND_COUNT};
    return cli_main(&cli, argc, argv);
}
