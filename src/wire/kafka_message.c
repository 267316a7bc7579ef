/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_message.c - the interpreter of kafka_table.c's rows.
 *
 * Recursion goes as deep as structs stand within structs there, which is four.
 * NOLINTBEGIN(misc-no-recursion) */
#include "wire/kafka_message.h"

#include <assert.h>
#include <string.h>

#include "wire/writer.h"

/* An array without elements points here, since NULL would be null. */
static const max_align_t no_elements;

static void *at(void *message, size_t offset)
{
    return (char *)message + offset;
}

static const void *const_at(const void *message, size_t offset)
{
    return (const char *)message + offset;
}

static bool carries(int16_t version, const struct kafka_field *field)
{
    return version >= field->first && version <= field->last;
}

static bool may_be_null(int16_t version, const struct kafka_field *field)
{
    return field->is_nullable && version >= field->nullable_from;
}

/* --- defaults ------------------------------------------------------------------------------- */

static void set_array(const struct kafka_field *field, void *message, const void *items,
                      size_t count)
{
    memcpy(at(message, field->offset), &items, sizeof(items));
    memcpy(at(message, field->count_offset), &count, sizeof(count));
}

static void set_default_value(const struct kafka_field *field, void *value)
{
    switch (field->kind) {
    case KAFKA_BOOL:
        *(bool *)value = field->fallback != 0;
        break;
    case KAFKA_INT8:
        *(int8_t *)value = (int8_t)field->fallback;
        break;
    case KAFKA_INT16:
    case KAFKA_UINT16:
        *(int16_t *)value = (int16_t)field->fallback;
        break;
    case KAFKA_INT32:
        *(int32_t *)value = (int32_t)field->fallback;
        break;
    case KAFKA_INT64:
        *(int64_t *)value = field->fallback;
        break;
    case KAFKA_FLOAT64:
        *(double *)value = (double)field->fallback;
        break;
    case KAFKA_UUID:
        *(struct kafka_uuid *)value = (struct kafka_uuid){{0}};
        break;
    case KAFKA_STRING:
    case KAFKA_BYTES:
        *(struct span *)value = (struct span){field->null_fallback ? NULL : "", 0};
        break;
    case KAFKA_RECORDS:
        *(struct span *)value = (struct span){NULL, 0};
        break;
    case KAFKA_STRUCT:
        kafka_message_init(field->of, value);
        break;
    }
}

static void set_default(const struct kafka_field *field, void *message)
{
    if (field->is_array)
        set_array(field, message, field->null_fallback ? NULL : (const void *)&no_elements, 0);
    else
        set_default_value(field, at(message, field->offset));
}

void kafka_message_init(const struct kafka_struct *table, void *message)
{
    memset(message, 0, table->size); /* the padding, too, so that equal messages are equal bytes */
    for (size_t i = 0; i < table->field_count; i++)
        set_default(&table->fields[i], message);
}

/* --- bytes to struct ------------------------------------------------------------------------ */

struct decoder {
    struct reader *reader;
    struct arena *arena;
    struct err *err;
    int16_t version;
    bool flexible;
};

static bool decode_struct(const struct decoder *d, const struct kafka_struct *table, void *message);

static bool bad_field(const struct decoder *d, const struct kafka_field *field, const char *why)
{
    return err_set(d->err, ERR_MALFORMED, "%s %s", field->name, why);
}

/* -1 is null. */
static bool decode_length(const struct decoder *d, const struct kafka_field *field, bool is_short,
                          int64_t *length)
{
    if (d->flexible && !field->classic)
        *length = (int64_t)reader_uvarint(d->reader) - 1;
    else
        *length = is_short ? reader_i16(d->reader) : reader_i32(d->reader);
    if (d->reader->bad)
        return bad_field(d, field, "is cut off");
    if (*length < -1)
        return bad_field(d, field, "has a negative length");
    if (*length == -1 && !may_be_null(d->version, field))
        return bad_field(d, field, "is null");
    if (is_short && *length > INT16_MAX)
        return bad_field(d, field, "is longer than a string may be");
    return true;
}

