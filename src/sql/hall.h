/* SPDX-License-Identifier: Apache-2.0 */
/* hall.h - all tickets, and the lanes on which their statements get on.
 *
 * A lane is a worker's place with tools of its own.  A statement waits for a
 * free lane, takes a step, and queues again when it has more to do and its
 * client room for it; so a client that reads slowly or not at all holds no
 * lane.  How many may be begun, may wait, and what is kept for them have
 * limits; who comes past them is refused at once.
 *
 * With room for many more a statement begins at once, else when its client
 * asks for it again (Trino always waits for that): so those who only send and
 * leave take no place from those who stay.
 *
 * Thread: the loop, except the step, which a worker takes. */
#ifndef SQL_HALL_H
#define SQL_HALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/loop.h"
#include "io/worker.h"
#include "sql/run.h"
#include "sql/ticket.h"

#define HALL_LANES_MAX 8

struct hall_limits {
    int lane_count;     /* steps at a time */
    size_t begun_max;   /* statements begun and not ended */
    size_t waiting_max; /* statements not begun */
    size_t tickets_max; /* in all, those that ended and were not read among them */
    size_t kept_bytes;  /* of pages and replies that clients have not read; past it nothing new, and
                         * of what has begun only pages that are waited for */
    int64_t client_ms;  /* a client silent for so long is gone */
    int64_t pressed_ms; /* the same while others wait because as many are begun as may be */
    int64_t retry_ms;   /* the last reply can be had again for so long */
    size_t retry_max;   /* of so many tickets, the newest */
    int64_t sweep_ms;   /* how often that is looked at, while there are tickets */
};
struct hall_limits hall_limits_default(void);

/* What the hall does not know itself. */
struct hall_work {
    /* The loop lends the run what it can use; its first step follows. */
    void (*begin)(void *owner, struct run *run);
    /* A worker takes the run's next step with its lane's tools; run->ended says that it was the
     * last.  A cancelled run must end. */
    void (*step)(void *tools, struct run *run);
    /* The loop takes back what the run holds of the engine; no step follows. */
    void (*ended)(void *owner, struct run *run);
    /* The loop: there are no tickets any more. */
    void (*idle)(void *owner);
};

struct hall_counts {
    uint64_t created;
    uint64_t finished;
    uint64_t failed;
    uint64_t refused;
    uint64_t abandoned;
    uint64_t rows;
    size_t tickets;
    size_t begun;
    size_t waiting;
    size_t kept_bytes;
};

struct hall;

/* `tools` has one entry per lane. */
MUST_CHECK struct hall *hall_create(struct loop *loop, const struct hall_limits *limits,
                                    const struct hall_work *work, void *owner, void *const *tools,
                                    struct err *err);
/* Waits for the steps under way. */
void hall_close(struct hall *hall); /* NULL is fine */

/* Takes over the run.  A statement that is refused has a ticket too, which says why; NULL only
 * past tickets_max: then answer with 503. */
struct ticket *hall_admit(struct hall *hall, struct run *run);
/* NULL: no such ticket, or not with this slug. */
struct ticket *hall_find(struct hall *hall, struct span id, struct span slug);
/* The same by its id alone, for those who only want to know. */
const struct ticket *hall_peek(const struct hall *hall, struct span id);
/* As ticket_ask, and the statement goes on. */
enum ticket_answer hall_ask(struct hall *hall, struct ticket *ticket, int64_t token,
                            const char *base, struct http_exchange *exchange);
void hall_cancel(struct hall *hall, struct ticket *ticket, enum fault_name why, const char *text);
/* No more admissions; all that is not ended fails with SERVER_SHUTTING_DOWN.  `drained` is called
 * once nothing is under way and no client waits. */
void hall_drain(struct hall *hall, void (*drained)(void *owner));
struct hall_counts hall_counts(const struct hall *hall);

#endif
