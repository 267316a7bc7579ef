/* SPDX-License-Identifier: Apache-2.0 */
/* column_type.c - types from one spelling to another. */
#include "sql/column_type.h"

#include <string.h>

#include "base/mem.h"
#include "engine/query.h"

#define TIMESTAMP_DIGITS                                                                           \
    3 /* hive.timestamp-precision of Trino, by default; Presto has no other                        \
       */
#define DECIMAL_PRECISION_MAX 38
#define LENGTH_MAX 65535 /* Hive's, of a varchar */
#define ROW_FIELDS_MAX 1000

/* --- Hive's spelling ---------------------------------------------------------------------------
 */

struct hive_reader {
    struct span rest;
    struct arena *arena;
    struct err *err;
    const char *whole;
};

static bool malformed(const struct hive_reader *r)
{
    return err_set(r->err, ERR_MALFORMED, "\"%s\" is no type of Hive", r->whole);
}

static bool out_of_room(const struct arena *arena, struct err *err)
{
    return err_set(err, ERR_LIMIT, "types need more than %zu bytes", arena->limit);
}

static bool take_char(struct hive_reader *r, char c)
{
    r->rest = span_trim(r->rest);
    if (r->rest.size == 0 || *(const char *)r->rest.data != c)
        return false;
    r->rest = span_after(r->rest, 1);
    return true;
}

/* Everything up to a character that ends a word. */
static struct span take_word(struct hive_reader *r, const char *ends)
{
    r->rest = span_trim(r->rest);
    const char *bytes = r->rest.data;
    size_t size = 0;
    while (size < r->rest.size && strchr(ends, bytes[size]) == NULL)
        size++;
    struct span word = {bytes, size};
    r->rest = span_after(r->rest, size);
    return span_trim(word);
}

static bool take_number(struct hive_reader *r, int max, int *number)
{
    int64_t value;

    if (!span_to_i64(take_word(r, "<>(),:"), &value) || value < 0 || value > max)
        return malformed(r);
    *number = (int)value;
    return true;
}

/* All that follows goes as deep as PRESTO_TYPE_DEPTH_MAX or QUERY_TYPE_DEPTH_MAX, where types come
 * from.  NOLINTBEGIN(misc-no-recursion) */
static bool read_hive(struct hive_reader *r, struct presto_type *type, int depth);

static bool read_children(struct hive_reader *r, struct presto_type *type, size_t count, int depth)
{
    struct presto_type *children = ARENA_NEW(r->arena, struct presto_type, count);

    if (children == NULL)
        return out_of_room(r->arena, r->err);
    type->children = children;
    type->child_count = count;
    if (!take_char(r, '<'))
        return malformed(r);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !take_char(r, ','))
            return malformed(r);
        if (!read_hive(r, &children[i], depth + 1))
            return false;
    }
    return take_char(r, '>') || malformed(r);
}

static bool read_struct(struct hive_reader *r, struct presto_type *type, int depth)
{
    struct presto_type *children = ARENA_NEW(r->arena, struct presto_type, ROW_FIELDS_MAX);
    const char **names = ARENA_NEW(r->arena, const char *, ROW_FIELDS_MAX);

    if (children == NULL || names == NULL)
        return out_of_room(r->arena, r->err);
    type->kind = PRESTO_ROW;
    type->children = children;
    type->names = names;
    if (!take_char(r, '<'))
        return malformed(r);
    do {
        size_t i = type->child_count;
        struct span name = take_word(r, ":<>,()");
        if (i == ROW_FIELDS_MAX || name.size == 0 || !take_char(r, ':'))
            return malformed(r);
        names[i] = arena_string(r->arena, name);
        if (names[i] == NULL)
            return out_of_room(r->arena, r->err);
        if (!read_hive(r, &children[i], depth + 1))
            return false;
        type->child_count++;
    } while (take_char(r, ','));
    return take_char(r, '>') || malformed(r);
}

static bool read_decimal(struct hive_reader *r, struct presto_type *type)
{
    *type = (struct presto_type){.kind = PRESTO_DECIMAL, .precision = 10};
    if (!take_char(r, '('))
        return true;
    if (!take_number(r, DECIMAL_PRECISION_MAX, &type->precision))
        return false;
    if (take_char(r, ',') && !take_number(r, type->precision, &type->scale))
        return false;
    return (type->precision > 0 && take_char(r, ')')) || malformed(r);
}

