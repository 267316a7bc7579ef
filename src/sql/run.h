/* SPDX-License-Identifier: Apache-2.0 */
/* run.h - one statement while it is worked on: what it asks, and what has come of it.
 *
 * A run goes to and fro: a worker takes a step (parse, ask the catalog, start,
 * make one page of rows), the loop takes the page and decides when the next
 * step is due.  Nobody holds a thread while a client thinks.
 *
 * Thread: whoever has it: the loop, or the worker of the step under way;
 * run_cancel() the loop at any time. */
#ifndef SQL_RUN_H
#define SQL_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/text.h"
#include "dialect/trino.h"
#include "engine/query.h"
#include "sql/fault.h"
#include "wire/presto.h"
#include "wire/presto_header.h"

#define RUN_SQL_BYTES_MAX (1024 * 1024)
#define RUN_ARENA_BYTES (256 * 1024 * 1024)     /* names, plans and listings of one statement */
#define RUN_KEPT_BYTES (16 * 1024 * 1024)       /* what its replies are made of, but rows */
#define RUN_COLUMNS_BYTES_MAX (8 * 1024 * 1024) /* of each reply, as JSON */
#define RUN_SHOWN_BYTES_MAX (16 * 1024)         /* of the text, for who looks at it later */
#define RUN_PAGE_BYTES (1024 * 1024)            /* a page ends with the row that passes it */
#define RUN_PAGE_BYTES_MAX (80 * 1024 * 1024)
#define RUN_PAGE_MS 500 /* a page with rows ends after so long, for someone waits */
#define RUN_WARNINGS_MAX 50
#define RUN_REPLY_HEADERS_MAX 8

struct run_reply_header {
    const char *name; /* without "X-Trino-": "Set-Schema" */
    const char *value;
};

struct run {
    struct arena arena; /* what the first step needs: it goes with run_release() */
    struct arena kept;  /* all below that is not said to lie elsewhere */

    /* Asked; both lie in `arena`. */
    struct span sql;
    struct presto_client client;

    /* The same as long as the run is there: the loop may read it during a step. */
    struct span shown; /* the text, or how it begins */
    struct span user;
    enum trino_dialect dialect;
    struct presto_type_style style;

    /* Come of it; the loop reads it between steps. */
    struct presto_columns *columns; /* NULL: not known yet */
    struct text page;               /* rows of the last step, as JSON without the outer brackets */
    size_t page_rows;
    uint64_t rows; /* in all pages */
    struct presto_warning warnings[RUN_WARNINGS_MAX];
    size_t warning_count;
    struct run_reply_header headers[RUN_REPLY_HEADERS_MAX];
    size_t header_count;
    const char *update_type;
    struct fault fault;
    bool started; /* the first step was taken */
    bool ended;   /* no more steps: all rows are in pages, or the fault is set */
    int64_t worked_ms;

    /* The worker's own. */
    bool selects;     /* the engine's rows are to come */
    size_t chunk_row; /* the next row of the current chunk */

    _Atomic(struct query *) query; /* set by a worker, taken away by the loop */
    atomic_bool cancelled;
};

/* Copies the text and the client's wishes.  `hive`: the text is Hive's, whatever the protocol.
 * NULL: ERR_MALFORMED, headers or text are none; ERR_LIMIT. */
MUST_CHECK struct run *run_create(struct span sql, const struct presto_header *headers,
                                  size_t header_count, bool hive, struct err *err);
/* The first step was taken, or there will be none: the text, the client's wishes and all that was
 * made of them go, which may be much more than what the replies need. */
void run_release(struct run *run);
/* Held now, without the page. */
size_t run_bytes(const struct run *run);
/* The query must have been taken away.  NULL is fine. */
void run_close(struct run *run);

/* The loop; it stays so, and what runs on the engine ends soon with QUERY_CANCELLED. */
void run_cancel(struct run *run);
bool run_cancelled(const struct run *run);
/* A worker: the engine's connection that this run uses from now on. */
void run_take_query(struct run *run, struct query *query);

/* A worker.  A warning past RUN_WARNINGS_MAX or the run's memory is dropped. */
void run_warn(struct run *run, int code, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* False: no room (never for the few that a statement has). */
bool run_add_header(struct run *run, const char *name, const char *value);
/* The columns of the result; `count` names and types are copied.  False: the fault is set, as they
 * are more than a reply may hold. */
bool run_set_columns(struct run *run, const struct presto_column *columns, size_t count);
/* A row of texts, "true" and "false" where the column is boolean; NULL is a null.  As many as
 * columns. */
void run_add_row(struct run *run, const char *const *cells);
/* The reply of a statement that only does something: Presto adds a row `true`. */
bool run_set_done(struct run *run, const char *update_type);

#endif
