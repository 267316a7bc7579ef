/* SPDX-License-Identifier: Apache-2.0 */
/* parser.c - WITH, SELECT, FROM and set operations around the values of expression.c. */
#include "dialect/parser.h"

#include <string.h>

#include "base/mem.h"
#include "dialect/expression.h"

/* Recursion is bounded: TREE_DEPTH_MAX bounds what is passed down.
 * NOLINTBEGIN(misc-no-recursion) */

static void *make(struct cursor *c, size_t size)
{
    void *made = c->failed ? NULL : arena_new(c->arena, 1, size, _Alignof(max_align_t));
    if (made == NULL)
        cursor_no_memory(c);
    return made;
}

static bool refuse_clause(struct cursor *c, const struct token *at, const char *what)
{
    return cursor_fail(c, at, ERR_UNSUPPORTED, "%s is not supported", what);
}

static bool too_deep(struct cursor *c, int depth)
{
    if (depth <= TREE_DEPTH_MAX)
        return false;
    cursor_fail(c, &c->token, ERR_LIMIT, "a query nested more than %d deep", TREE_DEPTH_MAX);
    return true;
}

/* What holds something of the depth `below` is one deeper. */
static bool contain(struct cursor *c, int *depth, int below)
{
    if (below >= *depth)
        *depth = below + 1;
    return !too_deep(c, *depth);
}

static bool contain_values(struct cursor *c, int *depth, const struct tree *first)
{
    for (const struct tree *value = first; value != NULL; value = value->next)
        if (!contain(c, depth, value->depth))
            return false;
    return true;
}

static bool contain_order(struct cursor *c, int *depth, const struct tree_order *order)
{
    for (; order != NULL; order = order->next)
        if (!contain(c, depth, order->value->depth))
            return false;
    return true;
}

bool parser_at_query(const struct cursor *cursor)
{
    struct token ahead = cursor_ahead(cursor);
    /* A name may be `with` or `values` nowhere; `table` only begins TABLE t. */
    return cursor_at_word(cursor, "select") || cursor_at_word(cursor, "with") ||
           (cursor_at_word(cursor, "values") && !lexer_is_symbol(&ahead, ")")) ||
           (cursor_at_word(cursor, "table") &&
            (ahead.kind == TOKEN_WORD || ahead.kind == TOKEN_QUOTED));
}

/* --- lists --------------------------------------------------------------------------------- */

static bool read_names(struct cursor *c, struct tree_name **names)
{
    struct tree_name **end = names;
    if (!cursor_expect_symbol(c, "("))
        return false;
    do {
        struct tree_name *name = make(c, sizeof(*name));
        if (name == NULL)
            return false;
        name->line = c->token.line;
        name->column = c->token.column;
        if (!cursor_expect_name(c, &name->name))
            return false;
        *end = name;
        end = &name->next;
    } while (cursor_take_symbol(c, ","));
    return cursor_expect_symbol(c, ")");
}

struct tree_order *parser_order(struct cursor *cursor, int depth)
{
    struct tree_order *first = NULL;
    struct tree_order **end = &first;
    do {
        struct tree_order *order = make(cursor, sizeof(*order));
        if (order == NULL)
            return NULL;
        order->value = expression_parse(cursor, depth);
        if (order->value == NULL)
            return NULL;
        order->descending = cursor_take_word(cursor, "desc");
        if (!order->descending)
            cursor_take_word(cursor, "asc");
        if (cursor_take_words(cursor, "nulls", "first"))
            order->nulls = NULLS_FIRST;
        else if (cursor_take_words(cursor, "nulls", "last"))
            order->nulls = NULLS_LAST;
        *end = order;
        end = &order->next;
    } while (cursor_take_symbol(cursor, ","));
    return cursor->failed ? NULL : first;
}

