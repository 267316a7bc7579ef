/* SPDX-License-Identifier: Apache-2.0 */
/* mem.h - memory that we decided to allocate: it is there, or the process ends.
 *
 * What a peer decided (a length, a count) goes through an arena with a limit.
 *
 * Thread: any. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* The struct that `pointer` is the member `member` of. */
#define CONTAINER_OF(pointer, type, member)                                                        \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Zeroed; the caller frees with mem_free. */
void *mem_new(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_new_array(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/* As realloc; bytes past the old size are not zeroed. */
void *mem_grow(void *memory, size_t size) __attribute__((returns_nonnull));
char *mem_string(const char *string) __attribute__((malloc, returns_nonnull));
void *mem_copy(const void *bytes, size_t size) __attribute__((malloc, returns_nonnull));
void mem_free(void *memory); /* NULL is fine */
/* Gives back to the system what was freed: after a burst, when it is quiet; it may take
 * milliseconds. */
void mem_trim(void);

#endif
