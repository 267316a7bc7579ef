/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c - a window over the file that moves on, as large as the largest batch met. */
#include "store/scan.h"

#include <string.h>

#include "base/mem.h"
#include "io/file.h"

#define WINDOW_BYTES ((size_t)128 * 1024)
#define MAGIC_AT 16

void scan_init(struct scan *scan, int fd, uint64_t from, uint64_t end)
{
    *scan = (struct scan){.fd = fd, .at = from, .next = from, .end = end};
}

void scan_reset(struct scan *scan)
{
    mem_free(scan->buffer);
    scan->buffer = NULL;
    scan->buffer_bytes = 0;
    scan->window_bytes = 0;
}

/* At least `size` bytes from `at` on are in the window, or as many as there are up to the end. */
static bool load(struct scan *scan, uint64_t at, size_t size, struct err *err)
{
    if (at >= scan->window_at && at + size <= scan->window_at + scan->window_bytes)
        return true;
    if (size > scan->buffer_bytes) {
        scan->buffer_bytes = size < WINDOW_BYTES ? WINDOW_BYTES : size;
        mem_free(scan->buffer);
        scan->buffer = mem_grow(NULL, scan->buffer_bytes);
    }
    uint64_t left = scan->end - at;
    size_t want = left < scan->buffer_bytes ? (size_t)left : scan->buffer_bytes;
    scan->window_at = at;
    scan->window_bytes = 0;
    return file_read_at(scan->fd, scan->buffer, want, at, &scan->window_bytes, err);
}

static struct span window(const struct scan *scan, uint64_t at, size_t size)
{
    size_t skip = (size_t)(at - scan->window_at);
    size_t there = scan->window_bytes - skip;

    return (struct span){scan->buffer + skip, there < size ? there : size};
}

/* The batch at `at`, whatever stands there. */
static enum scan_step take(struct scan *scan, uint64_t at, struct err *err)
{
    struct batch_peek peek;
    uint64_t left = scan->end - at;

    if (left < BATCH_HEADER_BYTES) {
        (void)err_set(err, ERR_CORRUPT, "%llu bytes are no batch", (unsigned long long)left);
        return SCAN_BAD;
    }
    if (!load(scan, at, BATCH_HEADER_BYTES, err))
        return SCAN_FAILED;
    if (!batch_peek(&peek, window(scan, at, BATCH_HEADER_BYTES), err))
        return SCAN_BAD;
    if (peek.bytes > left) {
        (void)err_set(err, ERR_CORRUPT, "a batch of %zu bytes has %llu", peek.bytes,
                      (unsigned long long)left);
        return SCAN_BAD;
    }
    if (!load(scan, at, peek.bytes, err))
        return SCAN_FAILED;
    if (!batch_decode(&scan->batch, window(scan, at, peek.bytes), err))
        return SCAN_BAD;
    scan->at = at;
    scan->next = at + peek.bytes;
    return SCAN_BATCH;
}

enum scan_step scan_next(struct scan *scan, struct err *err)
{
    return scan->next >= scan->end ? SCAN_END : take(scan, scan->next, err);
}

/* The next position from `at` on whose magic byte is right, or the end. */
static bool find_magic(struct scan *scan, uint64_t *at, struct err *err)
{
    while (scan->end - *at >= BATCH_HEADER_BYTES) {
        if (!load(scan, *at, BATCH_HEADER_BYTES, err))
            return false;
        size_t skip = (size_t)(*at - scan->window_at) + MAGIC_AT;
        if (skip >= scan->window_bytes)
            break;
        const unsigned char *from = scan->buffer + skip;
        const unsigned char *found = memchr(from, BATCH_MAGIC, scan->window_bytes - skip);
        if (found != NULL) {
            *at += (uint64_t)(found - from);
            return true;
        }
        *at += scan->window_bytes - skip;
    }
    *at = scan->end;
    return true;
}

/* Cheap, and right for nearly all that is no batch: half a gigabyte is searched byte by byte. */
static bool could_be_batch(const struct scan *scan, uint64_t at, int64_t offset_min)
{
    struct batch_peek peek;
    struct err ignored;
    struct span head = window(scan, at, BATCH_HEADER_BYTES);

    return head.size == BATCH_HEADER_BYTES && batch_peek(&peek, head, &ignored) &&
           peek.base_offset >= offset_min && peek.base_offset - offset_min <= INT32_MAX &&
           peek.bytes <= scan->end - at;
}

enum scan_step scan_resume(struct scan *scan, uint64_t after, int64_t offset_min, struct err *err)
{
    struct err bad;

    for (uint64_t at = after;; at++) {
        if (!find_magic(scan, &at, err))
            return SCAN_FAILED;
        if (at >= scan->end)
            return SCAN_END;
        if (!load(scan, at, BATCH_HEADER_BYTES, err))
            return SCAN_FAILED;
        if (!could_be_batch(scan, at, offset_min))
            continue;
        enum scan_step step = take(scan, at, &bad);
        if (step == SCAN_FAILED) {
            *err = bad;
            return step;
        }
        if (step == SCAN_BATCH && batch_check_crc(&scan->batch, &bad))
            return step;
    }
}
