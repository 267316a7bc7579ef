/* SPDX-License-Identifier: Apache-2.0 */
/* describe_cluster.c - a cluster of one (KIP-700). */
#include "broker/handlers.h"

#include "broker/error_code.h"
#include "wire/kafka_message.h"

#define ENDPOINT_BROKERS 1

void describe_cluster_serve(struct request *request)
{
    const struct describe_cluster_request *message = request->message;
    struct describe_cluster_response response;

    kafka_message_init(request->frame.api->response, &response);
    response.cluster_id = span_of(request->node->cluster_id);
    response.controller_id = SETTINGS_NODE_ID;
    if (message->endpoint_type != ENDPOINT_BROKERS) {
        response.error_code = ERROR_UNSUPPORTED_ENDPOINT_TYPE;
        response.error_message = span_of("there are no controllers to talk to");
        request_answer(request, &response);
        return;
    }
    struct describe_cluster_broker *self = REQUEST_NEW(request, struct describe_cluster_broker, 1);
    self->broker_id = SETTINGS_NODE_ID;
    self->host = request_local_host(request, &self->port);
    response.brokers = self;
    response.brokers_count = 1;
    request_answer(request, &response);
}
