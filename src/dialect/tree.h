/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h - a query as the parser saw it, and what its dialect's translation notes about it.
 *
 * Everything lives in the arena of the parse.  Positions are those of the
 * user's text, from 1.
 *
 * Thread: one at a time. */
#ifndef DIALECT_TREE_H
#define DIALECT_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "engine/engine_type.h"

enum tree_kind {
    TREE_NULL,
    TREE_BOOLEAN,   /* text: true or false */
    TREE_INTEGER,   /* text: digits */
    TREE_DECIMAL,   /* text: 1.5 */
    TREE_DOUBLE,    /* text: 1e5 */
    TREE_TEXT,      /* text: without quotes */
    TREE_BYTES,     /* text: X'00ff' as written */
    TREE_LITERAL,   /* type, text: date '2026-01-01' */
    TREE_INTERVAL,  /* text; name: the unit */
    TREE_NAME,      /* name: a column, or the table of a field */
    TREE_FIELD,     /* one child; name */
    TREE_STAR,      /* name empty, or the table's or struct's */
    TREE_CALL,      /* name; children: arguments; star: count(*) */
    TREE_CAST,      /* one child; type; negated: TRY_CAST */
    TREE_UNARY,     /* op, one child */
    TREE_BINARY,    /* op, two children; AND and OR two or more */
    TREE_IS_NULL,   /* one child; negated */
    TREE_IN,        /* the value, then the list or `query`; negated */
    TREE_BETWEEN,   /* three children; negated */
    TREE_LIKE,      /* value, pattern, escape or none; negated */
    TREE_CASE,      /* [operand] (when then)... [else] */
    TREE_EXISTS,    /* query */
    TREE_QUERY,     /* query: its one value */
    TREE_ROW,       /* children */
    TREE_ARRAY,     /* children */
    TREE_SUBSCRIPT, /* two children */
    TREE_PARAMETER, /* ? */
};

enum tree_op {
    OP_NONE,
    OP_OR,
    OP_AND,
    OP_NOT,
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL,
    OP_SAME,     /* <=>, IS NOT DISTINCT FROM */
    OP_NOT_SAME, /* IS DISTINCT FROM */
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_MODULUS,
    OP_WHOLE_DIVIDE, /* Spark's DIV */
    OP_CONCAT,
    OP_MINUS,
    OP_PLUS,
};

#define TREE_DEPTH_MAX 300
#define TREE_TYPE_ARGUMENTS_MAX 2
/* Of a statement.  So much the engine plans in a few seconds; it takes more than its share of time
 * for more, and hears no cancel meanwhile. */
#define TREE_SETS_MAX 128     /* UNION, INTERSECT, EXCEPT */
#define TREE_JOINS_MAX 40     /* commas too */
#define TREE_LISTED_MAX 50000 /* values in lists after IN */
#define TREE_ROWS_MAX 100000  /* of VALUES */

struct tree_type {
    const char *name; /* lower case: "double", "timestamp" */
    int arguments[TREE_TYPE_ARGUMENTS_MAX];
    int argument_count;
    bool with_time_zone;
    int line;
    int column;
};

struct tree_query;
struct tree_order;

struct tree {
    enum tree_kind kind;
    enum tree_op op;
    bool negated;
    bool distinct;    /* of a call */
    bool star;        /* of a call */
    bool has_operand; /* of CASE */
    bool has_else;
    bool quoted; /* of a name */
    char suffix; /* of a number, as the lexer's */
    int line;
    int column;
    int op_line; /* of a BINARY: where the operator stands */
    int op_column;
    int depth; /* of the tree below, this node counted */
    struct span name;
    struct span text;
    const struct tree_type *type;
    struct tree *first;
    struct tree *last;
    struct tree *next;
    struct tree *filter;      /* of a call: FILTER (WHERE ...) */
    struct tree_order *order; /* of a call: (x ORDER BY ...) */
    struct tree_query *query;

    /* What a translation notes. */
    struct engine_type result;
    const struct engine_type *coerce; /* the parent wants this type; NULL: as it is */
    const void *found;                /* what a name or a function turned out to be */
    size_t index;
};

enum tree_nulls { NULLS_DEFAULT, NULLS_FIRST, NULLS_LAST };

struct tree_order {
    struct tree *value;
    bool descending;
    enum tree_nulls nulls;
    size_t ordinal; /* of the column that it is, from 1; 0: a value of its own */
    struct tree_order *next;
};

struct tree_item {
    struct tree *value;
    struct span alias; /* size 0: none */
    struct tree_item *next;
};

/* A name in a list: USING, column aliases. */
struct tree_name {
    struct span name;
    int line;
    int column;
    struct tree_name *next;
};

enum tree_relation_kind { RELATION_TABLE, RELATION_QUERY, RELATION_JOIN };
enum tree_join { JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL, JOIN_CROSS };

struct tree_relation {
    enum tree_relation_kind kind;
    int line;
    int column;
    int depth;
    struct span parts[3]; /* RELATION_TABLE: as written, the table last */
    size_t part_count;
    struct tree_query *query; /* RELATION_QUERY */
    struct span alias;
    struct tree_name *column_aliases;
    enum tree_join join; /* RELATION_JOIN */
    struct tree_relation *left;
    struct tree_relation *right;
    struct tree *on;
    struct tree_name *using;
    struct tree_with *with; /* RELATION_TABLE: it names this; NULL: a table */
    size_t table;           /* else which of the query's tables */
    unsigned number;        /* of its alias in the engine's SQL */
    void *found;            /* its columns */
};

enum tree_body_kind { BODY_SELECT, BODY_VALUES, BODY_SET, BODY_QUERY };
enum tree_set { SET_UNION, SET_INTERSECT, SET_EXCEPT };

struct tree_body {
    enum tree_body_kind kind;
    int line;
    int column;
    int depth;
    bool distinct; /* SELECT DISTINCT; a set operation that is not ALL */
    struct tree_item *items;
    struct tree_relation *from; /* NULL: one row */
    struct tree *where;
    struct tree *group_by; /* linked by next */
    bool grouped;
    struct tree *having;
    struct tree *rows; /* BODY_VALUES: linked by next, TREE_ROW or one value */
    enum tree_set set; /* BODY_SET */
    struct tree_body *left;
    struct tree_body *right;
    struct tree_query *query; /* BODY_QUERY: in brackets */
    bool aggregated;          /* grouped, or with an aggregate */
    void *found;              /* its columns */
};

struct tree_with {
    struct span name;
    int line;
    int column;
    struct tree_name *column_aliases;
    struct tree_query *query;
    unsigned number;
    struct tree_with *next;
};

struct tree_query {
    int depth;
    struct tree_with *with;
    struct tree_body *body;
    struct tree_order *order;
    struct tree *limit;  /* an INTEGER or NULL */
    struct tree *offset; /* the same */
    void *found;         /* its columns */
};

/* What the engine's SQL has between the operands of a BINARY, with its blanks: " = ".  NULL: no
 * operator of the engine gives the answer of OP_MODULUS and OP_WHOLE_DIVIDE. */
const char *tree_operator(enum tree_op op);
/* Does each escape in a LIKE's pattern stand before %, _ or itself?  The dialects refuse another.
 */
bool tree_escapes_fit(struct span pattern, char escape);

#endif
