/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_writer.c - librdkafka's producer, polled by who writes. */
#include "net/kafka_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "net/kafka_conf.h"

#define POLL_MS 100
#define DELIVERY_MS "10000"
#define FINISH_MS 15000

struct kafka_writer {
    rd_kafka_t *kafka;
    rd_kafka_topic_t *topic;
    uint64_t stored;
    uint64_t lost;
    struct err first; /* of the lost ones */
};

/* Called by rd_kafka_poll() and _flush(), so on the writer's own thread. */
static void delivered(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *opaque)
{
    struct kafka_writer *writer = opaque;
    (void)kafka;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        writer->stored++;
    else if (writer->lost++ == 0)
        (void)kafka_conf_error(&writer->first, message->err, rd_kafka_topic_name(writer->topic));
}

static void add_callback(rd_kafka_conf_t *conf)
{
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
}

struct kafka_writer *kafka_writer_create(const char *brokers, const char *topic, const char *codec,
                                         struct err *err)
{
    const struct kafka_conf_pair pairs[] = {
        {"enable.idempotence", "true"},
        {"linger.ms", "5"},
        {"message.timeout.ms", DELIVERY_MS},
        {"message.max.bytes", "16000000"},
        {"compression.codec", codec == NULL ? "none" : codec},
        {NULL, NULL},
    };
    struct kafka_writer *writer = mem_new(sizeof(*writer));
    writer->kafka = kafka_conf_open(RD_KAFKA_PRODUCER, brokers, pairs, add_callback, writer, err);
    if (writer->kafka == NULL)
        goto fail;
    writer->topic = rd_kafka_topic_new(writer->kafka, topic, NULL);
    if (writer->topic == NULL) {
        (void)kafka_conf_error(err, rd_kafka_last_error(), topic);
        goto fail;
    }
    return writer;

fail:
    kafka_writer_close(writer);
    return NULL;
}

void kafka_writer_close(struct kafka_writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->topic != NULL)
        rd_kafka_topic_destroy(writer->topic);
    if (writer->kafka != NULL) {
        (void)rd_kafka_purge(writer->kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        (void)rd_kafka_flush(writer->kafka, 0);
        rd_kafka_destroy(writer->kafka);
    }
    mem_free(writer);
}

static rd_kafka_headers_t *copy_headers(const struct kafka_writer_record *record)
{
    if (record->header_count == 0)
        return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count);
    for (size_t i = 0; i < record->header_count; i++) {
        const struct kafka_writer_header *h = &record->headers[i];
        (void)rd_kafka_header_add(headers, h->name, -1, h->value,
                                  h->value == NULL ? 0 : (ssize_t)strlen(h->value));
    }
    return headers;
}

static rd_kafka_resp_err_t produce(struct kafka_writer *writer,
                                   const struct kafka_writer_record *record)
{
    rd_kafka_headers_t *headers = copy_headers(record);
    /* Copied by the library: it does not write what it is given. */
    const rd_kafka_vu_t values[] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = writer->topic},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = record->partition},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY,
         .u.mem = {(void *)(uintptr_t)record->key.data, record->key.size}},
        {.vtype = RD_KAFKA_VTYPE_VALUE,
         .u.mem = {(void *)(uintptr_t)record->value.data, record->value.size}},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    /* Without headers the last row is left out. */
    rd_kafka_error_t *error =
        rd_kafka_produceva(writer->kafka, values, COUNT_OF(values) - (headers == NULL ? 1 : 0));
    if (error == NULL)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    if (headers != NULL)
        rd_kafka_headers_destroy(headers);
    return code;
}

bool kafka_writer_send(struct kafka_writer *writer, const struct kafka_writer_record *record,
                       struct err *err)
{
    rd_kafka_resp_err_t code = produce(writer, record);
    while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        (void)rd_kafka_poll(writer->kafka, POLL_MS);
        if (writer->lost > 0)
            break;
        code = produce(writer, record);
    }
    (void)rd_kafka_poll(writer->kafka, 0);
    if (writer->lost > 0) {
        *err = writer->first;
        return false;
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return kafka_conf_error(err, code, rd_kafka_topic_name(writer->topic));
    return true;
}

bool kafka_writer_finish(struct kafka_writer *writer, struct err *err)
{
    (void)rd_kafka_flush(writer->kafka, FINISH_MS);
    int waiting = rd_kafka_outq_len(writer->kafka);
    if (writer->lost > 0) {
        *err = writer->first;
        return err_within(err, "%" PRIu64 " records are not known to be stored", writer->lost);
    }
    if (waiting > 0)
        return err_set(err, ERR_UNAVAILABLE, "%d records are not known to be stored", waiting);
    return true;
}

uint64_t kafka_writer_stored(const struct kafka_writer *writer)
{
    return writer->stored;
}
