/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/kafka_frame.h"
#include "wire/writer.h"

#define GOLDEN "tests/golden/kafka/*.hex"
#define LIMIT ((size_t)1024 * 1024)

/* One captured frame: "# api N version N request|response", comments, hex. */
struct golden {
    int api;
    int version;
    char direction[16];
    unsigned char bytes[4096];
    size_t size;
};

static void read_golden(struct golden *golden, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[1024];
    unsigned byte;

    assert_non_null(file);
    golden->size = 0;
    assert_non_null(fgets(line, sizeof(line), file));
    assert_int_equal(
        sscanf(line, "# api %d version %d %15s", &golden->api, &golden->version, golden->direction),
        3);
    while (fgets(line, sizeof(line), file) != NULL)
        for (char *hex = line; line[0] != '#' && sscanf(hex, "%2x", &byte) == 1; hex += 2)
            golden->bytes[golden->size++] = (unsigned char)byte;
    (void)fclose(file);
}

static struct span after_size(const struct golden *golden)
{
    return (struct span){golden->bytes + KAFKA_FRAME_SIZE_BYTES,
                         golden->size - KAFKA_FRAME_SIZE_BYTES};
}

static void assert_same(const struct golden *golden, const struct text *out)
{
    assert_int_equal(out->size, golden->size);
    assert_memory_equal(out->bytes, golden->bytes, golden->size);
}

static void request_again(const struct golden *golden, struct arena *arena, struct text *out)
{
    struct kafka_frame frame;
    struct reader body;
    struct err err = {0};

    assert_true(kafka_frame_decode(&frame, after_size(golden), &body, &err));
    assert_non_null(frame.api);
    assert_int_equal(frame.api->key, golden->api);
    assert_int_equal(frame.header.request_api_version, golden->version);
    void *message = arena_new(arena, 1, frame.api->request->size, _Alignof(max_align_t));
    if (!kafka_message_decode(frame.api->request, frame.header.request_api_version, &body, message,
                              arena, &err))
        fail_msg("%s", err.text);
    assert_true(kafka_frame_request(&frame, message, out, &err));
    assert_same(golden, out);
}

static void response_again(const struct golden *golden, struct arena *arena, struct text *out)
{
    struct kafka_frame frame = {.api = kafka_table_find((int16_t)golden->api)};
    struct reader id = reader_of(after_size(golden));
    struct reader body;
    struct err err = {0};

    assert_non_null(frame.api);
    frame.header.request_api_version = (int16_t)golden->version;
    frame.header.correlation_id = reader_i32(&id);
    assert_true(kafka_frame_decode_reply(&frame, after_size(golden), &body, &err));
    void *message = arena_new(arena, 1, frame.api->response->size, _Alignof(max_align_t));
    if (!kafka_message_decode(frame.api->response, (int16_t)golden->version, &body, message, arena,
                              &err))
        fail_msg("%s", err.text);
    assert_true(kafka_frame_reply(&frame, message, out, NULL, &err));
    assert_same(golden, out);
}

/* What kcat, kafka-python, librdkafka, Java and Kafka itself sent, we read, and write likewise. */
static void real_messages_come_out_byte_for_byte(void **state)
{
    (void)state;
    glob_t found;

    assert_int_equal(glob(GOLDEN, 0, NULL, &found), 0);
    assert_true(found.gl_pathc > 50);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct golden golden;
        struct arena arena;
        struct text out;

        print_message("%s\n", found.gl_pathv[i]);
        read_golden(&golden, found.gl_pathv[i]);
        arena_init(&arena, LIMIT);
        text_init(&out, LIMIT);
        if (strcmp(golden.direction, "request") == 0)
            request_again(&golden, &arena, &out);
        else
            response_again(&golden, &arena, &out);
        text_reset(&out);
        arena_reset(&arena);
    }
    globfree(&found);
}

/* An API or version that the table does not have still tells who asks, and what. */
static void unknown_requests_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        int16_t api;
        int16_t version;
        bool known;
    } rows[] = {
        {18, 3, true},  {18, 99, false}, {18, -1, false},       {999, 0, false},
        {-1, 0, false}, {0, 2, false},   {0, INT16_MAX, false}, {1, 4, true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text request;
        struct kafka_frame frame;
        struct reader body;
        struct err err = {0};

        text_init(&request, 100);
        writer_i16(&request, rows[i].api);
        writer_i16(&request, rows[i].version);
        writer_i32(&request, 4711);
        writer_i16(&request, 2);
        writer_bytes(&request, span_of("me"));
        writer_i8(&request, 0); /* no tags, where the version has them */
        assert_true(kafka_frame_decode(&frame, text_span(&request), &body, &err));
        assert_int_equal(frame.api != NULL, rows[i].known);
        assert_int_equal(frame.header.request_api_key, rows[i].api);
        assert_int_equal(frame.header.request_api_version, rows[i].version);
        assert_int_equal(frame.header.correlation_id, 4711);
        assert_true(span_is(frame.header.client_id, "me"));
        text_reset(&request);
    }
}

