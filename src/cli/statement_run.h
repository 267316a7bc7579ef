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
    bool interactive; /* Ctrl-C cancels the statement, and its costs are printed behind it */
    bool silent;      /* Hive's -S: rows and errors only */
};

/* Rows to standard output, errors and the rest to standard error.  False: it failed. */
bool statement_run(const struct statement_run *run, struct span sql);

#endif
