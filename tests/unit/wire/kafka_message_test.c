/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/kafka_message.h"
#include "wire/writer.h"

#define LIMIT ((size_t)1024 * 1024)

enum {
    PRODUCE = 0,
    FETCH = 1,
    METADATA = 3,
    FIND_COORDINATOR = 10,
    API_VERSIONS = 18,
    CREATE_TOPICS = 19,
};

static const struct kafka_struct *request_of(int16_t api)
{
    return kafka_table_find(api)->request;
}

static const struct kafka_struct *response_of(int16_t api)
{
    return kafka_table_find(api)->response;
}

static bool decode(const struct kafka_struct *table, int16_t version, struct span bytes,
                   void *message, struct arena *arena, struct err *err)
{
    struct reader body = reader_of(bytes);
    return kafka_message_decode(table, version, &body, message, arena, err);
}

/* As deep as the rows, which is four. NOLINTBEGIN(misc-no-recursion) */

/* --- filling every field, so that every version of every message is tried ------------------- */

static uint32_t random_next(uint32_t *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

static void fill_struct(const struct kafka_struct *table, int16_t version, void *message,
                        struct arena *arena, uint32_t *random);

static void fill_value(const struct kafka_field *field, int16_t version, void *value,
                       struct arena *arena, uint32_t *random)
{
    static const struct span texts[] = {{"", 0}, {"a", 1}, {"a longer text with spaces", 25}};
    static char long_text[300]; /* a compact length of two bytes */

    switch (field->kind) {
    case KAFKA_BOOL:
        *(bool *)value = random_next(random) % 2 != 0;
        break;
    case KAFKA_INT8:
        *(int8_t *)value = (int8_t)random_next(random);
        break;
    case KAFKA_INT16:
    case KAFKA_UINT16:
        *(int16_t *)value = (int16_t)random_next(random);
        break;
    case KAFKA_INT32:
        *(int32_t *)value = (int32_t)(random_next(random) << 12);
        break;
    case KAFKA_INT64:
        *(int64_t *)value = (int64_t)((uint64_t)random_next(random) << 40 | random_next(random));
        break;
    case KAFKA_FLOAT64:
        *(double *)value = (double)random_next(random) / 3;
        break;
    case KAFKA_UUID:
        memset(value, (int)(random_next(random) & 0xff), sizeof(struct kafka_uuid));
        break;
    case KAFKA_STRING:
    case KAFKA_BYTES:
    case KAFKA_RECORDS: {
        bool null = field->is_nullable && version >= field->nullable_from;
        uint32_t which = random_next(random) % (null ? 5 : 4);
        struct span *span = value;
        *span = which == 3 ? (struct span){long_text, sizeof(long_text)} : (struct span){NULL, 0};
        if (which < 3)
            *span = texts[which];
        break;
    }
    case KAFKA_STRUCT:
        fill_struct(field->of, version, value, arena, random);
        break;
    }
}

static size_t element_size(const struct kafka_field *field)
{
    static const size_t sizes[] = {
        [KAFKA_BOOL] = 1,
        [KAFKA_INT8] = 1,
        [KAFKA_INT16] = 2,
        [KAFKA_UINT16] = 2,
        [KAFKA_INT32] = 4,
        [KAFKA_INT64] = 8,
        [KAFKA_FLOAT64] = 8,
        [KAFKA_UUID] = 16,
        [KAFKA_STRING] = sizeof(struct span),
        [KAFKA_BYTES] = sizeof(struct span),
        [KAFKA_RECORDS] = sizeof(struct span),
    };

    return field->kind == KAFKA_STRUCT ? field->of->size : sizes[field->kind];
}

static void fill_struct(const struct kafka_struct *table, int16_t version, void *message,
                        struct arena *arena, uint32_t *random)
{
    kafka_message_init(table, message);
    for (size_t i = 0; i < table->field_count; i++) {
        const struct kafka_field *field = &table->fields[i];
        char *value = (char *)message + field->offset;

        if (version < field->first || version > field->last || random_next(random) % 8 == 0)
            continue; /* stays at its default */
        if (!field->is_array) {
            fill_value(field, version, value, arena, random);
            continue;
        }
        size_t count = random_next(random) % 4;
        size_t size = element_size(field);
        char *items = arena_new(arena, count, size, _Alignof(max_align_t));
        assert_non_null(items);
        for (size_t j = 0; j < count; j++)
            fill_value(field, version, items + j * size, arena, random);
        bool null = field->is_nullable && version >= field->nullable_from && count == 0 &&
                    random_next(random) % 2 == 0;
        items = null ? NULL : items;
        memcpy(value, &items, sizeof(items));
        memcpy((char *)message + field->count_offset, &count, sizeof(count));
    }
}

/* Compares what can be told apart on the wire; the structs' pointers differ. */
static void assert_equal(const struct kafka_struct *table, const void *a, const void *b);

static void assert_equal_value(const struct kafka_field *field, const void *a, const void *b)
{
    if (field->kind == KAFKA_STRUCT) {
        assert_equal(field->of, a, b);
        return;
    }
    if (field->kind < KAFKA_STRING) {
        assert_memory_equal(a, b, element_size(field));
        return;
    }
    const struct span *left = a;
    const struct span *right = b;
    assert_true(span_equal(*left, *right));
    assert_int_equal(left->data == NULL, right->data == NULL);
}

static void assert_equal(const struct kafka_struct *table, const void *a, const void *b)
{
    for (size_t i = 0; i < table->field_count; i++) {
        const struct kafka_field *field = &table->fields[i];
        const char *left = (const char *)a + field->offset;
        const char *right = (const char *)b + field->offset;
        size_t left_count, right_count;

        if (!field->is_array) {
            assert_equal_value(field, left, right);
            continue;
        }
        memcpy(&left_count, (const char *)a + field->count_offset, sizeof(size_t));
        memcpy(&right_count, (const char *)b + field->count_offset, sizeof(size_t));
        memcpy(&left, (const char *)a + field->offset, sizeof(left));
        memcpy(&right, (const char *)b + field->offset, sizeof(right));
        assert_int_equal(left_count, right_count);
        assert_int_equal(left == NULL, right == NULL);
        for (size_t j = 0; left != NULL && right != NULL && j < left_count; j++)
            assert_equal_value(field, left + j * element_size(field),
                               right + j * element_size(field));
    }
}

/* Writes, reads, compares; then no prefix of it may be taken for the whole. */
static void round_trip(const struct kafka_struct *table, int16_t version, uint32_t *random)
{
    struct arena arena;
    struct text out;
    struct err err = {0};

    arena_init(&arena, LIMIT);
    text_init(&out, LIMIT);
    void *before = arena_new(&arena, 1, table->size, _Alignof(max_align_t));
    void *after = arena_new(&arena, 1, table->size, _Alignof(max_align_t));
    fill_struct(table, version, before, &arena, random);
    if (!kafka_message_encode(table, version, before, &out, NULL, &err))
        fail_msg("%s", err.text);
    if (!decode(table, version, text_span(&out), after, &arena, &err))
        fail_msg("%s", err.text);
    assert_equal(table, before, after);

    size_t cut = out.size == 0 ? 0 : random_next(random) % out.size;
    unsigned char *part = mem_copy(out.bytes == NULL ? "" : out.bytes, cut);
    if (out.size > 0)
        assert_false(decode(table, version, (struct span){part, cut}, after, &arena, &err));
    mem_free(part);
    text_reset(&out);
    arena_reset(&arena);
}

/* NOLINTEND(misc-no-recursion) */

static void every_version_comes_back_as_it_went(void **state)
{
    (void)state;
    const struct kafka_api *api;
    uint32_t random = 4711;

    for (size_t i = 0; (api = kafka_table_at(i)) != NULL; i++)
        for (int16_t version = api->request->first; version <= api->request->last; version++)
            for (int times = 0; times < 20; times++) {
                round_trip(api->request, version, &random);
                round_trip(api->response, version, &random);
            }
}

/* --- defaults, nulls, versions -----------------------------------------------------------------
 */

static void absent_fields_have_kafkas_defaults(void **state)
{
    (void)state;
    struct fetch_request fetch;
    struct metadata_request metadata;
    struct metadata_topic_result topic = {0};
    struct fetch_partition_result partition;
    static const unsigned char all_topics[] = {0, 0, 0, 0};
    struct arena arena;
    struct err err = {0};

    kafka_message_init(request_of(FETCH), &fetch);
    assert_int_equal(fetch.replica_id, -1);
    assert_int_equal(fetch.max_bytes, INT32_MAX);
    assert_int_equal(fetch.session_epoch, -1);
    assert_int_equal(fetch.replica_state.replica_epoch, -1);
    assert_null(fetch.cluster_id.data);
    assert_non_null(fetch.rack_id.data);
    assert_non_null(fetch.topics);

    const struct kafka_struct *response = response_of(METADATA);
    for (size_t i = 0; i < response->field_count; i++)
        if (strcmp(response->fields[i].name, "topics") == 0)
            kafka_message_init(response->fields[i].of, &topic);
    assert_int_equal(topic.topic_authorized_operations, INT32_MIN);
    kafka_message_init(response_of(FETCH)->fields[3].of->fields[2].of, &partition);
    assert_int_equal(partition.last_stable_offset, -1);
    assert_null(partition.records.data);
    assert_non_null(partition.aborted_transactions); /* empty, not null */

    arena_init(&arena, LIMIT);
    assert_true(
        decode(request_of(METADATA), 0, (struct span){all_topics, 4}, &metadata, &arena, &err));
    assert_true(metadata.allow_auto_topic_creation);
    assert_true(metadata.topics != NULL && metadata.topics_count == 0);
    arena_reset(&arena);
}

/* All topics, no topics: a null array is not an empty one, in classic and compact lengths. */
static void null_and_empty_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        int16_t version;
        unsigned char bytes[6];
        size_t size;
        bool ok;
        bool null;
    } rows[] = {
        {0, {0, 0, 0, 0}, 4, true, false},
        {0, {0xff, 0xff, 0xff, 0xff}, 4, false, false},
        {1, {0, 0, 0, 0}, 4, true, false},
        {1, {0xff, 0xff, 0xff, 0xff}, 4, true, true},
        {1, {0xff, 0xff, 0xff, 0xfe}, 4, false, false},
        {4, {0xff, 0xff, 0xff, 0xff, 1}, 5, true, true},
        {12, {0, 1, 0, 0}, 4, true, true},
        {12, {1, 1, 0, 0}, 4, true, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct metadata_request metadata;
        struct arena arena;
        struct text again;
        struct err err = {0};

        arena_init(&arena, LIMIT);
        text_init(&again, LIMIT);
        bool ok = decode(request_of(METADATA), rows[i].version,
                         (struct span){rows[i].bytes, rows[i].size}, &metadata, &arena, &err);
        assert_int_equal(ok, rows[i].ok);
        assert_int_equal(err.kind, ok ? ERR_NONE : ERR_MALFORMED);
        if (ok) {
            assert_int_equal(metadata.topics == NULL, rows[i].null);
            assert_true(kafka_message_encode(request_of(METADATA), rows[i].version, &metadata,
                                             &again, NULL, &err));
            assert_memory_equal(again.bytes, rows[i].bytes, rows[i].size);
        }
        text_reset(&again);
        arena_reset(&arena);
    }
}

