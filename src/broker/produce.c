/* SPDX-License-Identifier: Apache-2.0 */
/* produce.c - batches in, and an answer when the last of them is synced.
 *
 * Each batch is judged by itself: one that is refused does not keep the others
 * of the request out.  acks 1 and -1 are the same here, acks 0 has no answer,
 * but its place in the connection's order is held until the sync: that is how a
 * producer that does not listen is slowed to the disk's pace. */
#include "broker/handlers.h"

#include <inttypes.h>

#include "base/mem.h"
#include "broker/error_code.h"
#include "wire/batch.h"
#include "wire/kafka_message.h"

#define ZSTD_FROM_VERSION 7 /* KIP-110 */

struct produce;

struct produce_batch {
    struct partition_append append;
    struct produce *produce;
    struct produce_partition_result *result;
};

struct produce {
    struct request *request;
    struct produce_response response;
    int16_t acks;
    bool failed;        /* something was refused */
    size_t outstanding; /* and one while batches are handed out */
};

/* --- the answer ------------------------------------------------------------------------------- */

static void answer_produce(struct produce *produce)
{
    struct request *request = produce->request;
    struct err err;

    if (produce->acks != 0) {
        request_answer(request, &produce->response);
    } else if (produce->failed) {
        /* The only way to tell a producer that wants no answers: it asks for metadata again. */
        (void)err_set(&err, ERR_CONFLICT, "a batch sent with acks=0 was refused");
        request_refuse(request, &err);
    } else {
        request_answer_nothing(request);
    }
}

static void batch_settled(struct produce *produce)
{
    produce->outstanding--;
    if (produce->outstanding == 0)
        answer_produce(produce);
}

static void fail_batch(struct produce *produce, struct produce_partition_result *result,
                       int16_t code, const struct err *err)
{
    produce->failed = true;
    result->error_code = code;
    result->base_offset = -1;
    result->log_start_offset = -1;
    if (err != NULL && err->kind != ERR_NONE)
        result->error_message = request_text(produce->request, err->text);
}

static void settled(struct partition_append *append, const struct err *err)
{
    struct produce_batch *batch = CONTAINER_OF(append, struct produce_batch, append);

    if (err != NULL)
        fail_batch(batch->produce, batch->result, error_code_of(err), err);
    else
        batch->result->base_offset = append->base_offset;
    batch_settled(batch->produce);
}

/* --- judging a batch -------------------------------------------------------------------------- */

/* One batch a partition, whole: what every version from 3 on demands (KIP-98). */
static int16_t take_batch(struct span records, struct batch *batch, struct err *err)
{
    struct batch_peek peek;

    if (records.data == NULL || records.size == 0) {
        (void)err_set(err, ERR_MALFORMED, "no record batch");
        return ERROR_INVALID_RECORD;
    }
    if (records.size > BATCH_BYTES_MAX) {
        (void)err_set(err, ERR_LIMIT, "a batch of %zu bytes, at most %d", records.size,
                      BATCH_BYTES_MAX);
        return ERROR_MESSAGE_TOO_LARGE;
    }
    if (records.size < BATCH_PEEK_BYTES || !batch_peek(&peek, records, err)) {
        (void)err_set(err, ERR_MALFORMED, "%zu bytes are no record batch", records.size);
        return ERROR_CORRUPT_MESSAGE;
    }
    if (peek.bytes > records.size) {
        (void)err_set(err, ERR_MALFORMED, "a record batch of %zu bytes has %zu", peek.bytes,
                      records.size);
        return ERROR_CORRUPT_MESSAGE;
    }
    if (peek.bytes < records.size) {
        (void)err_set(err, ERR_MALFORMED, "more than one record batch");
        return ERROR_INVALID_RECORD;
    }
    return batch_decode(batch, records, err) ? ERROR_NONE : ERROR_INVALID_RECORD;
}

