/* SPDX-License-Identifier: Apache-2.0 */
/* mem.c - allocation that does not fail. */
#include "base/mem.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define TRIES 8 /* another thread may take the reserve back meanwhile */

/* What process_limit_data held back for us: the limit is lifted while we ask. */
static void *from_reserve(void *old, size_t count, size_t size)
{
    void *memory = NULL;

    for (int i = 0; memory == NULL && i < TRIES; i++) {
        struct rlimit limit;
        if (getrlimit(RLIMIT_DATA, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
            return NULL;
        const struct rlimit lifted = {limit.rlim_max, limit.rlim_max};
        (void)setrlimit(RLIMIT_DATA, &lifted);
        memory = old == NULL ? calloc(count, size) : realloc(old, size);
        if (limit.rlim_cur < limit.rlim_max) /* else another thread has lifted it */
            (void)setrlimit(RLIMIT_DATA, &limit);
    }
    return memory;
}

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
    return mem_new_array(1, size);
}

void *mem_new_array(size_t count, size_t size)
{
    count = count == 0 ? 1 : count;
    size = size == 0 ? 1 : size;
    void *memory = calloc(count, size);
    if (memory == NULL)
        memory = from_reserve(NULL, count, size);
    return or_die(memory, size);
}

void *mem_grow(void *memory, size_t size)
{
    size = size == 0 ? 1 : size;
    void *grown = realloc(memory, size);
    if (grown == NULL)
        grown = from_reserve(memory, 1, size);
    return or_die(grown, size);
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