/* What a version cannot say is an error, unless Kafka calls it ignorable. */
static void a_version_does_not_lose_what_matters(void **state)
{
    (void)state;
    struct create_topics_request create;
    struct metadata_request metadata;
    struct find_coordinator_request find;
    struct text out;
    struct err err = {0};

    text_init(&out, LIMIT);
    kafka_message_init(request_of(FIND_COORDINATOR), &find);
    find.key_type = 1;
    assert_false(kafka_message_encode(request_of(FIND_COORDINATOR), 0, &find, &out, NULL, &err));
    assert_int_equal(err.kind, ERR_UNSUPPORTED);
    assert_true(kafka_message_encode(request_of(FIND_COORDINATOR), 1, &find, &out, NULL, &err));

    kafka_message_init(request_of(METADATA), &metadata);
    metadata.allow_auto_topic_creation = false;
    assert_false(kafka_message_encode(request_of(METADATA), 3, &metadata, &out, NULL, &err));
    assert_true(kafka_message_encode(request_of(METADATA), 4, &metadata, &out, NULL, &err));
    metadata.topics = NULL;
    metadata.topics_count = 0;
    metadata.allow_auto_topic_creation = true;
    assert_false(kafka_message_encode(request_of(METADATA), 0, &metadata, &out, NULL, &err));

    struct api_versions_request versions = {span_of("me"), span_of("1")};
    assert_true(kafka_message_encode(request_of(API_VERSIONS), 0, &versions, &out, NULL, &err));

    /* A struct of zeros is good enough where nothing has a default of its own. */
    memset(&create, 0, sizeof(create));
    assert_true(kafka_message_encode(request_of(CREATE_TOPICS), 7, &create, &out, NULL, &err));
    text_reset(&out);
}

