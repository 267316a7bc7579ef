/* SPDX-License-Identifier: Apache-2.0 */
/* cat_list.c - metadata as kcat prints it. */
#include "cli/cat_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "net/kafka_admin.h"
#include "net/kafka_consumer.h"

#define ANSWER_MS_MAX 5000
#define CLUSTER_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define OUTPUT_BYTES_MAX ((size_t)512 * 1024 * 1024)
#define TOPIC_BYTES_MAX 256

static void write_ids(struct text *out, const int32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_printf(out, "%s%d", i == 0 ? "" : ",", ids[i]);
}

static void write_topic(struct text *out, const struct kafka_admin_topic *topic)
{
    text_printf(out, "  topic \"%s\" with %zu partitions:%s%s\n", topic->name,
                topic->partition_count, topic->error == NULL ? "" : " ",
                topic->error == NULL ? "" : topic->error);
    for (size_t i = 0; i < topic->partition_count; i++) {
        const struct kafka_admin_partition *p = &topic->partitions[i];
        text_printf(out, "    partition %d, leader %d, replicas: ", p->id, p->leader);
        write_ids(out, p->replicas, p->replica_count);
        text_add_string(out, ", isrs: ");
        write_ids(out, p->in_sync, p->in_sync_count);
        text_printf(out, "%s%s\n", p->error == NULL ? "" : ", ", p->error == NULL ? "" : p->error);
    }
}

static bool is_wanted(const struct kafka_admin_topic *topic, const char *wanted)
{
    return wanted == NULL || strcmp(topic->name, wanted) == 0;
}

static void write_cluster(struct text *out, const struct kafka_admin_cluster *cluster,
                          const char *wanted, size_t count)
{
    text_printf(out, "Metadata for %s (from broker %d: %s):\n",
                wanted == NULL ? "all topics" : wanted, cluster->answered_id,
                cluster->answered_name);
    text_printf(out, " %zu brokers:\n", cluster->broker_count);
    for (size_t i = 0; i < cluster->broker_count; i++) {
        const struct kafka_admin_broker *b = &cluster->brokers[i];
        text_printf(out, "  broker %d at %s:%d%s\n", b->id, b->host, b->port,
                    b->id == cluster->controller_id ? " (controller)" : "");
    }
    text_printf(out, " %zu topics:\n", count);
    for (size_t i = 0; i < cluster->topic_count; i++) {
        if (is_wanted(&cluster->topics[i], wanted))
            write_topic(out, &cluster->topics[i]);
    }
}

/* --- JSON --- */

