/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_consumer.c - librdkafka's consumer of single partitions.
 *
 * Each partition has its own queue in the library, so that one that is ahead
 * does not hold up the others.  The end of a partition arrives as a message of
 * its own and moves the position over offsets that have no record. */
#include "net/kafka_consumer.h"

#include <assert.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/clock.h"
#include "net/kafka_conf.h"

#define READ_AT_ONCE 1024

struct partition_state {
    bool started;
    bool at_end;
    bool failed; /* the library said so; it may have stopped to fetch */
    int64_t position;
    rd_kafka_message_t **kept; /* read, but beyond the end that was asked for */
    size_t kept_count;
};

struct kafka_consumer {
    rd_kafka_t *kafka;
    rd_kafka_topic_t *topic;
    struct partition_state *partitions;
    int32_t partition_count;
    int event_fd;
};

static const struct kafka_conf_pair settings[] = {
    {"allow.auto.create.topics", "false"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"enable.partition.eof", "true"},
    {"auto.offset.reset", "error"},
    {"check.crcs", "true"},
    {"fetch.wait.max.ms", "500"},
    {"fetch.error.backoff.ms", "50"},
    {"fetch.message.max.bytes", "4194304"},
    {"queued.min.messages", "200000"},
    {"queued.max.messages.kbytes", "32768"},
    {NULL, NULL},
};

struct kafka_consumer *kafka_consumer_create(const char *brokers, const char *topic,
                                             struct err *err)
{
    struct kafka_consumer *consumer = mem_new(sizeof(*consumer));

    consumer->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (consumer->event_fd < 0) {
        (void)err_sys(err, "cannot make an event descriptor");
        goto fail;
    }
    consumer->kafka = kafka_conf_open(RD_KAFKA_CONSUMER, brokers, settings, NULL, consumer, err);
    if (consumer->kafka == NULL)
        goto fail;
    rd_kafka_topic_conf_t *conf = rd_kafka_topic_conf_new();
    (void)rd_kafka_topic_conf_set(conf, "auto.commit.enable", "false", NULL, 0);
    (void)rd_kafka_topic_conf_set(conf, "auto.offset.reset", "error", NULL, 0);
    consumer->topic = rd_kafka_topic_new(consumer->kafka, topic, conf);
    if (consumer->topic == NULL) {
        (void)kafka_conf_error(err, rd_kafka_last_error(), topic);
        goto fail;
    }
    return consumer;

fail:
    kafka_consumer_close(consumer);
    return NULL;
}

static void drop_kept(struct partition_state *state)
{
    for (size_t i = 0; i < state->kept_count; i++)
        rd_kafka_message_destroy(state->kept[i]);
    mem_free(state->kept);
    state->kept = NULL;
    state->kept_count = 0;
}

void kafka_consumer_close(struct kafka_consumer *consumer)
{
    if (consumer == NULL)
        return;
    for (int32_t i = 0; i < consumer->partition_count; i++) {
        drop_kept(&consumer->partitions[i]);
        if (consumer->partitions[i].started)
            (void)rd_kafka_consume_stop(consumer->topic, i);
    }
    mem_free(consumer->partitions);
    if (consumer->topic != NULL)
        rd_kafka_topic_destroy(consumer->topic);
    if (consumer->kafka != NULL)
        rd_kafka_destroy(consumer->kafka);
    if (consumer->event_fd >= 0)
        (void)close(consumer->event_fd);
    mem_free(consumer);
}

static const char *topic_name(const struct kafka_consumer *consumer)
{
    return rd_kafka_topic_name(consumer->topic);
}

void kafka_consumer_tend(struct kafka_consumer *consumer)
{
    (void)rd_kafka_poll(consumer->kafka, 0);
}

static bool count_partitions(const struct kafka_consumer *consumer,
                             const struct rd_kafka_metadata *metadata, int32_t *count,
                             struct err *err)
{
    if (metadata->topic_cnt != 1)
        return err_set(err, ERR_UNAVAILABLE, "topic %s: no answer about it", topic_name(consumer));
    const struct rd_kafka_metadata_topic *topic = &metadata->topics[0];
    if (topic->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)kafka_conf_error(err, topic->err, topic_name(consumer));
        return err_within(err, "topic");
    }
    if (topic->partition_cnt > KAFKA_CONSUMER_PARTITIONS_MAX)
        return err_set(err, ERR_LIMIT, "topic %s: %d partitions, at most %d", topic_name(consumer),
                       topic->partition_cnt, KAFKA_CONSUMER_PARTITIONS_MAX);
    *count = topic->partition_cnt;
    return true;
}

bool kafka_consumer_partitions(struct kafka_consumer *consumer, int64_t timeout_ms, int32_t *count,
                               struct err *err)
{
    const struct rd_kafka_metadata *metadata = NULL;

