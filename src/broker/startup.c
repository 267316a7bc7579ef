/* SPDX-License-Identifier: Apache-2.0 */
/* startup.c - the journal on one worker, then the partitions on all of them.
 *
 *      journal -> directories -> partition, partition, ... -> ready
 *
 * A directory of a deleted topic is removed; one that no topic knows is left
 * alone and said. */
#include "broker/startup.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/file.h"
#include "store/recovery_points.h"
#include "store/recovery.h"
#include "store/snapshot.h"

#define DIRS_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define METADATA_BYTES_MAX 4096
#define JOURNAL_LINES_SPARE 100 /* lines that are not worth a rewrite */
#define DELETE_SUFFIX "-delete"

struct startup;

struct startup_partition {
    struct task task;
    struct startup *startup;
    struct topic *topic;
    int32_t number;
    int64_t recovery_point;
    char *dir;
    bool is_foreign;
    struct producer_state *producers;
    struct recovery recovery;
    int64_t now_ms;
    bool ok;
    struct err err;
};

struct startup {
    struct node *node;
    void (*ready)(struct node *node, const struct err *err);
    struct task task;
    struct arena arena;
    struct recovery_points points;
    struct journal_loaded loaded;
    struct startup_partition *partitions;
    size_t partition_count;
    size_t partition_room;
    size_t outstanding;
    bool has_cluster;
    bool ok;
    struct err err;
};

/* --- the journal ------------------------------------------------------------------------------ */

static bool apply(void *owner, const struct json_value *change, struct err *err)
{
    struct startup *startup = owner;
    struct node *node = startup->node;
    const struct json_value *cluster = json_get(change, "cluster");
    struct kafka_uuid id;

    if (cluster != NULL) {
        if (cluster->type != JSON_STRING || !uuid_parse(&id, cluster->text))
            return err_set(err, ERR_CORRUPT, "not a cluster's id");
        (void)uuid_text(&id, node->cluster_id);
        startup->has_cluster = true;
    }
    return topics_apply(node->topics, change, err) &&
           producer_ids_apply(&node->producer_ids, change, err);
}

static void render_cluster(const struct node *node, struct text *lines)
{
    char line[64];

    (void)snprintf(line, sizeof(line), "{\"cluster\":\"%s\"}", node->cluster_id);
    journal_add_line(lines, span_of(line));
}

/* What is true now, without how it came to be. */
static bool rewrite(struct startup *startup, const char *path, struct err *err)
{
    struct node *node = startup->node;
    struct text lines;

    text_init(&lines, JOURNAL_BYTES_MAX);
    render_cluster(node, &lines);
    producer_ids_render(&node->producer_ids, &lines);
    topics_render(node->topics, &lines);
    bool ok = journal_rewrite(path, &lines, err);
    startup->loaded.bytes = lines.size;
    text_reset(&lines);
    return ok;
}

static bool load_journal(struct startup *startup, struct err *err)
{
    struct node *node = startup->node;
    char path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/" JOURNAL_NAME, node->dir);
    if (!file_make_dirs(node->dir, err) ||
        !journal_load(path, apply, startup, &startup->loaded, err))
        return false;
    if (startup->loaded.cut_bytes > 0)
        diag_warn("journal_cut", "bytes=%zu; a change that nobody was told of",
                  startup->loaded.cut_bytes);
    if (startup->has_cluster)
        return true;
    struct kafka_uuid id = uuid_new();
    (void)uuid_text(&id, node->cluster_id);
    return rewrite(startup, path, err);
}

/* When all leftovers of deleted topics are gone, their lines are not needed.  On a full disk they
 * stay for another time. */
static bool tidy_journal(struct startup *startup, struct err *err)
{
    uint64_t bytes = startup->loaded.bytes;
    struct file_info info;
    char path[PATH_MAX];
    struct err why;
    size_t needed = topics_count(startup->node->topics) + 2;

    if (startup->loaded.line_count <= 2 * needed + JOURNAL_LINES_SPARE)
        return true;
    (void)snprintf(path, sizeof(path), "%s/" JOURNAL_NAME, startup->node->dir);
    if (rewrite(startup, path, &why))
        return true;
    if (!file_stat(path, &info, err))
        return false;
    if (info.bytes != bytes) { /* it is another already, perhaps not after a loss of power */
        *err = why;
        return false;
    }
    startup->loaded.bytes = bytes;
    diag_warn("journal_not_rewritten", "reason=\"%s\"; it stays as it is", why.text);
    return true;
}

/* --- directories ------------------------------------------------------------------------------ */

static bool ends_with(const char *name, const char *suffix)
{
    size_t size = strlen(name);
    size_t suffix_size = strlen(suffix);

    return size >= suffix_size && strcmp(name + size - suffix_size, suffix) == 0;
}

