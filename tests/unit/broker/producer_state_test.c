/* SPDX-License-Identifier: Apache-2.0 */
/* producer_state_test.c - once is once, in order, whatever comes again. */
#include "broker/producer_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "broker/settings.h"

#define NOW 1770000000000

static struct batch batch_of(int64_t id, int16_t epoch, int32_t sequence, int32_t count)
{
    return (struct batch){.producer_id = id,
                          .producer_epoch = epoch,
                          .base_sequence = sequence,
                          .record_count = count,
                          .last_offset_delta = count - 1};
}

static void note(struct producer_state *state, int64_t id, int16_t epoch, int32_t sequence,
                 int32_t count, int64_t offset)
{
    struct batch batch = batch_of(id, epoch, sequence, count);

    producer_state_note(state, &batch, offset, NOW);
}

static enum producer_verdict check(const struct producer_state *state, int64_t id, int16_t epoch,
                                   int32_t sequence, int32_t count)
{
    struct batch batch = batch_of(id, epoch, sequence, count);
    int64_t last_offset;

    return producer_state_check(state, &batch, &last_offset);
}

/* Six batches of ten are there, at 100, 110, ... */
static void judges_every_sequence(void **unused)
{
    (void)unused;
    struct producer_state *state = producer_state_create();
    static const struct {
        const char *what;
        int64_t id;
        int16_t epoch;
        int32_t sequence;
        int32_t count;
        enum producer_verdict verdict;
    } rows[] = {
        {"the next", 5, 3, 60, 10, PRODUCER_NEXT},
        {"the next, of another size", 5, 3, 60, 1, PRODUCER_NEXT},
        {"the last again", 5, 3, 50, 10, PRODUCER_DUPLICATE},
        {"the fifth last again", 5, 3, 10, 10, PRODUCER_DUPLICATE},
        {"the sixth last again", 5, 3, 0, 10, PRODUCER_OUT_OF_ORDER},
        {"half of the last", 5, 3, 50, 5, PRODUCER_OUT_OF_ORDER},
        {"a gap", 5, 3, 61, 10, PRODUCER_OUT_OF_ORDER},
        {"an older epoch", 5, 2, 60, 10, PRODUCER_FENCED},
        {"a later epoch from 0", 5, 4, 0, 10, PRODUCER_NEXT},
        {"a later epoch from elsewhere", 5, 4, 60, 10, PRODUCER_OUT_OF_ORDER},
        {"somebody unknown", 6, 0, 7, 10, PRODUCER_NEXT},
    };

    for (int32_t i = 0; i < 6; i++)
        note(state, 5, 3, i * 10, 10, 100 + i * 10);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (check(state, rows[i].id, rows[i].epoch, rows[i].sequence, rows[i].count) !=
            rows[i].verdict)
            fail_msg("%s", rows[i].what);
    producer_state_close(state);
}

static void says_where_a_duplicate_is(void **unused)
{
    (void)unused;
    struct producer_state *state = producer_state_create();
    struct batch batch = batch_of(5, 0, 0, 3);
    int64_t last_offset = -1;

    note(state, 5, 0, 0, 3, 40);
    note(state, 5, 0, 3, 1, 47);
    assert_int_equal(producer_state_check(state, &batch, &last_offset), PRODUCER_DUPLICATE);
    assert_int_equal(last_offset, 42);
    producer_state_close(state);
}

/* Sequences go on at 0 after INT32_MAX. */
static void counts_over_the_end(void **unused)
{
    (void)unused;
    struct producer_state *state = producer_state_create();

    note(state, 5, 0, INT32_MAX - 1, 4, 0); /* MAX-1, MAX, 0, 1 */
    assert_int_equal(check(state, 5, 0, INT32_MAX - 1, 4), PRODUCER_DUPLICATE);
    assert_int_equal(check(state, 5, 0, 2, 1), PRODUCER_NEXT);
    note(state, 5, 0, 2, 1, 4);
    assert_int_equal(check(state, 5, 0, 3, 1), PRODUCER_NEXT);
    producer_state_close(state);
}

/* What the log took back can come again. */
static void follows_the_log_back(void **unused)
{
    (void)unused;
    struct producer_state *state = producer_state_create();

    for (int32_t i = 0; i < 4; i++)
        note(state, 5, 0, i, 1, i);
    note(state, 9, 0, 0, 1, 4);
    producer_state_take_back(state, 2);
    assert_int_equal(check(state, 5, 0, 1, 1), PRODUCER_DUPLICATE);
    assert_int_equal(check(state, 5, 0, 2, 1), PRODUCER_NEXT);
    assert_int_equal(check(state, 5, 0, 3, 1), PRODUCER_OUT_OF_ORDER);
    assert_int_equal(check(state, 9, 0, 0, 1), PRODUCER_NEXT);
    assert_int_equal(check(state, 9, 0, 1, 1), PRODUCER_OUT_OF_ORDER);
    producer_state_close(state);
}

/* Of what the log took back the first must come first, also when nothing else is known: what was
 * sent behind it is on its way, and would be taken before it is sent again. */
