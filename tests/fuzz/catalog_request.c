/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a client sends as one message, it is decoded or refused with a reason. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "catalog/catalog_request.h"

#define LIMIT 65536
#define ARENA_BYTES ((size_t)1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct thrift_scan scan = {0};
    struct catalog_request request;
    struct arena arena;
    struct err err = {0};

    if (thrift_scan(&scan, (struct span){data, size}, LIMIT) != THRIFT_COMPLETE)
        return 0;
    arena_init(&arena, ARENA_BYTES);
    bool ok = catalog_request_decode((struct span){data, scan.at}, &arena, &request, &err);
    if (ok) {
        assert(request.method < CATALOG_METHOD_COUNT);
        assert(request.first != NULL && request.second != NULL);
    } else {
        assert(err.kind == ERR_UNSUPPORTED || err.kind == ERR_MALFORMED);
        assert(err.text[0] != '\0');
    }
    (void)catalog_request_is_oneway(&request);
    arena_reset(&arena);
    return 0;
}
