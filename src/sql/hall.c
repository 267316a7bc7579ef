/* SPDX-License-Identifier: Apache-2.0 */
/* hall.c - who waits, who steps, who is gone.
 *
 * Of the queues, `ready` has begun statements whose next step is due, `waiting`
 * those not begun. */
#include "sql/hall.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/clock.h"

#define LANES_DEFAULT 4
#define SERIAL_MAX 100000
#define MARK_BYTES 5 /* the process's part of an id */

struct queue {
    struct ticket *first;
    struct ticket *last;
    size_t count;
};

struct lane {
    struct task task;
    struct hall *hall;
    struct ticket *ticket; /* NULL: free */
    void *tools;
};

struct hall {
    struct loop *loop;
    struct hall_limits limits;
    struct hall_work work;
    void *owner;
    struct worker_pool *pool;
    struct lane lanes[HALL_LANES_MAX];
    struct queue waiting;
    struct queue ready;
    struct queue done;     /* their last replies were given, oldest first */
    struct ticket *newest; /* all tickets, newest first */
    struct loop_timer *sweep;
    bool sweeping;
    struct hall_counts counts;
    char mark[MARK_BYTES + 1];
    unsigned serial;
    bool newcomers_turn;
    bool closing;                 /* no more steps */
    void (*drained)(void *owner); /* not NULL: draining */
};

struct hall_limits hall_limits_default(void)
{
    return (struct hall_limits){
        .lane_count = LANES_DEFAULT,
        .begun_max = 64,
        .waiting_max = 1000,
        .tickets_max = 5000,
        .kept_bytes = (size_t)256 * 1024 * 1024,
        .client_ms = 5LL * 60 * 1000,
        .pressed_ms = 15LL * 1000,
        .retry_ms = 30LL * 1000,
        .retry_max = 200,
        .sweep_ms = 2000,
    };
}

/* --- queues ------------------------------------------------------------------------------------
 */

static void queue_add(struct queue *queue, struct ticket *ticket)
{
    ticket->queue_next = NULL;
    if (queue->last == NULL)
        queue->first = ticket;
    else
        queue->last->queue_next = ticket;
    queue->last = ticket;
    queue->count++;
}

static struct ticket *queue_take(struct queue *queue)
{
    struct ticket *ticket = queue->first;

    if (ticket == NULL)
        return NULL;
    queue->first = ticket->queue_next;
    if (queue->first == NULL)
        queue->last = NULL;
    queue->count--;
    return ticket;
}

static bool queue_remove(struct queue *queue, const struct ticket *ticket)
{
    struct ticket *before = NULL;

    for (struct ticket *at = queue->first; at != NULL; before = at, at = at->queue_next) {
        if (at != ticket)
            continue;
        if (before == NULL)
            queue->first = at->queue_next;
        else
            before->queue_next = at->queue_next;
        if (queue->last == at)
            queue->last = before;
        queue->count--;
        return true;
    }
    return false;
}

/* --- steps -------------------------------------------------------------------------------------
 */

static void lane_run(struct task *task);
static void lane_done(struct task *task);
static void fill_lanes(struct hall *hall);

static size_t kept_bytes(const struct hall *hall)
{
    size_t bytes = 0;

    for (const struct ticket *t = hall->newest; t != NULL; t = t->next)
        bytes += ticket_bytes(t);
    return bytes;
}

static bool is_full(const struct hall *hall)
{
    return kept_bytes(hall) >= hall->limits.kept_bytes;
}

/* Is a page wanted of this begun statement?  When too much is kept already, only one that a client
 * takes away at once. */
static bool wants_step(const struct hall *hall, const struct ticket *ticket)
{
    if (run_cancelled(ticket->run) || ticket->waiting != NULL)
        return true;
    return ticket->page_count < TICKET_PAGES_AHEAD_MAX && !is_full(hall);
}

/* Puts a parked statement into line again, if it is its turn to make pages. */
static void get_on(struct hall *hall, struct ticket *ticket)
{
    if (ticket->state == TICKET_PARKED && wants_step(hall, ticket)) {
        ticket->state = TICKET_STEPPING;
        queue_add(&hall->ready, ticket);
        fill_lanes(hall);
    }
}

