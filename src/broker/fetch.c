/* SPDX-License-Identifier: Apache-2.0 */
/* fetch.c - records out: what there is, or what comes within the time the client gives.
 *
 *      look --enough, or an error, or no time--> answer
 *      look --too little--> wait --more came, or the time is over--> look
 *
 * A look reads the partitions in the client's order: those whose place is known
 * and whose bytes are in the page cache at once, else all of them on a worker.
 * Every batch's checksum is verified before it leaves.  Sessions (KIP-227) are
 * declined: each fetch names all it wants. */
#include "broker/handlers.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "broker/error_code.h"
#include "store/slice.h"
#include "wire/kafka_message.h"

#define HOT_BYTES_MAX ((size_t)256 * 1024) /* more than that is read and checked on a worker */
#define ID_FROM_VERSION 13                 /* KIP-516 */
#define ZSTD_FROM_VERSION 10               /* KIP-110 */

/* One partition of a fetch. */
struct fetch_part {
    struct fetch_wait *fetch;
    struct partition *partition; /* NULL: an error */
    struct partition_watch watch;
    const struct fetch_partition *asked;
    struct fetch_partition_result *result;
    const char *dir; /* from here on for the worker */
    struct slice slice;
    bool is_cold;
    bool is_held;
    bool ok;
    struct err err;
};

struct fetch_wait {
    struct request *request;
    struct fetch_response response;
    struct fetch_part *parts;
    size_t part_count;
    size_t bytes;         /* found by the last look */
    size_t reading_bytes; /* what the worker may find */
    bool failed;          /* something is to be told at once */
    uint64_t bytes_seen;  /* readable ones of all partitions at the last look */
    int64_t deadline_ms;
    struct loop_timer *timer;
    struct task task;
    struct turn_end turn_end;
    bool is_reading;
    bool is_waiting;
    bool is_over;            /* the time is */
    struct fetch_wait *next; /* the node's */
    struct fetch_wait **at;
};

/* --- the answer ------------------------------------------------------------------------------- */

static void leave(struct fetch_wait *fetch)
{
    struct node *node = fetch->request->node;

    for (size_t i = 0; i < fetch->part_count; i++)
        partition_unwatch(&fetch->parts[i].watch);
    loop_forget_turn_end(node->loop, &fetch->turn_end);
    loop_timer_close(fetch->timer);
    fetch->timer = NULL;
    node->fetch_partitions -= fetch->part_count;
    if (fetch->is_waiting)
        node->fetch_waiting--;
    if (fetch->at == NULL)
        return;
    *fetch->at = fetch->next;
    if (fetch->next != NULL)
        fetch->next->at = fetch->at;
    fetch->at = NULL;
}

static void drop_slices(struct fetch_wait *fetch)
{
    for (size_t i = 0; i < fetch->part_count; i++)
        slice_reset(&fetch->parts[i].slice);
    fetch->bytes = 0;
}

/* The part whose records are the only ones, if that is so. */
static struct fetch_part *only_part(struct fetch_wait *fetch)
{
    struct fetch_part *only = NULL;

    for (size_t i = 0; i < fetch->part_count; i++) {
        if (fetch->parts[i].slice.bytes == 0)
            continue;
        if (only != NULL)
            return NULL;
        only = &fetch->parts[i];
    }
    return only;
}

/* The bytes that were read leave as they are, with the little that comes behind them added to their
 * buffer. */
static void answer_with(struct fetch_wait *fetch, struct fetch_part *part)
{
    struct request *request = fetch->request;
    struct kafka_splice splice = {0};
    struct kafka_splices splices = {.items = &splice, .room = 1};
    struct text out;
    struct err err;

    text_init(&out, SETTINGS_RESPONSE_BYTES_MAX);
    if (!kafka_frame_reply(&request->frame, &fetch->response, &out, &splices, &err)) {
        text_reset(&out);
        drop_slices(fetch);
        request_refuse(request, &err);
        return;
    }
    assert(splices.count == 1 && splice.bytes.data == part->slice.memory);
    struct span tail = span_after(text_span(&out), splice.at);
    unsigned char *memory = part->slice.memory;
    size_t bytes = part->slice.bytes;
    if (tail.size > SLICE_TAIL_BYTES)
        memory = mem_grow(memory, bytes + tail.size);
    if (tail.size > 0)
        memcpy(memory + bytes, tail.data, tail.size);
    part->slice.memory = NULL;
    drop_slices(fetch); /* others may have memory in which no whole batch fitted */
    request_answer_bytes(request, (struct span){out.bytes, splice.at}, memory, 0,
                         bytes + tail.size);
    text_reset(&out);
}

