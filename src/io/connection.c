/* SPDX-License-Identifier: Apache-2.0 */
/* connection.c - reading into a shared buffer, writing at the end of the turn.
 *
 * Bytes arrive in the loop's scratch buffer and are offered at once; only what
 * the owner leaves is copied and kept, so that an idle connection holds none.
 *
 * Sent bytes wait as pieces in a list.  At the end of the turn as many as the
 * socket takes are written in one call; libuv gets the rest and says when they
 * have left.
 *
 *   started -> (paused <-> reading) -> finishing (-> lingering) -> closing -> gone
 *                    |                                                ^
 *                    +------- error, close ---------------------------+
 */
#include "io/connection.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/handle.h"

#define PIECE_BYTES ((size_t)16 * 1024) /* small sends share a piece of this size */
#define PIECE_BYTES_FIRST ((size_t)960) /* mostly all of a turn: what malloc has at hand */
#define VECTORS_MAX 32

struct piece {
    struct piece *next;
    char *bytes;
    size_t from; /* the first byte not sent */
    size_t size; /* up to here there is something to send */
    size_t room; /* 0: memory taken over, nothing can be added */
};

struct connection {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    struct loop *loop;
    const struct connection_events *events;
    void *owner;
    struct turn_end flush;
    uv_write_t write;
    struct piece *first;
    struct piece **last;
    size_t unsent;
    char *kept;       /* received, not consumed: kept_size bytes from kept_from on */
    size_t kept_from; /* moves on as they are consumed, so that they need not */
    size_t kept_size;
    size_t kept_room;
    size_t received_bytes_max;
    bool is_tcp;
    bool started;
    bool offering; /* received() is on the stack */
    bool paused;
    bool reading;
    bool writing; /* libuv has the first pieces */
    bool sent_since_drained;
    bool at_end; /* the peer sends no more */
    bool finishing;
    bool closing;
    struct last_words *linger; /* NULL unless it is to be patient at the end */
    char reason[128];          /* empty: in order */
};

/* The end of a connection whose peer may still be sending. */
struct last_words {
    struct connection *connection; /* NULL once it is closed */
    struct loop_timer *timer;
    uv_shutdown_t shutdown;
    bool begun;
    bool shut;
};

static void start_reading(struct connection *connection);

static void free_piece(struct piece *piece)
{
    if (piece->room == 0)
        mem_free(piece->bytes);
    mem_free(piece);
}

static void connection_gone(uv_handle_t *uv)
{
    struct connection *connection = uv->data;
    struct piece *piece = connection->first;

    if (connection->started)
        connection->events->closed(connection->owner,
                                   connection->reason[0] == '\0' ? NULL : connection->reason);
    while (piece != NULL) {
        struct piece *next = piece->next;
        free_piece(piece);
        piece = next;
    }
    mem_free(connection->kept);
    mem_free(connection);
}

static void end_linger(struct connection *connection)
{
    struct last_words *linger = connection->linger;

    connection->linger = NULL;
    if (linger == NULL)
        return;
    loop_timer_close(linger->timer);
    if (linger->begun && !linger->shut)
        linger->connection = NULL; /* libuv still has the request, and calls back */
    else
        mem_free(linger);
}

static void end_connection(struct connection *connection, const char *reason)
{
    if (connection->closing)
        return;
    connection->closing = true;
    end_linger(connection);
    (void)snprintf(connection->reason, sizeof(connection->reason), "%s", reason);
    loop_forget_turn_end(connection->loop, &connection->flush);
    uv_close(&connection->uv.handle, connection_gone);
}

/* Counts `size` bytes as sent and frees the pieces that are done. */
static void pieces_sent(struct connection *connection, size_t size)
{
    connection->unsent -= size;
    while (size > 0) {
        struct piece *piece = connection->first;
        assert(piece != NULL);
        size_t here = piece->size - piece->from;
        if (size < here) {
            piece->from += size;
            return;
        }
        size -= here;
        connection->first = piece->next;
        if (connection->first == NULL)
            connection->last = &connection->first;
        free_piece(piece);
    }
}

static unsigned gather(const struct connection *connection, uv_buf_t vectors[VECTORS_MAX],
                       size_t *size)
{
    unsigned count = 0;

    *size = 0;
    for (struct piece *piece = connection->first; piece != NULL && count < VECTORS_MAX;
         piece = piece->next) {
        size_t here = piece->size - piece->from;
        vectors[count++] = uv_buf_init(piece->bytes + piece->from, (unsigned)here);
        *size += here;
    }
    return count;
}

