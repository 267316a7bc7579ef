/* SPDX-License-Identifier: Apache-2.0 */
/* span.h - borrowed bytes: a pointer and a size, never owned.
 *
 * Thread: any; a span is a value. */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const void *data; /* may be NULL when size is 0 */
    size_t size;
};

/* The bytes of a C string, without its end. */
struct span span_of(const char *string);

bool span_equal(struct span a, struct span b);
bool span_is(struct span span, const char *string);
/* ASCII letters compare without case. */
bool span_is_nocase(struct span span, const char *string);
bool span_starts_with(struct span span, const char *prefix);
/* The rest after `size` bytes, which must be there. */
struct span span_after(struct span span, size_t size);
/* Without spaces, tabs and line ends on both sides. */
struct span span_trim(struct span span);
/* Cuts off and returns what stands before `separator`, or all when it does not occur. */
struct span span_cut(struct span *rest, char separator);
/* Bytes of the UTF-8 character (RFC 3629) at the front; 0 when there is none. */
size_t span_utf8_size(struct span span);
bool span_is_utf8(struct span span);
/* A whole decimal number with an optional sign and nothing else; false when it is not one. */
bool span_to_i64(struct span span, int64_t *value);

#endif
