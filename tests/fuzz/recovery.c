/* SPDX-License-Identifier: Apache-2.0 */
/* recovery.c - any bytes as a segment: recovery ends, keeps what is whole, and a second one finds
 * the same.  Byte 0 says where the recovery point is; the rest is the file. */
#include "store/recovery.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/file.h"
#include "store/slice.h"

#define FIRST "00000000000000000000"

static char dir[64];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void remove_dir(void)
{
    struct err err;

    if (dir[0] != '\0' && !file_remove_tree(dir, &err))
        (void)fprintf(stderr, "%s\n", err.text);
}

static void put_segment(const uint8_t *bytes, size_t size)
{
    char path[128];
    struct err err;
    int fd;

    (void)snprintf(path, sizeof(path), "%s/p", dir);
    if (!file_remove_tree(path, &err) || !file_make_dirs(path, &err))
        abort();
    (void)snprintf(path, sizeof(path), "%s/p/" FIRST ".log", dir);
    struct span piece = {bytes, size};
    if (!file_open(&fd, path, FILE_CREATE, &err) ||
        (size > 0 && !file_write_at(fd, &piece, 1, 0, &err)))
        abort();
    file_close(fd);
}

/* Every readable offset is served whole and checked, or refused as damage. */
static void read_all(const struct log *log)
{
    int64_t offset = log_start_offset(log);

    for (int i = 0; i < 100 && offset < log_durable_offset(log); i++) {
        struct slice slice = {.offset = offset, .bytes_max = 4096, .first_whole = true};
        struct err err;
        log_find(log, offset, &slice.place);
        if (!slice_read(&slice, log_dir(log), &err)) {
            assert(err.kind == ERR_CORRUPT);
            offset++;
            continue;
        }
        assert(slice.bytes > 0 && slice.next_offset > offset);
        offset = slice.next_offset;
        slice_reset(&slice);
    }
}

static int64_t recover(int64_t recovery_point, struct recovery *recovery)
{
    const struct log_settings settings = {.segment_bytes_max = 1024 * 1024};
    struct err err;
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/p", dir);
    *recovery = (struct recovery){.dir = path, .recovery_point = recovery_point};
    if (!recovery_run(recovery, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        abort();
    }
    size_t extents = recovery->extent_count;
    struct log *log = log_open(path, &settings, recovery);
    assert(log_next_offset(log) >= recovery_point);
    if (extents > 0)
        read_all(log);
    int64_t next = log_next_offset(log);
    log_close(log);
    return next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recovery first;
    struct recovery second;

    if (size == 0)
        return 0;
    if (dir[0] == '\0') {
        const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* syncs cost */
        (void)snprintf(dir, sizeof(dir), "%s/fuzz_recovery.XXXXXX", base);
        if (mkdtemp(dir) == NULL)
            abort();
        (void)atexit(remove_dir);
    }
    put_segment(data + 1, size - 1);
    int64_t next = recover(data[0] % 8, &first);
    if (data[0] % 8 != 0)
        assert(first.cut_bytes <= size);
    int64_t again = recover(data[0] % 8, &second);
    assert(again == next);
    assert(second.cut_bytes == 0);
    return 0;
}
