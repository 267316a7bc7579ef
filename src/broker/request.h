/* SPDX-License-Identifier: Apache-2.0 */
/* request.h - one request from its bytes to its answer, whenever that is ready.
 *
 * Everything decoded lives in its arena; strings are borrowed from the frame,
 * which is gone once the server's call returns.  What waits asks
 * request_keep() first.
 *
 * Thread: the loop. */
#ifndef BROKER_REQUEST_H
#define BROKER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "broker/node.h"
#include "io/address.h"
#include "net/frame_server.h"
#include "wire/kafka_frame.h"

struct request {
    struct node *node;
    struct frame_peer *peer; /* there while the reply is not void */
    struct frame_reply *reply;
    struct kafka_frame frame;
    struct arena arena;   /* of what the client sent; limited */
    struct arena answers; /* of what we make of it: bounded by the size of the request */
    struct reader body;
    void *message; /* the decoded request */
};

struct request *request_create(struct node *node, struct frame_peer *peer,
                               struct frame_reply *reply);

/* Decodes the body into request->message.  With `keep` all of it stays valid until the answer, else
 * strings and records are borrowed from the frame.  ERR_MALFORMED, ERR_LIMIT. */
MUST_CHECK bool request_decode(struct request *request, bool keep, struct err *err);
int16_t request_version(const struct request *request);

/* These four end the request: it is freed. */
void request_answer(struct request *request, const void *response);
/* `head`, copied, then memory from mem_grow(), taken over; see frame_reply_send(). */
void request_answer_bytes(struct request *request, struct span head, void *memory, size_t offset,
                          size_t size);
void request_answer_nothing(struct request *request); /* acks=0 */
/* Closes the connection, and says which client and why, though not a thousand times a second. */
void request_refuse(struct request *request, const struct err *err);
/* True: so many partitions are more than one request may name, and it was refused. */
MUST_CHECK bool request_refuse_many(struct request *request, size_t partition_count);

/* Zeroed memory until the answer, never NULL. */
#define REQUEST_NEW(request, type, count)                                                          \
    ((type *)request_memory((request), (count), sizeof(type), _Alignof(type)))
void *request_memory(struct request *request, size_t count, size_t size, size_t align);
struct span request_copy(struct request *request, struct span bytes);
struct span request_text(struct request *request, const char *text); /* copied */
/* The address at which this client reached us: where it can reach us again. */
struct span request_local_host(struct request *request, int32_t *port);

#endif
