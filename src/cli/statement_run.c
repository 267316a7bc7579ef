/* SPDX-License-Identifier: Apache-2.0 */
/* statement_run.c - pages to a printer, and errors with a mark under their place. */
#include "cli/statement_run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "io/clock.h"

static struct span text_in(const struct json_value *object, const char *name)
{
    const struct json_value *value = json_get(object, name);
    return value != NULL && value->type == JSON_STRING ? value->text : span_of("");
}

static int64_t number_in(const struct json_value *object, const char *name)
{
    int64_t number = 0;
    const struct json_value *value = json_get(object, name);
    (void)(value != NULL && json_to_i64(value, &number));
    return number;
}

/* --- errors --- */

/* LINE 2: where nosuch = 1
 *               ^            as presto-cli does it. */
static void print_place(struct span sql, int64_t line, int64_t column)
{
    struct span rest = sql;
    struct span text = {NULL, 0};
    char prefix[32];

    for (int64_t i = 0; i < line; i++) {
        if (rest.size == 0 && i > 0)
            return;
        text = span_cut(&rest, '\n');
    }
    const char *bytes = text.data;
    (void)snprintf(prefix, sizeof(prefix), "LINE %" PRId64 ": ", line);
    (void)fprintf(stderr, "%s%.*s\n%*s", prefix, (int)text.size, bytes, (int)strlen(prefix), "");
    /* A tab stays a tab, so that the mark stands below its character. */
    size_t at = 0;
    for (int64_t i = 1; i < column && at < text.size; i++) {
        (void)fputc(bytes[at++] == '\t' ? '\t' : ' ', stderr);
        while (at < text.size && ((unsigned char)bytes[at] & 0xc0) == 0x80)
            at++;
    }
    (void)fprintf(stderr, "^\n");
}

static void print_error(const struct statement_run *run, const struct json_value *document,
                        const struct json_value *error, struct span sql)
{
    struct span id = text_in(document, "id");
    struct span message = text_in(error, "message");
    const struct json_value *place = json_get(error, "errorLocation");

    (void)fflush(stdout);
    if (run->session->hive)
        (void)fprintf(stderr, "FAILED: %.*s\n", (int)message.size, (const char *)message.data);
    else
        (void)fprintf(stderr, "Query %.*s failed: %.*s\n", (int)id.size, (const char *)id.data,
                      (int)message.size, (const char *)message.data);
    if (place != NULL && number_in(place, "lineNumber") > 0)
        print_place(sql, number_in(place, "lineNumber"), number_in(place, "columnNumber"));
}

static void print_warnings(const struct json_value *document)
{
    const struct json_value *warnings = json_get(document, "warnings");
    const struct json_value *warning = warnings == NULL ? NULL : warnings->first;
    for (; warning != NULL; warning = warning->next) {
        struct span message = text_in(warning, "message");
        (void)fprintf(stderr, "WARNING: %.*s\n", (int)message.size, (const char *)message.data);
    }
}

/* --- what is printed behind the rows --- */

static void scale_bytes(double bytes, char text[32])
{
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
    size_t unit = 0;
    while (bytes >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        bytes /= 1024;
        unit++;
    }
    (void)snprintf(text, 32, unit == 0 || bytes >= 100 ? "%.0f%s" : "%.2f%s", bytes, units[unit]);
}

static void scale_rows(double rows, char text[32])
{
    static const char *const units[] = {"", "K", "M", "B"};
    size_t unit = 0;
    while (rows >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        rows /= 1000;
        unit++;
    }
    (void)snprintf(text, 32, unit == 0 ? "%.0f%s" : "%.2f%s", rows, units[unit]);
}

static void print_costs(const struct json_value *document, int64_t took_ms)
{
    const struct json_value *stats = json_get(document, "stats");
    struct span id = text_in(document, "id");
    struct span state = text_in(stats, "state");
    int64_t total = number_in(stats, "totalSplits");
    int64_t done = number_in(stats, "completedSplits");
    int64_t nodes = number_in(stats, "nodes");
    double seconds = took_ms > 0 ? (double)took_ms / 1000 : 0.001;
    char rows[32];
    char bytes[32];
    char rows_per_second[32];
    char bytes_per_second[32];

    scale_rows((double)number_in(stats, "processedRows"), rows);
    scale_bytes((double)number_in(stats, "processedBytes"), bytes);
    scale_rows((double)number_in(stats, "processedRows") / seconds, rows_per_second);
    scale_bytes((double)number_in(stats, "processedBytes") / seconds, bytes_per_second);
    (void)printf("\nQuery %.*s, %.*s, %" PRId64 " node%s\n", (int)id.size, (const char *)id.data,
                 (int)state.size, (const char *)state.data, nodes, nodes == 1 ? "" : "s");
    (void)printf("Splits: %" PRId64 " total, %" PRId64 " done (%.2f%%)\n", total, done,
                 total == 0 ? 0.0 : 100.0 * (double)done / (double)total);
    (void)printf("%" PRId64 ":%05.2f [%s rows, %s] [%s rows/s, %s/s]\n\n", took_ms / 60000,
                 (double)(took_ms % 60000) / 1000, rows, bytes, rows_per_second, bytes_per_second);
    (void)fflush(stdout);
}

