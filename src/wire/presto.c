/* SPDX-License-Identifier: Apache-2.0 */
/* presto.c - the QueryResults document. */
#include "wire/presto.h"

#include "base/json.h"

#define TYPE_TEXT_BYTES_MAX (1024 * 1024)

const char *presto_state_name(enum presto_state state)
{
    switch (state) {
    case PRESTO_QUEUED:
        return "QUEUED";
    case PRESTO_PLANNING:
        return "PLANNING";
    case PRESTO_RUNNING:
        return "RUNNING";
    case PRESTO_FINISHED:
        return "FINISHED";
    case PRESTO_FAILED:
        return "FAILED";
    }
    return "FAILED";
}

const char *presto_error_type_name(enum presto_error_type type)
{
    switch (type) {
    case PRESTO_USER_ERROR:
        return "USER_ERROR";
    case PRESTO_INTERNAL_ERROR:
        return "INTERNAL_ERROR";
    case PRESTO_INSUFFICIENT_RESOURCES:
        return "INSUFFICIENT_RESOURCES";
    case PRESTO_EXTERNAL:
        return "EXTERNAL";
    }
    return "INTERNAL_ERROR";
}

static void member(struct json_writer *json, const char *key, const char *value)
{
    json_key(json, key);
    json_string(json, value);
}

static void number(struct json_writer *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_i64(json, value);
}

static void write_columns(struct json_writer *json, const struct presto_columns *columns,
                          const struct presto_type_style *style)
{
    struct text words;

    text_init(&words, TYPE_TEXT_BYTES_MAX);
    json_begin_array(json);
    for (size_t i = 0; i < columns->count && !json->out->full; i++) {
        const struct presto_column *column = &columns->columns[i];
        text_clear(&words);
        presto_type_text(&words, &column->type, style);
        json_begin_object(json);
        member(json, "name", column->name);
        json_key(json, "type");
        json_span(json, text_span(&words));
        json_key(json, "typeSignature");
        presto_type_signature(json, &column->type, style);
        json_end_object(json);
    }
    json_end_array(json);
    json->out->full = json->out->full || words.full;
    text_reset(&words);
}

void presto_write_columns(struct text *out, const struct presto_columns *columns,
                          const struct presto_type_style *style)
{
    struct json_writer json;

    json_writer_init(&json, out);
    write_columns(&json, columns, style);
}

/* One stage with one split, the whole: there is one node, and no plan to tell of.  The command
 * lines cannot draw their progress without it, and then never ask for the next page. */
static void write_root_stage(struct json_writer *json, const struct presto_stats *stats, bool ended)
{
    json_key(json, "rootStage");
    json_begin_object(json);
    member(json, "stageId", "0");
    member(json, "state", presto_state_name(stats->state));
    json_key(json, "done");
    json_bool(json, ended);
    number(json, "nodes", 1);
    number(json, "totalSplits", 1);
    number(json, "queuedSplits", 0);
    number(json, "runningSplits", ended ? 0 : 1);
    number(json, "completedSplits", ended ? 1 : 0);
    number(json, "cpuTimeMillis", stats->wall_ms);
    number(json, "wallTimeMillis", stats->wall_ms);
    number(json, "processedRows", (int64_t)stats->processed_rows);
    number(json, "processedBytes", (int64_t)stats->processed_bytes);
    number(json, "physicalInputBytes", 0);
    number(json, "failedTasks", 0);
    json_key(json, "coordinatorOnly");
    json_bool(json, false);
    json_key(json, "subStages");
    json_begin_array(json);
    json_end_array(json);
    json_end_object(json);
}

