/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_admin.c - librdkafka's metadata and admin calls, made to wait. */
#include "net/kafka_admin.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/kafka_conf.h"

#define REASON_BYTES 512

struct kafka_admin {
    rd_kafka_t *kafka;
    rd_kafka_queue_t *queue; /* of admin answers */
};

static const struct kafka_conf_pair settings[] = {{NULL, NULL}};

struct kafka_admin *kafka_admin_create(const char *brokers, struct err *err)
{
    struct kafka_admin *admin = mem_new(sizeof(*admin));
    admin->kafka = kafka_conf_open(RD_KAFKA_PRODUCER, brokers, settings, NULL, admin, err);
    if (admin->kafka == NULL) {
        mem_free(admin);
        return NULL;
    }
    admin->queue = rd_kafka_queue_new(admin->kafka);
    return admin;
}

void kafka_admin_close(struct kafka_admin *admin)
{
    if (admin == NULL)
        return;
    rd_kafka_queue_destroy(admin->queue);
    rd_kafka_destroy(admin->kafka);
    mem_free(admin);
}

/* --- metadata --- */

static const char *copy_error(rd_kafka_resp_err_t code, struct arena *arena)
{
    return code == RD_KAFKA_RESP_ERR_NO_ERROR
               ? NULL
               : arena_string(
                     arena, (struct span){rd_kafka_err2str(code), strlen(rd_kafka_err2str(code))});
}

static const int32_t *copy_ids(const int32_t *ids, int count, struct arena *arena)
{
    int32_t *copy = ARENA_NEW(arena, int32_t, (size_t)count);
    if (copy != NULL && count > 0)
        memcpy(copy, ids, (size_t)count * sizeof(*copy));
    return copy;
}

static bool copy_topic(const struct rd_kafka_metadata_topic *from, struct kafka_admin_topic *topic,
                       struct arena *arena)
{
    struct kafka_admin_partition *partitions =
        ARENA_NEW(arena, struct kafka_admin_partition, (size_t)from->partition_cnt);
    topic->name = arena_string(arena, span_of(from->topic));
    topic->error = copy_error(from->err, arena);
    if (partitions == NULL || topic->name == NULL)
        return false;
    for (int i = 0; i < from->partition_cnt; i++) {
        const struct rd_kafka_metadata_partition *p = &from->partitions[i];
        partitions[i] = (struct kafka_admin_partition){
            .id = p->id,
            .leader = p->leader,
            .error = copy_error(p->err, arena),
            .replicas = copy_ids(p->replicas, p->replica_cnt, arena),
            .replica_count = (size_t)p->replica_cnt,
            .in_sync = copy_ids(p->isrs, p->isr_cnt, arena),
            .in_sync_count = (size_t)p->isr_cnt,
        };
        if (partitions[i].replicas == NULL || partitions[i].in_sync == NULL)
            return false;
    }
    topic->partitions = partitions;
    topic->partition_count = (size_t)from->partition_cnt;
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct kafka_admin_topic *one = a;
    const struct kafka_admin_topic *two = b;
    return strcmp(one->name, two->name);
}

static bool copy_metadata(const struct rd_kafka_metadata *from, struct kafka_admin_cluster *cluster,
                          struct arena *arena)
{
    struct kafka_admin_broker *brokers =
        ARENA_NEW(arena, struct kafka_admin_broker, (size_t)from->broker_cnt);
    struct kafka_admin_topic *topics =
        ARENA_NEW(arena, struct kafka_admin_topic, (size_t)from->topic_cnt);
    if (brokers == NULL || topics == NULL)
        return false;
    for (int i = 0; i < from->broker_cnt; i++) {
        const struct rd_kafka_metadata_broker *b = &from->brokers[i];
        brokers[i] =
            (struct kafka_admin_broker){b->id, arena_string(arena, span_of(b->host)), b->port};
        if (brokers[i].host == NULL)
            return false;
    }
    for (int i = 0; i < from->topic_cnt; i++) {
        if (!copy_topic(&from->topics[i], &topics[i], arena))
            return false;
    }
    qsort(topics, (size_t)from->topic_cnt, sizeof(*topics), by_name);
    const char *name = from->orig_broker_name == NULL ? "" : from->orig_broker_name;
    cluster->answered_id = from->orig_broker_id;
    cluster->answered_name = arena_string(arena, span_of(name));
    cluster->brokers = brokers;
    cluster->broker_count = (size_t)from->broker_cnt;
    cluster->topics = topics;
    cluster->topic_count = (size_t)from->topic_cnt;
    return cluster->answered_name != NULL;
}

bool kafka_admin_cluster(struct kafka_admin *admin, int64_t timeout_ms,
                         struct kafka_admin_cluster *cluster, struct arena *arena, struct err *err)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(admin->kafka, 1, NULL, &metadata, (int)timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_conf_error(err, code, "topics");
    bool ok = copy_metadata(metadata, cluster, arena);
    rd_kafka_metadata_destroy(metadata);
    if (!ok)
        return err_set(err, ERR_LIMIT, "the cluster's topics need more than %zu bytes",
                       arena->limit);
    cluster->controller_id = rd_kafka_controllerid(admin->kafka, (int)timeout_ms);
    return true;
}

