/* SPDX-License-Identifier: Apache-2.0 */
/* expression.c - recursive descent, a function per level of precedence.
 *
 * Recursion is bounded by the depth of brackets that is passed down, and the
 * height of what chains of operators build by the depth that each node has. */
#include "dialect/expression.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dialect/parser.h"

/* Recursion is bounded: TREE_DEPTH_MAX bounds what is passed down.
 * NOLINTBEGIN(misc-no-recursion) */

static bool is_spark(const struct cursor *c)
{
    return c->lexer.dialect == LEXER_SPARK;
}

bool expression_is_reserved(const struct cursor *cursor, const struct token *token)
{
    /* Trino's, less those that begin a special form of a value. */
    static const char *const words[] = {
        "alter",      "and",     "as",        "between",   "by",         "case",   "cast",
        "constraint", "create",  "cross",     "cube",      "deallocate", "delete", "describe",
        "distinct",   "drop",    "else",      "end",       "escape",     "except", "execute",
        "exists",     "extract", "for",       "from",      "full",       "group",  "having",
        "in",         "inner",   "insert",    "intersect", "into",       "is",     "join",
        "left",       "like",    "natural",   "not",       "on",         "or",     "order",
        "outer",      "prepare", "recursive", "right",     "rollup",     "select", "table",
        "then",       "uescape", "union",     "unnest",    "using",      "values", "when",
        "where",      "with",    "true",      "false",     "null",
    };
    /* Spark's default mode keeps few; these would end a name everywhere a job writes one. */
    static const char *const spark[] = {
        "and",   "as",         "between",   "by",      "case",        "cross",   "distinct",
        "else",  "end",        "except",    "from",    "full",        "group",   "having",
        "in",    "inner",      "intersect", "is",      "join",        "lateral", "left",
        "like",  "limit",      "minus",     "natural", "not",         "on",      "or",
        "order", "right",      "select",    "then",    "union",       "using",   "when",
        "where", "window",     "with",      "rlike",   "tablesample", "true",    "false",
        "null",  "distribute", "sort",      "cluster",
    };
    if (token->kind != TOKEN_WORD)
        return false;
    const char *const *list = is_spark(cursor) ? spark : words;
    size_t count = is_spark(cursor) ? COUNT_OF(spark) : COUNT_OF(words);
    for (size_t i = 0; i < count; i++)
        if (span_is_nocase(token->text, list[i]))
            return true;
    return false;
}

/* --- making nodes -------------------------------------------------------------------------- */

static struct tree *node(struct cursor *c, enum tree_kind kind, const struct token *at)
{
    struct tree *tree = c->failed ? NULL : ARENA_NEW(c->arena, struct tree, 1);
    if (tree == NULL) {
        cursor_no_memory(c);
        return NULL;
    }
    tree->kind = kind;
    tree->line = at->line;
    tree->column = at->column;
    tree->depth = 1;
    return tree;
}

/* The tree holds something of the depth `below`: a child, or a query. */
static bool hold(struct cursor *c, struct tree *tree, int below)
{
    struct token at = {.line = tree->line, .column = tree->column};
    if (below >= tree->depth)
        tree->depth = below + 1;
    return tree->depth <= TREE_DEPTH_MAX ||
           cursor_fail(c, &at, ERR_LIMIT, "an expression nested more than %d deep", TREE_DEPTH_MAX);
}

static bool hold_order(struct cursor *c, struct tree *call)
{
    for (const struct tree_order *order = call->order; order != NULL; order = order->next)
        if (!hold(c, call, order->value->depth))
            return false;
    return true;
}

static struct tree *with_query(struct cursor *c, struct tree *tree, int depth)
{
    if (tree == NULL)
        return NULL;
    tree->query = parser_nested_query(c, depth);
    return tree->query != NULL && hold(c, tree, tree->query->depth) ? tree : NULL;
}

/* Appends a child; NULL when either failed, or when the tree grows too high. */
static struct tree *with(struct cursor *c, struct tree *tree, struct tree *child)
{
    if (tree == NULL || child == NULL || c->failed)
        return NULL;
    if (tree->last == NULL)
        tree->first = child;
    else
        tree->last->next = child;
    for (; child != NULL; child = child->next) { /* a whole list may be added */
        tree->last = child;
        if (!hold(c, tree, child->depth))
            return NULL;
    }
    return tree;
}

