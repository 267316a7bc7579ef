/* SPDX-License-Identifier: Apache-2.0 */
/* log_test.c - what is acknowledged is there, and what is not is gone, whatever the disk does. */
#include "store/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/slice.h"
#include "support/log_fixture.h"

#define LARGE ((uint64_t)1024 * 1024 * 1024)
#define SMALL 1024
#define NOON 1770000000000

static void append(struct log_fixture *f, int count)
{
    struct batch batch = log_fixture_plain(f, count, 100, NOON);

    (void)log_fixture_append(f, &batch);
}

static void commit(struct log_fixture *f)
{
    struct err err = {0};

    if (!log_fixture_commit(f, &err))
        fail_msg("commit: %s", err.text);
}

/* Reads the batch that holds `offset` through the files; its base offset. */
static int64_t base_of(struct log_fixture *f, int64_t offset)
{
    struct slice slice = {.offset = offset, .bytes_max = 1, .first_whole = true};
    struct batch batch;
    struct err err = {0};

    log_find(f->log, offset, &slice.place);
    if (!slice_read(&slice, log_dir(f->log), &err))
        fail_msg("slice: %s", err.text);
    assert_true(batch_decode(&batch, (struct span){slice.memory, slice.bytes}, &err));
    assert_true(batch_last_offset(&batch) >= offset);
    int64_t base_offset = batch.base_offset;
    slice_reset(&slice);
    return base_offset;
}

/* The directory is made at the first commit, not before: a topic that is only named costs nothing.
 */
static void makes_the_directory_at_the_first_commit(void **state)
{
    struct log_fixture *f = *state;
    struct stat info;

    log_fixture_create(f, LARGE);
    append(f, 1);
    assert_int_not_equal(stat(f->partition, &info), 0);
    commit(f);
    assert_int_equal(stat(f->partition, &info), 0);
    assert_int_equal(stat(log_fixture_path(f, "00000000000000000000.log"), &info), 0);
    assert_int_equal(info.st_size, (off_t)log_bytes(f->log));
}

/* L2: an offset is given at once and can be read only when its commit has ended. */
static void nobody_reads_before_the_sync(void **state)
{
    struct log_fixture *f = *state;
    struct err err;

    log_fixture_create(f, LARGE);
    append(f, 3);
    assert_int_equal(log_next_offset(f->log), 3);
    assert_int_equal(log_durable_offset(f->log), 0);
    log_commit_begin(f->log);
    append(f, 2);
    log_commit_run(f->log);
    assert_int_equal(log_durable_offset(f->log), 0);
    assert_true(log_commit_end(f->log, &err));
    assert_int_equal(log_durable_offset(f->log), 3);
    assert_true(log_has_pending(f->log));
    commit(f);
    assert_int_equal(log_durable_offset(f->log), 5);
    assert_false(log_has_pending(f->log));
}

/* L1, L3: segments of the asked size, named after their first offset, each offset found again. */
static void rolls_and_finds_every_offset(void **state)
{
    struct log_fixture *f = *state;
    size_t count;

    log_fixture_create(f, SMALL);
    for (int group = 0; group < 10; group++) {
        for (int i = 0; i < 5; i++)
            append(f, 2);
        commit(f);
    }
    const struct segment_extent *extents = log_extents(f->log, &count);
    assert_true(count > 10);
    for (size_t i = 0; i < count; i++) {
        assert_true(extents[i].bytes > 0 && extents[i].bytes <= SMALL);
        assert_true(i == 0 || extents[i].base_offset > extents[i - 1].base_offset);
    }
    for (int64_t offset = 0; offset < 100; offset++)
        assert_int_equal(base_of(f, offset), offset / 2 * 2);
}

/* A batch larger than a segment gets one of its own. */
static void takes_a_batch_larger_than_a_segment(void **state)
{
    struct log_fixture *f = *state;
    size_t count;

    log_fixture_create(f, SMALL);
    append(f, 1);
    append(f, 50);
    append(f, 1);
    commit(f);
    (void)log_extents(f->log, &count);
    assert_int_equal(count, 3);
    assert_int_equal(base_of(f, 0), 0);
    assert_int_equal(base_of(f, 30), 1);
    assert_int_equal(base_of(f, 51), 51);
}