bool kafka_admin_offsets(struct kafka_admin *admin, const char *topic, int32_t partition,
                         int64_t timeout_ms, int64_t *earliest, int64_t *latest, struct err *err)
{
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(admin->kafka, topic, partition,
                                                                earliest, latest, (int)timeout_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    (void)kafka_conf_error(err, code, topic);
    return err_within(err, "offsets of partition %d of topic", partition);
}

/* --- admin calls --- */

/* Waits for the one answer; NULL: an error of the whole call. */
static rd_kafka_event_t *await(struct kafka_admin *admin, int64_t timeout_ms, const char *what,
                               struct err *err)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(admin->queue, (int)timeout_ms + 1000);
    if (event == NULL) {
        (void)err_set(err, ERR_UNAVAILABLE, "%s: no answer within %lld ms", what,
                      (long long)timeout_ms);
        return NULL;
    }
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return event;
    if (code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
        (void)err_set(err, ERR_UNSUPPORTED, "%s: the cluster does not do that", what);
    else
        (void)kafka_conf_error(err, code, what);
    rd_kafka_event_destroy(event);
    return NULL;
}

static rd_kafka_AdminOptions_t *options(struct kafka_admin *admin, rd_kafka_admin_op_t op,
                                        int64_t timeout_ms)
{
    char why[REASON_BYTES];
    rd_kafka_AdminOptions_t *made = rd_kafka_AdminOptions_new(admin->kafka, op);
    (void)rd_kafka_AdminOptions_set_request_timeout(made, (int)timeout_ms, why, sizeof(why));
    return made;
}

/* The cluster's own words where it has some. */
static bool topic_result(const rd_kafka_topic_result_t *const *results, size_t count,
                         const char *topic, struct err *err)
{
    if (count != 1)
        return err_set(err, ERR_MALFORMED, "%s: %zu answers for one topic", topic, count);
    rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[0]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    (void)kafka_conf_error(err, code, topic);
    const char *words = rd_kafka_topic_result_error_string(results[0]);
    if (words != NULL && words[0] != '\0')
        return err_set(err, err->kind, "%s: %s", topic, words);
    return false;
}

bool kafka_admin_create_topic(struct kafka_admin *admin, const char *topic, int32_t partitions,
                              const char *const *pairs, size_t pair_count, int64_t timeout_ms,
                              struct err *err)
{
    char why[REASON_BYTES] = "";
    size_t count;
    rd_kafka_NewTopic_t *new_topic = rd_kafka_NewTopic_new(topic, partitions, 1, why, sizeof(why));
    if (new_topic == NULL)
        return err_set(err, ERR_MALFORMED, "topic %s: %s", topic, why);
    for (size_t i = 0; i < pair_count; i++)
        (void)rd_kafka_NewTopic_set_config(new_topic, pairs[2 * i], pairs[2 * i + 1]);
    rd_kafka_AdminOptions_t *how = options(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_ms);
    rd_kafka_CreateTopics(admin->kafka, &new_topic, 1, how, admin->queue);
    rd_kafka_AdminOptions_destroy(how);
    rd_kafka_NewTopic_destroy(new_topic);
    rd_kafka_event_t *event = await(admin, timeout_ms, topic, err);
    if (event == NULL)
        return false;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    bool ok = topic_result(results, count, topic, err);
    rd_kafka_event_destroy(event);
    return ok;
}

bool kafka_admin_delete_topic(struct kafka_admin *admin, const char *topic, int64_t timeout_ms,
                              struct err *err)
{
    size_t count;
    rd_kafka_DeleteTopic_t *gone = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_AdminOptions_t *how = options(admin, RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout_ms);
    rd_kafka_DeleteTopics(admin->kafka, &gone, 1, how, admin->queue);
    rd_kafka_AdminOptions_destroy(how);
    rd_kafka_DeleteTopic_destroy(gone);
    rd_kafka_event_t *event = await(admin, timeout_ms, topic, err);
    if (event == NULL)
        return false;
    const rd_kafka_topic_result_t **results =
        rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
    bool ok = topic_result(results, count, topic, err);
    rd_kafka_event_destroy(event);
    return ok;
}

static bool copy_configs(const rd_kafka_ConfigResource_t *resource,
                         const struct kafka_admin_config **configs, size_t *count,
                         struct arena *arena)
{
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, count);
    struct kafka_admin_config *copies = ARENA_NEW(arena, struct kafka_admin_config, *count);
    if (copies == NULL)
        return false;
    for (size_t i = 0; i < *count; i++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[i]);
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        copies[i].name = arena_string(arena, span_of(name));
        if (value != NULL)
            copies[i].value = arena_string(arena, span_of(value));
        copies[i].is_default = rd_kafka_ConfigEntry_is_default(entries[i]) != 0;
        if (copies[i].name == NULL || (value != NULL && copies[i].value == NULL))
            return false;
    }
    *configs = copies;
    return true;
}

bool kafka_admin_configs(struct kafka_admin *admin, const char *topic, int64_t timeout_ms,
                         const struct kafka_admin_config **configs, size_t *count,
                         struct arena *arena, struct err *err)
{
    size_t resource_count;
    rd_kafka_ConfigResource_t *asked = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_AdminOptions_t *how = options(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms);
    rd_kafka_DescribeConfigs(admin->kafka, &asked, 1, how, admin->queue);
    rd_kafka_AdminOptions_destroy(how);
    rd_kafka_ConfigResource_destroy(asked);
    rd_kafka_event_t *event = await(admin, timeout_ms, topic, err);
    if (event == NULL)
        return false;
    const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &resource_count);
    bool ok = resource_count == 1;
    if (!ok)
        (void)err_set(err, ERR_MALFORMED, "%s: %zu answers for one topic", topic, resource_count);
    rd_kafka_resp_err_t code = ok ? rd_kafka_ConfigResource_error(resources[0]) : 0;
    if (ok && code != RD_KAFKA_RESP_ERR_NO_ERROR)
        ok = kafka_conf_error(err, code, topic);
    if (ok && !copy_configs(resources[0], configs, count, arena))
        ok = err_set(err, ERR_LIMIT, "%s: its settings need more than %zu bytes", topic,
                     arena->limit);
    rd_kafka_event_destroy(event);
    return ok;
}
