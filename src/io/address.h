/* SPDX-License-Identifier: Apache-2.0 */
/* address.h - where a socket is: a host and a port, or a path.
 *
 * Thread: any; an address is a value. */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"

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

#endif
