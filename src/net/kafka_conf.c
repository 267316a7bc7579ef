/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_conf.c - opening librdkafka the same way everywhere. */
#include "net/kafka_conf.h"

#include "base/diag.h"
#include "net/kafka_resolve.h"

static const struct kafka_conf_pair common[] = {
    {"client.id", "steelthread"},        {"log.queue", "true"},
    {"socket.nagle.disable", "true"},    {"socket.keepalive.enable", "true"},
    {"reconnect.backoff.ms", "20"}, /* a broker that is back is used again within half a second */
    {"reconnect.backoff.max.ms", "200"}, {"topic.metadata.refresh.fast.interval.ms", "100"},
    {"broker.address.ttl", "1000"},      {NULL, NULL},
};

static void log_line(const rd_kafka_t *kafka, int level, const char *facility, const char *text)
{
    char quoted[DIAG_QUOTED_BYTES];

    (void)kafka;
    (void)level; /* a lost connection is repaired by the library; its owner says what matters */
    diag_debug("librdkafka", "facility=%s text=%s", facility, diag_quoted(text, quoted));
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, struct err *err)
{
    char why[256];

    if (rd_kafka_conf_set(conf, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
        return true;
    return err_set(err, ERR_MALFORMED, "Kafka client setting %s=%s: %s", name, value, why);
}

static bool set_all(rd_kafka_conf_t *conf, const struct kafka_conf_pair *pairs, struct err *err)
{
    for (; pairs->name != NULL; pairs++) {
        if (!set(conf, pairs->name, pairs->value, err))
            return false;
    }
    return true;
}

rd_kafka_t *kafka_conf_open(rd_kafka_type_t type, const char *brokers,
                            const struct kafka_conf_pair *pairs,
                            void (*adjust)(rd_kafka_conf_t *conf), void *opaque, struct err *err)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    if (!set_all(conf, common, err) || !set(conf, "bootstrap.servers", brokers, err) ||
        !set_all(conf, pairs, err)) {
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    rd_kafka_conf_set_opaque(conf, opaque);
    rd_kafka_conf_set_log_cb(conf, log_line);
    kafka_resolve_install(conf);
    if (adjust != NULL)
        adjust(conf);
    rd_kafka_t *kafka = rd_kafka_new(type, conf, why, sizeof(why)); /* takes conf over */
    if (kafka == NULL) {
        rd_kafka_conf_destroy(conf);
        (void)err_set(err, ERR_IO, "cannot start a Kafka client for %s: %s", brokers, why);
        return NULL;
    }
    (void)rd_kafka_set_log_queue(kafka, NULL); /* to the main queue; cannot fail for NULL */
    return kafka;
}

bool kafka_conf_error(struct err *err, rd_kafka_resp_err_t code, const char *what)
{
    enum err_kind kind = ERR_UNAVAILABLE;

    if (code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
        code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        kind = ERR_NOT_FOUND;
    else if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        kind = ERR_CONFLICT;
    else if (code == RD_KAFKA_RESP_ERR__BAD_MSG || code == RD_KAFKA_RESP_ERR_INVALID_MSG ||
             code == RD_KAFKA_RESP_ERR__BAD_COMPRESSION)
        kind = ERR_CORRUPT;
    else if (code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION ||
             code == RD_KAFKA_RESP_ERR_INVALID_CONFIG ||
             code == RD_KAFKA_RESP_ERR_INVALID_PARTITIONS ||
             code == RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR ||
             code == RD_KAFKA_RESP_ERR__INVALID_ARG)
        kind = ERR_MALFORMED;
    else if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL || code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        kind = ERR_LIMIT;
    return err_set(err, kind, "%s: %s", what, rd_kafka_err2str(code));
}