static struct tree *unary(struct cursor *c, enum tree_op op, const struct token *at,
                          struct tree *child)
{
    struct tree *tree = node(c, TREE_UNARY, at);
    if (tree != NULL)
        tree->op = op;
    return with(c, tree, child);
}

static struct tree *binary(struct cursor *c, enum tree_op op, const struct token *op_at,
                           struct tree *left, struct tree *right)
{
    if (left == NULL || right == NULL)
        return NULL;
    struct token at = {.line = left->line, .column = left->column};
    struct tree *tree = node(c, TREE_BINARY, &at);
    if (tree != NULL) {
        tree->op = op;
        tree->op_line = op_at->line;
        tree->op_column = op_at->column;
    }
    return with(c, with(c, tree, left), right);
}

static struct tree *refuse(struct cursor *c, const struct token *at, const char *what)
{
    cursor_fail(c, at, ERR_UNSUPPORTED, "%s is not supported", what);
    return NULL;
}

struct tree *expression_list(struct cursor *cursor, int depth, size_t *count)
{
    struct tree *first = NULL;
    struct tree *last = NULL;
    size_t many = 0;
    do {
        struct tree *value = expression_parse(cursor, depth);
        if (value == NULL)
            return NULL;
        if (last == NULL)
            first = value;
        else
            last->next = value;
        last = value;
        many++;
    } while (cursor_take_symbol(cursor, ","));
    if (count != NULL)
        *count = many;
    return first;
}

/* --- types --------------------------------------------------------------------------------- */

static bool read_type_arguments(struct cursor *c, struct tree_type *type)
{
    if (!cursor_take_symbol(c, "("))
        return !c->failed;
    do {
        bool digits = c->token.kind == TOKEN_INTEGER && c->token.suffix == 0;
        if (!digits || c->token.text.size > 9 || type->argument_count == TREE_TYPE_ARGUMENTS_MAX) {
            refuse(c, &c->token, "this type");
            return false;
        }
        int64_t value = 0;
        (void)span_to_i64(c->token.text, &value);
        type->arguments[type->argument_count++] = (int)value;
        cursor_advance(c);
    } while (cursor_take_symbol(c, ","));
    return cursor_expect_symbol(c, ")");
}

static const struct tree_type *read_type(struct cursor *c)
{
    struct tree_type *type = ARENA_NEW(c->arena, struct tree_type, 1);
    if (type == NULL) {
        cursor_no_memory(c);
        return NULL;
    }
    type->line = c->token.line;
    type->column = c->token.column;
    type->name = cursor_expect_lower(c);
    if (type->name == NULL)
        return NULL;
    if (cursor_at_symbol(c, "<")) {
        refuse(c, &c->token, "a nested type");
        return NULL;
    }
    if (strcmp(type->name, "double") == 0)
        cursor_take_word(c, "precision");
    if (!read_type_arguments(c, type))
        return NULL;
    if (cursor_take_words(c, "with", "time")) {
        type->with_time_zone = true;
        if (!cursor_expect_word(c, "zone"))
            return NULL;
    } else if (cursor_take_words(c, "without", "time") && !cursor_expect_word(c, "zone")) {
        return NULL;
    }
    return c->failed ? NULL : type;
}

/* --- primaries ----------------------------------------------------------------------------- */

static struct tree *literal(struct cursor *c, enum tree_kind kind)
{
    struct tree *tree = node(c, kind, &c->token);
    if (tree == NULL)
        return NULL;
    tree->text = c->token.text;
    tree->suffix = c->token.suffix;
    cursor_advance(c);
    return tree;
}

static struct tree *text_literal(struct cursor *c)
{
    struct tree *tree = node(c, TREE_TEXT, &c->token);
    const char *text = tree == NULL ? NULL : cursor_expect_text(c);
    if (text == NULL)
        return NULL;
    tree->text = span_of(text);
    return tree;
}

