/* SPDX-License-Identifier: Apache-2.0 */
/* uuid.c - 16 random bytes and their text. */
#include "broker/uuid.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#define TEXT_SIZE (UUID_TEXT_BYTES - 1)
#define BITS (16 * 8)

struct kafka_uuid uuid_new(void)
{
    struct kafka_uuid uuid;
    char text[UUID_TEXT_BYTES];

    do {
        ssize_t got = getrandom(uuid.bytes, sizeof(uuid.bytes), 0);
        assert(got == (ssize_t)sizeof(uuid.bytes));
        (void)got;
        uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0f) | 0x40);
        uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3f) | 0x80);
    } while (uuid_text(&uuid, text)[0] == '-');
    return uuid;
}

const char *uuid_text(const struct kafka_uuid *uuid, char text[UUID_TEXT_BYTES])
{
    for (size_t i = 0; i < TEXT_SIZE; i++) {
        unsigned value = 0;
        for (size_t bit = i * 6; bit < i * 6 + 6; bit++)
            value = value << 1 | (bit < BITS ? uuid->bytes[bit / 8] >> (7 - bit % 8) & 1U : 0U);
        text[i] = letters[value];
    }
    text[TEXT_SIZE] = '\0';
    return text;
}

bool uuid_parse(struct kafka_uuid *uuid, struct span text)
{
    const char *chars = text.data;

    if (text.size != TEXT_SIZE)
        return false;
    memset(uuid, 0, sizeof(*uuid));
    for (size_t i = 0; i < TEXT_SIZE; i++) {
        const char *letter = chars[i] == '\0' ? NULL : strchr(letters, chars[i]);
        if (letter == NULL)
            return false;
        for (size_t bit = 0; bit < 6; bit++) {
            size_t at = i * 6 + bit;
            unsigned set = (unsigned)(letter - letters) >> (5 - bit) & 1U;
            if (at < BITS)
                uuid->bytes[at / 8] |= (uint8_t)(set << (7 - at % 8));
            else if (set != 0)
                return false;
        }
    }
    return true;
}

int uuid_compare(const struct kafka_uuid *a, const struct kafka_uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}
