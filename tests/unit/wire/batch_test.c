/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/batch.h"
#include "wire/crc32c.h"

#define LIMIT ((size_t)32 * 1024 * 1024)

/* What kcat 1.7.1 sent for `echo alpha:one | kcat -P -K: -H h1=v1 -H h2=`, from the captured
 * request in tests/golden/kafka. */
static const unsigned char of_kcat[] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x4a, 0x00, 0x00, 0x00,
    0x00, 0x02, 0x85, 0x92, 0x82, 0x0f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
    0xa2, 0x06, 0x21, 0x5e, 0x9a, 0x00, 0x00, 0x01, 0xa2, 0x06, 0x21, 0x5e, 0x9a, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00,
    0x01, 0x30, 0x00, 0x00, 0x00, 0x0a, 0x61, 0x6c, 0x70, 0x68, 0x61, 0x06, 0x6f, 0x6e, 0x65,
    0x04, 0x04, 0x68, 0x31, 0x04, 0x76, 0x31, 0x04, 0x68, 0x32, 0x00,
};

#define OF_KCAT ((struct span){of_kcat, sizeof(of_kcat)})
#define OF_KCAT_TIME INT64_C(1795399179930)

static void put(unsigned char *to, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (unsigned char)(value >> (8 * (size - 1 - i)));
}

static void correct_crc(unsigned char *bytes, size_t size)
{
    put(bytes + 17, crc32c((struct span){bytes + 21, size - 21}), 4);
}

static void reads_a_real_batch(void **state)
{
    (void)state;
    struct batch batch;
    struct batch_records records;
    struct batch_record record;
    struct err err = {0};

    assert_true(batch_decode(&batch, OF_KCAT, &err));
    assert_true(batch_check_crc(&batch, &err));
    assert_true(batch_check_produced(&batch, &err));
    assert_int_equal(batch.base_timestamp, OF_KCAT_TIME);
    assert_int_equal(batch.max_timestamp, OF_KCAT_TIME);
    assert_int_equal(batch.record_count, 1);
    assert_int_equal(batch_codec(&batch), BATCH_PLAIN);
    assert_false(batch_has_producer(&batch));
    assert_int_equal(batch_last_sequence(&batch), BATCH_NO_PRODUCER);

    assert_true(batch_records_init(&records, &batch, &err));
    assert_true(batch_records_next(&records, &record, &err));
    assert_int_equal(records.left, 0);
    assert_int_equal(record.offset, 0);
    assert_int_equal(record.timestamp, OF_KCAT_TIME);
    assert_true(span_is(record.key, "alpha"));
    assert_true(span_is(record.value, "one"));
    assert_int_equal(record.header_count, 2);
    struct batch_header header = batch_header_next(&record.headers);
    assert_true(span_is(header.key, "h1") && span_is(header.value, "v1"));
    header = batch_header_next(&record.headers);
    assert_true(span_is(header.key, "h2") && header.value.size == 0 && header.value.data != NULL);
    assert_int_equal(record.headers.size, 0);
}

/* The builder packs as librdkafka does. */
static void makes_what_kcat_made(void **state)
{
    (void)state;
    const struct batch_header headers[] = {
        {span_of("h1"), span_of("v1")},
        {span_of("h2"), span_of("")},
    };
    struct batch_builder builder;
    struct text out;
    struct err err = {0};

    text_init(&out, LIMIT);
    text_add_string(&out, "before");
    batch_builder_begin(&builder, &out, OF_KCAT_TIME);
    builder.batch.leader_epoch = 0; /* as librdkafka; others send -1 */
    batch_builder_add(&builder, OF_KCAT_TIME, span_of("alpha"), span_of("one"), headers, 2);
    assert_true(batch_builder_end(&builder, &err));
    assert_int_equal(out.size, 6 + sizeof(of_kcat));
    assert_memory_equal(out.bytes + 6, of_kcat, sizeof(of_kcat));
    text_reset(&out);
}

