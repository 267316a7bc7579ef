/* SPDX-License-Identifier: Apache-2.0 */
/* mem.c - allocation that does not fail. */
#include "base/mem.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_die(void *memory, size_t size)
{
    if (memory == NULL) {
        (void)fprintf(stderr, "steelthread: out of memory asking for %zu bytes; ending\n", size);
        abort();
    }
    return memory;
}

void *mem_new(size_t size)
{
    return or_die(calloc(1, size == 0 ? 1 : size), size);
}

void *mem_new_array(size_t count, size_t size)
{
    return or_die(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size), size);
}

void *mem_grow(void *memory, size_t size)
{
    return or_die(realloc(memory, size == 0 ? 1 : size), size);
}

char *mem_string(const char *string)
{
    return mem_copy(string, strlen(string) + 1);
}

void *mem_copy(const void *bytes, size_t size)
{
    void *copy = mem_new(size);
    if (size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

void mem_free(void *memory)
{
    free(memory);
}

void mem_trim(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}
