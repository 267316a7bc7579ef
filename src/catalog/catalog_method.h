/* SPDX-License-Identifier: Apache-2.0 */
/* catalog_method.h - a metastore's call, from the bytes of its message to those of the answer.
 *
 * What fails is answered with the exception that the method declares for it,
 * else with MetaException.  A method that is not known and arguments that do
 * not parse are answered with a TApplicationException; the next call finds the
 * connection alive.
 *
 * Thread: a worker, one at a time per metastore. */
#ifndef CATALOG_CATALOG_METHOD_H
#define CATALOG_CATALOG_METHOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/text.h"
#include "catalog/metastore.h"

#define CATALOG_METHOD_FRAME_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define CATALOG_METHOD_REPLY_BYTES_MAX ((size_t)64 * 1024 * 1024)

enum catalog_outcome {
    CATALOG_ANSWERED,
    CATALOG_ANSWERED_EXCEPTION, /* a declared one */
    CATALOG_ANSWERED_FAILURE,   /* a TApplicationException */
    CATALOG_NOTHING_TO_SAY,     /* a one-way call: `out` stays empty */
};

/* `alive_since` is the service's start in seconds since 1970.  `frame` is one whole message that
 * thrift_scan measured. */
enum catalog_outcome catalog_method_call(struct metastore *metastore, int64_t alive_since,
                                         struct span frame, struct text *out);

#endif
