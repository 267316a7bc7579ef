/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - properties that are known, and what a client is told to remember. */
#include "sql/session.h"

#include <string.h>

#include "base/mem.h"
#include "dialect/lexer.h"
#include "io/worker.h"

#define PARAMETERS_MAX 1000

static const struct session_property properties[] = {
    {"hive.parquet_use_column_names", "boolean", "true",
     "Match columns of Parquet files by name; false: by position, as Presto does by default"},
};

size_t session_property_count(void)
{
    return COUNT_OF(properties);
}

const struct session_property *session_property(size_t index)
{
    return &properties[index];
}

static const struct session_property *find_property(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(properties); i++)
        if (span_is_nocase(span_of(name), properties[i].name))
            return &properties[i];
    return NULL;
}

/* All that are known so far are boolean. */
static bool check_value(struct run *run, const char *name, const char *value)
{
    if (find_property(name) == NULL)
        return fault_at(&run->fault, FAULT_INVALID_SESSION_PROPERTY, 0, 0,
                        "Session property '%s' does not exist", name);
    if (span_is_nocase(span_of(value), "true") || span_is_nocase(span_of(value), "false"))
        return true;
    return fault_set(&run->fault, FAULT_INVALID_SESSION_PROPERTY,
                     "Session property '%s' is true or false, not '%s'", name, value);
}

bool session_check(struct run *run)
{
    for (size_t i = 0; i < run->client.session_count; i++)
        if (!check_value(run, run->client.session[i].name, run->client.session[i].value))
            return false;
    return true;
}

static bool text_too_long(struct run *run)
{
    return fault_set(&run->fault, FAULT_QUERY_TEXT_TOO_LARGE,
                     "The statement and what it executes are too long");
}

/* "name=value" with the value encoded, as Set-Session and Added-Prepare want it. */
static bool remember(struct run *run, const char *header, const char *name, struct span value)
{
    struct text line;

    text_init(&line, RUN_SQL_BYTES_MAX * 4);
    presto_header_encode(&line, span_of(name));
    text_add_char(&line, '=');
    presto_header_encode(&line, value);
    bool ok = !line.full && run_add_header(run, header, text_string(&line));
    text_reset(&line);
    return ok || text_too_long(run);
}

static bool use(const struct names_place *place, const struct statement *statement)
{
    struct run *run = place->run;
    struct names_path path;

    if (!names_resolve(run, &statement->name, &path) || !names_check_schema(place, &path))
        return false;
    if (statement->name.catalog != NULL && !run_add_header(run, "Set-Catalog", path.catalog))
        return text_too_long(run);
    return run_add_header(run, "Set-Schema", path.schema) ? run_set_done(run, "USE")
                                                          : text_too_long(run);
}

static bool set_session(struct run *run, const struct statement *statement)
{
    if (!check_value(run, statement->key, statement->value)) {
        run->fault.err.line = 1;
        run->fault.err.column = 1;
        return false;
    }
    return remember(run, "Set-Session", statement->key, span_of(statement->value)) &&
           run_set_done(run, "SET SESSION");
}

static bool reset_session(struct run *run, const struct statement *statement)
{
    if (find_property(statement->key) == NULL)
        return fault_at(&run->fault, FAULT_INVALID_SESSION_PROPERTY, 1, 1,
                        "Session property '%s' does not exist", statement->key);
    return run_add_header(run, "Clear-Session", statement->key) ? run_set_done(run, "RESET SESSION")
                                                                : text_too_long(run);
}

/* What is prepared is read when it is executed; here only whether it is a statement at all. */
static bool prepare(struct run *run, const struct statement *statement)
{
    struct statement inner;
    struct err err = {0};

    if (!statement_parse(statement->rest, run->dialect, &inner, &run->arena, &err)) {
        if (err.line == 1)
            err.column += statement->rest_column - 1;
        err.line += statement->rest_line - 1;
        return fault_parse(&run->fault, &err);
    }
    return remember(run, "Added-Prepare", statement->key, statement->rest) &&
           run_set_done(run, "PREPARE");
}

static bool deallocate(struct run *run, const struct statement *statement)
{
    if (presto_header_prepared(&run->client, statement->key) == NULL)
        return fault_set(&run->fault, FAULT_NOT_FOUND, "Prepared statement not found: %s",
                         statement->key);
    return run_add_header(run, "Deallocated-Prepare", statement->key)
               ? run_set_done(run, "DEALLOCATE")
               : text_too_long(run);
}

bool session_statement(const struct names_place *place, const struct statement *statement)
{
    ON_WORKER();
    switch ((int)statement->kind) {
    case STATEMENT_USE:
        return use(place, statement);
    case STATEMENT_SET_SESSION:
        return set_session(place->run, statement);
    case STATEMENT_RESET_SESSION:
        return reset_session(place->run, statement);
    case STATEMENT_PREPARE:
        return prepare(place->run, statement);
    default:
        return deallocate(place->run, statement);
    }
}

