/* SPDX-License-Identifier: Apache-2.0 */
/* decimal.c - long division, a digit at a time, so that nothing is wider than 128 bits. */
#include "engine/decimal.h"

#include <stdbool.h>

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

static u128 magnitude(struct decimal value)
{
    u128 bits = (u128)(uint64_t)value.high << 64 | value.low;
    return value.high < 0 ? -bits : bits;
}

/* *rest = *rest * 10 % divisor, and the digit that comes out: by adding ten times, as the product
 * may not fit.  Both stay below 2 * 10^38, which does. */
static unsigned next_digit(u128 *rest, u128 divisor)
{
    u128 sum = 0;
    unsigned digit = 0;
    for (int i = 0; i < 10; i++) {
        sum += *rest;
        if (sum >= divisor) {
            sum -= divisor;
            digit++;
        }
    }
    *rest = sum;
    return digit;
}

enum decimal_outcome decimal_divide(struct decimal a, struct decimal b, int scale,
                                    struct decimal *quotient)
{
    u128 divisor = magnitude(b);
    u128 limit = 1;
    if (divisor == 0)
        return DECIMAL_ZERO;
    for (int i = 0; i < DECIMAL_DIGITS_MAX; i++)
        limit *= 10;

    u128 result = magnitude(a) / divisor;
    u128 rest = magnitude(a) % divisor;
    for (int i = 0; i < scale; i++) {
        if (result >= limit / 10)
            return DECIMAL_OVERFLOW;
        result = result * 10 + next_digit(&rest, divisor);
    }
    result += rest >= divisor - rest;
    if (result >= limit)
        return DECIMAL_OVERFLOW;
    bool negative = (a.high < 0) != (b.high < 0);
    u128 bits = negative ? -result : result;
    *quotient = (struct decimal){(uint64_t)bits, (int64_t)((i128)bits >> 64)};
    return DECIMAL_OK;
}