static bool decode_span(const struct decoder *d, const struct kafka_field *field, void *value)
{
    int64_t length;

    if (!decode_length(d, field, field->kind == KAFKA_STRING, &length))
        return false;
    struct span span = {NULL, 0};
    if (length >= 0)
        span = reader_bytes(d->reader, (size_t)length);
    if (d->reader->bad)
        return bad_field(d, field, "is longer than what is there");
    *(struct span *)value = span;
    return true;
}

static bool decode_value(const struct decoder *d, const struct kafka_field *field, void *value)
{
    struct reader *r = d->reader;

    switch (field->kind) {
    case KAFKA_BOOL:
        *(bool *)value = reader_u8(r) != 0;
        return true;
    case KAFKA_INT8:
        *(int8_t *)value = reader_i8(r);
        return true;
    case KAFKA_INT16:
    case KAFKA_UINT16:
        *(int16_t *)value = reader_i16(r);
        return true;
    case KAFKA_INT32:
        *(int32_t *)value = reader_i32(r);
        return true;
    case KAFKA_INT64:
        *(int64_t *)value = reader_i64(r);
        return true;
    case KAFKA_FLOAT64:
        *(double *)value = reader_f64(r);
        return true;
    case KAFKA_UUID: {
        struct span bytes = reader_bytes(r, sizeof(struct kafka_uuid));
        if (bytes.size > 0)
            memcpy(value, bytes.data, bytes.size);
        return true;
    }
    case KAFKA_STRING:
    case KAFKA_BYTES:
    case KAFKA_RECORDS:
        return decode_span(d, field, value);
    case KAFKA_STRUCT:
        return decode_struct(d, field->of, value);
    }
    return false;
}

/* Of the C value. */
static size_t value_size(const struct kafka_field *field)
{
    switch (field->kind) {
    case KAFKA_BOOL:
        return sizeof(bool);
    case KAFKA_INT8:
        return sizeof(int8_t);
    case KAFKA_INT16:
    case KAFKA_UINT16:
        return sizeof(int16_t);
    case KAFKA_INT32:
        return sizeof(int32_t);
    case KAFKA_INT64:
        return sizeof(int64_t);
    case KAFKA_FLOAT64:
        return sizeof(double);
    case KAFKA_UUID:
        return sizeof(struct kafka_uuid);
    case KAFKA_STRING:
    case KAFKA_BYTES:
    case KAFKA_RECORDS:
        return sizeof(struct span);
    case KAFKA_STRUCT:
        return field->of->size;
    }
    return 0;
}

/* The fewest bytes that one value, or one element of an array, takes on the wire. */
static size_t least_bytes(const struct decoder *d, const struct kafka_field *field)
{
    switch (field->kind) {
    case KAFKA_BOOL:
    case KAFKA_INT8:
    case KAFKA_INT16:
    case KAFKA_UINT16:
    case KAFKA_INT32:
    case KAFKA_INT64:
    case KAFKA_FLOAT64:
    case KAFKA_UUID:
        return value_size(field);
    case KAFKA_STRING:
        return d->flexible ? 1 : 2;
    case KAFKA_BYTES:
    case KAFKA_RECORDS:
        return d->flexible ? 1 : 4;
    case KAFKA_STRUCT:
        break;
    }
    size_t sum = d->flexible ? 1 : 0;
    for (size_t i = 0; i < field->of->field_count; i++) {
        const struct kafka_field *inner = &field->of->fields[i];
        if (!carries(d->version, inner) || inner->is_tagged)
            continue;
        if (inner->is_array)
            sum += d->flexible ? 1 : 4;
        else
            sum += least_bytes(d, inner);
    }
    return sum == 0 ? 1 : sum;
}

