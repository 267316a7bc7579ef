/* SPDX-License-Identifier: Apache-2.0 */
/* error_code.c - kinds of error to Kafka's numbers; the compiler names the kind that is forgotten.
 */
#include "broker/error_code.h"

int16_t error_code_of(const struct err *err)
{
    switch (err->kind) {
    case ERR_NONE:
        return ERROR_NONE;
    case ERR_IO:
    case ERR_UNAVAILABLE:
        return ERROR_KAFKA_STORAGE_ERROR; /* retriable: a full disk ends, a partition comes back */
    case ERR_CORRUPT:
        return ERROR_CORRUPT_MESSAGE;
    case ERR_MALFORMED:
        return ERROR_INVALID_RECORD;
    case ERR_UNSUPPORTED:
        return ERROR_UNSUPPORTED_COMPRESSION_TYPE;
    case ERR_NOT_FOUND:
        return ERROR_UNKNOWN_TOPIC_OR_PARTITION;
    case ERR_CONFLICT:
        return ERROR_TOPIC_ALREADY_EXISTS;
    case ERR_LIMIT:
        return ERROR_POLICY_VIOLATION;
    }
    return ERROR_UNKNOWN_SERVER_ERROR;
}
