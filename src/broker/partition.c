/* SPDX-License-Identifier: Apache-2.0 */
/* partition.c - the order of records, and when a producer hears that its own is safe.
 *
 *   produce  ->  append  ->  wait  ->  commit          ->  settle
 *   (loop)       (loop)               write and sync      (loop)
 *                                     (worker)
 *
 * Producers that arrive while a commit runs share the next one.  A partition
 * does one of these at a time:
 *
 *      idle --append--> commit --done--> idle, or the next commit, or a checkpoint
 *      idle --64 MiB written, or the end--> checkpoint --done--> idle, or a commit */
#include "broker/partition.h"

#include <assert.h>
#include <inttypes.h>

#include "base/diag.h"
#include "base/mem.h"
#include "broker/settings.h"
#include "io/clock.h"
#include "io/failpoint.h"

#define COMPLAINT_MS 5000 /* between two lines about the same full disk */

struct partition {
    struct partition_shop *shop;
    const char *topic;
    int32_t number;
    struct log *log;
    struct producer_state *producers;

    struct partition_append *first; /* wait for their sync, in the order of offsets */
    struct partition_append *last;
    struct partition_watch *watches;

    struct turn_end turn_end; /* begins a commit when all of this turn has arrived */
    struct task commit_task;
    bool is_committing;

    struct task checkpoint_task;
    struct log_checkpoint checkpoint;
    struct snapshot_entry *entries;
    bool checkpoint_ok;
    struct err checkpoint_err;
    bool is_checkpointing;
    bool wants_checkpoint;
    bool wants_last;
    int64_t written_point;

    size_t readers;
    bool is_gone;
    bool is_failing; /* the last commit was refused */
    int64_t complained_ms;
    void (*idle)(void *owner);
    void *idle_owner;
};

static void start_work(struct partition *p);

/* --- life ------------------------------------------------------------------------------------- */

static void begin_work(struct turn_end *turn_end)
{
    start_work(CONTAINER_OF(turn_end, struct partition, turn_end));
}

struct partition *partition_create(struct partition_shop *shop, const char *topic, int32_t number,
                                   struct log *log, struct producer_state *producers)
{
    struct partition *p = mem_new(sizeof(*p));

    p->shop = shop;
    p->topic = topic;
    p->number = number;
    p->log = log;
    p->producers = producers;
    p->turn_end.run = begin_work;
    p->written_point = log_recovery_point(log);
    return p;
}

void partition_close(struct partition *p)
{
    if (p == NULL)
        return;
    assert(!partition_is_busy(p) && p->first == NULL && p->watches == NULL);
    loop_forget_turn_end(p->shop->loop, &p->turn_end);
    log_close(p->log);
    producer_state_close(p->producers);
    mem_free(p);
}

const char *partition_topic(const struct partition *p)
{
    return p->topic;
}

int32_t partition_number(const struct partition *p)
{
    return p->number;
}

struct log *partition_log(const struct partition *p)
{
    return p->log;
}

bool partition_is_busy(const struct partition *p)
{
    return p->is_committing || p->is_checkpointing || p->readers > 0;
}

bool partition_is_gone(const struct partition *p)
{
    return p->is_gone;
}

/* --- those who wait --------------------------------------------------------------------------- */

void partition_watch(struct partition *p, struct partition_watch *watch)
{
    assert(watch->at == NULL);
    watch->next = p->watches;
    watch->at = &p->watches;
    if (watch->next != NULL)
        watch->next->at = &watch->next;
    p->watches = watch;
}

void partition_unwatch(struct partition_watch *watch)
{
    if (watch->at == NULL)
        return;
    *watch->at = watch->next;
    if (watch->next != NULL)
        watch->next->at = watch->at;
    watch->at = NULL;
    watch->next = NULL;
}

/* Who is called may unwatch itself, and others. */
static void tell_watches(struct partition *p)
{
    struct partition_watch *waiting = p->watches;

    if (waiting == NULL)
        return;
    p->watches = NULL;
    waiting->at = &waiting;
    while (waiting != NULL) {
        struct partition_watch *watch = waiting;
        partition_unwatch(watch);
        partition_watch(p, watch);
        watch->moved(watch);
    }
}

static void wait_for_sync(struct partition *p, struct partition_append *append)
{
    append->next = NULL;
    if (p->last == NULL)
        p->first = append;
    else
        p->last->next = append;
    p->last = append;
}

static struct partition_append *take_waiting(struct partition *p)
{
    struct partition_append *append = p->first;

    p->first = append->next;
    if (p->first == NULL)
        p->last = NULL;
    append->next = NULL;
    return append;
}