static bool decode_array(const struct decoder *d, const struct kafka_field *field, void *message)
{
    int64_t count;

    if (!decode_length(d, field, false, &count))
        return false;
    if (count == -1) {
        set_array(field, message, NULL, 0);
        return true;
    }
    size_t left = d->reader->left;
    if ((uint64_t)count > left / least_bytes(d, field))
        return err_set(d->err, ERR_MALFORMED, "%s has %lld elements in %zu bytes", field->name,
                       (long long)count, left);
    if (count == 0) {
        set_array(field, message, &no_elements, 0);
        return true;
    }
    size_t size = value_size(field);
    char *items = arena_new(d->arena, (size_t)count, size, _Alignof(max_align_t));
    if (items == NULL)
        return err_set(d->err, ERR_LIMIT, "%s has %lld elements, more than a request may take",
                       field->name, (long long)count);
    set_array(field, message, items, (size_t)count);
    for (size_t i = 0; i < (size_t)count; i++)
        if (!decode_value(d, field, items + i * size))
            return false;
    return true;
}

static bool decode_field(const struct decoder *d, const struct kafka_field *field, void *message)
{
    if (field->is_array)
        return decode_array(d, field, message);
    return decode_value(d, field, at(message, field->offset));
}

static const struct kafka_field *find_tag(const struct decoder *d, const struct kafka_struct *table,
                                          uint32_t tag)
{
    for (size_t i = 0; i < table->field_count; i++) {
        const struct kafka_field *field = &table->fields[i];
        if (field->is_tagged && field->tag == tag && carries(d->version, field))
            return field;
    }
    return NULL;
}

/* KIP-482: a count, then for each a tag, a size, and so many bytes.  Unknown ones are passed by. */
static bool decode_tags(const struct decoder *d, const struct kafka_struct *table, void *message)
{
    struct reader *r = d->reader;
    uint32_t count = reader_uvarint(r);

    for (uint32_t i = 0; i < count && !r->bad; i++) {
        uint32_t tag = reader_uvarint(r);
        struct reader value = reader_of(reader_bytes(r, reader_uvarint(r)));
        const struct kafka_field *field = find_tag(d, table, tag);
        if (r->bad || field == NULL)
            continue;
        struct decoder inner = *d;
        inner.reader = &value;
        if (!decode_field(&inner, field, message))
            return false;
        if (value.bad || value.left > 0)
            return bad_field(d, field, "does not fill its tag");
    }
    return true;
}

static bool decode_struct(const struct decoder *d, const struct kafka_struct *table, void *message)
{
    for (size_t i = 0; i < table->field_count; i++) {
        const struct kafka_field *field = &table->fields[i];
        if (!carries(d->version, field) || field->is_tagged)
            set_default(field, message);
        else if (!decode_field(d, field, message))
            return false;
    }
    return !d->flexible || decode_tags(d, table, message);
}

bool kafka_message_decode_front(const struct kafka_struct *table, int16_t version,
                                struct reader *body, void *message, struct arena *arena,
                                struct err *err)
{
    assert(version >= table->first && version <= table->last);

    struct decoder d = {body, arena, err, version, version >= table->flexible_from};
    if (!decode_struct(&d, table, message))
        return err_within(err, "%s version %d", table->name, version);
    if (body->bad)
        return err_set(err, ERR_MALFORMED, "%s version %d is cut off", table->name, version);
    return true;
}

bool kafka_message_decode(const struct kafka_struct *table, int16_t version, struct reader *body,
                          void *message, struct arena *arena, struct err *err)
{
    if (!kafka_message_decode_front(table, version, body, message, arena, err))
        return false;
    if (body->left > 0)
        return err_set(err, ERR_MALFORMED, "%s version %d ends %zu bytes early", table->name,
                       version, body->left);
    return true;
}

/* --- struct to bytes ------------------------------------------------------------------------ */

struct encoder {
    struct text *out;
    struct kafka_splices *splices; /* or NULL */
    struct err *err;
    int16_t version;
    bool flexible;
};

static bool encode_struct(const struct encoder *e, const struct kafka_struct *table,
                          const void *message);

static const char *array_items(const struct kafka_field *field, const void *message, size_t *count)
{
    const char *items;

    memcpy(&items, const_at(message, field->offset), sizeof(items));
    memcpy(count, const_at(message, field->count_offset), sizeof(*count));
    return items;
}

