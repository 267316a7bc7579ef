/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_message.c - whatever decodes, encodes, and means the same afterwards.
 *
 * The first byte says how to read the rest: 0 is a whole request as it follows
 * its size, n is a body of the n-th API, where the second byte is the version,
 * with the top bit for responses. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/text.h"
#include "wire/kafka_frame.h"
#include "wire/kafka_message.h"
#include "wire/kafka_table.h"

#define ARENA_LIMIT ((size_t)4 * 1024 * 1024)
#define TEXT_LIMIT ((size_t)1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool decode(const struct kafka_struct *table, int16_t version, struct span bytes,
                   struct arena *arena, struct text *again)
{
    struct err err = {0};
    struct reader body = reader_of(bytes);
    void *message = mem_new(table->size);
    bool ok = kafka_message_decode(table, version, &body, message, arena, &err);

    must(ok || err.kind == ERR_MALFORMED || err.kind == ERR_LIMIT);
    must(!ok || kafka_message_encode(table, version, message, again, NULL, &err));
    mem_free(message);
    return ok;
}

static void round_trip(const struct kafka_struct *table, int16_t version, struct span bytes)
{
    struct arena arena;
    struct text once, twice;

    arena_init(&arena, ARENA_LIMIT);
    text_init(&once, TEXT_LIMIT);
    text_init(&twice, TEXT_LIMIT);
    if (decode(table, version, bytes, &arena, &once)) {
        must(decode(table, version, text_span(&once), &arena, &twice));
        must(span_equal(text_span(&once), text_span(&twice)));
    }
    text_reset(&twice);
    text_reset(&once);
    arena_reset(&arena);
}

static void whole_request(struct span bytes)
{
    struct kafka_frame frame;
    struct reader body;
    struct err err = {0};

    if (!kafka_frame_decode(&frame, bytes, &body, &err))
        must(err.kind == ERR_MALFORMED);
    else if (frame.api != NULL)
        round_trip(frame.api->request, frame.header.request_api_version,
                   (struct span){body.next, body.left});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (data[0] == 0) {
        whole_request((struct span){data + 1, size - 1});
        return 0;
    }
    const struct kafka_api *api = kafka_table_at(data[0] - 1U);
    if (api == NULL)
        return 0;
    const struct kafka_struct *table = (data[1] & 0x80) != 0 ? api->response : api->request;
    int16_t version = (int16_t)(data[1] & 0x7f);
    if (version >= table->first && version <= table->last)
        round_trip(table, version, (struct span){data + 2, size - 2});
    return 0;
}
