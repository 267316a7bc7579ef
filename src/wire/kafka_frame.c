/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_frame.c - sizes and headers. */
#include "wire/kafka_frame.h"

#include <assert.h>

#include "wire/writer.h"

#define API_VERSIONS 18

static bool is_flexible(const struct kafka_struct *table, int16_t version)
{
    return version >= table->flexible_from;
}

static int16_t request_header_version(const struct kafka_frame *frame)
{
    const struct kafka_struct *table = frame->api->request;
    return is_flexible(table, frame->header.request_api_version) ? 2 : 1;
}

static int16_t response_header_version(const struct kafka_frame *frame)
{
    const struct kafka_struct *table = frame->api->response;
    if (frame->api->key == API_VERSIONS)
        return 0;
    return is_flexible(table, frame->header.request_api_version) ? 1 : 0;
}

/* The API in that version, or NULL. */
static const struct kafka_api *find_api(struct reader r)
{
    int16_t key = reader_i16(&r);
    int16_t version = reader_i16(&r);
    const struct kafka_api *api = kafka_table_find(key);

    if (r.bad || api == NULL || version < api->request->first || version > api->request->last)
        return NULL;
    return api;
}

bool kafka_frame_decode(struct kafka_frame *frame, struct span request, struct reader *body,
                        struct err *err)
{
    *body = reader_of(request);
    frame->api = find_api(*body);

    int16_t version = 1;
    if (frame->api != NULL) {
        struct reader r = *body;
        (void)reader_i16(&r);
        frame->header.request_api_version = reader_i16(&r);
        version = request_header_version(frame);
    }
    return kafka_message_decode_front(&kafka_table_request_header, version, body, &frame->header,
                                      NULL, err);
}

/* `out` and `splices` as they were. */
static bool take_back(struct text *out, size_t start, struct kafka_splices *splices,
                      const struct kafka_splices *before)
{
    out->size = start;
    out->full = false;
    if (out->bytes != NULL)
        out->bytes[start] = '\0';
    if (splices != NULL)
        *splices = *before;
    return false;
}

bool kafka_frame_reply(const struct kafka_frame *frame, const void *response, struct text *out,
                       struct kafka_splices *splices, struct err *err)
{
    assert(frame->api != NULL);

    struct kafka_response_header header = {frame->header.correlation_id};
    struct kafka_splices before = {0};
    size_t start = out->size;
    if (splices != NULL)
        before = *splices;

    writer_i32(out, 0);
    if (!kafka_message_encode(&kafka_table_response_header, response_header_version(frame), &header,
                              out, NULL, err) ||
        !kafka_message_encode(frame->api->response, frame->header.request_api_version, response,
                              out, splices, err))
        return take_back(out, start, splices, &before);

    size_t spliced = splices == NULL ? 0 : splices->bytes - before.bytes;
    size_t size = out->size - start - KAFKA_FRAME_SIZE_BYTES + spliced;
    if (size > INT32_MAX) {
        (void)err_set(err, ERR_LIMIT, "a response of %zu bytes, at most %d", size, INT32_MAX);
        return take_back(out, start, splices, &before);
    }
    writer_patch_i32(out, start, (int32_t)size);
    return true;
}

bool kafka_frame_request(const struct kafka_frame *frame, const void *request, struct text *out,
                         struct err *err)
{
    assert(frame->api != NULL && frame->api->key == frame->header.request_api_key);

    size_t start = out->size;
    writer_i32(out, 0);
    if (!kafka_message_encode(&kafka_table_request_header, request_header_version(frame),
                              &frame->header, out, NULL, err) ||
        !kafka_message_encode(frame->api->request, frame->header.request_api_version, request, out,
                              NULL, err))
        return take_back(out, start, NULL, NULL);

    size_t size = out->size - start - KAFKA_FRAME_SIZE_BYTES;
    if (size > INT32_MAX) {
        (void)err_set(err, ERR_LIMIT, "a request of %zu bytes, at most %d", size, INT32_MAX);
        return take_back(out, start, NULL, NULL);
    }
    writer_patch_i32(out, start, (int32_t)size);
    return true;
}

bool kafka_frame_decode_reply(const struct kafka_frame *frame, struct span response,
                              struct reader *body, struct err *err)
{
    assert(frame->api != NULL);

    struct kafka_response_header header;
    *body = reader_of(response);
    if (!kafka_message_decode_front(&kafka_table_response_header, response_header_version(frame),
                                    body, &header, NULL, err))
        return false;
    if (header.correlation_id != frame->header.correlation_id)
        return err_set(err, ERR_MALFORMED, "a response to request %d, want %d",
                       header.correlation_id, frame->header.correlation_id);
    return true;
}