static void wants_what_was_taken_back_in_order(void **unused)
{
    (void)unused;
    struct producer_state *state = producer_state_create();
    struct snapshot_entry *entries;
    size_t count;

    note(state, 5, 0, 0, 10, 0);
    note(state, 5, 0, 10, 10, 10);
    note(state, 9, 3, INT32_MAX, 1, 20);
    producer_state_take_back(state, 0);
    assert_int_equal(check(state, 5, 0, 20, 10), PRODUCER_OUT_OF_ORDER);
    assert_int_equal(check(state, 5, 0, 10, 10), PRODUCER_OUT_OF_ORDER);
    assert_int_equal(check(state, 5, 0, 0, 10), PRODUCER_NEXT);
    assert_int_equal(check(state, 5, 1, 0, 1), PRODUCER_NEXT);
    assert_int_equal(check(state, 9, 3, 0, 1), PRODUCER_OUT_OF_ORDER);
    assert_int_equal(check(state, 9, 3, INT32_MAX - 1, 1), PRODUCER_OUT_OF_ORDER);
    assert_int_equal(check(state, 9, 3, INT32_MAX, 1), PRODUCER_NEXT);
    entries = producer_state_entries(state, 100, &count);
    assert_int_equal(count, 0);
    mem_free(entries);

    producer_state_take_back(state, 0); /* refused again */
    assert_int_equal(check(state, 5, 0, 10, 10), PRODUCER_OUT_OF_ORDER);
    note(state, 5, 0, 0, 10, 0);
    assert_int_equal(check(state, 5, 0, 0, 10), PRODUCER_DUPLICATE);
    assert_int_equal(check(state, 5, 0, 10, 10), PRODUCER_NEXT);

    for (int32_t i = 1; i <= PRODUCER_BATCHES; i++) /* as many as may be on their way */
        note(state, 5, 0, i * 10, 10, i * 10);
    producer_state_take_back(state, 10);
    assert_int_equal(check(state, 5, 0, 0, 10), PRODUCER_DUPLICATE);
    assert_int_equal(check(state, 5, 0, 20, 10), PRODUCER_OUT_OF_ORDER);
    assert_int_equal(check(state, 5, 0, 10, 10), PRODUCER_NEXT);
    producer_state_expire(state, NOW + 1); /* who does not come again is forgotten as others are */
    assert_int_equal(check(state, 9, 3, 7, 1), PRODUCER_NEXT);
    producer_state_close(state);
}

/* A snapshot has what is before its offset, and brings all of it back. */
static void outlives_a_restart(void **unused)
{
    (void)unused;
    struct producer_state *before = producer_state_create();
    struct producer_state *after = producer_state_create();
    struct snapshot snapshot = {.offset = 60};

    for (int32_t i = 0; i < 7; i++) {
        note(before, 5, 3, i * 10, 10, i * 10);
        note(before, 4 - i, 0, 0, 1, 1000); /* later than the snapshot */
    }
    struct snapshot_entry *entries =
        producer_state_entries(before, snapshot.offset, &snapshot.count);
    assert_int_equal(snapshot.count, 4); /* the last five, less the one at 60 */
    snapshot.entries = entries;
    producer_state_restore(after, &snapshot);
    mem_free(entries);
    assert_int_equal(check(after, 5, 3, 20, 10), PRODUCER_DUPLICATE);
    assert_int_equal(check(after, 5, 3, 50, 10), PRODUCER_DUPLICATE);
    assert_int_equal(check(after, 5, 3, 60, 10), PRODUCER_NEXT);
    assert_int_equal(check(after, 4, 0, 5, 1), PRODUCER_NEXT);
    producer_state_close(before);
    producer_state_close(after);
}

static void forgets_who_was_silent_for_long(void **unused)
{
    (void)unused;
    struct producer_state *state = producer_state_create();

    note(state, 5, 0, 0, 1, 0);
    producer_state_expire(state, NOW);
    assert_int_equal(check(state, 5, 0, 5, 1), PRODUCER_OUT_OF_ORDER);
    producer_state_expire(state, NOW + 1);
    assert_int_equal(check(state, 5, 0, 5, 1), PRODUCER_NEXT);
    producer_state_close(state);
}

/* One more than are remembered: the one that was silent for longest is forgotten. */
static void remembers_so_many(void **unused)
{
    (void)unused;
    struct producer_state *state = producer_state_create();

    for (int64_t id = 0; id <= SETTINGS_PRODUCERS_MAX; id++) {
        struct batch batch = batch_of(id, 0, 0, 1);
        producer_state_note(state, &batch, id, id == 77 ? NOW - 1 : NOW);
    }
    assert_int_equal(check(state, 77, 0, 5, 1), PRODUCER_NEXT);
    assert_int_equal(check(state, 76, 0, 5, 1), PRODUCER_OUT_OF_ORDER);
    assert_int_equal(check(state, SETTINGS_PRODUCERS_MAX, 0, 5, 1), PRODUCER_OUT_OF_ORDER);
    producer_state_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_every_sequence),
        cmocka_unit_test(says_where_a_duplicate_is),
        cmocka_unit_test(counts_over_the_end),
        cmocka_unit_test(follows_the_log_back),
        cmocka_unit_test(outlives_a_restart),
        cmocka_unit_test(forgets_who_was_silent_for_long),
        cmocka_unit_test(remembers_so_many),
        cmocka_unit_test(wants_what_was_taken_back_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
