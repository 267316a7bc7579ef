/* SPDX-License-Identifier: Apache-2.0 */
/* crc32c.c - the processor's instruction where it has one, else eight table look-ups per 8 bytes.
 */
#include "wire/crc32c.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* slices[s][b] is the remainder of byte b followed by s zero bytes.  Remainders are linear: that
 * of a byte is the exclusive or of those of its bits, so each slice is told by its eight powers of
 * two, and the compiler works out the rest. */
#define BIT(i, b, remainder) (((i) >> (b)&1U) * (remainder))
#define ENTRY(i, r0, r1, r2, r3, r4, r5, r6, r7)                                                   \
    (BIT(i, 0, r0) ^ BIT(i, 1, r1) ^ BIT(i, 2, r2) ^ BIT(i, 3, r3) ^ BIT(i, 4, r4) ^               \
     BIT(i, 5, r5) ^ BIT(i, 6, r6) ^ BIT(i, 7, r7))
#define ENTRIES_4(i, ...)                                                                          \
    ENTRY((i), __VA_ARGS__), ENTRY((i) + 1U, __VA_ARGS__), ENTRY((i) + 2U, __VA_ARGS__),           \
        ENTRY((i) + 3U, __VA_ARGS__)
#define ENTRIES_16(i, ...)                                                                         \
    ENTRIES_4((i), __VA_ARGS__), ENTRIES_4((i) + 4U, __VA_ARGS__),                                 \
        ENTRIES_4((i) + 8U, __VA_ARGS__), ENTRIES_4((i) + 12U, __VA_ARGS__)
#define ENTRIES_64(i, ...)                                                                         \
    ENTRIES_16((i), __VA_ARGS__), ENTRIES_16((i) + 16U, __VA_ARGS__),                              \
        ENTRIES_16((i) + 32U, __VA_ARGS__), ENTRIES_16((i) + 48U, __VA_ARGS__)
#define SLICE(...)                                                                                 \
    {                                                                                              \
        ENTRIES_64(0U, __VA_ARGS__), ENTRIES_64(64U, __VA_ARGS__), ENTRIES_64(128U, __VA_ARGS__),  \
            ENTRIES_64(192U, __VA_ARGS__)                                                          \
    }

static const uint32_t slices[8][256] = {
    SLICE(0xf26b8303U, 0xe13b70f7U, 0xc79a971fU, 0x8ad958cfU, 0x105ec76fU, 0x20bd8edeU, 0x417b1dbcU,
          0x82f63b78U),
    SLICE(0x13a29877U, 0x274530eeU, 0x4e8a61dcU, 0x9d14c3b8U, 0x3fc5f181U, 0x7f8be302U, 0xff17c604U,
          0xfbc3faf9U),
    SLICE(0xa541927eU, 0x4f6f520dU, 0x9edea41aU, 0x38513ec5U, 0x70a27d8aU, 0xe144fb14U, 0xc76580d9U,
          0x8b277743U),
    SLICE(0xdd45aab8U, 0xbf672381U, 0x7b2231f3U, 0xf64463e6U, 0xe964b13dU, 0xd725148bU, 0xaba65fe7U,
          0x52a0c93fU),
    SLICE(0x38116facU, 0x7022df58U, 0xe045beb0U, 0xc5670b91U, 0x8f2261d3U, 0x1ba8b557U, 0x37516aaeU,
          0x6ea2d55cU),
    SLICE(0xef306b19U, 0xdb8ca0c3U, 0xb2f53777U, 0x6006181fU, 0xc00c303eU, 0x85f4168dU, 0x0e045bebU,
          0x1c08b7d6U),
    SLICE(0x68032cc8U, 0xd0065990U, 0xa5e0c5d1U, 0x4e2dfd53U, 0x9c5bfaa6U, 0x3d5b83bdU, 0x7ab7077aU,
          0xf56e0ef4U),
    SLICE(0x493c7d27U, 0x9278fa4eU, 0x211d826dU, 0x423b04daU, 0x847609b4U, 0x0d006599U, 0x1a00cb32U,
          0x34019664U),
};

static uint64_t little_endian(const unsigned char *b)
{
    uint64_t value = 0;

    for (int i = 7; i >= 0; i--)
        value = value << 8 | b[i];
    return value;
}

static uint32_t eight_bytes(uint32_t state, const unsigned char *b)
{
    uint64_t v = little_endian(b) ^ state;

    return slices[7][v & 0xff] ^ slices[6][v >> 8 & 0xff] ^ slices[5][v >> 16 & 0xff] ^
           slices[4][v >> 24 & 0xff] ^ slices[3][v >> 32 & 0xff] ^ slices[2][v >> 40 & 0xff] ^
           slices[1][v >> 48 & 0xff] ^ slices[0][v >> 56];
}

uint32_t crc32c_extend_portable(uint32_t crc, struct span bytes)
{
    const unsigned char *b = bytes.data;
    size_t left = bytes.size;
    uint32_t state = ~crc;

    for (; left >= 8; b += 8, left -= 8)
        state = eight_bytes(state, b);
    for (; left > 0; b++, left--)
        state = state >> 8 ^ slices[0][(state ^ *b) & 0xff];
    return ~state;
}

#ifdef __x86_64__

static bool has_instruction(void)
{
    return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) static uint32_t extend_fast(uint32_t crc, struct span bytes)
{
    const unsigned char *b = bytes.data;
    size_t left = bytes.size;
    uint64_t state = ~crc;

    for (; left >= 8; b += 8, left -= 8) {
        uint64_t word;
        memcpy(&word, b, sizeof(word));
        state = __builtin_ia32_crc32di(state, word);
    }
    uint32_t narrow = (uint32_t)state;
    for (; left > 0; b++, left--)
        narrow = __builtin_ia32_crc32qi(narrow, *b);
    return ~narrow;
}

#else

static bool has_instruction(void)
{
    return false;
}

static uint32_t extend_fast(uint32_t crc, struct span bytes)
{
    return crc32c_extend_portable(crc, bytes);
}

#endif

uint32_t crc32c_extend(uint32_t crc, struct span bytes)
{
    return has_instruction() ? extend_fast(crc, bytes) : crc32c_extend_portable(crc, bytes);
}

uint32_t crc32c(struct span bytes)
{
    return crc32c_extend(0, bytes);
}