/* NULL data in what can never be null is what a caller left zero: empty. */
static bool is_null(const struct kafka_field *field, const void *data)
{
    return data == NULL && (field->is_nullable || field->kind == KAFKA_RECORDS);
}

/* So that -0.0 and NaN are themselves. */
static uint64_t double_bits(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static bool struct_is_default(const struct kafka_struct *table, const void *message);

static bool value_is_default(const struct kafka_field *field, const void *value)
{
    static const struct kafka_uuid zero;

    switch (field->kind) {
    case KAFKA_BOOL:
        return *(const bool *)value == (field->fallback != 0);
    case KAFKA_INT8:
        return *(const int8_t *)value == field->fallback;
    case KAFKA_INT16:
        return *(const int16_t *)value == field->fallback;
    case KAFKA_UINT16:
        return *(const uint16_t *)value == field->fallback;
    case KAFKA_INT32:
        return *(const int32_t *)value == field->fallback;
    case KAFKA_INT64:
        return *(const int64_t *)value == field->fallback;
    case KAFKA_FLOAT64:
        return double_bits(*(const double *)value) == double_bits((double)field->fallback);
    case KAFKA_UUID:
        return memcmp(value, &zero, sizeof(zero)) == 0;
    case KAFKA_STRING:
    case KAFKA_BYTES:
    case KAFKA_RECORDS: {
        const struct span *span = value;
        bool null_fallback = field->null_fallback || field->kind == KAFKA_RECORDS;
        return span->size == 0 && is_null(field, span->data) == null_fallback;
    }
    case KAFKA_STRUCT:
        return struct_is_default(field->of, value);
    }
    return false;
}

static bool is_default(const struct kafka_field *field, const void *message)
{
    if (!field->is_array)
        return value_is_default(field, const_at(message, field->offset));
    size_t count;
    const char *items = array_items(field, message, &count);
    return count == 0 && (items == NULL && field->is_nullable) == field->null_fallback;
}

static bool struct_is_default(const struct kafka_struct *table, const void *message)
{
    for (size_t i = 0; i < table->field_count; i++)
        if (!is_default(&table->fields[i], message))
            return false;
    return true;
}

static bool cannot_carry(const struct encoder *e, const struct kafka_field *field, const char *what)
{
    return err_set(e->err, ERR_UNSUPPORTED, "%s %s", field->name, what);
}

static bool encode_length(const struct encoder *e, const struct kafka_field *field, bool is_short,
                          bool null, size_t length)
{
    if (null && !may_be_null(e->version, field))
        return cannot_carry(e, field, "cannot be null");
    if (length > (is_short ? INT16_MAX : INT32_MAX - 1))
        return cannot_carry(e, field, "is too long");

    int32_t classic = null ? -1 : (int32_t)length;
    if (e->flexible && !field->classic)
        writer_uvarint(e->out, (uint32_t)(classic + 1));
    else if (is_short)
        writer_i16(e->out, (int16_t)classic);
    else
        writer_i32(e->out, classic);
    return true;
}

static bool encode_span(const struct encoder *e, const struct kafka_field *field,
                        const struct span *span)
{
    bool null = is_null(field, span->data);

    if (!encode_length(e, field, field->kind == KAFKA_STRING, null, span->size))
        return false;
    struct kafka_splices *splices = e->splices;
    if (field->kind != KAFKA_RECORDS || splices == NULL || splices->count == splices->room) {
        writer_bytes(e->out, *span);
    } else if (span->size > 0) {
        splices->items[splices->count++] = (struct kafka_splice){e->out->size, *span};
        splices->bytes += span->size;
    }
    return true;
}

static bool encode_value(const struct encoder *e, const struct kafka_field *field,
                         const void *value)
{
    switch (field->kind) {
    case KAFKA_BOOL:
        writer_i8(e->out, *(const bool *)value ? 1 : 0);
        return true;
    case KAFKA_INT8:
        writer_i8(e->out, *(const int8_t *)value);
        return true;
    case KAFKA_INT16:
    case KAFKA_UINT16:
        writer_i16(e->out, *(const int16_t *)value);
        return true;
    case KAFKA_INT32:
        writer_i32(e->out, *(const int32_t *)value);
        return true;
    case KAFKA_INT64:
        writer_i64(e->out, *(const int64_t *)value);
        return true;
    case KAFKA_FLOAT64:
        writer_f64(e->out, *(const double *)value);
        return true;
    case KAFKA_UUID:
        writer_bytes(e->out, (struct span){value, sizeof(struct kafka_uuid)});
        return true;
    case KAFKA_STRING:
    case KAFKA_BYTES:
    case KAFKA_RECORDS:
        return encode_span(e, field, value);
    case KAFKA_STRUCT:
        return encode_struct(e, field->of, value);
    }
    return false;
}

static bool encode_field(const struct encoder *e, const struct kafka_field *field,
                         const void *message)
{
    if (!field->is_array)
        return encode_value(e, field, const_at(message, field->offset));

    size_t count;
    const char *items = array_items(field, message, &count);
    if (!encode_length(e, field, false, items == NULL && field->is_nullable, count))
        return false;
    size_t size = value_size(field);
    for (size_t i = 0; i < count; i++)
        if (!encode_value(e, field, items + i * size))
            return false;
    return true;
}

/* The size stands before the value and is as long as it is large: the value is written, then moved
 * up.  So no splice may point into it, and records would be copied. */
static bool encode_tag(const struct encoder *e, const struct kafka_field *field,
                       const void *message)
{
    struct encoder inner = *e;
    inner.splices = NULL;

    writer_uvarint(e->out, field->tag);
    size_t start = e->out->size;
    if (!encode_field(&inner, field, message))
        return false;
    size_t size = e->out->size - start;
    writer_uvarint(e->out, (uint32_t)size);
    if (e->out->full)
        return true; /* said once, at the end */

    char prefix[5];
    size_t prefix_size = e->out->size - start - size;
    char *value = e->out->bytes + start;
    memcpy(prefix, value + size, prefix_size);
    memmove(value + prefix_size, value, size);
    memcpy(value, prefix, prefix_size);
    return true;
}

/* Rows of tagged fields stand in the order of their tags, as KIP-482 wants them sent. */
static bool encode_tags(const struct encoder *e, const struct kafka_struct *table,
                        const void *message)
{
    uint32_t count = 0;

    for (size_t i = 0; i < table->field_count; i++) {
        const struct kafka_field *field = &table->fields[i];
        if (field->is_tagged && carries(e->version, field) && !is_default(field, message))
            count++;
    }
    writer_uvarint(e->out, count);
    for (size_t i = 0; count > 0 && i < table->field_count; i++) {
        const struct kafka_field *field = &table->fields[i];
        if (!field->is_tagged || !carries(e->version, field) || is_default(field, message))
            continue;
        if (!encode_tag(e, field, message))
            return false;
    }
    return true;
}

static bool encode_struct(const struct encoder *e, const struct kafka_struct *table,
                          const void *message)
{
    for (size_t i = 0; i < table->field_count; i++) {
        const struct kafka_field *field = &table->fields[i];
        if (!carries(e->version, field)) {
            if (!field->ignorable && !is_default(field, message))
                return cannot_carry(e, field, "is not in this version");
        } else if (!field->is_tagged && !encode_field(e, field, message)) {
            return false;
        }
    }
    return !e->flexible || encode_tags(e, table, message);
}

bool kafka_message_encode(const struct kafka_struct *table, int16_t version, const void *message,
                          struct text *out, struct kafka_splices *splices, struct err *err)
{
    assert(version >= table->first && version <= table->last);

    struct encoder e = {out, splices, err, version, version >= table->flexible_from};
    if (!encode_struct(&e, table, message))
        return err_within(err, "%s version %d", table->name, version);
    if (out->full)
        return err_set(err, ERR_LIMIT, "%s version %d needs more than %zu bytes", table->name,
                       version, out->limit);
    return true;
}

/* NOLINTEND(misc-no-recursion) */