static void write_json_ids(struct json_writer *json, const char *name, const int32_t *ids,
                           size_t count)
{
    json_key(json, name);
    json_begin_array(json);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(json);
        json_key(json, "id");
        json_i64(json, ids[i]);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_json_topic(struct json_writer *json, const struct kafka_admin_topic *topic)
{
    json_begin_object(json);
    json_key(json, "topic");
    json_string(json, topic->name);
    if (topic->error != NULL) {
        json_key(json, "error");
        json_string(json, topic->error);
    }
    json_key(json, "partitions");
    json_begin_array(json);
    for (size_t i = 0; i < topic->partition_count; i++) {
        const struct kafka_admin_partition *p = &topic->partitions[i];
        json_begin_object(json);
        json_key(json, "partition");
        json_i64(json, p->id);
        json_key(json, "leader");
        json_i64(json, p->leader);
        write_json_ids(json, "replicas", p->replicas, p->replica_count);
        write_json_ids(json, "isrs", p->in_sync, p->in_sync_count);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static void write_json_brokers(struct json_writer *json, const struct kafka_admin_cluster *cluster)
{
    json_key(json, "brokers");
    json_begin_array(json);
    for (size_t i = 0; i < cluster->broker_count; i++) {
        char name[ERR_TEXT_BYTES];
        (void)snprintf(name, sizeof(name), "%s:%d", cluster->brokers[i].host,
                       cluster->brokers[i].port);
        json_begin_object(json);
        json_key(json, "id");
        json_i64(json, cluster->brokers[i].id);
        json_key(json, "name");
        json_string(json, name);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_json_cluster(struct text *out, const struct kafka_admin_cluster *cluster,
                               const char *wanted)
{
    struct json_writer json;
    json_writer_init(&json, out);
    json_begin_object(&json);
    json_key(&json, "originating_broker");
    json_begin_object(&json);
    json_key(&json, "id");
    json_i64(&json, cluster->answered_id);
    json_key(&json, "name");
    json_string(&json, cluster->answered_name);
    json_end_object(&json);
    json_key(&json, "query");
    json_begin_object(&json);
    json_key(&json, "topic");
    json_string(&json, wanted == NULL ? "*" : wanted);
    json_end_object(&json);
    json_key(&json, "controllerid");
    json_i64(&json, cluster->controller_id);
    write_json_brokers(&json, cluster);
    json_key(&json, "topics");
    json_begin_array(&json);
    for (size_t i = 0; i < cluster->topic_count; i++) {
        if (is_wanted(&cluster->topics[i], wanted))
            write_json_topic(&json, &cluster->topics[i]);
    }
    json_end_array(&json);
    json_end_object(&json);
    text_add_char(out, '\n');
}

/* --- the two commands --- */

static int fail_list(const char *brokers, const struct err *err)
{
    if (err->kind == ERR_UNAVAILABLE)
        (void)fprintf(stderr, "%% ERROR: no Kafka broker answers at %s: %s\n", brokers, err->text);
    else
        (void)fprintf(stderr, "%% ERROR: %s\n", err->text);
    return COMMAND_FAILED;
}

static int print_cluster(const struct kafka_admin_cluster *cluster, const char *topic, bool json)
{
    struct text out;
    size_t count = 0;
    for (size_t i = 0; i < cluster->topic_count; i++)
        count += is_wanted(&cluster->topics[i], topic);
    if (topic != NULL && count == 0) {
        (void)fprintf(stderr, "%% ERROR: topic %s is not there\n", topic);
        return COMMAND_FAILED;
    }
    text_init(&out, OUTPUT_BYTES_MAX);
    if (json)
        write_json_cluster(&out, cluster, topic);
    else
        write_cluster(&out, cluster, topic, count);
    (void)fwrite(text_string(&out), 1, out.size, stdout);
    text_reset(&out);
    return COMMAND_DONE;
}

int cat_list_run(const char *brokers, const char *topic, bool json)
{
    struct kafka_admin_cluster cluster;
    struct arena arena;
    struct err err;
    int status;

    arena_init(&arena, CLUSTER_BYTES_MAX);
    struct kafka_admin *admin = kafka_admin_create(brokers, &err);
    if (admin == NULL || !kafka_admin_cluster(admin, ANSWER_MS_MAX, &cluster, &arena, &err))
        status = fail_list(brokers, &err);
    else
        status = print_cluster(&cluster, topic, json);
    kafka_admin_close(admin);
    arena_reset(&arena);
    return status;
}

static bool ask_offset(struct kafka_consumer *consumer, int64_t partition, int64_t ms,
                       int64_t *offset, struct err *err)
{
    int64_t earliest;
    int64_t latest;
    int32_t count;
    if (!kafka_consumer_partitions(consumer, ANSWER_MS_MAX, &count, err))
        return false;
    if (partition >= count)
        return err_set(err, ERR_NOT_FOUND, "there are %d partitions, no [%" PRId64 "]", count,
                       partition);
    if (ms >= 0)
        return kafka_consumer_offset_at(consumer, (int32_t)partition, ms, ANSWER_MS_MAX, offset,
                                        err);
    if (!kafka_consumer_offsets(consumer, (int32_t)partition, ANSWER_MS_MAX, &earliest, &latest,
                                err))
        return false;
    *offset = ms == -1 ? latest : earliest;
    return true;
}

int cat_list_query(const char *brokers, const char *query, bool json)
{
    char topic[TOPIC_BYTES_MAX];
    int64_t partition = 0;
    int64_t ms = 0;
    int64_t offset = 0;
    struct err err;
    struct span rest = span_of(query);
    struct span name = span_cut(&rest, ':');

    (void)snprintf(topic, sizeof(topic), "%.*s", (int)name.size, (const char *)name.data);
    if (!span_to_i64(span_cut(&rest, ':'), &partition) || partition < 0 ||
        !span_to_i64(rest, &ms) || ms < -2) {
        (void)fprintf(stderr, "%% ERROR: -t %s, want TOPIC:PARTITION:MILLISECONDS\n", query);
        return COMMAND_USAGE;
    }
    int status = COMMAND_DONE;
    struct kafka_consumer *consumer = kafka_consumer_create(brokers, topic, &err);
    if (consumer == NULL || !ask_offset(consumer, partition, ms, &offset, &err))
        status = fail_list(brokers, &err);
    else if (json)
        (void)printf("{\"%s\":{\"%" PRId64 "\":{\"offset\":%" PRId64 "}}}\n", topic, partition,
                     offset);
    else
        (void)printf("%s [%" PRId64 "] offset %" PRId64 "\n", topic, partition, offset);
    kafka_consumer_close(consumer);
    return status;
}