/* The first step of who waits longest. */
static struct ticket *next_newcomer(struct hall *hall)
{
    if (hall->waiting.count == 0 || hall->counts.begun >= hall->limits.begun_max || is_full(hall))
        return NULL;
    struct ticket *ticket = queue_take(&hall->waiting);
    if (ticket == NULL)
        return NULL;
    hall->counts.begun++;
    ticket->state = TICKET_STEPPING;
    ticket->started_ms = loop_now_ms(hall->loop);
    hall->work.begin(hall->owner, ticket->run);
    return ticket;
}

/* In turns, so that neither readers of large results nor many small statements starve the others.
 */
static struct ticket *next_ticket(struct hall *hall)
{
    struct ticket *ticket;

    hall->newcomers_turn = !hall->newcomers_turn;
    if (hall->newcomers_turn) {
        ticket = next_newcomer(hall);
        return ticket != NULL ? ticket : queue_take(&hall->ready);
    }
    ticket = queue_take(&hall->ready);
    return ticket != NULL ? ticket : next_newcomer(hall);
}

static void fill_lanes(struct hall *hall)
{
    for (int i = 0; i < hall->limits.lane_count && !hall->closing; i++) {
        struct lane *lane = &hall->lanes[i];
        if (lane->ticket != NULL)
            continue;
        lane->ticket = next_ticket(hall);
        if (lane->ticket == NULL)
            return;
        worker_pool_submit(hall->pool, &lane->task);
    }
}

static void forget(struct hall *hall, struct ticket *ticket)
{
    if (ticket->previous == NULL)
        hall->newest = ticket->next;
    else
        ticket->previous->next = ticket->next;
    if (ticket->next != NULL)
        ticket->next->previous = ticket->previous;
    (void)queue_remove(&hall->done, ticket);
    hall->counts.tickets--;
    ticket_close(ticket);
}

/* After each reply: the last one is kept a while, as its connection may have broken. */
static void look_done(struct hall *hall, struct ticket *ticket)
{
    if (ticket->state != TICKET_DONE || ticket->done)
        return;
    ticket->done = true;
    queue_add(&hall->done, ticket);
    if (hall->done.count > hall->limits.retry_max)
        forget(hall, hall->done.first);
}

/* One that was not begun has no step that would let go of its text. */
static void drop_text(struct ticket *ticket)
{
    run_release(ticket->run);
    ticket->run_bytes = run_bytes(ticket->run);
    ticket->run->ended = true;
}

static void end_ticket(struct hall *hall, struct ticket *ticket, const struct fault *fault)
{
    ticket_end(ticket, fault);
    hall->counts.rows += ticket->rows;
    if (ticket->fault.name == FAULT_NONE)
        hall->counts.finished++;
    else
        hall->counts.failed++;
    ticket_tell(ticket, false);
    look_done(hall, ticket);
}

static void look_drained(struct hall *hall)
{
    if (hall->drained == NULL || hall->counts.begun > 0)
        return;
    for (const struct ticket *t = hall->newest; t != NULL; t = t->next)
        if (t->waiting != NULL)
            return;
    void (*drained)(void *owner) = hall->drained;
    hall->drained = NULL;
    drained(hall->owner);
}

static void lane_run(struct task *task)
{
    ON_WORKER();
    struct lane *lane = CONTAINER_OF(task, struct lane, task);
    int64_t start = clock_steady_ms();

    lane->hall->work.step(lane->tools, lane->ticket->run);
    lane->ticket->run->worked_ms += clock_steady_ms() - start;
}

static void lane_done(struct task *task)
{
    ON_LOOP();
    struct lane *lane = CONTAINER_OF(task, struct lane, task);
    struct hall *hall = lane->hall;
    struct ticket *ticket = lane->ticket;

    lane->ticket = NULL;
    ticket_take_page(ticket);
    if (ticket->run->ended) {
        hall->work.ended(hall->owner, ticket->run);
        hall->counts.begun--;
        end_ticket(hall, ticket, NULL);
    } else {
        ticket->state = TICKET_PARKED;
        ticket_tell(ticket, false);
        get_on(hall, ticket);
    }
    fill_lanes(hall);
    look_drained(hall);
}

/* --- comings and goings ------------------------------------------------------------------------
 */

