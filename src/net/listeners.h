/* SPDX-License-Identifier: Apache-2.0 */
/* listeners.h - the addresses of a server, and how many may be connected through all of them.
 *
 * Thread: the loop. */
#ifndef NET_LISTENERS_H
#define NET_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "io/address.h"
#include "io/connection.h"
#include "io/listener.h"
#include "io/loop.h"

#define LISTENERS_MAX 8

/* A part of its server, which fills in what stands before the blank line and leaves the rest zero.
 */
struct listeners {
    struct loop *loop;
    /* Must call connection_start() or connection_close(), and see to listeners_left(). */
    void (*accepted)(void *owner, struct connection *connection);
    void *owner;
    size_t connections_max; /* one more is closed at once */

    struct listener *items[LISTENERS_MAX];
    size_t count;
    size_t connections; /* admitted and not left */
    bool full;          /* connections_max was reached, and it was said */
};

/* Listens on one more address, see listener_open(); `port` may be NULL, else it is set to the real
 * one.  ERR_LIMIT: LISTENERS_MAX are open. */
MUST_CHECK bool listeners_open(struct listeners *listeners, const struct address *address,
                               int *port, struct err *err);
/* Closes all; the connections stay. */
void listeners_close(struct listeners *listeners);
/* One that was admitted counts no more. */
void listeners_left(struct listeners *listeners);

#endif
