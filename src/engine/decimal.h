/* SPDX-License-Identifier: Apache-2.0 */
/* decimal.h - exact division of decimals of up to 38 digits.
 *
 * Thread: any; pure. */
#ifndef ENGINE_DECIMAL_H
#define ENGINE_DECIMAL_H

#include <stdint.h>

#define DECIMAL_DIGITS_MAX 38

/* An unscaled value in two's complement. */
struct decimal {
    uint64_t low;
    int64_t high;
};

enum decimal_outcome {
    DECIMAL_OK,
    DECIMAL_ZERO,     /* the divisor */
    DECIMAL_OVERFLOW, /* more than 38 digits */
};

/* a / b of two values of that scale, at that scale, halves away from zero.  Both have at most 38
 * digits. */
enum decimal_outcome decimal_divide(struct decimal a, struct decimal b, int scale,
                                    struct decimal *quotient);

#endif