/* A batch that lies about itself is refused, whatever the lie, right checksum or not. */
static void refuses_every_lie(void **state)
{
    (void)state;
    static const struct {
        const char *lie;
        size_t at;
        size_t width;
        uint64_t value;
        size_t size;
    } lies[] = {
        {"nothing at all", 0, 0, 0, 0},
        {"too short for a header", 8, 4, 60 - 12, 60},
        {"an older format", 16, 1, 1, 86},
        {"a newer format", 16, 1, 3, 86},
        {"more bytes than there are", 8, 4, 75, 86},
        {"fewer bytes than there are", 8, 4, 73, 86},
        {"a negative size", 8, 4, UINT32_MAX, 86},
        {"a huge size", 8, 4, INT32_MAX, 86},
        {"no records", 57, 4, 0, 86},
        {"less than no records", 57, 4, UINT32_MAX, 86},
        {"offsets that go back", 23, 4, UINT32_MAX, 86},
        {"offsets below 0", 0, 8, UINT64_MAX, 86},
    };

    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        unsigned char bytes[sizeof(of_kcat)];
        struct batch batch;
        struct err err = {0};

        print_message("%s\n", lies[i].lie);
        memcpy(bytes, of_kcat, sizeof(bytes));
        put(bytes + lies[i].at, lies[i].value, lies[i].width);
        correct_crc(bytes, sizeof(bytes));
        assert_false(batch_decode(&batch, (struct span){bytes, lies[i].size}, &err));
        assert_int_equal(err.kind, ERR_MALFORMED);
    }
}

/* A batch may be in a log and yet not be a client's to write. */
static void refuses_what_kafka_refuses_to_append(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        size_t at;
        size_t width;
        uint64_t value;
        enum err_kind kind;
    } rows[] = {
        {"the batch itself", 0, 0, 0, ERR_NONE},
        {"an offset that is not the client's to give", 0, 8, 1, ERR_MALFORMED},
        {"more offsets than records", 23, 4, 1, ERR_MALFORMED},
        {"more records than offsets", 57, 4, 2, ERR_MALFORMED},
        {"a control batch", 21, 2, BATCH_CONTROL, ERR_MALFORMED},
        {"the broker's time", 21, 2, BATCH_LOG_APPEND_TIME, ERR_MALFORMED},
        {"a transaction of no one", 21, 2, BATCH_TRANSACTIONAL, ERR_MALFORMED},
        {"a producer without epoch and sequence", 43, 8, 7, ERR_MALFORMED},
        {"compression 5", 21, 2, 5, ERR_UNSUPPORTED},
        {"compression 7", 21, 2, 7, ERR_UNSUPPORTED},
        {"compression, so that the records are not looked at", 21, 2, BATCH_ZSTD, ERR_NONE},
        {"a record longer than the batch", 61, 1, 0x32, ERR_MALFORMED},
        {"a record shorter than it is", 61, 1, 0x2e, ERR_MALFORMED},
        {"a record of negative length", 61, 1, 0x01, ERR_MALFORMED},
        {"a key longer than its record", 65, 1, 0x7e, ERR_MALFORMED},
        {"a key of length -2", 65, 1, 0x03, ERR_MALFORMED},
        {"a record that is elsewhere", 64, 1, 0x02, ERR_MALFORMED},
        {"more headers than there are", 75, 1, 0x06, ERR_MALFORMED},
        {"fewer headers than there are", 75, 1, 0x02, ERR_MALFORMED},
        {"less than no headers", 75, 1, 0x01, ERR_MALFORMED},
        {"a header without a key", 76, 1, 0x01, ERR_MALFORMED},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char bytes[sizeof(of_kcat)];
        struct batch batch;
        struct err err = {0};

        print_message("%s\n", rows[i].what);
        memcpy(bytes, of_kcat, sizeof(bytes));
        put(bytes + rows[i].at, rows[i].value, rows[i].width);
        correct_crc(bytes, sizeof(bytes));
        assert_true(batch_decode(&batch, (struct span){bytes, sizeof(bytes)}, &err));
        assert_int_equal(batch_check_produced(&batch, &err), rows[i].kind == ERR_NONE);
        assert_int_equal(err.kind, rows[i].kind);
    }
}

