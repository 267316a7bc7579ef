/* SPDX-License-Identifier: Apache-2.0 */
/* section.h - a mapping of the file, read against a table of its keys.
 *
 * What is wrong becomes a fault with its place, and reading goes on, so that
 * all faults are found at once.
 *
 * Thread: any. */
#ifndef CONFIG_SECTION_H
#define CONFIG_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "config/config.h"
#include "config/document.h"

struct section_reader {
    struct config *config;
    struct arena *arena; /* of the configuration */
    struct config_faults *faults;
    struct span source; /* the file's text */
};

/* A key and its value, or a variable of the environment (then key and node are NULL). */
struct section_value {
    const char *name;
    const struct document_node *key;
    const struct document_node *node;
};

struct section_key {
    const char *name;
    void (*read)(struct section_reader *reader, const struct section_value *value, void *into);
};

/* At the node's place; NULL: at none. */
void section_fault(struct section_reader *reader, const struct document_node *node, const char *fmt,
                   ...) __attribute__((format(printf, 3, 4)));
void section_fault_at(struct section_reader *reader, int line, int column, const char *text);

/* Calls the row of each key.  Unknown and repeated keys are faults; an empty value is an empty
 * section.  `seen`, unless NULL, has a place for each row. */
void section_read(struct section_reader *reader, const struct section_value *section,
                  const struct section_key *keys, size_t key_count, bool *seen, void *into);
/* Goes over the members of a mapping with free names; false when it is none.  A repeated name is a
 * fault and is left out. */
bool section_each(struct section_reader *reader, const struct section_value *section,
                  void (*member)(struct section_reader *reader, const struct section_value *value,
                                 void *into),
                  void *into);

/* Each reports the fault itself and returns false. */
bool section_text(struct section_reader *reader, const struct section_value *value,
                  const char **text);
bool section_whole(struct section_reader *reader, const struct section_value *value, int64_t min,
                   int64_t max, int64_t *number);
/* Bytes with a unit, as Presto and Trino write them: 512MB, 1.5GB; kB is 1024 bytes. */
bool section_size(struct section_reader *reader, const struct section_value *value, uint64_t min,
                  uint64_t max, uint64_t *bytes);
#define SECTION_SIZE_BYTES 32
/* The same the other way round, in the largest unit that says it whole. */
const char *section_size_text(uint64_t bytes, char text[SECTION_SIZE_BYTES]);

/* Never NULL: past the arena's limit a fault is added, and an empty text returned. */
const char *section_copy(struct section_reader *reader, const char *text);
void *section_new(struct section_reader *reader, size_t count, size_t size);

#endif
