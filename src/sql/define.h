/* SPDX-License-Identifier: Apache-2.0 */
/* define.h - CREATE and DROP of tables and schemas, in the metastore.
 *
 * Thread: a worker.  False: the run's fault says why. */
#ifndef SQL_DEFINE_H
#define SQL_DEFINE_H

#include <stdbool.h>

#include "dialect/statement.h"
#include "sql/names.h"

MUST_CHECK bool define_statement(const struct names_place *place,
                                 const struct statement *statement);

#endif
