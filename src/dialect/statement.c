/* SPDX-License-Identifier: Apache-2.0 */
/* statement.c - a table of the words that a statement begins with, and a parser for each. */
#include "dialect/statement.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "dialect/cursor.h"

/* Recursion is bounded: TYPE_DEPTH_MAX bounds a type.
 * NOLINTBEGIN(misc-no-recursion) */

#define TYPE_DEPTH_MAX 16
#define TYPE_BYTES_MAX 4096

struct head {
    struct cursor cursor;
    struct statement *out;
    enum trino_dialect dialect;
    struct span sql;
};

static bool is_hive(const struct head *head)
{
    return head->dialect == TRINO_HIVE;
}

static bool refuse_form(struct head *head, const struct token *token, const char *what)
{
    return cursor_fail(&head->cursor, token, ERR_UNSUPPORTED, "%s is not supported", what);
}

/* --- names, texts -------------------------------------------------------------------------- */

/* One to three parts; the last is the table. */
static bool read_table_name(struct head *head)
{
    struct cursor *c = &head->cursor;
    const char *parts[3] = {NULL, NULL, NULL};
    size_t count = 0;
    head->out->name.line = c->token.line;
    head->out->name.column = c->token.column;
    do {
        if (count == 3)
            return cursor_fail(c, &c->token, ERR_MALFORMED, "Too many parts in a table's name");
        parts[count++] = cursor_expect_lower(c);
    } while (cursor_take_symbol(c, "."));
    head->out->name.table = parts[count - 1];
    head->out->name.schema = count > 1 ? parts[count - 2] : NULL;
    head->out->name.catalog = count > 2 ? parts[0] : NULL;
    return !c->failed;
}

/* [catalog.]schema */
static bool read_schema_name(struct head *head)
{
    struct cursor *c = &head->cursor;
    head->out->name.line = c->token.line;
    head->out->name.column = c->token.column;
    const char *first = cursor_expect_lower(c);
    bool two = cursor_take_symbol(c, ".");
    head->out->name.catalog = two ? first : NULL;
    head->out->name.schema = two ? cursor_expect_lower(c) : first;
    return !c->failed;
}

static bool read_like(struct head *head)
{
    struct cursor *c = &head->cursor;
    bool like = cursor_take_word(c, "like");
    if (!like && !(is_hive(head) && c->token.kind == TOKEN_TEXT))
        return !c->failed;
    head->out->like = cursor_expect_text(c);
    if (cursor_take_word(c, "escape")) {
        struct token token = c->token;
        const char *escape = cursor_expect_text(c);
        if (escape != NULL && strlen(escape) != 1)
            return cursor_fail(c, &token, ERR_MALFORMED,
                               "Escape string must be a single character");
        if (escape != NULL)
            head->out->like_escape = escape[0];
    }
    return !c->failed;
}

static bool take_from(struct cursor *c)
{
    return cursor_take_word(c, "from") || cursor_take_word(c, "in");
}

/* What stands from the token on, less a semicolon at the end. */
static bool take_rest(struct head *head)
{
    struct cursor *c = &head->cursor;
    const char *from = c->token.text.data;
    struct token last = c->token;
    head->out->rest_line = c->token.line;
    head->out->rest_column = c->token.column;
    while (c->token.kind != TOKEN_END) {
        last = c->token;
        cursor_advance(c);
    }
    if (c->failed)
        return false;
    const char *end = lexer_is_symbol(&last, ";") ? last.text.data : c->token.text.data;
    head->out->rest = span_trim((struct span){from, (size_t)(end - from)});
    return true;
}

/* --- SHOW, DESCRIBE, USE ------------------------------------------------------------------- */

static bool show_schemas(struct head *head)
{
    head->out->kind = STATEMENT_SHOW_SCHEMAS;
    if (take_from(&head->cursor))
        head->out->name.catalog = cursor_expect_lower(&head->cursor);
    return read_like(head);
}

