/* SPDX-License-Identifier: Apache-2.0 */
/* producer_state.c - producers sorted by id, each with a small queue of its last batches.
 *
 * The rules are those of Kafka's ProducerStateManager: within an epoch the
 * first sequence follows the last one, a new epoch starts at 0, and a producer
 * that nothing is known of may start anywhere, because what was known of it
 * may have expired. */
#include "broker/producer_state.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "broker/settings.h"

#define GROW 16
#define NOT_WRITTEN (-1)

struct noted {
    int64_t last_offset; /* NOT_WRITTEN: no batch, but what is to come follows it */
    int64_t timestamp;   /* when it was appended */
    int32_t last_sequence;
    int32_t offset_delta;
    int16_t epoch;
};

struct producer {
    int64_t id;
    size_t count;
    struct noted batches[PRODUCER_BATCHES]; /* oldest first */
    struct noted before;                    /* the one before them, if there was one */
    bool has_before;
};

struct producer_state {
    struct producer *producers;
    size_t count;
    size_t room;
};

struct producer_state *producer_state_create(void)
{
    return mem_new(sizeof(struct producer_state));
}

void producer_state_close(struct producer_state *state)
{
    if (state == NULL)
        return;
    mem_free(state->producers);
    mem_free(state);
}

/* Where the producer stands, or would. */
static size_t position(const struct producer_state *state, int64_t id)
{
    size_t low = 0;
    size_t high = state->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (state->producers[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct producer *find_producer(const struct producer_state *state, int64_t id)
{
    size_t at = position(state, id);

    return at < state->count && state->producers[at].id == id ? &state->producers[at] : NULL;
}

static int32_t first_sequence(const struct noted *noted)
{
    /* Sequences go on at 0 after INT32_MAX. */
    return (int32_t)(((uint32_t)noted->last_sequence - (uint32_t)noted->offset_delta) & INT32_MAX);
}

static int32_t next_sequence(const struct noted *noted)
{
    return noted->last_sequence == INT32_MAX ? 0 : noted->last_sequence + 1;
}

enum producer_verdict producer_state_check(const struct producer_state *state,
                                           const struct batch *batch, int64_t *last_offset)
{
    const struct producer *producer = find_producer(state, batch->producer_id);

    if (producer == NULL || producer->count == 0)
        return PRODUCER_NEXT;
    const struct noted *last = &producer->batches[producer->count - 1];
    if (batch->producer_epoch < last->epoch)
        return PRODUCER_FENCED;
    if (batch->producer_epoch > last->epoch)
        return batch->base_sequence == 0 ? PRODUCER_NEXT : PRODUCER_OUT_OF_ORDER;
    for (size_t i = 0; i < producer->count; i++) {
        const struct noted *noted = &producer->batches[i];
        if (noted->last_offset != NOT_WRITTEN && noted->epoch == batch->producer_epoch &&
            first_sequence(noted) == batch->base_sequence &&
            noted->last_sequence == batch_last_sequence(batch)) {
            *last_offset = noted->last_offset;
            return PRODUCER_DUPLICATE;
        }
    }
    return batch->base_sequence == next_sequence(last) ? PRODUCER_NEXT : PRODUCER_OUT_OF_ORDER;
}

static void remove_at(struct producer_state *state, size_t at)
{
    state->count--;
    memmove(&state->producers[at], &state->producers[at + 1],
            (state->count - at) * sizeof(*state->producers));
}

/* The one that was silent for longest makes room. */
static void remove_oldest(struct producer_state *state)
{
    size_t oldest = 0;
    int64_t oldest_ms = INT64_MAX;

    for (size_t i = 0; i < state->count; i++) {
        const struct producer *producer = &state->producers[i];
        int64_t ms = producer->count == 0 ? -1 : producer->batches[producer->count - 1].timestamp;
        if (ms < oldest_ms) {
            oldest = i;
            oldest_ms = ms;
        }
    }
    remove_at(state, oldest);
}

static struct producer *find_or_add(struct producer_state *state, int64_t id)
{
    struct producer *found = find_producer(state, id);

    if (found != NULL)
        return found;
    if (state->count >= SETTINGS_PRODUCERS_MAX)
        remove_oldest(state);
    if (state->count == state->room) {
        state->room = state->room == 0 ? GROW : state->room * 2;
        state->producers = mem_grow(state->producers, state->room * sizeof(*state->producers));
    }
    size_t at = position(state, id);
    memmove(&state->producers[at + 1], &state->producers[at],
            (state->count - at) * sizeof(*state->producers));
    state->count++;
    state->producers[at] = (struct producer){.id = id};
    return &state->producers[at];
}

static void note(struct producer_state *state, int64_t id, const struct noted *noted)
{
    struct producer *producer = find_or_add(state, id);

    if (producer->count == PRODUCER_BATCHES) {
        producer->before = producer->batches[0];
        producer->has_before = true;
        producer->count--;
        memmove(&producer->batches[0], &producer->batches[1],
                producer->count * sizeof(producer->batches[0]));
    }
    producer->batches[producer->count++] = *noted;
}

void producer_state_note(struct producer_state *state, const struct batch *batch,
                         int64_t base_offset, int64_t now_ms)
{
    struct noted noted = {
        .last_offset = base_offset + batch->last_offset_delta,
        .timestamp = now_ms,
        .last_sequence = batch_last_sequence(batch),
        .offset_delta = batch->last_offset_delta,
        .epoch = batch->producer_epoch,
    };

    note(state, batch->producer_id, &noted);
}

/* All that was noted was taken back: what follows the first of it may be on its way already, and
 * must not be taken first.  False when it is not known which was the first. */
static bool expect_again(struct producer *producer, int64_t offset)
{
    struct noted *noted = &producer->batches[0];
    int32_t first = first_sequence(noted);

    if (producer->has_before && producer->before.last_offset >= offset)
        return false;
    if (producer->has_before) {
        *noted = producer->before;
    } else {
        noted->last_offset = NOT_WRITTEN;
        noted->last_sequence = first == 0 ? INT32_MAX : first - 1;
        noted->offset_delta = 0;
    }
    producer->has_before = false;
    producer->count = 1;
    return true;
}

void producer_state_take_back(struct producer_state *state, int64_t offset)
{
    for (size_t i = state->count; i-- > 0;) {
        struct producer *producer = &state->producers[i];
        while (producer->count > 0 && producer->batches[producer->count - 1].last_offset >= offset)
            producer->count--;
        if (producer->count == 0 && !expect_again(producer, offset))
            remove_at(state, i);
    }
}

void producer_state_restore(struct producer_state *state, const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct snapshot_entry *entry = &snapshot->entries[i];
        struct noted noted = {
            .last_offset = entry->last_offset,
            .timestamp = entry->timestamp,
            .last_sequence = entry->last_sequence,
            .offset_delta = entry->offset_delta,
            .epoch = entry->epoch,
        };
        note(state, entry->producer_id, &noted);
    }
}

void producer_state_expire(struct producer_state *state, int64_t before_ms)
{
    size_t kept = 0;

    for (size_t i = 0; i < state->count; i++) {
        const struct producer *producer = &state->producers[i];
        if (producer->count > 0 && producer->batches[producer->count - 1].timestamp < before_ms)
            continue;
        if (kept != i)
            state->producers[kept] = *producer;
        kept++;
    }
    state->count = kept;
}

struct snapshot_entry *producer_state_entries(const struct producer_state *state, int64_t offset,
                                              size_t *count)
{
    struct snapshot_entry *entries =
        mem_new_array(state->count * PRODUCER_BATCHES, sizeof(*entries));

    *count = 0;
    for (size_t i = 0; i < state->count; i++) {
        const struct producer *producer = &state->producers[i];
        for (size_t b = 0; b < producer->count && producer->batches[b].last_offset < offset; b++) {
            const struct noted *noted = &producer->batches[b];
            if (noted->last_offset == NOT_WRITTEN)
                continue;
            entries[(*count)++] = (struct snapshot_entry){
                .producer_id = producer->id,
                .epoch = noted->epoch,
                .last_sequence = noted->last_sequence,
                .last_offset = noted->last_offset,
                .offset_delta = noted->offset_delta,
                .timestamp = noted->timestamp,
            };
        }
    }
    return entries;
}