/* KIP-511: this is how a client of tomorrow learns what a broker of today can do. */
static void api_versions_can_be_answered_in_version_0(void **state)
{
    (void)state;
    static const unsigned char expected[] = {0, 0, 0, 16, 0, 0,  0, 7, 0, 35,
                                             0, 0, 0, 1,  0, 18, 0, 0, 0, 4};
    struct api_versions_key key = {18, 0, 4};
    struct api_versions_response response;
    struct kafka_frame frame = {.header = {18, 0, 7, {NULL, 0}}, .api = kafka_table_find(18)};
    struct text out;
    struct err err = {0};

    kafka_message_init(frame.api->response, &response);
    response.error_code = 35;
    response.api_keys = &key;
    response.api_keys_count = 1;
    text_init(&out, 100);
    assert_true(kafka_frame_reply(&frame, &response, &out, NULL, &err));
    assert_int_equal(out.size, sizeof(expected));
    assert_memory_equal(out.bytes, expected, sizeof(expected));
    text_reset(&out);
}

/* A header that is cut anywhere is malformed, never read past. */
static void a_cut_header_is_refused(void **state)
{
    (void)state;
    static const unsigned char whole[] = {0, 3, 0, 9, 0, 0, 0, 1, 0, 2, 'm', 'e', 0};

    for (size_t size = 0; size <= sizeof(whole); size++) {
        unsigned char *bytes = mem_copy(whole, size); /* so that a sanitizer sees its end */
        struct kafka_frame frame;
        struct reader body;
        struct err err = {0};

        assert_int_equal(kafka_frame_decode(&frame, (struct span){bytes, size}, &body, &err),
                         size == sizeof(whole));
        assert_int_equal(err.kind, size == sizeof(whole) ? ERR_NONE : ERR_MALFORMED);
        mem_free(bytes);
    }
}

/* A response that cannot be written leaves nothing of itself behind. */
static void a_failed_reply_leaves_the_text_as_it_was(void **state)
{
    (void)state;
    struct metadata_topic_result topics[2];
    struct metadata_response response;
    struct kafka_frame frame = {.header = {3, 9, 1, {NULL, 0}}, .api = kafka_table_find(3)};
    struct text out;
    struct err err = {0};

    kafka_message_init(frame.api->response, &response);
    memset(topics, 0, sizeof(topics));
    topics[0].name = span_of("first");
    topics[1].name = (struct span){NULL, 0}; /* which version 9 does not have */
    response.topics = topics;
    response.topics_count = 2;
    text_init(&out, 60);
    text_add_string(&out, "before");
    assert_false(kafka_frame_reply(&frame, &response, &out, NULL, &err));
    assert_int_equal(err.kind, ERR_UNSUPPORTED);
    assert_string_equal(text_string(&out), "before");

    topics[1].name = span_of("a name that does not fit into the sixty bytes");
    assert_false(kafka_frame_reply(&frame, &response, &out, NULL, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_string_equal(text_string(&out), "before");
    assert_false(out.full);
    text_reset(&out);
}

static void a_reply_to_another_request_is_refused(void **state)
{
    (void)state;
    static const unsigned char reply[] = {0, 0, 0, 8, 0, 0};
    struct kafka_frame frame = {.header = {3, 4, 7, {NULL, 0}}, .api = kafka_table_find(3)};
    struct reader body;
    struct err err = {0};

    assert_false(
        kafka_frame_decode_reply(&frame, (struct span){reply, sizeof(reply)}, &body, &err));
    assert_int_equal(err.kind, ERR_MALFORMED);
    assert_false(kafka_frame_decode_reply(&frame, (struct span){reply, 3}, &body, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_messages_come_out_byte_for_byte),
        cmocka_unit_test(unknown_requests_are_told_apart),
        cmocka_unit_test(api_versions_can_be_answered_in_version_0),
        cmocka_unit_test(a_cut_header_is_refused),
        cmocka_unit_test(a_failed_reply_leaves_the_text_as_it_was),
        cmocka_unit_test(a_reply_to_another_request_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
