/* SPDX-License-Identifier: Apache-2.0 */
/* spark.c - nested SELECTs over one topic, each column with its name and type. */
#include "dialect/spark.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "dialect/parser.h"
#include "dialect/spark_value.h"
#include "engine/query.h"

/* Recursion is bounded: the parser bounds the depth of a tree.
 * NOLINTBEGIN(misc-no-recursion) */

#define PLAN_BYTES_MAX QUERY_SQL_BYTES_MAX

/* A column of a SELECT: of its list, or one that a star stands for. */
struct output {
    struct span name;
    struct engine_type type;
    const struct tree *value;        /* what it is; NULL: */
    const struct spark_input *input; /* a star's column, */
    size_t field;                    /* or with `is_field` that field of it */
    bool is_field;
    struct tree at;
};

struct select {
    struct output *outputs;
    size_t count;
    size_t room;
};

static bool no_memory(const struct spark *spark)
{
    const struct tree at = {.line = 1, .column = 1};
    return spark_value_fail(spark, &at, ERR_LIMIT, "the statement needs more than %zu bytes",
                            spark->arena->limit);
}

/* --- the columns of a SELECT --------------------------------------------------------------- */

static struct output *add_output(struct spark *spark, struct select *select, const struct tree *at)
{
    if (select->count == SPARK_COLUMNS_MAX) {
        spark_value_fail(spark, at, ERR_LIMIT, "more than %d columns", SPARK_COLUMNS_MAX);
        return NULL;
    }
    if (select->count == select->room) {
        size_t room = select->room == 0 ? 16 : select->room * 2;
        struct output *grown = ARENA_NEW(spark->arena, struct output, room);
        if (grown == NULL) {
            no_memory(spark);
            return NULL;
        }
        if (select->count > 0)
            memcpy(grown, select->outputs, select->count * sizeof(*grown));
        select->outputs = grown;
        select->room = room;
    }
    struct output *output = &select->outputs[select->count++];
    output->at = (struct tree){.line = at->line, .column = at->column};
    return output;
}

/* What Spark calls a column without AS, once it was checked; size 0: the text of its expression,
 * which is no name. */
static struct span given_name(const struct tree *value)
{
    if (value->kind == TREE_CAST && value->first->kind == TREE_NAME)
        value = value->first;
    return value->kind == TREE_NAME || value->kind == TREE_FIELD ? value->name : (struct span){0};
}

static bool add_value(struct spark *spark, struct select *select, const struct tree_item *item,
                      const struct spark_scope *scope)
{
    struct tree *value = item->value;
    if (!spark_value_check(spark, value, scope))
        return false;
    struct span name = item->alias.size > 0 ? item->alias : given_name(value);
    if (name.size == 0)
        return spark_value_fail(spark, value, ERR_UNSUPPORTED,
                                "a column without a name is not supported; add AS and one");
    struct output *output = add_output(spark, select, value);
    if (output == NULL)
        return false;
    output->name = name;
    output->type = value->result;
    output->value = value;
    return true;
}

static bool add_inputs(struct spark *spark, struct select *select, const struct tree *star,
                       const struct spark_scope *scope)
{
    for (size_t i = 0; i < scope->input_count; i++) {
        struct output *output = add_output(spark, select, star);
        if (output == NULL)
            return false;
        output->name = scope->inputs[i].name;
        output->type = scope->inputs[i].type;
        output->input = &scope->inputs[i];
    }
    return true;
}

static bool add_fields(struct spark *spark, struct select *select, const struct tree *star,
                       const struct spark_scope *scope)
{
    const struct spark_input *input = spark_value_find(spark, star, star->name, scope);
    if (input == NULL)
        return false;
    if (input->type.kind != ENGINE_ROW)
        return spark_value_fail(spark, star, ERR_MALFORMED, "`%.*s` is a %s, and has no fields",
                                (int)star->name.size, (const char *)star->name.data,
                                spark_value_type_name(spark, &input->type));
    for (size_t i = 0; i < input->type.child_count; i++) {
        struct output *output = add_output(spark, select, star);
        if (output == NULL)
            return false;
        output->name = span_of(input->type.names[i]);
        output->type = input->type.children[i];
        output->input = input;
        output->field = i;
        output->is_field = true;
    }
    return true;
}

static bool add_item(struct spark *spark, struct select *select, const struct tree_item *item,
                     const struct spark_scope *scope)
{
    const struct tree *star = item->value;
    if (star->kind != TREE_STAR)
        return add_value(spark, select, item, scope);
    const char *alias = arena_string(spark->arena, scope->alias);
    if (alias == NULL)
        return no_memory(spark);
    bool whole =
        star->name.size == 0 || (scope->alias.size > 0 && span_is_nocase(star->name, alias));
    return whole ? add_inputs(spark, select, star, scope) : add_fields(spark, select, star, scope);
}

