/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - what a session remembers, all of it in the client's hands: USE, SET, PREPARE.
 *
 * The server keeps nothing between statements: each reply tells the client
 * what to send along from now on.
 *
 * Thread: a worker.  False: the run's fault says why. */
#ifndef SQL_SESSION_H
#define SQL_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "dialect/statement.h"
#include "sql/names.h"

struct session_property {
    const char *name;
    const char *type;
    const char *fallback;
    const char *does;
};

size_t session_property_count(void);
const struct session_property *session_property(size_t index);

/* A property that the client sends must be known, and its value of its type. */
MUST_CHECK bool session_check(struct run *run);
/* USE, SET SESSION, RESET SESSION, PREPARE and DEALLOCATE. */
MUST_CHECK bool session_statement(const struct names_place *place,
                                  const struct statement *statement);
/* The text that EXECUTE or EXECUTE IMMEDIATE runs, parameters put in place; lives in the run's
 * arena. */
MUST_CHECK bool session_execute(struct run *run, const struct statement *statement,
                                struct span *sql);

#endif
