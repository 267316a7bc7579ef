/* SPDX-License-Identifier: Apache-2.0 */
/* guess.c - the edit distance with swapped neighbours (optimal string alignment). */
#include "base/guess.h"

#include <ctype.h>
#include <string.h>

struct guess guess_start(struct span word)
{
    return (struct guess){.word = word, .distance = SIZE_MAX};
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int lower(const char *text, size_t at)
{
    return tolower((unsigned char)text[at]);
}

static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][GUESS_BYTES_MAX + 1];
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];

    for (size_t j = 0; j <= b_size; j++) {
        before[j] = 0;
        above[j] = j;
    }
    for (size_t i = 1; i <= a_size; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t changed = lower(a, i - 1) == lower(b, j - 1) ? 0 : 1;
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + changed);
            if (i > 1 && j > 1 && lower(a, i - 1) == lower(b, j - 2) &&
                lower(a, i - 2) == lower(b, j - 1))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[b_size];
}

void guess_offer(struct guess *guess, const char *name)
{
    size_t size = strlen(name);
    if (size > GUESS_BYTES_MAX || guess->word.size > GUESS_BYTES_MAX || guess->word.size == 0)
        return;
    size_t d = distance(guess->word.data, guess->word.size, name, size);
    if (d < guess->distance) {
        guess->distance = d;
        guess->best = name;
    }
}

const char *guess_best(const struct guess *guess)
{
    size_t allowed = guess->word.size <= 3 ? 1 : guess->word.size <= 8 ? 2 : 3;
    return guess->distance <= allowed ? guess->best : NULL;
}
