/* SPDX-License-Identifier: Apache-2.0 */
/* find_coordinator.c - who looks after a group or a transaction: this broker, there is no other.
 *
 * What the coordinator would be asked next (JoinGroup, ...) is not advertised
 * yet, and clients look there first: they say so at once.  An error here would
 * make consumers without a group, which ask all the same, ask for ever. */
#include "broker/handlers.h"

#include "broker/error_code.h"
#include "wire/kafka_message.h"

#define KEYS_MAX 50000      /* in one request */
#define KEY_TYPE_LAST 1     /* groups and transactions; share groups are not served */
#define LIST_FROM_VERSION 4 /* KIP-699 */

static int16_t check_type(int8_t key_type)
{
    return key_type >= 0 && key_type <= KEY_TYPE_LAST ? ERROR_NONE : ERROR_INVALID_REQUEST;
}

static void answer_list(struct request *request, const struct find_coordinator_result *self)
{
    const struct find_coordinator_request *message = request->message;
    struct find_coordinator_response response;

    kafka_message_init(request->frame.api->response, &response);
    response.coordinators_count = message->coordinator_keys_count;
    response.coordinators =
        REQUEST_NEW(request, struct find_coordinator_result, response.coordinators_count);
    for (size_t i = 0; i < response.coordinators_count; i++) {
        response.coordinators[i] = *self;
        response.coordinators[i].key = message->coordinator_keys[i];
    }
    request_answer(request, &response);
}

void find_coordinator_serve(struct request *request)
{
    const struct find_coordinator_request *message = request->message;
    struct find_coordinator_result self = {.node_id = -1, .host = span_of(""), .port = -1};
    struct find_coordinator_response response;
    struct err err;

    if (message->coordinator_keys_count > KEYS_MAX) {
        (void)err_set(&err, ERR_LIMIT, "%zu keys at once, at most %d",
                      message->coordinator_keys_count, KEYS_MAX);
        request_refuse(request, &err);
        return;
    }
    self.error_code = check_type(message->key_type);
    if (self.error_code == ERROR_NONE) {
        self.node_id = SETTINGS_NODE_ID;
        self.host = request_local_host(request, &self.port);
    }
    if (request_version(request) >= LIST_FROM_VERSION) {
        answer_list(request, &self);
        return;
    }
    kafka_message_init(request->frame.api->response, &response);
    response.error_code = self.error_code;
    response.node_id = self.node_id;
    response.host = self.host;
    response.port = self.port;
    request_answer(request, &response);
}
