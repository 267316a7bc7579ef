/* SPDX-License-Identifier: Apache-2.0 */
/* c11_threads.c - C11's threads made of POSIX's, for programs under ThreadSanitizer.
 *
 * librdkafka starts its threads with thrd_create, which clang 14's TSan does not know: such a
 * thread has no place in its books, and dies in its first malloc.  What stands here is found before
 * the C library's own, by librdkafka too. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

/* The C library's parameters have reserved names.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
struct start {
    thrd_start_t run;
    void *argument;
};

static void *run_start(void *argument)
{
    struct start start = *(struct start *)argument;

    free(argument);
    return (void *)(intptr_t)start.run(start.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t run, void *argument)
{
    struct start *start = malloc(sizeof(*start));

    if (start == NULL)
        return thrd_nomem;
    *start = (struct start){run, argument};
    if (pthread_create(thread, NULL, run_start, start) != 0) {
        free(start);
        return thrd_error;
    }
    return thrd_success;
}

int thrd_join(thrd_t thread, int *result)
{
    void *returned;

    if (pthread_join(thread, &returned) != 0)
        return thrd_error;
    if (result != NULL)
        *result = (int)(intptr_t)returned;
    return thrd_success;
}

int thrd_detach(thrd_t thread)
{
    return pthread_detach(thread) == 0 ? thrd_success : thrd_error;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