static struct tree *cast(struct cursor *c, bool try, int depth)
{
    struct tree *tree = node(c, TREE_CAST, &c->token);
    cursor_advance(c);
    if (tree == NULL || !cursor_expect_symbol(c, "("))
        return NULL;
    tree->negated = try;
    tree = with(c, tree, expression_parse(c, depth + 1));
    if (tree == NULL || !cursor_expect_word(c, "as"))
        return NULL;
    tree->type = read_type(c);
    return tree->type != NULL && cursor_expect_symbol(c, ")") ? tree : NULL;
}

static struct tree *case_of(struct cursor *c, int depth)
{
    struct tree *tree = node(c, TREE_CASE, &c->token);
    cursor_advance(c);
    if (tree != NULL && !cursor_at_word(c, "when")) {
        tree->has_operand = true;
        tree = with(c, tree, expression_parse(c, depth + 1));
    }
    if (tree != NULL && !cursor_at_word(c, "when"))
        return cursor_expect_word(c, "when") ? tree : NULL;
    while (tree != NULL && cursor_take_word(c, "when")) {
        tree = with(c, tree, expression_parse(c, depth + 1));
        if (tree == NULL || !cursor_expect_word(c, "then"))
            return NULL;
        tree = with(c, tree, expression_parse(c, depth + 1));
    }
    if (tree != NULL && cursor_take_word(c, "else")) {
        tree->has_else = true;
        tree = with(c, tree, expression_parse(c, depth + 1));
    }
    return tree != NULL && cursor_expect_word(c, "end") ? tree : NULL;
}

static struct tree *interval(struct cursor *c)
{
    struct tree *tree = node(c, TREE_INTERVAL, &c->token);
    cursor_advance(c);
    bool minus = cursor_take_symbol(c, "-");
    if (!minus)
        cursor_take_symbol(c, "+");
    const char *text = tree == NULL ? NULL : cursor_expect_text(c);
    if (text == NULL || !cursor_expect_name(c, &tree->name))
        return NULL;
    tree->negated = minus;
    tree->text = span_of(text);
    if (cursor_at_word(c, "to"))
        return refuse(c, &c->token, "an interval of two units");
    return tree;
}

static bool after_call(struct cursor *c, struct tree *tree, int depth)
{
    struct token at = c->token;
    struct token ahead = cursor_ahead(c);
    if (cursor_at_word(c, "filter") && lexer_is_symbol(&ahead, "(")) {
        cursor_advance(c);
        cursor_advance(c);
        if (!cursor_expect_word(c, "where"))
            return false;
        tree->filter = expression_parse(c, depth + 1);
        if (tree->filter == NULL || !hold(c, tree, tree->filter->depth) ||
            !cursor_expect_symbol(c, ")"))
            return false;
    }
    static const char *const windows[] = {"over", "within", "ignore", "respect"};
    for (size_t i = 0; i < COUNT_OF(windows); i++) {
        at = c->token;
        if (cursor_at_word(c, windows[i])) {
            refuse(c, &at, i == 0 ? "a window function (OVER)" : "this clause of an aggregate");
            return false;
        }
    }
    return !c->failed;
}

static struct tree *call(struct cursor *c, struct span name, const struct token *at, int depth)
{
    struct tree *tree = node(c, TREE_CALL, at);
    if (tree == NULL || !cursor_expect_symbol(c, "("))
        return NULL;
    tree->name = name;
    if (cursor_take_symbol(c, "*")) {
        tree->star = true;
    } else if (!cursor_at_symbol(c, ")")) {
        tree->distinct = cursor_take_word(c, "distinct");
        if (!tree->distinct)
            cursor_take_word(c, "all");
        tree = with(c, tree, expression_list(c, depth + 1, NULL));
        if (tree == NULL)
            return NULL;
        if (cursor_take_words(c, "order", "by")) {
            tree->order = parser_order(c, depth + 1);
            if (tree->order == NULL || !hold_order(c, tree))
                return NULL;
        }
    }
    if (cursor_at_symbol(c, "->"))
        return refuse(c, &c->token, "a lambda");
    return cursor_expect_symbol(c, ")") && after_call(c, tree, depth) ? tree : NULL;
}