static bool show_tables(struct head *head)
{
    head->out->kind = STATEMENT_SHOW_TABLES;
    if (take_from(&head->cursor) && !read_schema_name(head))
        return false;
    return read_like(head);
}

static bool show_columns(struct head *head)
{
    struct cursor *c = &head->cursor;
    head->out->kind = STATEMENT_SHOW_COLUMNS;
    if (!take_from(c))
        return cursor_unexpected(c, "'FROM', 'IN'");
    return read_table_name(head) && read_like(head);
}

static bool show_create(struct head *head)
{
    head->out->kind = STATEMENT_SHOW_CREATE_TABLE;
    struct token token = head->cursor.token;
    if (!cursor_take_word(&head->cursor, "table"))
        return refuse_form(head, &token, "SHOW CREATE of anything but a table");
    return read_table_name(head);
}

static bool show(struct head *head)
{
    struct cursor *c = &head->cursor;
    static const struct {
        const char *word;
        enum statement_kind kind;
    } plain[] = {
        {"catalogs", STATEMENT_SHOW_CATALOGS},
        {"functions", STATEMENT_SHOW_FUNCTIONS},
        {"session", STATEMENT_SHOW_SESSION},
    };
    static const char *const others[] = {"stats", "grants",  "roles",
                                         "role",  "current", "partitions"};
    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (cursor_take_word(c, plain[i].word)) {
            head->out->kind = plain[i].kind;
            return read_like(head);
        }
    }
    if (cursor_take_word(c, "schemas") || (is_hive(head) && cursor_take_word(c, "databases")))
        return show_schemas(head);
    if (cursor_take_word(c, "tables"))
        return show_tables(head);
    if (cursor_take_word(c, "columns"))
        return show_columns(head);
    if (cursor_take_word(c, "create"))
        return show_create(head);
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (cursor_at_word(c, others[i]))
            return refuse_form(head, &c->token, "this SHOW");
    return cursor_unexpected(c, "'CATALOGS', 'COLUMNS', 'CREATE', 'FUNCTIONS', 'SCHEMAS', "
                                "'SESSION', 'TABLES'");
}

static bool describe(struct head *head)
{
    struct cursor *c = &head->cursor;
    struct token token = c->token;
    struct token ahead = cursor_ahead(c);
    bool more = ahead.kind == TOKEN_WORD || ahead.kind == TOKEN_QUOTED;
    static const char *const forms[] = {"input",    "output", "extended", "formatted",
                                        "database", "schema", "function"};
    for (size_t i = 0; i < COUNT_OF(forms); i++)
        if (more && cursor_at_word(c, forms[i]))
            return refuse_form(head, &token, "this form of DESCRIBE");
    if (is_hive(head))
        cursor_take_word(c, "table");
    head->out->kind = STATEMENT_SHOW_COLUMNS;
    return read_table_name(head);
}

static bool use(struct head *head)
{
    head->out->kind = STATEMENT_USE;
    return read_schema_name(head);
}

/* --- SET, PREPARE, transactions ------------------------------------------------------------ */

/* name[.name], as one key */
static bool read_key(struct head *head)
{
    struct cursor *c = &head->cursor;
    const char *key = cursor_expect_lower(c);
    while (key != NULL && cursor_take_symbol(c, ".")) {
        const char *part = cursor_expect_lower(c);
        key = part == NULL ? NULL : arena_printf(c->arena, "%s.%s", key, part);
        if (part != NULL && key == NULL)
            return cursor_no_memory(c);
    }
    head->out->key = key;
    return !c->failed;
}

