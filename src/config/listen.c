/* SPDX-License-Identifier: Apache-2.0 */
/* listen.c - the lecture's ports, and what a file says instead. */
#include "config/listen.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define HOSTS_MAX 2

static const struct {
    const char *name;
    int port;   /* in the lecture */
    int offset; /* from --port-base; 2, 5 and 6 belong to boxes that are still to come */
} services[CONFIG_SERVICE_COUNT] = {
    [CONFIG_COLLECTOR] = {"collector", 5000, 0},
    [CONFIG_BROKER] = {"broker", 29092, 1},
    [CONFIG_CATALOG] = {"catalog", 9083, 3},
    [CONFIG_SQL] = {"sql", 8080, 4},
    [CONFIG_JOB] = {"job", 4040, 7},
};

const char *listen_service_name(enum config_service service)
{
    return services[service].name;
}

/* Some containers have no IPv6 at all; listening there would fail. */
static bool machine_has_ipv6_loopback(void)
{
    char line[128];
    bool found = false;
    FILE *file = fopen("/proc/net/if_inet6", "re");
    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof(line), file) != NULL)
        found = strncmp(line, "00000000000000000000000000000001 ", 33) == 0;
    (void)fclose(file);
    return found;
}

static void set_loopback(struct config *config, enum config_service service, int port)
{
    static const char *const hosts[HOSTS_MAX] = {"127.0.0.1", "::1"};
    size_t count = config->has_ipv6 ? HOSTS_MAX : 1;
    config->listen_count[service] = count;
    for (size_t i = 0; i < count; i++) {
        struct address *address = &config->listen[service][i];
        (void)snprintf(address->host, sizeof(address->host), "%s", hosts[i]);
        address->port = port;
    }
}

void listen_default(struct config *config)
{
    config->has_ipv6 = machine_has_ipv6_loopback();
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++)
        set_loopback(config, (enum config_service)i, services[i].port);
}

static bool is_numeric(const char *host)
{
    unsigned char bytes[16];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

static bool parse(struct config *config, const char *text, enum config_service service,
                  struct err *err)
{
    int64_t port = 0;
    struct address address = {.port = -1};
    if (span_to_i64(span_of(text), &port)) {
        if (port < 1 || port > 65535)
            return err_set(err, ERR_MALFORMED, "port %s, want 1 to 65535", text);
        set_loopback(config, service, (int)port);
        return true;
    }
    if (!address_parse(&address, span_of(text), services[service].port, err))
        return false;
    if (address.port < 0)
        return err_set(err, ERR_MALFORMED, "\"%s\" is a path, want HOST:PORT", text);
    if (strcmp(address.host, "localhost") == 0) {
        set_loopback(config, service, address.port);
        return true;
    }
    if (strcmp(address.host, "*") == 0)
        (void)snprintf(address.host, sizeof(address.host), "0.0.0.0");
    if (!is_numeric(address.host))
        return err_set(err, ERR_MALFORMED,
                       "\"%s\" is no address of this machine: want 127.0.0.1, ::1, 0.0.0.0, :: or "
                       "localhost, or another one in numbers",
                       address.host);
    config->listen[service][0] = address;
    config->listen_count[service] = 1;
    return true;
}

void listen_set(struct section_reader *reader, const char *where, const char *text,
                enum config_service service)
{
    struct err err;
    if (!parse(reader->config, text, service, &err))
        section_fault(reader, NULL, "%s: %s", where, err.text);
}

static void read_list(struct section_reader *reader, const struct section_value *value,
                      enum config_service service)
{
    struct config *config = reader->config;
    struct address addresses[HOSTS_MAX] = {{.port = 0}};
    size_t count = 0;
    struct err err;

    for (const struct document_node *n = value->node->first; n != NULL; n = n->next) {
        const char *text;
        const struct section_value item = {value->name, n, n};
        if (!section_text(reader, &item, &text))
            return;
        if (!parse(config, text, service, &err)) {
            section_fault(reader, n, "`%s`: %s", value->name, err.text);
            return;
        }
        for (size_t i = 0; i < config->listen_count[service]; i++) {
            if (count == HOSTS_MAX) {
                section_fault(reader, n, "`%s` has more than %d addresses", value->name, HOSTS_MAX);
                return;
            }
            addresses[count++] = config->listen[service][i];
        }
        if (addresses[count - 1].port != addresses[0].port) {
            section_fault(reader, n, "the addresses of `%s` differ in their port", value->name);
            return;
        }
    }
    if (count == 0) {
        section_fault(reader, value->node, "`%s` is an empty list", value->name);
        return;
    }
    memcpy(config->listen[service], addresses, count * sizeof(addresses[0]));
    config->listen_count[service] = count;
}

void listen_read(struct section_reader *reader, const struct section_value *value,
                 enum config_service service)
{
    const char *text;
    struct err err;
    if (value->node->kind == DOCUMENT_SEQUENCE) {
        read_list(reader, value, service);
        return;
    }
    if (!section_text(reader, value, &text))
        return;
    if (!parse(reader->config, text, service, &err))
        section_fault(reader, value->node, "`%s`: %s", value->name, err.text);
}

void listen_move(struct config *config, int port_base)
{
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        for (size_t j = 0; j < config->listen_count[i]; j++)
            config->listen[i][j].port = port_base + services[i].offset;
    }
}

void listen_check(struct section_reader *reader)
{
    const struct config *config = reader->config;
    for (int i = 0; i < CONFIG_SERVICE_COUNT; i++) {
        for (int j = 0; j < i; j++) {
            if (config_starts(config, (enum config_service)i) &&
                config_starts(config, (enum config_service)j) &&
                config->listen[i][0].port == config->listen[j][0].port)
                section_fault(reader, NULL, "%s and %s both listen on port %d", services[j].name,
                              services[i].name, config->listen[i][0].port);
        }
    }
}

struct address listen_client(const struct config *config, enum config_service service)
{
    struct address address = config->listen[service][0];
    if (strcmp(address.host, "0.0.0.0") == 0)
        (void)snprintf(address.host, sizeof(address.host), "127.0.0.1");
    else if (strcmp(address.host, "::") == 0)
        (void)snprintf(address.host, sizeof(address.host), "::1");
    return address;
}
