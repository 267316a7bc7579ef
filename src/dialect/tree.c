/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - what every dialect has in common with the engine. */
#include "dialect/tree.h"

#include <assert.h>

#include "base/mem.h"

const char *tree_operator(enum tree_op op)
{
    static const char *const operators[] = {
        [OP_OR] = " OR ",
        [OP_AND] = " AND ",
        [OP_EQUAL] = " = ",
        [OP_NOT_EQUAL] = " <> ",
        [OP_LESS] = " < ",
        [OP_LESS_EQUAL] = " <= ",
        [OP_GREATER] = " > ",
        [OP_GREATER_EQUAL] = " >= ",
        [OP_SAME] = " IS NOT DISTINCT FROM ",
        [OP_NOT_SAME] = " IS DISTINCT FROM ",
        [OP_ADD] = " + ",
        [OP_SUBTRACT] = " - ",
        [OP_MULTIPLY] = " * ",
        [OP_DIVIDE] = " / ",
        [OP_CONCAT] = " || ",
    };
    assert(op < COUNT_OF(operators));
    return operators[op];
}

bool tree_escapes_fit(struct span pattern, char escape)
{
    const char *at = pattern.data;
    const char *end = at + pattern.size;
    for (; at < end; at++) {
        if (*at != escape)
            continue;
        at++;
        if (at == end || (*at != '%' && *at != '_' && *at != escape))
            return false;
    }
    return true;
}