/* "events-0" is partition 0 of events. */
static bool parse_name(const char *name, struct span *topic, int32_t *number)
{
    const char *dash = strrchr(name, '-');
    int64_t value;

    if (dash == NULL || dash == name || !span_to_i64(span_of(dash + 1), &value) || value < 0 ||
        value > INT32_MAX || dash[1] < '0' || dash[1] > '9')
        return false;
    *topic = (struct span){name, (size_t)(dash - name)};
    *number = (int32_t)value;
    return true;
}

/* The topic that a directory says it belongs to; false when it says nothing. */
static bool read_owner(const char *dir, struct kafka_uuid *id)
{
    struct arena arena;
    struct span bytes;
    struct err nothing;
    char path[PATH_MAX + 32];
    bool found = false;

    (void)snprintf(path, sizeof(path), "%s/partition.metadata", dir);
    arena_init(&arena, METADATA_BYTES_MAX);
    if (file_read_all(path, &bytes, &arena, &nothing))
        while (bytes.size > 0 && !found) {
            struct span line = span_cut(&bytes, '\n');
            if (span_starts_with(line, "topic_id: "))
                found = uuid_parse(id, span_trim(span_after(line, strlen("topic_id: "))));
        }
    arena_reset(&arena);
    return found;
}

static void add_partition(struct startup *startup, struct topic *topic, int32_t number,
                          const char *dir, bool is_foreign)
{
    if (startup->partition_count == startup->partition_room) {
        startup->partition_room = startup->partition_room == 0 ? 16 : startup->partition_room * 2;
        startup->partitions =
            mem_grow(startup->partitions, startup->partition_room * sizeof(*startup->partitions));
    }
    startup->partitions[startup->partition_count++] = (struct startup_partition){
        .startup = startup,
        .topic = topic,
        .number = number,
        .dir = mem_string(dir),
        .is_foreign = is_foreign,
        .recovery_point = recovery_points_find(&startup->points, topic->name, number),
    };
}

static bool take_dir(struct startup *startup, const char *name, struct err *err)
{
    struct topics *topics = startup->node->topics;
    struct kafka_uuid id;
    struct span topic_name;
    char path[PATH_MAX];
    int32_t number;

    (void)snprintf(path, sizeof(path), "%s/%s", startup->node->dir, name);
    if (ends_with(name, DELETE_SUFFIX))
        return file_remove_tree(path, err);
    if (!parse_name(name, &topic_name, &number))
        return true; /* a file of ours, or nothing of ours */
    bool has_owner = read_owner(path, &id);
    if (has_owner && topics_was_deleted(topics, &id))
        return file_remove_tree(path, err);
    struct topic *topic = topics_find(topics, topic_name);
    if (topic == NULL || number >= topic->partition_count) {
        diag_warn("unknown_directory", "path=%s; no topic has it, it is left alone", path);
        return true;
    }
    add_partition(startup, topic, number, path, has_owner && uuid_compare(&id, &topic->id) != 0);
    return true;
}

static bool take_dirs(struct startup *startup, struct err *err)
{
    struct file_names names;

    if (!recovery_points_load(startup->node->dir, &startup->points, &startup->arena, err)) {
        diag_warn("checkpoint_unreadable", "reason=\"%s\"; every segment is checked", err->text);
        startup->points.count = 0;
    }
    if (!file_list(startup->node->dir, &names, &startup->arena, err))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (!take_dir(startup, names.names[i], err))
            return false;
    return true;
}

static void load_run(struct task *task)
{
    ON_WORKER();
    struct startup *startup = CONTAINER_OF(task, struct startup, task);

    startup->ok = load_journal(startup, &startup->err) && take_dirs(startup, &startup->err) &&
                  tidy_journal(startup, &startup->err);
}

/* --- partitions ------------------------------------------------------------------------------- */

static void restore(void *owner, const struct snapshot *snapshot)
{
    const struct startup_partition *partition = owner;

    producer_state_restore(partition->producers, snapshot);
}

static void replay(void *owner, const struct batch *batch)
{
    const struct startup_partition *partition = owner;

    if (batch_has_producer(batch))
        producer_state_note(partition->producers, batch, batch->base_offset, partition->now_ms);
}

static bool recover(struct startup_partition *partition, struct err *err)
{
    if (partition->is_foreign)
        return err_set(err, ERR_CONFLICT, "%s belongs to another topic of that name",
                       partition->dir);
    /* The file's line may be of a topic that had the name before. */
    if (!snapshot_newest(partition->dir, partition->recovery_point, &partition->recovery_point,
                         err))
        return false;
    partition->recovery = (struct recovery){
        .dir = partition->dir,
        .recovery_point = partition->recovery_point,
        .restore = restore,
        .replay = replay,
        .owner = partition,
    };
    return recovery_run(&partition->recovery, err);
}

