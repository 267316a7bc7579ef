/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - a buffer that grows by doubling. */
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define ROOM_MIN 256

void text_init(struct text *text, size_t limit)
{
    *text = (struct text){.limit = limit};
}

void text_reset(struct text *text)
{
    mem_free(text->bytes);
    text_init(text, text->limit);
}

void text_clear(struct text *text)
{
    text->size = 0;
    text->full = false;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

char *text_space(struct text *text, size_t size)
{
    if (text->full || size > text->limit - text->size) {
        text->full = true;
        return NULL;
    }
    if (text->bytes == NULL || size >= text->room - text->size) { /* one for the zero byte */
        size_t room = text->room < ROOM_MIN ? ROOM_MIN : text->room * 2;
        if (room < text->size + size + 1)
            room = text->size + size + 1;
        text->bytes = mem_grow(text->bytes, room);
        text->room = room;
    }
    return text->bytes + text->size;
}

void text_added(struct text *text, size_t size)
{
    assert(size < text->room - text->size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

void text_add(struct text *text, struct span bytes)
{
    if (bytes.size == 0)
        return;
    char *space = text_space(text, bytes.size);
    if (space == NULL)
        return;
    memcpy(space, bytes.data, bytes.size);
    text_added(text, bytes.size);
}

void text_add_string(struct text *text, const char *string)
{
    text_add(text, span_of(string));
}

void text_add_char(struct text *text, char c)
{
    text_add(text, (struct span){&c, 1});
}

void text_printf(struct text *text, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    text_vprintf(text, fmt, args);
    va_end(args);
}

void text_vprintf(struct text *text, const char *fmt, va_list args)
{
    va_list again;

    va_copy(again, args);
    int size = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    assert(size >= 0);
    char *space = text_space(text, (size_t)size);
    if (space == NULL)
        return;
    (void)vsnprintf(space, (size_t)size + 1, fmt, args);
    text_added(text, (size_t)size);
}

struct span text_span(const struct text *text)
{
    return (struct span){text->bytes, text->size};
}

const char *text_string(const struct text *text)
{
    return text->bytes == NULL ? "" : text->bytes;
}
