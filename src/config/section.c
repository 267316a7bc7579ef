/* SPDX-License-Identifier: Apache-2.0 */
/* section.c - keys looked up in tables, and faults gathered. */
#include "config/section.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/guess.h"
#include "base/mem.h"

void section_fault_at(struct section_reader *reader, int line, int column, const char *text)
{
    struct config_faults *faults = reader->faults;
    if (faults->count < CONFIG_FAULTS_MAX) {
        struct config_fault *fault = &faults->kept[faults->count];
        fault->line = line;
        fault->column = column;
        (void)snprintf(fault->text, sizeof(fault->text), "%s", text);
    }
    faults->count++;
}

void section_fault(struct section_reader *reader, const struct document_node *node, const char *fmt,
                   ...)
{
    char text[ERR_TEXT_BYTES];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    section_fault_at(reader, node == NULL ? 0 : node->line, node == NULL ? 0 : node->column, text);
}

static bool has_no_value(const struct document_node *node)
{
    return node->kind == DOCUMENT_SCALAR && node->style == DOCUMENT_PLAIN &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
            strcmp(node->text, "null") == 0);
}

static const char *kind_text(const struct document_node *node)
{
    switch (node->kind) {
    case DOCUMENT_MAPPING:
        return "a mapping";
    case DOCUMENT_SEQUENCE:
        return "a list";
    case DOCUMENT_SCALAR:
        break;
    }
    return has_no_value(node) ? "empty" : "a text";
}

/* Is the same key already there, before `key`? */
static const struct document_node *earlier(const struct document_node *first,
                                           const struct document_node *key)
{
    for (const struct document_node *n = first; n != key; n = n->next->next) {
        if (n->kind == DOCUMENT_SCALAR && strcmp(n->text, key->text) == 0)
            return n;
    }
    return NULL;
}

bool section_each(struct section_reader *reader, const struct section_value *section,
                  void (*member)(struct section_reader *reader, const struct section_value *value,
                                 void *into),
                  void *into)
{
    const struct document_node *node = section->node;
    if (has_no_value(node))
        return true;
    if (node->kind != DOCUMENT_MAPPING) {
        section_fault(reader, node, "`%s` is %s, want a mapping: `key: value`", section->name,
                      kind_text(node));
        return false;
    }
    for (const struct document_node *key = node->first; key != NULL; key = key->next->next) {
        if (key->kind != DOCUMENT_SCALAR) {
            section_fault(reader, key, "a key of `%s` is %s, want a name", section->name,
                          kind_text(key));
            continue;
        }
        const struct document_node *before = earlier(node->first, key);
        if (before != NULL) {
            section_fault(reader, key, "`%s` is there twice, first in line %d", key->text,
                          before->line);
            continue;
        }
        member(reader, &(struct section_value){key->text, key, key->next}, into);
    }
    return true;
}

struct lookup {
    const struct section_value *section;
    const struct section_key *keys;
    size_t key_count;
    bool *seen;
    void *into;
};

static void unknown_key(struct section_reader *reader, const struct section_value *value,
                        const struct lookup *lookup)
{
    struct guess guess = guess_start(span_of(value->name));
    for (size_t i = 0; i < lookup->key_count; i++)
        guess_offer(&guess, lookup->keys[i].name);
    const char *where = lookup->section->key == NULL ? "" : " in `";
    const char *name = lookup->section->key == NULL ? "" : lookup->section->name;
    const char *close = lookup->section->key == NULL ? "" : "`";
    if (guess_best(&guess) != NULL) {
        section_fault(reader, value->key, "unknown key `%s`%s%s%s; did you mean `%s`?", value->name,
                      where, name, close, guess_best(&guess));
        return;
    }
    char known[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < lookup->key_count && used < sizeof(known); i++)
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i == 0 ? "" : ", ",
                                 lookup->keys[i].name);
    section_fault(reader, value->key, "unknown key `%s`%s%s%s; known are %s", value->name, where,
                  name, close, known);
}

static void read_member(struct section_reader *reader, const struct section_value *value,
                        void *into)
{
    struct lookup *lookup = into;
    for (size_t i = 0; i < lookup->key_count; i++) {
        if (strcmp(lookup->keys[i].name, value->name) == 0) {
            if (lookup->seen != NULL)
                lookup->seen[i] = true;
            lookup->keys[i].read(reader, value, lookup->into);
            return;
        }
    }
    unknown_key(reader, value, lookup);
}

