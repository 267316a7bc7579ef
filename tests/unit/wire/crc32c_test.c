/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "wire/crc32c.h"

/* RFC 3720 B.4, and the check value of the CRC catalogues. */
static void gives_the_published_values(void **state)
{
    (void)state;
    unsigned char up[32], down[32];
    static const unsigned char zeros[32];
    unsigned char ones[32];

    for (size_t i = 0; i < sizeof(up); i++) {
        up[i] = (unsigned char)i;
        down[i] = (unsigned char)(31 - i);
        ones[i] = 0xff;
    }
    const struct {
        struct span bytes;
        uint32_t crc;
    } rows[] = {
        {{"123456789", 9}, 0xe3069283},     {{zeros, sizeof(zeros)}, 0x8a9136aa},
        {{ones, sizeof(ones)}, 0x62a8ab43}, {{up, sizeof(up)}, 0x46dd794e},
        {{down, sizeof(down)}, 0x113fdb5c}, {{NULL, 0}, 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(crc32c(rows[i].bytes), rows[i].crc);
        assert_int_equal(crc32c_extend_portable(0, rows[i].bytes), rows[i].crc);
    }
}

/* As the polynomial says it: one bit at a time. */
static uint32_t bit_by_bit(const unsigned char *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < 8 * size; i++) {
        uint32_t in = (crc ^ (uint32_t)(bytes[i / 8] >> i % 8)) & 1;
        crc = crc >> 1 ^ (in != 0 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

/* With the instruction and without, at any alignment and size, in one piece or two. */
static void all_ways_agree(void **state)
{
    (void)state;
    unsigned char bytes[512];
    uint32_t random = 1;

    for (size_t i = 0; i < sizeof(bytes); i++) {
        random = random * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(random >> 24);
    }
    for (size_t size = 0; size < 300; size++) {
        const unsigned char *start = bytes + size % 13;
        struct span all = {start, size};
        struct span head = {start, size / 3};
        struct span tail = {start + size / 3, size - size / 3};
        uint32_t crc = bit_by_bit(start, size);

        assert_int_equal(crc32c(all), crc);
        assert_int_equal(crc32c_extend(crc32c(head), tail), crc);
        assert_int_equal(crc32c_extend_portable(0, all), crc);
        assert_int_equal(crc32c_extend_portable(crc32c(head), tail), crc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_values),
        cmocka_unit_test(all_ways_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
