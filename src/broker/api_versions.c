/* SPDX-License-Identifier: Apache-2.0 */
/* api_versions.c - what this broker can do. */
#include "broker/api.h"
#include "broker/handlers.h"
#include "wire/kafka_message.h"

void api_versions_serve(struct request *request)
{
    struct api_versions_response response;
    size_t count = 0;

    while (api_at(count) != NULL)
        count++;
    struct api_versions_key *keys = REQUEST_NEW(request, struct api_versions_key, count);
    for (size_t i = 0; i < count; i++) {
        const struct api *api = api_at(i);
        keys[i] = (struct api_versions_key){api->key, api->min_version, api->max_version};
    }
    kafka_message_init(request->frame.api->response, &response);
    response.api_keys = keys;
    response.api_keys_count = count;
    request_answer(request, &response);
}
