/* SPDX-License-Identifier: Apache-2.0 */
/* listener.h - waits for connections at one address.
 *
 * Thread: the loop. */
#ifndef IO_LISTENER_H
#define IO_LISTENER_H

#include <stdbool.h>

#include "base/err.h"
#include "io/address.h"
#include "io/connection.h"
#include "io/loop.h"

struct listener;

/* Listens on one address (TCP with port 0: the system chooses; host "localhost" listens on
 * 127.0.0.1 only: open two for both families).  `accepted` is called for each connection and must
 * call connection_start() or connection_close().  A Unix socket's file is made anew.
 * ERR_CONFLICT: the address is in use; other ERR_IO. */
MUST_CHECK struct listener *listener_open(struct loop *loop, const struct address *address,
                                          void (*accepted)(void *owner,
                                                           struct connection *connection),
                                          void *owner, struct err *err);
int listener_port(const struct listener *listener); /* the real one; -1 for a Unix socket */
void listener_close(struct listener *listener);     /* NULL is fine; connections stay */

#endif
