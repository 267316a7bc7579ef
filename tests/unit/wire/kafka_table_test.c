/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/span.h"
#include "wire/kafka_structs.h"
#include "wire/kafka_table.h"

#define DEPTH_MAX 4

static void finds_by_key_what_it_lists(void **state)
{
    (void)state;
    const struct kafka_api *api;
    int16_t last_key = -1;
    size_t count = 0;

    for (; (api = kafka_table_at(count)) != NULL; count++) {
        assert_ptr_equal(kafka_table_find(api->key), api);
        assert_true(api->key > last_key);
        assert_int_equal(api->request->first, api->response->first);
        assert_int_equal(api->request->last, api->response->last);
        assert_int_equal(api->request->flexible_from, api->response->flexible_from);
        last_key = api->key;
    }
    assert_true(count >= 13);
    assert_null(kafka_table_at(SIZE_MAX));
    assert_null(kafka_table_find(-1));
    assert_null(kafka_table_find(INT16_MAX));
}

/* As deep as the rows, which is four. NOLINTBEGIN(misc-no-recursion) */

struct layout {
    size_t size;
    size_t align;
};

static struct layout layout_of(const struct kafka_field *field)
{
    static const struct layout layouts[] = {
        [KAFKA_BOOL] = {sizeof(bool), _Alignof(bool)},
        [KAFKA_INT8] = {sizeof(int8_t), _Alignof(int8_t)},
        [KAFKA_INT16] = {sizeof(int16_t), _Alignof(int16_t)},
        [KAFKA_UINT16] = {sizeof(uint16_t), _Alignof(uint16_t)},
        [KAFKA_INT32] = {sizeof(int32_t), _Alignof(int32_t)},
        [KAFKA_INT64] = {sizeof(int64_t), _Alignof(int64_t)},
        [KAFKA_FLOAT64] = {sizeof(double), _Alignof(double)},
        [KAFKA_UUID] = {sizeof(struct kafka_uuid), _Alignof(struct kafka_uuid)},
        [KAFKA_STRING] = {sizeof(struct span), _Alignof(struct span)},
        [KAFKA_BYTES] = {sizeof(struct span), _Alignof(struct span)},
        [KAFKA_RECORDS] = {sizeof(struct span), _Alignof(struct span)},
    };
    struct layout inner = {0, 1};

    if (field->is_array)
        return (struct layout){sizeof(void *) + sizeof(size_t), _Alignof(void *)};
    if (field->kind != KAFKA_STRUCT)
        return layouts[field->kind];
    inner.size = field->of->size;
    for (size_t i = 0; i < field->of->field_count; i++) {
        struct layout one = layout_of(&field->of->fields[i]);
        inner.align = one.align > inner.align ? one.align : inner.align;
    }
    return inner;
}

static size_t round_up(size_t size, size_t align)
{
    return (size + align - 1) / align * align;
}

/* Laying out what the rows say must give the C struct: no member is missing, none is wider or
 * narrower than its kind, and they stand in Kafka's order. */
static void check_layout(const struct kafka_struct *table, int depth)
{
    size_t end = 0;
    size_t widest = 1;
    int32_t last_tag = -1;

    print_message("%s\n", table->name);
    assert_true(depth <= DEPTH_MAX);
    for (size_t i = 0; i < table->field_count; i++) {
        const struct kafka_field *field = &table->fields[i];
        struct layout layout = layout_of(field);

        assert_int_equal(field->offset, round_up(end, layout.align));
        if (field->is_array)
            assert_int_equal(field->count_offset, field->offset + sizeof(void *));
        end = field->offset + layout.size;
        widest = layout.align > widest ? layout.align : widest;
        assert_true(field->first >= 0 && field->first <= field->last);
        assert_true(!field->is_nullable || field->nullable_from >= 0);
        assert_true(!field->is_tagged || field->tag > last_tag); /* in the order of sending */
        last_tag = field->is_tagged ? field->tag : last_tag;
        assert_int_equal(field->kind == KAFKA_STRUCT, field->of != NULL);
        if (field->of != NULL)
            check_layout(field->of, depth + 1);
    }
    assert_int_equal(table->size, round_up(end, widest));
}

static void rows_fit_their_structs(void **state)
{
    (void)state;
    const struct kafka_api *api;

    check_layout(&kafka_table_request_header, 1);
    check_layout(&kafka_table_response_header, 1);
    for (size_t i = 0; (api = kafka_table_at(i)) != NULL; i++) {
        check_layout(api->request, 1);
        check_layout(api->response, 1);
    }
}

/* NOLINTEND(misc-no-recursion) */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_key_what_it_lists),
        cmocka_unit_test(rows_fit_their_structs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
