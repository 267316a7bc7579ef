/* SPDX-License-Identifier: Apache-2.0 */
/* ticket.c - pages in, replies out. */
#include "sql/ticket.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/worker.h"

#define REPLY_BYTES_MAX (RUN_PAGE_BYTES_MAX + 16 * 1024 * 1024)
#define URI_BYTES (TICKET_BASE_BYTES + TICKET_ID_BYTES + TICKET_SLUG_BYTES + 64)

static void poll_over(void *owner)
{
    ticket_tell(owner, true);
}

struct ticket *ticket_create(struct loop *loop, const char *id, const char *slug, struct run *run)
{
    ON_LOOP();
    struct ticket *ticket = mem_new(sizeof(*ticket));

    (void)snprintf(ticket->id, sizeof(ticket->id), "%s", id);
    (void)snprintf(ticket->slug, sizeof(ticket->slug), "%s", slug);
    ticket->run = run;
    ticket->run_bytes = run_bytes(run);
    ticket->loop = loop;
    ticket->created_ms = loop_now_ms(loop);
    ticket->asked_ms = ticket->created_ms;
    ticket->poll = loop_timer_create(loop, poll_over, ticket);
    text_init(&ticket->given, REPLY_BYTES_MAX);
    return ticket;
}

static void drop_first(struct ticket *ticket)
{
    struct ticket_page *page = ticket->first;

    ticket->first = page->next;
    if (ticket->first == NULL)
        ticket->last = NULL;
    ticket->page_count--;
    ticket->page_bytes -= page->rows.size;
    text_reset(&page->rows);
    mem_free(page);
}

static void reply_gone(struct http_exchange *exchange)
{
    struct http_reply reply = {
        .status = 410, .content_type = "text/plain", .body = span_of("Gone\n")};
    http_reply_send(exchange, &reply);
}

void ticket_close(struct ticket *ticket)
{
    ON_LOOP();
    if (ticket == NULL)
        return;
    if (ticket->waiting != NULL)
        reply_gone(ticket->waiting);
    while (ticket->first != NULL)
        drop_first(ticket);
    loop_timer_close(ticket->poll);
    text_reset(&ticket->given);
    run_close(ticket->run);
    mem_free(ticket);
}

void ticket_take_page(struct ticket *ticket)
{
    ON_LOOP();
    struct run *run = ticket->run;

    ticket->columns = run->columns;
    ticket->warning_count = run->warning_count;
    ticket->update_type = run->update_type;
    ticket->rows = run->rows;
    ticket->worked_ms = run->worked_ms;
    ticket->run_bytes = run_bytes(run);
    if (ticket->fault.name == FAULT_NONE)
        ticket->fault = run->fault;
    if (run->page_rows == 0)
        return;

    struct ticket_page *page = mem_new(sizeof(*page));
    page->rows = run->page;
    page->row_count = run->page_rows;
    text_init(&run->page, RUN_PAGE_BYTES_MAX);
    run->page_rows = 0;
    if (ticket->last == NULL)
        ticket->first = page;
    else
        ticket->last->next = page;
    ticket->last = page;
    ticket->page_count++;
    ticket->page_bytes += page->rows.size;
}

enum presto_state ticket_presto_state(const struct ticket *ticket)
{
    switch (ticket->state) {
    case TICKET_WAITING:
        return PRESTO_QUEUED;
    case TICKET_STEPPING:
    case TICKET_PARKED:
        return PRESTO_RUNNING;
    case TICKET_ENDED:
    case TICKET_DONE:
        break;
    }
    if (ticket->fault.name != FAULT_NONE)
        return PRESTO_FAILED;
    return ticket->first == NULL ? PRESTO_FINISHED : PRESTO_RUNNING;
}

bool ticket_has_news(const struct ticket *ticket)
{
    return ticket->first != NULL || ticket->state == TICKET_ENDED;
}

static void fill_stats(const struct ticket *ticket, enum presto_state state,
                       struct presto_stats *stats)
{
    int64_t now = loop_now_ms(ticket->loop);
    int64_t ended = ticket->ended_ms != 0 ? ticket->ended_ms : now;
    int64_t started = ticket->started_ms != 0 ? ticket->started_ms : ended;

    *stats = (struct presto_stats){
        .state = state,
        .queued_ms = started - ticket->created_ms,
        .elapsed_ms = ended - ticket->created_ms,
        .wall_ms = ticket->worked_ms,
        .processed_rows = ticket->rows,
    };
}

static void fill_next_uri(const struct ticket *ticket, const char *base, char uri[URI_BYTES])
{
    const char *phase = ticket->token_next == 0 ? "queued" : "executing";

    (void)snprintf(uri, URI_BYTES, "%s/v1/statement/%s/%s/%s/%" PRId64, base, phase, ticket->id,
                   ticket->slug, ticket->token_next + 1);
}

