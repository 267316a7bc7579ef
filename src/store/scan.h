/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h - walks the batches of a segment's file, front to back.
 *
 *     scan_init(&scan, fd, from, to);
 *     while ((step = scan_next(&scan, &err)) == SCAN_BATCH)
 *         ... scan.batch, which stands at scan.at ...
 *     scan_reset(&scan);
 *
 * Checksums are the caller's to look at.
 *
 * Thread: a worker. */
#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include <stdint.h>

#include "base/err.h"
#include "wire/batch.h"

enum scan_step {
    SCAN_BATCH,  /* the next one stands in scan.batch, borrowed until the next call */
    SCAN_END,    /* the batches end exactly where they should */
    SCAN_BAD,    /* what stands at scan.next is no whole batch; the error says why */
    SCAN_FAILED, /* the system refused: the error says why */
};

struct scan {
    int fd;
    uint64_t at;   /* where `batch` stands in the file */
    uint64_t next; /* where the next one should */
    uint64_t end;
    struct batch batch;
    unsigned char *buffer; /* a window of the file */
    size_t buffer_bytes;
    uint64_t window_at;
    size_t window_bytes;
};

void scan_init(struct scan *scan, int fd, uint64_t from, uint64_t end);
void scan_reset(struct scan *scan);
enum scan_step scan_next(struct scan *scan, struct err *err);
/* After SCAN_BAD or a bad checksum: goes on behind it, where a batch with the right checksum and a
 * base offset from `offset_min` on stands, and returns SCAN_BATCH; SCAN_END when there is none
 * up to the end. */
enum scan_step scan_resume(struct scan *scan, uint64_t after, int64_t offset_min, struct err *err);

#endif
