/* SPDX-License-Identifier: Apache-2.0 */
/* socket.h - listening and talking on the loop, over TCP or a Unix socket.
 *
 * What is sent during a turn leaves together at its end.  A connection whose
 * peer does not read has its unsent bytes counted; who sends looks at them.
 *
 * Thread: the loop. */
#ifndef IO_SOCKET_H
#define IO_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "io/loop.h"

#define ADDRESS_HOST_BYTES 256
#define ADDRESS_TEXT_BYTES 300

/* host:port, or the path of a Unix socket (then port is -1). */
struct address {
    char host[ADDRESS_HOST_BYTES]; /* a name, an IPv4 or IPv6 address without brackets, a path */
    int port;
};

/* "host:port", "host" (with `default_port`), "[::1]:80", "/run/x.sock".  ERR_MALFORMED. */
MUST_CHECK bool address_parse(struct address *address, struct span text, int default_port,
                              struct err *err);
const char *address_text(const struct address *address, char text[ADDRESS_TEXT_BYTES]);

struct listener;
struct connection;

/* Owner's functions; called on the loop. */
struct connection_events {
    /* Bytes that have not been consumed yet, old ones first.  Returns how many it consumed; the
     * rest comes again with more behind it.  Not called while paused. */
    size_t (*received)(void *owner, struct span bytes);
    /* All that was sent has left.  May be NULL. */
    void (*drained)(void *owner);
    /* The last call: the peer or connection_close() ended it.  `reason` is NULL when the peer
     * closed in order or we did.  The connection is gone when this returns. */
    void (*closed)(void *owner, const char *reason);
};

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

/* `received_bytes_max` bounds what may wait unconsumed; past it the connection is closed. */
void connection_start(struct connection *connection, const struct connection_events *events,
                      void *owner, size_t received_bytes_max);
/* Copies. */
void connection_send(struct connection *connection, struct span bytes);
/* Takes over memory from mem_new/mem_grow and frees it when it was sent or the connection ended. */
void connection_send_owned(struct connection *connection, void *memory, size_t offset, size_t size);
size_t connection_unsent(const struct connection *connection); /* bytes */
/* While paused nothing is read and received() is not called; resuming calls it with what waits. */
void connection_pause(struct connection *connection);
void connection_resume(struct connection *connection);
/* Reads no more; closes when all was sent. */
void connection_finish(struct connection *connection);
/* Now; closed() is called on a later turn.  Sends and events after it are no-ops. */
void connection_close(struct connection *connection);
/* The address that the client connected to, and its own; empty hosts for Unix sockets. */
void connection_local(const struct connection *connection, struct address *address);
void connection_peer(const struct connection *connection, struct address *address);

#endif