/* All up to what is synced hear so; with an error the others hear that. */
static void settle(struct partition *p, const struct err *err)
{
    int64_t durable = log_durable_offset(p->log);

    while (p->first != NULL && (p->first->end_offset <= durable || err != NULL)) {
        struct partition_append *append = take_waiting(p);
        append->settled(append, append->end_offset <= durable ? NULL : err);
    }
}

/* --- commits ---------------------------------------------------------------------------------- */

static void commit_run(struct task *task)
{
    ON_WORKER();
    log_commit_run(CONTAINER_OF(task, struct partition, commit_task)->log);
}

/* Once, then now and then while it lasts: a full disk refuses thousands a second. */
static void complain_of_commit(struct partition *p, const struct err *err)
{
    int64_t now_ms = loop_now_ms(p->shop->loop);

    p->shop->commit_failure_count++;
    if (log_offline_reason(p->log) != NULL) {
        diag_error("offline",
                   "topic=%s partition=%" PRId32 " reason=\"%s\"; it takes no more until "
                   "a restart, what was synced is still read",
                   p->topic, p->number, err->text);
        return;
    }
    if (p->is_failing && now_ms - p->complained_ms < COMPLAINT_MS)
        return;
    p->complained_ms = now_ms;
    diag_error("append_refused",
               "topic=%s partition=%" PRId32 " reason=\"%s\"; producers are told "
               "to try again",
               p->topic, p->number, err->text);
}

static void commit_done(struct task *task)
{
    ON_LOOP();
    struct partition *p = CONTAINER_OF(task, struct partition, commit_task);
    int64_t before = log_durable_offset(p->log);
    struct err err;

    assert(p->is_committing);
    p->is_committing = false;
    p->shop->commit_count++;
    failpoint_pass("partition.before_acknowledge");
    bool ok = log_commit_end(p->log, &err);
    if (!ok) {
        producer_state_take_back(p->producers, log_durable_offset(p->log));
        complain_of_commit(p, &err);
        err.kind =
            ERR_IO; /* a file that is there or not there is the disk's fault, no producer's */
    } else if (p->is_failing) {
        diag_info("append_works_again", "topic=%s partition=%" PRId32, p->topic, p->number);
    }
    p->is_failing = !ok;
    settle(p, ok ? NULL : &err);
    if (log_durable_offset(p->log) != before || !ok)
        tell_watches(p);
    start_work(p);
}

static void start_commit(struct partition *p)
{
    log_commit_begin(p->log);
    p->is_committing = true;
    p->commit_task = (struct task){.run = commit_run, .done = commit_done};
    worker_pool_submit(p->shop->syncers, &p->commit_task);
}

/* --- checkpoints ------------------------------------------------------------------------------ */

static void checkpoint_run(struct task *task)
{
    ON_WORKER();
    struct partition *p = CONTAINER_OF(task, struct partition, checkpoint_task);

    p->checkpoint_ok = log_checkpoint_run(p->log, &p->checkpoint, &p->checkpoint_err);
}

static void checkpoint_done(struct task *task)
{
    ON_LOOP();
    struct partition *p = CONTAINER_OF(task, struct partition, checkpoint_task);

    p->is_checkpointing = false;
    log_checkpoint_end(p->log, &p->checkpoint, p->checkpoint_ok);
    mem_free(p->entries);
    p->entries = NULL;
    if (p->checkpoint_ok)
        p->shop->checkpointed(p->shop->owner);
    else
        diag_warn("checkpoint_failed",
                  "topic=%s partition=%" PRId32 " reason=\"%s\"; the next "
                  "start will take longer",
                  p->topic, p->number, p->checkpoint_err.text);
    start_work(p);
}

static void start_checkpoint(struct partition *p)
{
    int64_t offset = log_durable_offset(p->log);

    producer_state_expire(p->producers, clock_wall_ms() - SETTINGS_PRODUCER_EXPIRY_MS);
    p->checkpoint = (struct log_checkpoint){
        .snapshot = {.offset = offset},
        .offset = offset,
        .written_point = p->written_point,
        .is_last = p->wants_last,
    };
    p->entries = producer_state_entries(p->producers, offset, &p->checkpoint.snapshot.count);
    p->checkpoint.snapshot.entries = p->entries;
    p->wants_checkpoint = false;
    log_checkpoint_begin(p->log);
    p->is_checkpointing = true;
    p->checkpoint_task = (struct task){.run = checkpoint_run, .done = checkpoint_done};
    worker_pool_submit(p->shop->syncers, &p->checkpoint_task);
}

void partition_checkpoint(struct partition *p, bool is_last)
{
    ON_LOOP();
    if (log_durable_offset(p->log) == log_recovery_point(p->log) &&
        p->written_point == log_recovery_point(p->log) && !log_has_pending(p->log))
        return;
    p->wants_checkpoint = true;
    p->wants_last = is_last;
    start_work(p);
}

