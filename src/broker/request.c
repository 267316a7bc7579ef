/* SPDX-License-Identifier: Apache-2.0 */
/* request.c - the memory of one request, and the ways in which it can end. */
#include "broker/request.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/mem.h"

#define COMPLAINT_MS 1000 /* between two lines about clients */

struct request *request_create(struct node *node, struct frame_peer *peer,
                               struct frame_reply *reply)
{
    struct request *request = mem_new(sizeof(*request));

    request->node = node;
    request->peer = peer;
    request->reply = reply;
    arena_init(&request->arena, SETTINGS_REQUEST_BYTES_MAX);
    arena_init(&request->answers, SIZE_MAX);
    return request;
}

static void request_free(struct request *request)
{
    arena_reset(&request->arena);
    arena_reset(&request->answers);
    mem_free(request);
}

bool request_decode(struct request *request, bool keep, struct err *err)
{
    const struct kafka_struct *table = request->frame.api->request;

    if (keep) {
        struct span body = {request->body.next, request->body.left};
        const void *copy = arena_copy(&request->arena, body);
        if (copy == NULL)
            return err_set(err, ERR_LIMIT, "a request of %zu bytes", body.size);
        request->body = reader_of((struct span){copy, body.size});
    }
    request->message = arena_new(&request->arena, 1, table->size, _Alignof(max_align_t));
    if (request->message == NULL)
        return err_set(err, ERR_LIMIT, "a request of too many bytes");
    return kafka_message_decode(table, request_version(request), &request->body, request->message,
                                &request->arena, err);
}

int16_t request_version(const struct request *request)
{
    return request->frame.header.request_api_version;
}

/* --- ends ------------------------------------------------------------------------------------- */

void request_answer(struct request *request, const void *response)
{
    struct text out;
    struct err err;

    text_init(&out, SETTINGS_RESPONSE_BYTES_MAX);
    if (!kafka_frame_reply(&request->frame, response, &out, NULL, &err)) {
        text_reset(&out);
        request_refuse(request, &err);
        return;
    }
    frame_reply_send(request->reply, out.bytes, 0, out.size);
    request_free(request);
}

void request_answer_bytes(struct request *request, struct span head, void *memory, size_t offset,
                          size_t size)
{
    frame_reply_add(request->reply, head);
    frame_reply_send(request->reply, memory, offset, size);
    request_free(request);
}

void request_answer_nothing(struct request *request)
{
    frame_reply_send(request->reply, NULL, 0, 0);
    request_free(request);
}

static void complain_of_client(struct request *request, const struct err *err)
{
    struct node *node = request->node;
    int64_t now_ms = loop_now_ms(node->loop);
    struct address address;
    char text[ADDRESS_TEXT_BYTES];
    char quoted[DIAG_QUOTED_BYTES];

    node->malformed_count++;
    if (node->complained_ms != 0 && now_ms - node->complained_ms < COMPLAINT_MS) {
        node->complaints_held++;
        return;
    }
    frame_peer_address(request->peer, &address);
    diag_warn("connection_closed", "client=%s api=%d version=%d reason=%s unsaid=%" PRIu64,
              address_text(&address, text), request->frame.header.request_api_key,
              request_version(request), diag_quoted(err->text, quoted), node->complaints_held);
    node->complained_ms = now_ms;
    node->complaints_held = 0;
}

void request_refuse(struct request *request, const struct err *err)
{
    if (!frame_reply_is_void(request->reply)) {
        complain_of_client(request, err);
        frame_peer_close(request->peer);
    }
    frame_reply_send(request->reply, NULL, 0, 0);
    request_free(request);
}

bool request_refuse_many(struct request *request, size_t partition_count)
{
    struct err err;

    if (partition_count <= SETTINGS_PARTITIONS_ASKED_MAX)
        return false;
    (void)err_set(&err, ERR_LIMIT, "%zu partitions at once, at most %d", partition_count,
                  SETTINGS_PARTITIONS_ASKED_MAX);
    request_refuse(request, &err);
    return true;
}

/* --- memory ----------------------------------------------------------------------------------- */

void *request_memory(struct request *request, size_t count, size_t size, size_t align)
{
    void *memory = arena_new(&request->answers, count, size, align);

    assert(memory != NULL);
    return memory;
}

struct span request_copy(struct request *request, struct span bytes)
{
    if (bytes.data == NULL)
        return bytes;
    void *copy = request_memory(request, bytes.size, 1, 1);
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return (struct span){copy, bytes.size};
}

struct span request_text(struct request *request, const char *text)
{
    return request_copy(request, span_of(text));
}

struct span request_local_host(struct request *request, int32_t *port)
{
    struct address address;

    frame_peer_local(request->peer, &address);
    *port = address.port;
    return request_text(request, address.host);
}
