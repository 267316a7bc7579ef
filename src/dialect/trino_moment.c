/* SPDX-License-Identifier: Apache-2.0 */
/* trino_moment.c - functions whose first argument names a unit. */
#include "dialect/trino_moment.h"

#include "base/mem.h"
#include "dialect/trino_function.h"
#include "dialect/trino_type.h"
#include "dialect/trino_value.h"

static const struct engine_type bigint_type = {.kind = ENGINE_BIGINT};

bool trino_moment_is(const struct engine_type *type)
{
    return type->kind == ENGINE_DATE || type->kind == ENGINE_TIMESTAMP;
}

/* The unit of date_trunc and its like: the index among these, -1: none. */
static int unit_of(const struct tree *unit)
{
    static const char *const units[] = {"second", "minute", "hour",    "day",
                                        "week",   "month",  "quarter", "year"};
    if (unit == NULL || unit->kind != TREE_TEXT)
        return -1;
    for (size_t i = 0; i < COUNT_OF(units); i++)
        if (span_is_nocase(unit->text, units[i]))
            return (int)i;
    return -1;
}

static bool bad_unit(struct trino *trino, const struct tree *call)
{
    return trino_scope_fail_at(trino, call->first == NULL ? call : call->first, TRINO_NOT_SUPPORTED,
                               "%.*s with this unit is not supported", (int)call->name.size,
                               (const char *)call->name.data);
}

bool trino_moment_truncate(struct trino *trino, struct tree *call)
{
    static const struct trino_function row = {
        "date_trunc", "vD", '2', "CAST(date_trunc($1, $2) AS $T)", false, false};
    int unit = unit_of(call->first);
    struct tree *moment = call->first == NULL ? NULL : call->first->next;
    if (moment == NULL || moment->next != NULL || !trino_moment_is(&moment->result))
        return trino_scope_fail_at(trino, call, TRINO_FUNCTION_NOT_FOUND,
                                   "Unexpected parameters for function date_trunc");
    if (unit < 0 || (unit < 3 && moment->result.kind == ENGINE_DATE))
        return bad_unit(trino, call);
    call->found = &row;
    call->result = moment->result;
    return true;
}

bool trino_moment_add(struct trino *trino, struct tree *call)
{
    static const struct trino_function rows[] = {
        {"date_add", "", '3', "CAST($3 + to_seconds($2) AS $T)", false, false},
        {"date_add", "", '3', "CAST($3 + to_minutes($2) AS $T)", false, false},
        {"date_add", "", '3', "CAST($3 + to_hours($2) AS $T)", false, false},
        {"date_add", "", '3', "CAST($3 + to_days(CAST($2 AS INTEGER)) AS $T)", false, false},
        {"date_add", "", '3', "CAST($3 + to_weeks(CAST($2 AS INTEGER)) AS $T)", false, false},
        {"date_add", "", '3', "CAST($3 + to_months(CAST($2 AS INTEGER)) AS $T)", false, false},
        {"date_add", "", '3', "CAST($3 + to_quarters(CAST($2 AS INTEGER)) AS $T)", false, false},
        {"date_add", "", '3', "CAST($3 + to_years(CAST($2 AS INTEGER)) AS $T)", false, false},
    };
    int unit = unit_of(call->first);
    struct tree *count = call->first == NULL ? NULL : call->first->next;
    struct tree *moment = count == NULL ? NULL : count->next;
    if (moment == NULL || moment->next != NULL || !trino_moment_is(&moment->result) ||
        !engine_type_is_whole(count->result.kind))
        return trino_scope_fail_at(trino, call, TRINO_FUNCTION_NOT_FOUND,
                                   "Unexpected parameters for function date_add");
    if (unit < 0 || (unit < 3 && moment->result.kind == ENGINE_DATE))
        return bad_unit(trino, call);
    call->found = &rows[unit];
    call->result = moment->result;
    return trino_value_coerce(trino, count, &bigint_type);
}

/* Whole units between; months and longer are not counted as Trino counts them. */
bool trino_moment_difference(struct trino *trino, struct tree *call)
{
    static const struct trino_function row = {"date_diff", "",   'i', "date_sub($1, $2, $3)",
                                              false,       false};
    int unit = unit_of(call->first);
    struct tree *from = call->first == NULL ? NULL : call->first->next;
    struct tree *to = from == NULL ? NULL : from->next;
    struct engine_type common;
    if (to == NULL || to->next != NULL || !trino_moment_is(&from->result) ||
        !trino_moment_is(&to->result) || !trino_type_common(&from->result, &to->result, &common))
        return trino_scope_fail_at(trino, call, TRINO_FUNCTION_NOT_FOUND,
                                   "Unexpected parameters for function date_diff");
    if (unit < 0 || unit > 4 || (unit < 3 && common.kind == ENGINE_DATE))
        return bad_unit(trino, call);
    call->found = &row;
    call->result = bigint_type;
    return trino_value_coerce(trino, from, &common) && trino_value_coerce(trino, to, &common);
}

/* extract(unit from x) is the function of the unit's name. */
bool trino_moment_extract(struct trino *trino, struct tree *call)
{
    struct tree *unit = call->first;
    if (unit == NULL || unit->kind != TREE_TEXT || unit->next == NULL || unit->next->next != NULL)
        return bad_unit(trino, call);
    call->name = unit->text;
    call->first = unit->next;
    call->depth++;
    return trino_function_choose(trino, call);
}