/* Who reads the end finds it without an index, and without waiting for the disk. */
static void tail_is_read_hot(void **state)
{
    struct log_fixture *f = *state;
    struct err err;
    bool cold;

    log_fixture_create(f, LARGE);
    append(f, 2);
    commit(f);
    append(f, 3);
    commit(f);
    struct slice slice = {.offset = 2, .bytes_max = 65536, .first_whole = true};
    log_find(f->log, 2, &slice.place);
    assert_true(slice.place.is_known);
    assert_true(slice_read_hot(&slice, &cold, &err));
    assert_false(cold);
    assert_int_equal(slice.next_offset, 5);
    slice_reset(&slice);
    /* Inside a batch nothing is known: a worker looks. */
    log_find(f->log, 3, &slice.place);
    assert_false(slice.place.is_known);
}

/* A reader gets whole batches, up to what it can take, the first one also when it cannot. */
static void slices_are_whole_batches(void **state)
{
    struct log_fixture *f = *state;
    struct err err;

    log_fixture_create(f, LARGE);
    struct batch batch = log_fixture_plain(f, 1, 100, NOON);
    size_t size = batch.bytes.size;
    for (int i = 0; i < 4; i++)
        (void)log_fixture_append(f, &batch);
    commit(f);

    static const struct {
        size_t tenths; /* of a batch's size, asked for */
        bool first_whole;
        size_t batches;
    } rows[] = {{5, true, 1},  {5, false, 0}, {10, false, 1},
                {19, true, 1}, {20, true, 2}, {99, true, 3}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct slice slice = {.offset = 1,
                              .bytes_max = (rows[i].tenths * size + 9) / 10,
                              .first_whole = rows[i].first_whole};
        log_find(f->log, 1, &slice.place);
        assert_true(slice_read(&slice, log_dir(f->log), &err));
        assert_int_equal(slice.bytes, rows[i].batches * size);
        slice_reset(&slice);
    }
}

