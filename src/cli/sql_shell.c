/* SPDX-License-Identifier: Apache-2.0 */
/* sql_shell.c - statements from the command line, a file or a person. */
#include "cli/sql_shell.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/format.h"
#include "cli/line_editor.h"
#include "cli/sql_split.h"
#include "cli/statement_run.h"
#include "cli/where.h"
#include "config/config.h"
#include "io/file.h"

#define STATEMENTS_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define PROMPT_BYTES 300
#define PORT 8080

struct shell {
    const struct command_line *line;
    struct presto_client_session session;
    struct statement_run run;
    bool ignore_errors;
    bool quit;
};

static struct span without_end(struct span text)
{
    const char *bytes = text.data;
    while (text.size > 0 && strchr(" \t\r\n;", bytes[text.size - 1]) != NULL)
        text.size--;
    return text;
}

static bool run_one(struct shell *shell, struct span statement)
{
    if (sql_split_is_blank(statement))
        return true;
    return statement_run(&shell->run, without_end(statement));
}

/* All statements of a text; the last one needs no semicolon. */
static int run_text(struct shell *shell, struct span text)
{
    int status = COMMAND_DONE;
    struct span statement;
    bool more = true;
    while (more) {
        more = sql_split_next(&text, shell->session.hive, &statement);
        if (!more)
            statement = text;
        if (!run_one(shell, span_trim(statement))) {
            status = COMMAND_FAILED;
            if (!shell->ignore_errors)
                break;
        }
    }
    return status;
}

static int run_file(struct shell *shell, const char *path)
{
    struct arena arena;
    struct span bytes;
    struct err err;
    arena_init(&arena, STATEMENTS_BYTES_MAX);
    int status = file_read_all(path, &bytes, &arena, &err) ? run_text(shell, bytes)
                                                           : format_failed(shell->line, err.text);
    arena_reset(&arena);
    return status;
}

static int run_input(struct shell *shell)
{
    struct text text;
    char bytes[16 * 1024];
    size_t got;
    text_init(&text, STATEMENTS_BYTES_MAX);
    while ((got = fread(bytes, 1, sizeof(bytes), stdin)) > 0)
        text_add(&text, (struct span){bytes, got});
    int status = text.full ? format_failed(shell->line, "more than 64 MiB of statements")
                           : run_text(shell, text_span(&text));
    text_reset(&text);
    return status;
}

/* --- a person --- */

static const char help_text[] = "Statements end with ;\n"
                                "  show tables;                       what there is to ask\n"
                                "  describe sword_purchases;          a table's columns\n"
                                "  select * from sword_purchases;\n"
                                "Ctrl-C cancels a statement, Ctrl-D or quit leaves.\n";

/* quit, exit, help and history need no semicolon.  True: it was one of them. */
static bool is_word(struct shell *shell, const char *line)
{
    struct span word = span_trim(span_of(line));
    const char *bytes = word.data;
    while (word.size > 0 && bytes[word.size - 1] == ';')
        word.size--;
    word = span_trim(word);
    if (span_is_nocase(word, "quit") || span_is_nocase(word, "exit")) {
        shell->quit = true;
        return true;
    }
    if (!span_is_nocase(word, "help"))
        return false;
    (void)fputs(help_text, stdout);
    return true;
}

static void write_prompt(const struct shell *shell, bool more, char prompt[PROMPT_BYTES])
{
    char whole[PROMPT_BYTES - 8];
    if (shell->session.hive)
        (void)snprintf(whole, sizeof(whole), "hive");
    else
        (void)snprintf(whole, sizeof(whole), "presto%s%.200s",
                       shell->session.schema[0] == '\0' ? "" : ":", shell->session.schema);
    if (more)
        (void)snprintf(prompt, PROMPT_BYTES, "%*s> ", (int)strlen(whole), "-");
    else
        (void)snprintf(prompt, PROMPT_BYTES, "%s> ", whole);
}

