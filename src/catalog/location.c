/* SPDX-License-Identifier: Apache-2.0 */
/* location.c - paths and URIs; nothing here touches the disk. */
#include "catalog/location.h"

#include <string.h>

#include "base/span.h"
#include "base/text.h"

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 3986, section 3.1. */
static bool has_scheme(const char *text)
{
    if (!is_alpha(*text))
        return false;
    while (is_alpha(*text) || (*text >= '0' && *text <= '9') || strchr("+-.", *text) != NULL) {
        if (*text == '\0')
            return false;
        text++;
    }
    return *text == ':';
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

static bool is_step(struct span segment)
{
    return span_is(segment, ".") || span_is(segment, "..");
}

/* Without empty segments; false when one is "." or "..": where that leads is not said here. */
static bool plain_path(struct text *out, struct span path)
{
    while (path.size > 0) {
        struct span segment = span_cut(&path, '/');
        if (is_step(segment))
            return false;
        if (segment.size == 0)
            continue;
        text_add_char(out, '/');
        text_add(out, segment);
    }
    return true;
}

static size_t without_slashes(const char *uri)
{
    size_t size = strlen(uri);
    while (size > 1 && uri[size - 1] == '/' && uri[size - 2] != '/' && uri[size - 2] != ':')
        size--;
    return size;
}

/* Behind its scheme and authority, where the path begins; size 0: the URI has none. */
static struct span path_of(const char *uri)
{
    struct span rest = span_of(strchr(uri, ':') + 1);

    if (!span_starts_with(rest, "//"))
        return rest;
    rest = span_after(rest, 2);
    const char *slash = memchr(rest.data, '/', rest.size);
    return slash == NULL ? (struct span){0}
                         : span_after(rest, (size_t)(slash - (const char *)rest.data));
}

/* Where files of tables may be at all. */
static bool check_written(const char *written, struct text *path, struct err *err)
{
    bool scheme = has_scheme(written);
    struct span rest = scheme ? path_of(written) : span_of(written);
    bool relative = scheme ? *(strchr(written, ':') + 1) != '/' : *written != '/';

    if (has_control(written))
        return err_set(err, ERR_MALFORMED, "the location has a control character in it");
    if (relative)
        return err_set(err, ERR_MALFORMED,
                       "location \"%.200s\" is neither a URI nor a path that begins with /",
                       written);
    return plain_path(path, rest) ||
           err_set(err, ERR_MALFORMED, "location \"%.200s\" goes through . or ..", written);
}

static bool is_being_deleted(const char *storage_root, const char *uri, struct arena *arena)
{
    const char *path = location_in_storage(storage_root, uri, arena);
    struct span below = {0};

    if (path != NULL)
        below = span_of(path + strlen(storage_root) + 1);
    return span_is(span_cut(&below, '/'), LOCATION_DROPPED);
}

const char *location_from_client(const char *storage_root, const char *written, struct arena *arena,
                                 struct err *err)
{
    struct text path;
    const char *uri = NULL;

    if (strlen(written) > LOCATION_BYTES_MAX) {
        (void)err_set(err, ERR_MALFORMED, "a location of %zu bytes, at most %d", strlen(written),
                      LOCATION_BYTES_MAX);
        return NULL;
    }
    text_init(&path, LOCATION_BYTES_MAX + 1);
    if (check_written(written, &path, err)) {
        uri = has_scheme(written)
                  ? arena_string(arena, (struct span){written, without_slashes(written)})
                  : arena_printf(arena, "file://%s%s", storage_root, text_string(&path));
        if (uri == NULL)
            (void)err_set(err, ERR_LIMIT, "the request needs more than %zu bytes", arena->limit);
    }
    text_reset(&path);
    if (uri == NULL || !is_being_deleted(storage_root, uri, arena))
        return uri;
    (void)err_set(err, ERR_MALFORMED, "location \"%.200s\" is where dropped tables go", written);
    return NULL;
}

const char *location_in_storage(const char *storage_root, const char *uri, struct arena *arena)
{
    struct text path;
    struct span rest = span_of(uri);
    const char *found = NULL;
    size_t root_bytes = strlen(storage_root);

    if (!span_starts_with(rest, "file:/"))
        return NULL;
    rest = span_after(rest, strlen("file:"));
    if (span_starts_with(rest, "//localhost/"))
        rest = span_after(rest, strlen("//localhost"));
    else if (span_starts_with(rest, "///"))
        rest = span_after(rest, strlen("//"));
    else if (span_starts_with(rest, "//")) /* another machine's */
        return NULL;

    text_init(&path, (size_t)LOCATION_BYTES_MAX * 2);
    if (plain_path(&path, rest) && !path.full && path.size > root_bytes &&
        memcmp(path.bytes, storage_root, root_bytes) == 0 && path.bytes[root_bytes] == '/')
        found = arena_string(arena, text_span(&path));
    text_reset(&path);
    return found;
}

const char *location_below(const char *uri, const char *name, struct arena *arena)
{
    return arena_printf(arena, "%s/%s", uri, name);
}