/* extract(unit from x): a call whose first argument is the unit's name */
static struct tree *extract(struct cursor *c, int depth)
{
    struct tree *tree = node(c, TREE_CALL, &c->token);
    cursor_advance(c);
    if (tree == NULL || !cursor_expect_symbol(c, "("))
        return NULL;
    tree->name = span_of("extract");
    struct tree *unit = node(c, TREE_TEXT, &c->token);
    if (unit == NULL || !cursor_expect_name(c, &unit->text) || !cursor_expect_word(c, "from"))
        return NULL;
    tree = with(c, with(c, tree, unit), expression_parse(c, depth + 1));
    return tree != NULL && cursor_expect_symbol(c, ")") ? tree : NULL;
}

/* substring(x from a [for b]); position(a in b) */
static struct tree *worded_call(struct cursor *c, bool position, int depth)
{
    struct token at = c->token;
    struct tree *tree = node(c, TREE_CALL, &at);
    cursor_advance(c);
    if (tree == NULL || !cursor_expect_symbol(c, "("))
        return NULL;
    tree->name = is_spark(c) ? at.text : span_of(position ? "strpos" : "substr");
    /* The needle stands below IN's level of precedence, in brackets if it is more. */
    struct tree *first =
        position && c->token.kind == TOKEN_TEXT ? text_literal(c) : expression_parse(c, depth + 1);
    if (first == NULL)
        return NULL;
    if (position) {
        if (!cursor_expect_word(c, "in"))
            return NULL;
        tree = with(c, with(c, tree, expression_parse(c, depth + 1)), first);
    } else if (cursor_take_word(c, "from")) {
        tree = with(c, with(c, tree, first), expression_parse(c, depth + 1));
        if (tree != NULL && cursor_take_word(c, "for"))
            tree = with(c, tree, expression_parse(c, depth + 1));
    } else {
        tree = with(c, tree, first);
        while (tree != NULL && cursor_take_symbol(c, ","))
            tree = with(c, tree, expression_parse(c, depth + 1));
    }
    return tree != NULL && cursor_expect_symbol(c, ")") ? tree : NULL;
}

/* trim([leading|trailing|both] [characters] [from] x) */
static struct tree *trim(struct cursor *c, int depth)
{
    struct tree *tree = node(c, TREE_CALL, &c->token);
    cursor_advance(c);
    if (tree == NULL || !cursor_expect_symbol(c, "("))
        return NULL;
    tree->name = span_of("trim");
    if (cursor_take_word(c, "leading"))
        tree->name = span_of(is_spark(c) ? "trim" : "ltrim");
    else if (cursor_take_word(c, "trailing"))
        tree->name = span_of(is_spark(c) ? "trim" : "rtrim");
    else
        cursor_take_word(c, "both");
    struct tree *characters = NULL;
    if (!cursor_take_word(c, "from")) {
        struct tree *first = expression_parse(c, depth + 1);
        if (cursor_take_word(c, "from"))
            characters = first;
        else
            tree = with(c, tree, first);
        if (tree != NULL && tree->first != NULL && cursor_take_symbol(c, ","))
            tree = with(c, tree, expression_parse(c, depth + 1));
        if (tree != NULL && tree->first != NULL)
            return cursor_expect_symbol(c, ")") ? tree : NULL;
    }
    tree = with(c, tree, expression_parse(c, depth + 1));
    if (tree != NULL && characters != NULL)
        tree = with(c, tree, characters);
    return tree != NULL && cursor_expect_symbol(c, ")") ? tree : NULL;
}

static struct tree *brackets(struct cursor *c, int depth)
{
    struct token at = c->token;
    cursor_advance(c);
    if (parser_at_query(c)) {
        struct tree *tree = with_query(c, node(c, TREE_QUERY, &at), depth + 1);
        return tree != NULL && cursor_expect_symbol(c, ")") ? tree : NULL;
    }
    struct tree *first = expression_parse(c, depth + 1);
    if (first != NULL && cursor_at_symbol(c, ",")) {
        struct tree *row = with(c, node(c, TREE_ROW, &at), first);
        while (row != NULL && cursor_take_symbol(c, ","))
            row = with(c, row, expression_parse(c, depth + 1));
        first = row;
    }
    if (first == NULL || !cursor_expect_symbol(c, ")"))
        return NULL;
    return cursor_at_symbol(c, "->") ? refuse(c, &c->token, "a lambda") : first;
}