static void write_left(uv_write_t *write, int status);

static void write_rest(struct connection *connection)
{
    uv_buf_t vectors[VECTORS_MAX];
    size_t size;
    unsigned count = gather(connection, vectors, &size);

    connection->write.data = (void *)(uintptr_t)size;
    int failed = uv_write(&connection->write, &connection->uv.stream, vectors, count, write_left);
    if (failed != 0)
        end_connection(connection, uv_strerror(failed));
    else
        connection->writing = true;
}

static void linger_shut(uv_shutdown_t *shutdown, int status)
{
    struct last_words *linger = CONTAINER_OF(shutdown, struct last_words, shutdown);

    linger->shut = true;
    if (linger->connection == NULL)
        mem_free(linger);
    else if (status != 0)
        end_connection(linger->connection, "");
}

static void linger_over(void *owner)
{
    end_connection(owner, "");
}

static void begin_linger(struct connection *connection)
{
    struct last_words *linger = connection->linger;

    if (linger->begun)
        return;
    if (connection->at_end ||
        uv_shutdown(&linger->shutdown, &connection->uv.stream, linger_shut) != 0) {
        end_connection(connection, "");
        return;
    }
    linger->begun = true;
    linger->timer = loop_timer_create(connection->loop, linger_over, connection);
    loop_timer_start(linger->timer, CONNECTION_LINGER_MS, 0);
    if (!connection->offering)
        start_reading(connection);
}

static void all_sent(struct connection *connection)
{
    if (connection->finishing && connection->linger != NULL) {
        begin_linger(connection);
        return;
    }
    if (connection->finishing) {
        end_connection(connection, "");
        return;
    }
    if (connection->sent_since_drained && connection->events->drained != NULL) {
        connection->sent_since_drained = false;
        connection->events->drained(connection->owner);
    }
}

static void flush_run(struct turn_end *turn_end)
{
    struct connection *connection = CONTAINER_OF(turn_end, struct connection, flush);

    if (connection->closing || connection->writing)
        return;
    while (connection->first != NULL) {
        uv_buf_t vectors[VECTORS_MAX];
        size_t size;
        unsigned count = gather(connection, vectors, &size);
        int sent = uv_try_write(&connection->uv.stream, vectors, count);
        if (sent < 0 && sent != UV_EAGAIN) {
            end_connection(connection, uv_strerror(sent));
            return;
        }
        if (sent > 0)
            pieces_sent(connection, (size_t)sent);
        if (sent < 0 || (size_t)sent < size) {
            write_rest(connection);
            return;
        }
    }
    all_sent(connection);
}

static void write_left(uv_write_t *write, int status)
{
    struct connection *connection = CONTAINER_OF(write, struct connection, write);

    connection->writing = false;
    if (connection->closing)
        return;
    if (status != 0) {
        end_connection(connection, uv_strerror(status));
        return;
    }
    pieces_sent(connection, (size_t)(uintptr_t)write->data);
    loop_at_turn_end(connection->loop, &connection->flush);
}

struct connection *connection_adopt(struct loop *loop, int fd, bool is_tcp)
{
    struct connection *connection = mem_new(sizeof(*connection));

    connection->loop = loop;
    connection->last = &connection->first;
    connection->flush.run = flush_run;
    connection->is_tcp = is_tcp;
    if (is_tcp)
        (void)uv_tcp_init(loop_uv(loop), &connection->uv.tcp);
    else
        (void)uv_pipe_init(loop_uv(loop), &connection->uv.pipe, 0);
    connection->uv.handle.data = connection;
    int failed =
        is_tcp ? uv_tcp_open(&connection->uv.tcp, fd) : uv_pipe_open(&connection->uv.pipe, fd);
    if (failed != 0) {
        (void)close(fd);
        end_connection(connection, "");
        return NULL;
    }
    if (is_tcp)
        (void)uv_tcp_nodelay(&connection->uv.tcp, 1);
    return connection;
}

static void forget_kept(struct connection *connection)
{
    connection->kept_from = 0;
    connection->kept_size = 0;
    if (connection->kept_room > PIECE_BYTES) {
        mem_free(connection->kept);
        connection->kept = NULL;
        connection->kept_room = 0;
    }
}

