/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/clock.h"
#include "net/catalog_client.h"
#include "wire/thrift.h"

/* What the other side does with one call. */
enum play {
    PLAY_END,     /* no more calls: the peer's process ends */
    PLAY_REPLY,   /* sends the golden reply under the call's number */
    PLAY_CUT,     /* half of it, then closes */
    PLAY_CLOSE,   /* reads the call, then closes without a word */
    PLAY_HANG_UP, /* sends the reply, then closes: the client finds an idle connection gone */
    PLAY_GARBAGE, /* speaks HTTP */
    PLAY_TWICE,   /* more than one reply */
    PLAY_SILENCE, /* never answers */
};

struct act {
    enum play play;
    const char *golden;
};

static size_t read_golden(const char *name, unsigned char *bytes, size_t room)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "tests/golden/hms/%s.bin", name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        _exit(2);
    size_t size = fread(bytes, 1, room, file);
    (void)fclose(file);
    return size;
}

/* Reads one call; false at the end of the connection.  *number is where the call says it. */
static bool read_call(int fd, unsigned char number[4])
{
    unsigned char bytes[65536] = {0};
    size_t size = 0;
    struct thrift_scan scan = {0};

    while (thrift_scan(&scan, (struct span){bytes, size}, sizeof(bytes)) != THRIFT_COMPLETE) {
        ssize_t got = read(fd, bytes + size, sizeof(bytes) - size);
        if (got <= 0)
            return false;
        size += (size_t)got;
    }
    memcpy(number, bytes + 8 + bytes[7], 4);
    return true;
}

static void send_all(int fd, const void *bytes, size_t size)
{
    if (write(fd, bytes, size) != (ssize_t)size)
        _exit(3);
}

/* True when the connection goes on. */
static bool play(int fd, const struct act *act, const unsigned char number[4])
{
    static const char http[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    unsigned char bytes[8192];
    size_t size = act->golden == NULL ? 0 : read_golden(act->golden, bytes, sizeof(bytes));

    if (size > 0)
        memcpy(bytes + 8 + bytes[7], number, 4);
    if (act->play == PLAY_CUT)
        send_all(fd, bytes, size / 2);
    if (act->play == PLAY_REPLY || act->play == PLAY_HANG_UP)
        send_all(fd, bytes, size);
    if (act->play == PLAY_TWICE) { /* in one piece, or the client might see the first alone */
        memcpy(bytes + size, bytes, size);
        send_all(fd, bytes, size * 2);
    }
    if (act->play == PLAY_GARBAGE)
        send_all(fd, http, sizeof(http) - 1);
    if (act->play == PLAY_SILENCE)
        (void)read(fd, bytes, sizeof(bytes)); /* until the client gives up */
    return act->play == PLAY_REPLY;
}

static void run_peer(int listener, const struct act *acts)
{
    while (acts->play != PLAY_END) {
        unsigned char number[4];
        int fd = accept(listener, NULL, NULL);
        bool goes_on = fd >= 0;
        while (goes_on && acts->play != PLAY_END && read_call(fd, number))
            goes_on = play(fd, acts++, number);
        (void)close(fd);
    }
    _exit(0);
}

struct peer {
    pid_t pid;
    struct address address;
};

static struct peer start_peer(const struct act *acts)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    struct peer peer = {0};
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    (void)snprintf(peer.address.host, sizeof(peer.address.host), "127.0.0.1");
    peer.address.port = ntohs(at.sin_port);
    peer.pid = fork();
    assert_true(peer.pid >= 0);
    if (peer.pid == 0) {
        (void)alarm(20);
        run_peer(listener, acts);
    }
    assert_int_equal(close(listener), 0);
    return peer;
}

