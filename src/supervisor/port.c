/* SPDX-License-Identifier: Apache-2.0 */
/* port.c - binds each address for a moment; looks in /proc for who has it. */
#include "supervisor/port.h"

#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "io/connection.h"
#include "io/file.h"
#include "io/listener.h"

#define TCP_LISTEN 0x0a
#define PROC_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define COMMAND_BYTES 4096

/* The inode of a socket that listens on `port`, or 0. */
static unsigned long listening_inode(const char *table, int port)
{
    char line[512];
    unsigned long inode = 0;
    FILE *file = fopen(table, "re");
    if (file == NULL)
        return 0;
    while (inode == 0 && fgets(line, sizeof(line), file) != NULL) {
        unsigned at;
        unsigned state;
        unsigned long found;
        if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*s %*s %lu", &at, &state,
                   &found) == 3 &&
            at == (unsigned)port && state == TCP_LISTEN)
            inode = found;
    }
    (void)fclose(file);
    return inode;
}

static bool process_has(const char *pid, const char *socket, struct arena *arena)
{
    char dir[PATH_MAX];
    char path[PATH_MAX];
    char link[64];
    struct file_names names;
    struct err err;

    (void)snprintf(dir, sizeof(dir), "/proc/%.16s/fd", pid);
    if (!file_list(dir, &names, arena, &err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        (void)snprintf(path, sizeof(path), "/proc/%.16s/fd/%.16s", pid, names.names[i]);
        ssize_t size = readlink(path, link, sizeof(link) - 1);
        if (size <= 0)
            continue;
        link[size] = '\0';
        if (strcmp(link, socket) == 0)
            return true;
    }
    return false;
}

/* The pid that holds the socket, or 0: it belongs to someone whose descriptors we may not see. */
static int holder(unsigned long inode)
{
    char socket[64];
    struct arena arena;
    struct file_names names;
    struct err err;
    int pid = 0;

    (void)snprintf(socket, sizeof(socket), "socket:[%lu]", inode);
    arena_init(&arena, PROC_BYTES_MAX);
    if (file_list("/proc", &names, &arena, &err)) {
        for (size_t i = 0; pid == 0 && i < names.count; i++) {
            if (isdigit((unsigned char)names.names[i][0]) &&
                process_has(names.names[i], socket, &arena))
                pid = atoi(names.names[i]);
        }
    }
    arena_reset(&arena);
    return pid;
}

/* Its command line, the words apart by zero bytes. */
static size_t read_command(int pid, char command[COMMAND_BYTES])
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t size = fread(command, 1, COMMAND_BYTES - 1, file);
    (void)fclose(file);
    command[size] = '\0';
    return size;
}

/* The value of --home, when it is a service of ours. */
static const char *home_in(const char *command, size_t size)
{
    bool serves = false;
    for (size_t at = 0; at < size; at += strlen(command + at) + 1) {
        if (strcmp(command + at, "serve") == 0)
            serves = true;
        if (serves && strcmp(command + at, "--home") == 0 && at + 7 < size)
            return command + at + 7;
    }
    return NULL;
}

static void say_holder(struct text *out, int port)
{
    char command[COMMAND_BYTES] = "";
    unsigned long inode = listening_inode("/proc/net/tcp", port);
    if (inode == 0)
        inode = listening_inode("/proc/net/tcp6", port);
    int pid = inode == 0 ? 0 : holder(inode);
    if (pid == 0) {
        text_add_string(out, " is in use by another program: stop it, or take other ports with "
                             "--port-base N\n");
        return;
    }
    size_t size = read_command(pid, command);
    const char *home = home_in(command, size);
    if (home != NULL) {
        text_printf(out,
                    " is in use by the thread that runs in %s (pid %d): stop it with `steelthread "
                    "down --home %s`, or take other ports with --port-base N\n",
                    home, pid, home);
        return;
    }
    for (size_t i = 0; i + 1 < size; i++) {
        if (!isprint((unsigned char)command[i]))
            command[i] = ' ';
    }
    text_printf(out,
                " is in use by pid %d (%.60s): stop it, or take other ports with --port-base N\n",
                pid, command);
}

static void refuse_connection(void *owner, struct connection *connection)
{
    (void)owner;
    connection_close(connection);
}

static bool check(struct loop *loop, const char *service, const struct address *address,
                  struct text *out)
{
    char text[ADDRESS_TEXT_BYTES];
    struct err err;
    struct listener *listener = listener_open(loop, address, refuse_connection, NULL, &err);
    if (listener != NULL) {
        listener_close(listener);
        return true;
    }
    if (err.kind == ERR_CONFLICT) {
        text_printf(out, "%s: %s", service, address_text(address, text));
        say_holder(out, address->port);
    } else {
        text_printf(out, "%s: %s\n", service, err.text);
    }
    return false;
}

bool port_check(struct loop *loop, const struct config *config, struct text *out)
{
    bool ok = true;
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        enum config_service service = (enum config_service)i;
        bool mine = true;
        for (size_t j = 0; mine && config_starts(config, service) && j < config->listen_count[i];
             j++)
            mine = check(loop, config_service_name(service), &config->listen[i][j], out);
        ok = ok && mine;
    }
    return ok;
}