static void write_stats(struct json_writer *json, const struct presto_stats *stats)
{
    bool ended = stats->state == PRESTO_FINISHED || stats->state == PRESTO_FAILED;
    bool queued = stats->state == PRESTO_QUEUED;

    json_key(json, "stats");
    json_begin_object(json);
    member(json, "state", presto_state_name(stats->state));
    json_key(json, "queued");
    json_bool(json, queued);
    json_key(json, "scheduled");
    json_bool(json, stats->state == PRESTO_RUNNING || stats->state == PRESTO_FINISHED);
    if (stats->state == PRESTO_FINISHED) {
        json_key(json, "progressPercentage");
        json_double(json, 100);
    }
    number(json, "nodes", queued ? 0 : 1);
    number(json, "totalSplits", queued ? 0 : 1);
    number(json, "queuedSplits", 0);
    number(json, "runningSplits", queued || ended ? 0 : 1);
    number(json, "completedSplits", ended ? 1 : 0);
    number(json, "cpuTimeMillis", stats->wall_ms);
    number(json, "wallTimeMillis", stats->wall_ms);
    number(json, "queuedTimeMillis", stats->queued_ms);
    number(json, "elapsedTimeMillis", stats->elapsed_ms);
    number(json, "processedRows", (int64_t)stats->processed_rows);
    number(json, "processedBytes", (int64_t)stats->processed_bytes);
    number(json, "physicalInputBytes", 0);
    number(json, "peakMemoryBytes", 0);
    number(json, "spilledBytes", 0);
    if (!queued)
        write_root_stage(json, stats, ended);
    json_end_object(json);
}

static void write_location(struct json_writer *json, const struct presto_error *error)
{
    if (error->line == 0)
        return;
    json_key(json, "errorLocation");
    json_begin_object(json);
    number(json, "lineNumber", error->line);
    number(json, "columnNumber", error->column);
    json_end_object(json);
}

static void write_error(struct json_writer *json, const struct presto_error *error,
                        const struct presto_type_style *style)
{
    json_key(json, "error");
    json_begin_object(json);
    member(json, "message", error->message);
    number(json, "errorCode", error->code);
    member(json, "errorName", error->name);
    member(json, "errorType", presto_error_type_name(error->type));
    if (style->protocol == PRESTO_PRESTO) {
        json_key(json, "retriable");
        json_bool(json, false);
    }
    write_location(json, error);
    json_key(json, "failureInfo");
    json_begin_object(json);
    member(json, "type", error->java_class);
    member(json, "message", error->message);
    json_key(json, "suppressed");
    json_begin_array(json);
    json_end_array(json);
    json_key(json, "stack");
    json_begin_array(json);
    json_end_array(json);
    json_key(json, "errorInfo");
    json_begin_object(json);
    number(json, "code", error->code);
    member(json, "name", error->name);
    member(json, "type", presto_error_type_name(error->type));
    json_end_object(json);
    write_location(json, error);
    json_end_object(json);
    json_end_object(json);
}

static void write_warnings(struct json_writer *json, const struct presto_results *results)
{
    json_key(json, "warnings");
    json_begin_array(json);
    for (size_t i = 0; i < results->warning_count; i++) {
        const struct presto_warning *warning = &results->warnings[i];
        json_begin_object(json);
        json_key(json, "warningCode");
        json_begin_object(json);
        number(json, "code", warning->code);
        member(json, "name", warning->name);
        json_end_object(json);
        member(json, "message", warning->message);
        json_end_object(json);
    }
    json_end_array(json);
}

void presto_write(struct text *out, const struct presto_results *results,
                  const struct presto_type_style *style)
{
    struct json_writer json;

    json_writer_init(&json, out);
    json_begin_object(&json);
    member(&json, "id", results->id);
    member(&json, "infoUri", results->info_uri);
    if (results->next_uri != NULL)
        member(&json, "nextUri", results->next_uri);
    if (results->columns != NULL) {
        json_key(&json, "columns");
        write_columns(&json, results->columns, style);
    }
    if (results->data.size > 0) {
        json_key(&json, "data");
        json_begin_array(&json);
        json_raw(&json, results->data);
        json_end_array(&json);
    }
    write_stats(&json, &results->stats);
    if (results->error != NULL)
        write_error(&json, results->error, style);
    write_warnings(&json, results);
    if (results->update_type != NULL)
        member(&json, "updateType", results->update_type);
    if (results->update_count >= 0)
        number(&json, "updateCount", results->update_count);
    json_end_object(&json);
}