/* [AS] name: an alias, or size 0.  Without AS some words only go on with the query. */
static bool read_alias(struct cursor *c, struct span *alias)
{
    static const char *const goes_on[] = {"limit", "offset", "fetch",     "window",  "tablesample",
                                          "union", "except", "intersect", "lateral", "pivot"};
    if (cursor_take_word(c, "as"))
        return expression_is_reserved(c, &c->token) && c->lexer.dialect != LEXER_SPARK
                   ? cursor_unexpected(c, "<identifier>")
                   : cursor_expect_name(c, alias);
    if (c->token.kind != TOKEN_QUOTED &&
        (c->token.kind != TOKEN_WORD || expression_is_reserved(c, &c->token)))
        return !c->failed;
    for (size_t i = 0; i < COUNT_OF(goes_on); i++)
        if (cursor_at_word(c, goes_on[i]))
            return !c->failed;
    return cursor_expect_name(c, alias);
}

/* --- SELECT's items ------------------------------------------------------------------------ */

/* * or name.*; NULL without failing when it is a value */
static struct tree *read_star(struct cursor *c)
{
    struct tree *star = NULL;
    struct token at = c->token;
    struct err ignored = {0};
    struct cursor ahead = *c;
    ahead.err = &ignored;
    bool named = false;
    if (!cursor_at_symbol(c, "*")) {
        /* Looks ahead in a copy: name . * */
        if (c->token.kind != TOKEN_WORD && c->token.kind != TOKEN_QUOTED)
            return NULL;
        cursor_advance(&ahead);
        if (!cursor_take_symbol(&ahead, ".") || !cursor_at_symbol(&ahead, "*"))
            return NULL;
        named = true;
    }
    star = make(c, sizeof(*star));
    if (star == NULL)
        return NULL;
    *star = (struct tree){.kind = TREE_STAR, .line = at.line, .column = at.column, .depth = 1};
    if (named && (!cursor_expect_name(c, &star->name) || !cursor_expect_symbol(c, ".")))
        return NULL;
    cursor_advance(c);
    return star;
}

static bool read_items(struct cursor *c, struct tree_item **items, int depth)
{
    struct tree_item **end = items;
    do {
        struct tree_item *item = make(c, sizeof(*item));
        if (item == NULL)
            return false;
        item->value = read_star(c);
        if (item->value != NULL) {
            if (cursor_at_word(c, "except") || cursor_at_word(c, "as"))
                return c->lexer.dialect == LEXER_SPARK && !cursor_at_word(c, "as")
                           ? refuse_clause(c, &c->token, "* EXCEPT")
                           : cursor_unexpected(c, "',', 'FROM', <EOF>");
        } else {
            item->value = c->failed ? NULL : expression_parse(c, depth);
            if (item->value == NULL || !read_alias(c, &item->alias))
                return false;
        }
        *end = item;
        end = &item->next;
    } while (cursor_take_symbol(c, ","));
    return !c->failed;
}

/* --- FROM ---------------------------------------------------------------------------------- */

static struct tree_relation *read_relations(struct cursor *c, int depth);

static struct tree_relation *make_relation(struct cursor *c, enum tree_relation_kind kind)
{
    struct tree_relation *relation = make(c, sizeof(*relation));
    if (relation == NULL)
        return NULL;
    relation->kind = kind;
    relation->line = c->token.line;
    relation->column = c->token.column;
    relation->depth = 1;
    return relation;
}

static struct tree_relation *read_table(struct cursor *c)
{
    struct tree_relation *relation = make_relation(c, RELATION_TABLE);
    if (relation == NULL)
        return NULL;
    if (expression_is_reserved(c, &c->token)) {
        cursor_unexpected(c, "<identifier>");
        return NULL;
    }
    do {
        if (relation->part_count == COUNT_OF(relation->parts)) {
            cursor_fail(c, &c->token, ERR_MALFORMED, "Too many parts in a table's name");
            return NULL;
        }
        if (!cursor_expect_name(c, &relation->parts[relation->part_count++]))
            return NULL;
    } while (cursor_take_symbol(c, "."));
    if (cursor_at_symbol(c, "(")) {
        refuse_clause(c, &c->token, "a table function");
        return NULL;
    }
    return relation;
}

