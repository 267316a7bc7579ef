/* SPDX-License-Identifier: Apache-2.0 */
/* connection.h - one peer on the loop, over TCP or a Unix socket.
 *
 * What is sent during a turn leaves together at its end.  A connection whose
 * peer does not read has its unsent bytes counted; who sends looks at them.
 *
 * Thread: the loop. */
#ifndef IO_CONNECTION_H
#define IO_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "io/address.h"

#define CONNECTION_LINGER_MS 1000

struct connection;

/* Owner's functions; called on the loop. */
struct connection_events {
    /* Bytes that have not been consumed yet, old ones first.  Returns how many it consumed; the
     * rest comes again with more behind it.  Not called while paused. */
    size_t (*received)(void *owner, struct span bytes);
    /* The peer sends no more and may still read: finish when its answers are given.  NULL: the
     * connection ends at once. */
    void (*ended)(void *owner);
    /* All that was sent has left.  May be NULL. */
    void (*drained)(void *owner);
    /* The last call: the peer or connection_close() ended it.  `reason` is NULL when the peer
     * closed in order or we did.  The connection is gone when this returns. */
    void (*closed)(void *owner, const char *reason);
};

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
/* The same for a peer that may still be sending: after the last byte it is told that no more comes,
 * and what it sends is read and dropped for up to CONNECTION_LINGER_MS, so that a reset does not
 * overtake our last words (RFC 9112 section 9.6). */
void connection_linger(struct connection *connection);
/* Now; closed() is called on a later turn.  Sends and events after it are no-ops. */
void connection_close(struct connection *connection);
/* The address that the client connected to, and its own; empty hosts for Unix sockets. */
void connection_local(const struct connection *connection, struct address *address);
void connection_peer(const struct connection *connection, struct address *address);

#endif
