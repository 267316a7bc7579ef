/* SPDX-License-Identifier: Apache-2.0 */
/* command.c - reads words against a command's row, and writes its help from it. */
#include "base/command.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/guess.h"
#include "base/mem.h"
#include "base/span.h"

#define LEFT_COLUMN 26 /* of the list of options */

static const struct command_option common[] = {
    {0, "home", "DIR",
     "where everything is kept (else $STEELTHREAD_HOME, else "
     "$XDG_DATA_HOME/steelthread, ~/.local/share/steelthread)"},
    {'h', "help", NULL, "this page"},
};

const struct command_option *command_common(size_t *count)
{
    *count = COUNT_OF(common);
    return common;
}

bool command_option_is(const struct command_option *option, const char *name)
{
    if (option->name != NULL && strcmp(option->name, name) == 0)
        return true;
    return option->letter != 0 && name[0] == option->letter && name[1] == '\0';
}

/* The rows of the command, then the common ones; NULL behind the last. */
static const struct command_option *option_at(const struct command *command, size_t i)
{
    if (i < command->option_count)
        return &command->options[i];
    i -= command->option_count;
    return i < COUNT_OF(common) ? &common[i] : NULL;
}

static const struct command_option *find_letter(const struct command *command, char letter)
{
    const struct command_option *option;
    for (size_t i = 0; (option = option_at(command, i)) != NULL; i++) {
        if (option->letter == letter)
            return option;
    }
    return NULL;
}

static const struct command_option *find_name(const struct command *command, struct span name)
{
    const struct command_option *option;
    for (size_t i = 0; (option = option_at(command, i)) != NULL; i++) {
        if (option->name != NULL && span_is(name, option->name))
            return option;
    }
    return NULL;
}

static bool unknown_name(const struct command *command, struct span name, struct err *err)
{
    const struct command_option *option;
    struct guess guess = guess_start(name);
    for (size_t i = 0; (option = option_at(command, i)) != NULL; i++) {
        if (option->name != NULL)
            guess_offer(&guess, option->name);
    }
    if (guess_best(&guess) != NULL)
        return err_set(err, ERR_MALFORMED, "unknown option --%.*s; did you mean --%s?",
                       (int)name.size, (const char *)name.data, guess_best(&guess));
    return err_set(err, ERR_MALFORMED, "unknown option --%.*s", (int)name.size,
                   (const char *)name.data);
}

static bool add_value(struct command_line *line, const struct command_option *option,
                      const char *value, struct err *err)
{
    if (option->letter == 'h' && option->value == NULL && option->name != NULL &&
        strcmp(option->name, "help") == 0)
        line->help = true;
    if (line->value_count == COMMAND_VALUES_MAX)
        return err_set(err, ERR_MALFORMED, "more than %d options", COMMAND_VALUES_MAX);
    line->values[line->value_count++] = (struct command_value){option, value};
    return true;
}

struct words {
    int count;
    int at; /* the next one */
    char *const *words;
};

static bool read_long(struct words *words, const char *word, struct command_line *line,
                      struct err *err)
{
    const char *equals = strchr(word, '=');
    struct span name = {word, equals == NULL ? strlen(word) : (size_t)(equals - word)};
    const struct command_option *option = find_name(line->command, name);
    if (option == NULL)
        return unknown_name(line->command, name, err);
    if (option->value == NULL) {
        if (equals != NULL)
            return err_set(err, ERR_MALFORMED, "option --%s takes no value", option->name);
        return add_value(line, option, NULL, err);
    }
    if (equals != NULL)
        return add_value(line, option, equals + 1, err);
    if (words->at == words->count)
        return err_set(err, ERR_MALFORMED, "option --%s needs a value: --%s %s", option->name,
                       option->name, option->value);
    return add_value(line, option, words->words[words->at++], err);
}

static bool read_letters(struct words *words, const char *letters, struct command_line *line,
                         struct err *err)
{
    for (; *letters != '\0'; letters++) {
        const struct command_option *option = find_letter(line->command, *letters);
        if (option == NULL)
            return err_set(err, ERR_MALFORMED, "unknown option -%c", *letters);
        if (option->value == NULL) {
            if (!add_value(line, option, NULL, err))
                return false;
            continue;
        }
        if (letters[1] != '\0')
            return add_value(line, option, letters + 1, err);
        if (words->at == words->count)
            return err_set(err, ERR_MALFORMED, "option -%c needs a value: -%c %s", *letters,
                           *letters, option->value);
        return add_value(line, option, words->words[words->at++], err);
    }
    return true;
}