static bool read_length(struct hive_reader *r, struct presto_type *type)
{
    if (!take_char(r, '(') || !take_number(r, LENGTH_MAX, &type->precision))
        return malformed(r);
    return (type->precision > 0 && take_char(r, ')')) || malformed(r);
}

static bool read_plain(struct hive_reader *r, struct span word, struct presto_type *type)
{
    static const struct {
        const char *name;
        enum presto_kind kind;
        int precision;
    } rows[] = {
        {"string", PRESTO_VARCHAR, 0},
        {"boolean", PRESTO_BOOLEAN, 0},
        {"tinyint", PRESTO_TINYINT, 0},
        {"smallint", PRESTO_SMALLINT, 0},
        {"int", PRESTO_INTEGER, 0},
        {"integer", PRESTO_INTEGER, 0},
        {"bigint", PRESTO_BIGINT, 0},
        {"float", PRESTO_REAL, 0},
        {"double", PRESTO_DOUBLE, 0},
        {"double precision", PRESTO_DOUBLE, 0},
        {"binary", PRESTO_VARBINARY, 0},
        {"date", PRESTO_DATE, 0},
        {"timestamp", PRESTO_TIMESTAMP, TIMESTAMP_DIGITS},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (span_is_nocase(word, rows[i].name)) {
            *type = (struct presto_type){.kind = rows[i].kind, .precision = rows[i].precision};
            return true;
        }
    }
    if (span_is_nocase(word, "timestamp with local time zone") ||
        span_is_nocase(word, "uniontype") || span_is_nocase(word, "void") ||
        span_starts_with(word, "interval"))
        return err_set(r->err, ERR_UNSUPPORTED, "type %s is not supported", r->whole);
    return malformed(r);
}

static bool read_hive(struct hive_reader *r, struct presto_type *type, int depth)
{
    if (depth >= PRESTO_TYPE_DEPTH_MAX)
        return malformed(r);
    struct span word = take_word(r, "<>(),:");
    *type = (struct presto_type){.kind = PRESTO_UNKNOWN};
    if (span_is_nocase(word, "array")) {
        type->kind = PRESTO_ARRAY;
        return read_children(r, type, 1, depth);
    }
    if (span_is_nocase(word, "map")) {
        type->kind = PRESTO_MAP;
        return read_children(r, type, 2, depth);
    }
    if (span_is_nocase(word, "struct"))
        return read_struct(r, type, depth);
    if (span_is_nocase(word, "decimal") || span_is_nocase(word, "numeric"))
        return read_decimal(r, type);
    if (span_is_nocase(word, "varchar") || span_is_nocase(word, "char")) {
        type->kind = span_is_nocase(word, "char") ? PRESTO_CHAR : PRESTO_VARCHAR;
        return read_length(r, type);
    }
    return read_plain(r, word, type);
}

bool column_type_from_hive(const char *hive, struct presto_type *type, struct arena *arena,
                           struct err *err)
{
    struct hive_reader r = {span_of(hive), arena, err, hive};

    if (!read_hive(&r, type, 0))
        return false;
    return span_trim(r.rest).size == 0 || malformed(&r);
}

/* --- to and from the engine --------------------------------------------------------------------
 */

static const struct pair {
    enum engine_kind engine;
    enum presto_kind presto;
    const char *sql;
} pairs[] = {
    {ENGINE_UNKNOWN, PRESTO_UNKNOWN, "\"NULL\""},
    {ENGINE_BOOLEAN, PRESTO_BOOLEAN, "BOOLEAN"},
    {ENGINE_TINYINT, PRESTO_TINYINT, "TINYINT"},
    {ENGINE_SMALLINT, PRESTO_SMALLINT, "SMALLINT"},
    {ENGINE_INTEGER, PRESTO_INTEGER, "INTEGER"},
    {ENGINE_BIGINT, PRESTO_BIGINT, "BIGINT"},
    {ENGINE_REAL, PRESTO_REAL, "REAL"},
    {ENGINE_DOUBLE, PRESTO_DOUBLE, "DOUBLE"},
    {ENGINE_DECIMAL, PRESTO_DECIMAL, "DECIMAL"},
    {ENGINE_VARCHAR, PRESTO_VARCHAR, "VARCHAR"},
    {ENGINE_VARBINARY, PRESTO_VARBINARY, "BLOB"},
    {ENGINE_DATE, PRESTO_DATE, "DATE"},
    {ENGINE_TIME, PRESTO_TIME, "TIME"},
    {ENGINE_TIMESTAMP, PRESTO_TIMESTAMP, "TIMESTAMP"},
    {ENGINE_TIMESTAMP_TZ, PRESTO_TIMESTAMP_TZ, "TIMESTAMPTZ"},
    {ENGINE_INTERVAL, PRESTO_INTERVAL_DAY, "INTERVAL"},
    {ENGINE_ARRAY, PRESTO_ARRAY, NULL},
    {ENGINE_MAP, PRESTO_MAP, NULL},
    {ENGINE_ROW, PRESTO_ROW, NULL},
};

