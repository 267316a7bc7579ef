/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h - is it UTF-8, and what becomes of it when it is not.
 *
 * Thread: any; pure. */
#ifndef ENGINE_UTF8_H
#define ENGINE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/text.h"

#define UTF8_REPAIRED_MAX(size) ((size)*3) /* bytes that utf8_repair may add */

bool utf8_valid(struct span bytes);
/* Appends `bytes` with each malformed sequence as U+FFFD, cut where Java's decoder cuts. */
void utf8_repair(struct text *out, struct span bytes);
/* Writes one code point, 1 to 4 bytes (surrogates as 3), and returns how many. */
size_t utf8_encode(char to[4], uint32_t code_point);

#endif
