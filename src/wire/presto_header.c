/* SPDX-License-Identifier: Apache-2.0 */
/* presto_header.c - request headers to a client's wishes. */
#include "wire/presto_header.h"

#include <string.h>

#include "base/mem.h"

static const char *const prefixes[] = {
    [PRESTO_TRINO] = "X-Trino-",
    [PRESTO_PRESTO] = "X-Presto-",
};

static bool too_large(const struct arena *arena, struct err *err)
{
    return err_set(err, ERR_LIMIT, "the request's headers need more than %zu bytes", arena->limit);
}

/* Which protocol's header it is; *rest is the name without the prefix. */
static bool has_prefix(struct span name, enum presto_protocol *protocol, struct span *rest)
{
    for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
        size_t size = strlen(prefixes[i]);
        if (name.size > size && span_is_nocase((struct span){name.data, size}, prefixes[i])) {
            *protocol = (enum presto_protocol)i;
            *rest = span_after(name, size);
            return true;
        }
    }
    return false;
}

static bool detect(const struct presto_header *headers, size_t count,
                   enum presto_protocol *protocol, struct err *err)
{
    bool seen[COUNT_OF(prefixes)] = {false};

    for (size_t i = 0; i < count; i++) {
        enum presto_protocol found;
        struct span rest;
        if (has_prefix(headers[i].name, &found, &rest))
            seen[found] = true;
    }
    if (seen[PRESTO_TRINO] && seen[PRESTO_PRESTO])
        return err_set(err, ERR_MALFORMED, "headers X-Trino-* and X-Presto-* in one request");
    *protocol = seen[PRESTO_PRESTO] ? PRESTO_PRESTO : PRESTO_TRINO;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool is_text(struct span value)
{
    return value.size == 0 || (memchr(value.data, '\0', value.size) == NULL && span_is_utf8(value));
}

/* URL-decodes; NULL with the error set. */
static const char *decode(struct span value, struct arena *arena, struct err *err)
{
    const char *from = value.data;
    char *to = arena_new(arena, value.size + 1, 1, 1);
    size_t size = 0;

    if (to == NULL) {
        (void)too_large(arena, err);
        return NULL;
    }
    for (size_t i = 0; i < value.size; i++) {
        if (from[i] != '%') {
            to[size++] = from[i];
            if (from[i] == '+')
                to[size - 1] = ' ';
            continue;
        }
        int high = i + 2 < value.size ? hex_digit(from[i + 1]) : -1;
        int low = i + 2 < value.size ? hex_digit(from[i + 2]) : -1;
        if (high < 0 || low < 0) {
            (void)err_set(err, ERR_MALFORMED, "%% without two hexadecimal digits");
            return NULL;
        }
        to[size++] = (char)(high * 16 + low);
        i += 2;
    }
    to[size] = '\0';
    if (!is_text((struct span){to, size})) {
        (void)err_set(err, ERR_MALFORMED, "a value that is not UTF-8 text");
        return NULL;
    }
    return to;
}

static bool read_property(struct span item, struct presto_property *property, struct arena *arena,
                          struct err *err)
{
    const char *equals = memchr(item.data, '=', item.size);
    if (equals == NULL)
        return err_set(err, ERR_MALFORMED, "an entry without '='");

