/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - whatever the bytes, reading ends; and what was read, written, and read again is the
 * same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

#define ARENA_BYTES ((size_t)4 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Recursion is bounded by JSON_DEPTH_MAX: the tree came from json_read.
 * NOLINTBEGIN(misc-no-recursion) */
static void write_value(struct json_writer *json, const struct json_value *value)
{
    switch (value->type) {
    case JSON_NULL:
        json_null(json);
        break;
    case JSON_FALSE:
    case JSON_TRUE:
        json_bool(json, value->type == JSON_TRUE);
        break;
    case JSON_NUMBER:
        json_raw(json, value->text);
        break;
    case JSON_STRING:
        json_span(json, value->text);
        break;
    case JSON_ARRAY:
        json_begin_array(json);
        for (const struct json_value *m = value->first; m != NULL; m = m->next)
            write_value(json, m);
        json_end_array(json);
        break;
    case JSON_OBJECT:
        /* Names may hold zero bytes, which json_key cannot write: pairs in a list instead. */
        json_begin_array(json);
        for (const struct json_value *m = value->first; m != NULL; m = m->next) {
            json_span(json, m->key);
            write_value(json, m);
        }
        json_end_array(json);
        break;
    }
}

static bool same_value(const struct json_value *a, const struct json_value *b)
{
    const struct json_value *right = b->first;

    if (a->type == JSON_ARRAY || a->type == JSON_OBJECT) {
        for (const struct json_value *left = a->first; left != NULL; left = left->next) {
            if (a->type == JSON_OBJECT) {
                if (right == NULL || !span_equal(left->key, right->text))
                    return false;
                right = right->next;
            }
            if (right == NULL || !same_value(left, right))
                return false;
            right = right->next;
        }
        return right == NULL && b->type == JSON_ARRAY;
    }
    return a->type == b->type && span_equal(a->text, b->text);
}
/* NOLINTEND(misc-no-recursion) */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct text text;
    struct json_writer json;
    struct err err = {0};

    arena_init(&arena, ARENA_BYTES);
    text_init(&text, ARENA_BYTES);
    json_writer_init(&json, &text);
    const struct json_value *value = json_read((struct span){data, size}, &arena, &err);
    if (value == NULL) {
        assert(err.kind == ERR_MALFORMED || err.kind == ERR_LIMIT);
        assert(err.line >= 1 && err.column >= 1);
    } else {
        write_value(&json, value);
        assert(json.depth == 0);
        if (!text.full) {
            const struct json_value *again = json_read(text_span(&text), &arena, &err);
            assert(again == NULL ? err.kind == ERR_LIMIT : same_value(value, again));
        }
    }
    text_reset(&text);
    arena_reset(&arena);
    return 0;
}
