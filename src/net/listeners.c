/* SPDX-License-Identifier: Apache-2.0 */
/* listeners.c - who comes while there is room is admitted; that others were not is said once. */
#include "net/listeners.h"

#include <assert.h>

#include "base/diag.h"
#include "io/worker.h"

static void came(void *owner, struct connection *connection)
{
    ON_LOOP();
    struct listeners *listeners = owner;

    if (listeners->connections >= listeners->connections_max) {
        if (!listeners->full)
            diag_warn("connections_refused", "limit=%zu; refused until one ends",
                      listeners->connections_max);
        listeners->full = true;
        connection_close(connection);
        return;
    }
    listeners->full = false;
    listeners->connections++;
    listeners->accepted(listeners->owner, connection);
}

bool listeners_open(struct listeners *listeners, const struct address *address, int *port,
                    struct err *err)
{
    ON_LOOP();
    if (listeners->count == LISTENERS_MAX)
        return err_set(err, ERR_LIMIT, "at most %d addresses to listen on", LISTENERS_MAX);
    struct listener *listener = listener_open(listeners->loop, address, came, listeners, err);
    if (listener == NULL)
        return false;
    listeners->items[listeners->count++] = listener;
    if (port != NULL)
        *port = listener_port(listener);
    return true;
}

void listeners_close(struct listeners *listeners)
{
    ON_LOOP();
    for (size_t i = 0; i < listeners->count; i++)
        listener_close(listeners->items[i]);
    listeners->count = 0;
}

void listeners_left(struct listeners *listeners)
{
    ON_LOOP();
    assert(listeners->connections > 0);
    listeners->connections--;
}