void hall_cancel(struct hall *hall, struct ticket *ticket, enum fault_name why, const char *text)
{
    ON_LOOP();
    struct fault fault = {0};

    if (ticket->state == TICKET_ENDED || ticket->state == TICKET_DONE || run_cancelled(ticket->run))
        return;
    (void)fault_set(&fault, why, "%s", text);
    ticket->fault = fault;
    if (ticket->state == TICKET_WAITING) {
        (void)queue_remove(&hall->waiting, ticket);
        drop_text(ticket);
        end_ticket(hall, ticket, NULL);
        return;
    }
    run_cancel(ticket->run);
    get_on(hall, ticket); /* a parked one must let go of the engine */
}

/* How long its client may be silent. */
static int64_t patience_ms(const struct hall *hall, const struct ticket *ticket)
{
    if (ticket->state == TICKET_DONE)
        return hall->limits.retry_ms;
    bool pressed =
        hall->waiting.count > 0 && (hall->counts.begun >= hall->limits.begun_max || is_full(hall));
    if (pressed && (ticket->state == TICKET_PARKED || ticket->state == TICKET_WAITING))
        return hall->limits.pressed_ms;
    return hall->limits.client_ms;
}

static void sweep(void *owner)
{
    struct hall *hall = owner;
    int64_t now = loop_now_ms(hall->loop);
    struct ticket *ticket = hall->newest;

    while (ticket != NULL) {
        struct ticket *seen = ticket;
        bool gone = seen->waiting == NULL && now - seen->asked_ms >= patience_ms(hall, seen);
        if (gone && seen->state != TICKET_ENDED && seen->state != TICKET_DONE &&
            !run_cancelled(seen->run)) {
            hall->counts.abandoned++;
            hall_cancel(hall, seen, FAULT_ABANDONED_QUERY,
                        "Query was abandoned by the client, as it was not asked for any more");
        }
        ticket = seen->next; /* only now: a cancel may make room by forgetting another */
        if (gone && (seen->state == TICKET_ENDED || seen->state == TICKET_DONE))
            forget(hall, seen);
    }
    fill_lanes(hall);
    if (hall->newest == NULL) {
        loop_timer_stop(hall->sweep);
        hall->sweeping = false;
        hall->work.idle(hall->owner);
    }
}

static void fill_random(void *bytes, size_t size)
{
    ssize_t got = getrandom(bytes, size, 0); /* up to 256 bytes never come short */
    assert(got == (ssize_t)size);
}

/* yyyyMMdd_HHmmss_NNNNN_mark, as Trino's. */
static void make_id(struct hall *hall, char id[TICKET_ID_BYTES])
{
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm tm;
    char day[20];

    (void)gmtime_r(&now, &tm);
    (void)strftime(day, sizeof(day), "%Y%m%d_%H%M%S", &tm);
    (void)snprintf(id, TICKET_ID_BYTES, "%s_%05u_%s", day, hall->serial, hall->mark);
    hall->serial = (hall->serial + 1) % SERIAL_MAX;
}

static void make_slug(char slug[TICKET_SLUG_BYTES])
{
    uint64_t random[2];

    fill_random(random, sizeof(random));
    (void)snprintf(slug, TICKET_SLUG_BYTES, "x%016" PRIx64 "%016" PRIx64, random[0], random[1]);
}

static bool has_room(struct hall *hall, struct fault *fault)
{
    if (hall->drained != NULL)
        return fault_set(fault, FAULT_SERVER_SHUTTING_DOWN, "Server is shutting down");
    if (hall->waiting.count >= hall->limits.waiting_max)
        return fault_set(fault, FAULT_QUERY_QUEUE_FULL, "Too many queued queries: %zu wait",
                         hall->waiting.count);
    if (is_full(hall))
        return fault_set(fault, FAULT_QUERY_QUEUE_FULL,
                         "Too many results that were not read: %zu bytes", kept_bytes(hall));
    return true;
}

static void line_up(struct hall *hall, struct ticket *ticket)
{
    if (ticket->state != TICKET_WAITING || ticket->queued)
        return;
    ticket->queued = true;
    queue_add(&hall->waiting, ticket);
    fill_lanes(hall);
}

struct ticket *hall_admit(struct hall *hall, struct run *run)
{
    ON_LOOP();
    char id[TICKET_ID_BYTES];
    char slug[TICKET_SLUG_BYTES];
    struct fault fault = {0};

