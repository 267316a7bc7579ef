/* SPDX-License-Identifier: Apache-2.0 */
/* handle.h - what the files of io/ share about libuv; nobody outside io/ includes it.
 *
 * Thread: the loop. */
#ifndef IO_HANDLE_H
#define IO_HANDLE_H

#include <uv.h>

#include "base/err.h"
#include "io/connection.h"
#include "io/loop.h"

#define HANDLE_SCRATCH_BYTES (64 * 1024)

uv_loop_t *loop_uv(struct loop *loop);
/* HANDLE_SCRATCH_BYTES that a read may use until its callback returns. */
char *loop_scratch(struct loop *loop);
/* Fills in an error from libuv's negative error number. */
bool loop_uv_error(struct err *err, int uv_error, const char *what);
/* Takes over a connected socket; NULL when it cannot be used. */
struct connection *connection_adopt(struct loop *loop, int fd, bool is_tcp);

#endif
