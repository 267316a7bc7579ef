/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_frame.h - what stands around a Kafka message: size, header, correlation.
 *
 *      0      4         6             8                12
 *      +------+---------+-------------+----------------+-----------+------+------
 *      | size | api key | api version | correlation id | client id | tags | body     a request
 *      +------+---------+-------------+----------------+-----------+------+------
 *      | size | correlation id | tags | body                                         a response
 *      +------+----------------+------+------
 *
 * The tags are there in flexible versions of the message (KIP-482), except in
 * the response to ApiVersions, whose sender does not know yet what the client
 * understands (KIP-511).
 *
 * Thread: any. */
#ifndef WIRE_KAFKA_FRAME_H
#define WIRE_KAFKA_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "base/text.h"
#include "wire/kafka_message.h"
#include "wire/kafka_structs.h"
#include "wire/kafka_table.h"
#include "wire/reader.h"

#define KAFKA_FRAME_SIZE_BYTES 4

/* Where a message belongs. */
struct kafka_frame {
    struct kafka_request_header header;
    const struct kafka_api *api; /* NULL: the table has no such API, or not in this version */
};

/* Takes the header off a request, which is what follows the size.  With an unknown API or version
 * that succeeds with `api` NULL, and `body` is not to be read: the one known answer to that is to
 * ApiVersions (api versions_response version 0 with UNSUPPORTED_VERSION).  The client id is
 * borrowed from `request`.  ERR_MALFORMED. */
MUST_CHECK bool kafka_frame_decode(struct kafka_frame *frame, struct span request,
                                   struct reader *body, struct err *err);

/* Appends a whole response, size included, to the request that had this frame, in the request's
 * version.  Errors as kafka_message_encode(), and then `out` is as before. */
MUST_CHECK bool kafka_frame_reply(const struct kafka_frame *frame, const void *response,
                                  struct text *out, struct kafka_splices *splices, struct err *err);

/* The client's side: appends a whole request, size included; errors likewise. */
MUST_CHECK bool kafka_frame_request(const struct kafka_frame *frame, const void *request,
                                    struct text *out, struct err *err);
/* Takes the header off the response (what follows the size) to that request: ERR_MALFORMED when
 * it is not. */
MUST_CHECK bool kafka_frame_decode_reply(const struct kafka_frame *frame, struct span response,
                                         struct reader *body, struct err *err);

#endif
