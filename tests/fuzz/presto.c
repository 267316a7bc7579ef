/* SPDX-License-Identifier: Apache-2.0 */
/* presto.c - request headers of any bytes: lines "name: value", as a peer might send them. */
#include "wire/presto_header.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/presto.h"

#define HEADERS_MAX 64
#define ARENA_BYTES (256 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read can be sent back: it is text, and encodes to what decodes to itself. */
static void check(const struct presto_client *client, struct arena *arena)
{
    for (size_t i = 0; i < client->session_count; i++) {
        const struct presto_property *property = &client->session[i];
        struct text line;
        text_init(&line, 1024 * 1024);
        presto_header_encode(&line, span_of(property->name));
        text_add_char(&line, '=');
        presto_header_encode(&line, span_of(property->value));
        struct presto_header header = {span_of("X-Trino-Session"), text_span(&line)};
        struct presto_client again;
        struct err err = {0};
        if (presto_header_read(&header, 1, &again, arena, &err) &&
            (again.session_count != 1 || strcmp(again.session[0].value, property->value) != 0))
            abort();
        text_reset(&line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct presto_header headers[HEADERS_MAX];
    size_t count = 0;
    struct span rest = {data, size};
    struct presto_client client;
    struct arena arena;
    struct err err = {0};

    while (rest.size > 0 && count < HEADERS_MAX) {
        struct span line = span_cut(&rest, '\n');
        struct span name = span_cut(&line, ':');
        headers[count++] = (struct presto_header){name, span_trim(line)};
    }
    arena_init(&arena, ARENA_BYTES);
    if (presto_header_read(headers, count, &client, &arena, &err))
        check(&client, &arena);
    else if (err.kind != ERR_MALFORMED && err.kind != ERR_LIMIT)
        abort();
    arena_reset(&arena);
    return 0;
}
