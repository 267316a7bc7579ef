/* SPDX-License-Identifier: Apache-2.0 */
/* listener.c - binding, and handing connections over.
 *
 * When descriptors run out, who knocks is let in with one that is kept in
 * reserve for that and turned away at once: it hears so, and the loop does not
 * spin on a queue that it cannot empty.  Another thread may take the reserve
 * in between; then nobody is let in for a moment.  (libuv has the first half
 * of this; without its reserve it never comes back from accepting, so it is
 * not asked to.)
 *
 *   listening <-> resting     no descriptor, not even in reserve */
#include "io/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "io/handle.h"

#define BACKLOG 1024
#define ACCEPTS_AT_ONCE 64 /* then the others on the loop have their turn */
#define REST_MS 50

struct listener {
    uv_poll_t poll;
    struct loop *loop;
    struct loop_timer *rest;
    void (*accepted)(void *owner, struct connection *connection);
    void *owner;
    int fd;
    int reserve_fd;
    bool is_tcp;
    bool short_of;                                             /* descriptors, and it was said */
    char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)]; /* of a Unix socket */
};

static int open_reserve(void)
{
    return open("/", O_RDONLY | O_CLOEXEC);
}

static int accept_one(const struct listener *listener)
{
    int fd;

    do
        fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    return fd;
}

static void start_listening(struct listener *listener);

static void rested(void *owner)
{
    struct listener *listener = owner;

    listener->reserve_fd = open_reserve();
    if (listener->reserve_fd < 0)
        loop_timer_start(listener->rest, REST_MS, 0);
    else
        start_listening(listener);
}

static void turn_away(struct listener *listener)
{
    if (!listener->short_of)
        diag_warn("descriptors-exhausted",
                  "next=connections-are-turned-away-until-some-are-free; raise RLIMIT_NOFILE");
    listener->short_of = true;
    (void)close(listener->reserve_fd);
    for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
        int fd = accept_one(listener);
        if (fd < 0)
            break;
        (void)close(fd);
    }
    listener->reserve_fd = open_reserve();
    if (listener->reserve_fd < 0) {
        (void)uv_poll_stop(&listener->poll);
        loop_timer_start(listener->rest, REST_MS, 0);
    }
}

static bool is_shortage(int reason)
{
    return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM;
}

static void knocked(uv_poll_t *poll, int status, int poll_events)
{
    struct listener *listener = CONTAINER_OF(poll, struct listener, poll);

    (void)status; /* an error shows in accept */
    (void)poll_events;
    for (int i = 0; i < ACCEPTS_AT_ONCE; i++) {
        int fd = accept_one(listener);
        if (fd < 0 && is_shortage(errno))
            turn_away(listener);
        if (fd < 0)
            return;
        listener->short_of = false;
        struct connection *connection = connection_adopt(listener->loop, fd, listener->is_tcp);
        if (connection != NULL)
            listener->accepted(listener->owner, connection);
        if (uv_is_closing((uv_handle_t *)poll))
            return; /* by its owner, just now */
    }
}

static void start_listening(struct listener *listener)
{
    (void)uv_poll_start(&listener->poll, UV_READABLE, knocked);
}

static bool bind_and_listen(struct listener *listener, const struct sockaddr *at, socklen_t size)
{
    int on = 1;

    listener->fd = socket(at->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->fd < 0)
        return false;
    if (listener->is_tcp)
        (void)setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (at->sa_family == AF_INET6)
        (void)setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    return bind(listener->fd, at, size) == 0 && listen(listener->fd, BACKLOG) == 0;
}

static bool bind_tcp(struct listener *listener, const struct address *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    const char *host = strcmp(address->host, "localhost") == 0 ? "127.0.0.1" : address->host;

    if (uv_ip4_addr(host, address->port, &v4) == 0)
        return bind_and_listen(listener, (const struct sockaddr *)&v4, sizeof(v4));
    errno = EINVAL;
    return uv_ip6_addr(host, address->port, &v6) == 0 &&
           bind_and_listen(listener, (const struct sockaddr *)&v6, sizeof(v6));
}

static bool bind_unix(struct listener *listener, const struct address *address)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    errno = ENAMETOOLONG;
    if (strlen(address->host) >= sizeof(at.sun_path))
        return false;
    memcpy(at.sun_path, address->host, strlen(address->host) + 1);
    (void)unlink(at.sun_path); /* left behind by one that was killed; a lock guards the living */
    if (!bind_and_listen(listener, (const struct sockaddr *)&at, sizeof(at)))
        return false;
    memcpy(listener->path, at.sun_path, sizeof(listener->path));
    return true;
}

static bool watch(struct listener *listener, struct err *err)
{
    listener->reserve_fd = open_reserve();
    if (listener->reserve_fd < 0)
        return err_sys(err, "no descriptor to hold in reserve");
    int failed = uv_poll_init(loop_uv(listener->loop), &listener->poll, listener->fd);
    if (failed != 0)
        return loop_uv_error(err, failed, "cannot watch a listening socket");
    start_listening(listener);
    return true;
}

/* Before it is watched: nothing of it is the loop's yet. */
static void discard(struct listener *listener)
{
    if (listener->fd >= 0)
        (void)close(listener->fd);
    if (listener->reserve_fd >= 0)
        (void)close(listener->reserve_fd);
    loop_timer_close(listener->rest);
    mem_free(listener);
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
    listener->fd = -1;
    listener->reserve_fd = -1;
    listener->is_tcp = address->port >= 0;
    listener->rest = loop_timer_create(loop, rested, listener);
    if (listener->is_tcp ? bind_tcp(listener, address) : bind_unix(listener, address)) {
        if (watch(listener, err))
            return listener;
    } else {
        bool in_use = errno == EADDRINUSE;
        (void)err_sys(err, "%s", address_text(address, text));
        if (in_use)
            err->kind = ERR_CONFLICT;
    }
    (void)err_within(err, "cannot listen on");
    discard(listener);
    return NULL;
}

int listener_port(const struct listener *listener)
{
    struct sockaddr_in6 at = {.sin6_port = 0};
    socklen_t size = sizeof(at);

    if (!listener->is_tcp)
        return -1;
    /* the port stands at the same place in both families */
    if (getsockname(listener->fd, (struct sockaddr *)&at, &size) != 0)
        return -1;
    return ntohs(at.sin6_port);
}

static void listener_gone(uv_handle_t *uv)
{
    mem_free(CONTAINER_OF(uv, struct listener, poll));
}

void listener_close(struct listener *listener)
{
    if (listener == NULL)
        return;
    (void)uv_poll_stop(&listener->poll);
    if (listener->path[0] != '\0')
        (void)unlink(listener->path);
    (void)close(listener->fd);
    if (listener->reserve_fd >= 0)
        (void)close(listener->reserve_fd);
    loop_timer_close(listener->rest);
    uv_close((uv_handle_t *)&listener->poll, listener_gone);
}
