/* SPDX-License-Identifier: Apache-2.0 */
/* describe.h - the SHOW and DESCRIBE statements: rows without the engine.
 *
 * Presto and Trino get their columns, Hive its own.
 *
 * Thread: a worker.  False: the run's fault says why. */
#ifndef SQL_DESCRIBE_H
#define SQL_DESCRIBE_H

#include <stdbool.h>

#include "dialect/statement.h"
#include "sql/names.h"

/* Which of them, by the statement's kind; one that it does not know is NOT_SUPPORTED. */
MUST_CHECK bool describe_statement(const struct names_place *place,
                                   const struct statement *statement);

#endif
