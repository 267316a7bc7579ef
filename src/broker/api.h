/* SPDX-License-Identifier: Apache-2.0 */
/* api.h - which of Kafka's APIs are served, in which versions, and by whom.
 *
 * Thread: the loop. */
#ifndef BROKER_API_H
#define BROKER_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "broker/node.h"
#include "broker/request.h"

struct api {
    int16_t key;
    int16_t min_version; /* as it is told; requests below `served_from` are refused */
    int16_t max_version;
    int16_t served_from;
    bool keeps; /* the request outlives its frame */
    void (*serve)(struct request *request);
};

/* The API at `index` in the order of keys; NULL past the last. */
const struct api *api_at(size_t index);

/* For a frame_service. */
enum frame_state api_measure(struct frame_peer *peer, struct span bytes, size_t limit,
                             size_t *size);
bool api_serve(void *owner, struct frame_peer *peer, struct frame_reply *reply, struct span frame);

#endif
