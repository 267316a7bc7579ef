/* SPDX-License-Identifier: Apache-2.0 */
/* app.c - topic and routes, and the event's fields as Python's json.dumps writes them. */
#include "config/app.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define VALUE_BYTES_MAX (64 * 1024)
#define NAME_BYTES_MAX 128 /* of a field */
#define PATH_BYTES_MAX 400

static size_t count_pairs(const struct document_node *mapping)
{
    size_t count = 0;
    if (mapping->kind == DOCUMENT_MAPPING) {
        for (const struct document_node *n = mapping->first; n != NULL; n = n->next->next)
            count++;
    }
    return count;
}

/* --- JSON --- */

static void write_escaped(struct text *out, uint32_t c)
{
    static const char letters[] = "\b\f\n\r\t\"\\";
    static const char escapes[] = "bfnrt\"\\";
    const char *found = c != 0 && c < 0x80 ? strchr(letters, (int)c) : NULL;
    if (found != NULL)
        text_printf(out, "\\%c", escapes[found - letters]);
    else if (c >= 0x20 && c < 0x7f)
        text_add_char(out, (char)c);
    else if (c < 0x10000)
        text_printf(out, "\\u%04x", c);
    else
        text_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                    0xdc00 + ((c - 0x10000) & 0x3ff));
}

static void write_string(struct text *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    text_add_char(out, '"');
    while (*at != '\0')
        write_escaped(out, document_next_character(&at));
    text_add_char(out, '"');
}