static int16_t check_batch(const struct produce *produce, const struct topic *topic,
                           const struct batch *batch, struct err *err)
{
    int64_t bytes_max = topics_message_bytes_max(produce->request->node->topics, topic);

    if ((int64_t)batch->bytes.size > bytes_max) {
        (void)err_set(err, ERR_LIMIT, "a batch of %zu bytes, at most %" PRId64, batch->bytes.size,
                      bytes_max);
        return ERROR_MESSAGE_TOO_LARGE;
    }
    if (!batch_check_crc(batch, err))
        return ERROR_CORRUPT_MESSAGE;
    if ((batch->attributes & BATCH_TRANSACTIONAL) != 0) {
        (void)err_set(err, ERR_UNSUPPORTED, "transactions are not served");
        return ERROR_INVALID_TXN_STATE;
    }
    if (batch_codec(batch) == BATCH_ZSTD && request_version(produce->request) < ZSTD_FROM_VERSION) {
        (void)err_set(err, ERR_UNSUPPORTED, "zstd needs version %d", ZSTD_FROM_VERSION);
        return ERROR_UNSUPPORTED_COMPRESSION_TYPE;
    }
    if (batch_check_produced(batch, err))
        return ERROR_NONE;
    return error_code_of(err);
}

static void take_partition(struct produce *produce, const struct topic *topic,
                           const struct produce_partition *from,
                           struct produce_partition_result *result)
{
    struct partition *partition = topic == NULL ? NULL : topics_partition(topic, from->index);
    struct batch batch;
    struct err err = {0};

    if (partition == NULL) {
        fail_batch(produce, result, ERROR_UNKNOWN_TOPIC_OR_PARTITION, NULL);
        return;
    }
    int16_t code = take_batch(from->records, &batch, &err);
    if (code == ERROR_NONE)
        code = check_batch(produce, topic, &batch, &err);
    if (code == ERROR_NONE) {
        struct produce_batch *waiting = REQUEST_NEW(produce->request, struct produce_batch, 1);
        waiting->append.settled = settled;
        waiting->produce = produce;
        waiting->result = result;
        result->log_start_offset = log_start_offset(partition_log(partition));
        produce->outstanding++;
        code = partition_append(partition, &batch, &waiting->append, &err);
        if (code == ERROR_NONE)
            return;
        produce->outstanding--;
    }
    fail_batch(produce, result, code, &err);
}

/* --- the request ------------------------------------------------------------------------------ */

static int16_t check_request(const struct produce_request *message)
{
    if (message->acks < -1 || message->acks > 1)
        return ERROR_INVALID_REQUIRED_ACKS;
    return message->transactional_id.data != NULL ? ERROR_INVALID_TXN_STATE : ERROR_NONE;
}

static void take_topic(struct produce *produce, const struct produce_topic *from,
                       struct produce_topic_result *to, int16_t refused)
{
    struct request *request = produce->request;
    const struct topic *topic = topics_find(request->node->topics, from->name);

    to->name = request_copy(request, from->name);
    to->partition_responses_count = from->partition_data_count;
    to->partition_responses =
        REQUEST_NEW(request, struct produce_partition_result, from->partition_data_count);
    for (size_t i = 0; i < from->partition_data_count; i++) {
        struct produce_partition_result *result = &to->partition_responses[i];
        result->index = from->partition_data[i].index;
        result->log_append_time_ms = -1;
        result->current_leader = (struct produce_leader){-1, -1};
        if (refused != ERROR_NONE)
            fail_batch(produce, result, refused, NULL);
        else
            take_partition(produce, topic, &from->partition_data[i], result);
    }
}

static size_t count_partitions(const struct produce_request *message)
{
    size_t count = 0;

    for (size_t i = 0; i < message->topic_data_count; i++)
        count += message->topic_data[i].partition_data_count;
    return count;
}

void produce_serve(struct request *request)
{
    const struct produce_request *message = request->message;

    if (request_refuse_many(request, count_partitions(message)))
        return;
    struct produce *produce = REQUEST_NEW(request, struct produce, 1);
    int16_t refused = check_request(message);

    produce->request = request;
    produce->acks = message->acks;
    produce->outstanding = 1;
    kafka_message_init(request->frame.api->response, &produce->response);
    produce->response.responses_count = message->topic_data_count;
    produce->response.responses =
        REQUEST_NEW(request, struct produce_topic_result, message->topic_data_count);
    for (size_t i = 0; i < message->topic_data_count; i++)
        take_topic(produce, &message->topic_data[i], &produce->response.responses[i], refused);
    batch_settled(produce);
}