/* A literal: a text's contents, a number or a word as written. */
static bool read_value(struct head *head)
{
    struct cursor *c = &head->cursor;
    if (c->token.kind == TOKEN_TEXT) {
        head->out->value = cursor_expect_text(c);
        return !c->failed;
    }
    bool negative = cursor_take_symbol(c, "-");
    bool number = c->token.kind >= TOKEN_INTEGER && c->token.kind <= TOKEN_DOUBLE;
    if (!number && (negative || c->token.kind != TOKEN_WORD))
        return cursor_unexpected(c, "<expression>");
    const char *value = arena_printf(c->arena, "%s%.*s", negative ? "-" : "",
                                     (int)c->token.text.size, (const char *)c->token.text.data);
    if (value == NULL)
        return cursor_no_memory(c);
    head->out->value = value;
    cursor_advance(c);
    return !c->failed;
}

static bool set(struct head *head)
{
    struct cursor *c = &head->cursor;
    struct token token = c->token;
    if (!cursor_take_word(c, "session"))
        return refuse_form(head, &token, "SET without SESSION");
    head->out->kind = STATEMENT_SET_SESSION;
    return read_key(head) && cursor_expect_symbol(c, "=") && read_value(head);
}

static bool reset(struct head *head)
{
    head->out->kind = STATEMENT_RESET_SESSION;
    return cursor_expect_word(&head->cursor, "session") && read_key(head);
}

static bool prepare(struct head *head)
{
    head->out->kind = STATEMENT_PREPARE;
    head->out->key = cursor_expect_lower(&head->cursor);
    return cursor_expect_word(&head->cursor, "from") && take_rest(head);
}

static bool execute(struct head *head)
{
    struct cursor *c = &head->cursor;
    if (cursor_take_word(c, "immediate")) {
        head->out->kind = STATEMENT_EXECUTE_IMMEDIATE;
        head->out->value = cursor_expect_text(c);
    } else {
        head->out->kind = STATEMENT_EXECUTE;
        head->out->key = cursor_expect_lower(c);
    }
    if (cursor_take_word(c, "using"))
        return take_rest(head);
    return !c->failed;
}

static bool deallocate(struct head *head)
{
    head->out->kind = STATEMENT_DEALLOCATE;
    if (!cursor_expect_word(&head->cursor, "prepare"))
        return false;
    head->out->key = cursor_expect_lower(&head->cursor);
    return !head->cursor.failed;
}

static bool explain(struct head *head)
{
    head->out->kind = STATEMENT_EXPLAIN;
    return take_rest(head);
}

static bool start(struct head *head)
{
    struct cursor *c = &head->cursor;
    head->out->kind = STATEMENT_START_TRANSACTION;
    return cursor_expect_word(c, "transaction") && take_rest(head);
}

static bool end_transaction(struct head *head, enum statement_kind kind)
{
    head->out->kind = kind;
    cursor_take_word(&head->cursor, "work");
    return !head->cursor.failed;
}

static bool commit(struct head *head)
{
    return end_transaction(head, STATEMENT_COMMIT);
}

static bool rollback(struct head *head)
{
    return end_transaction(head, STATEMENT_ROLLBACK);
}

static bool query(struct head *head)
{
    head->out->kind = STATEMENT_QUERY;
    head->out->rest = head->sql;
    head->out->rest_line = 1;
    head->out->rest_column = 1;
    while (head->cursor.token.kind != TOKEN_END)
        cursor_advance(&head->cursor);
    return !head->cursor.failed;
}

/* --- Hive's types -------------------------------------------------------------------------- */

static const char *const plain_types[] = {
    "boolean", "tinyint", "smallint", "int",  "integer",   "bigint", "float",
    "double",  "string",  "binary",   "date", "timestamp", "real",
};

static bool read_hive_type(struct head *head, struct text *out, int depth);

