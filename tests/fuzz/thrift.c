/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a message is the same whether its bytes come at once or in pieces, and reading it as
 * a struct of unknown fields ends exactly there. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/thrift.h"

#define LIMIT 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_whole(struct span bytes)
{
    struct thrift_message message;
    struct thrift_field field;
    struct reader r = reader_of(bytes);

    assert(thrift_read_message(&r, &message));
    while (thrift_next_field(&r, &field))
        thrift_skip(&r, field.type);
    assert(!r.bad && r.left == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct thrift_scan whole = {0};
    struct thrift_scan pieces = {0};
    enum thrift_progress progress = thrift_scan(&whole, (struct span){data, size}, LIMIT);
    enum thrift_progress in_pieces = THRIFT_NEED_MORE;
    size_t step = size == 0 ? 1 : 1 + data[size - 1] % 7;

    for (size_t given = 0; in_pieces == THRIFT_NEED_MORE && given < size;) {
        given = given + step < size ? given + step : size;
        in_pieces = thrift_scan(&pieces, (struct span){data, given}, LIMIT);
    }
    assert(in_pieces == progress);
    if (progress == THRIFT_COMPLETE) {
        assert(pieces.at == whole.at && whole.at <= size && whole.at <= LIMIT);
        read_whole((struct span){data, whole.at});
    }
    return 0;
}
