/* SPDX-License-Identifier: Apache-2.0 */
/* cat.c - kcat's flags to one of three ways. */
#include "cli/cat.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/cat_consume.h"
#include "cli/cat_list.h"
#include "cli/cat_produce.h"
#include "cli/format.h"
#include "cli/where.h"

#define DELIMITER_BYTES 256

struct delimiters {
    char record[DELIMITER_BYTES];
    char key[DELIMITER_BYTES];
    struct span record_span;
    struct span key_span;
};

static bool read_delimiter(const struct command_line *line, const char *name, const char *fallback,
                           char bytes[DELIMITER_BYTES], struct span *span, struct err *err)
{
    const char *text = command_get(line, name);
    size_t size;
    (void)snprintf(bytes, DELIMITER_BYTES, "%s", text == NULL ? fallback : text);
    if (!cat_format_unescape(bytes, &size, err))
        return err_within(err, "-%s", name);
    if (size == 0)
        return err_set(err, ERR_MALFORMED, "-%s is empty", name);
    *span = (struct span){bytes, size};
    return true;
}

static bool read_common(const struct command_line *line, int32_t *partition, int64_t *count_max,
                        struct delimiters *delimiters, struct err *err)
{
    int64_t number = -1;
    if (!command_get_i64(line, "p", -1, INT32_MAX, &number, err))
        return false;
    *partition = (int32_t)number;
    *count_max = -1;
    return command_get_i64(line, "c", 0, INT64_MAX, count_max, err) &&
           read_delimiter(line, "D", "\n", delimiters->record, &delimiters->record_span, err) &&
           read_delimiter(line, "K", "\t", delimiters->key, &delimiters->key_span, err);
}

static int consume(const struct command_line *line, const char *brokers, const char *topic)
{
    struct delimiters delimiters;
    struct err err;
    struct cat_consume how = {
        .brokers = brokers,
        .topic = topic,
        .until_ms = -1,
        .exit_at_end = command_has(line, "e"),
        .quiet = command_has(line, "q"),
        .format =
            {
                .json = command_has(line, "J"),
                .format = command_get(line, "f"),
                .with_key = command_has(line, "K"),
                .null_words = command_has(line, "Z"),
                .topic = topic,
            },
    };
    if (!read_common(line, &how.partition, &how.count_max, &delimiters, &err))
        return format_misused(line, err.text);
    how.format.delimiter = delimiters.record_span;
    how.format.key_delimiter = delimiters.key_span;
    if (how.format.format != NULL && !cat_format_check(how.format.format, &err))
        return format_misused(line, err.text);
    for (size_t i = 0; i < line->value_count; i++) { /* -o s@MS -o e@MS: both */
        if (command_option_is(line->values[i].option, "o") &&
            !cat_consume_offset(&how, line->values[i].value, &err))
            return format_misused(line, err.text);
    }
    return cat_consume_run(&how);
}

/* "name=value", with an end put where the = was: argv is ours to write. */
static bool read_headers(const struct command_line *line, struct cat_produce *how, struct err *err)
{
    for (size_t i = 0; i < line->value_count; i++) {
        if (!command_option_is(line->values[i].option, "H"))
            continue;
        char *name = (char *)(uintptr_t)line->values[i].value;
        char *equals = strchr(name, '=');
        if (how->header_count == CAT_PRODUCE_HEADERS_MAX)
            return err_set(err, ERR_LIMIT, "more than %d headers", CAT_PRODUCE_HEADERS_MAX);
        if (equals != NULL)
            *equals = '\0';
        how->headers[how->header_count++] =
            (struct kafka_writer_header){name, equals == NULL ? NULL : equals + 1};
    }
    return true;
}

static int produce(const struct command_line *line, const char *brokers, const char *topic)
{
    struct delimiters delimiters;
    struct err err;
    struct cat_produce how = {
        .brokers = brokers,
        .topic = topic,
        .codec = command_get(line, "z"),
        .key = command_get(line, "k"),
        .with_key = command_has(line, "K"),
        .empty_is_null = command_has(line, "Z"),
        .lines_of_files = command_has(line, "l"),
        .tee = command_has(line, "T"),
        .files = line->arguments,
        .file_count = line->argument_count,
    };
    if (!read_common(line, &how.partition, &how.count_max, &delimiters, &err) ||
        !read_headers(line, &how, &err))
        return format_misused(line, err.text);
    how.delimiter = delimiters.record_span;
    how.key_delimiter = delimiters.key_span;
    return cat_produce_run(&how);
}