static void answer_fetch(struct fetch_wait *fetch)
{
    struct request *request = fetch->request;
    struct text out;
    struct err err;

    leave(fetch);
    request->node->fetch_bytes += fetch->bytes;
    for (size_t i = 0; i < fetch->part_count; i++) {
        struct fetch_part *part = &fetch->parts[i];
        if (part->slice.bytes > 0)
            part->result->records = (struct span){part->slice.memory, part->slice.bytes};
    }
    struct fetch_part *only = only_part(fetch);
    if (only != NULL) {
        answer_with(fetch, only);
        return;
    }
    text_init(&out, SETTINGS_RESPONSE_BYTES_MAX);
    if (!kafka_frame_reply(&request->frame, &fetch->response, &out, NULL, &err)) {
        text_reset(&out);
        drop_slices(fetch);
        request_refuse(request, &err);
        return;
    }
    drop_slices(fetch);
    request_answer_bytes(request, span_of(""), out.bytes, 0, out.size);
}

/* --- looking ---------------------------------------------------------------------------------- */

static void fail_part(struct fetch_part *part, int16_t code)
{
    part->result->error_code = code;
    part->fetch->failed = true;
}

static void say_damage(struct fetch_part *part)
{
    struct node *node = part->fetch->request->node;

    node->damage_count++;
    diag_error("damaged",
               "topic=%s partition=%" PRId32 " offset=%" PRId64 " reason=\"%s\"; it is "
               "not served",
               partition_topic(part->partition), partition_number(part->partition),
               part->slice.offset, part->err.text);
}

/* Nothing is wrong with the file; a retry will help. */
static bool is_shortage(const struct err *err)
{
    return err->sys_errno == EMFILE || err->sys_errno == ENFILE || err->sys_errno == ENOMEM;
}

static void say_shortage(const struct fetch_part *part)
{
    diag_error("not_read",
               "topic=%s partition=%" PRId32 " offset=%" PRId64 " reason=\"%s\"; who "
               "asked is told to try again",
               partition_topic(part->partition), partition_number(part->partition),
               part->slice.offset, part->err.text);
}

/* True when there may be something to read. */
static bool prepare(struct fetch_part *part, size_t bytes_left)
{
    const struct log *log = partition_log(part->partition);
    int64_t durable = log_durable_offset(log);
    int64_t offset = part->asked->fetch_offset;

    if (!log_is_readable(log)) {
        fail_part(part, ERROR_KAFKA_STORAGE_ERROR);
        return false;
    }
    part->result->high_watermark = durable;
    part->result->last_stable_offset = durable;
    part->result->log_start_offset = log_start_offset(log);
    if (partition_is_gone(part->partition)) {
        partition_unwatch(&part->watch);
        part->partition = NULL;
        fail_part(part, ERROR_UNKNOWN_TOPIC_OR_PARTITION);
        return false;
    }
    if (offset < log_start_offset(log) || offset > log_next_offset(log)) {
        fail_part(part, ERROR_OFFSET_OUT_OF_RANGE);
        return false;
    }
    if (offset >= durable)
        return false;
    int32_t asked = part->asked->partition_max_bytes;
    size_t bytes_max = asked < 0 ? 0 : (size_t)asked;
    part->slice = (struct slice){
        .offset = offset,
        .bytes_max = bytes_max < bytes_left ? bytes_max : bytes_left,
        .first_whole = part->fetch->bytes == 0,
    };
    log_find(log, offset, &part->slice.place);
    return true;
}

/* Clients from before zstd take it for damage. */
static bool is_readable(const struct fetch_part *part)
{
    struct span rest = {part->slice.memory, part->slice.bytes};
    struct batch_peek peek;
    struct batch batch;
    struct err err;

    if (request_version(part->fetch->request) >= ZSTD_FROM_VERSION)
        return true;
    while (rest.size > 0 && batch_peek(&peek, rest, &err)) {
        if (!batch_decode(&batch, (struct span){rest.data, peek.bytes}, &err) ||
            batch_codec(&batch) == BATCH_ZSTD)
            return false;
        rest = span_after(rest, peek.bytes);
    }
    return true;
}

static void found(struct fetch_part *part)
{
    struct log *log = partition_log(part->partition);

    if (!is_readable(part)) {
        slice_reset(&part->slice);
        fail_part(part, ERROR_UNSUPPORTED_COMPRESSION_TYPE);
        return;
    }
    part->fetch->bytes += part->slice.bytes;
    part->fetch->request->node->unsent_bytes += part->slice.bytes; /* until it is counted again */
    if (part->slice.bytes > 0)
        log_note(log, part->slice.place.base_offset, part->slice.next_offset, part->slice.next_at);
}

