/* SPDX-License-Identifier: Apache-2.0 */
/* diag.h - what the program says about itself: one line per change of state, on standard error.
 *
 *   2026-03-01T10:15:04.112Z info broker recovered topic=events partition=0 next_offset=4711
 *
 * error: someone must act.  warn: we coped, look when you can.  info: start,
 * stop, roll, recover, commit.  debug: per request, off unless asked for.
 * Values with a space, a quote or a control character in a %s belong in
 * diag_quoted(); a control character that is not there becomes a blank, and a
 * line past 2 KiB is cut.
 *
 * Thread: any; a line is one write. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

enum diag_level { DIAG_ERROR, DIAG_WARN, DIAG_INFO, DIAG_DEBUG };

#define DIAG_QUOTED_BYTES 512

/* Once, at the start of the process: the name in each line, and the least urgent level said. */
void diag_init(const char *service, enum diag_level level);

void diag_error(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void diag_warn(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void diag_info(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void diag_debug(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* `string` in double quotes with escapes, cut where `buffer` ends; returns `buffer`. */
const char *diag_quoted(const char *string, char buffer[DIAG_QUOTED_BYTES]);

#endif
