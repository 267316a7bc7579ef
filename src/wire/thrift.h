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
    uint8_t types[2]; /* of what follows: one type, or key and value in turn */
    uint8_t turn;
    bool is_struct;
    uint64_t left; /* values still to come; unused in a struct */
};

/* Where a scan stands in one message; zeroed at its start. */
struct thrift_scan {
    size_t at; /* bytes of the message that were looked at */
    int depth;
    bool in_body;
    struct thrift_level levels[THRIFT_DEPTH_MAX];
};

/* `bytes` is all that was received of the message so far, and perhaps more; the same bytes again
 * with others behind them at each call.  THRIFT_COMPLETE: scan->at is the message's size. */
enum thrift_progress thrift_scan(struct thrift_scan *scan, struct span bytes);

/* --- Reading --- */

struct thrift_reader {
    struct reader r; /* r.bad: the first bad read sticks */
    int depth;
};

struct thrift_message {
    struct span name; /* borrowed */
    enum thrift_kind kind;
    int32_t number;
};

struct thrift_field {
    enum thrift_type type;
    int16_t id;
};

struct thrift_reader thrift_reader_of(struct span bytes);
/* False when what is there is no strict message header. */
bool thrift_read_message(struct thrift_reader *r, struct thrift_message *message);
/* Around the fields of each struct but the outermost. */
void thrift_enter(struct thrift_reader *r);
void thrift_leave(struct thrift_reader *r);
/* The next field's type and id; false at the stop, and when the reader is bad. */
bool thrift_next_field(struct thrift_reader *r, struct thrift_field *field);
/* Is it the field `id`, and of that type? */
bool thrift_field_is(const struct thrift_field *field, int16_t id, enum thrift_type type);
void thrift_skip(struct thrift_reader *r, enum thrift_type type);

bool thrift_read_bool(struct thrift_reader *r);
int16_t thrift_read_i16(struct thrift_reader *r);
int32_t thrift_read_i32(struct thrift_reader *r);
int64_t thrift_read_i64(struct thrift_reader *r);
double thrift_read_double(struct thrift_reader *r);
struct span thrift_read_string(struct thrift_reader *r); /* borrowed */
/* A copy with a zero byte behind it.  UTF-8 with a zero byte within, or past the arena's limit:
 * bad, and "". */
const char *thrift_read_text(struct thrift_reader *r, struct arena *arena);
/* The head of a list or set whose members are of type `of`; its count, at most `max`.  0 and bad
 * when it is of another type, unless it is empty, or when the bytes cannot hold that many. */
size_t thrift_read_list(struct thrift_reader *r, enum thrift_type of, size_t max);
/* The same for a map. */
size_t thrift_read_map(struct thrift_reader *r, enum thrift_type key, enum thrift_type value,
                       size_t max);

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
void thrift_write_string_field(struct text *out, int16_t id, struct span bytes);
/* Nothing when `string` is NULL. */
void thrift_write_text_field(struct text *out, int16_t id, const char *string);
/* A whole TApplicationException. */
void thrift_write_failure(struct text *out, struct span name, int32_t number,
                          enum thrift_failure failure, const char *message);

#endif