/* False: a worker has to do it. */
static bool look_hot(struct fetch_part *part)
{
    bool cold;

    if (part->slice.place.fd < 0 || part->slice.bytes_max == 0)
        return false;
    uint64_t there = part->slice.place.end - part->slice.place.at;
    if (there > HOT_BYTES_MAX && part->slice.bytes_max > HOT_BYTES_MAX)
        return false;
    if (!slice_read_hot(&part->slice, &cold, &part->err))
        return false;
    if (cold)
        slice_reset(&part->slice);
    return !cold;
}

static size_t bytes_max(const struct fetch_wait *fetch)
{
    const struct fetch_request *message = fetch->request->message;
    size_t max = message->max_bytes < 0 ? 0 : (size_t)message->max_bytes;

    return max < SETTINGS_FETCH_BYTES_MAX ? max : SETTINGS_FETCH_BYTES_MAX;
}

static void read_run(struct task *task)
{
    ON_WORKER();
    struct fetch_wait *fetch = CONTAINER_OF(task, struct fetch_wait, task);
    size_t bytes = fetch->bytes;
    size_t max = bytes_max(fetch);

    for (size_t i = 0; i < fetch->part_count; i++) {
        struct fetch_part *part = &fetch->parts[i];
        if (!part->is_cold)
            continue;
        size_t left = max > bytes ? max - bytes : 0;
        if (part->slice.bytes_max > left)
            part->slice.bytes_max = left;
        part->slice.first_whole = bytes == 0;
        part->ok = true;
        if (part->slice.bytes_max >= BATCH_HEADER_BYTES || part->slice.first_whole)
            part->ok = slice_read(&part->slice, part->dir, &part->err);
        bytes += part->slice.bytes;
    }
}

static void decide(struct fetch_wait *fetch);

static void read_done(struct task *task)
{
    ON_LOOP();
    struct fetch_wait *fetch = CONTAINER_OF(task, struct fetch_wait, task);

    fetch->is_reading = false;
    fetch->request->node->fetch_reading_bytes -= fetch->reading_bytes;
    for (size_t i = 0; i < fetch->part_count; i++) {
        struct fetch_part *part = &fetch->parts[i];
        if (!part->is_cold)
            continue;
        if (part->ok) {
            found(part);
        } else if (partition_is_gone(part->partition)) {
            fail_part(part, ERROR_UNKNOWN_TOPIC_OR_PARTITION);
        } else {
            if (is_shortage(&part->err))
                say_shortage(part);
            else
                say_damage(part);
            fail_part(part, error_code_of(&part->err));
        }
        part->is_cold = false;
    }
    decide(fetch);
    /* `fetch` may be gone. */
}

/* The partitions' memory must stay until the worker is done with what it reads. */
static void hold_all(struct fetch_wait *fetch)
{
    for (size_t i = 0; i < fetch->part_count; i++) {
        struct fetch_part *part = &fetch->parts[i];
        if (part->partition == NULL || part->is_held)
            continue;
        part->is_held = true;
        partition_hold(part->partition);
    }
}

static void read_cold(struct fetch_wait *fetch, size_t bytes_max)
{
    struct node *node = fetch->request->node;

    node->fetch_cold_count++;
    fetch->reading_bytes = bytes_max;
    node->fetch_reading_bytes += bytes_max;
    hold_all(fetch);
    fetch->is_reading = true;
    fetch->task = (struct task){.run = read_run, .done = read_done};
    worker_pool_submit(node->workers, &fetch->task);
}

/* Clients that do not read their answers must not fill the memory: past a limit a fetch gets one
 * batch, which those who read soon make up for, past twice that nothing, until some were taken. */
static bool shed(struct fetch_part *part)
{
    struct node *node = part->fetch->request->node;
    int64_t now_ms = loop_now_ms(node->loop);

    if (now_ms >= node->unsent_ms + SETTINGS_UNSENT_COUNT_MS) {
        node->unsent_ms = now_ms;
        node->unsent_bytes = frame_server_unsent(node->server);
    }
    size_t held = node->unsent_bytes + node->fetch_reading_bytes;
    if (held <= SETTINGS_UNSENT_BYTES_ALL_MAX)
        return true;
    node->fetch_shed_count++;
    part->slice.bytes_max = 0;
    return part->slice.first_whole && held <= 2 * SETTINGS_UNSENT_BYTES_ALL_MAX;
}

