/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - one table of keys per service. */
#include "config/options.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "config/listen.h"
#include "config/zone.h"

#define QUERY_MEMORY_MIN ((uint64_t)16 << 20) /* the engine itself needs some */
#define QUERY_MEMORY_MAX ((uint64_t)16 << 40)

/* --- the broker's: Kafka's server keys --- */

enum option_type { OPTION_WHOLE, OPTION_BOOL };

static const struct option {
    const char *name;
    enum option_type type;
    int64_t min;
    int64_t max;
} broker_options[] = {
    {"num.partitions", OPTION_WHOLE, 1, 10000},
    {"auto.create.topics.enable", OPTION_BOOL, 0, 0},
    {"message.max.bytes", OPTION_WHOLE, 1024, 16 * 1024 * 1024},
    {"log.segment.bytes", OPTION_WHOLE, 1024, INT32_MAX},
};

static void add_option(struct section_reader *reader, const char *name, const char *value)
{
    struct config *config = reader->config;
    struct config_option *options = (struct config_option *)(uintptr_t)config->broker_options;
    options[config->broker_option_count++] =
        (struct config_option){name, section_copy(reader, value)};
}

static void read_broker_option(struct section_reader *reader, const struct section_value *value,
                               void *into)
{
    const char *text;
    int64_t number;
    const struct option *option = NULL;

    (void)into;
    for (size_t i = 0; i < COUNT_OF(broker_options); i++) {
        if (strcmp(broker_options[i].name, value->name) == 0)
            option = &broker_options[i];
    }
    if (option == NULL || !section_text(reader, value, &text))
        return;
    if (option->type == OPTION_BOOL && strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
        section_fault(reader, value->node, "`%s` is \"%s\", want true or false", value->name, text);
        return;
    }
    if (option->type == OPTION_WHOLE &&
        !section_whole(reader, value, option->min, option->max, &number))
        return;
    add_option(reader, option->name, text);
}

static void read_broker_listen(struct section_reader *reader, const struct section_value *value,
                               void *into)
{
    (void)into;
    listen_read(reader, value, CONFIG_BROKER);
}

void options_read_broker(struct section_reader *reader, const struct section_value *value,
                         void *config)
{
    struct section_key keys[COUNT_OF(broker_options) + 1] = {{"listen", read_broker_listen}};
    for (size_t i = 0; i < COUNT_OF(broker_options); i++)
        keys[i + 1] = (struct section_key){broker_options[i].name, read_broker_option};
    reader->config->broker_option_count = 0;
    reader->config->broker_options =
        section_new(reader, COUNT_OF(broker_options), sizeof(struct config_option));
    if (reader->config->broker_options != NULL)
        section_read(reader, value, keys, COUNT_OF(keys), NULL, config);
}

/* --- the job's: Spark's --- */

static void read_job_listen(struct section_reader *reader, const struct section_value *value,
                            void *into)
{
    (void)into;
    listen_read(reader, value, CONFIG_JOB);
}

static void read_time_zone(struct section_reader *reader, const struct section_value *value,
                           void *into)
{
    struct config *config = into;
    const char *text;
    if (!section_text(reader, value, &text))
        return;
    if (!zone_is_known(text)) {
        section_fault(reader, value->node,
                      "`%s` is \"%s\", want the IANA name of a time zone: Europe/Paris, UTC",
                      value->name, text);
        return;
    }
    config->session_time_zone = section_copy(reader, text);
}

void options_read_job(struct section_reader *reader, const struct section_value *value,
                      void *config)
{
    static const struct section_key keys[] = {
        {"listen", read_job_listen},
        {"spark.sql.session.timeZone", read_time_zone},
    };
    section_read(reader, value, keys, COUNT_OF(keys), NULL, config);
}

/* --- the others --- */

static void read_listen(struct section_reader *reader, const struct section_value *value,
                        void *into)
{
    const enum config_service *service = into;
    listen_read(reader, value, *service);
}

static void read_plain(struct section_reader *reader, const struct section_value *value,
                       enum config_service service)
{
    static const struct section_key keys[] = {{"listen", read_listen}};
    section_read(reader, value, keys, COUNT_OF(keys), NULL, &service);
}

void options_read_collector(struct section_reader *reader, const struct section_value *value,
                            void *config)
{
    (void)config;
    read_plain(reader, value, CONFIG_COLLECTOR);
}

void options_read_catalog(struct section_reader *reader, const struct section_value *value,
                          void *config)
{
    (void)config;
    read_plain(reader, value, CONFIG_CATALOG);
}

/* --- sql's: Presto's and Trino's --- */

static void read_sql_listen(struct section_reader *reader, const struct section_value *value,
                            void *into)
{
    (void)into;
    listen_read(reader, value, CONFIG_SQL);
}

static void read_query_memory(struct section_reader *reader, const struct section_value *value,
                              void *into)
{
    struct config *config = into;
    (void)section_size(reader, value, QUERY_MEMORY_MIN, QUERY_MEMORY_MAX,
                       &config->query_max_memory);
}

void options_read_sql(struct section_reader *reader, const struct section_value *value,
                      void *config)
{
    static const struct section_key keys[] = {
        {"listen", read_sql_listen},
        {"query.max-memory", read_query_memory},
    };
    section_read(reader, value, keys, COUNT_OF(keys), NULL, config);
}