/* --- EXECUTE -----------------------------------------------------------------------------------
 */

struct parameter {
    struct span text;
    bool single; /* one token: it needs no brackets, and LIMIT wants none */
};

struct parameters {
    struct parameter values[PARAMETERS_MAX];
    size_t count;
};

static enum lexer_dialect lexer_of(const struct run *run)
{
    return run->dialect == TRINO_HIVE ? LEXER_HIVE : LEXER_TRINO;
}

static bool add_parameter(struct run *run, struct parameters *parameters, const char *from,
                          const char *end, size_t token_count)
{
    struct span value = span_trim((struct span){from, (size_t)(end - from)});

    if (value.size == 0)
        return fault_set(&run->fault, FAULT_SYNTAX_ERROR, "A parameter behind USING is empty");
    if (parameters->count == PARAMETERS_MAX)
        return fault_set(&run->fault, FAULT_NOT_SUPPORTED, "More than %d parameters",
                         PARAMETERS_MAX);
    parameters->values[parameters->count++] = (struct parameter){value, token_count == 1};
    return true;
}

/* Expressions between commas that are in no bracket.  What stands behind the last token of one, a
 * comment, does not go with it. */
static bool split_parameters(struct run *run, struct span text, struct parameters *parameters)
{
    struct lexer lexer;
    struct token token;
    struct err err = {0};
    const char *from = text.data;
    const char *end = from;
    size_t token_count = 0;
    int depth = 0;

    if (text.size == 0)
        return true;
    if (!lexer_init(&lexer, text, lexer_of(run), &err))
        return fault_parse(&run->fault, &err);
    for (;;) {
        if (!lexer_next(&lexer, &token, &err))
            return fault_parse(&run->fault, &err);
        if (token.kind == TOKEN_END)
            return add_parameter(run, parameters, from, end, token_count);
        if (lexer_is_symbol(&token, "(") || lexer_is_symbol(&token, "["))
            depth++;
        if (lexer_is_symbol(&token, ")") || lexer_is_symbol(&token, "]"))
            depth--;
        bool comma = depth == 0 && lexer_is_symbol(&token, ",");
        if (comma && !add_parameter(run, parameters, from, end, token_count))
            return false;
        end = (const char *)token.text.data + token.text.size;
        from = comma ? end : token_count == 0 ? token.text.data : from;
        token_count = comma ? 0 : token_count + 1;
    }
}

/* Each ? of the text becomes its parameter, in brackets unless it is a single token. */
static bool put_parameters(struct run *run, struct span text, const struct parameters *parameters,
                           struct text *out)
{
    struct lexer lexer;
    struct token token;
    struct err err = {0};
    const char *from = text.data;
    const char *end = from + text.size;
    size_t used = 0;

    if (!lexer_init(&lexer, text, lexer_of(run), &err))
        return fault_parse(&run->fault, &err);
    do {
        if (!lexer_next(&lexer, &token, &err))
            return fault_parse(&run->fault, &err);
        if (!lexer_is_symbol(&token, "?"))
            continue;
        const char *mark = token.text.data;
        text_add(out, (struct span){from, (size_t)(mark - from)});
        from = mark + token.text.size;
        if (used < parameters->count) {
            const struct parameter *parameter = &parameters->values[used];
            text_add_char(out, parameter->single ? ' ' : '(');
            text_add(out, parameter->text);
            text_add_char(out, parameter->single ? ' ' : ')');
        }
        used++;
    } while (token.kind != TOKEN_END);
    text_add(out, (struct span){from, (size_t)(end - from)});
    if (used != parameters->count)
        return fault_at(&run->fault, FAULT_INVALID_PARAMETER_USAGE, 1, 1,
                        "Incorrect number of parameters: expected %zu but found %zu", used,
                        parameters->count);
    return true;
}

bool session_execute(struct run *run, const struct statement *statement, struct span *sql)
{
    ON_WORKER();
    const char *text = statement->value;
    struct parameters *parameters = ARENA_NEW(&run->arena, struct parameters, 1);
    struct text out;

    if (statement->kind == STATEMENT_EXECUTE)
        text = presto_header_prepared(&run->client, statement->key);
    if (text == NULL)
        return fault_set(&run->fault, FAULT_NOT_FOUND, "Prepared statement not found: %s",
                         statement->key);
    if (parameters == NULL)
        return text_too_long(run);
    text_init(&out, RUN_SQL_BYTES_MAX);
    bool ok = split_parameters(run, statement->rest, parameters) &&
              put_parameters(run, span_of(text), parameters, &out);
    if (ok) {
        char *copy = out.full ? NULL : arena_string(&run->arena, text_span(&out));
        *sql = (struct span){copy, out.size};
        ok = copy != NULL || text_too_long(run);
    }
    text_reset(&out);
    return ok;
}
