/* SPDX-License-Identifier: Apache-2.0 */
/* ticket.h - what a client holds of its statement: an id, pages, and who waits for them.
 *
 *   WAITING --(a lane is free)--> STEPPING --(page made)--> PARKED --(room for pages)--> STEPPING
 *      |                             |                        |
 *      +--------(cancel, abandon)----+------------------------+--> ENDED --(last page read)--> DONE
 *
 * A reply is asked for by its token.  The newest one given can be had again,
 * for its connection may have broken; older ones are gone (410), later ones
 * are not there yet (404).  A reply is given when there is something to tell,
 * or after TICKET_POLL_MS.
 *
 * Thread: the loop. */
#ifndef SQL_TICKET_H
#define SQL_TICKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "io/loop.h"
#include "net/http_server.h"
#include "sql/run.h"

#define TICKET_ID_BYTES 32
#define TICKET_SLUG_BYTES 36
#define TICKET_BASE_BYTES 320    /* http://host:port of a request */
#define TICKET_PAGES_AHEAD_MAX 2 /* made before they are asked for */
#define TICKET_POLL_MS 1000

enum ticket_state { TICKET_WAITING, TICKET_STEPPING, TICKET_PARKED, TICKET_ENDED, TICKET_DONE };

struct ticket_page {
    struct text rows;
    size_t row_count;
    struct ticket_page *next;
};

struct ticket {
    char id[TICKET_ID_BYTES]; /* 20260301_101504_00001_abcde */
    char slug[TICKET_SLUG_BYTES];
    enum ticket_state state;
    struct run *run;
    struct fault fault; /* why it failed */

    struct ticket_page *first; /* not asked for yet */
    struct ticket_page *last;
    size_t page_count;
    size_t page_bytes;

    /* What is known of the run, as of its last step. */
    const struct presto_columns *columns;
    size_t warning_count;
    const char *update_type;
    uint64_t rows;
    int64_t worked_ms;
    size_t run_bytes;

    int64_t token_next; /* of the reply that is due; 0 is the one to the POST */
    struct text given;  /* the newest reply, which may be asked for again */
    bool given_last;    /* it has no nextUri; the run's reply headers go with it */

    struct http_exchange *waiting; /* who polls for token_next; NULL: nobody */
    char waiting_base[TICKET_BASE_BYTES];
    struct loop_timer *poll;
    struct loop *loop;

    int64_t created_ms;
    int64_t started_ms; /* 0: not yet */
    int64_t ended_ms;   /* 0: not yet */
    int64_t asked_ms;   /* the client's last sign of life */

    bool queued; /* this and what follows is the hall's */
    bool done;
    struct ticket *queue_next;
    struct ticket *next;
    struct ticket *previous;
};

enum ticket_answer { TICKET_ANSWERED, TICKET_GONE, TICKET_NOT_THERE };

/* Takes over the run. */
struct ticket *ticket_create(struct loop *loop, const char *id, const char *slug, struct run *run);
/* Its run's engine connection must have been taken away.  Answers who waits with 410. */
void ticket_close(struct ticket *ticket);

/* What the run's last step has made: rows, columns, a fault. */
void ticket_take_page(struct ticket *ticket);
/* True when the next reply has rows or news. */
bool ticket_has_news(const struct ticket *ticket);
/* Answers the request for reply `token` now or later.  Another answer than TICKET_ANSWERED leaves
 * the exchange to the caller. */
enum ticket_answer ticket_ask(struct ticket *ticket, int64_t token, const char *base,
                              struct http_exchange *exchange);
/* Gives who waits the reply that is due, if there is news or `anyway`. */
void ticket_tell(struct ticket *ticket, bool anyway);
/* The reply to the POST: an id and a nextUri, as the real servers do it. */
void ticket_welcome(struct ticket *ticket, const char *base, struct http_exchange *exchange);
/* No more steps are to come; unless it failed already, `fault` (NULL: none) is why. */
void ticket_end(struct ticket *ticket, const struct fault *fault);
/* Bytes that are kept for the client: of its statement, and of replies that it has not read. */
size_t ticket_bytes(const struct ticket *ticket);
/* "QUEUED", "RUNNING" ... */
enum presto_state ticket_presto_state(const struct ticket *ticket);

#endif