static const char *skip_digits(const char *p)
{
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

/* JSON's own number, which YAML and Python read alike; 007, .5 and 1_000 are texts. */
static bool is_number(const char *text)
{
    const char *p = text[0] == '-' ? text + 1 : text;
    const char *digits = p;
    p = skip_digits(p);
    if (p == digits || (digits[0] == '0' && p - digits > 1))
        return false;
    if (*p == '.') {
        digits = p + 1;
        p = skip_digits(digits);
        if (p == digits)
            return false;
    }
    return *p == '\0';
}

static void write_scalar(struct text *out, const struct document_node *node)
{
    static const struct {
        const char *yaml;
        const char *json;
    } words[] = {
        {"true", "true"}, {"True", "true"}, {"false", "false"}, {"False", "false"},
        {"null", "null"}, {"~", "null"},    {"", "null"},
    };
    if (node->style == DOCUMENT_PLAIN) {
        for (size_t i = 0; i < COUNT_OF(words); i++) {
            if (strcmp(words[i].yaml, node->text) == 0) {
                text_add_string(out, words[i].json);
                return;
            }
        }
        if (is_number(node->text)) {
            text_add_string(out, node->text);
            return;
        }
    }
    write_string(out, node->text);
}

/* As deep as DOCUMENT_DEPTH_MAX and, where aliases multiply, as long as the text's limit.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void write_value(struct section_reader *reader, struct text *out,
                        const struct document_node *node)
{
    if (out->full)
        return;
    if (node->kind == DOCUMENT_SCALAR) {
        write_scalar(out, node);
        return;
    }
    bool mapping = node->kind == DOCUMENT_MAPPING;
    text_add_char(out, mapping ? '{' : '[');
    for (const struct document_node *n = node->first; n != NULL && !out->full; n = n->next) {
        if (n != node->first)
            text_add_string(out, ", ");
        if (mapping) {
            if (n->kind == DOCUMENT_SCALAR && strlen(n->text) <= NAME_BYTES_MAX)
                write_string(out, n->text);
            else
                section_fault(reader, n, "a key of an event must be a name of at most %d bytes",
                              NAME_BYTES_MAX);
            text_add_string(out, ": ");
            n = n->next;
        }
        write_value(reader, out, n);
    }
    text_add_char(out, mapping ? '}' : ']');
}

/* --- routes --- */

static void read_field(struct section_reader *reader, const struct section_value *value, void *into)
{
    struct config_route *route = into;
    struct text json;

    if (strlen(value->name) > NAME_BYTES_MAX)
        section_fault(reader, value->key, "a field's name has more than %d bytes", NAME_BYTES_MAX);
    text_init(&json, VALUE_BYTES_MAX);
    write_value(reader, &json, value->node);
    if (json.full)
        section_fault(reader, value->node, "`%s` is longer than %d bytes", value->name,
                      VALUE_BYTES_MAX);
    /* The array was made for all keys; only the struct shows it as constant. */
    struct config_field *fields = (struct config_field *)(uintptr_t)route->fields;
    fields[route->field_count++] = (struct config_field){section_copy(reader, value->name),
                                                         section_copy(reader, text_string(&json))};
    text_reset(&json);
}

static void read_event(struct section_reader *reader, const struct section_value *value, void *into)
{
    struct config_route *route = into;
    route->fields = section_new(reader, count_pairs(value->node) + 1, sizeof(struct config_field));
    if (route->fields != NULL)
        (void)section_each(reader, value, read_field, route);
}

static void read_reply(struct section_reader *reader, const struct section_value *value, void *into)
{
    struct config_route *route = into;
    const char *text;
    if (value->node->kind == DOCUMENT_SCALAR && value->node->style != DOCUMENT_PLAIN)
        route->reply = section_copy(reader, value->node->text); /* "" is a reply too */
    else if (section_text(reader, value, &text))
        route->reply = section_copy(reader, text);
}

static bool path_is_sound(const char *path)
{
    if (path[0] != '/' || strlen(path) > PATH_BYTES_MAX)
        return false;
    for (const unsigned char *p = (const unsigned char *)path; *p != '\0'; p++) {
        if (*p <= ' ' || *p >= 0x7f || *p == '?' || *p == '#')
            return false;
    }
    return true;
}

static void read_route(struct section_reader *reader, const struct section_value *value, void *into)
{
    static const struct section_key keys[] = {{"event", read_event}, {"reply", read_reply}};
    struct config *config = into;

    if (config->route_count == APP_ROUTES_MAX) {
        section_fault(reader, value->key, "more than %d routes", APP_ROUTES_MAX);
        return;
    }
    if (!path_is_sound(value->name))
        section_fault(reader, value->key,
                      "route `%.80s` is no path: it begins with / and has no blanks, ? or #",
                      value->name);
    struct config_route *route =
        &((struct config_route *)(uintptr_t)config->routes)[config->route_count++];
    *route = (struct config_route){.path = section_copy(reader, value->name), .reply = ""};
    section_read(reader, value, keys, COUNT_OF(keys), NULL, route);
    if (route->fields == NULL)
        section_fault(reader, value->key, "route `%s` has no `event`", value->name);
}

static void read_routes(struct section_reader *reader, const struct section_value *value,
                        void *into)
{
    struct config *config = into;
    config->route_count = 0;
    config->routes = section_new(reader, count_pairs(value->node) + 1, sizeof(struct config_route));
    if (config->routes != NULL)
        (void)section_each(reader, value, read_route, config);
}

bool app_topic(struct section_reader *reader, const struct section_value *value, const char **topic)
{
    const char *text;
    if (!section_text(reader, value, &text))
        return false;
    size_t sound =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    if (text[sound] != '\0') {
        section_fault(reader, value->node,
                      "`%s` is \"%s\": a topic's name has letters, digits, '.', '_' and '-'",
                      value->name, text);
        return false;
    }
    if (sound > APP_TOPIC_BYTES_MAX || strcmp(text, ".") == 0 || strcmp(text, "..") == 0) {
        section_fault(reader, value->node,
                      "`%s` is no topic's name: at most %d characters, not . "
                      "or ..",
                      value->name, APP_TOPIC_BYTES_MAX);
        return false;
    }
    *topic = section_copy(reader, text);
    return true;
}

static void read_topic(struct section_reader *reader, const struct section_value *value, void *into)
{
    struct config *config = into;
    (void)app_topic(reader, value, &config->topic);
}

void app_read(struct section_reader *reader, const struct section_value *value, void *config)
{
    static const struct section_key keys[] = {{"topic", read_topic}, {"routes", read_routes}};
    section_read(reader, value, keys, COUNT_OF(keys), NULL, config);
}
