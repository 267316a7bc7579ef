/* SPDX-License-Identifier: Apache-2.0 */
/* producer_state.h - what a partition knows of its idempotent producers (KIP-98).
 *
 * Of each producer the epoch and the last batches: a batch that comes again is
 * recognised, one that is missing before it is noticed.  The state follows the
 * log: batches are noted as they are appended, taken back when the log takes
 * them back, and noted again from the log after a crash.
 *
 * Thread: one at a time. */
#ifndef BROKER_PRODUCER_STATE_H
#define BROKER_PRODUCER_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "store/snapshot.h"
#include "wire/batch.h"

#define PRODUCER_BATCHES 5 /* a producer may have this many unanswered (KIP-98) */

enum producer_verdict {
    PRODUCER_NEXT,         /* what was to come */
    PRODUCER_DUPLICATE,    /* it is in the log already */
    PRODUCER_OUT_OF_ORDER, /* something before it is missing */
    PRODUCER_FENCED,       /* another one with this id has a later epoch */
};

struct producer_state;

struct producer_state *producer_state_create(void);
void producer_state_close(struct producer_state *state); /* NULL is fine */

/* `batch` has a producer id.  Of a duplicate *last_offset is where it ends in the log. */
enum producer_verdict producer_state_check(const struct producer_state *state,
                                           const struct batch *batch, int64_t *last_offset);
/* The batch stands in the log with `base_offset` since `now_ms`. */
void producer_state_note(struct producer_state *state, const struct batch *batch,
                         int64_t base_offset, int64_t now_ms);
/* Nothing from `offset` on is in the log.  Of a producer the first batch that was taken back is the
 * next that is taken. */
void producer_state_take_back(struct producer_state *state, int64_t offset);

void producer_state_restore(struct producer_state *state, const struct snapshot *snapshot);
/* Those not heard of since `before_ms` are forgotten. */
void producer_state_expire(struct producer_state *state, int64_t before_ms);
/* Entries of all batches before `offset`, oldest first of each producer; mem_new'd, the caller's.
 */
struct snapshot_entry *producer_state_entries(const struct producer_state *state, int64_t offset,
                                              size_t *count);

#endif
