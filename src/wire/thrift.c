/* SPDX-License-Identifier: Apache-2.0 */
/* thrift.c - the binary protocol; a value's shape is known in one place, scan_value. */
#include "wire/thrift.h"

#include <assert.h>
#include <string.h>

#include "wire/writer.h"

#define VERSION_MASK 0xffff0000u
#define VERSION_1 0x80010000u
#define KIND_MASK 0xffu

/* The least bytes that a value of the type takes on the wire; 0: there is no such type. */
static size_t bytes_min(uint8_t type)
{
    switch (type) {
    case THRIFT_BOOL:
    case THRIFT_I8:
    case THRIFT_STRUCT: /* its stop */
        return 1;
    case THRIFT_I16:
        return 2;
    case THRIFT_I32:
    case THRIFT_STRING:
        return 4;
    case THRIFT_I64:
    case THRIFT_DOUBLE:
        return 8;
    case THRIFT_SET:
    case THRIFT_LIST:
        return 5;
    case THRIFT_MAP:
        return 6;
    default:
        return 0;
    }
}

/* --- Scanning --- */

static uint32_t u32_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Are `size` more bytes there?  If not, remembers that they are needed. */
static bool has(struct thrift_scan *scan, struct span bytes, size_t size)
{
    if (scan->needed < scan->at + size)
        scan->needed = scan->at + size;
    return bytes.size - scan->at >= size;
}

static enum thrift_progress push(struct thrift_scan *scan, struct thrift_level level)
{
    if (scan->depth == THRIFT_DEPTH_MAX)
        return THRIFT_MALFORMED;
    scan->levels[scan->depth++] = level;
    scan->pending = 0;
    return THRIFT_COMPLETE;
}

static enum thrift_progress scan_container(struct thrift_scan *scan, struct span bytes)
{
    const unsigned char *b = (const unsigned char *)bytes.data + scan->at;
    bool is_map = scan->pending == THRIFT_MAP;
    size_t head = is_map ? 6 : 5;
    if (!has(scan, bytes, head))
        return THRIFT_NEED_MORE;

    struct thrift_level level = {.types = {b[0], is_map ? b[1] : b[0]}};
    uint32_t count = u32_at(b + head - 4);
    if (count > INT32_MAX)
        return THRIFT_MALFORMED;
    size_t least = bytes_min(level.types[0]) + (is_map ? bytes_min(level.types[1]) : 0);
    bool known = bytes_min(level.types[0]) > 0 && bytes_min(level.types[1]) > 0;
    if (count > 0 && !known) /* an empty map may leave its types 0 */
        return THRIFT_MALFORMED;
    scan->at += head;
    if (count > 0)
        (void)has(scan, bytes, count * least);
    level.left = is_map ? (uint64_t)count * 2 : count;
    return push(scan, level);
}

static enum thrift_progress scan_string(struct thrift_scan *scan, struct span bytes)
{
    if (!has(scan, bytes, 4))
        return THRIFT_NEED_MORE;
    uint32_t size = u32_at((const unsigned char *)bytes.data + scan->at);
    if (size > INT32_MAX)
        return THRIFT_MALFORMED;
    if (!has(scan, bytes, 4 + (size_t)size))
        return THRIFT_NEED_MORE;
    scan->at += 4 + (size_t)size;
    scan->pending = 0;
    return THRIFT_COMPLETE;
}

/* The pending value: COMPLETE when it was passed, or entered. */
static enum thrift_progress scan_value(struct thrift_scan *scan, struct span bytes)
{
    switch (scan->pending) {
    case THRIFT_STRING:
        return scan_string(scan, bytes);
    case THRIFT_STRUCT:
        return push(scan, (struct thrift_level){.is_struct = true});
    case THRIFT_MAP:
    case THRIFT_SET:
    case THRIFT_LIST:
        return scan_container(scan, bytes);
    default:
        if (bytes_min(scan->pending) == 0)
            return THRIFT_MALFORMED;
        if (!has(scan, bytes, bytes_min(scan->pending)))
            return THRIFT_NEED_MORE;
        scan->at += bytes_min(scan->pending);
        scan->pending = 0;
        return THRIFT_COMPLETE;
    }
}

/* Sets the pending value from the innermost level, or leaves that level. */
static enum thrift_progress scan_next(struct thrift_scan *scan, struct span bytes)
{
    struct thrift_level *level = &scan->levels[scan->depth - 1];

