/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - everything with its value in force, whoever said it. */
#include "config/show.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "config/schedule.h"

/* JSON's strings are YAML's double-quoted ones. */
static void write_quoted(struct text *out, const char *text)
{
    json_quote(out, span_of(text));
}

static void write_app(const struct config *config, struct text *out)
{
    text_printf(out, "app:\n  topic: %s\n  routes:%s\n", config->topic,
                config->route_count == 0 ? " {}" : "");
    for (size_t i = 0; i < config->route_count; i++) {
        const struct config_route *route = &config->routes[i];
        text_add_string(out, "    ");
        write_quoted(out, route->path);
        text_add_string(out, ":\n      event: {");
        for (size_t j = 0; j < route->field_count; j++) {
            text_add_string(out, j == 0 ? "" : ", ");
            write_quoted(out, route->fields[j].name);
            text_printf(out, ": %s", route->fields[j].json);
        }
        text_add_string(out, "}\n      reply: ");
        write_quoted(out, route->reply);
        text_add_char(out, '\n');
    }
}

/* What a block can hold as it is: no blanks in front, no control characters. */
static bool fits_block(const char *text)
{
    if (text[0] == ' ' || text[0] == '\n' || text[0] == '\0')
        return false;
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if ((*p < ' ' && *p != '\n') || *p == 0x7f || (p[0] == '\n' && p[1] == '\n'))
            return false;
    }
    return true;
}

static void write_sql(struct text *out, const char *sql)
{
    if (!fits_block(sql)) {
        write_quoted(out, sql);
        return;
    }
    size_t size = strlen(sql);
    struct span rest = {sql, sql[size - 1] == '\n' ? size - 1 : size};
    text_add_string(out, sql[size - 1] == '\n' ? "|" : "|-");
    while (rest.size > 0) {
        text_add_string(out, "\n      ");
        text_add(out, span_cut(&rest, '\n'));
    }
}

static void write_job(const struct config_job *job, struct text *out)
{
    text_printf(out, "  %s:\n    from: %s\n    sql: ", job->name, job->from);
    write_sql(out, job->sql);
    text_add_string(out, "\n    trigger: ");
    schedule_write(job->trigger, job->trigger_ms, out);
    text_add_string(out, "\n    startingOffsets: ");
    write_quoted(out, job->starting_offsets);
    if (job->max_offsets_per_trigger != 0)
        text_printf(out, "\n    maxOffsetsPerTrigger: %" PRId64, job->max_offsets_per_trigger);
    text_add_string(out, "\n    checkpointLocation: ");
    write_quoted(out, job->checkpoint_location);
    text_add_string(out, "\n    path: ");
    write_quoted(out, job->path);
    if (job->table != NULL)
        text_printf(out, "\n    table: %s", job->table);
    text_add_char(out, '\n');
}

static void write_listen(const struct config *config, enum config_service service, struct text *out)
{
    text_printf(out, "%s:\n  listen: [", config_service_name(service));
    for (size_t i = 0; i < config->listen_count[service]; i++) {
        char address[ADDRESS_TEXT_BYTES];
        text_add_string(out, i == 0 ? "" : ", ");
        write_quoted(out, address_text(&config->listen[service][i], address));
    }
    text_add_string(out, "]\n");
}

void show_write(const struct config *config, struct text *out)
{
    char metastore[ADDRESS_TEXT_BYTES];

    text_printf(out, "# home: %s\n# file: %s\n", config->home,
                config->file == NULL ? "none; built in" : config->file);
    write_app(config, out);
    if (config->kafka_embedded)
        text_printf(out, "kafka: {} # embedded: %s\n", config->kafka_brokers);
    else
        text_printf(out, "kafka: {brokers: \"%s\"}\n", config->kafka_brokers);
    text_printf(out, "storage: {} # %s\n", config->storage_root);
    (void)address_text(&config->metastore, metastore);
    if (config->metastore_embedded)
        text_printf(out, "metastore: {} # embedded: thrift://%s\n", metastore);
    else
        text_printf(out, "metastore: {uris: \"thrift://%s\"}\n", metastore);
    text_printf(out, "jobs:%s\n", config->job_count == 0 ? " {}" : "");
    for (size_t i = 0; i < config->job_count; i++)
        write_job(&config->jobs[i], out);
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        write_listen(config, (enum config_service)i, out);
        for (size_t j = 0; i == CONFIG_BROKER && j < config->broker_option_count; j++)
            text_printf(out, "  %s: %s\n", config->broker_options[j].name,
                        config->broker_options[j].value);
        if (i == CONFIG_JOB)
            text_printf(out, "  spark.sql.session.timeZone: %s\n", config->session_time_zone);
    }
}