    size_t name_size = (size_t)(equals - (const char *)item.data);
    struct span name = span_trim((struct span){item.data, name_size});
    if (name.size == 0)
        return err_set(err, ERR_MALFORMED, "an entry without a name");
    property->name = decode(name, arena, err);
    if (property->name == NULL)
        return false;
    property->value = decode(span_trim(span_after(item, name_size + 1)), arena, err);
    return property->value != NULL;
}

/* Adds the header's entries to *list, which has room for `max`. */
static bool read_properties(struct span value, struct presto_property **list, size_t *count,
                            size_t max, struct arena *arena, struct err *err)
{
    while (value.size > 0) {
        struct span item = span_trim(span_cut(&value, ','));
        if (item.size == 0)
            continue;
        if (*count == max)
            return err_set(err, ERR_LIMIT, "more than %zu entries", max);
        if (*list == NULL)
            *list = ARENA_NEW(arena, struct presto_property, max);
        if (*list == NULL)
            return too_large(arena, err);
        if (!read_property(item, *list + *count, arena, err))
            return false;
        (*count)++;
    }
    return true;
}

static void read_capabilities(struct span value, struct presto_client *client)
{
    while (value.size > 0)
        if (span_is_nocase(span_trim(span_cut(&value, ',')), "PARAMETRIC_DATETIME"))
            client->parametric_datetime = true;
}

/* The member that a plain header fills, or NULL. */
static const char **plain_member(struct span name, struct presto_client *client)
{
    const struct {
        const char *name;
        const char **member;
    } rows[] = {
        {"User", &client->user},           {"Source", &client->source},
        {"Catalog", &client->catalog},     {"Schema", &client->schema},
        {"Time-Zone", &client->time_zone}, {"Transaction-Id", &client->transaction_id},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (span_is_nocase(name, rows[i].name))
            return rows[i].member;
    return NULL;
}

static bool read_header(struct span name, struct span value, struct presto_client *client,
                        struct arena *arena, struct err *err)
{
    const char **member = plain_member(name, client);

    if (member != NULL) {
        if (member == &client->transaction_id)
            client->transactions = true;
        if (value.size == 0 || (member == &client->transaction_id && span_is_nocase(value, "NONE")))
            return true;
        *member = arena_string(arena, value);
        return *member != NULL ? true : too_large(arena, err);
    }
    if (span_is_nocase(name, "Session"))
        return read_properties(value, &client->session, &client->session_count,
                               PRESTO_HEADER_PROPERTIES_MAX, arena, err);
    if (span_is_nocase(name, "Prepared-Statement"))
        return read_properties(value, &client->prepared, &client->prepared_count,
                               PRESTO_HEADER_PREPARED_MAX, arena, err);
    if (span_is_nocase(name, "Client-Capabilities"))
        read_capabilities(value, client);
    return true;
}

bool presto_header_read(const struct presto_header *headers, size_t count,
                        struct presto_client *client, struct arena *arena, struct err *err)
{
    *client = (struct presto_client){.protocol = PRESTO_TRINO};
    if (!detect(headers, count, &client->protocol, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        enum presto_protocol protocol;
        struct span name;
        if (!has_prefix(headers[i].name, &protocol, &name))
            continue;
        if (!is_text(headers[i].value))
            return err_set(err, ERR_MALFORMED, "header %s%.*s: a value that is not UTF-8 text",
                           prefixes[protocol], (int)name.size, (const char *)name.data);
        if (!read_header(name, headers[i].value, client, arena, err))
            return err_within(err, "header %s%.*s", prefixes[protocol], (int)name.size,
                              (const char *)name.data);
    }
    return true;
}

const char *presto_header_session(const struct presto_client *client, const char *name)
{
    for (size_t i = client->session_count; i > 0; i--)
        if (span_is_nocase(span_of(client->session[i - 1].name), name))
            return client->session[i - 1].value;
    return NULL;
}

const char *presto_header_prepared(const struct presto_client *client, const char *name)
{
    for (size_t i = client->prepared_count; i > 0; i--)
        if (strcmp(client->prepared[i - 1].name, name) == 0)
            return client->prepared[i - 1].value;
    return NULL;
}

void presto_header_encode(struct text *out, struct span value)
{
    const unsigned char *bytes = value.data;

    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = bytes[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                     c == '-' || c == '_' || c == '.' || c == '*';
        if (plain)
            text_add_char(out, (char)c);
        else if (c == ' ')
            text_add_char(out, '+');
        else
            text_printf(out, "%%%02X", c);
    }
}

const char *presto_header_name(enum presto_protocol protocol, const char *name, struct arena *arena)
{
    return arena_printf(arena, "%s%s", prefixes[protocol], name);
}
