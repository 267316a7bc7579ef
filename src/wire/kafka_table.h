/* SPDX-License-Identifier: Apache-2.0 */
/* kafka_table.h - Kafka's messages as rows: which field stands where, in which versions.
 *
 * Each row says what one entry of the "fields" of Kafka's own message
 * definitions says (the JSON in the kafka-clients jar, release 4.3.1), in the
 * same order; a test compares the two.  kafka_message.h reads and writes
 * messages by walking the rows, so a field is told once and nowhere else.
 *
 * What the broker advertises is its own, narrower list.
 *
 * Thread: any; all of it is constant. */
#ifndef WIRE_KAFKA_TABLE_H
#define WIRE_KAFKA_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KAFKA_VERSION_UP INT16_MAX /* "and later" */

enum kafka_kind {
    KAFKA_BOOL,    /* bool */
    KAFKA_INT8,    /* int8_t */
    KAFKA_INT16,   /* int16_t */
    KAFKA_UINT16,  /* uint16_t */
    KAFKA_INT32,   /* int32_t */
    KAFKA_INT64,   /* int64_t */
    KAFKA_FLOAT64, /* double */
    KAFKA_UUID,    /* struct kafka_uuid */
    KAFKA_STRING,  /* struct span, UTF-8 */
    KAFKA_BYTES,   /* struct span */
    KAFKA_RECORDS, /* struct span: record batches, never copied */
    KAFKA_STRUCT,  /* the struct that `of` describes */
};

struct kafka_struct;

struct kafka_field {
    const char *name; /* Kafka's, in our spelling, which is also the C member's */
    const struct kafka_struct *of;
    int64_t fallback;    /* the value of a number or bool that a version does not carry */
    size_t offset;       /* of the member; an array's member is a pointer to the first element */
    size_t count_offset; /* of an array's count, a size_t */
    enum kafka_kind kind;
    int16_t first; /* the versions that carry the field, both included */
    int16_t last;
    int16_t nullable_from; /* if is_nullable: the first version in which it may be null */
    uint16_t tag;          /* if is_tagged (KIP-482) */
    bool is_array;
    bool is_nullable;
    bool is_tagged;
    bool null_fallback; /* a string that a version does not carry is null, not empty */
    bool ignorable;     /* a version that does not carry it may lose its value */
    bool classic;       /* classic length in flexible versions, too: the header's client id */
};

struct kafka_struct {
    const char *name; /* the C struct's tag */
    const struct kafka_field *fields;
    size_t field_count;
    size_t size; /* of the C struct */
    /* Of whole messages; of nested structs all three are zero. */
    int16_t first; /* the versions that Kafka's definition has */
    int16_t last;
    int16_t flexible_from; /* KIP-482: compact lengths, tagged fields */
};

struct kafka_api {
    int16_t key;
    const char *name; /* "Produce" */
    const struct kafka_struct *request;
    const struct kafka_struct *response;
};

extern const struct kafka_struct kafka_table_request_header;
extern const struct kafka_struct kafka_table_response_header;

/* NULL when the rows do not have it. */
const struct kafka_api *kafka_table_find(int16_t api_key);
/* The API at `index` in the order of keys, NULL past the last. */
const struct kafka_api *kafka_table_at(size_t index);

#endif
