/* SPDX-License-Identifier: Apache-2.0 */
/* cat_consume.c - reads all partitions in turn, waits where none has anything. */
#include "cli/cat_consume.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/clock.h"

#define ANSWER_MS_MAX 5000
#define WAIT_MS 200 /* until it looks again, whatever happens */
#define WAIT_FOR_TOPIC_MS 250
#define READ_RECORDS_MAX 1000
#define READ_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define OUTPUT_BYTES_MAX ((size_t)256 * 1024 * 1024)

struct reading {
    const struct cat_consume *consume;
    struct kafka_consumer *consumer;
    int32_t first; /* partitions [first, end) */
    int32_t end;
    bool *told_end;   /* per partition: its end was said */
    int64_t *stop_at; /* per partition: -1, or where e@ ends it */
    int64_t printed;
    bool told_away;
    struct kafka_chunk chunk;
    struct text out;
};

bool cat_consume_offset(struct cat_consume *consume, const char *text, struct err *err)
{
    struct cat_start *start = &consume->start;
    bool from = strncmp(text, "s@", 2) == 0;
    bool until = strncmp(text, "e@", 2) == 0;

    if (strcmp(text, "beginning") == 0 || strcmp(text, "earliest") == 0) {
        start->kind = CAT_BEGINNING;
        return true;
    }
    if (strcmp(text, "end") == 0 || strcmp(text, "latest") == 0) {
        start->kind = CAT_END;
        return true;
    }
    if (strcmp(text, "stored") == 0)
        return err_set(err, ERR_UNSUPPORTED, "-o stored: offsets of groups are not built yet");
    int64_t number;
    if (!span_to_i64(span_of(from || until ? text + 2 : text), &number) ||
        ((from || until) && number < 0))
        return err_set(err, ERR_MALFORMED,
                       "-o %s, want beginning, end, an offset, -N for the last N, s@MS or e@MS for "
                       "a time in milliseconds",
                       text);
    if (until) {
        consume->until_ms = number;
        return true;
    }
    start->kind = from ? CAT_TIME : number < 0 ? CAT_TAIL : CAT_OFFSET;
    start->value = number == INT64_MIN ? INT64_MAX : number < 0 ? -number : number;
    return true;
}

/* --- beginning --- */

static bool find_start(struct reading *r, int32_t partition, int64_t *offset, struct err *err)
{
    const struct cat_start *start = &r->consume->start;
    int64_t earliest;
    int64_t latest;
    if (start->kind == CAT_TIME)
        return kafka_consumer_offset_at(r->consumer, partition, start->value, ANSWER_MS_MAX, offset,
                                        err);
    if (!kafka_consumer_offsets(r->consumer, partition, ANSWER_MS_MAX, &earliest, &latest, err))
        return false;
    if (start->kind == CAT_BEGINNING)
        *offset = earliest;
    else if (start->kind == CAT_END)
        *offset = latest;
    else if (start->kind == CAT_TAIL)
        *offset = latest - start->value < earliest ? earliest : latest - start->value;
    else if (start->value < earliest || start->value > latest)
        return err_set(err, ERR_NOT_FOUND,
                       "offset %" PRId64 " of %s [%d] is not there: %" PRId64 " to %" PRId64 " are",
                       start->value, r->consume->topic, partition, earliest, latest);
    else
        *offset = start->value;
    return true;
}

static bool start_partition(struct reading *r, int32_t partition, struct err *err)
{
    int64_t offset = 0;
    r->stop_at[partition] = -1;
    if (r->consume->until_ms >= 0 &&
        !kafka_consumer_offset_at(r->consumer, partition, r->consume->until_ms, ANSWER_MS_MAX,
                                  &r->stop_at[partition], err))
        return false;
    return find_start(r, partition, &offset, err) &&
           kafka_consumer_start(r->consumer, partition, offset, err);
}

/* The partitions; a topic that is not there is waited for. */
static bool wait_for_topic(struct reading *r, int32_t *count, struct err *err)
{
    bool told = false;
    while (!kafka_consumer_partitions(r->consumer, ANSWER_MS_MAX, count, err)) {
        if (err->kind != ERR_NOT_FOUND || r->consume->exit_at_end)
            return false;
        if (!told && !r->consume->quiet)
            (void)fprintf(stderr, "%% Topic %s is not there yet; waiting for it\n",
                          r->consume->topic);
        told = true;
        clock_sleep_ms(WAIT_FOR_TOPIC_MS);
    }
    return true;
}

