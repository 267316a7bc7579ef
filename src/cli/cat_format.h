/* SPDX-License-Identifier: Apache-2.0 */
/* cat_format.h - a record as kcat prints it: by a format (-f), as JSON (-J), or as its value.
 *
 *   %s value   %S its bytes (-1: null)   %R the same as 4 bytes, big endian
 *   %k key     %K its bytes   %T timestamp (ms)   %h headers (n=v,n=v)
 *   %t topic   %p partition   %o offset   %% a percent sign
 *   \n \r \t \\ \xNN
 *
 * Thread: any. */
#ifndef CLI_CAT_FORMAT_H
#define CLI_CAT_FORMAT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"
#include "net/kafka_consumer.h"

struct cat_format {
    bool json;
    const char *format; /* NULL: the key, if it is wanted, the value, the delimiter */
    bool with_key;
    struct span key_delimiter;
    struct span delimiter;
    bool null_words; /* NULL for null keys and values */
    const char *topic;
};

/* "\t" to a tab and so on, in place: `text` is as long or shorter afterwards.  ERR_MALFORMED. */
MUST_CHECK bool cat_format_unescape(char *text, size_t *size, struct err *err);
/* Is every %x of the format known?  ERR_MALFORMED. */
MUST_CHECK bool cat_format_check(const char *format, struct err *err);
void cat_format_write(const struct cat_format *format, const struct kafka_chunk *chunk,
                      size_t index, struct text *out);

#endif