/* Runs what is whole and keeps the rest. */
static void run_whole(struct shell *shell, struct text *text, struct line_editor *editor)
{
    struct span rest = text_span(text);
    struct span statement;
    while (sql_split_next(&rest, shell->session.hive, &statement)) {
        char *said = mem_new(statement.size + 2);
        memcpy(said, statement.data, statement.size);
        said[statement.size] = ';';
        line_editor_remember(editor, said);
        mem_free(said);
        (void)run_one(shell, span_trim(statement));
    }
    if (sql_split_is_blank(rest)) {
        text_clear(text);
    } else {
        char *kept = mem_copy(rest.data, rest.size);
        size_t size = rest.size;
        text_clear(text);
        text_add(text, (struct span){kept, size});
        mem_free(kept);
    }
}

static int run_person(struct shell *shell)
{
    char home[CONFIG_PATH_BYTES_MAX];
    char history[CONFIG_PATH_BYTES_MAX + 16];
    char prompt[PROMPT_BYTES];
    struct text text;
    struct err err;
    char *line;

    /* Without a home nothing is kept. */
    bool keeps =
        config_home(command_get(shell->line, "home"), home, &err) && access(home, W_OK) == 0;
    (void)snprintf(history, sizeof(history), "%s/sql_history", keeps ? home : "");
    struct line_editor *editor = line_editor_create(keeps ? history : NULL);
    (void)signal(SIGINT, SIG_IGN); /* at the prompt: the terminal forgets the line */
    text_init(&text, STATEMENTS_BYTES_MAX);
    while (!shell->quit) {
        write_prompt(shell, text.size > 0, prompt);
        statement_run_hold_interrupts(false);
        line = line_editor_read(editor, prompt);
        statement_run_hold_interrupts(true);
        if (line == NULL)
            break;
        if (text.size > 0 || !is_word(shell, line)) {
            text_add_string(&text, line);
            text_add_char(&text, '\n');
            run_whole(shell, &text, editor);
        }
        free(line);
    }
    if (!shell->quit)
        (void)printf("\n");
    statement_run_hold_interrupts(false);
    text_reset(&text);
    line_editor_close(editor);
    return COMMAND_DONE;
}

/* --- the command line --- */

static void copy_option(const struct command_line *line, const char *name, const char *fallback,
                        char to[PRESTO_CLIENT_NAME_BYTES])
{
    const char *value = command_get(line, name);
    (void)snprintf(to, PRESTO_CLIENT_NAME_BYTES, "%s", value != NULL ? value : fallback);
}

static bool find_server(struct shell *shell, struct err *err)
{
    const char *server = command_get(shell->line, "server");
    if (server == NULL)
        return where_sql(shell->line, &shell->session.address, err);
    if (strncmp(server, "https://", 8) == 0)
        return err_set(err, ERR_UNSUPPORTED, "--server %s: https is not built yet", server);
    if (strncmp(server, "http://", 7) == 0)
        server += 7;
    struct span text = span_of(server);
    return address_parse(&shell->session.address, span_cut(&text, '/'), PORT, err);
}

static bool set_session(struct shell *shell, struct err *err)
{
    const char *user = getenv("USER");
    copy_option(shell->line, "user", user == NULL || user[0] == '\0' ? "steelthread" : user,
                shell->session.user);
    copy_option(shell->line, "source", shell->session.hive ? "steelthread-hive" : "steelthread-sql",
                shell->session.source);
    copy_option(shell->line, "catalog", "hive", shell->session.catalog);
    copy_option(shell->line, shell->session.hive ? "database" : "schema", "default",
                shell->session.schema);
    copy_option(shell->line, "time-zone", "", shell->session.time_zone);
    for (size_t i = 0; i < shell->line->value_count; i++) {
        const struct command_value *value = &shell->line->values[i];
        if (command_option_is(value->option, "session") &&
            !presto_client_set(&shell->session, value->value, err))
            return err_within(err, "--session");
    }
    return find_server(shell, err);
}