/* What is left of the bytes that were offered: of the scratch buffer, or of what was kept. */
static void keep(struct connection *connection, struct span bytes)
{
    if (bytes.size == 0) {
        forget_kept(connection);
        return;
    }
    if (connection->kept_size > 0) {
        connection->kept_from = (size_t)((const char *)bytes.data - connection->kept);
        connection->kept_size = bytes.size;
        return;
    }
    if (bytes.size > connection->kept_room) {
        connection->kept_room = bytes.size < 512 ? 512 : bytes.size;
        connection->kept = mem_grow(connection->kept, connection->kept_room);
    }
    memcpy(connection->kept, bytes.data, bytes.size);
    connection->kept_size = bytes.size;
}

/* Offers bytes until the owner wants no more of them; keeps the rest. */
static void offer(struct connection *connection, struct span bytes)
{
    bool more = true;

    connection->offering = true;
    while (more && bytes.size > 0 && !connection->paused && !connection->closing &&
           !connection->finishing) {
        size_t consumed = connection->events->received(connection->owner, bytes);
        assert(consumed <= bytes.size);
        bytes = span_after(bytes, consumed);
        more = consumed > 0;
    }
    connection->offering = false;
    if (connection->closing)
        return;
    if (connection->finishing)
        bytes.size = 0;
    if (!connection->paused && bytes.size > connection->received_bytes_max) {
        end_connection(connection, "sent more than may wait");
        return;
    }
    keep(connection, bytes);
}

/* What was kept, with `more` bytes that came behind it. */
static void offer_kept(struct connection *connection, size_t more)
{
    connection->kept_size += more;
    offer(connection,
          (struct span){connection->kept + connection->kept_from, connection->kept_size});
}

/* Behind what is kept, so that a long message is not copied again and again.  It is moved to the
 * front when at least as much was consumed before it: each byte pays for one move at most. */
static uv_buf_t room_behind_kept(struct connection *connection)
{
    size_t end = connection->kept_from + connection->kept_size;

    if (connection->kept_room - end < PIECE_BYTES &&
        connection->kept_from >= connection->kept_size &&
        connection->kept_room - connection->kept_size >= PIECE_BYTES) {
        memmove(connection->kept, connection->kept + connection->kept_from, connection->kept_size);
        connection->kept_from = 0;
        end = connection->kept_size;
    }
    if (connection->kept_room - end < PIECE_BYTES) {
        size_t room = connection->kept_room * 2;
        if (room < end + PIECE_BYTES)
            room = end + PIECE_BYTES;
        connection->kept = mem_grow(connection->kept, room);
        connection->kept_room = room;
    }
    return uv_buf_init(connection->kept + end, (unsigned)(connection->kept_room - end));
}

static void stream_alloc(uv_handle_t *uv, size_t suggested, uv_buf_t *buffer)
{
    struct connection *connection = uv->data;

    (void)suggested;
    if (connection->kept_size == 0) {
        *buffer = uv_buf_init(loop_scratch(connection->loop), HANDLE_SCRATCH_BYTES);
        return;
    }
    *buffer = room_behind_kept(connection);
}

static void stop_reading(struct connection *connection)
{
    if (connection->reading) {
        connection->reading = false;
        (void)uv_read_stop(&connection->uv.stream);
    }
}

static void stream_read(uv_stream_t *uv, ssize_t size, const uv_buf_t *buffer)
{
    struct connection *connection = uv->data;

    bool lingering = connection->linger != NULL && connection->linger->begun;
    if (size == 0 || connection->closing || (lingering && size > 0))
        return;
    if (size == UV_EOF && connection->events->ended != NULL && !lingering) {
        stop_reading(connection);
        connection->at_end = true;
        connection->events->ended(connection->owner);
        return;
    }
    if (size < 0) {
        end_connection(connection, size == UV_EOF ? "" : uv_strerror((int)size));
        return;
    }
    if (connection->kept_size == 0)
        offer(connection, (struct span){buffer->base, (size_t)size});
    else
        offer_kept(connection, (size_t)size);
    if (!connection->closing && (connection->paused || connection->finishing))
        stop_reading(connection);
}

