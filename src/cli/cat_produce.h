/* SPDX-License-Identifier: Apache-2.0 */
/* cat_produce.h - cat -P: records from standard input or files.
 *
 * Thread: the main one. */
#ifndef CLI_CAT_PRODUCE_H
#define CLI_CAT_PRODUCE_H

#include "base/command.h"
#include "net/kafka_writer.h"

#define CAT_PRODUCE_HEADERS_MAX 100

struct cat_produce {
    const char *brokers;
    const char *topic;
    int32_t partition; /* -1: by the key */
    const char *codec;
    const char *key; /* of every record, NULL: none */
    bool with_key;   /* the key stands in front of the value */
    struct span key_delimiter;
    struct span delimiter;
    bool empty_is_null;
    bool lines_of_files; /* else each file is one record */
    bool tee;            /* what was sent also goes to standard output */
    int64_t count_max;   /* -1: no bound */
    struct kafka_writer_header headers[CAT_PRODUCE_HEADERS_MAX];
    size_t header_count;
    const char *const *files;
    size_t file_count;
};

int cat_produce_run(const struct cat_produce *produce);

#endif
