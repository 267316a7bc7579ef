/* SPDX-License-Identifier: Apache-2.0 */
/* guess.h - which of the known words was meant by one that is unknown.
 *
 *   struct guess guess = guess_start(span_of("kafak"));
 *   for each known name: guess_offer(&guess, name);
 *   guess_best(&guess) is "kafka"
 *
 * A word is near when few letters were left out, added, changed or swapped;
 * case does not count.
 *
 * Thread: any; a guess is a value. */
#ifndef BASE_GUESS_H
#define BASE_GUESS_H

#include <stddef.h>

#include "base/span.h"

#define GUESS_BYTES_MAX 64 /* longer words are near to nothing */

struct guess {
    struct span word;
    const char *best; /* borrowed from who offered it */
    size_t distance;
};

struct guess guess_start(struct span word);
void guess_offer(struct guess *guess, const char *name);
const char *guess_best(const struct guess *guess); /* NULL: nothing is near */

#endif
