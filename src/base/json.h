/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - JSON (RFC 8259) in and out, for control messages and replies.
 *
 * Reading makes a tree in an arena and checks all: depth, UTF-8, escapes.
 * Writing appends to a text; commas and colons are put where they belong.
 *
 * Thread: one at a time per arena or text. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/text.h"

#define JSON_DEPTH_MAX 64

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct json_value {
    enum json_type type;
    struct span text;         /* JSON_STRING: unescaped UTF-8; JSON_NUMBER: as it was written */
    struct span key;          /* the name, when the parent is an object */
    struct json_value *first; /* JSON_ARRAY, JSON_OBJECT: the members in order */
    struct json_value *next;  /* the next member of the same parent */
};

/* The whole text must be one value.  The tree lives in `arena`, numbers and plain strings point
 * into `bytes`.  NULL: ERR_MALFORMED with line and column, or ERR_LIMIT. */
MUST_CHECK struct json_value *json_read(struct span bytes, struct arena *arena, struct err *err);
/* The last member of that name, or NULL; also when `object` is NULL or no object. */
const struct json_value *json_get(const struct json_value *object, const char *name);
bool json_to_i64(const struct json_value *value, int64_t *number);
size_t json_count(const struct json_value *parent);

#define JSON_WRITER_DEPTH_MAX 256

struct json_writer {
    struct text *out;
    int depth;
    bool after_key;
    unsigned char has_member[JSON_WRITER_DEPTH_MAX / 8];
};

void json_writer_init(struct json_writer *json, struct text *out);
void json_begin_object(struct json_writer *json);
void json_end_object(struct json_writer *json);
void json_begin_array(struct json_writer *json);
void json_end_array(struct json_writer *json);
void json_key(struct json_writer *json, const char *name);
void json_span(struct json_writer *json, struct span utf8);
void json_string(struct json_writer *json, const char *utf8);
void json_i64(struct json_writer *json, int64_t number);
void json_double(struct json_writer *json, double number); /* NaN and infinities as strings */
void json_bool(struct json_writer *json, bool value);
void json_null(struct json_writer *json);
/* A value that is JSON already. */
void json_raw(struct json_writer *json, struct span value);
/* Only the quoted string, appended to `out`: escapes what RFC 8259 demands, nothing else. */
void json_quote(struct text *out, struct span utf8);

#endif