    if (hall->counts.tickets >= hall->limits.tickets_max) {
        hall->counts.refused++;
        run_close(run);
        return NULL;
    }
    make_id(hall, id);
    make_slug(slug);
    struct ticket *ticket = ticket_create(hall->loop, id, slug, run);
    ticket->next = hall->newest;
    if (hall->newest != NULL)
        hall->newest->previous = ticket;
    hall->newest = ticket;
    hall->counts.tickets++;
    hall->counts.created++;
    if (!hall->sweeping) {
        loop_timer_start(hall->sweep, hall->limits.sweep_ms, hall->limits.sweep_ms);
        hall->sweeping = true;
    }
    if (has_room(hall, &fault) && run->fault.name == FAULT_NONE) {
        if (hall->counts.begun + hall->waiting.count < hall->limits.begun_max / 2)
            line_up(hall, ticket);
    } else {
        hall->counts.refused += fault.name != FAULT_NONE;
        drop_text(ticket);
        end_ticket(hall, ticket, fault.name != FAULT_NONE ? &fault : &run->fault);
    }
    return ticket;
}

const struct ticket *hall_peek(const struct hall *hall, struct span id)
{
    for (const struct ticket *t = hall->newest; t != NULL; t = t->next)
        if (span_is(id, t->id))
            return t;
    return NULL;
}

struct ticket *hall_find(struct hall *hall, struct span id, struct span slug)
{
    for (struct ticket *t = hall->newest; t != NULL; t = t->next)
        if (span_is(id, t->id) && span_is(slug, t->slug))
            return t;
    return NULL;
}

enum ticket_answer hall_ask(struct hall *hall, struct ticket *ticket, int64_t token,
                            const char *base, struct http_exchange *exchange)
{
    ON_LOOP();
    ticket->asked_ms = loop_now_ms(hall->loop);
    line_up(hall, ticket);
    enum ticket_answer answer = ticket_ask(ticket, token, base, exchange);
    get_on(hall, ticket);
    look_done(hall, ticket);
    fill_lanes(hall); /* what was read has made room perhaps */
    return answer;
}

void hall_drain(struct hall *hall, void (*drained)(void *owner))
{
    ON_LOOP();
    hall->drained = drained;
    for (struct ticket *t = hall->newest; t != NULL; t = t->next)
        hall_cancel(hall, t, FAULT_SERVER_SHUTTING_DOWN, "Server is shutting down");
    look_drained(hall);
}

struct hall_counts hall_counts(const struct hall *hall)
{
    struct hall_counts counts = hall->counts;

    counts.waiting = hall->waiting.count;
    counts.kept_bytes = kept_bytes(hall);
    return counts;
}

struct hall *hall_create(struct loop *loop, const struct hall_limits *limits,
                         const struct hall_work *work, void *owner, void *const *tools,
                         struct err *err)
{
    assert(limits->lane_count >= 1 && limits->lane_count <= HALL_LANES_MAX);

    struct hall *hall = mem_new(sizeof(*hall));
    uint64_t random;
    hall->loop = loop;
    hall->limits = *limits;
    hall->work = *work;
    hall->owner = owner;
    hall->pool = worker_pool_create(loop, limits->lane_count, err);
    if (hall->pool == NULL) {
        mem_free(hall);
        return NULL;
    }
    for (int i = 0; i < limits->lane_count; i++) {
        struct lane *lane = &hall->lanes[i];
        lane->hall = hall;
        lane->tools = tools[i];
        lane->task.run = lane_run;
        lane->task.done = lane_done;
    }
    fill_random(&random, sizeof(random));
    for (int i = 0; i < MARK_BYTES; i++, random /= 26)
        hall->mark[i] = (char)('a' + random % 26);
    hall->sweep = loop_timer_create(loop, sweep, hall);
    return hall;
}

void hall_close(struct hall *hall)
{
    if (hall == NULL)
        return;
    hall->closing = true;
    for (struct ticket *t = hall->newest; t != NULL; t = t->next)
        hall_cancel(hall, t, FAULT_SERVER_SHUTTING_DOWN, "Server is shutting down");
    worker_pool_close(hall->pool);
    for (struct ticket *t = hall->newest; t != NULL; t = t->next)
        if (t->state == TICKET_STEPPING || t->state == TICKET_PARKED)
            hall->work.ended(hall->owner, t->run);
    while (hall->newest != NULL)
        forget(hall, hall->newest);
    loop_timer_close(hall->sweep);
    mem_free(hall);
}