/* In brackets: a query, or relations. */
static struct tree_relation *read_brackets(struct cursor *c, int depth)
{
    struct cursor ahead = *c;
    struct err ignored = {0};
    ahead.err = &ignored;
    int open = depth;
    do
        cursor_advance(&ahead);
    while (cursor_at_symbol(&ahead, "(") && ++open <= TREE_DEPTH_MAX); /* each level looks again */
    bool is_query = parser_at_query(&ahead);
    if (is_query) {
        /* ((select ...) union ...) is a query; ((select ...) a join b) is not, and is rarer */
        struct tree_relation *relation = make_relation(c, RELATION_QUERY);
        cursor_advance(c);
        if (relation == NULL)
            return NULL;
        relation->query = parser_nested_query(c, depth + 1);
        return relation->query != NULL && contain(c, &relation->depth, relation->query->depth) &&
                       cursor_expect_symbol(c, ")")
                   ? relation
                   : NULL;
    }
    cursor_advance(c);
    struct tree_relation *inner = read_relations(c, depth + 1);
    return inner != NULL && cursor_expect_symbol(c, ")") ? inner : NULL;
}

static struct tree_relation *read_relation(struct cursor *c, int depth)
{
    static const char *const refused[] = {"unnest", "lateral", "json_table", "match_recognize"};
    if (too_deep(c, depth))
        return NULL;
    struct token next = cursor_ahead(c);
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        if (cursor_at_word(c, refused[i]) && (i == 1 || lexer_is_symbol(&next, "("))) {
            refuse_clause(c, &c->token, refused[i]);
            return NULL;
        }
    }
    struct tree_relation *relation =
        cursor_at_symbol(c, "(") ? read_brackets(c, depth) : read_table(c);
    if (relation == NULL || !read_alias(c, &relation->alias))
        return NULL;
    if (relation->alias.size > 0 && relation->kind == RELATION_JOIN) {
        cursor_unexpected(c, "<EOF>");
        return NULL;
    }
    if (relation->alias.size > 0 && cursor_at_symbol(c, "(") &&
        !read_names(c, &relation->column_aliases))
        return NULL;
    if (cursor_at_word(c, "tablesample")) {
        refuse_clause(c, &c->token, "TABLESAMPLE");
        return NULL;
    }
    return c->failed ? NULL : relation;
}

/* JOIN and what may stand before it; false: no join follows, or the cursor failed. */
static bool take_join(struct cursor *c, enum tree_join *join)
{
    static const struct {
        const char *word;
        enum tree_join join;
    } sided[] = {{"left", JOIN_LEFT}, {"right", JOIN_RIGHT}, {"full", JOIN_FULL}};
    *join = JOIN_INNER;
    if (cursor_at_word(c, "natural") || cursor_at_word(c, "semi") || cursor_at_word(c, "anti"))
        return refuse_clause(c, &c->token, "a natural, semi or anti join");
    if (cursor_take_word(c, "cross")) {
        *join = JOIN_CROSS;
        return cursor_expect_word(c, "join");
    }
    if (cursor_take_word(c, "inner"))
        return cursor_expect_word(c, "join");
    for (size_t i = 0; i < COUNT_OF(sided); i++) {
        if (cursor_take_word(c, sided[i].word)) {
            *join = sided[i].join;
            cursor_take_word(c, "outer");
            return cursor_expect_word(c, "join");
        }
    }
    return cursor_take_word(c, "join");
}

static struct tree_relation *joined(struct cursor *c, struct tree_relation *left,
                                    struct tree_relation *right, enum tree_join join)
{
    if (left == NULL || right == NULL ||
        !cursor_count(c, &c->token, &c->join_count, 1, TREE_JOINS_MAX, "joins"))
        return NULL;
    struct tree_relation *relation = make_relation(c, RELATION_JOIN);
    if (relation == NULL)
        return NULL;
    relation->line = left->line;
    relation->column = left->column;
    relation->join = join;
    relation->left = left;
    relation->right = right;
    return contain(c, &relation->depth, left->depth) && contain(c, &relation->depth, right->depth)
               ? relation
               : NULL;
}

