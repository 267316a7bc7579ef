/* SPDX-License-Identifier: Apache-2.0 */
/* err.c - filling in an error. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The text is put together beside the error, since a caller may quote the one it replaces. */
static void take_text(struct err *err, const char *text)
{
    (void)snprintf(err->text, sizeof(err->text), "%s", text);
}

static void start_over(struct err *err, enum err_kind kind, int sys_errno)
{
    err->kind = kind;
    err->sys_errno = sys_errno;
    err->line = 0;
    err->column = 0;
}

bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    start_over(err, kind, 0);
    take_text(err, text);
    return false;
}

bool err_sys(struct err *err, const char *fmt, ...)
{
    int saved = errno;
    char text[ERR_TEXT_BYTES];
    char reason[128];
    va_list args;

    va_start(args, fmt);
    int used = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof(text)) {
        const char *why = strerror_r(saved, reason, sizeof(reason));
        (void)snprintf(text + used, sizeof(text) - (size_t)used, ": %s", why);
    }
    start_over(err, ERR_IO, saved);
    take_text(err, text);
    return false;
}

bool err_within(struct err *err, const char *fmt, ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;

    va_start(args, fmt);
    int used = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof(text)) {
        size_t room = sizeof(text) - (size_t)used;
        (void)snprintf(text + used, room, ": %.*s", (int)room, err->text);
    }
    take_text(err, text);
    return false;
}
