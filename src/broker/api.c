/* SPDX-License-Identifier: Apache-2.0 */
/* api.c - the table of what is advertised, and the way from a frame to its handler.
 *
 * Ranges are Kafka 4's, as far as each is served.  Produce is told from 0 on
 * although 3 is the first: librdkafka before 2.11.1 sends uncompressed
 * otherwise (KAFKA-18659).  Produce 13 and Fetch 18 need nothing that is used
 * here.  Groups and transactions are not served yet, so they are not told. */
#include "broker/api.h"

#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "broker/handlers.h"
#include "wire/kafka_frame.h"

#define API_VERSIONS 18
#define API_VERSIONS_LAST 4

/* key, told from, told to, served from, outlives its frame */
static const struct api apis[] = {
    {0, 0, 12, 3, false, produce_serve},
    {1, 4, 17, 4, true, fetch_serve},
    {2, 1, 10, 1, true, list_offsets_serve},
    {3, 0, 13, 0, true, metadata_serve},
    {10, 0, 6, 0, true, find_coordinator_serve},
    {API_VERSIONS, 0, API_VERSIONS_LAST, 0, true, api_versions_serve},
    {19, 2, 7, 2, true, create_topics_serve},
    {20, 1, 6, 1, true, delete_topics_serve},
    {22, 0, 5, 0, true, init_producer_id_serve},
    {23, 2, 4, 2, true, leader_epoch_serve},
    {32, 1, 4, 1, true, describe_configs_serve},
    {60, 0, 2, 0, true, describe_cluster_serve},
};

const struct api *api_at(size_t index)
{
    return index < COUNT_OF(apis) ? &apis[index] : NULL;
}

static const struct api *find_api(int16_t key)
{
    for (size_t i = 0; i < COUNT_OF(apis); i++)
        if (apis[i].key == key)
            return &apis[i];
    return NULL;
}

enum frame_state api_measure(struct frame_peer *peer, struct span bytes, size_t limit, size_t *size)
{
    struct reader r = reader_of(bytes);
    struct address address;
    char text[ADDRESS_TEXT_BYTES];

    *size = KAFKA_FRAME_SIZE_BYTES;
    if (bytes.size < KAFKA_FRAME_SIZE_BYTES)
        return FRAME_MORE;
    int32_t body = reader_i32(&r);
    if (body <= 0 || (size_t)body > limit - KAFKA_FRAME_SIZE_BYTES) {
        frame_peer_address(peer, &address);
        diag_warn("connection_closed", "client=%s reason=\"a message of %d bytes, at most %zu\"",
                  address_text(&address, text), body, limit - KAFKA_FRAME_SIZE_BYTES);
        return FRAME_MALFORMED;
    }
    *size += (size_t)body;
    return bytes.size < *size ? FRAME_MORE : FRAME_COMPLETE;
}

/* A version of ApiVersions that we do not have is answered in version 0, which every client can
 * read, and the client asks again (KIP-511). */
static bool falls_back(struct request *request)
{
    if (request->frame.header.request_api_key != API_VERSIONS)
        return false;
    request->frame.header.request_api_version = 0;
    request->frame.api = kafka_table_find(API_VERSIONS);
    struct api_versions_key *own = REQUEST_NEW(request, struct api_versions_key, 1);
    *own = (struct api_versions_key){API_VERSIONS, 0, API_VERSIONS_LAST};
    struct api_versions_response response;
    kafka_message_init(request->frame.api->response, &response);
    response.error_code = ERROR_UNSUPPORTED_VERSION;
    response.api_keys = own;
    response.api_keys_count = 1;
    request_answer(request, &response);
    return true;
}

static bool is_served(const struct api *api, const struct request *request)
{
    int16_t version = request_version(request);

    return api != NULL && request->frame.api != NULL && version >= api->served_from &&
           version <= api->max_version;
}

bool api_serve(void *owner, struct frame_peer *peer, struct frame_reply *reply, struct span frame)
{
    struct node *node = owner;
    struct err err;

    node->request_count++;
    if (!node->quiet_runs) {
        node->quiet_runs = true;
        loop_timer_start(node->quiet, SETTINGS_QUIET_MS, 0);
    }
    struct request *request = request_create(node, peer, reply);
    struct span message = span_after(frame, KAFKA_FRAME_SIZE_BYTES);
    if (!kafka_frame_decode(&request->frame, message, &request->body, &err)) {
        request_refuse(request, &err);
        return true;
    }
    const struct api *api = find_api(request->frame.header.request_api_key);
    if (!is_served(api, request)) {
        if (falls_back(request))
            return true;
        (void)err_set(&err, ERR_UNSUPPORTED, "API %d version %d is not served",
                      request->frame.header.request_api_key, request_version(request));
        request_refuse(request, &err);
        return true;
    }
    if (!request_decode(request, api->keeps, &err)) {
        request_refuse(request, &err);
        return true;
    }
    api->serve(request);
    return true;
}
