/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory with the lifetime of one request, micro-batch or query.
 *
 * Everything in it is freed at once.  It has a limit, because what is put in
 * it is decided by a peer: past the limit an allocation answers NULL, and the
 * caller refuses with ERR_LIMIT.
 *
 * Thread: one at a time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/span.h"

struct arena_block;

struct arena {
    size_t limit; /* bytes that may be handed out */
    size_t used;  /* bytes that were */
    struct arena_block *newest;
    size_t room; /* bytes left in the newest block */
};

#define ARENA_NEW(arena, type, count)                                                              \
    ((type *)arena_new((arena), (count), sizeof(type), _Alignof(type)))

void arena_init(struct arena *arena, size_t limit);
/* Frees all; the arena can be used again with the same limit. */
void arena_reset(struct arena *arena);
/* Zeroed memory for `count` things of `size` bytes, or NULL past the limit.  A count of 0 gives
 * a pointer that is not NULL and must not be read. */
void *arena_new(struct arena *arena, size_t count, size_t size, size_t align);
/* NULL past the limit. */
void *arena_copy(struct arena *arena, struct span bytes);
/* The same with a zero byte at the end. */
char *arena_string(struct arena *arena, struct span bytes);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