    kafka_consumer_tend(consumer);
    rd_kafka_resp_err_t code =
        rd_kafka_metadata(consumer->kafka, 0, consumer->topic, &metadata, (int)timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)kafka_conf_error(err, code, topic_name(consumer));
        return err_within(err, "partitions of topic");
    }
    bool ok = count_partitions(consumer, metadata, count, err);
    rd_kafka_metadata_destroy(metadata);
    if (!ok)
        return false;
    kafka_consumer_expect(consumer, *count);
    return true;
}

void kafka_consumer_expect(struct kafka_consumer *consumer, int32_t count)
{
    int32_t old = consumer->partition_count;

    if (count <= old)
        return;
    consumer->partitions =
        mem_grow(consumer->partitions, (size_t)count * sizeof(*consumer->partitions));
    for (int32_t i = old; i < count; i++)
        consumer->partitions[i] = (struct partition_state){.position = -1};
    consumer->partition_count = count;
}

static int64_t time_until_ms(int64_t deadline_ms)
{
    int64_t left = deadline_ms - clock_steady_ms();
    return left > 0 ? left : 0;
}

/* Asks for offsets by time, or by the marks for the end and the beginning, which stand in their
 * place in the protocol too (ListOffsets).  rd_kafka_query_watermark_offsets would be at hand, but
 * it waits for its answer for as long as the socket may take, whatever its timeout; and this one,
 * when time is up, says nothing and leaves what was asked. */
static bool ask(struct kafka_consumer *consumer, rd_kafka_topic_partition_list_t *list,
                int64_t timeout_ms, struct err *err)
{
    int64_t deadline_ms = clock_steady_ms() + timeout_ms;

    kafka_consumer_tend(consumer);
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(consumer->kafka, list, (int)timeout_ms);

    for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        code = list->elems[i].err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && clock_steady_ms() >= deadline_ms)
        code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_conf_error(err, code, topic_name(consumer));
}

/* *offset is what is asked for, and becomes the answer. */
static bool ask_one(struct kafka_consumer *consumer, int32_t partition, int64_t timeout_ms,
                    int64_t *offset, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(list, topic_name(consumer), partition)->offset = *offset;
    bool ok = ask(consumer, list, timeout_ms, err);
    *offset = list->elems[0].offset;
    rd_kafka_topic_partition_list_destroy(list);
    return ok;
}

bool kafka_consumer_offsets(struct kafka_consumer *consumer, int32_t partition, int64_t timeout_ms,
                            int64_t *earliest, int64_t *latest, struct err *err)
{
    int64_t deadline_ms = clock_steady_ms() + timeout_ms;

    *earliest = RD_KAFKA_OFFSET_BEGINNING;
    *latest = RD_KAFKA_OFFSET_END;
    if (ask_one(consumer, partition, timeout_ms, earliest, err) &&
        ask_one(consumer, partition, time_until_ms(deadline_ms), latest, err))
        return true;
    return err_within(err, "offsets of partition %d of topic", partition);
}

bool kafka_consumer_marks(struct kafka_consumer *consumer, enum kafka_mark mark, int32_t count,
                          int64_t timeout_ms, int64_t *offsets, struct err *err)
{
    bool is_first = mark == KAFKA_MARK_FIRST;

    if (count == 0)
        return true;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
    for (int32_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, topic_name(consumer), i)->offset =
            is_first ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
    bool ok = ask(consumer, list, timeout_ms, err);
    for (int32_t i = 0; i < count; i++)
        offsets[list->elems[i].partition] = list->elems[i].offset;
    rd_kafka_topic_partition_list_destroy(list);
    return ok || err_within(err, "%s of topic", is_first ? "first offsets" : "end");
}

bool kafka_consumer_offset_at(struct kafka_consumer *consumer, int32_t partition,
                              int64_t timestamp_ms, int64_t timeout_ms, int64_t *offset,
                              struct err *err)
{
    int64_t deadline_ms = clock_steady_ms() + timeout_ms;

    *offset = timestamp_ms;
    bool ok = ask_one(consumer, partition, timeout_ms, offset, err);
    if (ok && *offset < 0) { /* nothing that late */
        *offset = RD_KAFKA_OFFSET_END;
        ok = ask_one(consumer, partition, time_until_ms(deadline_ms), offset, err);
    }
    return ok || err_within(err, "offset by time of partition %d of topic", partition);
}

int64_t kafka_consumer_known_latest(struct kafka_consumer *consumer, int32_t partition)
{
    int64_t earliest = -1;
    int64_t latest = -1;

    if (rd_kafka_get_watermark_offsets(consumer->kafka, topic_name(consumer), partition, &earliest,
                                       &latest) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        latest < 0)
        return -1;
    return latest;
}

