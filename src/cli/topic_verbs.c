/* SPDX-License-Identifier: Apache-2.0 */
/* topic_verbs.c - topics of our broker, or of any cluster. */
#include "cli/topic_verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/guess.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/format.h"
#include "cli/table.h"
#include "cli/where.h"
#include "net/kafka_admin.h"

#define ANSWER_MS_MAX 5000
#define CLUSTER_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define OUTPUT_BYTES_MAX ((size_t)256 * 1024 * 1024)

struct asking {
    const struct command_line *line;
    char brokers[WHERE_BROKERS_BYTES];
    struct kafka_admin *admin;
    struct arena arena;
    struct kafka_admin_cluster cluster;
};

static bool begin(struct asking *asking, const struct command_line *line, struct err *err)
{
    const char *given = command_get(line, "broker");
    *asking = (struct asking){.line = line};
    arena_init(&asking->arena, CLUSTER_BYTES_MAX);
    if (given != NULL)
        (void)snprintf(asking->brokers, sizeof(asking->brokers), "%s", given);
    else if (!where_brokers(line, asking->brokers, err))
        return false;
    asking->admin = kafka_admin_create(asking->brokers, err);
    return asking->admin != NULL;
}

static int end(struct asking *asking, int status)
{
    kafka_admin_close(asking->admin);
    arena_reset(&asking->arena);
    return status;
}

/* Says it, and what to do. */
static int fail(struct asking *asking, const struct err *err)
{
    char text[ERR_TEXT_BYTES + WHERE_BROKERS_BYTES];
    if (err->kind == ERR_UNAVAILABLE)
        (void)snprintf(text, sizeof(text),
                       "no Kafka broker answers at %s: `steelthread ps` shows what runs, -b "
                       "HOST:PORT asks another",
                       asking->brokers);
    else
        (void)snprintf(text, sizeof(text), "%s", err->text);
    return end(asking, format_failed(asking->line, text));
}

static int print_text(struct text *text, int status)
{
    (void)fwrite(text_string(text), 1, text->size, stdout);
    text_reset(text);
    return status;
}

/* --- list --- */

static void list_json(const struct kafka_admin_cluster *cluster)
{
    struct text out;
    struct json_writer json;
    text_init(&out, OUTPUT_BYTES_MAX);
    json_writer_init(&json, &out);
    json_begin_array(&json);
    for (size_t i = 0; i < cluster->topic_count; i++) {
        json_begin_object(&json);
        json_key(&json, "name");
        json_string(&json, cluster->topics[i].name);
        json_key(&json, "partitions");
        json_i64(&json, (int64_t)cluster->topics[i].partition_count);
        json_end_object(&json);
    }
    json_end_array(&json);
    text_add_char(&out, '\n');
    (void)print_text(&out, COMMAND_DONE);
}

static int list_topics(const struct command_line *line)
{
    static const char *const headings[] = {"TOPIC", "PARTITIONS"};
    struct asking asking;
    struct table table;
    struct err err;
    bool json;

    if (!format_is_json(line, &json))
        return COMMAND_USAGE;
    if (!begin(&asking, line, &err) ||
        !kafka_admin_cluster(asking.admin, ANSWER_MS_MAX, &asking.cluster, &asking.arena, &err))
        return fail(&asking, &err);
    if (json) {
        list_json(&asking.cluster);
    } else if (asking.cluster.topic_count == 0) {
        (void)fprintf(stderr, "no topic yet: the first event makes one, or `steelthread topic "
                              "create NAME`\n");
    } else {
        table_init(&table, headings, COUNT_OF(headings));
        for (size_t i = 0; i < asking.cluster.topic_count; i++)
            table_add(&table, "%s\t%zu", asking.cluster.topics[i].name,
                      asking.cluster.topics[i].partition_count);
        table_print(&table, stdout);
        table_reset(&table);
    }
    return end(&asking, COMMAND_DONE);
}

/* --- show --- */

static const struct kafka_admin_topic *find_topic(const struct kafka_admin_cluster *cluster,
                                                  const char *name, struct err *err)
{
    struct guess guess = guess_start(span_of(name));
    for (size_t i = 0; i < cluster->topic_count; i++) {
        if (strcmp(cluster->topics[i].name, name) == 0)
            return &cluster->topics[i];
        guess_offer(&guess, cluster->topics[i].name);
    }
    if (guess_best(&guess) != NULL)
        (void)err_set(err, ERR_NOT_FOUND, "no topic \"%s\"; did you mean %s?", name,
                      guess_best(&guess));
    else
        (void)err_set(err, ERR_NOT_FOUND, "no topic \"%s\"; `steelthread topic list` shows all",
                      name);
    return NULL;
}