static void strings_have_a_longest(void **state)
{
    (void)state;
    static char name[INT16_MAX + 1];
    struct metadata_topic topic = {.name = {name, sizeof(name)}};
    struct metadata_request metadata;
    struct text out;
    struct err err = {0};

    text_init(&out, LIMIT);
    kafka_message_init(request_of(METADATA), &metadata);
    metadata.topics = &topic;
    metadata.topics_count = 1;
    for (int16_t version = 4; version <= 13; version++) {
        topic.name.size = INT16_MAX;
        assert_true(
            kafka_message_encode(request_of(METADATA), version, &metadata, &out, NULL, &err));
        topic.name.size = INT16_MAX + 1;
        assert_false(
            kafka_message_encode(request_of(METADATA), version, &metadata, &out, NULL, &err));
    }
    text_reset(&out);
}

/* --- what a peer may say -----------------------------------------------------------------------
 */

/* A count that lies is found before memory is taken for it. */
static void counts_that_lie_cost_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *lie;
        int16_t api;
        int16_t version;
        unsigned char bytes[32];
        size_t size;
    } lies[] = {
        {"2147483647 topics", METADATA, 1, {0x7f, 0xff, 0xff, 0xff}, 4},
        {"2147483647 topics, compact", METADATA, 9, {0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0}, 8},
        {"-2 topics", METADATA, 1, {0xff, 0xff, 0xff, 0xfe}, 4},
        {"3 topics in bytes for 2", METADATA, 1, {0, 0, 0, 3, 0, 0, 0, 0}, 8},
        {"a name of 5 in 1", METADATA, 1, {0, 0, 0, 1, 0, 5, 'a'}, 7},
        {"a name of -2", METADATA, 1, {0, 0, 0, 1, 0xff, 0xfe, 'a'}, 7},
        {"a null name", METADATA, 1, {0, 0, 0, 1, 0xff, 0xff}, 6},
        {"something behind the end", METADATA, 1, {0, 0, 0, 0, 0}, 5},
        {"4294967295 tags", METADATA, 9, {1, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}, 9},
        {"a tag longer than the rest", METADATA, 9, {1, 1, 0, 0, 1, 9, 5, 1}, 8},
        {"a length of more than 32 bits", METADATA, 9, {0xff, 0xff, 0xff, 0xff, 0x7f, 0}, 6},
        {"records of 2147483647 bytes",
         PRODUCE,
         3,
         {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0,    0,    1,    0,   1,
          't',  0,    0,    0,    1, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff},
         27},
    };

    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        union {
            struct metadata_request metadata;
            struct produce_request produce;
        } message;
        unsigned char *bytes = mem_copy(lies[i].bytes, lies[i].size);
        struct arena arena;
        struct err err = {0};

        print_message("%s\n", lies[i].lie);
        arena_init(&arena, LIMIT);
        assert_false(decode(request_of(lies[i].api), lies[i].version,
                            (struct span){bytes, lies[i].size}, &message, &arena, &err));
        assert_int_equal(err.kind, ERR_MALFORMED);
        assert_true(arena.used < 1000);
        arena_reset(&arena);
        mem_free(bytes);
    }
}