/* ROW(a, b) and ARRAY[a, b] */
static struct tree *collection(struct cursor *c, enum tree_kind kind, const char *close, int depth)
{
    struct tree *tree = node(c, kind, &c->token);
    cursor_advance(c);
    cursor_advance(c);
    if (tree != NULL && !cursor_at_symbol(c, close))
        tree = with(c, tree, expression_list(c, depth + 1, NULL));
    return tree != NULL && cursor_expect_symbol(c, close) ? tree : NULL;
}

/* date '...', timestamp '...', bigint '...' */
static struct tree *typed_literal(struct cursor *c)
{
    struct tree *tree = node(c, TREE_LITERAL, &c->token);
    const struct tree_type *type = tree == NULL ? NULL : read_type(c);
    const char *text = type == NULL ? NULL : cursor_expect_text(c);
    if (text == NULL)
        return NULL;
    tree->type = type;
    tree->text = span_of(text);
    return tree;
}

/* A word that is no name: NULL and *special false when it is one. */
static struct tree *special(struct cursor *c, int depth, bool *special)
{
    struct token ahead = cursor_ahead(c);
    bool open = lexer_is_symbol(&ahead, "(");
    *special = true;
    if (cursor_at_word(c, "null"))
        return literal(c, TREE_NULL);
    if (cursor_at_word(c, "true") || cursor_at_word(c, "false"))
        return literal(c, TREE_BOOLEAN);
    if (cursor_at_word(c, "case"))
        return case_of(c, depth);
    if (open && (cursor_at_word(c, "cast") || cursor_at_word(c, "try_cast")))
        return cast(c, cursor_at_word(c, "try_cast"), depth);
    if (open && cursor_at_word(c, "extract"))
        return extract(c, depth);
    if (open && (cursor_at_word(c, "substring") || cursor_at_word(c, "position")))
        return worded_call(c, cursor_at_word(c, "position"), depth);
    if (open && cursor_at_word(c, "trim"))
        return trim(c, depth);
    if (open && cursor_at_word(c, "row"))
        return collection(c, TREE_ROW, ")", depth);
    if (cursor_at_word(c, "array") && lexer_is_symbol(&ahead, "["))
        return collection(c, TREE_ARRAY, "]", depth);
    if (cursor_at_word(c, "interval") &&
        (ahead.kind == TOKEN_TEXT || lexer_is_symbol(&ahead, "-") || lexer_is_symbol(&ahead, "+")))
        return interval(c);
    if (ahead.kind == TOKEN_TEXT && !expression_is_reserved(c, &c->token))
        return typed_literal(c);
    if (open && cursor_at_word(c, "exists")) {
        struct tree *tree = node(c, TREE_EXISTS, &c->token);
        cursor_advance(c);
        cursor_advance(c);
        tree = with_query(c, tree, depth + 1);
        return tree != NULL && cursor_expect_symbol(c, ")") ? tree : NULL;
    }
    *special = false;
    return NULL;
}

static struct tree *name_or_call(struct cursor *c, int depth)
{
    struct token at = c->token;
    struct span name;
    if (expression_is_reserved(c, &at) || !cursor_expect_name(c, &name)) {
        cursor_unexpected(c, "<expression>");
        return NULL;
    }
    if (cursor_at_symbol(c, "("))
        return call(c, name, &at, depth);
    if (cursor_at_symbol(c, "->"))
        return refuse(c, &c->token, "a lambda");
    struct tree *tree = node(c, TREE_NAME, &at);
    if (tree == NULL)
        return NULL;
    tree->name = name;
    tree->quoted = at.kind == TOKEN_QUOTED;
    return tree;
}