static bool read_argument(const char *word, struct command_line *line, struct err *err)
{
    const struct command *command = line->command;
    if (command->arguments_max == 0)
        return err_set(err, ERR_MALFORMED, "unexpected argument \"%s\": %s takes none", word,
                       command->name);
    if (line->argument_count == command->arguments_max ||
        line->argument_count == COMMAND_ARGUMENTS_MAX)
        return err_set(err, ERR_MALFORMED, "unexpected argument \"%s\": %s takes %s", word,
                       command->name, command->arguments);
    line->arguments[line->argument_count++] = word;
    return true;
}

bool command_read(const struct command *command, int word_count, char *const *words_given,
                  struct command_line *line, struct err *err)
{
    struct words words = {word_count, 0, words_given};
    bool options_end = false;

    *line = (struct command_line){.command = command};
    while (words.at < words.count) {
        const char *word = words.words[words.at++];
        bool ok;
        if (options_end || word[0] != '-' || word[1] == '\0')
            ok = read_argument(word, line, err);
        else if (strcmp(word, "--") == 0)
            ok = options_end = true;
        else if (word[1] == '-')
            ok = read_long(&words, word + 2, line, err);
        else
            ok = read_letters(&words, word + 1, line, err);
        if (!ok)
            return line->help; /* who asks for help gets it */
    }
    if (!line->help && line->argument_count < command->arguments_min)
        return err_set(err, ERR_MALFORMED, "%s needs %s", command->name, command->arguments);
    return true;
}

bool command_has(const struct command_line *line, const char *name)
{
    for (size_t i = 0; i < line->value_count; i++) {
        if (command_option_is(line->values[i].option, name))
            return true;
    }
    return false;
}

const char *command_get(const struct command_line *line, const char *name)
{
    for (size_t i = line->value_count; i > 0; i--) {
        if (command_option_is(line->values[i - 1].option, name))
            return line->values[i - 1].value;
    }
    return NULL;
}

bool command_get_i64(const struct command_line *line, const char *name, int64_t min, int64_t max,
                     int64_t *number, struct err *err)
{
    const char *text = command_get(line, name);
    int64_t value;
    if (text == NULL)
        return true;
    const char *dashes = name[1] == '\0' ? "-" : "--";
    if (!span_to_i64(span_of(text), &value))
        return err_set(err, ERR_MALFORMED, "%s%s is \"%s\", want a whole number", dashes, name,
                       text);
    if (value < min || value > max)
        return err_set(err, ERR_MALFORMED, "%s%s is %s, want %lld to %lld", dashes, name, text,
                       (long long)min, (long long)max);
    *number = value;
    return true;
}

static void add_option_usage(const struct command_option *option, struct text *out)
{
    if (option->letter != 0)
        text_printf(out, " [-%c", option->letter);
    else
        text_printf(out, " [--%s", option->name);
    if (option->value != NULL)
        text_printf(out, " %s", option->value);
    text_add_char(out, ']');
}

void command_usage(const struct command *command, struct text *out)
{
    text_printf(out, "steelthread %s", command->name);
    const struct command_option *option;
    for (size_t i = 0; (option = option_at(command, i)) != NULL; i++) {
        if (option->letter != 'h')
            add_option_usage(option, out);
    }
    if (command->arguments != NULL)
        text_printf(out, " %s", command->arguments);
}

static void add_option_help(const struct command_option *option, struct text *out)
{
    char left[80];
    int used = 0;
    if (option->letter != 0)
        used += snprintf(left, sizeof(left), "  -%c", option->letter);
    else
        used += snprintf(left, sizeof(left), "    ");
    if (option->name != NULL)
        used += snprintf(left + used, sizeof(left) - (size_t)used, "%s --%s",
                         option->letter != 0 ? "," : " ", option->name);
    if (option->value != NULL)
        used += snprintf(left + used, sizeof(left) - (size_t)used, " %s", option->value);
    if (used >= LEFT_COLUMN)
        text_printf(out, "%s\n%*s%s\n", left, LEFT_COLUMN, "", option->does);
    else
        text_printf(out, "%-*s%s\n", LEFT_COLUMN, left, option->does);
}

void command_help(const struct command *command, struct text *out)
{
    text_printf(out, "Example:\n%s\nsteelthread %s: %s\n\nUsage:\n  ", command->examples,
                command->name, command->does);
    command_usage(command, out);
    text_add_string(out, "\n\n");
    if (command->more != NULL)
        text_printf(out, "%s\n", command->more);
    text_add_string(out, "Options:\n");
    const struct command_option *option;
    for (size_t i = 0; (option = option_at(command, i)) != NULL; i++)
        add_option_help(option, out);
}