/* A count that is true may still be more than a request is given. */
static void the_arenas_limit_is_an_answer(void **state)
{
    (void)state;
    enum { TOPICS = 1000 };
    struct metadata_request metadata;
    struct text bytes;
    struct arena arena;
    struct err err = {0};

    text_init(&bytes, LIMIT);
    writer_i32(&bytes, TOPICS);
    for (int i = 0; i < TOPICS; i++)
        writer_i16(&bytes, 0);
    arena_init(&arena, 1000);
    assert_false(decode(request_of(METADATA), 1, text_span(&bytes), &metadata, &arena, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    arena_reset(&arena);
    arena_init(&arena, LIMIT);
    assert_true(decode(request_of(METADATA), 1, text_span(&bytes), &metadata, &arena, &err));
    assert_int_equal(metadata.topics_count, TOPICS);
    arena_reset(&arena);
    text_reset(&bytes);
}

/* KIP-482: a peer of tomorrow may send tags that we do not know; ours must fill theirs. */
static void tags_are_passed_by_or_filled(void **state)
{
    (void)state;
    static const unsigned char unknown[] = {1, 1, 0, 0, 2, 5, 3, 'x', 'y', 'z', 200, 1, 0};
    static const unsigned char feature_epoch[] = {0, 0, 1, 0, 0, 0, 0, 1, 1,
                                                  8, 0, 0, 0, 0, 0, 0, 0, 7};
    static const unsigned char too_short[] = {0, 0, 1, 0, 0, 0, 0, 1, 1, 7, 0, 0, 0, 0, 0, 0, 7};
    static const unsigned char too_long[] = {0, 0, 1, 0, 0, 0, 0, 1, 3, 2, 1, 1};
    struct metadata_request metadata;
    struct api_versions_response versions;
    struct arena arena;
    struct err err = {0};

    arena_init(&arena, LIMIT);
    assert_true(decode(request_of(METADATA), 9, (struct span){unknown, sizeof(unknown)}, &metadata,
                       &arena, &err));
    assert_true(decode(response_of(API_VERSIONS), 3,
                       (struct span){feature_epoch, sizeof(feature_epoch)}, &versions, &arena,
                       &err));
    assert_int_equal(versions.finalized_features_epoch, 7);
    assert_false(versions.zk_migration_ready);
    assert_false(decode(response_of(API_VERSIONS), 3, (struct span){too_short, sizeof(too_short)},
                        &versions, &arena, &err));
    assert_false(decode(response_of(API_VERSIONS), 3, (struct span){too_long, sizeof(too_long)},
                        &versions, &arena, &err));
    assert_int_equal(err.kind, ERR_MALFORMED);
    arena_reset(&arena);
}

/* --- splices -----------------------------------------------------------------------------------
 */

static void add_records(struct fetch_partition_result *partitions, size_t count)
{
    const struct kafka_field *topics = &response_of(FETCH)->fields[3];
    static const char *const records[] = {"first", "", NULL, "the fourth", "last"};

    assert_string_equal(topics->name, "responses");
    for (size_t i = 0; i < count; i++) {
        kafka_message_init(topics->of->fields[2].of, &partitions[i]);
        partitions[i].partition_index = (int32_t)i;
        if (records[i] != NULL)
            partitions[i].records = span_of(records[i]);
    }
}

/* Puts the splices where they belong, as writev does. */
static void join(struct text *joined, const struct text *out, const struct kafka_splices *splices)
{
    size_t from = 0;

    for (size_t i = 0; i < splices->count; i++) {
        assert_true(splices->items[i].at >= from && splices->items[i].at <= out->size);
        text_add(joined, (struct span){out->bytes + from, splices->items[i].at - from});
        text_add(joined, splices->items[i].bytes);
        from = splices->items[i].at;
    }
    text_add(joined, (struct span){out->bytes + from, out->size - from});
}

/* Text and splices joined are what copying gives, however much room there is for splices. */
static void records_are_written_without_a_copy(void **state)
{
    (void)state;
    enum { PARTITIONS = 5 };
    struct fetch_partition_result partitions[PARTITIONS];
    struct fetch_topic_result topic = {
        .topic = span_of("t"), .partitions = partitions, .partitions_count = PARTITIONS};
    struct fetch_response fetch;
    struct err err = {0};

    kafka_message_init(response_of(FETCH), &fetch);
    fetch.responses = &topic;
    fetch.responses_count = 1;
    add_records(partitions, PARTITIONS);
    for (int16_t version = 4; version <= 18; version++) {
        for (size_t room = 0; room <= PARTITIONS; room++) {
            struct kafka_splice items[PARTITIONS];
            struct kafka_splices splices = {.items = items, .room = room};
            struct text copied, out, joined;

            text_init(&copied, LIMIT);
            text_init(&out, LIMIT);
            text_init(&joined, LIMIT);
            assert_true(
                kafka_message_encode(response_of(FETCH), version, &fetch, &copied, NULL, &err));
            assert_true(
                kafka_message_encode(response_of(FETCH), version, &fetch, &out, &splices, &err));
            assert_int_equal(splices.count, room < 3 ? room : 3);
            assert_int_equal(out.size + splices.bytes, copied.size);
            join(&joined, &out, &splices);
            assert_true(span_equal(text_span(&joined), text_span(&copied)));
            if (splices.count > 0)
                assert_ptr_equal(items[0].bytes.data, partitions[0].records.data);
            text_reset(&joined);
            text_reset(&out);
            text_reset(&copied);
        }
    }
}

/* And are read without one. */
static void records_are_borrowed(void **state)
{
    (void)state;
    struct produce_partition partition = {7, {"records", 7}};
    struct produce_topic topic = {
        .name = span_of("t"), .partition_data = &partition, .partition_data_count = 1};
    struct produce_request produce, decoded;
    struct arena arena;
    struct text out;
    struct err err = {0};

    arena_init(&arena, LIMIT);
    text_init(&out, LIMIT);
    kafka_message_init(request_of(PRODUCE), &produce);
    produce.topic_data = &topic;
    produce.topic_data_count = 1;
    assert_true(kafka_message_encode(request_of(PRODUCE), 9, &produce, &out, NULL, &err));
    assert_true(decode(request_of(PRODUCE), 9, text_span(&out), &decoded, &arena, &err));
    const char *records = decoded.topic_data[0].partition_data[0].records.data;
    assert_true(records > out.bytes && records < out.bytes + out.size);
    assert_true(span_is(decoded.topic_data[0].name, "t"));
    text_reset(&out);
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_comes_back_as_it_went),
        cmocka_unit_test(absent_fields_have_kafkas_defaults),
        cmocka_unit_test(null_and_empty_are_told_apart),
        cmocka_unit_test(a_version_does_not_lose_what_matters),
        cmocka_unit_test(strings_have_a_longest),
        cmocka_unit_test(counts_that_lie_cost_nothing),
        cmocka_unit_test(the_arenas_limit_is_an_answer),
        cmocka_unit_test(tags_are_passed_by_or_filled),
        cmocka_unit_test(records_are_written_without_a_copy),
        cmocka_unit_test(records_are_borrowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
