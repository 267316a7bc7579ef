/* SPDX-License-Identifier: Apache-2.0 */
/* sql_split.c - strings and comments are stepped over. */
#include "cli/sql_split.h"

#include <string.h>

static bool begins(const char *text, size_t size, size_t at, const char *two)
{
    return at + 1 < size && text[at] == two[0] && text[at + 1] == two[1];
}

/* Behind the string, name or comment that begins at `at`; at + 1 when none begins there. */
static size_t step(const char *text, size_t size, size_t at, bool hive)
{
    char c = text[at];

    if (c == '\'' || c == '"' || c == '`') {
        for (at++; at < size && text[at] != c; at++) {
            if (hive && c != '`' && text[at] == '\\')
                at++;
        }
        return at + 1;
    }
    if (begins(text, size, at, "--")) {
        while (at < size && text[at] != '\n')
            at++;
        return at + 1;
    }
    if (begins(text, size, at, "/*")) {
        const char *end = memmem(text + at + 2, size - at - 2, "*/", 2);
        return end == NULL ? size + 1 : (size_t)(end - text) + 2;
    }
    return at + 1;
}

bool sql_split_next(struct span *rest, bool hive, struct span *statement)
{
    const char *text = rest->data;
    for (size_t at = 0; at < rest->size; at = step(text, rest->size, at, hive)) {
        if (text[at] != ';')
            continue;
        *statement = (struct span){text, at};
        *rest = span_after(*rest, at + 1);
        return true;
    }
    return false;
}

bool sql_split_is_blank(struct span text)
{
    const char *bytes = text.data;
    size_t at = 0;
    while (at < text.size) {
        bool comment = begins(bytes, text.size, at, "--") || begins(bytes, text.size, at, "/*");
        bool blank =
            bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' || bytes[at] == '\n';
        if (!comment && !blank)
            return false;
        at = step(bytes, text.size, at, false);
    }
    return true;
}