    if (!level->is_struct) {
        if (level->left == 0)
            scan->depth--;
        else /* keys and values in turn; the count of a map's is even at first */
            scan->pending = level->types[level->left-- & 1 ? 1 : 0];
        return THRIFT_COMPLETE;
    }
    if (!has(scan, bytes, 1))
        return THRIFT_NEED_MORE;
    uint8_t type = ((const unsigned char *)bytes.data)[scan->at];
    if (type == THRIFT_STOP) {
        scan->at++;
        scan->depth--;
        return THRIFT_COMPLETE;
    }
    if (bytes_min(type) == 0)
        return THRIFT_MALFORMED;
    if (!has(scan, bytes, 3))
        return THRIFT_NEED_MORE;
    scan->at += 3;
    scan->pending = type;
    return THRIFT_COMPLETE;
}

/* Until the pending value and all levels are behind. */
static enum thrift_progress scan_body(struct thrift_scan *scan, struct span bytes, size_t limit)
{
    while (scan->pending != 0 || scan->depth > 0) {
        enum thrift_progress progress =
            scan->pending != 0 ? scan_value(scan, bytes) : scan_next(scan, bytes);
        if (scan->needed > limit)
            return THRIFT_MALFORMED;
        if (progress != THRIFT_COMPLETE)
            return progress;
    }
    return THRIFT_COMPLETE;
}

enum thrift_progress thrift_scan(struct thrift_scan *scan, struct span bytes, size_t limit)
{
    assert(scan->at <= bytes.size);

    if (!scan->in_body) {
        const unsigned char *b = bytes.data;
        if (!has(scan, bytes, 8))
            return bytes.size > 0 && b[0] != VERSION_1 >> 24 ? THRIFT_MALFORMED : THRIFT_NEED_MORE;
        uint32_t kind = u32_at(b) & KIND_MASK;
        uint32_t name_bytes = u32_at(b + 4);
        if ((u32_at(b) & VERSION_MASK) != VERSION_1 || kind < THRIFT_CALL || kind > THRIFT_ONEWAY)
            return THRIFT_MALFORMED;
        if (name_bytes > THRIFT_NAME_BYTES_MAX)
            return THRIFT_MALFORMED;
        if (!has(scan, bytes, 12 + name_bytes))
            return THRIFT_NEED_MORE;
        scan->at = 12 + name_bytes;
        scan->in_body = true;
        scan->pending = THRIFT_STRUCT;
    }
    return scan_body(scan, bytes, limit);
}

/* --- Reading --- */

static void spoil(struct reader *r)
{
    r->bad = true;
    r->left = 0;
}

bool thrift_read_message(struct reader *r, struct thrift_message *message)
{
    uint32_t version = reader_u32(r);
    message->name = thrift_read_string(r);
    message->number = reader_i32(r);
    message->kind = (enum thrift_kind)(version & KIND_MASK);
    if ((version & VERSION_MASK) != VERSION_1 || message->kind < THRIFT_CALL ||
        message->kind > THRIFT_ONEWAY || message->name.size > THRIFT_NAME_BYTES_MAX)
        spoil(r);
    return !r->bad;
}

bool thrift_next_field(struct reader *r, struct thrift_field *field)
{
    uint8_t type = reader_u8(r);
    *field = (struct thrift_field){(enum thrift_type)type, 0};
    if (r->bad || type == THRIFT_STOP)
        return false;
    if (bytes_min(type) == 0) {
        spoil(r);
        return false;
    }
    field->id = reader_i16(r);
    return !r->bad;
}

bool thrift_field_is(const struct thrift_field *field, int16_t id, enum thrift_type type)
{
    return field->id == id && field->type == type;
}

void thrift_skip(struct reader *r, enum thrift_type type)
{
    struct thrift_scan scan = {.in_body = true, .pending = (uint8_t)type};

    if (r->bad)
        return;
    if (scan_body(&scan, (struct span){r->next, r->left}, r->left) != THRIFT_COMPLETE) {
        spoil(r);
        return;
    }
    (void)reader_bytes(r, scan.at);
}

bool thrift_read_bool(struct reader *r)
{
    return reader_u8(r) != 0;
}

struct span thrift_read_string(struct reader *r)
{
    int32_t size = reader_i32(r);
    if (size < 0)
        spoil(r);
    return reader_bytes(r, r->bad ? 0 : (size_t)size);
}

