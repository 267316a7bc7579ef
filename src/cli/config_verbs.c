/* SPDX-License-Identifier: Apache-2.0 */
/* config_verbs.c - looking at a configuration without starting anything. */
#include "cli/config_verbs.h"

#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"

#define OUTPUT_BYTES_MAX ((size_t)64 * 1024 * 1024)

static void write_json_faults(const struct config_faults *faults, struct text *out)
{
    struct json_writer json;
    json_writer_init(&json, out);
    json_begin_array(&json);
    for (size_t i = 0; i < faults->count && i < CONFIG_FAULTS_MAX; i++) {
        json_begin_object(&json);
        json_key(&json, "file");
        if (faults->file[0] == '\0')
            json_null(&json);
        else
            json_string(&json, faults->file);
        json_key(&json, "line");
        json_i64(&json, faults->kept[i].line);
        json_key(&json, "column");
        json_i64(&json, faults->kept[i].column);
        json_key(&json, "text");
        json_string(&json, faults->kept[i].text);
        json_end_object(&json);
    }
    json_end_array(&json);
    text_add_char(out, '\n');
}

static void print(const struct text *text, FILE *to)
{
    (void)fwrite(text_string(text), 1, text->size, to);
}

static int validate_config(const struct command_line *line)
{
    struct config_flags flags;
    struct config_faults faults;
    struct err err;
    struct text text;
    const char *format = command_get(line, "output");
    bool json = format != NULL;

    if (json && !span_is(span_of(format), "json")) {
        (void)fprintf(stderr, "steelthread config validate: -o %s, want json\n", format);
        return COMMAND_USAGE;
    }
    if (!config_flags_read(line, &flags, &err)) {
        (void)fprintf(stderr, "steelthread config validate: %s\n", err.text);
        return COMMAND_USAGE;
    }
    if (line->argument_count > 0)
        flags.file = line->arguments[0];
    struct config *config = config_load(&flags, true, &faults);
    text_init(&text, OUTPUT_BYTES_MAX);
    if (json)
        write_json_faults(&faults, &text);
    else
        config_faults_write(&faults, &text);
    print(&text, json ? stdout : stderr);
    text_reset(&text);
    if (config == NULL) {
        (void)fprintf(stderr, "%zu fault%s\n", faults.count, faults.count == 1 ? "" : "s");
        return COMMAND_FAILED;
    }
    (void)fprintf(stderr, "%s is sound: %zu route%s, %zu job%s\n",
                  config->file == NULL ? "the built-in configuration" : config->file,
                  config->route_count, config->route_count == 1 ? "" : "s", config->job_count,
                  config->job_count == 1 ? "" : "s");
    config_close(config);
    return COMMAND_DONE;
}

static int show_config(const struct command_line *line)
{
    struct config_flags flags;
    struct config_faults faults;
    struct err err;
    struct text text;

    if (!config_flags_read(line, &flags, &err)) {
        (void)fprintf(stderr, "steelthread config show: %s\n", err.text);
        return COMMAND_USAGE;
    }
    struct config *config = config_load(&flags, false, &faults);
    text_init(&text, OUTPUT_BYTES_MAX);
    if (config == NULL)
        config_faults_write(&faults, &text);
    else
        config_show(config, &text);
    print(&text, config == NULL ? stderr : stdout);
    text_reset(&text);
    int status = config == NULL ? COMMAND_FAILED : COMMAND_DONE;
    config_close(config);
    return status;
}

static int print_example(const struct command_line *line)
{
    (void)line;
    (void)fputs(config_example(), stdout);
    return COMMAND_DONE;
}

static const struct command_option validate_options[] = {
    {'f', "file", "FILE", "the configuration (else ./steelthread.yml)"},
    {0, "port-base", "N", "ports N to N+7 instead of the lecture's"},
    {'o', "output", "json", "the faults as JSON on standard output"},
};

static const struct command_option show_options[] = {
    {'f', "file", "FILE", "the configuration (else ./steelthread.yml)"},
    {0, "port-base", "N", "ports N to N+7 instead of the lecture's"},
};

const struct command config_verbs[CONFIG_VERBS_COUNT] = {
    {
        .name = "config validate",
        .does = "finds every fault of a configuration, with line and column",
        .examples = "  steelthread config validate steelthread.yml\n",
        .more = "Nothing is started.  The jobs' SQL is checked too.  Exit status 1 when there is a "
                "fault.\n",
        .options = validate_options,
        .option_count = COUNT_OF(validate_options),
        .arguments = "[FILE]",
        .arguments_max = 1,
        .run = validate_config,
    },
    {
        .name = "config show",
        .does = "prints the configuration in force, with every default",
        .examples = "  steelthread config show --port-base 7000\n",
        .options = show_options,
        .option_count = COUNT_OF(show_options),
        .run = show_config,
    },
    {
        .name = "config example",
        .does = "prints a commented configuration: the lecture's pipeline",
        .examples = "  steelthread config example > steelthread.yml\n",
        .run = print_example,
    },
};
