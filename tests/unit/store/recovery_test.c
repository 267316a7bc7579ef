/* SPDX-License-Identifier: Apache-2.0 */
/* recovery_test.c - a torn tail is cut, never more; a damaged byte is reported, never served. */
#include "store/recovery.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/slice.h"
#include "support/log_fixture.h"

#define LARGE ((uint64_t)1024 * 1024 * 1024)
#define SMALL 1024
#define NOON 1770000000000
#define FIRST "00000000000000000000"
#define RECORDS 2 /* in each batch */

/* `count` batches, each in a commit of its own. */
static void fill(struct log_fixture *f, uint64_t segment_bytes_max, int count)
{
    struct err err;

    log_fixture_create(f, segment_bytes_max);
    for (int i = 0; i < count; i++) {
        struct batch batch = log_fixture_plain(f, RECORDS, 20, NOON + i);
        (void)log_fixture_append(f, &batch);
        assert_true(log_fixture_commit(f, &err));
    }
    log_close(f->log);
    f->log = NULL;
}

/* Whether the batch with that offset is served; if not, it must be for damage. */
static bool is_served(struct log_fixture *f, int64_t offset)
{
    struct slice slice = {.offset = offset, .bytes_max = 1, .first_whole = true};
    struct err err;

    log_find(f->log, offset, &slice.place);
    bool ok = slice_read(&slice, log_dir(f->log), &err);
    if (!ok)
        assert_int_equal(err.kind, ERR_CORRUPT);
    slice_reset(&slice);
    return ok;
}

static off_t size_of(struct log_fixture *f, const char *name)
{
    struct stat info;

    return stat(log_fixture_path(f, name), &info) == 0 ? info.st_size : -1;
}

/* P4: wherever a write was torn, whole batches stay, the rest is kept beside, and once is enough.
 */
static void cuts_a_torn_tail_wherever_it_is(void **state)
{
    struct log_fixture *f = *state;
    size_t size;

    fill(f, LARGE, 3);
    unsigned char *bytes = log_fixture_read(f, FIRST ".log", &size);
    size_t batch = size / 3;
    for (size_t cut = 0; cut <= size; cut++) {
        struct recovery recovery = {0};
        (void)unlink(log_fixture_path(f, FIRST ".cut"));
        log_fixture_write(f, FIRST ".log", bytes, cut);
        log_fixture_recover(f, LARGE, &recovery);
        assert_int_equal(log_durable_offset(f->log), (int64_t)(cut / batch) * RECORDS);
        assert_int_equal(recovery.cut_bytes, cut % batch);
        assert_int_equal(recovery.cut_batches, 0);
        assert_int_equal(recovery.damage_count, 0);
        assert_int_equal(size_of(f, FIRST ".cut"), cut % batch == 0 ? -1 : (off_t)(cut % batch));
        assert_int_equal(size_of(f, FIRST ".log"), (off_t)(cut / batch * batch));

        struct recovery again = {0};
        log_fixture_recover(f, LARGE, &again);
        assert_int_equal(again.cut_bytes, 0);
        assert_int_equal(again.next_offset, recovery.next_offset);
    }
    free(bytes);
}

/* Behind the recovery point the first batch that is not whole ends the log, whatever its fault;
 * whole ones behind it are counted, because somebody may have been told of them. */
static void ends_at_the_first_bad_batch(void **state)
{
    struct log_fixture *f = *state;
    size_t size;

    fill(f, LARGE, 3);
    unsigned char *bytes = log_fixture_read(f, FIRST ".log", &size);
    size_t batch = size / 3;
    for (size_t at = batch; at < 2 * batch; at++) {
        struct recovery recovery = {0};
        (void)unlink(log_fixture_path(f, FIRST ".cut"));
        bytes[at] ^= 0x55;
        log_fixture_write(f, FIRST ".log", bytes, size);
        bytes[at] ^= 0x55;
        log_fixture_recover(f, LARGE, &recovery);
        assert_int_equal(log_durable_offset(f->log), RECORDS);
        assert_int_equal(recovery.cut_bytes, 2 * batch);
        assert_true(recovery.cut_batches >= 1); /* 2 where offset or epoch are at fault */
        assert_int_equal(size_of(f, FIRST ".cut"), (off_t)(2 * batch));
        assert_true(is_served(f, 0));
    }
    free(bytes);
}

/* L6, P4: before the recovery point nothing is cut, whichever byte is damaged: it is reported, not
 * served, and what stands around it is. */