void section_read(struct section_reader *reader, const struct section_value *section,
                  const struct section_key *keys, size_t key_count, bool *seen, void *into)
{
    struct lookup lookup = {section, keys, key_count, NULL, into};
    lookup.seen = seen;
    (void)section_each(reader, section, read_member, &lookup);
}

bool section_text(struct section_reader *reader, const struct section_value *value,
                  const char **text)
{
    if (value->node->kind != DOCUMENT_SCALAR || has_no_value(value->node)) {
        section_fault(reader, value->node, "`%s` is %s, want a text", value->name,
                      kind_text(value->node));
        return false;
    }
    *text = value->node->text;
    return true;
}

bool section_whole(struct section_reader *reader, const struct section_value *value, int64_t min,
                   int64_t max, int64_t *number)
{
    const char *text;
    int64_t found;
    if (!section_text(reader, value, &text))
        return false;
    if (!span_to_i64(span_of(text), &found)) {
        section_fault(reader, value->node, "`%s` is \"%s\", want a whole number", value->name,
                      text);
        return false;
    }
    if (found < min || found > max) {
        section_fault(reader, value->node, "`%s` is %s, want %lld to %lld", value->name, text,
                      (long long)min, (long long)max);
        return false;
    }
    *number = found;
    return true;
}

/* The longer names first: each ends with a B. */
static const struct {
    const char *name;
    uint64_t bytes;
} size_units[] = {
    {"kB", 1ULL << 10}, {"KB", 1ULL << 10}, {"MB", 1ULL << 20},
    {"GB", 1ULL << 30}, {"TB", 1ULL << 40}, {"B", 1},
};

/* "1.5GB": digits, perhaps a point and digits, a unit. */
static bool parse_size(const char *text, double *bytes)
{
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    double fraction = 0;
    int64_t whole;

    if (digits == 0 || !span_to_i64((struct span){text, digits}, &whole))
        return false;
    if (*unit == '.' && unit[1] >= '0' && unit[1] <= '9') {
        double place = 0.1;
        for (unit++; *unit >= '0' && *unit <= '9'; unit++, place /= 10)
            fraction += (*unit - '0') * place;
    }
    while (*unit == ' ')
        unit++;
    for (size_t i = 0; i < COUNT_OF(size_units); i++) {
        if (strcmp(unit, size_units[i].name) == 0) {
            *bytes = ((double)whole + fraction) * (double)size_units[i].bytes;
            return true;
        }
    }
    return false;
}

bool section_size(struct section_reader *reader, const struct section_value *value, uint64_t min,
                  uint64_t max, uint64_t *bytes)
{
    const char *text;
    char least[SECTION_SIZE_BYTES];
    char most[SECTION_SIZE_BYTES];
    double found;

    if (!section_text(reader, value, &text))
        return false;
    if (!parse_size(text, &found)) {
        section_fault(reader, value->node, "`%s` is \"%s\", want a size with its unit: 512MB, 2GB",
                      value->name, text);
        return false;
    }
    if (found < (double)min || found > (double)max) {
        section_fault(reader, value->node, "`%s` is %s, want %s to %s", value->name, text,
                      section_size_text(min, least), section_size_text(max, most));
        return false;
    }
    *bytes = (uint64_t)found;
    return true;
}

const char *section_size_text(uint64_t bytes, char text[SECTION_SIZE_BYTES])
{
    size_t best = COUNT_OF(size_units) - 1;

    for (size_t i = 0; i < COUNT_OF(size_units); i++) {
        if (bytes % size_units[i].bytes == 0 && size_units[i].bytes > size_units[best].bytes)
            best = i;
    }
    (void)snprintf(text, SECTION_SIZE_BYTES, "%" PRIu64 "%s", bytes / size_units[best].bytes,
                   size_units[best].name);
    return text;
}

const char *section_copy(struct section_reader *reader, const char *text)
{
    const char *copy = arena_string(reader->arena, span_of(text));
    if (copy != NULL)
        return copy;
    section_fault(reader, NULL, "the configuration needs more than %zu bytes",
                  reader->arena->limit);
    return "";
}

void *section_new(struct section_reader *reader, size_t count, size_t size)
{
    void *memory = arena_new(reader->arena, count, size, _Alignof(max_align_t));
    if (memory == NULL)
        section_fault(reader, NULL, "the configuration needs more than %zu bytes",
                      reader->arena->limit);
    return memory;
}
