/* SPDX-License-Identifier: Apache-2.0 */
/* from_json.c - whatever the record, reading ends, and what comes out is UTF-8, the same twice. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/from_json.h"
#include "engine/utf8.h"

#define FIELDS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span names[FIELDS] = {span_of("a"), span_of("User-Agent"), span_of("\xC3\xA9")};
    struct from_json_schema *schema = from_json_schema_create(names, FIELDS);
    struct from_json_reader *reader = from_json_reader_create(schema);
    struct span fields[FIELDS];
    char *kept[FIELDS] = {NULL};
    size_t sizes[FIELDS] = {0};

    enum from_json_outcome first = from_json_read(reader, (struct span){data, size}, fields);
    for (size_t i = 0; i < FIELDS; i++) {
        assert(fields[i].data == NULL || first == FROM_JSON_ROW);
        assert(utf8_valid(fields[i]));
        if (fields[i].data == NULL)
            continue;
        sizes[i] = fields[i].size;
        kept[i] = malloc(sizes[i] + 1);
        memcpy(kept[i], fields[i].data, sizes[i]);
    }
    enum from_json_outcome second = from_json_read(reader, (struct span){data, size}, fields);
    assert(first == second);
    for (size_t i = 0; i < FIELDS; i++) {
        assert((fields[i].data == NULL) == (kept[i] == NULL));
        if (kept[i] != NULL)
            assert(fields[i].size == sizes[i] && memcmp(fields[i].data, kept[i], sizes[i]) == 0);
        free(kept[i]);
    }
    from_json_reader_close(reader);
    from_json_schema_close(schema);
    return 0;
}