static struct partition_state *state_of(const struct kafka_consumer *consumer, int32_t partition)
{
    assert(partition >= 0 && partition < consumer->partition_count);
    return &consumer->partitions[partition];
}

bool kafka_consumer_start(struct kafka_consumer *consumer, int32_t partition, int64_t offset,
                          struct err *err)
{
    struct partition_state *state = state_of(consumer, partition);
    static const uint64_t one = 1;

    if (state->started && !state->failed && state->position == offset)
        return true;
    if (state->started)
        (void)rd_kafka_consume_stop(consumer->topic, partition);
    drop_kept(state);
    *state = (struct partition_state){.position = offset};
    if (rd_kafka_consume_start(consumer->topic, partition, offset) != 0) {
        (void)kafka_conf_error(err, rd_kafka_last_error(), topic_name(consumer));
        return err_within(err, "cannot read partition %d of topic", partition);
    }
    state->started = true;
    rd_kafka_queue_t *queue =
        rd_kafka_queue_get_partition(consumer->kafka, topic_name(consumer), partition);
    if (queue != NULL) {
        rd_kafka_queue_io_event_enable(queue, consumer->event_fd, &one, sizeof(one));
        rd_kafka_queue_destroy(queue);
    }
    return true;
}

int64_t kafka_consumer_position(const struct kafka_consumer *consumer, int32_t partition)
{
    if (partition < 0 || partition >= consumer->partition_count)
        return -1;
    return consumer->partitions[partition].position;
}

bool kafka_consumer_at_end(const struct kafka_consumer *consumer, int32_t partition)
{
    const struct partition_state *state = state_of(consumer, partition);
    return state->at_end && state->kept_count == 0;
}

static void add_record(struct kafka_chunk *chunk, rd_kafka_message_t *message)
{
    rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;

    if (chunk->count == chunk->room) {
        chunk->room = chunk->room == 0 ? READ_AT_ONCE : chunk->room * 2;
        chunk->records = mem_grow(chunk->records, chunk->room * sizeof(*chunk->records));
        chunk->messages = mem_grow(chunk->messages, chunk->room * sizeof(*chunk->messages));
    }
    chunk->messages[chunk->count] = message;
    struct kafka_record *record = &chunk->records[chunk->count++];
    *record = (struct kafka_record){
        .key = {message->key, message->key == NULL ? 0 : message->key_len},
        .value = {message->payload, message->payload == NULL ? 0 : message->len},
        .offset = message->offset,
        .timestamp_ms = rd_kafka_message_timestamp(message, &type),
        .partition = message->partition,
    };
    record->timestamp_type = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? 1 : 0;
    chunk->bytes += record->key.size + record->value.size;
}

size_t kafka_consumer_headers(const struct kafka_chunk *chunk, size_t index,
                              struct kafka_header *headers, size_t max)
{
    rd_kafka_headers_t *found;
    size_t count = 0;

    if (rd_kafka_message_headers(chunk->messages[index], &found) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    while (count < max) {
        struct kafka_header *header = &headers[count];
        if (rd_kafka_header_get_all(found, count, &header->name, &header->value.data,
                                    &header->value.size) != RD_KAFKA_RESP_ERR_NO_ERROR)
            break;
        count++;
    }
    return count;
}

int32_t kafka_consumer_broker(const struct kafka_chunk *chunk, size_t index)
{
    return rd_kafka_message_broker_id(chunk->messages[index]);
}

void kafka_consumer_release(struct kafka_chunk *chunk)
{
    for (size_t i = 0; i < chunk->count; i++)
        rd_kafka_message_destroy(chunk->messages[i]);
    chunk->count = 0;
    chunk->bytes = 0;
}

void kafka_consumer_forget(struct kafka_chunk *chunk)
{
    kafka_consumer_release(chunk);
    mem_free(chunk->records);
    mem_free(chunk->messages);
    *chunk = (struct kafka_chunk){0};
}

static bool wants_more(const struct kafka_range *range, const struct kafka_chunk *chunk,
                       const struct partition_state *state)
{
    return state->position < range->end && chunk->count < range->records_max &&
           chunk->bytes < range->bytes_max;
}

static void keep(struct partition_state *state, rd_kafka_message_t *const *messages, size_t count)
{
    assert(state->kept_count == 0);
    if (count == 0)
        return;
    state->kept = mem_new_array(count, sizeof(rd_kafka_message_t *));
    for (size_t i = 0; i < count; i++)
        state->kept[i] = messages[i];
    state->kept_count = count;
}

/* Takes over the news that a partition has nothing more. */
static void pass_end(struct partition_state *state, rd_kafka_message_t *message)
{
    state->at_end = true;
    if (message->offset > state->position)
        state->position = message->offset;
    rd_kafka_message_destroy(message);
}

/* An error that came as a message: it is told once, and the message is gone. */
static bool tell_error(struct kafka_consumer *consumer, struct partition_state *state,
                       rd_kafka_message_t *message, struct err *err)
{
    rd_kafka_resp_err_t code = message->err;

    state->failed = true;
    (void)kafka_conf_error(err, code, rd_kafka_message_errstr(message));
    if (code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
        code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
        err->kind = ERR_NOT_FOUND;
    (void)err_within(err, "topic %s, partition %d, offset %lld", topic_name(consumer),
                     message->partition, (long long)state->position);
    rd_kafka_message_destroy(message);
    return false;
}

/* Takes one message over: a record for the chunk, or news about the partition. */
static bool take(struct kafka_consumer *consumer, struct partition_state *state,
                 rd_kafka_message_t *message, struct kafka_chunk *chunk, struct err *err)
{
    rd_kafka_resp_err_t code = message->err;

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        state->at_end = false;
        state->position = message->offset + 1;
        add_record(chunk, message);
        return true;
    }
    if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        pass_end(state, message);
        return true;
    }
    return tell_error(consumer, state, message, err);
}

