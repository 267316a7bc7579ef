/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c - blocks that grow, freed together. */
#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_BYTES_MIN 4096
#define BLOCK_BYTES_MAX ((size_t)1024 * 1024)

struct arena_block {
    struct arena_block *older;
    size_t size; /* of what follows */
    _Alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena, size_t limit)
{
    *arena = (struct arena){.limit = limit};
}

void arena_reset(struct arena *arena)
{
    struct arena_block *block = arena->newest;
    while (block != NULL) {
        struct arena_block *older = block->older;
        mem_free(block);
        block = older;
    }
    arena_init(arena, arena->limit);
}

static void add_block(struct arena *arena, size_t bytes)
{
    size_t size = arena->newest == NULL ? BLOCK_BYTES_MIN : arena->newest->size * 2;
    if (size > BLOCK_BYTES_MAX)
        size = BLOCK_BYTES_MAX;
    if (size < bytes)
        size = bytes;
    struct arena_block *block = mem_grow(NULL, sizeof(*block) + size);
    block->older = arena->newest;
    block->size = size;
    arena->newest = block;
    arena->room = size;
}

void *arena_new(struct arena *arena, size_t count, size_t size, size_t align)
{
    size_t bytes;

    assert(align > 0 && align <= _Alignof(max_align_t));
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > arena->limit - arena->used)
        return NULL;

    size_t skip = arena->newest == NULL ? 0 : (arena->newest->size - arena->room) % align;
    skip = skip == 0 ? 0 : align - skip;
    if (arena->newest == NULL || arena->room < skip || arena->room - skip < bytes) {
        add_block(arena, bytes);
        skip = 0;
    }
    unsigned char *memory = arena->newest->bytes + (arena->newest->size - arena->room) + skip;
    arena->room -= skip + bytes;
    arena->used += bytes;
    if (bytes > 0)
        memset(memory, 0, bytes);
    return memory;
}

void *arena_copy(struct arena *arena, struct span bytes)
{
    void *copy = arena_new(arena, bytes.size, 1, 1);
    if (copy != NULL && bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return copy;
}

char *arena_string(struct arena *arena, struct span bytes)
{
    if (bytes.size == SIZE_MAX)
        return NULL;
    char *copy = arena_new(arena, bytes.size + 1, 1, 1);
    if (copy != NULL && bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    return copy;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    int size = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    assert(size >= 0);
    char *string = arena_new(arena, (size_t)size + 1, 1, 1);
    if (string == NULL)
        return NULL;
    va_start(args, fmt);
    (void)vsnprintf(string, (size_t)size + 1, fmt, args);
    va_end(args);
    return string;
}
