/* SPDX-License-Identifier: Apache-2.0 */
/* sql_split.h - where one statement ends and the next begins.
 *
 * A semicolon ends a statement unless it stands in a string, a quoted name or
 * a comment.  The text may come in pieces: a line, then more.
 *
 * Thread: any; pure. */
#ifndef CLI_SQL_SPLIT_H
#define CLI_SQL_SPLIT_H

#include <stdbool.h>

#include "base/span.h"

/* Cuts the first statement off *rest, without its semicolon; false: no semicolon ends it yet (then
 * nothing was cut).  In Hive's strings a backslash hides the next character. */
bool sql_split_next(struct span *rest, bool hive, struct span *statement);
/* Nothing but blanks and comments? */
bool sql_split_is_blank(struct span text);

#endif