static struct tree *primary(struct cursor *c, int depth)
{
    bool is_special = false;
    if (depth > TREE_DEPTH_MAX) {
        cursor_fail(c, &c->token, ERR_LIMIT, "brackets nested more than %d deep", TREE_DEPTH_MAX);
        return NULL;
    }
    switch (c->token.kind) {
    case TOKEN_INTEGER:
        return literal(c, TREE_INTEGER);
    case TOKEN_DECIMAL:
        return literal(c, TREE_DECIMAL);
    case TOKEN_DOUBLE:
        return literal(c, TREE_DOUBLE);
    case TOKEN_BYTES:
        return literal(c, TREE_BYTES);
    case TOKEN_TEXT:
        return text_literal(c);
    case TOKEN_QUOTED:
        return name_or_call(c, depth);
    case TOKEN_WORD: {
        struct tree *tree = special(c, depth, &is_special);
        return is_special ? tree : name_or_call(c, depth);
    }
    case TOKEN_SYMBOL:
        if (cursor_at_symbol(c, "("))
            return brackets(c, depth);
        if (cursor_at_symbol(c, "?"))
            return literal(c, TREE_PARAMETER);
        break;
    case TOKEN_END:
        break;
    }
    cursor_unexpected(c, "<expression>");
    return NULL;
}

/* .field, [subscript], AT TIME ZONE */
static struct tree *postfix(struct cursor *c, int depth)
{
    struct tree *tree = primary(c, depth);
    while (tree != NULL) {
        struct token at = {.line = tree->line, .column = tree->column};
        struct token ahead = cursor_ahead(c);
        if (cursor_at_symbol(c, ".") && !lexer_is_symbol(&ahead, "*")) {
            cursor_advance(c);
            struct tree *field = node(c, TREE_FIELD, &at);
            if (field == NULL || !cursor_expect_name(c, &field->name))
                return NULL;
            tree = with(c, field, tree);
        } else if (cursor_take_symbol(c, "[")) {
            tree = with(c, node(c, TREE_SUBSCRIPT, &at), tree);
            tree = with(c, tree, expression_parse(c, depth + 1));
            if (tree == NULL || !cursor_expect_symbol(c, "]"))
                return NULL;
        } else if (cursor_at_symbol(c, "::")) {
            cursor_unexpected(c, "<expression>");
            return NULL;
        } else if (cursor_at_word(c, "at") && lexer_is_word(&ahead, "time")) {
            return refuse(c, &c->token, "AT TIME ZONE");
        } else {
            break;
        }
    }
    return c->failed ? NULL : tree;
}

/* --- operators ----------------------------------------------------------------------------- */

static struct tree *sign(struct cursor *c, int depth)
{
    struct token at = c->token;
    if (depth > TREE_DEPTH_MAX) {
        cursor_fail(c, &at, ERR_LIMIT, "signs nested more than %d deep", TREE_DEPTH_MAX);
        return NULL;
    }
    if (cursor_take_symbol(c, "-"))
        return unary(c, OP_MINUS, &at, sign(c, depth + 1));
    if (cursor_take_symbol(c, "+"))
        return unary(c, OP_PLUS, &at, sign(c, depth + 1));
    if (cursor_at_symbol(c, "~"))
        return refuse(c, &at, "the operator ~");
    return postfix(c, depth);
}

struct level {
    const char *symbol;
    enum tree_op op;
};

static enum tree_op take_operator(struct cursor *c, const struct level *levels, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cursor_take_symbol(c, levels[i].symbol))
            return levels[i].op;
    return OP_NONE;
}

static struct tree *product(struct cursor *c, int depth)
{
    static const struct level levels[] = {{"*", OP_MULTIPLY}, {"/", OP_DIVIDE}, {"%", OP_MODULUS}};
    struct tree *left = sign(c, depth);
    while (left != NULL) {
        struct token at = c->token;
        enum tree_op op = take_operator(c, levels, COUNT_OF(levels));
        if (op == OP_NONE && is_spark(c) && cursor_take_word(c, "div"))
            op = OP_WHOLE_DIVIDE;
        if (op == OP_NONE)
            break;
        left = binary(c, op, &at, left, sign(c, depth));
    }
    return left;
}

