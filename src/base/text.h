/* SPDX-License-Identifier: Apache-2.0 */
/* text.h - bytes that are put together piece by piece.
 *
 * Grows as needed up to its limit; past it, what is added is dropped and
 * `full` is set, so that a writer need look only once, at the end.
 *
 * Thread: one at a time. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct text {
    char *bytes; /* a zero byte follows the last one, once anything was added */
    size_t size;
    size_t room;
    size_t limit;
    bool full; /* something did not fit within the limit */
};

void text_init(struct text *text, size_t limit);
void text_reset(struct text *text); /* frees; usable again with the same limit */
void text_clear(struct text *text); /* empties, keeps the memory */

void text_add(struct text *text, struct span bytes);
void text_add_string(struct text *text, const char *string);
void text_add_char(struct text *text, char c);
void text_printf(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Room for `size` more bytes to be written in place, or NULL past the limit; then text_added. */
char *text_space(struct text *text, size_t size);
void text_added(struct text *text, size_t size);

struct span text_span(const struct text *text);
/* Never NULL. */
const char *text_string(const struct text *text);

#endif