void partition_set_written_point(struct partition *p, int64_t offset)
{
    if (offset <= log_recovery_point(p->log)) /* else it was of a deleted topic of that name */
        p->written_point = offset;
}

/* --- one thing at a time ---------------------------------------------------------------------- */

static void tell_idle(struct partition *p)
{
    void (*idle)(void *) = p->idle;

    if (idle == NULL || (p->is_gone && p->readers > 0))
        return;
    p->idle = NULL;
    idle(p->idle_owner);
}

static void start_work(struct partition *p)
{
    bool is_online = log_offline_reason(p->log) == NULL;

    if (p->is_committing || p->is_checkpointing)
        return;
    if (is_online && !p->is_gone) {
        if (log_wants_checkpoint(p->log))
            p->wants_checkpoint = true;
        if (p->wants_checkpoint && !(p->wants_last && log_has_pending(p->log))) {
            start_checkpoint(p);
            return;
        }
        if (log_has_pending(p->log)) {
            start_commit(p);
            return;
        }
    }
    tell_idle(p);
}

static void work_soon(struct partition *p)
{
    if (!p->is_committing && !p->is_checkpointing)
        loop_at_turn_end(p->shop->loop, &p->turn_end);
}

/* --- appending -------------------------------------------------------------------------------- */

/* The batch is in the log, or on its way there. */
static void append_again(struct partition *p, const struct batch *batch, int64_t last_offset,
                         struct partition_append *append)
{
    append->base_offset = last_offset - batch->last_offset_delta;
    append->end_offset = last_offset + 1;
    p->shop->duplicate_count++;
    if (append->end_offset <= log_durable_offset(p->log))
        append->settled(append, NULL);
    else
        wait_for_sync(p, append);
}

static int16_t refuse(enum error_code code, struct err *err, const char *what,
                      const struct batch *batch)
{
    (void)err_set(err, ERR_CONFLICT, "%s: producer %" PRId64 " epoch %d sequence %" PRId32, what,
                  batch->producer_id, batch->producer_epoch, batch->base_sequence);
    return (int16_t)code;
}

static int16_t append_new(struct partition *p, const struct batch *batch,
                          struct partition_append *append, struct err *err)
{
    if (!log_append(p->log, batch, &append->base_offset, err))
        return ERROR_KAFKA_STORAGE_ERROR;
    append->end_offset = log_next_offset(p->log);
    if (batch_has_producer(batch))
        producer_state_note(p->producers, batch, append->base_offset, clock_wall_ms());
    p->shop->append_count++;
    p->shop->append_bytes += batch->bytes.size;
    wait_for_sync(p, append);
    work_soon(p);
    return ERROR_NONE;
}

int16_t partition_append(struct partition *p, const struct batch *batch,
                         struct partition_append *append, struct err *err)
{
    ON_LOOP();
    int64_t last_offset;

    if (p->is_gone)
        return ERROR_UNKNOWN_TOPIC_OR_PARTITION;
    if (p->shop->drains) {
        (void)err_set(err, ERR_UNAVAILABLE, "the broker is going down");
        return ERROR_KAFKA_STORAGE_ERROR;
    }
    if (!batch_has_producer(batch))
        return append_new(p, batch, append, err);
    switch (producer_state_check(p->producers, batch, &last_offset)) {
    case PRODUCER_NEXT:
        return append_new(p, batch, append, err);
    case PRODUCER_DUPLICATE:
        append_again(p, batch, last_offset, append);
        return ERROR_NONE;
    case PRODUCER_OUT_OF_ORDER:
        return refuse(ERROR_OUT_OF_ORDER_SEQUENCE_NUMBER, err, "a sequence is missing", batch);
    case PRODUCER_FENCED:
        return refuse(ERROR_INVALID_PRODUCER_EPOCH, err, "a later epoch was seen", batch);
    }
    return ERROR_UNKNOWN_SERVER_ERROR;
}

/* --- readers and the end ---------------------------------------------------------------------- */

void partition_hold(struct partition *p)
{
    p->readers++;
}

void partition_release(struct partition *p)
{
    assert(p->readers > 0);
    p->readers--;
    if (p->readers == 0 && !p->is_committing && !p->is_checkpointing)
        tell_idle(p);
}

void partition_remove(struct partition *p, void (*idle)(void *owner), void *owner)
{
    ON_LOOP();
    struct err gone;

    p->is_gone = true;
    (void)err_set(&gone, ERR_NOT_FOUND, "topic %s was deleted", p->topic);
    settle(p, &gone);
    tell_watches(p);
    p->idle = idle;
    p->idle_owner = owner;
    start_work(p);
}

void partition_drain(struct partition *p, void (*idle)(void *owner), void *owner)
{
    ON_LOOP();
    p->idle = idle;
    p->idle_owner = owner;
    start_work(p);
}
