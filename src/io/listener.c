/* SPDX-License-Identifier: Apache-2.0 */
/* listener.c - binding, and handing connections over.
 *
 * When descriptors run out libuv accepts and closes what waits (it keeps one
 * in reserve for that), so a full table never makes the loop spin. */
#include "io/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/handle.h"

#define BACKLOG 1024

struct listener {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    struct loop *loop;
    void (*accepted)(void *owner, struct connection *connection);
    void *owner;
    bool is_tcp;
};

static void listener_gone(uv_handle_t *uv)
{
    mem_free(uv->data);
}

static void connection_arrived(uv_stream_t *uv, int status)
{
    struct listener *listener = uv->data;

    if (status != 0)
        return; /* the peer gave up, or no descriptor is left: the next one may fare better */
    struct connection *connection = connection_accept(listener->loop, uv);
    if (connection != NULL)
        listener->accepted(listener->owner, connection);
}

static int bind_tcp(struct listener *listener, const struct address *address)
{
    struct sockaddr_storage at;
    const char *host = strcmp(address->host, "localhost") == 0 ? "127.0.0.1" : address->host;

    (void)uv_tcp_init(loop_uv(listener->loop), &listener->uv.tcp);
    int failed = uv_ip4_addr(host, address->port, (struct sockaddr_in *)&at);
    if (failed != 0)
        failed = uv_ip6_addr(host, address->port, (struct sockaddr_in6 *)&at);
    if (failed != 0)
        return failed;
    return uv_tcp_bind(&listener->uv.tcp, (struct sockaddr *)&at,
                       at.ss_family == AF_INET6 ? UV_TCP_IPV6ONLY : 0);
}

static int bind_pipe(struct listener *listener, const struct address *address)
{
    (void)uv_pipe_init(loop_uv(listener->loop), &listener->uv.pipe, 0);
    if (strlen(address->host) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
        return UV_ENAMETOOLONG;
    (void)unlink(address->host); /* left behind by one that was killed; a lock guards the living */
    return uv_pipe_bind(&listener->uv.pipe, address->host);
}

struct listener *listener_open(struct loop *loop, const struct address *address,
                               void (*accepted)(void *owner, struct connection *connection),
                               void *owner, struct err *err)
{
    struct listener *listener = mem_new(sizeof(*listener));
    char text[ADDRESS_TEXT_BYTES];

    listener->loop = loop;
    listener->accepted = accepted;
    listener->owner = owner;
    listener->is_tcp = address->port >= 0;
    int failed = listener->is_tcp ? bind_tcp(listener, address) : bind_pipe(listener, address);
    listener->uv.handle.data = listener;
    if (failed == 0)
        failed = uv_listen(&listener->uv.stream, BACKLOG, connection_arrived);
    if (failed == 0)
        return listener;

    (void)loop_uv_error(err, failed, address_text(address, text));
    (void)err_within(err, "cannot listen on");
    if (failed == UV_EADDRINUSE)
        err->kind = ERR_CONFLICT;
    listener_close(listener);
    return NULL;
}

int listener_port(const struct listener *listener)
{
    struct sockaddr_storage at = {.ss_family = AF_UNSPEC};
    int size = sizeof(at);

    if (!listener->is_tcp)
        return -1;
    (void)uv_tcp_getsockname(&listener->uv.tcp, (struct sockaddr *)&at, &size);
    /* the port stands at the same place in both families */
    return ntohs(((const struct sockaddr_in *)&at)->sin_port);
}

void listener_close(struct listener *listener)
{
    if (listener != NULL)
        uv_close(&listener->uv.handle, listener_gone);
}
