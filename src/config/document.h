/* SPDX-License-Identifier: Apache-2.0 */
/* document.h - a YAML file as a tree in which every node knows its place.
 *
 * One document, YAML 1.1 as libyaml reads it.  Anchors and aliases are
 * understood, tags are not.  Nesting, also through aliases, and the number of
 * nodes have limits.
 *
 * Thread: any; the tree lives in its arena. */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

#define DOCUMENT_DEPTH_MAX 32
#define DOCUMENT_NODES_MAX 100000

enum document_kind { DOCUMENT_SCALAR, DOCUMENT_SEQUENCE, DOCUMENT_MAPPING };
enum document_style { DOCUMENT_PLAIN, DOCUMENT_QUOTED, DOCUMENT_DOUBLE_QUOTED, DOCUMENT_BLOCK };

struct document_node {
    enum document_kind kind;
    int line; /* of its first character, both from 1; the column in characters */
    int column;
    struct document_node *next; /* within a sequence or mapping */
    /* of a scalar */
    const char *text; /* ends with a zero byte, has none inside */
    enum document_style style;
    int end_line; /* of the character behind it */
    int end_column;
    int height; /* how deeply it is nested within itself; 0: a scalar */
    /* of a sequence: its items; of a mapping: key, value, key, value ... */
    struct document_node *first;
};

/* NULL in *root: the document is empty.  ERR_MALFORMED with line and column: no YAML, or what is
 * not understood; ERR_LIMIT. */
MUST_CHECK bool document_read(struct span bytes, struct arena *arena, struct document_node **root,
                              struct err *err);

/* Where in the file a place of a scalar's text stands.  Places are kept only where a run of
 * neighbouring characters begins. */
struct document_place {
    int line; /* in the text, from 1 */
    int column;
    int file_line;
    int file_column;
};

/* All places of a scalar in ascending order, in `arena`; NULL past its limit. */
struct document_place *document_places(const struct document_node *scalar, struct span bytes,
                                       size_t *count, struct arena *arena);
/* Moves a line and column of the text to the file's. */
void document_find(const struct document_place *places, size_t count, int *line, int *column);

/* The character that a text of a document has at *at, which moves behind it: libyaml has checked
 * that it is UTF-8. */
uint32_t document_next_character(const unsigned char **at);

#endif