static struct tree *sum(struct cursor *c, int depth)
{
    static const struct level levels[] = {{"+", OP_ADD}, {"-", OP_SUBTRACT}, {"||", OP_CONCAT}};
    size_t count = is_spark(c) ? 3 : 2; /* there || binds as + does */
    struct tree *left = product(c, depth);
    while (left != NULL) {
        struct token at = c->token;
        enum tree_op op = take_operator(c, levels, count);
        if (op == OP_NONE)
            break;
        left = binary(c, op, &at, left, product(c, depth));
    }
    return left;
}

static struct tree *value(struct cursor *c, int depth)
{
    struct tree *left = sum(c, depth);
    struct token at = c->token;
    while (left != NULL && cursor_take_symbol(c, "||")) {
        left = binary(c, OP_CONCAT, &at, left, sum(c, depth));
        at = c->token;
    }
    static const char *const bits[] = {"&", "|", "^"};
    for (size_t i = 0; i < COUNT_OF(bits); i++)
        if (cursor_at_symbol(c, bits[i]))
            return refuse(c, &c->token, "an operator on bits");
    return left;
}

static enum tree_op take_comparison(struct cursor *c)
{
    static const struct level levels[] = {
        {"=", OP_EQUAL},          {"<>", OP_NOT_EQUAL},  {"!=", OP_NOT_EQUAL},
        {"<", OP_LESS},           {"<=", OP_LESS_EQUAL}, {">", OP_GREATER},
        {">=", OP_GREATER_EQUAL}, {"==", OP_EQUAL},      {"<=>", OP_SAME},
    };
    return take_operator(c, levels, is_spark(c) ? COUNT_OF(levels) : COUNT_OF(levels) - 2);
}

static struct tree *comparison(struct cursor *c, struct tree *left, int depth, bool *found)
{
    struct token at = c->token;
    enum tree_op op = take_comparison(c);
    *found = op != OP_NONE;
    if (!*found)
        return left;
    static const char *const quantified[] = {"all", "any", "some"};
    struct token ahead = cursor_ahead(c);
    for (size_t i = 0; i < COUNT_OF(quantified); i++)
        if (cursor_at_word(c, quantified[i]) && lexer_is_symbol(&ahead, "("))
            return refuse(c, &c->token, "a comparison with ALL or ANY");
    return binary(c, op, &at, left, value(c, depth));
}

static struct tree *in(struct cursor *c, struct tree *tree, int depth)
{
    struct token at = c->token;
    size_t count = 0;
    if (tree == NULL || !cursor_expect_symbol(c, "("))
        return NULL;
    if (parser_at_query(c))
        tree = with_query(c, tree, depth + 1);
    else
        tree = with(c, tree, expression_list(c, depth + 1, &count));
    return tree != NULL &&
                   cursor_count(c, &at, &c->listed_count, count, TREE_LISTED_MAX,
                                "values after IN") &&
                   cursor_expect_symbol(c, ")")
               ? tree
               : NULL;
}

static struct tree *is(struct cursor *c, struct tree *left, const struct token *at, int depth)
{
    bool negated = cursor_take_word(c, "not");
    if (cursor_take_word(c, "null")) {
        struct tree *tree = node(c, TREE_IS_NULL, at);
        if (tree != NULL)
            tree->negated = negated;
        return with(c, tree, left);
    }
    if (cursor_take_words(c, "distinct", "from"))
        return binary(c, negated ? OP_SAME : OP_NOT_SAME, at, left, value(c, depth));
    if (cursor_at_word(c, "true") || cursor_at_word(c, "false") || cursor_at_word(c, "unknown"))
        return refuse(c, &c->token, "IS TRUE, IS FALSE or IS UNKNOWN");
    cursor_unexpected(c, "'DISTINCT', 'NULL'");
    return NULL;
}

static struct tree *like(struct cursor *c, struct tree *tree, int depth)
{
    static const char *const quantified[] = {"all", "any", "some"};
    struct token ahead = cursor_ahead(c);
    for (size_t i = 0; i < COUNT_OF(quantified); i++)
        if (cursor_at_word(c, quantified[i]) && lexer_is_symbol(&ahead, "("))
            return refuse(c, &c->token, "LIKE ALL or LIKE ANY");
    tree = with(c, tree, value(c, depth));
    if (tree != NULL && cursor_take_word(c, "escape"))
        tree = with(c, tree, value(c, depth));
    return tree;
}

