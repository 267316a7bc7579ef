/* SPDX-License-Identifier: Apache-2.0 */
/* failpoint.c - one name and a count, read once from the environment. */
#include "io/failpoint.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 64

/* Set by failpoint_init(), before threads; only the count moves after. */
static struct {
    char name[NAME_BYTES]; /* empty: none */
    atomic_int passes_left;
} failpoint;

void failpoint_init(void)
{
    const char *wanted = getenv("STEELTHREAD_FAILPOINT");

    if (wanted == NULL)
        return;
    (void)snprintf(failpoint.name, sizeof(failpoint.name), "%s", wanted);
    int passes = 1;
    char *colon = strchr(failpoint.name, ':');
    if (colon != NULL) {
        *colon = '\0';
        passes = atoi(colon + 1);
    }
    atomic_store(&failpoint.passes_left, passes);
}

void failpoint_pass(const char *name)
{
    if (failpoint.name[0] == '\0' || strcmp(failpoint.name, name) != 0)
        return;
    if (atomic_fetch_sub(&failpoint.passes_left, 1) == 1)
        (void)raise(SIGKILL);
}