/* (10, 2) after decimal, (20) after varchar and char */
static bool read_arguments(struct head *head, struct text *out, int count_max)
{
    struct cursor *c = &head->cursor;
    if (!cursor_take_symbol(c, "("))
        return !c->failed;
    text_add_char(out, '(');
    for (int i = 0; i < count_max; i++) {
        if (i > 0 && !cursor_take_symbol(c, ","))
            break;
        if (c->token.kind != TOKEN_INTEGER || c->token.suffix != 0 || c->token.text.size > 9)
            return cursor_unexpected(c, "<integer>");
        text_add_string(out, i > 0 ? "," : "");
        text_add(out, c->token.text);
        cursor_advance(c);
    }
    text_add_char(out, ')');
    return cursor_expect_symbol(c, ")");
}

static bool read_struct(struct head *head, struct text *out, int depth)
{
    struct cursor *c = &head->cursor;
    do {
        const char *name = cursor_expect_lower(c);
        if (name == NULL || !cursor_expect_symbol(c, ":"))
            return false;
        text_printf(out, "%s:", name);
        if (!read_hive_type(head, out, depth + 1))
            return false;
        text_add_string(out, cursor_at_symbol(c, ",") ? "," : "");
    } while (cursor_take_symbol(c, ","));
    return true;
}

static bool read_nested(struct head *head, struct text *out, const char *name, int depth)
{
    struct cursor *c = &head->cursor;
    if (depth >= TYPE_DEPTH_MAX)
        return cursor_fail(c, &c->token, ERR_LIMIT, "a type nested more than %d deep",
                           TYPE_DEPTH_MAX);
    if (!cursor_expect_symbol(c, "<"))
        return false;
    text_printf(out, "%s<", name);
    if (strcmp(name, "struct") == 0) {
        if (!read_struct(head, out, depth))
            return false;
    } else {
        if (!read_hive_type(head, out, depth + 1))
            return false;
        if (strcmp(name, "map") == 0) {
            text_add_char(out, ',');
            if (!cursor_expect_symbol(c, ",") || !read_hive_type(head, out, depth + 1))
                return false;
        }
    }
    text_add_char(out, '>');
    return cursor_expect_symbol(c, ">");
}

/* Appends Hive's spelling.  Words of Presto's that Hive does not know are refused by name. */
static bool read_hive_type(struct head *head, struct text *out, int depth)
{
    struct cursor *c = &head->cursor;
    struct token token = c->token;
    const char *name = cursor_expect_lower(c);
    if (name == NULL)
        return false;
    for (size_t i = 0; i < COUNT_OF(plain_types); i++) {
        if (strcmp(name, plain_types[i]) != 0)
            continue;
        const char *hive = strcmp(name, "integer") == 0 ? "int"
                           : strcmp(name, "real") == 0  ? "float"
                                                        : name;
        text_add_string(out, hive);
        if (strcmp(name, "double") == 0)
            cursor_take_word(c, "precision");
        return !c->failed;
    }
    if (strcmp(name, "decimal") == 0 || strcmp(name, "numeric") == 0) {
        text_add_string(out, "decimal");
        if (!cursor_at_symbol(c, "("))
            text_add_string(out, "(10,0)");
        return read_arguments(head, out, 2);
    }
    if (strcmp(name, "varchar") == 0 || strcmp(name, "char") == 0) {
        if (!cursor_at_symbol(c, "("))
            return cursor_unexpected(c, "'('");
        text_add_string(out, name);
        return read_arguments(head, out, 1);
    }
    if (strcmp(name, "array") == 0 || strcmp(name, "map") == 0 || strcmp(name, "struct") == 0)
        return read_nested(head, out, name, depth);
    return cursor_fail(c, &token, ERR_UNSUPPORTED, "Unknown type '%s'", name);
}

/* --- CREATE TABLE -------------------------------------------------------------------------- */

