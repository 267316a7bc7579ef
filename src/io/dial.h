/* SPDX-License-Identifier: Apache-2.0 */
/* dial.h - blocking client sockets with deadlines, for commands and workers.
 *
 * Thread: any but the loop. */
#ifndef IO_DIAL_H
#define IO_DIAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "io/address.h"

/* kafka, presto, cloudera, spark, mids: the lecture's boxes, which are this machine where nobody
 * else claims the name. */
bool dial_is_lecture_name(const char *host);
/* Tries each of the name's addresses; a name of the lecture that does not resolve is 127.0.0.1.
 * ERR_UNAVAILABLE names the address; ERR_IO: a Unix socket that this user may not use.  Close with
 * file_close(). */
MUST_CHECK bool dial_connect(int *fd, const struct address *address, int64_t timeout_ms,
                             struct err *err);
MUST_CHECK bool dial_send(int fd, struct span bytes, int64_t timeout_ms, struct err *err);
/* At least one byte, or *got 0 at the end of the stream.  ERR_UNAVAILABLE past the timeout. */
MUST_CHECK bool dial_receive(int fd, void *to, size_t size, size_t *got, int64_t timeout_ms,
                             struct err *err);

#endif
