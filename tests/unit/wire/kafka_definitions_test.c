/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_definitions_test.c - hands kafka_table.c as JSON to tests/golden/kafka/compare.py, which
 * knows what Kafka's own definitions say.  Exit 77: there was no jar to compare with. */
#include <stddef.h>
#include <stdio.h>
#include <sys/wait.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "wire/kafka_table.h"

#define COMPARE "python3 tests/golden/kafka/compare.py"
#define LIMIT ((size_t)1024 * 1024)

static const char *const kinds[] = {
    [KAFKA_BOOL] = "bool",       [KAFKA_INT8] = "int8",       [KAFKA_INT16] = "int16",
    [KAFKA_UINT16] = "uint16",   [KAFKA_INT32] = "int32",     [KAFKA_INT64] = "int64",
    [KAFKA_FLOAT64] = "float64", [KAFKA_UUID] = "uuid",       [KAFKA_STRING] = "string",
    [KAFKA_BYTES] = "bytes",     [KAFKA_RECORDS] = "records", [KAFKA_STRUCT] = "struct",
};

/* As deep as the rows, which is four. NOLINTBEGIN(misc-no-recursion) */

static void dump_fields(struct json_writer *json, const struct kafka_struct *table);

static void dump_number(struct json_writer *json, const char *name, bool there, int64_t number)
{
    json_key(json, name);
    if (there)
        json_i64(json, number);
    else
        json_null(json);
}

static void dump_default(struct json_writer *json, const struct kafka_field *field)
{
    bool is_number = !field->is_array && field->kind <= KAFKA_FLOAT64;

    if (!field->null_fallback) {
        dump_number(json, "default", is_number, field->fallback);
        return;
    }
    json_key(json, "default");
    json_string(json, "null");
}

static void dump_field(struct json_writer *json, const struct kafka_field *field)
{
    json_begin_object(json);
    json_key(json, "name");
    json_string(json, field->name);
    json_key(json, "type");
    json_string(json, kinds[field->kind]);
    json_key(json, "array");
    json_bool(json, field->is_array);
    json_key(json, "versions");
    json_begin_array(json);
    json_i64(json, field->first);
    json_i64(json, field->last);
    json_end_array(json);
    dump_number(json, "nullable_from", field->is_nullable, field->nullable_from);
    dump_number(json, "tag", field->is_tagged, field->tag);
    dump_default(json, field);
    json_key(json, "ignorable");
    json_bool(json, field->ignorable);
    json_key(json, "classic");
    json_bool(json, field->classic);
    if (field->kind == KAFKA_STRUCT)
        dump_fields(json, field->of);
    json_end_object(json);
}

static void dump_fields(struct json_writer *json, const struct kafka_struct *table)
{
    json_key(json, "fields");
    json_begin_array(json);
    for (size_t i = 0; i < table->field_count; i++)
        dump_field(json, &table->fields[i]);
    json_end_array(json);
}

static void dump_message(struct json_writer *json, const char *api, const char *direction,
                         int64_t key, const struct kafka_struct *table)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "%s%s", api, direction);
    json_begin_object(json);
    json_key(json, "message");
    json_string(json, name);
    json_key(json, "api_key");
    json_i64(json, key);
    json_key(json, "versions");
    json_begin_array(json);
    json_i64(json, table->first);
    json_i64(json, table->last);
    json_end_array(json);
    json_key(json, "flexible_from");
    json_i64(json, table->flexible_from);
    dump_fields(json, table);
    json_end_object(json);
}

static void dump_table(struct text *out)
{
    struct json_writer json;
    const struct kafka_api *api;

    json_writer_init(&json, out);
    json_begin_array(&json);
    dump_message(&json, "Request", "Header", -1, &kafka_table_request_header);
    dump_message(&json, "Response", "Header", -1, &kafka_table_response_header);
    for (size_t i = 0; (api = kafka_table_at(i)) != NULL; i++) {
        dump_message(&json, api->name, "Request", api->key, api->request);
        dump_message(&json, api->name, "Response", api->key, api->response);
    }
    json_end_array(&json);
}

/* NOLINTEND(misc-no-recursion) */

int main(void)
{
    struct text table;

    text_init(&table, LIMIT);
    dump_table(&table);
    FILE *compare = popen(COMPARE, "w"); /* NOLINT(bugprone-command-processor): a constant */
    if (compare == NULL || table.full)
        return 1;
    size_t written = fwrite(table.bytes, 1, table.size, compare);
    int status = pclose(compare);
    bool whole = written == table.size;
    text_reset(&table);
    return whole && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
