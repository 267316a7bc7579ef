/* SPDX-License-Identifier: Apache-2.0 */
/* statement_run.h - one statement from its text to its printed rows.
 *
 * Thread: the main one. */
#ifndef CLI_STATEMENT_RUN_H
#define CLI_STATEMENT_RUN_H

#include <stdbool.h>

#include "base/span.h"
#include "cli/presto_client.h"
#include "cli/result_printer.h"

struct statement_run {
    struct presto_client_session *session;
    enum result_format format;
    bool interactive; /* Ctrl-C, which is held, cancels the statement; its costs are printed */
    bool silent;      /* Hive's -S: rows and errors only */
};

/* SIGINT from now on waits until it is looked for, or until it is held no more: to be held from the
 * moment at which the person's line was taken, or a press before the statement has begun is lost.
 */
void statement_run_hold_interrupts(bool hold);
/* Rows to standard output, errors and the rest to standard error.  False: it failed. */
bool statement_run(const struct statement_run *run, struct span sql);

#endif