static void print_output(const struct spark *spark, struct text *out, const struct output *output)
{
    if (output->value != NULL)
        spark_value_print(spark, out, output->value);
    else if (output->is_field)
        text_printf(out, "struct_extract(%s, 'f%zu')", output->input->text, output->field);
    else
        text_add_string(out, output->input->text);
}

/* --- FROM ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum engine_kind kind;
} source_columns[] = {
    {"key", ENGINE_VARBINARY},         {"value", ENGINE_VARBINARY},
    {"topic", ENGINE_VARCHAR},         {"partition", ENGINE_INTEGER},
    {"offset", ENGINE_BIGINT},         {"timestamp", ENGINE_TIMESTAMP_TZ},
    {"timestampType", ENGINE_INTEGER},
};

static bool source_scope(struct spark *spark, const struct tree_relation *from,
                         struct spark_plan *plan, struct spark_scope *scope, unsigned number)
{
    const struct tree at = {.line = from->line, .column = from->column};
    if (from->part_count != 1)
        return spark_value_fail(spark, &at, ERR_UNSUPPORTED,
                                "a topic's name has one part; quote it with ` if it has dots");
    plan->topic = arena_string(spark->arena, from->parts[0]);
    scope->alias = from->alias.size > 0 ? from->alias : from->parts[0];
    scope->input_count = COUNT_OF(source_columns);
    scope->inputs = ARENA_NEW(spark->arena, struct spark_input, scope->input_count);
    if (plan->topic == NULL || scope->inputs == NULL)
        return no_memory(spark);
    for (size_t i = 0; i < scope->input_count; i++) {
        const char *name = source_columns[i].name;
        scope->inputs[i].name = span_of(name);
        scope->inputs[i].type.kind = source_columns[i].kind;
        scope->inputs[i].text = arena_printf(spark->arena, "t%u.\"%s\"", number, name);
        if (scope->inputs[i].text == NULL)
            return no_memory(spark);
    }
    return true;
}

static bool query_scope(struct spark *spark, const struct tree_relation *from,
                        const struct select *inner, struct spark_scope *scope, unsigned number)
{
    scope->alias = from->alias;
    scope->input_count = inner->count;
    scope->inputs = ARENA_NEW(spark->arena, struct spark_input, inner->count);
    if (scope->inputs == NULL)
        return no_memory(spark);
    for (size_t i = 0; i < inner->count; i++) {
        scope->inputs[i].name = inner->outputs[i].name;
        scope->inputs[i].type = inner->outputs[i].type;
        scope->inputs[i].text = arena_printf(spark->arena, "t%u.c%zu", number, i);
        if (scope->inputs[i].text == NULL)
            return no_memory(spark);
    }
    return true;
}

/* --- one SELECT ---------------------------------------------------------------------------- */

static bool refuse_shape(const struct spark *spark, int line, int column, const char *what)
{
    const struct tree at = {.line = line, .column = column};
    return spark_value_fail(spark, &at, ERR_UNSUPPORTED, "%s is not supported in a job", what);
}

static bool check_shape(struct spark *spark, const struct tree_query *query)
{
    const struct tree_body *body = query->body;
    if (query->with != NULL)
        return refuse_shape(spark, query->with->line, query->with->column, "WITH");
    if (body->kind == BODY_SET)
        return refuse_shape(spark, body->right->line, body->right->column,
                            "UNION, INTERSECT or EXCEPT");
    if (body->kind != BODY_SELECT)
        return refuse_shape(spark, body->line, body->column, "anything but SELECT");
    if (body->distinct)
        return refuse_shape(spark, body->line, body->column, "SELECT DISTINCT");
    if (body->grouped)
        return refuse_shape(spark, body->group_by == NULL ? body->line : body->group_by->line,
                            body->group_by == NULL ? body->column : body->group_by->column,
                            "GROUP BY");
    if (body->having != NULL)
        return refuse_shape(spark, body->having->line, body->having->column, "HAVING");
    if (query->order != NULL)
        return refuse_shape(spark, query->order->value->line, query->order->value->column,
                            "ORDER BY");
    const struct tree *limit = query->limit != NULL ? query->limit : query->offset;
    if (limit != NULL)
        return refuse_shape(spark, limit->line, limit->column, "LIMIT or OFFSET");
    if (body->from == NULL)
        return refuse_shape(spark, body->line, body->column, "a SELECT without FROM");
    if (body->from->kind == RELATION_JOIN)
        return refuse_shape(spark, body->from->line, body->from->column, "a join");
    if (body->from->column_aliases != NULL)
        return refuse_shape(spark, body->from->line, body->from->column,
                            "a list of column aliases");
    return true;
}

static bool translate(struct spark *spark, const struct tree_query *query, struct spark_plan *plan,
                      struct select *select, struct text *out, bool outermost);