static void reports_damage_before_the_recovery_point(void **state)
{
    struct log_fixture *f = *state;
    size_t size;

    fill(f, LARGE, 3);
    unsigned char *bytes = log_fixture_read(f, FIRST ".log", &size);
    size_t batch = size / 3;
    for (size_t at = batch; at < 2 * batch; at++) {
        struct recovery recovery = {.recovery_point = 3 * RECORDS};
        bytes[at] ^= 0x55;
        log_fixture_write(f, FIRST ".log", bytes, size);
        bytes[at] ^= 0x55;
        log_fixture_recover(f, LARGE, &recovery);
        assert_int_equal(log_durable_offset(f->log), 3 * RECORDS);
        assert_int_equal(recovery.cut_bytes, 0);
        assert_true(recovery.damage_count >= 1);
        assert_non_null(strstr(recovery.damage.text, FIRST ".log at "));
        assert_int_equal(size_of(f, FIRST ".log"), (off_t)size);
        assert_true(is_served(f, 0));
        assert_false(is_served(f, RECORDS));
        assert_true(is_served(f, 2 * RECORDS));
    }
    free(bytes);
}

/* Damage in the last batch, and what comes after it: the log goes on in a new segment. */
static void goes_on_behind_a_damaged_end(void **state)
{
    struct log_fixture *f = *state;
    struct recovery recovery = {.recovery_point = 3 * RECORDS};
    struct recovery again = {.recovery_point = 3 * RECORDS};
    struct err err;
    size_t size;

    fill(f, LARGE, 3);
    unsigned char *bytes = log_fixture_read(f, FIRST ".log", &size);
    memset(bytes + size / 3 * 2 + 5, 0xff, 30);
    log_fixture_write(f, FIRST ".log", bytes, size);
    free(bytes);
    log_fixture_recover(f, LARGE, &recovery);
    assert_int_equal(log_durable_offset(f->log), 3 * RECORDS);
    struct batch batch = log_fixture_plain(f, RECORDS, 20, NOON);
    assert_int_equal(log_fixture_append(f, &batch), 3 * RECORDS);
    assert_true(log_fixture_commit(f, &err));
    log_fixture_recover(f, LARGE, &again);
    assert_int_equal(log_durable_offset(f->log), 4 * RECORDS);
    assert_true(is_served(f, 0));
    assert_false(is_served(f, 2 * RECORDS));
    assert_true(is_served(f, 3 * RECORDS));
    assert_int_equal(size_of(f, FIRST ".log"), (off_t)size);
}

/* L8: offsets that were synced are not given again, also when their records are lost. */
static void never_gives_a_synced_offset_again(void **state)
{
    struct log_fixture *f = *state;
    struct recovery recovery = {.recovery_point = 3 * RECORDS};
    size_t size;

    fill(f, LARGE, 3);
    unsigned char *bytes = log_fixture_read(f, FIRST ".log", &size);
    log_fixture_write(f, FIRST ".log", bytes, size / 3);
    free(bytes);
    log_fixture_recover(f, LARGE, &recovery);
    assert_int_equal(log_next_offset(f->log), 3 * RECORDS);
    assert_true(recovery.damage_count >= 1);
}

/* A segment behind the end of the log is set aside whole: it cannot be reached. */
static void sets_later_segments_aside(void **state)
{
    struct log_fixture *f = *state;
    struct recovery recovery = {0};
    size_t size;

    fill(f, SMALL, 20);
    unsigned char *bytes = log_fixture_read(f, FIRST ".log", &size);
    bytes[70] ^= 1;
    log_fixture_write(f, FIRST ".log", bytes, size);
    free(bytes);
    log_fixture_recover(f, SMALL, &recovery);
    assert_int_equal(log_durable_offset(f->log), 0);
    assert_int_equal(recovery.cut_batches, 19);
    size_t count;
    (void)log_extents(f->log, &count);
    assert_int_equal(count, 1);
}

/* What is set aside again does not take the place of what was set aside before. */
static void keeps_what_was_set_aside_before(void **state)
{
    struct log_fixture *f = *state;
    char name[64];
    size_t first_bytes;
    size_t second_bytes;

    for (int round = 0; round < 2; round++) {
        struct recovery recovery = {0};
        size_t size;
        if (round > 0) {
            log_close(f->log);
            f->log = NULL;
            assert_int_equal(unlink(log_fixture_path(f, FIRST ".log")), 0);
        }
        fill(f, SMALL, 20);
        unsigned char *bytes = log_fixture_read(f, FIRST ".log", &size);
        bytes[70] ^= 1;
        log_fixture_write(f, FIRST ".log", bytes, size);
        free(bytes);
        log_fixture_recover(f, SMALL, &recovery);
        assert_int_equal(log_durable_offset(f->log), 0);
    }
    int found = 0;
    for (int i = 1; i < 20 * RECORDS; i++) {
        (void)snprintf(name, sizeof(name), "%020d.cut", i);
        if (size_of(f, name) < 0)
            continue;
        found++;
        unsigned char *first = log_fixture_read(f, name, &first_bytes);
        (void)snprintf(name, sizeof(name), "%020d.cut.1", i);
        unsigned char *second = log_fixture_read(f, name, &second_bytes);
        assert_int_equal(first_bytes, second_bytes);
        free(first);
        free(second);
    }
    assert_true(found > 0);
}