/* The letter of the way; without one, as kcat: who has a terminal reads, who is written to
 * writes. */
static char choose(const struct command_line *line, struct err *err)
{
    static const char *const ways[] = {"C", "P", "L", "Q"};
    char chosen = '\0';
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        if (!command_has(line, ways[i]))
            continue;
        if (chosen != '\0') {
            (void)err_set(err, ERR_MALFORMED, "-%c and -%s: want one of -C, -P, -L and -Q", chosen,
                          ways[i]);
            return '\0';
        }
        chosen = ways[i][0];
    }
    if (chosen == '\0')
        chosen = isatty(STDIN_FILENO) && line->argument_count == 0 ? 'C' : 'P';
    return chosen;
}

static int run_cat(const struct command_line *line)
{
    char brokers[WHERE_BROKERS_BYTES];
    struct err err;
    const char *given = command_get(line, "b");
    const char *topic = command_get(line, "t");

    char way = choose(line, &err);
    if (way == '\0')
        return format_misused(line, err.text);
    if (topic == NULL && way != 'L')
        return format_misused(line, "which topic? -t TOPIC");
    if (way != 'P' && line->argument_count > 0)
        return format_misused(line, "files are for -P");
    if (given != NULL)
        (void)snprintf(brokers, sizeof(brokers), "%s", given);
    else if (!where_brokers(line, brokers, &err))
        return format_failed(line, err.text);
    if (way == 'L')
        return cat_list_run(brokers, topic, command_has(line, "J"));
    if (way == 'Q')
        return cat_list_query(brokers, topic, command_has(line, "J"));
    return way == 'C' ? consume(line, brokers, topic) : produce(line, brokers, topic);
}

static const struct command_option options[] = {
    {'C', NULL, NULL, "read records"},
    {'P', NULL, NULL, "write records, from standard input or files"},
    {'L', NULL, NULL, "list brokers, topics and partitions"},
    {'Q', NULL, NULL, "ask for an offset: -t TOPIC:PARTITION:MILLISECONDS"},
    {'b', NULL, "BROKERS", "HOST:PORT,... (else the thread that runs in the home)"},
    {'t', NULL, "TOPIC", "the topic"},
    {'p', NULL, "N", "only this partition"},
    {'o', NULL, "OFFSET", "where to begin: beginning, end, N, -N for the last N, s@MS, e@MS"},
    {'e', NULL, NULL, "leave at the end"},
    {'c', NULL, "N", "leave after N records"},
    {'f', NULL, "FORMAT",
     "%s value %k key %t topic %p partition %o offset %T time %h headers "
     "%S %K sizes"},
    {'J', NULL, NULL, "as JSON, a record in a line"},
    {'K', NULL, "DELIMITER", "the key stands in front, apart by this"},
    {'k', NULL, "KEY", "the key of every record written"},
    {'D', NULL, "DELIMITER", "records end with this: a line end, unless said"},
    {'H', NULL, "NAME=VALUE", "a header of every record written"},
    {'z', NULL, "CODEC", "compress with gzip, snappy, lz4 or zstd"},
    {'Z', NULL, NULL, "read: show null as NULL; write: an empty value is null"},
    {'l', NULL, NULL, "write every line of the files, not each file as one record"},
    {'T', NULL, NULL, "also print what is written"},
    {'q', NULL, NULL, "say nothing but errors"},
    {'u', NULL, NULL, "nothing: output is never held back"},
    {'E', NULL, NULL, "nothing: a broker that is away is waited for"},
};

const struct command cat[CAT_COUNT] = {{
    .name = "cat",
    .does = "reads and writes topics with kcat's flags; also called kafkacat and kcat",
    .examples = "  steelthread cat -C -t events -o beginning\n"
                "  steelthread cat -C -t events -e -J | jq .payload\n"
                "  echo hello | steelthread cat -P -t greetings\n"
                "  steelthread cat -L\n",
    .more = "A topic that is not there yet is waited for, unless -e is given.\n",
    .options = options,
    .option_count = COUNT_OF(options),
    .arguments = "[FILE...]",
    .arguments_max = COMMAND_ARGUMENTS_MAX,
    .run = run_cat,
}};