/* Every bit from the attributes on is under the checksum; offset, size and epoch are not. */
static void a_flipped_bit_is_found(void **state)
{
    (void)state;

    for (size_t bit = 0; bit < 8 * sizeof(of_kcat); bit++) {
        unsigned char bytes[sizeof(of_kcat)];
        struct batch batch;
        struct err err = {0};

        assert_true(batch_decode(&batch, OF_KCAT, &err));
        memcpy(bytes, of_kcat, sizeof(bytes));
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        batch.bytes = (struct span){bytes, sizeof(bytes)};
        assert_int_equal(batch_check_crc(&batch, &err), bit / 8 < 21);
        assert_int_equal(err.kind, bit / 8 < 21 ? ERR_NONE : ERR_CORRUPT);
    }
}

static void patching_keeps_the_checksum(void **state)
{
    (void)state;
    unsigned char bytes[sizeof(of_kcat)];
    struct batch batch;
    struct err err = {0};

    memcpy(bytes, of_kcat, sizeof(bytes));
    batch_patch(bytes, INT64_C(0x0123456789abcdef), 0x76543210);
    assert_true(batch_decode(&batch, (struct span){bytes, sizeof(bytes)}, &err));
    assert_true(batch_check_crc(&batch, &err));
    assert_int_equal(batch.base_offset, INT64_C(0x0123456789abcdef));
    assert_int_equal(batch.leader_epoch, 0x76543210);
    assert_memory_equal(bytes + 16, of_kcat + 16, sizeof(bytes) - 16);
}

/* Batches lie end to end, and the last may be torn. */
static void finds_the_next_batch(void **state)
{
    (void)state;
    struct batch_peek peek;
    struct err err = {0};
    unsigned char bytes[BATCH_PEEK_BYTES] = {0};

    assert_true(batch_peek(&peek, (struct span){of_kcat, BATCH_PEEK_BYTES}, &err));
    assert_int_equal(peek.bytes, sizeof(of_kcat));
    assert_int_equal(peek.base_offset, 0);

    put(bytes + 8, BATCH_BYTES_MAX - 12, 4);
    assert_true(batch_peek(&peek, (struct span){bytes, sizeof(bytes)}, &err));
    assert_int_equal(peek.bytes, BATCH_BYTES_MAX);
    put(bytes + 8, BATCH_BYTES_MAX - 11, 4);
    assert_false(batch_peek(&peek, (struct span){bytes, sizeof(bytes)}, &err));
    put(bytes + 8, 48, 4);
    assert_false(batch_peek(&peek, (struct span){bytes, sizeof(bytes)}, &err));
    put(bytes + 8, UINT32_MAX, 4);
    assert_false(batch_peek(&peek, (struct span){bytes, sizeof(bytes)}, &err));
    assert_int_equal(err.kind, ERR_MALFORMED);
}