static void look(struct fetch_wait *fetch)
{
    size_t max = bytes_max(fetch);
    size_t reading = 0;
    bool any_cold = false;

    drop_slices(fetch);
    fetch->bytes_seen = 0;
    for (size_t i = 0; i < fetch->part_count; i++) {
        struct fetch_part *part = &fetch->parts[i];
        if (part->partition == NULL)
            continue;
        fetch->bytes_seen += log_bytes(partition_log(part->partition));
        size_t left = max > fetch->bytes ? max - fetch->bytes : 0;
        /* One that nothing is left for is told about all the same. */
        if (!prepare(part, left) || (left == 0 && fetch->bytes > 0))
            continue;
        if (!shed(part))
            continue;
        /* In the client's order: behind a cold one all are read by the worker. */
        if (!any_cold && look_hot(part)) {
            found(part);
            continue;
        }
        part->is_cold = any_cold = true;
        reading += part->slice.bytes_max;
        part->dir = log_dir(partition_log(part->partition));
    }
    if (!any_cold) {
        decide(fetch);
        return;
    }
    read_cold(fetch, reading < max ? reading : max);
}

/* --- waiting ---------------------------------------------------------------------------------- */

static void release_all(struct fetch_wait *fetch)
{
    for (size_t i = 0; i < fetch->part_count; i++) {
        struct fetch_part *part = &fetch->parts[i];
        if (!part->is_held)
            continue;
        part->is_held = false;
        partition_release(part->partition);
    }
}

static bool is_enough(const struct fetch_wait *fetch)
{
    const struct fetch_request *message = fetch->request->message;

    if (fetch->failed || fetch->is_over || fetch->request->node->shop.drains ||
        frame_reply_is_void(fetch->request->reply))
        return true;
    return message->min_bytes <= 0 || fetch->bytes >= (size_t)message->min_bytes ||
           fetch->bytes >= bytes_max(fetch);
}

static void look_again(struct turn_end *turn_end)
{
    look(CONTAINER_OF(turn_end, struct fetch_wait, turn_end));
}

static void look_soon(struct fetch_wait *fetch)
{
    if (!fetch->is_reading)
        loop_at_turn_end(fetch->request->node->loop, &fetch->turn_end);
}

static void time_is_over(void *owner)
{
    struct fetch_wait *fetch = owner;

    fetch->is_over = true;
    look_soon(fetch);
}

/* Since the last look so much came that it may be enough, or a partition went. */
static bool is_worth_a_look(const struct fetch_wait *fetch)
{
    const struct fetch_request *message = fetch->request->message;
    uint64_t bytes = 0;

    for (size_t i = 0; i < fetch->part_count; i++) {
        const struct partition *partition = fetch->parts[i].partition;
        if (partition == NULL)
            continue;
        if (partition_is_gone(partition))
            return true;
        bytes += log_bytes(partition_log(partition));
    }
    return fetch->bytes + (bytes - fetch->bytes_seen) >= (uint64_t)message->min_bytes;
}

static void moved(struct partition_watch *watch)
{
    struct fetch_wait *fetch = CONTAINER_OF(watch, struct fetch_part, watch)->fetch;

    if (is_worth_a_look(fetch))
        look_soon(fetch);
}

static void start_waiting(struct fetch_wait *fetch)
{
    struct node *node = fetch->request->node;

    fetch->is_waiting = true;
    node->fetch_waiting++;
    fetch->next = node->fetches;
    fetch->at = &node->fetches;
    if (fetch->next != NULL)
        fetch->next->at = &fetch->next;
    node->fetches = fetch;
    fetch->timer = loop_timer_create(node->loop, time_is_over, fetch);
    int64_t left_ms = fetch->deadline_ms - loop_now_ms(node->loop);
    loop_timer_start(fetch->timer, left_ms > 0 ? left_ms : 0, 0);
    for (size_t i = 0; i < fetch->part_count; i++) {
        struct fetch_part *part = &fetch->parts[i];
        if (part->partition == NULL)
            continue;
        part->watch.moved = moved;
        partition_watch(part->partition, &part->watch);
    }
}

static void decide(struct fetch_wait *fetch)
{
    release_all(fetch);
    if (is_enough(fetch)) {
        answer_fetch(fetch);
        return;
    }
    size_t bytes = fetch->bytes;
    drop_slices(fetch);
    fetch->bytes = bytes;
    if (!fetch->is_waiting)
        start_waiting(fetch);
    /* While a worker read, nobody was listening: what came or went then is noticed now. */
    if (is_worth_a_look(fetch))
        look_soon(fetch);
}

