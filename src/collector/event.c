/* SPDX-License-Identifier: Apache-2.0 */
/* event.c - Python's dict, title() and json.dumps(), as far as headers need them. */
#include "collector/event.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

struct event_route {
    const struct config_route *route;
    struct text fields;   /* {"a": 1, "b": 2 as JSON, without its end */
    bool can_be_replaced; /* some field is called as a header could be */
};

/* --- JSON as json.dumps() writes it ----------------------------------------------------------- */

static void add_escape(struct text *out, unsigned unit)
{
    static const char digits[] = "0123456789abcdef";
    char escape[6] = {'\\',
                      'u',
                      digits[unit >> 12 & 15],
                      digits[unit >> 8 & 15],
                      digits[unit >> 4 & 15],
                      digits[unit & 15]};

    text_add(out, (struct span){escape, sizeof(escape)});
}

static bool is_plain(unsigned char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static void add_special(struct text *out, unsigned char c)
{
    static const char specials[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *at = c == '\0' ? NULL : strchr(specials, c);

    if (at == NULL) {
        add_escape(out, c);
        return;
    }
    char escape[2] = {'\\', letters[at - specials]};
    text_add(out, (struct span){escape, sizeof(escape)});
}

/* Each byte is a character of Latin-1. */
static void add_latin1(struct text *out, struct span bytes)
{
    const unsigned char *at = bytes.data;
    const unsigned char *end = at + bytes.size;

    while (at < end) {
        const unsigned char *from = at;
        while (at < end && is_plain(*at))
            at++;
        text_add(out, (struct span){from, (size_t)(at - from)});
        if (at < end)
            add_special(out, *at++);
    }
}

/* The character at *at, moving on; `utf8` is known to be right, being from the configuration. */
static unsigned next_character(const unsigned char **at)
{
    const unsigned char *b = *at;
    int more = b[0] < 0x80 ? 0 : b[0] < 0xe0 ? 1 : b[0] < 0xf0 ? 2 : 3;
    static const unsigned char masks[] = {0x7f, 0x1f, 0x0f, 0x07};
    unsigned character = b[0] & masks[more];

    for (int i = 1; i <= more && b[i] != '\0'; i++)
        character = character << 6 | (b[i] & 0x3f);
    *at += 1;
    while ((**at & 0xc0) == 0x80)
        (*at)++;
    return character;
}

static void add_utf8(struct text *out, const char *utf8)
{
    const unsigned char *at = (const unsigned char *)utf8;

    while (*at != '\0') {
        unsigned character = next_character(&at);
        if (character < 0x80) {
            unsigned char c = (unsigned char)character;
            add_latin1(out, (struct span){&c, 1});
        } else if (character < 0x10000) {
            add_escape(out, character);
        } else {
            add_escape(out, 0xd800 + ((character - 0x10000) >> 10));
            add_escape(out, 0xdc00 + ((character - 0x10000) & 0x3ff));
        }
    }
}

/* --- headers as WSGI hands them on ------------------------------------------------------------ */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters behind a letter are small, others capital. */
static char title_char(char c, bool behind_letter)
{
    if (behind_letter && c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    if (!behind_letter && c >= 'a' && c <= 'z')
        return (char)(c - ('a' - 'A'));
    return c;
}

static bool is_title(const char *name)
{
    bool behind_letter = false;

    for (; *name != '\0'; name++) {
        if ((unsigned char)*name >= 0x80 || *name == '_' ||
            title_char(*name, behind_letter) != *name)
            return false;
        behind_letter = is_letter(*name);
    }
    return true;
}

static void add_title(struct text *out, struct span name)
{
    const char *from = name.data;
    char *to = text_space(out, name.size);
    bool behind_letter = false;

    if (to == NULL)
        return;
    for (size_t i = 0; i < name.size; i++) {
        to[i] = title_char(from[i], behind_letter);
        behind_letter = is_letter(from[i]);
    }
    text_added(out, name.size);
}

static bool same_name(struct span a, struct span b)
{
    const char *x = a.data;
    const char *y = b.data;

    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (title_char(x[i], false) != title_char(y[i], false))
            return false;
    }
    return true;
}

/* Of these two the last counts; others are joined. */
static bool is_content(struct span name)
{
    return span_is_nocase(name, "content-type") || span_is_nocase(name, "content-length");
}

/* Blanks behind a value belong to it. */
static struct span whole_value(const struct http_header *header)
{
    return (struct span){header->value.data, header->value.size + header->blanks_behind};
}

static const struct http_header *last_of_name(const struct http_request *request, size_t i)
{
    const struct http_header *last = &request->headers[i];

    for (size_t k = i + 1; k < request->header_count; k++) {
        if (same_name(request->headers[k].name, last->name))
            last = &request->headers[k];
    }
    return last;
}

/* Header i stands in the event: it has no underscore, is the first of its name, and not an empty
 * Content-Type or Content-Length. */
static bool stands(const struct http_request *request, size_t i)
{
    const struct http_header *header = &request->headers[i];

    if (memchr(header->name.data, '_', header->name.size) != NULL)
        return false;
    for (size_t k = 0; k < i; k++) {
        if (same_name(request->headers[k].name, header->name))
            return false;
    }
    return !is_content(header->name) || whole_value(last_of_name(request, i)).size > 0;
}

static void add_value(struct text *out, const struct http_request *request, size_t i)
{
    struct span name = request->headers[i].name;

    text_add_char(out, '"');
    if (request->authority.size > 0 && span_is_nocase(name, "host")) {
        add_latin1(out, request->authority); /* of the target, which counts before Host */
    } else if (is_content(name)) {
        add_latin1(out, whole_value(last_of_name(request, i)));
    } else {
        add_latin1(out, whole_value(&request->headers[i]));
        for (size_t k = i + 1; k < request->header_count; k++) {
            if (!same_name(request->headers[k].name, name))
                continue;
            text_add_char(out, ',');
            add_latin1(out, whole_value(&request->headers[k]));
        }
    }
    text_add_char(out, '"');
}

static size_t find_standing(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (span_is_nocase(request->headers[i].name, name) && stands(request, i))
            return i;
    }
    return SIZE_MAX;
}

/* --- the event -------------------------------------------------------------------------------- */

static void add_comma(struct text *out, size_t start)
{
    if (out->size > start + 1)
        text_add_string(out, ", ");
}

static void add_field_name(struct text *out, const char *name)
{
    text_add_char(out, '"');
    add_utf8(out, name);
    text_add_string(out, "\": ");
}

struct event_route *event_route_create(const struct config_route *route)
{
    struct event_route *event_route = mem_new(sizeof(*event_route));

    event_route->route = route;
    text_init(&event_route->fields, SIZE_MAX);
    text_add_char(&event_route->fields, '{');
    for (size_t i = 0; i < route->field_count; i++) {
        add_comma(&event_route->fields, 0);
        add_field_name(&event_route->fields, route->fields[i].name);
        text_add_string(&event_route->fields, route->fields[i].json);
        if (is_title(route->fields[i].name))
            event_route->can_be_replaced = true;
    }
    return event_route;
}

void event_route_close(struct event_route *event_route)
{
    if (event_route == NULL)
        return;
    text_reset(&event_route->fields);
    mem_free(event_route);
}

static bool is_field(const struct event_route *event_route, struct span name)
{
    const struct config_route *route = event_route->route;

    for (size_t i = 0; i < route->field_count; i++) {
        if (is_title(route->fields[i].name) && span_is_nocase(name, route->fields[i].name))
            return true;
    }
    return false;
}

/* The fields, each with the value of the header of its name, if there is one. */
static void add_fields(struct text *out, const struct event_route *event_route,
                       const struct http_request *request)
{
    const struct config_route *route = event_route->route;
    size_t start = out->size;

    text_add_char(out, '{');
    for (size_t i = 0; i < route->field_count; i++) {
        const struct config_field *field = &route->fields[i];
        size_t header = is_title(field->name) ? find_standing(request, field->name) : SIZE_MAX;
        add_comma(out, start);
        add_field_name(out, field->name);
        if (header != SIZE_MAX)
            add_value(out, request, header);
        else if (request->authority.size > 0 && strcmp(field->name, "Host") == 0) {
            text_add_char(out, '"');
            add_latin1(out, request->authority);
            text_add_char(out, '"');
        } else
            text_add_string(out, field->json);
    }
}

void event_write(struct text *out, const struct event_route *event_route,
                 const struct http_request *request)
{
    size_t start = out->size;
    bool has_host = false;

    if (event_route->can_be_replaced)
        add_fields(out, event_route, request);
    else
        text_add(out, text_span(&event_route->fields));
    for (size_t i = 0; i < request->header_count; i++) {
        struct span name = request->headers[i].name;
        has_host = has_host || span_is_nocase(name, "host");
        if (!stands(request, i) || (event_route->can_be_replaced && is_field(event_route, name)))
            continue;
        add_comma(out, start);
        text_add_char(out, '"');
        add_title(out, name);
        text_add_string(out, "\": ");
        add_value(out, request, i);
    }
    if (request->authority.size > 0 && !has_host && !is_field(event_route, span_of("Host"))) {
        add_comma(out, start);
        text_add_string(out, "\"Host\": \"");
        add_latin1(out, request->authority);
        text_add_char(out, '"');
    }
    text_add_char(out, '}');
}
