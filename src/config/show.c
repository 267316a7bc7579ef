/* SPDX-License-Identifier: Apache-2.0 */
/* show.c - everything with its value in force, whoever said it. */
#include "config/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/document.h"
#include "config/schedule.h"
#include "config/section.h"

/* What a YAML file may hold within quotes as it is; the rest is escaped (YAML 1.1, 5.1 and 5.7). */
static bool is_plain_character(uint32_t c)
{
    return (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') ||
           (c >= 0xa0 && c != 0x2028 && c != 0x2029 && c != 0xfeff && c != 0xfffe && c != 0xffff);
}

static void write_quoted(struct text *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    text_add_char(out, '"');
    while (*at != '\0') {
        const unsigned char *begin = at;
        uint32_t c = document_next_character(&at);
        if (is_plain_character(c))
            text_add(out, (struct span){begin, (size_t)(at - begin)});
        else if (c == '"' || c == '\\')
            text_printf(out, "\\%c", (char)c);
        else if (c == '\n')
            text_add_string(out, "\\n");
        else
            text_printf(out, "\\u%04x", c);
    }
    text_add_char(out, '"');
}

/* JSON is YAML but for one thing: a character beyond U+FFFF is two escapes there and one here. */
static void write_json_value(struct text *out, const char *json)
{
    unsigned high;
    unsigned low;
    for (const char *p = json; *p != '\0'; p++) {
        if (p[0] == '\\' && p[1] == '\\') {
            text_add_string(out, "\\\\");
            p++;
        } else if (sscanf(p, "\\ud%3x\\ud%3x", &high, &low) == 2 && high >= 0x800 && high < 0xc00) {
            text_printf(out, "\\U%08x", 0x10000 + ((high - 0x800) << 10) + (low - 0xc00));
            p += strlen("\\ud83d\\ude00") - 1;
        } else {
            text_add_char(out, *p);
        }
    }
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
            text_add_string(out, ": ");
            write_json_value(out, route->fields[j].json);
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

static void write_query_memory(const struct config *config, struct text *out)
{
    char size[SECTION_SIZE_BYTES];
    if (config->query_max_memory == 0)
        text_add_string(out, "  # query.max-memory: a quarter of the machine's\n");
    else
        text_printf(out, "  query.max-memory: %s\n",
                    section_size_text(config->query_max_memory, size));
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
        if (i == CONFIG_SQL)
            write_query_memory(config, out);
        if (i == CONFIG_JOB)
            text_printf(out, "  spark.sql.session.timeZone: %s\n", config->session_time_zone);
    }
}