static void write_select(const struct spark *spark, const struct select *select, struct text *out,
                         bool outermost)
{
    text_add_string(out, "SELECT ");
    for (size_t i = 0; i < select->count; i++) {
        text_add_string(out, i == 0 ? "" : ", ");
        print_output(spark, out, &select->outputs[i]);
        text_add_string(out, " AS ");
        if (outermost)
            query_quote_name(out, select->outputs[i].name);
        else
            text_printf(out, "c%zu", i);
    }
}

/* Parquet holds these as Spark writes them; a struct or a void column is refused. */
static bool check_outermost(struct spark *spark, const struct select *select)
{
    for (size_t i = 0; i < select->count; i++) {
        const struct output *output = &select->outputs[i];
        if (output->type.kind == ENGINE_ROW)
            return spark_value_fail(spark, &output->at, ERR_UNSUPPORTED,
                                    "a struct as a column is not supported; select its fields");
        if (output->type.kind == ENGINE_UNKNOWN)
            return spark_value_fail(spark, &output->at, ERR_MALFORMED,
                                    "a column that is only NULL has no type; cast it");
        const char *name = arena_string(spark->arena, output->name);
        if (name == NULL)
            return no_memory(spark);
        for (size_t j = 0; j < i; j++)
            if (span_is_nocase(select->outputs[j].name, name))
                return spark_value_fail(spark, &output->at, ERR_MALFORMED,
                                        "the column `%s` already exists", name);
    }
    return true;
}

static bool translate_from(struct spark *spark, const struct tree_relation *from,
                           struct spark_plan *plan, struct spark_scope *scope, struct text *out)
{
    if (from->kind == RELATION_TABLE) {
        unsigned number = spark->relation_count++;
        text_printf(out, " FROM kafka_source() AS t%u", number);
        return source_scope(spark, from, plan, scope, number);
    }
    struct select inner = {0};
    text_add_string(out, " FROM (");
    if (!translate(spark, from->query, plan, &inner, out, false))
        return false;
    unsigned number = spark->relation_count++;
    text_printf(out, ") AS t%u", number);
    return query_scope(spark, from, &inner, scope, number);
}

/* The FROM is translated first, for its columns, and printed after the list: hence its own text. */
static bool translate(struct spark *spark, const struct tree_query *query, struct spark_plan *plan,
                      struct select *select, struct text *out, bool outermost)
{
    const struct tree_body *body = query->body;
    struct spark_scope scope = {0};
    struct text from;
    text_init(&from, PLAN_BYTES_MAX);
    bool ok = check_shape(spark, query) && translate_from(spark, body->from, plan, &scope, &from);
    for (const struct tree_item *item = body->items; ok && item != NULL; item = item->next)
        ok = add_item(spark, select, item, &scope);
    ok = ok && (body->where == NULL || spark_value_check_condition(spark, body->where, &scope));
    ok = ok && (!outermost || check_outermost(spark, select));
    if (ok) {
        write_select(spark, select, out, outermost);
        text_add(out, text_span(&from));
        if (body->where != NULL) {
            text_add_string(out, " WHERE ");
            spark_value_print(spark, out, body->where);
        }
    }
    text_reset(&from);
    return ok;
}

static bool fill_plan(struct spark *spark, const struct select *select, const struct text *out,
                      struct spark_plan *plan)
{
    plan->plan.sql = out->full ? NULL : arena_string(spark->arena, text_span(out));
    plan->plan.json_fields = spark->json_fields;
    plan->plan.json_field_count = spark->json_field_count;
    plan->column_count = select->count;
    plan->columns = ARENA_NEW(spark->arena, struct spark_column, select->count);
    if (plan->plan.sql == NULL || plan->columns == NULL)
        return no_memory(spark);
    for (size_t i = 0; i < select->count; i++) {
        plan->columns[i].name = arena_string(spark->arena, select->outputs[i].name);
        plan->columns[i].type = spark_value_type_name(spark, &select->outputs[i].type);
        if (plan->columns[i].name == NULL)
            return no_memory(spark);
    }
    return true;
}

bool spark_translate(struct span sql, const struct spark_options *options, struct spark_plan *plan,
                     struct arena *arena, struct err *err)
{
    struct spark spark = {.options = options, .arena = arena, .err = err};
    struct select select = {0};
    struct text out;
    *plan = (struct spark_plan){0};
    const struct tree_query *query = parser_query(sql, LEXER_SPARK, arena, err);
    if (query == NULL)
        return false;
    text_init(&out, PLAN_BYTES_MAX);
    bool ok = translate(&spark, query, plan, &select, &out, true) &&
              fill_plan(&spark, &select, &out, plan);
    text_reset(&out);
    return ok;
}

/* NOLINTEND(misc-no-recursion) */