struct shown {
    const struct kafka_admin_topic *topic;
    const struct kafka_admin_config *configs;
    size_t config_count;
    int64_t *earliest; /* per partition */
    int64_t *latest;
};

static void show_json(const struct shown *shown)
{
    struct text out;
    struct json_writer json;
    text_init(&out, OUTPUT_BYTES_MAX);
    json_writer_init(&json, &out);
    json_begin_object(&json);
    json_key(&json, "name");
    json_string(&json, shown->topic->name);
    json_key(&json, "partitions");
    json_begin_array(&json);
    for (size_t i = 0; i < shown->topic->partition_count; i++) {
        json_begin_object(&json);
        json_key(&json, "partition");
        json_i64(&json, shown->topic->partitions[i].id);
        json_key(&json, "leader");
        json_i64(&json, shown->topic->partitions[i].leader);
        json_key(&json, "earliest");
        json_i64(&json, shown->earliest[i]);
        json_key(&json, "latest");
        json_i64(&json, shown->latest[i]);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_key(&json, "configs");
    json_begin_object(&json);
    for (size_t i = 0; i < shown->config_count; i++) {
        json_key(&json, shown->configs[i].name);
        if (shown->configs[i].value == NULL)
            json_null(&json);
        else
            json_string(&json, shown->configs[i].value);
    }
    json_end_object(&json);
    json_end_object(&json);
    text_add_char(&out, '\n');
    (void)print_text(&out, COMMAND_DONE);
}

static void show_table(const struct shown *shown)
{
    static const char *const headings[] = {"PARTITION", "EARLIEST", "LATEST", "OFFSETS", "LEADER"};
    static const char *const config_headings[] = {"SETTING", "VALUE"};
    struct table table;

    table_init(&table, headings, COUNT_OF(headings));
    for (size_t i = 0; i < shown->topic->partition_count; i++) {
        const struct kafka_admin_partition *p = &shown->topic->partitions[i];
        table_add(&table, "%d\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%d", p->id,
                  shown->earliest[i], shown->latest[i], shown->latest[i] - shown->earliest[i],
                  p->leader);
    }
    table_print(&table, stdout);
    table_reset(&table);
    if (shown->config_count == 0)
        return;
    (void)printf("\n");
    table_init(&table, config_headings, COUNT_OF(config_headings));
    for (size_t i = 0; i < shown->config_count; i++)
        table_add(&table, "%s\t%s%s", shown->configs[i].name,
                  shown->configs[i].value == NULL ? "-" : shown->configs[i].value,
                  shown->configs[i].is_default ? " (default)" : "");
    table_print(&table, stdout);
    table_reset(&table);
}

static bool ask_offsets(struct asking *asking, struct shown *shown, struct err *err)
{
    size_t count = shown->topic->partition_count;
    shown->earliest = ARENA_NEW(&asking->arena, int64_t, count);
    shown->latest = ARENA_NEW(&asking->arena, int64_t, count);
    if (shown->earliest == NULL || shown->latest == NULL)
        return err_set(err, ERR_LIMIT, "too many partitions");
    for (size_t i = 0; i < count; i++) {
        if (!kafka_admin_offsets(asking->admin, shown->topic->name, shown->topic->partitions[i].id,
                                 ANSWER_MS_MAX, &shown->earliest[i], &shown->latest[i], err))
            return false;
    }
    return true;
}

static int show_topic(const struct command_line *line)
{
    struct asking asking;
    struct shown shown = {0};
    struct err err;
    struct err ignored;
    bool json;

    if (!format_is_json(line, &json))
        return COMMAND_USAGE;
    if (!begin(&asking, line, &err) ||
        !kafka_admin_cluster(asking.admin, ANSWER_MS_MAX, &asking.cluster, &asking.arena, &err))
        return fail(&asking, &err);
    shown.topic = find_topic(&asking.cluster, line->arguments[0], &err);
    if (shown.topic == NULL || !ask_offsets(&asking, &shown, &err))
        return fail(&asking, &err);
    /* Old clusters do not tell their settings; the rest is worth showing all the same. */
    if (!kafka_admin_configs(asking.admin, shown.topic->name, ANSWER_MS_MAX, &shown.configs,
                             &shown.config_count, &asking.arena, &ignored))
        shown.config_count = 0;
    if (json)
        show_json(&shown);
    else
        show_table(&shown);
    return end(&asking, COMMAND_DONE);
}

/* --- create and delete --- */

/* "name=value" given with -c, as name, value, name, value ... */
static bool read_pairs(struct asking *asking, const char **pairs, size_t *count, struct err *err)
{
    *count = 0;
    for (size_t i = 0; i < asking->line->value_count; i++) {
        const struct command_value *value = &asking->line->values[i];
        if (!command_option_is(value->option, "config"))
            continue;
        struct span rest = span_of(value->value);
        if (strchr(value->value, '=') == NULL)
            return err_set(err, ERR_MALFORMED, "--config %s, want NAME=VALUE", value->value);
        pairs[2 * *count] = arena_string(&asking->arena, span_cut(&rest, '='));
        pairs[2 * *count + 1] = arena_string(&asking->arena, rest);
        if (pairs[2 * *count] == NULL || pairs[2 * *count + 1] == NULL)
            return err_set(err, ERR_LIMIT, "settings too long");
        (*count)++;
    }
    return true;
}

static int create_topic(const struct command_line *line)
{
    struct asking asking;
    const char *pairs[2 * COMMAND_VALUES_MAX];
    size_t pair_count;
    int64_t partitions = 1;
    struct err err;

    if (!command_get_i64(line, "partitions", 1, 10000, &partitions, &err))
        return format_misused(line, err.text);
    if (!begin(&asking, line, &err))
        return fail(&asking, &err);
    if (!read_pairs(&asking, pairs, &pair_count, &err))
        return end(&asking, format_misused(line, err.text));
    if (!kafka_admin_create_topic(asking.admin, line->arguments[0], (int32_t)partitions, pairs,
                                  pair_count, ANSWER_MS_MAX, &err))
        return fail(&asking, &err);
    (void)fprintf(stderr, "created topic %s with %" PRId64 " partition%s\n", line->arguments[0],
                  partitions, partitions == 1 ? "" : "s");
    return end(&asking, COMMAND_DONE);
}

static int delete_topic(const struct command_line *line)
{
    struct asking asking;
    struct err err;
    if (!begin(&asking, line, &err))
        return fail(&asking, &err);
    for (size_t i = 0; i < line->argument_count; i++) {
        if (!kafka_admin_delete_topic(asking.admin, line->arguments[i], ANSWER_MS_MAX, &err))
            return fail(&asking, &err);
        (void)fprintf(stderr, "deleted topic %s\n", line->arguments[i]);
    }
    return end(&asking, COMMAND_DONE);
}

/* --- the rows --- */

#define BROKER_OPTION                                                                              \
    {                                                                                              \
        'b', "broker", "BROKERS", "HOST:PORT,... (else the thread that runs in the home)"          \
    }
#define OUTPUT_OPTION                                                                              \
    {                                                                                              \
        'o', "output", "FORMAT", "table or json"                                                   \
    }

static const struct command_option shown_options[] = {BROKER_OPTION, OUTPUT_OPTION};
static const struct command_option create_options[] = {
    BROKER_OPTION,
    {'p', "partitions", "N", "how many, 1 unless said"},
    {'c', "config", "NAME=VALUE", "a setting of the topic, in Kafka's words; as often as needed"},
};
static const struct command_option delete_options[] = {BROKER_OPTION};

const struct command topic_verbs[TOPIC_VERBS_COUNT] = {
    {
        .name = "topic list",
        .does = "lists topics",
        .examples = "  steelthread topic list\n"
                    "  steelthread topic list -b kafka1:9092 -o json\n",
        .options = shown_options,
        .option_count = COUNT_OF(shown_options),
        .run = list_topics,
    },
    {
        .name = "topic show",
        .does = "shows a topic's partitions, offsets and settings",
        .examples = "  steelthread topic show events\n",
        .options = shown_options,
        .option_count = COUNT_OF(shown_options),
        .arguments = "TOPIC",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = show_topic,
    },
    {
        .name = "topic create",
        .does = "makes a topic",
        .examples = "  steelthread topic create clicks -p 4\n",
        .options = create_options,
        .option_count = COUNT_OF(create_options),
        .arguments = "TOPIC",
        .arguments_min = 1,
        .arguments_max = 1,
        .run = create_topic,
    },
    {
        .name = "topic delete",
        .does = "removes topics with all their records",
        .examples = "  steelthread topic delete clicks\n",
        .options = delete_options,
        .option_count = COUNT_OF(delete_options),
        .arguments = "TOPIC...",
        .arguments_min = 1,
        .arguments_max = COMMAND_ARGUMENTS_MAX,
        .run = delete_topic,
    },
};
