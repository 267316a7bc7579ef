/* SPDX-License-Identifier: Apache-2.0 */
/* cat_consume.h - cat -C: a topic's records to standard output.
 *
 * A topic that is not there yet is waited for, unless -e.
 *
 * Thread: the main one. */
#ifndef CLI_CAT_CONSUME_H
#define CLI_CAT_CONSUME_H

#include "base/command.h"
#include "cli/cat_format.h"

struct cat_start { /* where to begin, -o */
    enum { CAT_BEGINNING, CAT_END, CAT_OFFSET, CAT_TAIL, CAT_TIME } kind;
    int64_t value; /* an offset, how many from the end, or milliseconds */
};

struct cat_consume {
    const char *brokers;
    const char *topic;
    int32_t partition; /* -1: all */
    struct cat_start start;
    int64_t until_ms;  /* e@MS: records before it; -1: no bound */
    int64_t count_max; /* -1: no bound */
    bool exit_at_end;
    bool quiet;
    struct cat_format format;
};

/* "beginning", "end", "17", "-3", "s@1700000000000", "e@...".  ERR_MALFORMED, ERR_UNSUPPORTED. */
MUST_CHECK bool cat_consume_offset(struct cat_consume *consume, const char *text, struct err *err);
/* The exit status. */
int cat_consume_run(const struct cat_consume *consume);

#endif