/* L4: a write that the disk refuses is cut off again, and work goes on when there is room. */
static void full_disk_ends_by_itself(void **state)
{
    struct log_fixture *f = *state;
    struct rlimit old;
    struct err err;
    size_t size;

    log_fixture_create(f, LARGE);
    append(f, 2);
    commit(f);
    uint64_t bytes = log_bytes(f->log);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit tight = {.rlim_cur = bytes + 100, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    append(f, 5);
    log_commit_begin(f->log);
    append(f, 1); /* the next group stands behind the one that fails */
    log_commit_run(f->log);
    bool ok = log_commit_end(f->log, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);

    assert_false(ok);
    assert_int_equal(err.kind, ERR_IO);
    assert_null(log_offline_reason(f->log));
    assert_int_equal(log_durable_offset(f->log), 2);
    assert_int_equal(log_next_offset(f->log), 2);
    assert_false(log_has_pending(f->log));
    free(log_fixture_read(f, "00000000000000000000.log", &size));
    assert_int_equal(size, bytes);

    append(f, 3);
    commit(f);
    assert_int_equal(log_durable_offset(f->log), 5);
    assert_int_equal(base_of(f, 4), 2);
}

/* The descriptor of ours that is open on that path. */
static int descriptor_of(const char *path)
{
    char link[64];
    char target[4096];

    for (int fd = 3; fd < 1024; fd++) {
        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        ssize_t size = readlink(link, target, sizeof(target) - 1);
        if (size < 0)
            continue;
        target[size] = '\0';
        if (strcmp(target, path) == 0)
            return fd;
    }
    return -1;
}

/* L5: after a sync that failed the log takes nothing more, says why, and keeps what was synced. */
static void failed_sync_is_the_end(void **state)
{
    struct log_fixture *f = *state;
    struct batch batch;
    struct err err;
    int64_t offset;

    log_fixture_create(f, LARGE);
    append(f, 2);
    commit(f);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC); /* takes writes, cannot be synced */
    int fd = descriptor_of(log_fixture_path(f, "00000000000000000000.log"));
    assert_true(fd > 0 && null > 0 && dup2(null, fd) == fd);
    (void)close(null);
    append(f, 1);
    assert_false(log_fixture_commit(f, &err));
    assert_non_null(log_offline_reason(f->log));
    assert_int_equal(log_durable_offset(f->log), 2);
    batch = log_fixture_plain(f, 1, 10, NOON);
    assert_false(log_append(f->log, &batch, &offset, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_int_equal(base_of(f, 1), 0);
}

/* L6: the recovery point moves with a snapshot, and old snapshots go when they are not needed. */
static void checkpoints_keep_the_snapshots_that_matter(void **state)
{
    struct log_fixture *f = *state;
    struct stat info;

    log_fixture_create(f, LARGE);
    for (int i = 1; i <= 3; i++) {
        append(f, 1);
        commit(f);
        log_fixture_checkpoint(f);
        assert_int_equal(log_recovery_point(f->log), i);
    }
    assert_int_not_equal(stat(log_fixture_path(f, "00000000000000000001.snapshot"), &info), 0);
    assert_int_equal(stat(log_fixture_path(f, "00000000000000000002.snapshot"), &info), 0);
    assert_int_equal(stat(log_fixture_path(f, "00000000000000000003.snapshot"), &info), 0);
}

/* What waits is bounded: past it the producer is told, and nothing is lost of what waited. */
static void refuses_more_than_may_wait(void **state)
{
    struct log_fixture *f = *state;
    const struct log_fixture_batch large = {
        .count = 200, .bytes = 65536, .timestamp = NOON, .producer_id = -1};
    struct err err = {0};
    int64_t offset;
    int taken = 0;

    log_fixture_create(f, LARGE);
    struct batch batch = log_fixture_make(f, &large);
    while (taken < 100 && log_append(f->log, &batch, &offset, &err))
        taken++;
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(log_next_offset(f->log), (int64_t)taken * 200);
    assert_true((size_t)taken * batch.bytes.size <= LOG_PENDING_BYTES_MAX);
}

/* By time: the first record that is not before it, in whatever segment. */
static void finds_records_by_time(void **state)
{
    struct log_fixture *f = *state;
    struct slice_moment found;
    struct err err;
    size_t count;

    log_fixture_create(f, SMALL);
    for (int i = 0; i < 40; i++) { /* every tenth is from the past */
        struct batch batch =
            log_fixture_plain(f, 2, 100, i % 10 == 9 ? NOON - 5000 : NOON + i * 10);
        (void)log_fixture_append(f, &batch);
        if (i % 4 == 3)
            commit(f);
    }
    static const struct {
        int64_t timestamp;
        int64_t offset;
    } rows[] = {{0, 0},           {NOON, 0},        {NOON + 1, 1},
                {NOON + 2, 2},    {NOON + 80, 16},  {NOON + 82, 20},
                {NOON + 205, 42}, {NOON + 381, 77}, {NOON + 382, -1}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct segment_extent *extents = log_extents(f->log, &count);
        assert_true(
            slice_find_time(log_dir(f->log), extents, count, rows[i].timestamp, &found, &err));
        assert_int_equal(found.offset, rows[i].offset);
    }
    const struct segment_extent *extents = log_extents(f->log, &count);
    assert_true(slice_find_latest(log_dir(f->log), extents, count, &found, &err));
    assert_int_equal(found.offset, 77);
    assert_int_equal(found.timestamp, NOON + 381);
}

/* Without its last entry of time a segment would seem to end earlier than it does. */
static void no_segment_is_left_without_its_latest_time(void **state)
{
    struct log_fixture *f = *state;
    struct slice_moment found;
    struct rlimit old;
    struct err err;
    size_t count;

    log_fixture_create(f, 20000);
    for (int i = 0; i < 8; i++) {
        struct batch batch = log_fixture_plain(f, 10, 100, i == 7 ? NOON + 100000 : NOON);
        (void)log_fixture_append(f, &batch);
        commit(f);
    }
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit tight = {.rlim_cur = 12, .rlim_max = old.rlim_max};
    struct batch large = log_fixture_plain(f, 100, 150, NOON + 1);
    (void)log_fixture_append(f, &large);
    log_commit_begin(f->log);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    log_commit_run(f->log);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_false(log_commit_end(f->log, &err));
    assert_null(log_offline_reason(f->log));

    (void)log_fixture_append(f, &large);
    commit(f);
    const struct segment_extent *extents = log_extents(f->log, &count);
    assert_int_equal(count, 2);
    assert_true(slice_find_time(log_dir(f->log), extents, count, NOON + 50000, &found, &err));
    assert_int_equal(found.offset, 70);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, log_fixture_open, log_fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(makes_the_directory_at_the_first_commit),
        TEST(nobody_reads_before_the_sync),
        TEST(rolls_and_finds_every_offset),
        TEST(takes_a_batch_larger_than_a_segment),
        TEST(tail_is_read_hot),
        TEST(slices_are_whole_batches),
        TEST(full_disk_ends_by_itself),
        TEST(failed_sync_is_the_end),
        TEST(checkpoints_keep_the_snapshots_that_matter),
        TEST(refuses_more_than_may_wait),
        TEST(finds_records_by_time),
        TEST(no_segment_is_left_without_its_latest_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
