/* SPDX-License-Identifier: Apache-2.0 */
/* from_json.h - Spark's from_json with a schema of STRING fields, in one pass.
 *
 * PERMISSIVE mode as Spark 3.5 has it (a text that is no JSON object gives a
 * row of NULLs), read as Spark's reader does: names by case, the last of two
 * wins, single quotes accepted, NaN and Infinity too, text after the object
 * ignored; nested values become compact JSON, numbers are printed anew
 * (1.50 is 1.5, 1e3 is 1000.0).
 *
 * Thread: a schema is constant once made; a reader is one thread's. */
#ifndef ENGINE_FROM_JSON_H
#define ENGINE_FROM_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

#define FROM_JSON_DEPTH_MAX 1000  /* Jackson's own limits: past them a text is malformed */
#define FROM_JSON_NUMBER_MAX 1000 /* characters */
#define FROM_JSON_BYTES_MAX (256 * 1024 * 1024)

struct from_json_schema;

/* The names, no two of them equal, are copied. */
struct from_json_schema *from_json_schema_create(const struct span *names, size_t count);
void from_json_schema_close(struct from_json_schema *schema); /* NULL is fine */

enum from_json_outcome {
    FROM_JSON_ROW,       /* an object: the fields are filled in */
    FROM_JSON_NULL,      /* nothing but spaces: the whole struct is NULL */
    FROM_JSON_MALFORMED, /* no object: all fields are NULL */
};

struct from_json_reader;

struct from_json_reader *from_json_reader_create(const struct from_json_schema *schema);
void from_json_reader_close(struct from_json_reader *reader); /* NULL is fine */

/* Fills fields[i] for each name of the schema: data NULL is NULL.  What is not NULL is valid UTF-8,
 * lies in `json` or in the reader, and is borrowed until the reader's next use. */
enum from_json_outcome from_json_read(struct from_json_reader *reader, struct span json,
                                      struct span *fields);

#endif
