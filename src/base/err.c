/* SPDX-License-Identifier: Apache-2.0 */
/* err.c - filling in an error. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
    va_list args;

    err->kind = kind;
    err->sys_errno = 0;
    err->line = 0;
    err->column = 0;
    va_start(args, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    return false;
}

bool err_sys(struct err *err, const char *fmt, ...)
{
    int saved = errno;
    va_list args;
    char reason[128];

    err->kind = ERR_IO;
    err->sys_errno = saved;
    err->line = 0;
    err->column = 0;
    va_start(args, fmt);
    int used = vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    if (used < 0 || (size_t)used >= sizeof(err->text))
        return false;
    const char *why = strerror_r(saved, reason, sizeof(reason));
    (void)snprintf(err->text + used, sizeof(err->text) - (size_t)used, ": %s", why);
    return false;
}

bool err_within(struct err *err, const char *fmt, ...)
{
    char inner[ERR_TEXT_BYTES];
    va_list args;

    (void)snprintf(inner, sizeof(inner), "%s", err->text);
    va_start(args, fmt);
    int used = vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    if (used < 0 || (size_t)used >= sizeof(err->text))
        return false;
    size_t room = sizeof(err->text) - (size_t)used;
    (void)snprintf(err->text + used, room, ": %.*s", (int)room, inner);
    return false;
}
