/* SPDX-License-Identifier: Apache-2.0 */
/* trino_type.c - the order of coercion: whole numbers, decimals, real, double. */
#include "dialect/trino_type.h"

#include <string.h>

#include "base/mem.h"

const char *trino_type_name(const struct engine_type *type, struct arena *arena)
{
    const char *name = NULL;
    switch (type->kind) {
    case ENGINE_UNKNOWN:
        return "unknown";
    case ENGINE_BOOLEAN:
        return "boolean";
    case ENGINE_TINYINT:
        return "tinyint";
    case ENGINE_SMALLINT:
        return "smallint";
    case ENGINE_INTEGER:
        return "integer";
    case ENGINE_BIGINT:
        return "bigint";
    case ENGINE_REAL:
        return "real";
    case ENGINE_DOUBLE:
        return "double";
    case ENGINE_VARBINARY:
        return "varbinary";
    case ENGINE_DATE:
        return "date";
    case ENGINE_INTERVAL:
        return "interval";
    case ENGINE_ARRAY:
        return "array";
    case ENGINE_MAP:
        return "map";
    case ENGINE_ROW:
        return "row";
    case ENGINE_HUGEINT:
        return "hugeint";
    case ENGINE_DECIMAL:
        name = arena_printf(arena, "decimal(%d,%d)", type->precision, type->scale);
        return name == NULL ? "decimal" : name;
    case ENGINE_VARCHAR:
        name =
            type->precision == 0 ? "varchar" : arena_printf(arena, "varchar(%d)", type->precision);
        return name == NULL ? "varchar" : name;
    case ENGINE_TIME:
        name = arena_printf(arena, "time(%d)", type->precision);
        return name == NULL ? "time" : name;
    case ENGINE_TIMESTAMP:
        name = arena_printf(arena, "timestamp(%d)", type->precision);
        return name == NULL ? "timestamp" : name;
    case ENGINE_TIMESTAMP_TZ:
        name = arena_printf(arena, "timestamp(%d) with time zone", type->precision);
        return name == NULL ? "timestamp with time zone" : name;
    }
    return "?";
}

bool trino_type_is_float(const struct engine_type *type)
{
    return type->kind == ENGINE_REAL || type->kind == ENGINE_DOUBLE;
}

bool trino_type_is_number(const struct engine_type *type)
{
    return engine_type_is_whole(type->kind) || trino_type_is_float(type) ||
           type->kind == ENGINE_DECIMAL;
}

bool trino_type_is_comparable(const struct engine_type *type)
{
    return type->kind != ENGINE_ARRAY && type->kind != ENGINE_MAP && type->kind != ENGINE_ROW &&
           type->kind != ENGINE_INTERVAL && type->kind != ENGINE_HUGEINT;
}

/* --- from text ----------------------------------------------------------------------------- */

static bool read_plain(const struct tree_type *from, struct engine_type *type)
{
    static const struct {
        const char *name;
        enum engine_kind kind;
    } names[] = {
        {"boolean", ENGINE_BOOLEAN}, {"tinyint", ENGINE_TINYINT},     {"smallint", ENGINE_SMALLINT},
        {"integer", ENGINE_INTEGER}, {"int", ENGINE_INTEGER},         {"bigint", ENGINE_BIGINT},
        {"real", ENGINE_REAL},       {"double", ENGINE_DOUBLE},       {"varchar", ENGINE_VARCHAR},
        {"string", ENGINE_VARCHAR},  {"varbinary", ENGINE_VARBINARY}, {"date", ENGINE_DATE},
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(from->name, names[i].name) == 0) {
            type->kind = names[i].kind;
            return from->argument_count == 0;
        }
    }
    return false;
}

static bool read_decimal(const struct tree_type *from, struct engine_type *type)
{
    type->kind = ENGINE_DECIMAL;
    type->precision = from->argument_count > 0 ? from->arguments[0] : TRINO_TYPE_PRECISION_MAX;
    type->scale = from->argument_count > 1 ? from->arguments[1] : 0;
    return type->precision >= 1 && type->precision <= TRINO_TYPE_PRECISION_MAX &&
           type->scale <= type->precision;
}

bool trino_type_read(const struct tree_type *from, struct engine_type *type)
{
    *type = (struct engine_type){0};
    if (from->with_time_zone)
        return false;
    if (strcmp(from->name, "decimal") == 0 || strcmp(from->name, "numeric") == 0)
        return read_decimal(from, type);
    if (strcmp(from->name, "timestamp") == 0) {
        type->kind = ENGINE_TIMESTAMP;
        type->precision = from->argument_count > 0 ? from->arguments[0] : 3;
        return from->argument_count < 2 &&
               (type->precision == 0 || type->precision == 3 || type->precision == 6);
    }
    if (strcmp(from->name, "varchar") == 0 && from->argument_count == 1) {
        type->kind = ENGINE_VARCHAR;
        type->precision = from->arguments[0];
        return type->precision > 0;
    }
    return read_plain(from, type);
}

/* --- coercion ------------------------------------------------------------------------------ */

struct engine_type trino_type_decimal_of(const struct engine_type *type)
{
    int digits = type->kind == ENGINE_TINYINT    ? 3
                 : type->kind == ENGINE_SMALLINT ? 5
                 : type->kind == ENGINE_INTEGER  ? 10
                                                 : 19;
    if (type->kind == ENGINE_DECIMAL)
        return *type;
    return (struct engine_type){.kind = ENGINE_DECIMAL, .precision = digits};
}