/* The size of the UTF-8 sequence (RFC 3629) that `b` begins with, or 0 when it is none. */
static size_t utf8_bytes(const unsigned char *b, size_t left)
{
    size_t size = b[0] < 0x80 ? 1 : b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
    if (size == 0 || size > left || b[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
    }
    bool overlong = (b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xf0 && b[1] < 0x90);
    bool surrogate = b[0] == 0xed && b[1] > 0x9f;
    bool beyond = b[0] == 0xf4 && b[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : size;
}

static bool is_utf8(struct span bytes)
{
    const unsigned char *b = bytes.data;

    for (size_t at = 0; at < bytes.size;) {
        size_t size = utf8_bytes(b + at, bytes.size - at);
        if (size == 0 || b[at] == 0)
            return false;
        at += size;
    }
    return true;
}

const char *thrift_read_text(struct reader *r, struct arena *arena)
{
    struct span bytes = thrift_read_string(r);
    const char *copy = NULL;

    if (!r->bad && is_utf8(bytes))
        copy = arena_string(arena, bytes);
    if (copy == NULL) {
        spoil(r);
        return "";
    }
    return copy;
}

/* `least`: what each member takes at the least. */
static size_t checked_count(struct reader *r, size_t least, bool types_fit, size_t max)
{
    int32_t count = reader_i32(r);
    if (r->bad || count == 0)
        return 0;
    assert(least > 0);
    if (count < 0 || (size_t)count > max || !types_fit || (size_t)count > r->left / least) {
        spoil(r);
        return 0;
    }
    return (size_t)count;
}

size_t thrift_read_list(struct reader *r, enum thrift_type of, size_t max)
{
    uint8_t type = reader_u8(r);
    return checked_count(r, bytes_min((uint8_t)of), type == of, max);
}

size_t thrift_read_map(struct reader *r, enum thrift_type key, enum thrift_type value, size_t max)
{
    uint8_t key_type = reader_u8(r);
    uint8_t value_type = reader_u8(r);
    return checked_count(r, bytes_min((uint8_t)key) + bytes_min((uint8_t)value),
                         key_type == key && value_type == value, max);
}

/* --- Writing --- */

void thrift_write_message(struct text *out, enum thrift_kind kind, struct span name, int32_t number)
{
    writer_i32(out, (int32_t)(VERSION_1 | (uint32_t)kind));
    thrift_write_string(out, name);
    writer_i32(out, number);
}

void thrift_write_field(struct text *out, enum thrift_type type, int16_t id)
{
    writer_i8(out, (int8_t)type);
    writer_i16(out, id);
}

void thrift_write_stop(struct text *out)
{
    writer_i8(out, THRIFT_STOP);
}

void thrift_write_list(struct text *out, enum thrift_type of, size_t count)
{
    assert(count <= INT32_MAX);

    writer_i8(out, (int8_t)of);
    writer_i32(out, (int32_t)count);
}

void thrift_write_map(struct text *out, enum thrift_type key, enum thrift_type value, size_t count)
{
    assert(count <= INT32_MAX);

    writer_i8(out, (int8_t)key);
    writer_i8(out, (int8_t)value);
    writer_i32(out, (int32_t)count);
}

void thrift_write_string(struct text *out, struct span bytes)
{
    assert(bytes.size <= INT32_MAX);

    writer_i32(out, (int32_t)bytes.size);
    writer_bytes(out, bytes);
}

void thrift_write_bool_field(struct text *out, int16_t id, bool value)
{
    thrift_write_field(out, THRIFT_BOOL, id);
    writer_i8(out, value ? 1 : 0);
}

void thrift_write_i32_field(struct text *out, int16_t id, int32_t value)
{
    thrift_write_field(out, THRIFT_I32, id);
    writer_i32(out, value);
}

void thrift_write_i64_field(struct text *out, int16_t id, int64_t value)
{
    thrift_write_field(out, THRIFT_I64, id);
    writer_i64(out, value);
}

void thrift_write_text_field(struct text *out, int16_t id, const char *string)
{
    if (string == NULL)
        return;
    thrift_write_field(out, THRIFT_STRING, id);
    thrift_write_string(out, span_of(string));
}

void thrift_write_failure(struct text *out, struct span name, int32_t number,
                          enum thrift_failure failure, const char *message)
{
    thrift_write_message(out, THRIFT_EXCEPTION, name, number);
    thrift_write_text_field(out, 1, message);
    thrift_write_i32_field(out, 2, (int32_t)failure);
    thrift_write_stop(out);
}
