/* SPDX-License-Identifier: Apache-2.0 */
/* line_editor.h - a line from a terminal, with editing and history where the system has libedit.
 *
 * libedit is opened at run time, if it is there (Debian's libedit2); without
 * it the terminal's own editing remains.
 *
 * Thread: the main one. */
#ifndef CLI_LINE_EDITOR_H
#define CLI_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

struct line_editor;

/* `history` is the path of a file, NULL: none is kept. */
struct line_editor *line_editor_create(const char *history);
void line_editor_close(struct line_editor *editor);
/* A line without its end, which the caller frees with free(); NULL at the end of input. */
char *line_editor_read(struct line_editor *editor, const char *prompt);
/* For the next ones to go back to. */
void line_editor_remember(struct line_editor *editor, const char *text);

#endif