/* Makes the reply that is due: it becomes the newest one given. */
static void make_reply(struct ticket *ticket, const char *base)
{
    char next_uri[URI_BYTES];
    char info_uri[URI_BYTES];
    char message[FAULT_MESSAGE_BYTES];
    struct presto_error error;
    bool welcome = ticket->token_next == 0;
    struct ticket_page *page = welcome ? NULL : ticket->first;
    bool ended = ticket->state == TICKET_ENDED && !welcome;
    bool last = ended && (page == NULL || page->next == NULL);
    bool failed = last && ticket->fault.name != FAULT_NONE;
    struct presto_results results = {.id = ticket->id, .info_uri = info_uri, .update_count = -1};

    (void)snprintf(info_uri, sizeof(info_uri), "%s/v1/query/%s", base, ticket->id);
    fill_next_uri(ticket, base, next_uri);
    enum presto_state state = welcome ? PRESTO_QUEUED : ticket_presto_state(ticket);
    if (last)
        state = failed ? PRESTO_FAILED : PRESTO_FINISHED;
    else if (state == PRESTO_FAILED)
        state = PRESTO_RUNNING; /* it will be told with the last page */
    fill_stats(ticket, state, &results.stats);
    results.next_uri = last ? NULL : next_uri;
    results.columns = welcome ? NULL : ticket->columns;
    results.warnings = ticket->run->warnings;
    results.warning_count = welcome ? 0 : ticket->warning_count;
    results.update_type = welcome ? NULL : ticket->update_type;
    if (page != NULL)
        results.data = text_span(&page->rows);
    if (failed) {
        fault_describe(&ticket->fault, ticket->run->style.protocol, message, &error);
        results.error = &error;
    }
    text_reset(&ticket->given);
    presto_write(&ticket->given, &results, &ticket->run->style);
    assert(!ticket->given.full);
    ticket->given_last = last;
    ticket->token_next++;
    if (page != NULL)
        drop_first(ticket);
    if (last)
        ticket->state = TICKET_DONE;
}

/* Sends the newest reply given, once more perhaps. */
static void send_given(struct ticket *ticket, struct http_exchange *exchange)
{
    struct arena *arena = http_exchange_arena(exchange);
    const struct run *run = ticket->run;
    struct http_reply reply = {
        .status = 200,
        .content_type = "application/json",
        .body = text_span(&ticket->given),
    };

    for (size_t i = 0; ticket->given_last && i < run->header_count; i++) {
        const char *name = presto_header_name(run->style.protocol, run->headers[i].name, arena);
        if (name != NULL && ticket->fault.name == FAULT_NONE)
            reply.headers[reply.header_count++] = (struct http_header){
                .name = span_of(name), .value = span_of(run->headers[i].value)};
    }
    http_reply_send(exchange, &reply);
}

void ticket_welcome(struct ticket *ticket, const char *base, struct http_exchange *exchange)
{
    ON_LOOP();
    assert(ticket->token_next == 0);
    make_reply(ticket, base);
    send_given(ticket, exchange);
}

void ticket_tell(struct ticket *ticket, bool anyway)
{
    ON_LOOP();
    if (ticket->waiting == NULL || (!anyway && !ticket_has_news(ticket)))
        return;
    struct http_exchange *exchange = ticket->waiting;
    ticket->waiting = NULL;
    loop_timer_stop(ticket->poll);
    if (http_exchange_is_void(exchange)) { /* it is due to who asks next */
        reply_gone(exchange);
        return;
    }
    make_reply(ticket, ticket->waiting_base);
    send_given(ticket, exchange);
}

enum ticket_answer ticket_ask(struct ticket *ticket, int64_t token, const char *base,
                              struct http_exchange *exchange)
{
    ON_LOOP();
    if (token == ticket->token_next - 1) {
        send_given(ticket, exchange);
        return TICKET_ANSWERED;
    }
    if (token < ticket->token_next)
        return TICKET_GONE;
    if (token > ticket->token_next || ticket->state == TICKET_DONE)
        return TICKET_NOT_THERE;
    if (ticket->waiting != NULL) /* the same client has given up on its older connection */
        reply_gone(ticket->waiting);
    ticket->waiting = exchange;
    (void)snprintf(ticket->waiting_base, sizeof(ticket->waiting_base), "%s", base);
    if (ticket_has_news(ticket))
        ticket_tell(ticket, false);
    else
        loop_timer_start(ticket->poll, TICKET_POLL_MS, 0);
    return TICKET_ANSWERED;
}

void ticket_end(struct ticket *ticket, const struct fault *fault)
{
    ON_LOOP();
    if (ticket->fault.name == FAULT_NONE && fault != NULL)
        ticket->fault = *fault;
    if (ticket->fault.name != FAULT_NONE) /* what was not read yet is of no use any more */
        while (ticket->first != NULL)
            drop_first(ticket);
    ticket->state = TICKET_ENDED;
    ticket->ended_ms = loop_now_ms(ticket->loop);
}

size_t ticket_bytes(const struct ticket *ticket)
{
    return ticket->run_bytes + ticket->page_bytes + ticket->given.size;
}