static struct tree_relation *read_joins(struct cursor *c, int depth)
{
    struct tree_relation *left = read_relation(c, depth);
    enum tree_join join;
    while (left != NULL && take_join(c, &join)) {
        left = joined(c, left, read_relation(c, depth), join);
        if (left == NULL || join == JOIN_CROSS)
            continue;
        if (cursor_take_word(c, "using")) {
            if (!read_names(c, &left->using))
                return NULL;
        } else {
            if (!cursor_expect_word(c, "on"))
                return NULL;
            left->on = expression_parse(c, depth + 1);
            if (left->on == NULL || !contain_values(c, &left->depth, left->on))
                return NULL;
        }
    }
    return c->failed ? NULL : left;
}

static struct tree_relation *read_relations(struct cursor *c, int depth)
{
    struct tree_relation *left = read_joins(c, depth);
    while (left != NULL && cursor_take_symbol(c, ","))
        left = joined(c, left, read_joins(c, depth), JOIN_CROSS);
    return left;
}

/* --- SELECT, VALUES, set operations -------------------------------------------------------- */

static struct tree_body *make_body(struct cursor *c, enum tree_body_kind kind)
{
    struct tree_body *body = make(c, sizeof(*body));
    if (body == NULL)
        return NULL;
    body->kind = kind;
    body->line = c->token.line;
    body->column = c->token.column;
    body->depth = 1;
    return body;
}

static bool read_group_by(struct cursor *c, struct tree_body *body, int depth)
{
    static const char *const refused[] = {"rollup", "cube", "grouping", "all", "distinct", "auto"};
    struct token ahead = cursor_ahead(c);
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        if (cursor_at_word(c, refused[i]) &&
            (i > 2 || lexer_is_symbol(&ahead, "(") || lexer_is_word(&ahead, "sets")))
            return refuse_clause(c, &c->token,
                                 "GROUP BY with ROLLUP, CUBE, GROUPING SETS, ALL or DISTINCT");
    body->grouped = true;
    if (cursor_at_symbol(c, "(") && lexer_is_symbol(&ahead, ")")) {
        cursor_advance(c);
        cursor_advance(c);
        return !c->failed;
    }
    body->group_by = expression_list(c, depth + 1, NULL);
    return body->group_by != NULL && contain_values(c, &body->depth, body->group_by);
}

/* WHERE and HAVING. */
static bool read_condition(struct cursor *c, struct tree_body *body, const char *word,
                           struct tree **condition, int depth)
{
    if (!cursor_take_word(c, word))
        return !c->failed;
    *condition = expression_parse(c, depth + 1);
    return *condition != NULL && contain_values(c, &body->depth, *condition);
}

static struct tree_body *read_select(struct cursor *c, int depth)
{
    struct tree_body *body = make_body(c, BODY_SELECT);
    cursor_advance(c);
    if (body == NULL)
        return NULL;
    body->distinct = cursor_take_word(c, "distinct");
    if (!body->distinct)
        cursor_take_word(c, "all");
    if (!read_items(c, &body->items, depth + 1))
        return NULL;
    for (const struct tree_item *item = body->items; item != NULL; item = item->next)
        if (!contain(c, &body->depth, item->value->depth))
            return NULL;
    if (cursor_take_word(c, "from")) {
        body->from = read_relations(c, depth + 1);
        if (body->from == NULL || !contain(c, &body->depth, body->from->depth))
            return NULL;
    }
    if (!read_condition(c, body, "where", &body->where, depth) ||
        (cursor_take_words(c, "group", "by") && !read_group_by(c, body, depth)) ||
        !read_condition(c, body, "having", &body->having, depth))
        return NULL;
    if (cursor_at_word(c, "window")) {
        refuse_clause(c, &c->token, "WINDOW");
        return NULL;
    }
    return c->failed ? NULL : body;
}