void fetch_forget(struct node *node, const struct frame_peer *peer)
{
    for (struct fetch_wait *fetch = node->fetches; fetch != NULL; fetch = fetch->next)
        if (fetch->request->peer == peer)
            look_soon(fetch); /* by then the reply is void */
}

void fetch_answer_all(struct node *node)
{
    struct fetch_wait *next;

    for (struct fetch_wait *fetch = node->fetches; fetch != NULL; fetch = next) {
        next = fetch->next;
        time_is_over(fetch);
    }
}

/* --- the request ------------------------------------------------------------------------------ */

static const struct topic *find_topic(const struct request *request,
                                      const struct fetch_topic *asked)
{
    const struct topics *topics = request->node->topics;

    return request_version(request) >= ID_FROM_VERSION ? topics_find_id(topics, &asked->topic_id)
                                                       : topics_find(topics, asked->topic);
}

static void take_part(struct fetch_wait *fetch, const struct topic *topic,
                      const struct fetch_partition *asked, struct fetch_part *part,
                      struct fetch_partition_result *result)
{
    bool by_id = request_version(fetch->request) >= ID_FROM_VERSION;

    *result = (struct fetch_partition_result){
        .partition_index = asked->partition,
        .high_watermark = -1,
        .last_stable_offset = -1,
        .log_start_offset = -1,
        .diverging_epoch = {-1, -1},
        .current_leader = {-1, -1},
        .snapshot_id = {-1, -1},
        .preferred_read_replica = -1,
        .records = span_of(""),
    };
    part->fetch = fetch;
    part->asked = asked;
    part->result = result;
    if (topic != NULL)
        part->partition = topics_partition(topic, asked->partition);
    if (part->partition == NULL)
        fail_part(part, topic == NULL && by_id ? ERROR_UNKNOWN_TOPIC_ID
                                               : ERROR_UNKNOWN_TOPIC_OR_PARTITION);
    else if (asked->current_leader_epoch > SEGMENT_LEADER_EPOCH) {
        fail_part(part, ERROR_UNKNOWN_LEADER_EPOCH);
        part->partition = NULL;
    }
}

static size_t count_parts(const struct fetch_request *message)
{
    size_t count = 0;

    for (size_t i = 0; i < message->topics_count; i++)
        count += message->topics[i].partitions_count;
    return count;
}

static void take_parts(struct fetch_wait *fetch)
{
    struct request *request = fetch->request;
    const struct fetch_request *message = request->message;
    struct fetch_response *response = &fetch->response;
    struct fetch_part *part;

    fetch->parts = part = REQUEST_NEW(request, struct fetch_part, fetch->part_count);
    response->responses_count = message->topics_count;
    response->responses = REQUEST_NEW(request, struct fetch_topic_result, message->topics_count);
    for (size_t t = 0; t < message->topics_count; t++) {
        const struct fetch_topic *asked = &message->topics[t];
        struct fetch_topic_result *to = &response->responses[t];
        const struct topic *topic = find_topic(request, asked);
        to->topic = asked->topic;
        to->topic_id = asked->topic_id;
        to->partitions_count = asked->partitions_count;
        to->partitions = REQUEST_NEW(request, struct fetch_partition_result, to->partitions_count);
        for (size_t p = 0; p < asked->partitions_count; p++)
            take_part(fetch, topic, &asked->partitions[p], part++, &to->partitions[p]);
    }
}

void fetch_serve(struct request *request)
{
    const struct fetch_request *message = request->message;
    struct fetch_wait *fetch = REQUEST_NEW(request, struct fetch_wait, 1);
    int64_t wait_ms = message->max_wait_ms;

    request->node->fetch_count++;
    fetch->request = request;
    fetch->turn_end.run = look_again;
    fetch->part_count = count_parts(message);
    if (request_refuse_many(request, fetch->part_count))
        return;
    kafka_message_init(request->frame.api->response, &fetch->response);
    if (message->session_id != 0) {
        fetch->response.error_code = ERROR_FETCH_SESSION_ID_NOT_FOUND;
        request_answer(request, &fetch->response);
        return;
    }
    frame_reply_alone(request->reply);
    if (wait_ms > SETTINGS_FETCH_WAIT_MS_MAX)
        wait_ms = SETTINGS_FETCH_WAIT_MS_MAX;
    fetch->deadline_ms = loop_now_ms(request->node->loop) + wait_ms;
    request->node->fetch_partitions += fetch->part_count;
    fetch->is_over = wait_ms <= 0 || request->node->shop.drains ||
                     request->node->fetch_partitions > SETTINGS_FETCH_PARTITIONS_MAX;
    take_parts(fetch);
    look(fetch);
}