static void print_update(const struct json_value *document)
{
    struct span type = text_in(document, "updateType");
    const struct json_value *count = json_get(document, "updateCount");
    if (count != NULL && count->type == JSON_NUMBER)
        (void)fprintf(stderr, "%.*s: %.*s row%s\n", (int)type.size, (const char *)type.data,
                      (int)count->text.size, (const char *)count->text.data,
                      span_is(count->text, "1") ? "" : "s");
    else
        (void)fprintf(stderr, "%.*s\n", (int)type.size, (const char *)type.data);
}

static void print_end(const struct statement_run *run, struct result_printer *printer,
                      const struct json_value *document, int64_t took_ms)
{
    bool update = json_get(document, "updateType") != NULL &&
                  json_get(document, "updateType")->type == JSON_STRING;
    if (!update)
        result_printer_end(printer);
    (void)fflush(stdout);
    print_warnings(document);
    if (run->session->hive) {
        if (run->silent)
            return;
        (void)fprintf(stderr, "OK\nTime taken: %.3f seconds", (double)took_ms / 1000);
        if (!update && printer->column_count > 0)
            (void)fprintf(stderr, ", Fetched: %" PRIu64 " row(s)", printer->printed);
        (void)fprintf(stderr, "\n");
        return;
    }
    if (update)
        print_update(document);
    if (run->interactive)
        print_costs(document, took_ms);
}

/* --- the statement --- */

void statement_run_hold_interrupts(bool hold)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/* One that is held is looked for between pages: no handler, and nothing half printed. */
static bool was_interrupted(void)
{
    static const struct timespec at_once = {0, 0};
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    return sigtimedwait(&set, NULL, &at_once) == SIGINT;
}

static void print_rows(struct result_printer *printer, const struct json_value *document)
{
    const struct json_value *columns = json_get(document, "columns");
    const struct json_value *data = json_get(document, "data");
    const struct json_value *update = json_get(document, "updateType");
    if (update != NULL && update->type == JSON_STRING)
        return; /* Presto's servers answer those with a row "true" that is nothing to show */
    if (columns != NULL)
        result_printer_columns(printer, columns);
    const struct json_value *row = data == NULL ? NULL : data->first;
    for (; row != NULL; row = row->next)
        result_printer_row(printer, row);
}

static bool run_pages(const struct statement_run *run, struct span sql,
                      struct presto_client_page *page, struct result_printer *printer)
{
    struct err err;
    int64_t begun_ms = clock_steady_ms();
    bool ok = presto_client_begin(run->session, sql, page, &err);

    for (;;) {
        if (!ok) {
            (void)fflush(stdout);
            (void)fprintf(
                stderr, "Error running command: %s%s\n", err.text,
                err.kind == ERR_UNAVAILABLE
                    ? "; `steelthread ps` shows what runs, --server HOST:PORT asks another"
                    : "");
            return false;
        }
        print_rows(printer, page->document);
        const struct json_value *error = json_get(page->document, "error");
        if (error != NULL && error->type == JSON_OBJECT) {
            print_error(run, page->document, error, sql);
            return false;
        }
        if (page->next_uri[0] == '\0')
            break;
        if (run->interactive && was_interrupted()) {
            presto_client_cancel(run->session, page);
            (void)fprintf(stderr, "\nQuery aborted by user\n");
            return false;
        }
        ok = presto_client_next(run->session, page, &err);
    }
    print_end(run, printer, page->document, clock_steady_ms() - begun_ms);
    return true;
}

bool statement_run(const struct statement_run *run, struct span sql)
{
    struct presto_client_page page;
    struct result_printer printer;

    presto_client_page_init(&page);
    result_printer_init(&printer, stdout, run->format);
    bool ok = run_pages(run, sql, &page, &printer);
    result_printer_reset(&printer);
    presto_client_page_reset(&page);
    return ok;
}
