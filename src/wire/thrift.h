/* SPDX-License-Identifier: Apache-2.0 */
/* thrift.h - Thrift's binary protocol, strict and unframed, as Hive's metastore speaks it.
 *
 *      0        2    3      4              8            8 + n     12 + n
 *      +--------+----+------+--------------+------------+---------+----------------------
 *      | 0x8001 | 0  | kind | size of name | name       | number  | fields ... 0x00
 *      +--------+----+------+--------------+------------+---------+----------------------
 *
 *      a field:  type (1 byte), id (int16), value;  a type of 0 ends the struct
 *
 * (thrift/doc/specs/thrift-binary-protocol.md.)  A message does not say how
 * long it is: thrift_scan finds its end as the bytes come in, each byte looked
 * at once.
 *
 * Reading is over wire/reader: the first bad read sticks.  A field of another
 * type than expected is skipped, as generated code does it.
 *
 * Thread: any; one at a time per reader, scan or text. */
#ifndef WIRE_THRIFT_H
#define WIRE_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/text.h"
#include "wire/reader.h"

#define THRIFT_DEPTH_MAX 32       /* structs and containers within each other */
#define THRIFT_NAME_BYTES_MAX 256 /* of a method */

enum thrift_type {
    THRIFT_STOP = 0,
    THRIFT_BOOL = 2,
    THRIFT_I8 = 3,
    THRIFT_DOUBLE = 4,
    THRIFT_I16 = 6,
    THRIFT_I32 = 8,
    THRIFT_I64 = 10,
    THRIFT_STRING = 11,
    THRIFT_STRUCT = 12,
    THRIFT_MAP = 13,
    THRIFT_SET = 14,
    THRIFT_LIST = 15,
};

enum thrift_kind {
    THRIFT_CALL = 1,
    THRIFT_REPLY = 2,
    THRIFT_EXCEPTION = 3,
    THRIFT_ONEWAY = 4,
};

/* TApplicationException's types, as far as they are sent here. */
enum thrift_failure {
    THRIFT_UNKNOWN_METHOD = 1,
    THRIFT_INTERNAL_ERROR = 6,
    THRIFT_PROTOCOL_ERROR = 7,
};

/* --- Finding the end of a message --- */

enum thrift_progress { THRIFT_COMPLETE, THRIFT_NEED_MORE, THRIFT_MALFORMED };

struct thrift_level {
    uint8_t types[2]; /* of what a container holds: one type, or key and value in turn */
    bool is_struct;
    uint64_t left; /* values still to come; unused in a struct */
};

/* Where a scan stands in one message; zeroed at its start. */
struct thrift_scan {
    size_t at;     /* bytes of the message that were looked at */
    size_t needed; /* bytes that it will have at the least */
    bool in_body;
    uint8_t pending; /* the type of the value at `at`, whose field header was read; or 0 */
    int depth;
    struct thrift_level levels[THRIFT_DEPTH_MAX];
};

/* `bytes` is all that was received of the message so far, and perhaps more; the same bytes again
 * with others behind them at each call.  THRIFT_COMPLETE: scan->at is the message's size.  A
 * message that cannot end within `limit` bytes is malformed. */
enum thrift_progress thrift_scan(struct thrift_scan *scan, struct span bytes, size_t limit);

/* --- Reading --- */

struct thrift_message {
    struct span name; /* borrowed */
    enum thrift_kind kind;
    int32_t number;
};

struct thrift_field {
    enum thrift_type type;
    int16_t id;
};

/* False, and the reader bad, when what is there is no strict message header. */
bool thrift_read_message(struct reader *r, struct thrift_message *message);
/* The next field's type and id; false at the stop, and when the reader is bad. */
bool thrift_next_field(struct reader *r, struct thrift_field *field);
/* Is it the field `id`, and of that type? */
bool thrift_field_is(const struct thrift_field *field, int16_t id, enum thrift_type type);
/* A value of that type, whatever is in it. */
void thrift_skip(struct reader *r, enum thrift_type type);

bool thrift_read_bool(struct reader *r);
struct span thrift_read_string(struct reader *r); /* borrowed */
/* A copy with a zero byte behind it.  What is not UTF-8, has a zero byte within, or passes the
 * arena's limit: bad, and "". */
const char *thrift_read_text(struct reader *r, struct arena *arena);
/* The head of a list or set whose members are of type `of`; its count, at most `max`.  0 and bad
 * when it is of another type, unless it is empty, or when the bytes cannot hold that many. */
size_t thrift_read_list(struct reader *r, enum thrift_type of, size_t max);
/* The same for a map. */
size_t thrift_read_map(struct reader *r, enum thrift_type key, enum thrift_type value, size_t max);

/* --- Writing; at the end, look at text.full once --- */

void thrift_write_message(struct text *out, enum thrift_kind kind, struct span name,
                          int32_t number);
void thrift_write_field(struct text *out, enum thrift_type type, int16_t id);
void thrift_write_stop(struct text *out);
void thrift_write_list(struct text *out, enum thrift_type of, size_t count);
void thrift_write_map(struct text *out, enum thrift_type key, enum thrift_type value, size_t count);
void thrift_write_string(struct text *out, struct span bytes);
/* Whole fields. */
void thrift_write_bool_field(struct text *out, int16_t id, bool value);
void thrift_write_i32_field(struct text *out, int16_t id, int32_t value);
void thrift_write_i64_field(struct text *out, int16_t id, int64_t value);
/* Nothing when `string` is NULL. */
void thrift_write_text_field(struct text *out, int16_t id, const char *string);
/* A whole message with a TApplicationException. */
void thrift_write_failure(struct text *out, struct span name, int32_t number,
                          enum thrift_failure failure, const char *message);

#endif
