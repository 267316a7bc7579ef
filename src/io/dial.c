/* SPDX-License-Identifier: Apache-2.0 */
/* dial.c - sockets that wait with poll(2) up to a deadline. */
#include "io/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/clock.h"

bool dial_is_lecture_name(const char *host)
{
    static const char *const names[] = {"kafka", "presto", "cloudera", "spark", "mids"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(host, names[i]) == 0)
            return true;
    }
    return false;
}

/* 0 when `events` came in time, else an errno. */
static int wait_for(int fd, short events, int64_t deadline_ms)
{
    for (;;) {
        int64_t left = deadline_ms - clock_steady_ms();
        struct pollfd poll_fd = {.fd = fd, .events = events};
        int ready = poll(&poll_fd, 1, left < 0 ? 0 : (int)left);
        if (ready > 0)
            return 0;
        if (ready == 0)
            return ETIMEDOUT;
        if (errno != EINTR)
            return errno;
    }
}

static int connect_one(int *fd, const struct sockaddr *to, socklen_t size, int64_t deadline_ms)
{
    int reason = 0;
    socklen_t reason_size = sizeof(reason);

    *fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0)
        return errno;
    if (connect(*fd, to, size) != 0) {
        reason = errno == EINPROGRESS ? wait_for(*fd, POLLOUT, deadline_ms) : errno;
        if (reason == 0 && getsockopt(*fd, SOL_SOCKET, SO_ERROR, &reason, &reason_size) != 0)
            reason = errno;
    }
    if (reason != 0) {
        (void)close(*fd);
        *fd = -1;
        return reason;
    }
    int on = 1;
    (void)setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* fails for Unix sockets */
    return 0;
}

static bool unavailable(struct err *err, const struct address *address, const char *why)
{
    char text[ADDRESS_TEXT_BYTES];

    return err_set(err, ERR_UNAVAILABLE, "cannot connect to %s: %s", address_text(address, text),
                   why);
}

static bool connect_unix(int *fd, const struct address *address, int64_t deadline_ms,
                         struct err *err)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    if (strlen(address->host) >= sizeof(to.sun_path))
        return err_set(err, ERR_LIMIT, "%s: a path too long for a socket", address->host);
    (void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", address->host);
    int failed = connect_one(fd, (const struct sockaddr *)&to, sizeof(to), deadline_ms);
    if (failed == EACCES) { /* it is there */
        errno = failed;
        return err_sys(err, "%s belongs to another user", address->host);
    }
    return failed == 0 || unavailable(err, address, strerrordesc_np(failed));
}

bool dial_connect(int *fd, const struct address *address, int64_t timeout_ms, struct err *err)
{
    int64_t deadline_ms = clock_steady_ms() + timeout_ms;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char port[16];

    *fd = -1;
    if (address->port < 0)
        return connect_unix(fd, address, deadline_ms, err);
    (void)snprintf(port, sizeof(port), "%d", address->port);
    int failed = getaddrinfo(address->host, port, &hints, &found);
    if (failed != 0 && dial_is_lecture_name(address->host))
        failed = getaddrinfo("127.0.0.1", port, &hints, &found);
    if (failed != 0)
        return unavailable(err, address, gai_strerror(failed));
    int reason = ECONNREFUSED;
    for (const struct addrinfo *one = found; one != NULL && *fd < 0; one = one->ai_next)
        reason = connect_one(fd, one->ai_addr, one->ai_addrlen, deadline_ms);
    freeaddrinfo(found);
    return *fd >= 0 || unavailable(err, address, strerrordesc_np(reason));
}

bool dial_send(int fd, struct span bytes, int64_t timeout_ms, struct err *err)
{
    int64_t deadline_ms = clock_steady_ms() + timeout_ms;

    while (bytes.size > 0) {
        ssize_t done = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        int reason = done < 0 ? errno : 0;
        if (reason == EAGAIN)
            reason = wait_for(fd, POLLOUT, deadline_ms);
        else if (reason == EINTR)
            reason = 0;
        if (reason != 0)
            return err_set(err, ERR_UNAVAILABLE, "cannot send: %s", strerrordesc_np(reason));
        if (done > 0)
            bytes = span_after(bytes, (size_t)done);
    }
    return true;
}

bool dial_receive(int fd, void *to, size_t size, size_t *got, int64_t timeout_ms, struct err *err)
{
    int64_t deadline_ms = clock_steady_ms() + timeout_ms;

    for (;;) {
        ssize_t done = recv(fd, to, size, 0);
        if (done >= 0) {
            *got = (size_t)done;
            return true;
        }
        int reason = errno;
        if (reason == EAGAIN)
            reason = wait_for(fd, POLLIN, deadline_ms);
        else if (reason == EINTR)
            reason = 0;
        if (reason != 0)
            return err_set(err, ERR_UNAVAILABLE, "cannot receive: %s", strerrordesc_np(reason));
    }
}
