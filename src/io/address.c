/* SPDX-License-Identifier: Apache-2.0 */
/* address.c - addresses as people write them. */
#include "io/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static bool parse_port(struct address *address, struct span text, struct span port, struct err *err)
{
    int64_t number;

    if (!span_to_i64(port, &number) || number < 0 || number > 65535)
        return err_set(err, ERR_MALFORMED, "'%.*s' is no address: the port must be 0 to 65535",
                       (int)text.size, (const char *)text.data);
    address->port = (int)number;
    return true;
}

/* A name, an IPv4 address, or an IPv6 one, with a zone perhaps. */
static bool is_host(const char *host)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    char v6[ADDRESS_HOST_BYTES];
    struct in6_addr parsed;

    if (strchr(host, ':') == NULL)
        return host[strspn(host, letters)] == '\0';
    size_t size = strcspn(host, "%");
    memcpy(v6, host, size);
    v6[size] = '\0';
    if (host[size] == '%' &&
        (host[size + 1] == '\0' || host[size + 1 + strspn(host + size + 1, letters)] != '\0'))
        return false;
    return inet_pton(AF_INET6, v6, &parsed) == 1;
}

bool address_parse(struct address *address, struct span text, int default_port, struct err *err)
{
    const char *bytes = text.data;
    struct span host = text;
    struct span rest = {NULL, 0};

    *address = (struct address){.port = default_port};
    if (text.size > 0 && bytes[0] == '/') {
        address->port = -1;
    } else if (text.size > 0 && bytes[0] == '[') {
        rest = span_after(text, 1);
        host = span_cut(&rest, ']');
        if (host.size + 1 == text.size)
            return err_set(err, ERR_MALFORMED, "'%.*s' is no address: ']' is missing",
                           (int)text.size, bytes);
        if (rest.size > 0 && !span_starts_with(rest, ":"))
            return err_set(err, ERR_MALFORMED, "'%.*s' is no address: want [host]:port",
                           (int)text.size, bytes);
        if (rest.size > 0 && !parse_port(address, text, span_after(rest, 1), err))
            return false;
    } else {
        rest = text;
        host = span_cut(&rest, ':');
        if (host.size < text.size && memchr(rest.data == NULL ? "" : rest.data, ':', rest.size))
            host = text; /* an IPv6 address without brackets has no port */
        else if (host.size < text.size && !parse_port(address, text, rest, err))
            return false;
    }
    if (host.size == 0 || host.size >= sizeof(address->host) ||
        memchr(host.data, '\0', host.size) != NULL)
        return err_set(err, ERR_MALFORMED, "'%.*s' is no address: want host:port", (int)text.size,
                       bytes);
    memcpy(address->host, host.data, host.size);
    address->host[host.size] = '\0';
    if (address->port >= 0 && !is_host(address->host))
        return err_set(err, ERR_MALFORMED,
                       "'%.*s' is no address: a host has letters, digits, '.', '-' and '_'",
                       (int)text.size, bytes);
    return true;
}

const char *address_text(const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
    if (address->port < 0)
        (void)snprintf(text, ADDRESS_TEXT_BYTES, "%s", address->host);
    else if (strchr(address->host, ':') != NULL)
        (void)snprintf(text, ADDRESS_TEXT_BYTES, "[%s]:%d", address->host, address->port);
    else
        (void)snprintf(text, ADDRESS_TEXT_BYTES, "%s:%d", address->host, address->port);
    return text;
}