static void recover_indexes(struct log_fixture *f, const char *remove, int64_t recovery_point)
{
    struct recovery recovery = {.recovery_point = recovery_point};

    if (remove != NULL)
        assert_int_equal(unlink(log_fixture_path(f, remove)), 0);
    log_fixture_recover(f, LARGE, &recovery);
    assert_int_equal(recovery.cut_bytes, 0);
    log_close(f->log); /* which gives the time index its last entry */
    f->log = NULL;
}

/* Indexes come out the same, whether they were written along, made again, or cut and continued. */
static void makes_the_same_indexes_again(void **state)
{
    struct log_fixture *f = *state;
    const char *const names[] = {FIRST ".index", FIRST ".timeindex"};
    unsigned char *before[2];
    size_t sizes[2];
    size_t size;

    fill(f, LARGE, 1000);
    for (int i = 0; i < 2; i++) {
        before[i] = log_fixture_read(f, names[i], &sizes[i]);
        assert_true(sizes[i] > 100);
    }
    for (int round = 0; round < 5; round++) {
        static const int64_t points[] = {0, 1000, 0, 2000, 777};
        recover_indexes(f, round < 2 ? names[round] : NULL, points[round]);
        for (int i = 0; i < 2; i++) {
            unsigned char *after = log_fixture_read(f, names[i], &size);
            assert_int_equal(size, sizes[i]);
            assert_memory_equal(after, before[i], size);
            free(after);
        }
    }
    free(before[0]);
    free(before[1]);
}

/* An index that lies costs time, not records. */
static void does_not_believe_an_index_that_lies(void **state)
{
    struct log_fixture *f = *state;
    struct recovery recovery = {.recovery_point = 2000};
    size_t size;

    fill(f, LARGE, 1000);
    unsigned char *index = log_fixture_read(f, FIRST ".index", &size);
    for (size_t at = 7; at < size; at += 8)
        index[at] ^= 3;
    log_fixture_write(f, FIRST ".index", index, size);
    free(index);
    log_fixture_recover(f, LARGE, &recovery);
    assert_int_equal(log_durable_offset(f->log), 2000);
    assert_int_equal(recovery.damage_count, 0);
    for (int64_t offset = 0; offset < 2000; offset += 97)
        assert_true(is_served(f, offset));
}

/* Recovery reads what is new since the recovery point, not the log. */
static void reads_only_what_is_new(void **state)
{
    struct log_fixture *f = *state;
    struct recovery clean = {.recovery_point = 2000};
    struct recovery crash = {.recovery_point = 1900};

    fill(f, LARGE, 1000);
    const struct snapshot snapshot = {.offset = 1900};
    struct err err;
    assert_true(snapshot_write(f->partition, &snapshot, &err));
    log_fixture_recover(f, LARGE, &crash);
    assert_true(crash.read_bytes < 15000);
    log_fixture_recover(f, LARGE, &clean);
    assert_true(clean.read_bytes < 15000);
}

struct seen {
    int64_t snapshot_offset;
    int64_t first;
    int count;
};

static void restore(void *owner, const struct snapshot *snapshot)
{
    struct seen *seen = owner;

    seen->snapshot_offset = snapshot->offset;
}

static void replay(void *owner, const struct batch *batch)
{
    struct seen *seen = owner;

    if (seen->count++ == 0)
        seen->first = batch->base_offset;
}

/* Producers are told what they did since the newest snapshot that the recovery point allows. */
static void replays_from_the_snapshot(void **state)
{
    struct log_fixture *f = *state;
    struct seen seen = {0};
    struct recovery recovery = {
        .recovery_point = 60, .restore = restore, .replay = replay, .owner = &seen};
    struct err err;

    fill(f, LARGE, 50);
    for (int64_t offset = 20; offset <= 100; offset += 40) { /* 20, 60, 100: the last is too new */
        const struct snapshot snapshot = {.offset = offset};
        assert_true(snapshot_write(f->partition, &snapshot, &err));
    }
    log_fixture_recover(f, LARGE, &recovery);
    assert_int_equal(seen.snapshot_offset, 60);
    assert_int_equal(seen.first, 60);
    assert_int_equal(seen.count, 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, log_fixture_open, log_fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cuts_a_torn_tail_wherever_it_is),
        TEST(ends_at_the_first_bad_batch),
        TEST(reports_damage_before_the_recovery_point),
        TEST(goes_on_behind_a_damaged_end),
        TEST(never_gives_a_synced_offset_again),
        TEST(sets_later_segments_aside),
        TEST(keeps_what_was_set_aside_before),
        TEST(makes_the_same_indexes_again),
        TEST(does_not_believe_an_index_that_lies),
        TEST(reads_only_what_is_new),
        TEST(replays_from_the_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