/* IS, IN, BETWEEN, LIKE after a value; *found false when there is none. */
static struct tree *predicate(struct cursor *c, struct tree *left, int depth, bool *found)
{
    struct token at = {.line = left->line, .column = left->column};
    *found = true;
    if (cursor_take_word(c, "is"))
        return is(c, left, &at, depth);
    struct token ahead = cursor_ahead(c);
    static const char *const after_not[] = {"in", "between", "like"};
    bool negated = false;
    for (size_t i = 0; i < COUNT_OF(after_not); i++)
        negated = negated || lexer_is_word(&ahead, after_not[i]);
    negated = negated && cursor_take_word(c, "not");

    enum tree_kind kind = cursor_at_word(c, "in")        ? TREE_IN
                          : cursor_at_word(c, "between") ? TREE_BETWEEN
                          : cursor_at_word(c, "like")    ? TREE_LIKE
                                                         : TREE_NULL;
    if (cursor_at_word(c, "rlike") || cursor_at_word(c, "regexp") || cursor_at_word(c, "ilike"))
        return refuse(c, &c->token, "this kind of match");
    *found = kind != TREE_NULL;
    if (!*found)
        return left;
    cursor_advance(c);
    struct tree *tree = node(c, kind, &at);
    if (tree != NULL)
        tree->negated = negated;
    tree = with(c, tree, left);
    if (kind == TREE_IN)
        return in(c, tree, depth);
    if (kind == TREE_LIKE)
        return like(c, tree, depth);
    tree = with(c, tree, value(c, depth));
    return tree != NULL && cursor_expect_word(c, "and") ? with(c, tree, value(c, depth)) : NULL;
}

static struct tree *condition(struct cursor *c, int depth)
{
    struct tree *tree = value(c, depth);
    bool found = tree != NULL;
    if (is_spark(c)) { /* comparisons chain, and a predicate takes what they give */
        while (found && tree != NULL)
            tree = comparison(c, tree, depth, &found);
        found = tree != NULL;
        return found ? predicate(c, tree, depth, &found) : NULL;
    }
    if (found)
        tree = comparison(c, tree, depth, &found);
    return tree == NULL || found ? tree : predicate(c, tree, depth, &found);
}

static struct tree *negation(struct cursor *c, int depth)
{
    struct token at = c->token;
    if (depth > TREE_DEPTH_MAX) {
        cursor_fail(c, &at, ERR_LIMIT, "NOT nested more than %d deep", TREE_DEPTH_MAX);
        return NULL;
    }
    if (cursor_take_word(c, "not") || (is_spark(c) && cursor_take_symbol(c, "!")))
        return unary(c, OP_NOT, &at, negation(c, depth + 1));
    return condition(c, depth);
}

/* a AND b AND c is one node of three: a long chain is not a deep tree. */
static struct tree *chain(struct cursor *c, int depth, enum tree_op op, const char *word,
                          struct tree *(*operand)(struct cursor *c, int depth))
{
    struct tree *left = operand(c, depth);
    if (left == NULL || !cursor_at_word(c, word))
        return left;
    struct token at = {.line = left->line, .column = left->column};
    struct tree *tree = node(c, TREE_BINARY, &at);
    if (tree != NULL)
        tree->op = op;
    tree = with(c, tree, left);
    while (tree != NULL && cursor_take_word(c, word))
        tree = with(c, tree, operand(c, depth));
    return tree;
}

static struct tree *conjunction(struct cursor *c, int depth)
{
    return chain(c, depth, OP_AND, "and", negation);
}

struct tree *expression_parse(struct cursor *cursor, int depth)
{
    if (cursor->failed)
        return NULL;
    struct tree *tree = chain(cursor, depth, OP_OR, "or", conjunction);
    return cursor->failed ? NULL : tree;
}

/* NOLINTEND(misc-no-recursion) */