static bool read_column(struct head *head, struct statement_column *column)
{
    struct cursor *c = &head->cursor;
    struct text type;
    column->line = c->token.line;
    column->column = c->token.column;
    column->name = cursor_expect_lower(c);
    text_init(&type, TYPE_BYTES_MAX);
    bool ok = column->name != NULL && read_hive_type(head, &type, 0);
    if (ok && type.full)
        ok = cursor_fail(c, &c->token, ERR_LIMIT, "a type of more than %d bytes", TYPE_BYTES_MAX);
    if (ok) {
        column->type = arena_string(c->arena, text_span(&type));
        ok = column->type != NULL || cursor_no_memory(c);
    }
    text_reset(&type);
    if (ok && cursor_take_word(c, "comment"))
        column->comment = cursor_expect_text(c);
    return ok && !c->failed;
}

static bool check_names(struct head *head, const struct statement_column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            struct token at = {.line = columns[i].line, .column = columns[i].column};
            if (strcmp(columns[i].name, columns[j].name) == 0)
                return cursor_fail(&head->cursor, &at, ERR_MALFORMED,
                                   "Column name '%s' specified more than once", columns[i].name);
        }
    }
    return true;
}

/* ( column, ... ): grown by doubling, the arena keeps what was outgrown. */
static bool read_columns(struct head *head, struct statement_column **columns, size_t *count)
{
    struct cursor *c = &head->cursor;
    size_t room = 0;
    if (!cursor_expect_symbol(c, "("))
        return false;
    do {
        if (*count == STATEMENT_COLUMNS_MAX)
            return cursor_fail(c, &c->token, ERR_LIMIT, "more than %d columns",
                               STATEMENT_COLUMNS_MAX);
        if (*count == room) {
            size_t more = room == 0 ? 16 : room * 2;
            struct statement_column *grown = ARENA_NEW(c->arena, struct statement_column, more);
            if (grown == NULL)
                return cursor_no_memory(c);
            if (room > 0)
                memcpy(grown, *columns, room * sizeof(*grown));
            *columns = grown;
            room = more;
        }
        assert(*columns != NULL);
        if (!read_column(head, &(*columns)[*count]))
            return false;
        (*count)++;
    } while (cursor_take_symbol(c, ","));
    return cursor_expect_symbol(c, ")") && check_names(head, *columns, *count);
}

/* ("key"="value", ...) */
static bool read_properties(struct head *head)
{
    struct cursor *c = &head->cursor;
    struct statement *out = head->out;
    struct statement_property *properties =
        ARENA_NEW(c->arena, struct statement_property, STATEMENT_PROPERTIES_MAX);
    if (properties == NULL)
        return cursor_no_memory(c);
    if (!cursor_expect_symbol(c, "("))
        return false;
    do {
        if (out->property_count == STATEMENT_PROPERTIES_MAX)
            return cursor_fail(c, &c->token, ERR_LIMIT, "more than %d properties",
                               STATEMENT_PROPERTIES_MAX);
        struct statement_property *property = &properties[out->property_count];
        property->key = cursor_expect_text(c);
        if (property->key == NULL || !cursor_expect_symbol(c, "="))
            return false;
        property->value = cursor_expect_text(c);
        if (property->value == NULL)
            return false;
        out->property_count++;
    } while (cursor_take_symbol(c, ","));
    out->properties = properties;
    return cursor_expect_symbol(c, ")");
}

static bool read_format(struct head *head)
{
    struct cursor *c = &head->cursor;
    struct token token = c->token;
    if (!cursor_expect_word(c, "as"))
        return false;
    token = c->token;
    if (cursor_take_word(c, "parquet"))
        return true;
    struct span name = {0};
    if (!cursor_expect_name(c, &name))
        return false;
    return cursor_fail(c, &token, ERR_UNSUPPORTED, "STORED AS %.*s is not supported, only PARQUET",
                       (int)name.size, (const char *)name.data);
}