/* TABLE t is SELECT * FROM t. */
static struct tree_body *read_table_body(struct cursor *c)
{
    struct tree_body *body = make_body(c, BODY_SELECT);
    struct tree_item *item = make(c, sizeof(*item));
    struct tree *star = make(c, sizeof(*star));
    if (star == NULL || item == NULL || body == NULL)
        return NULL;
    *star = (struct tree){
        .kind = TREE_STAR, .line = c->token.line, .column = c->token.column, .depth = 1};
    item->value = star;
    body->items = item;
    cursor_advance(c);
    body->from = read_table(c);
    body->depth = 2;
    return body->from == NULL ? NULL : body;
}

static struct tree_body *read_primary(struct cursor *c, int depth)
{
    if (too_deep(c, depth))
        return NULL;
    if (cursor_at_word(c, "select"))
        return read_select(c, depth);
    if (cursor_at_word(c, "table"))
        return read_table_body(c);
    struct tree_body *body = make_body(c, BODY_VALUES);
    if (body == NULL)
        return NULL;
    struct token at = c->token;
    if (cursor_take_word(c, "values")) {
        size_t count;
        body->rows = expression_list(c, depth + 1, &count);
        return body->rows != NULL && contain_values(c, &body->depth, body->rows) &&
                       cursor_count(c, &at, &c->row_count, count, TREE_ROWS_MAX, "rows of VALUES")
                   ? body
                   : NULL;
    }
    if (cursor_take_symbol(c, "(")) {
        body->kind = BODY_QUERY;
        body->query = parser_nested_query(c, depth + 1);
        return body->query != NULL && contain(c, &body->depth, body->query->depth) &&
                       cursor_expect_symbol(c, ")")
                   ? body
                   : NULL;
    }
    cursor_unexpected(c, "'(', 'SELECT', 'TABLE', 'VALUES'");
    return NULL;
}

static struct tree_body *combined(struct cursor *c, struct tree_body *left, struct tree_body *right,
                                  enum tree_set set, bool distinct)
{
    if (left == NULL || right == NULL ||
        !cursor_count(c, &c->token, &c->set_count, 1, TREE_SETS_MAX,
                      "of UNION, INTERSECT and EXCEPT"))
        return NULL;
    struct tree_body *body = make_body(c, BODY_SET);
    if (body == NULL)
        return NULL;
    body->line = left->line;
    body->column = left->column;
    body->set = set;
    body->distinct = distinct;
    body->left = left;
    body->right = right;
    return contain(c, &body->depth, left->depth) && contain(c, &body->depth, right->depth) ? body
                                                                                           : NULL;
}

static bool take_distinct(struct cursor *c)
{
    bool all = cursor_take_word(c, "all");
    if (!all)
        cursor_take_word(c, "distinct");
    return !all;
}

/* INTERSECT binds tighter than UNION and EXCEPT. */
static struct tree_body *read_intersects(struct cursor *c, int depth)
{
    struct tree_body *left = read_primary(c, depth);
    while (left != NULL && cursor_take_word(c, "intersect")) {
        bool distinct = take_distinct(c);
        left = combined(c, left, read_primary(c, depth), SET_INTERSECT, distinct);
    }
    return left;
}

static struct tree_body *read_body(struct cursor *c, int depth)
{
    struct tree_body *left = read_intersects(c, depth);
    while (left != NULL && (cursor_at_word(c, "union") || cursor_at_word(c, "except"))) {
        enum tree_set set = cursor_at_word(c, "union") ? SET_UNION : SET_EXCEPT;
        cursor_advance(c);
        bool distinct = take_distinct(c);
        left = combined(c, left, read_intersects(c, depth), set, distinct);
    }
    return left;
}

