/* SPDX-License-Identifier: Apache-2.0 */
/* topics.c - two sorted arrays of the same topics, and the steps of a creation and a deletion.
 *
 * Deleting: the journal says so first; after that nothing brings the topic
 * back, and a crash leaves directories that the next start moves away, because
 * their partition.metadata names an id that is not there.  Then the directories
 * get another name at once, so that the topic's own is free, and are removed. */
#include "broker/topics.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/file.h"

#define LINE_BYTES_MAX ((size_t)4096)
#define METADATA_BYTES 128
#define GROW 16

struct topics {
    char *dir;
    struct settings settings;
    struct partition_shop *shop;
    struct journal *journal;
    struct topic **by_name;
    struct topic **by_id;
    size_t count;
    size_t room;
    size_t partition_count;
    size_t changing; /* topics that come or go */
    void (*idle)(void *owner);
    void *idle_owner;
    struct kafka_uuid *deleted; /* as the journal said at the start */
    size_t deleted_count;
};

/* --- sorted arrays ---------------------------------------------------------------------------- */

static int compare_names(struct span a, struct span b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size == 0 ? 0 : memcmp(a.data, b.data, size);

    if (order != 0)
        return order;
    return a.size < b.size ? -1 : a.size > b.size;
}

static size_t name_position(const struct topics *topics, struct span name)
{
    size_t low = 0;
    size_t high = topics->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_names(span_of(topics->by_name[middle]->name), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t id_position(const struct topics *topics, const struct kafka_uuid *id)
{
    size_t low = 0;
    size_t high = topics->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (uuid_compare(&topics->by_id[middle]->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct topic *any_by_name(const struct topics *topics, struct span name)
{
    size_t at = name_position(topics, name);

    return at < topics->count && span_is(name, topics->by_name[at]->name) ? topics->by_name[at]
                                                                          : NULL;
}

static struct topic *any_by_id(const struct topics *topics, const struct kafka_uuid *id)
{
    size_t at = id_position(topics, id);

    return at < topics->count && uuid_compare(&topics->by_id[at]->id, id) == 0 ? topics->by_id[at]
                                                                               : NULL;
}

static void put_in(struct topic **array, size_t count, size_t at, struct topic *topic)
{
    memmove(&array[at + 1], &array[at], (count - at) * sizeof(struct topic *));
    array[at] = topic;
}

static void take_out(struct topic **array, size_t count, size_t at)
{
    memmove(&array[at], &array[at + 1], (count - at - 1) * sizeof(struct topic *));
}

static void insert(struct topics *topics, struct topic *topic)
{
    if (topics->count == topics->room) {
        topics->room = topics->room == 0 ? GROW : topics->room * 2;
        topics->by_name = mem_grow(topics->by_name, topics->room * sizeof(struct topic *));
        topics->by_id = mem_grow(topics->by_id, topics->room * sizeof(struct topic *));
    }
    put_in(topics->by_name, topics->count, name_position(topics, span_of(topic->name)), topic);
    put_in(topics->by_id, topics->count, id_position(topics, &topic->id), topic);
    topics->count++;
    topics->partition_count += (size_t)topic->partition_count;
}

static void forget(struct topics *topics, struct topic *topic)
{
    take_out(topics->by_name, topics->count, name_position(topics, span_of(topic->name)));
    take_out(topics->by_id, topics->count, id_position(topics, &topic->id));
    topics->count--;
    topics->partition_count -= (size_t)topic->partition_count;
}

/* --- life ------------------------------------------------------------------------------------- */

struct topics *topics_create(const char *dir, const struct settings *settings,
                             struct partition_shop *shop)
{
    struct topics *topics = mem_new(sizeof(*topics));

    topics->dir = mem_string(dir);
    topics->settings = *settings;
    topics->shop = shop;
    return topics;
}

void topics_set_journal(struct topics *topics, struct journal *journal)
{
    topics->journal = journal;
}

static void topic_free(struct topic *topic)
{
    for (int32_t i = 0; i < topic->partition_count; i++)
        partition_close(topic->partitions[i]);
    mem_free(topic->partitions);
    mem_free(topic->name);
    mem_free(topic);
}

void topics_close(struct topics *topics)
{
    if (topics == NULL)
        return;
    for (size_t i = 0; i < topics->count; i++)
        topic_free(topics->by_name[i]);
    mem_free(topics->by_name);
    mem_free(topics->by_id);
    mem_free(topics->deleted);
    mem_free(topics->dir);
    mem_free(topics);
}

void topics_partition_dir(const struct topics *topics, const char *name, int32_t number, char *path,
                          size_t path_bytes)
{
    (void)snprintf(path, path_bytes, "%s/%s-%" PRId32, topics->dir, name, number);
}

void topics_metadata(const struct topic *topic, char *text, size_t text_bytes)
{
    char id[UUID_TEXT_BYTES];

    (void)snprintf(text, text_bytes, "version: 0\ntopic_id: %s\n", uuid_text(&topic->id, id));
}

struct log_settings topics_log_settings(const struct topics *topics, const struct topic *topic,
                                        const char *metadata)
{
    return (struct log_settings){
        .segment_bytes_max = (uint64_t)topics_segment_bytes(topics, topic),
        .metadata = metadata,
    };
}

void topics_set_partition(struct topics *topics, struct topic *topic, int32_t number,
                          struct log *log, struct producer_state *producers)
{
    partition_close(topic->partitions[number]);
    topic->partitions[number] = partition_create(topics->shop, topic->name, number, log, producers);
}

static struct topic *topic_new(struct topics *topics, struct span name, const struct kafka_uuid *id,
                               int32_t partition_count, const struct topic_config *config)
{
    struct topic *topic = mem_new(sizeof(*topic));
    char metadata[METADATA_BYTES];
    char path[PATH_MAX];

    topic->topics = topics;
    topic->name = mem_new(name.size + 1);
    memcpy(topic->name, name.data, name.size);
    topic->id = *id;
    topic->config = *config;
    topic->partition_count = partition_count;
    topic->partitions = mem_new_array((size_t)partition_count, sizeof(struct partition *));
    topics_metadata(topic, metadata, sizeof(metadata));
    struct log_settings settings = topics_log_settings(topics, topic, metadata);
    for (int32_t i = 0; i < partition_count; i++) {
        topics_partition_dir(topics, topic->name, i, path, sizeof(path));
        topics_set_partition(topics, topic, i, log_create(path, &settings),
                             producer_state_create());
    }
    return topic;
}

/* --- finding ---------------------------------------------------------------------------------- */

bool topics_check_name(struct span name, struct err *err)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const char *chars = name.data;

    if (name.size == 0)
        return err_set(err, ERR_MALFORMED, "a topic's name is empty");
    if (name.size > TOPICS_NAME_BYTES_MAX)
        return err_set(err, ERR_MALFORMED, "a topic's name of %zu letters, at most %d", name.size,
                       TOPICS_NAME_BYTES_MAX);
    if (span_is(name, ".") || span_is(name, ".."))
        return err_set(err, ERR_MALFORMED, "a topic cannot be named . or ..");
    for (size_t i = 0; i < name.size; i++)
        if (chars[i] == '\0' || strchr(allowed, chars[i]) == NULL)
            return err_set(err, ERR_MALFORMED,
                           "a topic's name has letters, digits, '.', '_' and "
                           "'-' only");
    return true;
}

struct topic *topics_find(const struct topics *topics, struct span name)
{
    struct topic *topic = any_by_name(topics, name);

    return topic != NULL && topic->state == TOPIC_THERE ? topic : NULL;
}

struct topic *topics_find_id(const struct topics *topics, const struct kafka_uuid *id)
{
    struct topic *topic = any_by_id(topics, id);

    return topic != NULL && topic->state == TOPIC_THERE ? topic : NULL;
}

struct topic *topics_find_creating(const struct topics *topics, struct span name)
{
    struct topic *topic = any_by_name(topics, name);

    return topic != NULL && topic->state == TOPIC_CREATING ? topic : NULL;
}

struct topic *topics_at(const struct topics *topics, size_t index)
{
    return topics->by_name[index];
}

size_t topics_count(const struct topics *topics)
{
    return topics->count;
}

size_t topics_partition_count(const struct topics *topics)
{
    return topics->partition_count;
}

struct partition *topics_partition(const struct topic *topic, int32_t number)
{
    return number >= 0 && number < topic->partition_count ? topic->partitions[number] : NULL;
}

int64_t topics_message_bytes_max(const struct topics *topics, const struct topic *topic)
{
    return topic->config.message_bytes_max > 0 ? topic->config.message_bytes_max
                                               : topics->settings.message_bytes_max;
}

int64_t topics_segment_bytes(const struct topics *topics, const struct topic *topic)
{
    return topic->config.segment_bytes > 0 ? topic->config.segment_bytes
                                           : topics->settings.segment_bytes_max;
}

/* --- creating --------------------------------------------------------------------------------- */

bool topics_check_new(const struct topics *topics, struct span name, int32_t partition_count,
                      struct err *err)
{
    if (!topics_check_name(name, err))
        return false;
    const struct topic *topic = any_by_name(topics, name);
    if (topic != NULL)
        return err_set(err, ERR_CONFLICT, "topic '%s' %s", topic->name,
                       topic->state == TOPIC_DELETING ? "is being deleted" : "exists already");
    if (topics->shop->drains)
        return err_set(err, ERR_UNAVAILABLE, "the broker is going down");
    if (topics->count >= SETTINGS_TOPICS_MAX)
        return err_set(err, ERR_LIMIT, "at most %d topics", SETTINGS_TOPICS_MAX);
    if (topics->partition_count + (size_t)partition_count > SETTINGS_PARTITIONS_MAX)
        return err_set(err, ERR_LIMIT, "at most %d partitions in all", SETTINGS_PARTITIONS_MAX);
    return true;
}

static void write_config(struct json_writer *json, const char *name, int64_t value)
{
    char text[32];

    if (value == 0)
        return;
    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    json_key(json, name);
    json_string(json, text);
}

static void render_topic(const struct topic *topic, struct text *out)
{
    struct json_writer json;
    char id[UUID_TEXT_BYTES];

    json_writer_init(&json, out);
    json_begin_object(&json);
    json_key(&json, "topic");
    json_string(&json, topic->name);
    json_key(&json, "id");
    json_string(&json, uuid_text(&topic->id, id));
    json_key(&json, "partitions");
    json_i64(&json, topic->partition_count);
    json_key(&json, "configs");
    json_begin_object(&json);
    write_config(&json, "segment.bytes", topic->config.segment_bytes);
    write_config(&json, "max.message.bytes", topic->config.message_bytes_max);
    json_end_object(&json);
    json_end_object(&json);
}

static void tell_waiting(struct topic *topic, const struct err *err)
{
    struct topic_wait *waiting = topic->waiting;

    topic->waiting = NULL;
    while (waiting != NULL) {
        struct topic_wait *wait = waiting;
        waiting = wait->next;
        wait->done(wait, err);
    }
}

static void tell_settled(struct topics *topics)
{
    void (*idle)(void *) = topics->idle;

    if (idle == NULL || topics->changing > 0)
        return;
    topics->idle = NULL;
    idle(topics->idle_owner);
}

static void change_ended(struct topics *topics)
{
    topics->changing--;
    tell_settled(topics);
}

void topics_drain(struct topics *topics, void (*idle)(void *owner), void *owner)
{
    topics->idle = idle;
    topics->idle_owner = owner;
    tell_settled(topics);
}

static void creation_written(struct journal_wait *wait, const struct err *err)
{
    struct topic *topic = CONTAINER_OF(wait, struct topic, journal_wait);
    struct topics *topics = topic->topics;

    if (err == NULL) {
        topic->state = TOPIC_THERE;
        diag_info("topic_created", "topic=%s partitions=%" PRId32, topic->name,
                  topic->partition_count);
        tell_waiting(topic, NULL);
    } else {
        forget(topics, topic);
        tell_waiting(topic, err);
        topic_free(topic);
    }
    change_ended(topics);
}

struct kafka_uuid topics_add(struct topics *topics, struct span name, int32_t partition_count,
                             const struct topic_config *config, struct topic_wait *wait)
{
    struct kafka_uuid id = uuid_new();
    struct text line;

    struct topic *topic = topic_new(topics, name, &id, partition_count, config);
    insert(topics, topic);
    topics_wait(topic, wait);
    topics->changing++;
    topic->journal_wait.written = creation_written;
    text_init(&line, LINE_BYTES_MAX);
    render_topic(topic, &line);
    assert(!line.full);
    journal_write(topics->journal, text_span(&line), &topic->journal_wait);
    text_reset(&line);
    return id;
}

void topics_wait(struct topic *topic, struct topic_wait *wait)
{
    wait->next = topic->waiting;
    topic->waiting = wait;
}

/* --- deleting --------------------------------------------------------------------------------- */

static void away_dir(const struct topic *topic, int32_t number, char path[PATH_MAX])
{
    char id[UUID_TEXT_BYTES];

    (void)snprintf(path, PATH_MAX, "%s/%s.%" PRId32 "-delete", topic->topics->dir,
                   uuid_text(&topic->id, id), number);
}

static void remove_run(struct task *task)
{
    ON_WORKER();
    struct topic *topic = CONTAINER_OF(task, struct topic, task);
    char path[PATH_MAX];

    topic->err.kind = ERR_NONE;
    for (int32_t i = 0; i < topic->partition_count; i++) {
        struct err err;
        away_dir(topic, i, path);
        if (!file_remove_tree(path, &err))
            topic->err = err;
    }
}

static void free_emptied(struct topic *topic)
{
    mem_free(topic->partitions);
    mem_free(topic->name);
    mem_free(topic);
}

static void remove_done(struct task *task)
{
    ON_LOOP();
    struct topic *topic = CONTAINER_OF(task, struct topic, task);

    if (topic->err.kind != ERR_NONE)
        diag_warn("removing_failed", "topic=%s reason=\"%s\"; the next start tries again",
                  topic->name, topic->err.text);
    free_emptied(topic);
}

static bool move_away(struct topic *topic, int32_t number, struct err *err)
{
    char from[PATH_MAX];
    char to[PATH_MAX];

    topics_partition_dir(topic->topics, topic->name, number, from, sizeof(from));
    away_dir(topic, number, to);
    return file_rename(from, to, err) || err->kind == ERR_NOT_FOUND;
}

static void move_run(struct task *task)
{
    ON_WORKER();
    struct topic *topic = CONTAINER_OF(task, struct topic, task);
    bool ok = true;

    topic->err.kind = ERR_NONE;
    for (int32_t i = 0; i < topic->partition_count && ok; i++)
        ok = move_away(topic, i, &topic->err);
    if (ok && !file_sync_dir(topic->topics->dir, &topic->err))
        ok = topic->err.kind == ERR_NOT_FOUND;
    if (ok)
        topic->err.kind = ERR_NONE;
}

static void move_done(struct task *task)
{
    ON_LOOP();
    struct topic *topic = CONTAINER_OF(task, struct topic, task);
    struct topics *topics = topic->topics;

    for (int32_t i = 0; i < topic->partition_count; i++)
        partition_close(topic->partitions[i]);
    if (topic->err.kind != ERR_NONE) {
        /* It keeps its name until the next start, which moves the directories away. */
        diag_error("deleting_failed", "topic=%s reason=\"%s\"", topic->name, topic->err.text);
        topics->partition_count -= (size_t)topic->partition_count;
        topic->partition_count = 0;
        tell_waiting(topic, &topic->err);
        change_ended(topics);
        return;
    }
    diag_info("topic_deleted", "topic=%s", topic->name);
    forget(topics, topic);
    tell_waiting(topic, NULL);
    if (topics->shop->drains) {
        free_emptied(topic); /* the next start removes the directories */
    } else {
        topic->task = (struct task){.run = remove_run, .done = remove_done};
        worker_pool_submit(topics->shop->workers, &topic->task);
    }
    change_ended(topics);
}

static void partition_idle(void *owner)
{
    struct topic *topic = owner;

    topic->busy_count--;
    if (topic->busy_count > 0)
        return;
    topic->task = (struct task){.run = move_run, .done = move_done};
    worker_pool_submit(topic->topics->shop->workers, &topic->task);
}

static void deletion_written(struct journal_wait *wait, const struct err *err)
{
    struct topic *topic = CONTAINER_OF(wait, struct topic, journal_wait);

    if (err != NULL) {
        topic->state = TOPIC_THERE;
        tell_waiting(topic, err);
        change_ended(topic->topics);
        return;
    }
    topic->busy_count = topic->partition_count;
    for (int32_t i = 0; i < topic->partition_count; i++)
        partition_remove(topic->partitions[i], partition_idle, topic);
}

static void render_deletion(const struct topic *topic, struct text *out)
{
    char id[UUID_TEXT_BYTES];

    text_printf(out, "{\"deleted\":\"%s\"}", uuid_text(&topic->id, id));
}

void topics_delete(struct topics *topics, struct topic *topic, struct topic_wait *wait)
{
    struct text line;

    assert(topic->state == TOPIC_THERE);
    topic->state = TOPIC_DELETING;
    topics_wait(topic, wait);
    topics->changing++;
    topic->journal_wait.written = deletion_written;
    text_init(&line, LINE_BYTES_MAX);
    render_deletion(topic, &line);
    journal_write(topics->journal, text_span(&line), &topic->journal_wait);
    text_reset(&line);
}

/* --- at the start ----------------------------------------------------------------------------- */

static bool apply_config(struct topic_config *config, const struct json_value *configs)
{
    int64_t *const values[] = {&config->segment_bytes, &config->message_bytes_max};
    static const char *const names[] = {"segment.bytes", "max.message.bytes"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct json_value *value = json_get(configs, names[i]);
        if (value != NULL && (value->type != JSON_STRING || !span_to_i64(value->text, values[i])))
            return false;
    }
    return true;
}

static bool apply_new(struct topics *topics, const struct json_value *name,
                      const struct json_value *change, struct err *err)
{
    const struct json_value *id = json_get(change, "id");
    const struct json_value *count = json_get(change, "partitions");
    struct topic_config config = {0};
    struct kafka_uuid uuid;
    int64_t partitions;

    if (name->type != JSON_STRING || id == NULL || id->type != JSON_STRING || count == NULL ||
        !uuid_parse(&uuid, id->text) || !json_to_i64(count, &partitions) || partitions < 1 ||
        partitions > SETTINGS_PARTITIONS_MAX || !topics_check_name(name->text, err) ||
        !apply_config(&config, json_get(change, "configs")))
        return err_set(err, ERR_CORRUPT, "not a topic as this version writes it");
    if (any_by_name(topics, name->text) != NULL || any_by_id(topics, &uuid) != NULL)
        return err_set(err, ERR_CORRUPT, "a topic that was there already");
    struct topic *topic = topic_new(topics, name->text, &uuid, (int32_t)partitions, &config);
    topic->state = TOPIC_THERE;
    insert(topics, topic);
    return true;
}

bool topics_apply(struct topics *topics, const struct json_value *change, struct err *err)
{
    const struct json_value *name = json_get(change, "topic");
    const struct json_value *deletion = json_get(change, "deleted");
    struct kafka_uuid uuid;

    if (name != NULL)
        return apply_new(topics, name, change, err);
    if (deletion == NULL)
        return true;
    struct topic *topic = NULL;
    if (deletion->type == JSON_STRING && uuid_parse(&uuid, deletion->text))
        topic = any_by_id(topics, &uuid);
    if (topic == NULL)
        return err_set(err, ERR_CORRUPT, "the deletion of a topic that is not there");
    forget(topics, topic);
    topic_free(topic);
    if (topics->deleted_count % GROW == 0)
        topics->deleted =
            mem_grow(topics->deleted, (topics->deleted_count + GROW) * sizeof(*topics->deleted));
    topics->deleted[topics->deleted_count++] = uuid;
    return true;
}

bool topics_was_deleted(const struct topics *topics, const struct kafka_uuid *id)
{
    for (size_t i = 0; i < topics->deleted_count; i++)
        if (uuid_compare(&topics->deleted[i], id) == 0)
            return true;
    return false;
}

void topics_render(const struct topics *topics, struct text *lines)
{
    struct text line;

    text_init(&line, LINE_BYTES_MAX);
    for (size_t i = 0; i < topics->count; i++) {
        text_clear(&line);
        render_topic(topics->by_name[i], &line);
        journal_add_line(lines, text_span(&line));
    }
    text_reset(&line);
}
