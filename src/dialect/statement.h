/* SPDX-License-Identifier: Apache-2.0 */
/* statement.h - which statement it is, and the parts of those that are no queries.
 *
 * A query itself (SELECT, WITH, VALUES, TABLE) is only recognized: trino.h
 * reads it.  One `;` at the end is tolerated, comments are skipped.
 *
 * Thread: any; pure. */
#ifndef DIALECT_STATEMENT_H
#define DIALECT_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "dialect/trino.h"

#define STATEMENT_BYTES_MAX (1024 * 1024)
#define STATEMENT_COLUMNS_MAX 2000
#define STATEMENT_PROPERTIES_MAX 1000

enum statement_kind {
    STATEMENT_QUERY,
    STATEMENT_EXPLAIN,           /* rest: what is explained */
    STATEMENT_SHOW_CATALOGS,     /* like */
    STATEMENT_SHOW_SCHEMAS,      /* name.catalog, like; also SHOW DATABASES */
    STATEMENT_SHOW_TABLES,       /* name.catalog, name.schema, like */
    STATEMENT_SHOW_COLUMNS,      /* name; also DESCRIBE and DESC */
    STATEMENT_SHOW_CREATE_TABLE, /* name */
    STATEMENT_SHOW_FUNCTIONS,    /* like */
    STATEMENT_SHOW_SESSION,      /* like */
    STATEMENT_USE,               /* name.catalog (may be NULL), name.schema */
    STATEMENT_SET_SESSION,       /* key, value */
    STATEMENT_RESET_SESSION,     /* key */
    STATEMENT_PREPARE,           /* key: its name; rest: the statement */
    STATEMENT_EXECUTE,           /* key: its name; rest: what follows USING, or empty */
    STATEMENT_EXECUTE_IMMEDIATE, /* value: the statement's text; rest: what follows USING */
    STATEMENT_DEALLOCATE,        /* key */
    STATEMENT_START_TRANSACTION,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_CREATE_TABLE,  /* name, and all of the table's parts; Hive's words */
    STATEMENT_DROP_TABLE,    /* name, if_exists */
    STATEMENT_CREATE_SCHEMA, /* name.catalog, name.schema, if_not_exists, location, comment */
    STATEMENT_DROP_SCHEMA,   /* name.catalog, name.schema, if_exists, cascade */
};

struct statement_name {
    const char *catalog; /* NULL when it was not said */
    const char *schema;  /* the same */
    const char *table;
    int line; /* of its first part */
    int column;
};

struct statement_column {
    const char *name; /* lower case, as Hive keeps it */
    const char
        *type; /* Hive's spelling, lower case, without spaces: decimal(10,2), array<string> */
    const char *comment; /* NULL: none */
    int line;
    int column;
};

struct statement_property {
    const char *key;
    const char *value;
};

/* All text lives in the arena; `rest` lies in the statement's own text. */
struct statement {
    enum statement_kind kind;
    struct statement_name name;
    const char *like; /* pattern of LIKE, NULL: none */
    char like_escape; /* 0: none */
    const char *key;
    const char *value;
    struct span rest;
    int rest_line; /* where it begins */
    int rest_column;
    bool if_exists;
    bool if_not_exists;
    bool external;
    bool cascade;
    struct statement_column *columns;
    size_t column_count;
    struct statement_column *partitions; /* PARTITIONED BY */
    size_t partition_count;
    const char *location; /* as written; NULL: none */
    const char *comment;
    struct statement_property *properties; /* TBLPROPERTIES, verbatim */
    size_t property_count;
};

/* ERR_MALFORMED: a syntax error; ERR_UNSUPPORTED: a statement or a clause that is not done here,
 * named; both with err->line and err->column, the text does not repeat them. */
MUST_CHECK bool statement_parse(struct span sql, enum trino_dialect dialect,
                                struct statement *statement, struct arena *arena, struct err *err);

#endif