/* The clauses after the columns, each at most once, in any order, as Hive takes them. */
static bool read_clause(struct head *head, bool *stored)
{
    struct cursor *c = &head->cursor;
    struct statement *out = head->out;
    static const char *const refused[] = {
        "row",      "clustered", "skewed",      "with", "as",   "stored",    "tblproperties",
        "location", "comment",   "partitioned", "like", "sort", "distribute"};
    if (out->comment == NULL && cursor_take_word(c, "comment")) {
        out->comment = cursor_expect_text(c);
    } else if (out->location == NULL && cursor_take_word(c, "location")) {
        out->location = cursor_expect_text(c);
    } else if (!*stored && cursor_take_word(c, "stored")) {
        *stored = true;
        return read_format(head);
    } else if (out->properties == NULL && cursor_take_word(c, "tblproperties")) {
        return read_properties(head);
    } else if (out->partitions == NULL && cursor_take_words(c, "partitioned", "by")) {
        return read_columns(head, &out->partitions, &out->partition_count);
    } else {
        for (size_t i = 0; i < COUNT_OF(refused); i++)
            if (cursor_at_word(c, refused[i]))
                return cursor_fail(c, &c->token, ERR_UNSUPPORTED,
                                   "%.*s is not supported here, or stands twice",
                                   (int)c->token.text.size, (const char *)c->token.text.data);
        return cursor_unexpected(c, "'COMMENT', 'LOCATION', 'PARTITIONED', 'STORED', "
                                    "'TBLPROPERTIES', <EOF>");
    }
    return !c->failed;
}

static bool create_table(struct head *head)
{
    struct cursor *c = &head->cursor;
    struct statement *out = head->out;
    bool stored = false;
    struct token first = c->token;
    out->kind = STATEMENT_CREATE_TABLE;
    if (cursor_take_words(c, "if", "not")) {
        out->if_not_exists = true;
        if (!cursor_expect_word(c, "exists"))
            return false;
    }
    if (!read_table_name(head))
        return false;
    if (!cursor_at_symbol(c, "("))
        return cursor_at_word(c, "as") || cursor_at_word(c, "like")
                   ? refuse_form(head, &c->token, "CREATE TABLE AS or LIKE")
                   : cursor_unexpected(c, "'('");
    if (!read_columns(head, &out->columns, &out->column_count))
        return false;
    while (c->token.kind != TOKEN_END && !cursor_at_symbol(c, ";"))
        if (!read_clause(head, &stored))
            return false;
    if (!stored)
        return refuse_form(head, &first, "a table that is not STORED AS PARQUET");
    return !c->failed;
}

/* --- CREATE and DROP ----------------------------------------------------------------------- */

static bool take_schema_word(struct cursor *c)
{
    return cursor_take_word(c, "schema") || cursor_take_word(c, "database");
}

static bool create_schema(struct head *head)
{
    struct cursor *c = &head->cursor;
    struct statement *out = head->out;
    out->kind = STATEMENT_CREATE_SCHEMA;
    if (cursor_take_words(c, "if", "not")) {
        out->if_not_exists = true;
        if (!cursor_expect_word(c, "exists"))
            return false;
    }
    if (!read_schema_name(head))
        return false;
    if (cursor_take_word(c, "comment"))
        out->comment = cursor_expect_text(c);
    if (cursor_take_word(c, "location")) {
        out->location = cursor_expect_text(c);
    } else if (cursor_take_word(c, "with")) {
        struct token token = c->token;
        if (!cursor_expect_symbol(c, "("))
            return false;
        token = c->token;
        if (!cursor_take_word(c, "location"))
            return refuse_form(head, &token, "a schema's property other than location");
        if (!cursor_expect_symbol(c, "="))
            return false;
        out->location = cursor_expect_text(c);
        return cursor_expect_symbol(c, ")");
    }
    return !c->failed;
}

static bool create(struct head *head)
{
    struct cursor *c = &head->cursor;
    struct token token = c->token;
    if (take_schema_word(c))
        return create_schema(head);
    head->out->external = cursor_take_word(c, "external");
    if (cursor_take_word(c, "table"))
        return create_table(head);
    if (head->out->external)
        return cursor_expect_word(c, "table");
    return refuse_form(head, &token, "CREATE of anything but a table or a schema");
}