static bool start_all(struct reading *r, struct err *err)
{
    int32_t count;
    if (!wait_for_topic(r, &count, err))
        return false;
    if (r->consume->partition >= count)
        return err_set(err, ERR_NOT_FOUND, "%s has %d partition%s, there is no [%d]",
                       r->consume->topic, count, count == 1 ? "" : "s", r->consume->partition);
    r->first = r->consume->partition < 0 ? 0 : r->consume->partition;
    r->end = r->consume->partition < 0 ? count : r->consume->partition + 1;
    r->told_end = mem_new_array((size_t)count, sizeof(*r->told_end));
    r->stop_at = mem_new_array((size_t)count, sizeof(*r->stop_at));
    for (int32_t p = r->first; p < r->end; p++) {
        if (!start_partition(r, p, err))
            return false;
    }
    return true;
}

/* --- reading --- */

static bool is_full(const struct reading *r)
{
    return r->consume->count_max >= 0 && r->printed >= r->consume->count_max;
}

static bool flush_output(struct reading *r)
{
    bool ok =
        fwrite(text_string(&r->out), 1, r->out.size, stdout) == r->out.size && fflush(stdout) == 0;
    text_clear(&r->out);
    return ok;
}

static void print_chunk(struct reading *r)
{
    for (size_t i = 0; i < r->chunk.count && !is_full(r); i++) {
        cat_format_write(&r->consume->format, &r->chunk, i, &r->out);
        r->printed++;
    }
    kafka_consumer_release(&r->chunk);
}

static bool is_over(const struct reading *r, int32_t partition)
{
    return r->stop_at[partition] >= 0 &&
           kafka_consumer_position(r->consumer, partition) >= r->stop_at[partition];
}

static void tell_end(struct reading *r, int32_t partition)
{
    bool at_end = kafka_consumer_at_end(r->consumer, partition);
    if (at_end && !r->told_end[partition] && !r->consume->quiet)
        (void)fprintf(stderr, "%% Reached end of topic %s [%d] at offset %" PRId64 "%s\n",
                      r->consume->topic, partition, kafka_consumer_position(r->consumer, partition),
                      r->consume->exit_at_end ? ": exiting" : "");
    r->told_end[partition] = at_end;
}

static bool read_partition(struct reading *r, int32_t partition, bool *got, struct err *err)
{
    const struct kafka_range range = {
        .partition = partition,
        .end = r->stop_at[partition] >= 0 ? r->stop_at[partition] : INT64_MAX,
        .records_max = READ_RECORDS_MAX,
        .bytes_max = READ_BYTES_MAX,
    };
    if (!kafka_consumer_read(r->consumer, &range, 0, &r->chunk, err))
        return false;
    *got = *got || r->chunk.count > 0;
    print_chunk(r);
    return true;
}

/* A broker that is away comes back; it is said once. */
static bool survives(struct reading *r, const struct err *err)
{
    if (err->kind != ERR_UNAVAILABLE || r->consume->exit_at_end)
        return false;
    if (!r->told_away && !r->consume->quiet)
        (void)fprintf(stderr, "%% %s; trying again\n", err->text);
    r->told_away = true;
    clock_sleep_ms(WAIT_MS);
    return true;
}

/* One look at every partition.  *done: nothing more is wanted. */
static bool turn(struct reading *r, bool *got, bool *done, struct err *err)
{
    bool ends = true;
    for (int32_t p = r->first; p < r->end && !is_full(r); p++) {
        if (is_over(r, p))
            continue;
        if (!read_partition(r, p, got, err) && !survives(r, err))
            return false;
        if (!flush_output(r))
            return err_sys(err, "standard output");
        tell_end(r, p);
        ends = ends && (is_over(r, p) ||
                        (r->consume->exit_at_end && kafka_consumer_at_end(r->consumer, p)));
    }
    *done = ends || is_full(r);
    return true;
}

static bool read_all(struct reading *r, struct err *err)
{
    struct pollfd event = {.fd = kafka_consumer_event(r->consumer), .events = POLLIN};
    bool done = false;
    while (!done) {
        bool got = false;
        kafka_consumer_clear_event(r->consumer);
        if (!turn(r, &got, &done, err))
            return false;
        if (got)
            r->told_away = false;
        else if (!done)
            (void)poll(&event, 1, WAIT_MS);
    }
    return true;
}

int cat_consume_run(const struct cat_consume *consume)
{
    struct reading r = {.consume = consume};
    struct err err;

    text_init(&r.out, OUTPUT_BYTES_MAX);
    r.consumer = kafka_consumer_create(consume->brokers, consume->topic, &err);
    bool ok = r.consumer != NULL && start_all(&r, &err) && read_all(&r, &err);
    if (!ok && err.kind == ERR_UNAVAILABLE)
        (void)fprintf(stderr, "%% ERROR: no Kafka broker answers at %s: %s\n", consume->brokers,
                      err.text);
    else if (!ok)
        (void)fprintf(stderr, "%% ERROR: %s\n", err.text);
    kafka_consumer_forget(&r.chunk);
    kafka_consumer_close(r.consumer);
    mem_free(r.told_end);
    mem_free(r.stop_at);
    text_reset(&r.out);
    return ok ? COMMAND_DONE : COMMAND_FAILED;
}