static void start_reading(struct connection *connection)
{
    bool lingering = connection->linger != NULL && connection->linger->begun;
    if (connection->reading || connection->closing || connection->at_end)
        return;
    if ((connection->paused || connection->finishing) && !lingering)
        return;
    int failed = uv_read_start(&connection->uv.stream, stream_alloc, stream_read);
    if (failed != 0)
        end_connection(connection, uv_strerror(failed));
    else
        connection->reading = true;
}

void connection_start(struct connection *connection, const struct connection_events *events,
                      void *owner, size_t received_bytes_max)
{
    assert(!connection->started);
    connection->started = true;
    connection->events = events;
    connection->owner = owner;
    connection->received_bytes_max = received_bytes_max;
    start_reading(connection);
}

static void add_piece(struct connection *connection, struct piece *piece)
{
    assert(connection->last != NULL);
    *connection->last = piece;
    connection->last = &piece->next;
}

static void sent(struct connection *connection, size_t size)
{
    connection->unsent += size;
    connection->sent_since_drained = true;
    if (!connection->writing)
        loop_at_turn_end(connection->loop, &connection->flush);
}

void connection_send(struct connection *connection, struct span bytes)
{
    if (connection->closing || connection->finishing || bytes.size == 0)
        return;
    struct piece *piece =
        connection->first == NULL ? NULL : CONTAINER_OF(connection->last, struct piece, next);
    /* A piece that libuv has may be added to: it was given a size of its own. */
    if (piece == NULL || piece->room - piece->size < bytes.size || piece->room == 0) {
        size_t room = piece == NULL ? PIECE_BYTES_FIRST : PIECE_BYTES;
        if (room < bytes.size)
            room = bytes.size;
        piece = mem_grow(NULL, sizeof(*piece) + room); /* the bytes follow it */
        *piece = (struct piece){.bytes = (char *)(piece + 1), .room = room};
        add_piece(connection, piece);
    }
    memcpy(piece->bytes + piece->size, bytes.data, bytes.size);
    piece->size += bytes.size;
    sent(connection, bytes.size);
}

void connection_send_owned(struct connection *connection, void *memory, size_t offset, size_t size)
{
    if (connection->closing || connection->finishing || size == 0) {
        mem_free(memory);
        return;
    }
    struct piece *piece = mem_new(sizeof(*piece));
    *piece = (struct piece){.bytes = memory, .from = offset, .size = offset + size};
    add_piece(connection, piece);
    sent(connection, size);
}

size_t connection_unsent(const struct connection *connection)
{
    return connection->unsent;
}

void connection_pause(struct connection *connection)
{
    connection->paused = true;
    if (!connection->offering)
        stop_reading(connection);
}

void connection_resume(struct connection *connection)
{
    if (!connection->paused)
        return;
    connection->paused = false;
    if (connection->offering || connection->closing)
        return;
    if (connection->kept_size > 0)
        offer_kept(connection, 0);
    start_reading(connection);
}

void connection_finish(struct connection *connection)
{
    if (connection->closing || connection->finishing)
        return;
    connection->finishing = true;
    if (!connection->offering)
        stop_reading(connection);
    if (!connection->writing)
        loop_at_turn_end(connection->loop, &connection->flush);
}

void connection_linger(struct connection *connection)
{
    if (connection->closing || connection->finishing)
        return;
    connection->linger = mem_new(sizeof(*connection->linger));
    connection->linger->connection = connection;
    connection_finish(connection);
}

void connection_close(struct connection *connection)
{
    end_connection(connection, "");
}

static void fill_address(struct address *address, const struct sockaddr_storage *from)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;

    *address = (struct address){.port = -1};
    if (from->ss_family == AF_INET) {
        (void)inet_ntop(AF_INET, &v4->sin_addr, address->host, sizeof(address->host));
        address->port = ntohs(v4->sin_port);
    } else if (from->ss_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &v6->sin6_addr, address->host, sizeof(address->host));
        address->port = ntohs(v6->sin6_port);
    }
}

void connection_local(const struct connection *connection, struct address *address)
{
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    int size = sizeof(from);

    if (connection->is_tcp)
        (void)uv_tcp_getsockname(&connection->uv.tcp, (struct sockaddr *)&from, &size);
    fill_address(address, &from);
}

void connection_peer(const struct connection *connection, struct address *address)
{
    struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
    int size = sizeof(from);

    if (connection->is_tcp)
        (void)uv_tcp_getpeername(&connection->uv.tcp, (struct sockaddr *)&from, &size);
    fill_address(address, &from);
}
