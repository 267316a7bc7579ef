/* SPDX-License-Identifier: Apache-2.0 */
/* offsets.h - how far a topic was read, one offset per partition, as Spark's checkpoint has it:
 *
 *   {"events":{"0":12,"1":7}}
 *
 * Thread: one at a time. */
#ifndef JOB_OFFSETS_H
#define JOB_OFFSETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/span.h"
#include "base/text.h"

#define OFFSETS_PARTITIONS_MAX 10000
#define OFFSETS_LATEST (-1) /* in startingOffsets only, as Spark's JSON has them */
#define OFFSETS_EARLIEST (-2)

struct offsets {
    int64_t *next; /* the first offset not read yet, by partition; -1: not known */
    int32_t count;
};

void offsets_reset(struct offsets *offsets); /* frees; zeroed is fine */
/* At least `count` partitions; new ones are -1. */
void offsets_grow(struct offsets *offsets, int32_t count);
void offsets_copy(struct offsets *to, const struct offsets *from);
bool offsets_equal(const struct offsets *a, const struct offsets *b);
/* Partitions at -1 are left out. */
void offsets_write(const struct offsets *offsets, const char *topic, struct text *out);
/* Replaces `offsets`.  ERR_MALFORMED: no such object; ERR_CONFLICT: it is about another topic. */
MUST_CHECK bool offsets_read(struct offsets *offsets, const char *topic, struct span json,
                             struct err *err);
/* How many offsets lie between; partitions that `from` does not know count from 0. */
int64_t offsets_distance(const struct offsets *from, const struct offsets *to);

#endif
