/* SPDX-License-Identifier: Apache-2.0 */
/* producer_ids.h - ids for idempotent producers, none of which is ever given twice.
 *
 * A block of them is noted in the journal, synced, before its first is given:
 * after a crash the next block begins, and what was left of the last is lost.
 *
 * Thread: the loop; producer_ids_apply() also a worker, before the loop has them. */
#ifndef BROKER_PRODUCER_IDS_H
#define BROKER_PRODUCER_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "broker/journal.h"

#define PRODUCER_IDS_BLOCK 1000

/* Someone who wants one; the caller's memory. */
struct producer_ids_wait {
    void (*given)(struct producer_ids_wait *wait, int64_t id, const struct err *err);
    struct producer_ids_wait *next;
};

struct producer_ids {
    int64_t next;
    int64_t end; /* ids before it may be given */
    struct journal *journal;
    struct journal_wait journal_wait;
    struct producer_ids_wait *first;
    struct producer_ids_wait *last;
    bool is_asking;
};

/* May answer before it returns. */
void producer_ids_take(struct producer_ids *ids, struct producer_ids_wait *wait);
/* A change of the journal; true also when it is none about producer ids. */
MUST_CHECK bool producer_ids_apply(struct producer_ids *ids, const struct json_value *change,
                                   struct err *err);
void producer_ids_render(const struct producer_ids *ids, struct text *lines);

#endif