static bool take_if_exists(struct head *head)
{
    if (!cursor_take_word(&head->cursor, "if"))
        return true;
    head->out->if_exists = true;
    return cursor_expect_word(&head->cursor, "exists");
}

static bool drop(struct head *head)
{
    struct cursor *c = &head->cursor;
    struct token token = c->token;
    if (take_schema_word(c)) {
        head->out->kind = STATEMENT_DROP_SCHEMA;
        if (!take_if_exists(head) || !read_schema_name(head))
            return false;
        head->out->cascade = cursor_take_word(c, "cascade");
        if (!head->out->cascade)
            cursor_take_word(c, "restrict");
        return !c->failed;
    }
    if (!cursor_take_word(c, "table"))
        return refuse_form(head, &token, "DROP of anything but a table or a schema");
    head->out->kind = STATEMENT_DROP_TABLE;
    return take_if_exists(head) && read_table_name(head);
}

/* --- the whole ----------------------------------------------------------------------------- */

static const struct {
    const char *word;
    bool (*parse)(struct head *head);
} heads[] = {
    {"show", show},         {"describe", describe}, {"desc", describe},
    {"use", use},           {"set", set},           {"reset", reset},
    {"prepare", prepare},   {"execute", execute},   {"deallocate", deallocate},
    {"explain", explain},   {"start", start},       {"commit", commit},
    {"rollback", rollback}, {"create", create},     {"drop", drop},
};

/* Statements of the dialects that are not done here; what is in neither list is a syntax error. */
static const char *const refused[] = {
    "insert",  "update",   "delete",  "merge",   "alter",  "grant",  "revoke", "call", "analyze",
    "comment", "truncate", "refresh", "load",    "export", "import", "msck",   "deny", "repair",
    "lock",    "unlock",   "cache",   "uncache", "add",    "list",   "from",
};

static bool parse(struct head *head)
{
    struct cursor *c = &head->cursor;
    struct token first = c->token;
    static const char *const queries[] = {"select", "with", "values", "table"};
    if (cursor_at_symbol(c, "("))
        return query(head);
    for (size_t i = 0; i < COUNT_OF(queries); i++)
        if (cursor_at_word(c, queries[i]))
            return query(head);
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        if (cursor_take_word(c, heads[i].word))
            return heads[i].parse(head);
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        if (cursor_at_word(c, refused[i]))
            return cursor_fail(c, &first, ERR_UNSUPPORTED, "%.*s is not supported",
                               (int)first.text.size, (const char *)first.text.data);
    return cursor_unexpected(c, "'CREATE', 'DESC', 'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', "
                                "'PREPARE', 'RESET', 'SELECT', 'SET', 'SHOW', 'USE', 'VALUES', "
                                "'WITH', <query>");
}

bool statement_parse(struct span sql, enum trino_dialect dialect, struct statement *statement,
                     struct arena *arena, struct err *err)
{
    struct head head = {.out = statement, .dialect = dialect, .sql = sql};
    *statement = (struct statement){0};
    /* CREATE TABLE is Hive's in every dialect: the lecture's runs in both clients. */
    enum lexer_dialect lexer = dialect == TRINO_HIVE ? LEXER_HIVE : LEXER_TRINO;
    if (!cursor_init(&head.cursor, sql, lexer, arena, err))
        return false;
    struct token external = cursor_ahead(&head.cursor);
    if (cursor_at_word(&head.cursor, "create") &&
        (lexer_is_word(&external, "external") || lexer_is_word(&external, "table")) &&
        !cursor_init(&head.cursor, sql, LEXER_HIVE, arena, err))
        return false;
    return parse(&head) && cursor_expect_end(&head.cursor);
}

/* NOLINTEND(misc-no-recursion) */
