/* SPDX-License-Identifier: Apache-2.0 */
/* document.c - libyaml's events, put together to a tree. */
#include "config/document.h"

#include <assert.h>
#include <string.h>
#include <yaml.h>

#include "base/mem.h"

struct anchor {
    const char *name;
    struct document_node *node; /* complete, so that no alias can lead into itself */
    struct anchor *older;
};

struct reading {
    yaml_parser_t parser;
    struct span bytes;
    struct arena *arena;
    struct anchor *anchors;
    int nodes;
    struct err *err;
};

static bool place_error(struct err *err, const yaml_mark_t *mark)
{
    err->line = (int)mark->line + 1;
    err->column = (int)mark->column + 1;
    return false;
}

static bool out_of_memory(struct reading *r)
{
    return err_set(r->err, ERR_LIMIT, "the file is too large");
}

/* What is no UTF-8 has no mark, only an offset in bytes. */
static yaml_mark_t mark_of_offset(struct span bytes, size_t offset)
{
    yaml_mark_t mark = {0};
    const unsigned char *p = bytes.data;
    for (size_t i = 0; i < offset && i < bytes.size; i++) {
        if (p[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if ((p[i] & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

static bool parser_error(struct reading *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem == NULL ? "unreadable" : p->problem;
    if (p->error == YAML_MEMORY_ERROR)
        return out_of_memory(r);
    if (p->context != NULL)
        (void)err_set(r->err, ERR_MALFORMED, "not YAML: %s, %s (from line %zu on)", problem,
                      p->context, p->context_mark.line + 1);
    else
        (void)err_set(r->err, ERR_MALFORMED, "not YAML: %s", problem);
    yaml_mark_t mark = p->error == YAML_READER_ERROR ? mark_of_offset(r->bytes, p->problem_offset)
                                                     : p->problem_mark;
    return place_error(r->err, &mark);
}

static bool next_event(struct reading *r, yaml_event_t *event)
{
    if (!yaml_parser_parse(&r->parser, event))
        return parser_error(r);
    return true;
}

static bool at(struct reading *r, const yaml_event_t *event, enum err_kind kind, const char *text)
{
    (void)err_set(r->err, kind, "%s", text);
    return place_error(r->err, &event->start_mark);
}

static struct document_node *new_node(struct reading *r, const yaml_event_t *event,
                                      enum document_kind kind)
{
    if (++r->nodes > DOCUMENT_NODES_MAX) {
        (void)at(r, event, ERR_LIMIT, "too many values");
        return NULL;
    }
    struct document_node *node = ARENA_NEW(r->arena, struct document_node, 1);
    if (node == NULL) {
        (void)out_of_memory(r);
        return NULL;
    }
    node->kind = kind;
    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    node->end_line = (int)event->end_mark.line + 1;
    node->end_column = (int)event->end_mark.column + 1;
    return node;
}

static enum document_style style_of(yaml_scalar_style_t style)
{
    if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE)
        return DOCUMENT_QUOTED;
    if (style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
        return DOCUMENT_DOUBLE_QUOTED;
    if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
        return DOCUMENT_BLOCK;
    return DOCUMENT_PLAIN;
}

static struct document_node *read_scalar(struct reading *r, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t size = event->data.scalar.length;
    if (memchr(value, 0, size) != NULL) {
        (void)at(r, event, ERR_MALFORMED, "a text with a NUL character in it");
        return NULL;
    }
    struct document_node *node = new_node(r, event, DOCUMENT_SCALAR);
    if (node == NULL)
        return NULL;
    node->style = style_of(event->data.scalar.style);
    node->text = arena_string(r->arena, (struct span){value, size});
    if (node->text == NULL) {
        (void)out_of_memory(r);
        return NULL;
    }
    return node;
}

/* A copy of the node that the alias names, so that each has its own neighbours and place. */
static struct document_node *read_alias(struct reading *r, const yaml_event_t *event, int depth)
{
    const char *name = (const char *)event->data.alias.anchor;
    const struct anchor *anchor = r->anchors;
    while (anchor != NULL && strcmp(anchor->name, name) != 0)
        anchor = anchor->older;
    if (anchor == NULL) {
        (void)at(r, event, ERR_MALFORMED, "an alias without its anchor before it");
        return NULL;
    }
    if (depth + anchor->node->height > DOCUMENT_DEPTH_MAX) {
        (void)at(r, event, ERR_LIMIT, "nested too deeply");
        return NULL;
    }
    struct document_node *node = new_node(r, event, anchor->node->kind);
    if (node == NULL)
        return NULL;
    *node = *anchor->node;
    node->next = NULL;
    return node;
}

static bool add_anchor(struct reading *r, const yaml_char_t *name, struct document_node *node)
{
    if (name == NULL)
        return true;
    struct anchor *anchor = ARENA_NEW(r->arena, struct anchor, 1);
    const char *copy = arena_string(r->arena, span_of((const char *)name));
    if (anchor == NULL || copy == NULL)
        return out_of_memory(r);
    *anchor = (struct anchor){copy, node, r->anchors};
    r->anchors = anchor;
    return true;
}

static bool refuses_tag(struct reading *r, const yaml_event_t *event, const yaml_char_t *tag)
{
    return tag != NULL && !at(r, event, ERR_UNSUPPORTED, "a tag; write the value without it");
}

/* Nodes within nodes, as deep as DOCUMENT_DEPTH_MAX.
 * NOLINTBEGIN(misc-no-recursion) */

static struct document_node *read_node(struct reading *r, const yaml_event_t *event, int depth);

/* The members up to the event `end`. */
static bool read_members(struct reading *r, struct document_node *parent, yaml_event_type_t end,
                         int depth)
{
    struct document_node **tail = &parent->first;
    for (;;) {
        yaml_event_t event;
        if (!next_event(r, &event))
            return false;
        if (event.type == end) {
            yaml_event_delete(&event);
            return true;
        }
        *tail = read_node(r, &event, depth + 1);
        yaml_event_delete(&event);
        if (*tail == NULL)
            return false;
        if (parent->height <= (*tail)->height)
            parent->height = (*tail)->height + 1;
        tail = &(*tail)->next;
    }
}

static struct document_node *read_collection(struct reading *r, const yaml_event_t *event,
                                             int depth)
{
    bool mapping = event->type == YAML_MAPPING_START_EVENT;
    struct document_node *node = new_node(r, event, mapping ? DOCUMENT_MAPPING : DOCUMENT_SEQUENCE);
    if (node == NULL)
        return NULL;
    if (!read_members(r, node, mapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, depth))
        return NULL;
    return node;
}

static struct document_node *read_node(struct reading *r, const yaml_event_t *event, int depth)
{
    struct document_node *node = NULL;
    const yaml_char_t *anchor = NULL;

    if (depth > DOCUMENT_DEPTH_MAX) {
        (void)at(r, event, ERR_LIMIT, "nested too deeply");
        return NULL;
    }
    if (event->type == YAML_ALIAS_EVENT)
        return read_alias(r, event, depth);
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        if (!refuses_tag(r, event, event->data.scalar.tag))
            node = read_scalar(r, event);
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        if (!refuses_tag(r, event, event->data.sequence_start.tag))
            node = read_collection(r, event, depth);
    } else {
        assert(event->type == YAML_MAPPING_START_EVENT);
        anchor = event->data.mapping_start.anchor;
        if (!refuses_tag(r, event, event->data.mapping_start.tag))
            node = read_collection(r, event, depth);
    }
    if (node == NULL || !add_anchor(r, anchor, node))
        return NULL;
    return node;
}

/* NOLINTEND(misc-no-recursion) */

static bool read_stream(struct reading *r, struct document_node **root)
{
    for (;;) {
        yaml_event_t event;
        bool ok = true;
        if (!next_event(r, &event))
            return false;
        bool end = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT) {
            if (*root != NULL)
                ok = at(r, &event, ERR_UNSUPPORTED, "a second document; one is read");
        } else if (event.type == YAML_SCALAR_EVENT || event.type == YAML_SEQUENCE_START_EVENT ||
                   event.type == YAML_MAPPING_START_EVENT || event.type == YAML_ALIAS_EVENT) {
            *root = read_node(r, &event, 0);
            ok = *root != NULL;
        }
        yaml_event_delete(&event);
        if (!ok || end)
            return ok;
    }
}

/* "key:" without a value, or a file of comments alone, is an empty plain scalar. */
static bool is_empty(const struct document_node *node)
{
    return node->kind == DOCUMENT_SCALAR && node->style == DOCUMENT_PLAIN && node->text[0] == '\0';
}

bool document_read(struct span bytes, struct arena *arena, struct document_node **root,
                   struct err *err)
{
    struct reading r = {.bytes = bytes, .arena = arena, .err = err};
    *root = NULL;
    if (!yaml_parser_initialize(&r.parser))
        return out_of_memory(&r);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, bytes.data, bytes.size);
    bool ok = read_stream(&r, root);
    yaml_parser_delete(&r.parser);
    if (ok && *root != NULL && is_empty(*root))
        *root = NULL;
    return ok;
}

/* --- places ---
 *
 * A scalar's text and its source are walked side by side.  They differ only in white space
 * (indentation, folded lines), in quotes and in escapes: each character of the text that is no
 * blank is the next one of the source that is none. */

struct walk {
    const unsigned char *bytes;
    size_t size;
    size_t at;
    int line;
    int column;
};

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void step(struct walk *w)
{
    if (w->bytes[w->at] == '\n') {
        w->line++;
        w->column = 1;
        w->at++;
        return;
    }
    w->at++;
    while (w->at < w->size && (w->bytes[w->at] & 0xc0) == 0x80)
        w->at++;
    w->column++;
}

static void step_to(struct walk *w, int line, int column)
{
    while (w->at < w->size && (w->line < line || (w->line == line && w->column < column)))
        step(w);
}

static void skip_line(struct walk *w)
{
    int line = w->line;
    while (w->at < w->size && w->line == line)
        step(w);
}

/* A backslash at the end of a line joins it with the next. */
static bool is_joint(const struct walk *w, enum document_style style)
{
    return style == DOCUMENT_DOUBLE_QUOTED && w->at + 1 < w->size && w->bytes[w->at] == '\\' &&
           (w->bytes[w->at + 1] == '\n' || w->bytes[w->at + 1] == '\r');
}

static void skip_blanks(struct walk *w, enum document_style style)
{
    while (w->at < w->size && (is_blank(w->bytes[w->at]) || is_joint(w, style)))
        step(w);
}

/* How many characters of the source an escape is long: \n, \x41, \u0041, \U00000041. */
static int escape_length(unsigned char letter)
{
    return letter == 'x' ? 4 : letter == 'u' ? 6 : letter == 'U' ? 10 : 2;
}

/* Over the source of one character of the text. */
static void step_over(struct walk *source, enum document_style style)
{
    int steps = 1;
    if (style == DOCUMENT_DOUBLE_QUOTED && source->bytes[source->at] == '\\' &&
        source->at + 1 < source->size)
        steps = escape_length(source->bytes[source->at + 1]);
    else if (style == DOCUMENT_QUOTED && source->bytes[source->at] == '\'')
        steps = 2;
    while (steps-- > 0 && source->at < source->size)
        step(source);
}

/* A blank of the text may stand in the source as it is, or as an escape. */
static bool is_escaped_blank(const struct walk *source, enum document_style style)
{
    return style == DOCUMENT_DOUBLE_QUOTED && source->at + 1 < source->size &&
           source->bytes[source->at] == '\\' && strchr("ntr ", source->bytes[source->at + 1]);
}

static void enter(struct walk *source, const struct document_node *scalar)
{
    step_to(source, scalar->line, scalar->column);
    if (scalar->style == DOCUMENT_BLOCK)
        skip_line(source);
    else if (scalar->style != DOCUMENT_PLAIN && source->at < source->size)
        step(source);
}

struct document_place *document_places(const struct document_node *scalar, struct span bytes,
                                       size_t *count, struct arena *arena)
{
    struct walk source = {bytes.data, bytes.size, 0, 1, 1};
    struct walk text = {(const unsigned char *)scalar->text, strlen(scalar->text), 0, 1, 1};
    struct document_place last = {0};
    size_t room = 16;
    struct document_place *places = ARENA_NEW(arena, struct document_place, room);

    *count = 0;
    enter(&source, scalar);
    while (places != NULL && text.at < text.size) {
        if (is_blank(text.bytes[text.at])) {
            if (is_escaped_blank(&source, scalar->style))
                step_over(&source, scalar->style);
            step(&text);
            continue;
        }
        skip_blanks(&source, scalar->style);
        if (source.at >= source.size)
            break;
        struct document_place here = {text.line, text.column, source.line, source.column};
        if (*count == 0 || here.line != last.line || here.file_line != last.file_line ||
            here.column - last.column != here.file_column - last.file_column) {
            if (*count == room) {
                struct document_place *more = ARENA_NEW(arena, struct document_place, room * 2);
                if (more == NULL)
                    return NULL;
                memcpy(more, places, room * sizeof(*places));
                places = more;
                room *= 2;
            }
            places[(*count)++] = here;
        }
        last = here;
        step_over(&source, scalar->style);
        step(&text);
    }
    return places;
}

void document_find(const struct document_place *places, size_t count, int *line, int *column)
{
    const struct document_place *found = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct document_place *p = &places[i];
        if (p->line > *line || (p->line == *line && p->column > *column))
            break;
        found = p;
    }
    if (found == NULL)
        found = count > 0 ? places : NULL;
    if (found == NULL)
        return;
    int further = found->line == *line && *column > found->column ? *column - found->column : 0;
    *line = found->file_line;
    *column = found->file_column + further;
}

uint32_t document_next_character(const unsigned char **at)
{
    const unsigned char *p = *at;
    int more = p[0] < 0x80 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
    uint32_t c = more == 0 ? p[0] : p[0] & (0x3fu >> more);
    for (int i = 1; i <= more; i++)
        c = c << 6 | (p[i] & 0x3fu);
    *at = p + more + 1;
    return c;
}