static void recover_run(struct task *task)
{
    ON_WORKER();
    struct startup_partition *partition = CONTAINER_OF(task, struct startup_partition, task);

    partition->ok = recover(partition, &partition->err);
}

static void say_recovered(struct node *node, const struct startup_partition *partition)
{
    const struct recovery *recovery = &partition->recovery;

    node->shop.cut_bytes += recovery->cut_bytes;
    if (recovery->damage_count > 0) {
        node->damage_count += recovery->damage_count;
        diag_error("damaged",
                   "topic=%s partition=%" PRId32 " places=%zu first=\"%s\"; it stays, "
                   "and is not served",
                   partition->topic->name, partition->number, recovery->damage_count,
                   recovery->damage.text);
    }
    if (recovery->cut_batches > 0)
        diag_error("cut_whole_batches",
                   "topic=%s partition=%" PRId32 " batches=%zu; they stood "
                   "behind one that is not whole, and are kept in %s/*.cut",
                   partition->topic->name, partition->number, recovery->cut_batches,
                   partition->dir);
    if (recovery->cut_bytes > 0 || recovery->next_offset > partition->recovery_point)
        diag_info("recovered",
                  "topic=%s partition=%" PRId32 " next_offset=%" PRId64 " read_bytes=%" PRIu64
                  " cut_bytes=%" PRIu64,
                  partition->topic->name, partition->number, recovery->next_offset,
                  recovery->read_bytes, recovery->cut_bytes);
}

static void startup_free(struct startup *startup)
{
    for (size_t i = 0; i < startup->partition_count; i++)
        mem_free(startup->partitions[i].dir);
    mem_free(startup->partitions);
    arena_reset(&startup->arena);
    mem_free(startup);
}

static void finish(struct startup *startup)
{
    struct node *node = startup->node;

    for (size_t i = 0; i < startup->partition_count; i++) {
        const struct startup_partition *partition = &startup->partitions[i];
        if (partition->ok && partition->recovery.next_offset > partition->recovery_point)
            partition_checkpoint(topics_partition(partition->topic, partition->number), false);
    }
    startup->ready(node, NULL);
    startup_free(startup);
}

static void recover_done(struct task *task)
{
    ON_LOOP();
    struct startup_partition *partition = CONTAINER_OF(task, struct startup_partition, task);
    struct startup *startup = partition->startup;
    struct topics *topics = startup->node->topics;
    char metadata[128];

    topics_metadata(partition->topic, metadata, sizeof(metadata));
    struct log_settings settings = topics_log_settings(topics, partition->topic, metadata);
    struct log *log;
    if (partition->ok) {
        say_recovered(startup->node, partition);
        log = log_open(partition->dir, &settings, &partition->recovery);
    } else {
        diag_error("offline", "topic=%s partition=%" PRId32 " reason=\"%s\"",
                   partition->topic->name, partition->number, partition->err.text);
        log =
            log_open_unread(partition->dir, &settings, partition->recovery_point, &partition->err);
    }
    topics_set_partition(topics, partition->topic, partition->number, log, partition->producers);
    startup->outstanding--;
    if (startup->outstanding == 0)
        finish(startup);
}

static void load_done(struct task *task)
{
    ON_LOOP();
    struct startup *startup = CONTAINER_OF(task, struct startup, task);
    struct node *node = startup->node;
    char path[PATH_MAX];

    if (!startup->ok) {
        startup->ready(node, &startup->err);
        startup_free(startup);
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/" JOURNAL_NAME, node->dir);
    node->journal = journal_create(path, startup->loaded.bytes, node->workers);
    topics_set_journal(node->topics, node->journal);
    node->producer_ids.journal = node->journal;
    startup->outstanding = startup->partition_count;
    if (startup->outstanding == 0) {
        finish(startup);
        return;
    }
    for (size_t i = 0; i < startup->partition_count; i++) {
        struct startup_partition *partition = &startup->partitions[i];
        partition->producers = producer_state_create();
        partition->now_ms = clock_wall_ms();
        partition->task = (struct task){.run = recover_run, .done = recover_done};
        worker_pool_submit(node->workers, &partition->task);
    }
}

void startup_begin(struct node *node, void (*ready)(struct node *node, const struct err *err))
{
    ON_LOOP();
    struct startup *startup = mem_new(sizeof(*startup));

    startup->node = node;
    startup->ready = ready;
    arena_init(&startup->arena, DIRS_BYTES_MAX);
    startup->task = (struct task){.run = load_run, .done = load_done};
    worker_pool_submit(node->workers, &startup->task);
}