/* Whether a message lies at or beyond the end that was asked for. */
static bool is_beyond(const rd_kafka_message_t *message, int64_t end)
{
    return message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset >= end;
}

static bool take_all(struct kafka_consumer *consumer, struct partition_state *state,
                     const struct kafka_range *range, rd_kafka_message_t **messages, size_t count,
                     struct kafka_chunk *chunk, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (is_beyond(messages[i], range->end)) {
            state->position = messages[i]->offset;
            keep(state, messages + i, count - i);
            return true;
        }
        if (chunk->count == range->records_max || chunk->bytes >= range->bytes_max) {
            keep(state, messages + i, count - i);
            return true;
        }
        if (!take(consumer, state, messages[i], chunk, err)) {
            keep(state, messages + i + 1, count - i - 1);
            return false;
        }
    }
    return true;
}

static bool take_kept(struct kafka_consumer *consumer, struct partition_state *state,
                      const struct kafka_range *range, struct kafka_chunk *chunk, struct err *err)
{
    rd_kafka_message_t **messages = state->kept;
    size_t count = state->kept_count;

    if (count == 0)
        return true;
    state->kept = NULL;
    state->kept_count = 0;
    bool ok = take_all(consumer, state, range, messages, count, chunk, err);
    mem_free(messages);
    return ok;
}

bool kafka_consumer_read(struct kafka_consumer *consumer, const struct kafka_range *range,
                         int64_t timeout_ms, struct kafka_chunk *chunk, struct err *err)
{
    struct partition_state *state = state_of(consumer, range->partition);
    rd_kafka_message_t *messages[READ_AT_ONCE];
    size_t before = chunk->count;

    assert(state->started);
    kafka_consumer_tend(consumer);
    if (!take_kept(consumer, state, range, chunk, err))
        return false;
    while (wants_more(range, chunk, state) && state->kept_count == 0) {
        /* The library waits for as many as are asked for: first what is there, then for one. */
        ssize_t got =
            rd_kafka_consume_batch(consumer->topic, range->partition, 0, messages, READ_AT_ONCE);
        if (got == 0 && chunk->count == before && timeout_ms > 0) {
            got = rd_kafka_consume_batch(consumer->topic, range->partition, (int)timeout_ms,
                                         messages, 1);
            timeout_ms = 0;
        }
        if (got < 0) {
            (void)kafka_conf_error(err, rd_kafka_last_error(), topic_name(consumer));
            return err_within(err, "reading partition %d of topic", range->partition);
        }
        if (got == 0)
            break;
        if (!take_all(consumer, state, range, messages, (size_t)got, chunk, err))
            return false;
    }
    return true;
}

bool kafka_consumer_waiting(struct kafka_consumer *consumer, int32_t partition, bool *waiting,
                            struct err *err)
{
    struct partition_state *state = state_of(consumer, partition);

    *waiting = false;
    while (state->kept_count == 0) {
        rd_kafka_message_t *message;
        if (rd_kafka_consume_batch(consumer->topic, partition, 0, &message, 1) != 1)
            return true;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            keep(state, &message, 1);
        else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            pass_end(state, message);
        else
            return tell_error(consumer, state, message, err);
    }
    *waiting = true;
    return true;
}

int kafka_consumer_event(const struct kafka_consumer *consumer)
{
    return consumer->event_fd;
}

void kafka_consumer_clear_event(struct kafka_consumer *consumer)
{
    uint64_t count;
    ssize_t ignored = read(consumer->event_fd, &count, sizeof(count));

    (void)ignored; /* nothing was waiting */
}
