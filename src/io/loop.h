/* SPDX-License-Identifier: Apache-2.0 */
/* loop.h - the one thread that owns a service's state: it waits, then calls who is concerned.
 *
 * All callbacks run on the thread that calls loop_run().  What is created
 * here belongs to its creator, who closes it before loop_close(); the memory
 * is given back on a later turn.
 *
 * Thread: the loop, except loop_create() and loop_close() before and after. */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct loop;
struct loop_timer;
struct loop_watch;

MUST_CHECK struct loop *loop_create(struct err *err);
void loop_close(struct loop *loop); /* NULL is fine */
void loop_run(struct loop *loop);   /* until loop_stop() */
void loop_stop(struct loop *loop);
/* Steady milliseconds, the same all through one turn. */
int64_t loop_now_ms(const struct loop *loop);

/* Fires on the loop; `owner` is passed back. */
struct loop_timer *loop_timer_create(struct loop *loop, void (*fire)(void *owner), void *owner);
/* Once after `after_ms`, then every `repeat_ms` unless that is 0; anew if it was started. */
void loop_timer_start(struct loop_timer *timer, int64_t after_ms, int64_t repeat_ms);
void loop_timer_stop(struct loop_timer *timer);
void loop_timer_close(struct loop_timer *timer); /* NULL is fine; it fires no more */

/* Calls `readable` on each turn in which a read of `fd` would not block.  `fd` stays the
 * caller's, who closes it after loop_watch_close(). */
MUST_CHECK struct loop_watch *loop_watch_create(struct loop *loop, int fd,
                                                void (*readable)(void *owner), void *owner,
                                                struct err *err);
void loop_watch_close(struct loop_watch *watch); /* NULL is fine */

/* Work that is gathered during a turn and done once at its end, as a batch: a group of appends,
 * the replies of one connection.  The caller's memory, zeroed but for `run`. */
struct turn_end {
    void (*run)(struct turn_end *turn_end);
    struct turn_end *next; /* the loop's */
    bool waiting;          /* the loop's */
};
/* Runs once at the end of this turn; asking again before that changes nothing. */
void loop_at_turn_end(struct loop *loop, struct turn_end *turn_end);
/* Forgets it, if it waits: before its memory goes. */
void loop_forget_turn_end(struct loop *loop, struct turn_end *turn_end);

/* From now until loop_close(), `signum` calls `arrived` on the loop. */
MUST_CHECK bool loop_on_signal(struct loop *loop, int signum, void (*arrived)(void *owner),
                               void *owner, struct err *err);

#endif