static struct engine_type common_decimal(const struct engine_type *a, const struct engine_type *b)
{
    struct engine_type left = trino_type_decimal_of(a);
    struct engine_type right = trino_type_decimal_of(b);
    int scale = left.scale > right.scale ? left.scale : right.scale;
    int whole = left.precision - left.scale;
    if (right.precision - right.scale > whole)
        whole = right.precision - right.scale;
    int precision = whole + scale;
    return (struct engine_type){
        .kind = ENGINE_DECIMAL,
        .precision = precision > TRINO_TYPE_PRECISION_MAX ? TRINO_TYPE_PRECISION_MAX : precision,
        .scale = scale};
}

static bool common_number(const struct engine_type *a, const struct engine_type *b,
                          struct engine_type *common)
{
    if (a->kind == ENGINE_DOUBLE || b->kind == ENGINE_DOUBLE)
        *common = (struct engine_type){.kind = ENGINE_DOUBLE};
    else if (a->kind == ENGINE_REAL || b->kind == ENGINE_REAL)
        *common = (struct engine_type){.kind = ENGINE_REAL};
    else if (a->kind == ENGINE_DECIMAL || b->kind == ENGINE_DECIMAL)
        *common = common_decimal(a, b);
    else
        *common = a->kind > b->kind ? *a : *b; /* the kinds stand in this order */
    return true;
}

bool trino_type_common(const struct engine_type *a, const struct engine_type *b,
                       struct engine_type *common)
{
    bool times = (a->kind == ENGINE_DATE || a->kind == ENGINE_TIMESTAMP) &&
                 (b->kind == ENGINE_DATE || b->kind == ENGINE_TIMESTAMP);
    *common = *a;
    if (b->kind == ENGINE_UNKNOWN)
        return true;
    if (a->kind == ENGINE_UNKNOWN) {
        *common = *b;
        return true;
    }
    if (trino_type_is_number(a) && trino_type_is_number(b))
        return common_number(a, b, common);
    if (a->kind == ENGINE_VARCHAR && b->kind == ENGINE_VARCHAR) {
        bool unbounded = a->precision == 0 || b->precision == 0;
        common->precision = unbounded                     ? 0
                            : a->precision > b->precision ? a->precision
                                                          : b->precision;
        return true;
    }
    if (times && a->kind != b->kind)
        *common = a->kind == ENGINE_TIMESTAMP ? *a : *b;
    else if (times && b->precision > a->precision)
        *common = *b;
    return times || engine_type_equal(a, b);
}

/* --- casts --------------------------------------------------------------------------------- */

bool trino_type_castable(const struct engine_type *from, const struct engine_type *to)
{
    bool whole = engine_type_is_whole(from->kind);
    bool number = trino_type_is_number(from);
    bool text = from->kind == ENGINE_VARCHAR;
    bool boolean = from->kind == ENGINE_BOOLEAN;
    if (from->kind == ENGINE_UNKNOWN || engine_type_equal(from, to))
        return true;
    switch (to->kind) {
    case ENGINE_BOOLEAN:
        return number || text;
    case ENGINE_TINYINT:
    case ENGINE_SMALLINT:
    case ENGINE_INTEGER:
    case ENGINE_BIGINT:
    case ENGINE_REAL:
    case ENGINE_DOUBLE:
        return number || text || boolean;
    case ENGINE_DECIMAL:
        return whole || text || from->kind == ENGINE_DECIMAL;
    case ENGINE_VARCHAR:
        return text || (to->precision == 0 && (number || boolean || from->kind == ENGINE_DATE ||
                                               from->kind == ENGINE_TIMESTAMP));
    case ENGINE_DATE:
        return text || from->kind == ENGINE_TIMESTAMP || from->kind == ENGINE_TIMESTAMP_TZ;
    case ENGINE_TIMESTAMP:
        return text || from->kind == ENGINE_DATE || from->kind == ENGINE_TIMESTAMP ||
               from->kind == ENGINE_TIMESTAMP_TZ;
    case ENGINE_UNKNOWN:
    case ENGINE_HUGEINT:
    case ENGINE_VARBINARY:
    case ENGINE_TIME:
    case ENGINE_TIMESTAMP_TZ:
    case ENGINE_INTERVAL:
    case ENGINE_ARRAY:
    case ENGINE_MAP:
    case ENGINE_ROW:
        break;
    }
    return false;
}

void trino_type_print(struct text *out, const struct engine_type *type)
{
    switch (type->kind) {
    case ENGINE_DECIMAL:
        text_printf(out, "DECIMAL(%d,%d)", type->precision, type->scale);
        return;
    case ENGINE_REAL:
        text_add_string(out, "FLOAT");
        return;
    case ENGINE_VARBINARY:
        text_add_string(out, "BLOB");
        return;
    case ENGINE_TIMESTAMP_TZ:
        text_add_string(out, "TIMESTAMPTZ");
        return;
    case ENGINE_UNKNOWN:
    case ENGINE_BOOLEAN:
    case ENGINE_TINYINT:
    case ENGINE_SMALLINT:
    case ENGINE_INTEGER:
    case ENGINE_BIGINT:
    case ENGINE_HUGEINT:
    case ENGINE_DOUBLE:
    case ENGINE_VARCHAR:
    case ENGINE_DATE:
    case ENGINE_TIME:
    case ENGINE_TIMESTAMP:
    case ENGINE_INTERVAL:
    case ENGINE_ARRAY:
    case ENGINE_MAP:
    case ENGINE_ROW:
        break;
    }
    text_add_string(out, type->kind == ENGINE_UNKNOWN ? "VARCHAR" : engine_type_name(type->kind));
}