static bool choose_format(struct shell *shell, bool interactive)
{
    const char *name = command_get(shell->line, "output-format");
    shell->run.format = shell->session.hive ? RESULT_HIVE
                        : interactive       ? RESULT_ALIGNED
                                            : RESULT_CSV;
    if (name == NULL || result_printer_format(name, &shell->run.format))
        return true;
    (void)fprintf(stderr, "steelthread sql: --output-format %s, want one of", name);
    for (const char *const *known = result_printer_formats(); *known != NULL; known++)
        (void)fprintf(stderr, " %s", *known);
    (void)fprintf(stderr, "\n");
    return false;
}

static int run_shell(const struct command_line *line, bool hive)
{
    struct shell *shell = mem_new(sizeof(*shell));
    const char *execute = command_get(line, "execute");
    const char *file = command_get(line, "file");
    bool person = execute == NULL && file == NULL && isatty(STDIN_FILENO);
    struct err err;
    int status = COMMAND_USAGE;

    shell->line = line;
    shell->session.hive = hive;
    shell->run.session = &shell->session;
    shell->run.interactive = person;
    shell->run.silent = command_has(line, "silent");
    shell->ignore_errors = command_has(line, "ignore-errors");
    if (execute != NULL && file != NULL)
        status = format_misused(line, "both a statement and a file; give one");
    else if (!set_session(shell, &err))
        status = format_misused(line, err.text);
    else if (!choose_format(shell, person))
        status = COMMAND_USAGE;
    else if (execute != NULL)
        status = run_text(shell, span_of(execute));
    else if (file != NULL)
        status = run_file(shell, file);
    else
        status = person ? run_person(shell) : run_input(shell);
    presto_client_session_reset(&shell->session);
    mem_free(shell);
    return status;
}

static int run_sql(const struct command_line *line)
{
    return run_shell(line, false);
}

static int run_hive(const struct command_line *line)
{
    return run_shell(line, true);
}

#define SERVER_OPTION                                                                              \
    {                                                                                              \
        0, "server", "HOST:PORT", "the server (else the thread that runs in the home)"             \
    }

static const struct command_option sql_options[] = {
    SERVER_OPTION,
    {0, "catalog", "NAME", "where names without a catalog are looked for: hive, unless said"},
    {0, "schema", "NAME", "the same for the schema: default, unless said"},
    {'e', "execute", "SQL", "run this and leave; several statements apart by ;"},
    {'f', "file", "FILE", "run the statements in a file and leave"},
    {0, "output-format", "FORMAT",
     "ALIGNED, VERTICAL, CSV, TSV, CSV_HEADER, TSV_HEADER, CSV_UNQUOTED, CSV_HEADER_UNQUOTED, "
     "JSON, NULL; CSV unless a person types"},
    {0, "user", "NAME", "who asks: $USER, unless said"},
    {0, "source", "NAME", "what asks"},
    {0, "session", "NAME=VALUE", "a session property; as often as needed"},
    {0, "time-zone", "ZONE", "the session's time zone"},
    {0, "ignore-errors", NULL, "go on behind a statement that failed"},
};

static const struct command_option hive_options[] = {
    {'e', "execute", "SQL", "run this and leave; several statements apart by ;"},
    {'f', "file", "FILE", "run the statements in a file and leave"},
    {'S', "silent", NULL, "rows and errors only"},
    {0, "database", "NAME", "where names without a database are looked for: default, unless said"},
    SERVER_OPTION,
};

const struct command sql_shell[SQL_SHELL_COUNT] = {
    {
        .name = "sql",
        .does = "asks in SQL, as presto-cli does; also called presto",
        .examples = "  steelthread sql                                        a prompt\n"
                    "  steelthread sql --execute 'select count(*) from sword_purchases'\n"
                    "  echo 'show tables;' | steelthread sql --output-format TSV\n",
        .more = "Rows go to standard output, all else to standard error.\n",
        .options = sql_options,
        .option_count = COUNT_OF(sql_options),
        .run = run_sql,
    },
    {
        .name = "hive",
        .does = "runs Hive's DDL and queries; also called hive",
        .examples = "  steelthread hive -f create_sword_purchases.sql\n"
                    "  steelthread hive -e 'show tables'\n",
        .options = hive_options,
        .option_count = COUNT_OF(hive_options),
        .run = run_hive,
    },
};
