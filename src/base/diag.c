/* SPDX-License-Identifier: Apache-2.0 */
/* diag.c - lines on standard error. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 2048

/* Set once, before any thread is started; only read after. */
static struct {
    char service[32];
    enum diag_level level;
} diag = {"steelthread", DIAG_INFO};

void diag_init(const char *service, enum diag_level level)
{
    (void)snprintf(diag.service, sizeof(diag.service), "%s", service);
    diag.level = level;
}

/* A value with a line end would make a second line, one with an escape would speak to a terminal.
 */
static void blank_controls(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
            bytes[i] = ' ';
    }
}

__attribute__((format(printf, 3, 0))) static void say(enum diag_level level, const char *event,
                                                      const char *fmt, va_list args)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    char line[LINE_BYTES];
    struct timespec now;
    struct tm utc;

    if (level > diag.level)
        return;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &utc);
    size_t used = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &utc);
    used += (size_t)snprintf(line + used, sizeof(line) - used, ".%03dZ %s %s %s",
                             (int)(now.tv_nsec / 1000000), names[level], diag.service, event);
    if (fmt[0] != '\0' && used < sizeof(line) - 2) {
        line[used++] = ' ';
        int more = vsnprintf(line + used, sizeof(line) - used, fmt, args);
        used += more < 0 ? 0 : (size_t)more;
    }
    if (used > sizeof(line) - 2)
        used = sizeof(line) - 2;
    blank_controls(line, used);
    line[used++] = '\n';
    /* Nobody is left to tell when standard error is gone. */
    ssize_t ignored = write(STDERR_FILENO, line, used);
    (void)ignored;
}

#define SAY(level)                                                                                 \
    va_list args;                                                                                  \
    va_start(args, fmt);                                                                           \
    say(level, event, fmt, args);                                                                  \
    va_end(args)

void diag_error(const char *event, const char *fmt, ...)
{
    SAY(DIAG_ERROR);
}

void diag_warn(const char *event, const char *fmt, ...)
{
    SAY(DIAG_WARN);
}

void diag_info(const char *event, const char *fmt, ...)
{
    SAY(DIAG_INFO);
}

void diag_debug(const char *event, const char *fmt, ...)
{
    SAY(DIAG_DEBUG);
}

const char *diag_quoted(const char *string, char buffer[DIAG_QUOTED_BYTES])
{
    size_t used = 0;

    buffer[used++] = '"';
    for (const char *c = string; *c != '\0' && used < DIAG_QUOTED_BYTES - 7; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\') {
            buffer[used++] = '\\';
            buffer[used++] = *c;
        } else if (byte < 0x20 || byte == 0x7f) {
            used += (size_t)snprintf(buffer + used, 5, "\\x%02x", byte);
        } else {
            buffer[used++] = *c;
        }
    }
    buffer[used++] = '"';
    buffer[used] = '\0';
    return buffer;
}
