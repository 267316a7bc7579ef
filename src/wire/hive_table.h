/* SPDX-License-Identifier: Apache-2.0 */
/* hive_table.h - tables and databases as Hive's metastore describes them.
 *
 * Values: every pointer lies in the arena that the value was read into, or is
 * borrowed from whoever built it.  Text is UTF-8 and ends with a zero byte; a
 * NULL string was not sent, which is not the same as an empty one.  Field
 * numbers are those of hive_metastore.thrift (Hive 2 and 3).
 *
 * Thread: any; these are values. */
#ifndef WIRE_HIVE_TABLE_H
#define WIRE_HIVE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "wire/thrift.h"

/* What a peer may put into one table or database. */
#define HIVE_TABLE_COLUMNS_MAX 10000
#define HIVE_TABLE_PARAMETERS_MAX 10000
#define HIVE_TABLE_NAMES_MAX 1000000

#define HIVE_TABLE_MANAGED "MANAGED_TABLE"
#define HIVE_TABLE_EXTERNAL "EXTERNAL_TABLE"
#define HIVE_TABLE_VIEW "VIRTUAL_VIEW"

struct hive_names {
    const char **names;
    size_t count;
};

struct hive_column {
    const char *name;
    const char *type;    /* Hive's spelling: string, bigint, decimal(10,2), array<int> ... */
    const char *comment; /* or NULL */
};

struct hive_columns {
    struct hive_column *columns;
    size_t count;
};

struct hive_parameter {
    const char *key;
    const char *value;
};

/* In the order in which they were sent. */
struct hive_parameters {
    struct hive_parameter *parameters;
    size_t count;
};

struct hive_order {
    const char *column;
    int32_t order; /* 1 ascending, 0 descending */
};

struct hive_orders {
    struct hive_order *orders;
    size_t count;
};

struct hive_storage {
    struct hive_columns columns;
    const char *location; /* a URI; NULL for a view, or to ask for the default */
    const char *input_format;
    const char *output_format;
    bool compressed;
    int32_t bucket_count; /* -1: not bucketed */
    const char *serde_name;
    const char *serde_library;
    struct hive_parameters serde_parameters;
    struct hive_names bucket_columns;
    struct hive_orders sort_columns;
    struct hive_parameters parameters;
    bool skewed; /* columns were sent under skewedInfo, which is not kept */
    bool stored_as_sub_directories;
};

struct hive_table {
    const char *name;
    const char *database;
    const char *owner;
    int32_t create_time; /* seconds since 1970 */
    int32_t last_access_time;
    int32_t retention;
    struct hive_storage storage;
    struct hive_columns partition_keys;
    struct hive_parameters parameters;
    const char *view_original_text;
    const char *view_expanded_text;
    const char *type; /* HIVE_TABLE_MANAGED ... */
};

struct hive_database {
    const char *name;
    const char *description;
    const char *location; /* a URI; NULL asks for the default */
    struct hive_parameters parameters;
    const char *owner_name;
    int32_t owner_type; /* 0 not sent, 1 user, 2 role, 3 group */
};

/* Input and output format and SerDe as `STORED AS PARQUET` sets them. */
void hive_table_stored_as_parquet(struct hive_table *table);
/* The value of a parameter, or NULL. */
const char *hive_table_parameter(const struct hive_parameters *parameters, const char *key);

/* The fields of a struct up to its stop.  What does not parse or passes a limit, of the arena's
 * too, makes the reader bad. */
void hive_table_read(struct reader *r, struct arena *arena, struct hive_table *table);
void hive_table_read_database(struct reader *r, struct arena *arena,
                              struct hive_database *database);
void hive_table_read_names(struct reader *r, struct arena *arena, struct hive_names *names);

/* The fields of a struct and its stop. */
void hive_table_write(struct text *out, const struct hive_table *table);
void hive_table_write_database(struct text *out, const struct hive_database *database);
void hive_table_write_names(struct text *out, const struct hive_names *names);

#endif