bool column_type_from_engine(const struct engine_type *from, struct presto_type *type,
                             struct arena *arena, struct err *err)
{
    size_t i = 0;
    while (i < COUNT_OF(pairs) && pairs[i].engine != from->kind)
        i++;
    if (i == COUNT_OF(pairs))
        return err_set(err, ERR_UNSUPPORTED, "a column of type %s", engine_type_name(from->kind));
    *type = (struct presto_type){.kind = pairs[i].presto,
                                 .precision = from->precision,
                                 .scale = from->scale,
                                 .child_count = from->child_count};
    if (from->child_count == 0)
        return true;
    struct presto_type *children = ARENA_NEW(arena, struct presto_type, from->child_count);
    if (children == NULL)
        return out_of_room(arena, err);
    for (size_t c = 0; c < from->child_count; c++)
        if (!column_type_from_engine(&from->children[c], &children[c], arena, err))
            return false;
    type->children = children;
    type->names = from->kind == ENGINE_ROW ? from->names : NULL;
    return true;
}

bool column_type_to_engine(const struct presto_type *from, struct engine_type *type,
                           struct arena *arena, struct err *err)
{
    size_t i = 0;
    while (i < COUNT_OF(pairs) && pairs[i].presto != from->kind)
        i++;
    if (i == COUNT_OF(pairs))
        return err_set(err, ERR_UNSUPPORTED, "a column of this type is not supported");
    *type = (struct engine_type){.kind = pairs[i].engine,
                                 .precision = from->precision,
                                 .scale = from->scale,
                                 .child_count = from->child_count,
                                 .names = from->names};
    if (from->child_count == 0)
        return true;
    struct engine_type *children = ARENA_NEW(arena, struct engine_type, from->child_count);
    if (children == NULL)
        return out_of_room(arena, err);
    for (size_t c = 0; c < from->child_count; c++)
        if (!column_type_to_engine(&from->children[c], &children[c], arena, err))
            return false;
    type->children = children;
    return true;
}

static const char *timestamp_sql(int precision)
{
    switch (precision) {
    case 0:
        return "TIMESTAMP_S";
    case 3:
        return "TIMESTAMP_MS";
    case 9:
        return "TIMESTAMP_NS";
    default:
        return "TIMESTAMP";
    }
}

static void add_row_sql(struct text *out, const struct engine_type *type)
{
    text_add_string(out, "STRUCT(");
    for (size_t i = 0; i < type->child_count; i++) {
        if (i > 0)
            text_add_string(out, ", ");
        query_quote_name(out, span_of(type->names == NULL ? "" : type->names[i]));
        text_add_char(out, ' ');
        column_type_sql(out, &type->children[i]);
    }
    text_add_char(out, ')');
}

void column_type_sql(struct text *out, const struct engine_type *type)
{
    if (type->kind == ENGINE_ARRAY) {
        column_type_sql(out, &type->children[0]);
        text_add_string(out, "[]");
    } else if (type->kind == ENGINE_MAP) {
        text_add_string(out, "MAP(");
        column_type_sql(out, &type->children[0]);
        text_add_string(out, ", ");
        column_type_sql(out, &type->children[1]);
        text_add_char(out, ')');
    } else if (type->kind == ENGINE_ROW) {
        add_row_sql(out, type);
    } else if (type->kind == ENGINE_DECIMAL) {
        text_printf(out, "DECIMAL(%d, %d)", type->precision, type->scale);
    } else if (type->kind == ENGINE_TIMESTAMP) {
        text_add_string(out, timestamp_sql(type->precision));
    } else {
        for (size_t i = 0; i < COUNT_OF(pairs); i++)
            if (pairs[i].engine == type->kind)
                text_add_string(out, pairs[i].sql);
    }
}
/* NOLINTEND(misc-no-recursion) */
