/* SPDX-License-Identifier: Apache-2.0 */
/* source.c - a topic's partitions as one source. */
#include "job/source.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "io/clock.h"

#define READ_WAIT_MS 250
#define ANEW "; with another checkpointLocation the job begins anew"

struct source {
    char *topic;
    struct kafka_consumer *fetcher;
    struct kafka_consumer *asker;
    int32_t partition_count; /* that are being fetched */
    atomic_bool stopped;
};

struct source *source_create(const char *brokers, const char *topic, struct err *err)
{
    struct source *source = mem_new(sizeof(*source));

    source->topic = mem_string(topic);
    source->fetcher = kafka_consumer_create(brokers, topic, err);
    if (source->fetcher != NULL)
        source->asker = kafka_consumer_create(brokers, topic, err);
    if (source->asker == NULL) {
        source_close(source);
        return NULL;
    }
    return source;
}

void source_close(struct source *source)
{
    if (source == NULL)
        return;
    kafka_consumer_close(source->fetcher);
    kafka_consumer_close(source->asker);
    mem_free(source->topic);
    mem_free(source);
}

void source_stop(struct source *source)
{
    atomic_store(&source->stopped, true);
}

bool source_partitions(struct source *source, int32_t *count, struct err *err)
{
    kafka_consumer_tend(source->fetcher);
    return kafka_consumer_partitions(source->asker, SOURCE_ASK_MS_MAX, count, err);
}

/* -2 and -1 in `offsets` become the first and the next offset of their partition. */
static bool resolve_marks(struct source *source, struct offsets *offsets, struct err *err)
{
    struct offsets earliest = {0};
    struct offsets latest = {0};

    offsets_grow(&earliest, offsets->count);
    offsets_grow(&latest, offsets->count);
    bool ok = kafka_consumer_marks(source->asker, KAFKA_MARK_FIRST, offsets->count,
                                   SOURCE_ASK_MS_MAX, earliest.next, err) &&
              kafka_consumer_marks(source->asker, KAFKA_MARK_END, offsets->count, SOURCE_ASK_MS_MAX,
                                   latest.next, err);
    for (int32_t i = 0; i < offsets->count && ok; i++) {
        if (offsets->next[i] < 0)
            offsets->next[i] =
                offsets->next[i] == OFFSETS_EARLIEST ? earliest.next[i] : latest.next[i];
    }
    offsets_reset(&earliest);
    offsets_reset(&latest);
    return ok;
}

bool source_resolve(struct source *source, const char *starting_offsets, struct offsets *start,
                    struct err *err)
{
    int32_t count;
    struct offsets read = {0};

    if (!source_partitions(source, &count, err))
        return false;
    if (starting_offsets[0] == '{') {
        if (!offsets_read(&read, source->topic, span_of(starting_offsets), err))
            return err_within(err, "startingOffsets");
        if (read.count > count) {
            offsets_reset(&read);
            return err_set(err, ERR_MALFORMED,
                           "startingOffsets: topic %s has %" PRId32 " partitions", source->topic,
                           count);
        }
        offsets_grow(&read, count); /* Spark wants all; what is not named starts at the latest */
    } else {
        bool latest = strcmp(starting_offsets, "latest") == 0;
        offsets_grow(&read, count);
        for (int32_t i = 0; i < count; i++)
            read.next[i] = latest ? OFFSETS_LATEST : OFFSETS_EARLIEST;
    }
    if (!resolve_marks(source, &read, err)) {
        offsets_reset(&read);
        return false;
    }
    offsets_reset(start);
    *start = read;
    return true;
}

bool source_latest(struct source *source, struct offsets *latest, struct err *err)
{
    kafka_consumer_tend(source->fetcher);
    offsets_grow(latest, source->partition_count);
    return kafka_consumer_marks(source->asker, KAFKA_MARK_END, source->partition_count,
                                SOURCE_ASK_MS_MAX, latest->next, err);
}