/* --- queries ------------------------------------------------------------------------------- */

static bool read_with(struct cursor *c, struct tree_query *query, int depth)
{
    struct tree_with **end = &query->with;
    if (cursor_at_word(c, "recursive"))
        return refuse_clause(c, &c->token, "WITH RECURSIVE");
    do {
        struct tree_with *with = make(c, sizeof(*with));
        if (with == NULL)
            return false;
        with->line = c->token.line;
        with->column = c->token.column;
        if (!cursor_expect_name(c, &with->name) ||
            (cursor_at_symbol(c, "(") && !read_names(c, &with->column_aliases)) ||
            !cursor_expect_word(c, "as") || !cursor_expect_symbol(c, "("))
            return false;
        with->query = parser_nested_query(c, depth + 1);
        if (with->query == NULL || !contain(c, &query->depth, with->query->depth) ||
            !cursor_expect_symbol(c, ")"))
            return false;
        *end = with;
        end = &with->next;
    } while (cursor_take_symbol(c, ","));
    return true;
}

static struct tree *read_count(struct cursor *c)
{
    struct token at = c->token;
    if (at.kind == TOKEN_SYMBOL && cursor_at_symbol(c, "?")) {
        refuse_clause(c, &at, "a parameter");
        return NULL;
    }
    int64_t value = 0;
    if (at.kind != TOKEN_INTEGER || at.suffix != 0 || !span_to_i64(at.text, &value)) {
        cursor_unexpected(c, "<integer>");
        return NULL;
    }
    return expression_parse(c, TREE_DEPTH_MAX);
}

/* OFFSET, LIMIT, FETCH FIRST in the grammar's order; Spark has LIMIT, then OFFSET. */
static bool read_limits(struct cursor *c, struct tree_query *query)
{
    if (cursor_take_word(c, "offset")) {
        query->offset = read_count(c);
        if (!cursor_take_word(c, "row"))
            cursor_take_word(c, "rows");
    }
    if (cursor_take_word(c, "limit")) {
        if (!cursor_take_word(c, "all"))
            query->limit = read_count(c);
    } else if (cursor_take_word(c, "fetch")) {
        if (!cursor_take_word(c, "first") && !cursor_expect_word(c, "next"))
            return false;
        query->limit = read_count(c);
        if (!cursor_take_word(c, "row") && !cursor_expect_word(c, "rows"))
            return false;
        if (cursor_at_word(c, "with"))
            return refuse_clause(c, &c->token, "WITH TIES");
        return cursor_expect_word(c, "only");
    }
    if (query->offset == NULL && c->lexer.dialect == LEXER_SPARK && cursor_take_word(c, "offset"))
        query->offset = read_count(c);
    return !c->failed;
}

struct tree_query *parser_nested_query(struct cursor *cursor, int depth)
{
    struct tree_query *query = too_deep(cursor, depth) ? NULL : make(cursor, sizeof(*query));
    if (query == NULL)
        return NULL;
    if (cursor_take_word(cursor, "with") && !read_with(cursor, query, depth))
        return NULL;
    query->body = read_body(cursor, depth);
    if (query->body == NULL || !contain(cursor, &query->depth, query->body->depth))
        return NULL;
    if (cursor_take_words(cursor, "order", "by")) {
        query->order = parser_order(cursor, depth + 1);
        if (query->order == NULL || !contain_order(cursor, &query->depth, query->order))
            return NULL;
    }
    return read_limits(cursor, query) ? query : NULL;
}

struct tree_query *parser_query(struct span sql, enum lexer_dialect dialect, struct arena *arena,
                                struct err *err)
{
    struct cursor cursor;
    if (!cursor_init(&cursor, sql, dialect, arena, err))
        return NULL;
    struct tree_query *query = parser_nested_query(&cursor, 1);
    if (query != NULL && !cursor_expect_end(&cursor))
        return NULL;
    return query;
}

/* NOLINTEND(misc-no-recursion) */
