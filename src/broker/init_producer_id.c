/* SPDX-License-Identifier: Apache-2.0 */
/* init_producer_id.c - an id for an idempotent producer (KIP-98).
 *
 * Transactions are not served: with a transactional id the answer is
 * UNSUPPORTED_VERSION, which clients take as final. */
#include "broker/handlers.h"

#include "base/mem.h"
#include "broker/error_code.h"
#include "broker/producer_ids.h"
#include "wire/kafka_message.h"

struct init_producer_id {
    struct producer_ids_wait wait;
    struct request *request;
};

static void answer_init(struct request *request, int64_t id, int16_t code)
{
    struct init_producer_id_response response;

    kafka_message_init(request->frame.api->response, &response);
    response.error_code = code;
    response.producer_id = id;
    response.producer_epoch = code == ERROR_NONE ? 0 : -1;
    request_answer(request, &response);
}

static void given(struct producer_ids_wait *wait, int64_t id, const struct err *err)
{
    struct init_producer_id *init = CONTAINER_OF(wait, struct init_producer_id, wait);

    int16_t code = ERROR_NONE;

    if (err != NULL)
        code = error_code_of(err);
    answer_init(init->request, id, code);
}

void init_producer_id_serve(struct request *request)
{
    const struct init_producer_id_request *message = request->message;

    if (message->transactional_id.data != NULL) {
        answer_init(request, -1, ERROR_UNSUPPORTED_VERSION);
        return;
    }
    if (request->node->shop.drains) {
        answer_init(request, -1, ERROR_KAFKA_STORAGE_ERROR);
        return;
    }
    /* One that asks again with an id and an epoch (KIP-360) gets a new id: as good, and simpler. */
    struct init_producer_id *init = REQUEST_NEW(request, struct init_producer_id, 1);
    init->wait.given = given;
    init->request = request;
    producer_ids_take(&request->node->producer_ids, &init->wait);
}