/* The broker must have all of [from, end). */
static bool check_range(const struct source *source, int32_t partition, int64_t earliest,
                        int64_t from, int64_t end, int64_t latest, struct err *err)
{
    if (from < earliest)
        return err_set(err, ERR_CORRUPT,
                       "topic %s, partition %" PRId32 ": offsets %" PRId64 " to %" PRId64
                       " are gone from the broker before they were read (failOnDataLoss)" ANEW,
                       source->topic, partition, from, earliest - 1);
    if (end < from)
        end = from;
    if (end > latest)
        return err_set(err, ERR_CORRUPT,
                       "topic %s, partition %" PRId32 ": the checkpoint is at offset %" PRId64
                       " and the broker's next one is %" PRId64
                       ": the topic was made anew, or this is another broker (failOnDataLoss)" ANEW,
                       source->topic, partition, end, latest);
    return true;
}

static int64_t known(const struct offsets *offsets, int32_t partition)
{
    return offsets != NULL && partition < offsets->count ? offsets->next[partition] : -1;
}

static bool start_all(struct source *source, const struct offsets *from, const struct offsets *end,
                      const struct offsets *earliest, const struct offsets *latest, struct err *err)
{
    for (int32_t i = 0; i < source->partition_count; i++) {
        int64_t start = known(from, i) < 0 ? earliest->next[i] : known(from, i);
        if (!check_range(source, i, earliest->next[i], start, known(end, i), latest->next[i],
                         err) ||
            !kafka_consumer_start(source->fetcher, i, start, err))
            return false;
    }
    return true;
}

bool source_start(struct source *source, const struct offsets *from, const struct offsets *end,
                  struct err *err)
{
    int32_t count;
    struct offsets earliest = {0};
    struct offsets latest = {0};

    if (!source_partitions(source, &count, err))
        return false;
    if (from->count > count || (end != NULL && end->count > count))
        return err_set(err, ERR_CORRUPT,
                       "topic %s has %" PRId32 " partitions and the checkpoint more"
                       ": the topic was made anew, or this is another broker (failOnDataLoss)" ANEW,
                       source->topic, count);
    kafka_consumer_expect(source->fetcher,
                          count); /* it is not asked: its fetch waits for records */
    source->partition_count = count;
    offsets_grow(&earliest, count);
    bool ok = kafka_consumer_marks(source->asker, KAFKA_MARK_FIRST, count, SOURCE_ASK_MS_MAX,
                                   earliest.next, err) &&
              source_latest(source, &latest, err) &&
              start_all(source, from, end, &earliest, &latest, err);
    offsets_reset(&earliest);
    offsets_reset(&latest);
    return ok;
}

int32_t source_fetching(const struct source *source)
{
    return source->partition_count;
}

bool source_read(struct source *source, const struct kafka_range *range, struct kafka_chunk *chunk,
                 bool *done, struct err *err)
{
    int64_t deadline_ms = clock_steady_ms() + SOURCE_STALL_MS_MAX;
    size_t before = chunk->count;

    for (;;) {
        if (atomic_load(&source->stopped))
            return err_set(err, ERR_UNAVAILABLE, "stopped in the middle of a batch");
        if (!kafka_consumer_read(source->fetcher, range, READ_WAIT_MS, chunk, err)) {
            if (err->kind == ERR_NOT_FOUND) /* it was there when it was planned */
                err->kind = ERR_UNAVAILABLE;
            return false;
        }
        *done = kafka_consumer_position(source->fetcher, range->partition) >= range->end;
        if (*done || chunk->count == range->records_max || chunk->bytes >= range->bytes_max)
            return true;
        if (chunk->count > before) {
            before = chunk->count;
            deadline_ms = clock_steady_ms() + SOURCE_STALL_MS_MAX;
        } else if (clock_steady_ms() > deadline_ms) {
            return err_set(err, ERR_UNAVAILABLE,
                           "topic %s, partition %" PRId32 ": nothing after offset %" PRId64
                           " came for %d s, up to %" PRId64 " is wanted",
                           source->topic, range->partition,
                           kafka_consumer_position(source->fetcher, range->partition) - 1,
                           SOURCE_STALL_MS_MAX / 1000, range->end - 1);
        }
    }
}

bool source_waiting(struct source *source, bool *waiting, struct err *err)
{
    *waiting = false;
    for (int32_t i = 0; i < source->partition_count && !*waiting; i++) {
        if (!kafka_consumer_waiting(source->fetcher, i, waiting, err))
            return false;
    }
    return true;
}

int source_event(const struct source *source)
{
    return kafka_consumer_event(source->fetcher);
}

void source_clear_event(struct source *source)
{
    kafka_consumer_clear_event(source->fetcher);
}