/* Nulls, empties, many records, far apart in time: what goes in comes out. */
static void records_come_out_as_they_went_in(void **state)
{
    (void)state;
    enum { RECORDS = 1000 };
    static char value[30000];
    struct batch_builder builder;
    struct batch_records records;
    struct batch_record record;
    struct batch batch;
    struct text out;
    struct err err = {0};

    text_init(&out, LIMIT);
    batch_builder_begin(&builder, &out, 1000);
    builder.batch.producer_id = 7;
    builder.batch.producer_epoch = 1;
    builder.batch.base_sequence = INT32_MAX - 1;
    for (int i = 0; i < RECORDS; i++)
        batch_builder_add(&builder, 1000 - INT64_C(1000000007) * i, (struct span){NULL, 0},
                          (struct span){i % 7 == 0 ? NULL : value, i % 7 == 0 ? 0 : (size_t)i * 30},
                          &(struct batch_header){span_of(""), {NULL, 0}}, (size_t)i % 2);
    assert_true(batch_builder_end(&builder, &err));

    assert_true(batch_decode(&batch, text_span(&out), &err));
    assert_true(batch_check_crc(&batch, &err) && batch_check_produced(&batch, &err));
    assert_true(batch_has_producer(&batch));
    assert_int_equal(batch.max_timestamp, 1000);
    assert_int_equal(batch_last_offset(&batch), RECORDS - 1);
    assert_int_equal(batch_last_sequence(&batch), RECORDS - 3); /* it went past INT32_MAX */
    assert_true(batch_records_init(&records, &batch, &err));
    for (int i = 0; i < RECORDS; i++) {
        assert_true(batch_records_next(&records, &record, &err));
        assert_int_equal(record.offset, i);
        assert_int_equal(record.timestamp, 1000 - INT64_C(1000000007) * i);
        assert_null(record.key.data);
        assert_int_equal(record.value.data == NULL, i % 7 == 0);
        assert_int_equal(record.value.size, i % 7 == 0 ? 0 : i * 30);
        assert_int_equal(record.header_count, i % 2);
        if (record.header_count == 0)
            continue;
        struct batch_header header = batch_header_next(&record.headers);
        assert_true(header.key.data != NULL && header.key.size == 0 && header.value.data == NULL);
    }
    assert_int_equal(records.left, 0);
    text_reset(&out);
}

static void the_brokers_time_is_every_records_time(void **state)
{
    (void)state;
    unsigned char bytes[sizeof(of_kcat)];
    struct batch_records records;
    struct batch_record record;
    struct batch batch;
    struct err err = {0};

    memcpy(bytes, of_kcat, sizeof(bytes));
    put(bytes + 21, BATCH_LOG_APPEND_TIME, 2);
    put(bytes + 35, 4711, 8);
    assert_true(batch_decode(&batch, (struct span){bytes, sizeof(bytes)}, &err));
    assert_true(batch_records_init(&records, &batch, &err));
    assert_true(batch_records_next(&records, &record, &err));
    assert_int_equal(record.timestamp, 4711);
}

static void compressed_records_are_not_walked(void **state)
{
    (void)state;
    unsigned char bytes[sizeof(of_kcat)];
    struct batch_records records;
    struct batch batch;
    struct err err = {0};

    memcpy(bytes, of_kcat, sizeof(bytes));
    put(bytes + 21, BATCH_GZIP, 2);
    assert_true(batch_decode(&batch, (struct span){bytes, sizeof(bytes)}, &err));
    assert_false(batch_records_init(&records, &batch, &err));
    assert_int_equal(err.kind, ERR_UNSUPPORTED);
}

static void a_batch_has_a_largest_size(void **state)
{
    (void)state;
    struct batch_builder builder;
    struct text out;
    struct err err = {0};
    char *value = mem_new(BATCH_BYTES_MAX);

    for (int small_text = 0; small_text < 2; small_text++) {
        text_init(&out, small_text ? 100 : LIMIT);
        batch_builder_begin(&builder, &out, 0);
        batch_builder_add(&builder, 0, span_of(""), (struct span){value, BATCH_BYTES_MAX - 64},
                          NULL, 0);
        assert_false(batch_builder_end(&builder, &err));
        assert_int_equal(err.kind, ERR_LIMIT);
        text_reset(&out);
    }
    mem_free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_real_batch),
        cmocka_unit_test(makes_what_kcat_made),
        cmocka_unit_test(refuses_every_lie),
        cmocka_unit_test(refuses_what_kafka_refuses_to_append),
        cmocka_unit_test(a_flipped_bit_is_found),
        cmocka_unit_test(patching_keeps_the_checksum),
        cmocka_unit_test(finds_the_next_batch),
        cmocka_unit_test(records_come_out_as_they_went_in),
        cmocka_unit_test(the_brokers_time_is_every_records_time),
        cmocka_unit_test(compressed_records_are_not_walked),
        cmocka_unit_test(a_batch_has_a_largest_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