/* It must have played all of its acts. */
static void end_peer(const struct peer *peer)
{
    int status;

    assert_int_equal(waitpid(peer->pid, &status, 0), peer->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void reads_what_a_real_metastore_sent(void **state)
{
    (void)state;
    static const struct act acts[] = {{PLAY_REPLY, "get_all_databases_reply"},
                                      {PLAY_REPLY, "get_database_reply"},
                                      {PLAY_REPLY, "get_table_reply"},
                                      {PLAY_REPLY, "get_table_missing_reply"},
                                      {PLAY_REPLY, "get_database_missing_reply"},
                                      {PLAY_END, NULL}};
    struct peer peer = start_peer(acts);
    struct catalog_client *client = catalog_client_create(&peer.address, 10000);
    struct hive_names names;
    struct hive_database database;
    struct hive_table table;
    struct arena arena;
    struct err err = {0};

    arena_init(&arena, (size_t)1024 * 1024);
    assert_true(catalog_client_get_databases(client, &arena, &names, &err));
    assert_int_equal(names.count, 1);
    assert_string_equal(names.names[0], "default");
    assert_true(catalog_client_get_database(client, "default", &arena, &database, &err));
    assert_string_equal(database.location, "file:/data/hms/wh");
    assert_true(
        catalog_client_get_table(client, "default", "sword_purchases", &arena, &table, &err));
    assert_string_equal(table.storage.location, "file:/data/ext1");
    assert_int_equal(table.storage.columns.count, 6);
    assert_false(catalog_client_get_table(client, "default", "x", &arena, &table, &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_string_equal(err.text, "default.sword_purchases table not found");
    assert_false(catalog_client_get_database(client, "x", &arena, &database, &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    end_peer(&peer);
    catalog_client_close(client);
    arena_reset(&arena);
}

/* An idle connection that is gone costs a read nothing; a change is not sent a second time. */
static void repeats_reads_only(void **state)
{
    (void)state;
    static const struct act acts[] = {{PLAY_HANG_UP, "get_all_databases_reply"},
                                      {PLAY_HANG_UP, "get_all_databases_reply"},
                                      {PLAY_REPLY, "get_all_databases_reply"},
                                      {PLAY_CLOSE, NULL},
                                      {PLAY_REPLY, "get_all_databases_reply"},
                                      {PLAY_CLOSE, NULL},
                                      {PLAY_END, NULL}};
    struct peer peer = start_peer(acts);
    struct catalog_client *client = catalog_client_create(&peer.address, 10000);
    struct hive_names names;
    struct arena arena;
    struct err err = {0};

    arena_init(&arena, (size_t)1024 * 1024);
    for (int i = 0; i < 4; i++) /* the fourth is closed under its eyes, and sent again */
        assert_true(catalog_client_get_databases(client, &arena, &names, &err));
    assert_false(catalog_client_drop_table(client, "default", "t", true, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    end_peer(&peer);
    catalog_client_close(client);
    arena_reset(&arena);
}

static void names_the_address_when_what_answers_is_wrong(void **state)
{
    (void)state;
    static const struct {
        struct act acts[2];
        enum err_kind kind;
    } rows[] = {
        {{{PLAY_CUT, "get_all_databases_reply"}, {PLAY_END, NULL}}, ERR_UNAVAILABLE},
        {{{PLAY_CLOSE, NULL}, {PLAY_END, NULL}}, ERR_UNAVAILABLE},
        {{{PLAY_SILENCE, NULL}, {PLAY_END, NULL}}, ERR_UNAVAILABLE},
        {{{PLAY_GARBAGE, NULL}, {PLAY_END, NULL}}, ERR_MALFORMED},
        {{{PLAY_TWICE, "get_all_databases_reply"}, {PLAY_END, NULL}}, ERR_MALFORMED},
        {{{PLAY_REPLY, "get_database_reply"}, {PLAY_END, NULL}}, ERR_MALFORMED},
        {{{PLAY_REPLY, "get_unique_constraints_reply"}, {PLAY_END, NULL}}, ERR_MALFORMED},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct peer peer = start_peer(rows[i].acts);
        bool silent = rows[i].acts[0].play == PLAY_SILENCE; /* the others answer, be it slowly */
        struct catalog_client *client = catalog_client_create(&peer.address, silent ? 500 : 10000);
        struct hive_names names;
        struct arena arena;
        struct err err = {0};
        char port[16];

        arena_init(&arena, (size_t)1024 * 1024);
        assert_false(catalog_client_get_databases(client, &arena, &names, &err));
        assert_int_equal(err.kind, rows[i].kind);
        (void)snprintf(port, sizeof(port), ":%d", peer.address.port);
        assert_non_null(strstr(err.text, port));
        catalog_client_close(client);
        end_peer(&peer);
        arena_reset(&arena);
    }
}

static void says_when_nobody_is_there(void **state)
{
    (void)state;
    static const struct act none[] = {{PLAY_END, NULL}};
    struct peer peer = start_peer(none);
    struct catalog_client *client = catalog_client_create(&peer.address, 2000);
    struct hive_names names;
    struct arena arena;
    struct err err = {0};
    int64_t began_ms = clock_steady_ms();

    end_peer(&peer);
    arena_init(&arena, 1024);
    assert_false(catalog_client_get_databases(client, &arena, &names, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_in_range(clock_steady_ms() - began_ms, 0, 5000);
    catalog_client_close(client);
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_a_real_metastore_sent),
        cmocka_unit_test(repeats_reads_only),
        cmocka_unit_test(names_the_address_when_what_answers_is_wrong),
        cmocka_unit_test(says_when_nobody_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
