/* SPDX-License-Identifier: Apache-2.0 */
/* column_type.h - one type in its four spellings: Hive's, Trino's, the engine's, the engine's SQL.
 *
 * Thread: any; pure. */
#ifndef SQL_COLUMN_TYPE_H
#define SQL_COLUMN_TYPE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"
#include "engine/engine_type.h"
#include "wire/presto_type.h"

/* "decimal(10,2)", "array<struct<a:int>>" as the metastore keeps them.  Children live in `arena`.
 * ERR_MALFORMED, ERR_LIMIT; ERR_UNSUPPORTED: Hive has it and this server not. */
MUST_CHECK bool column_type_from_hive(const char *hive, struct presto_type *type,
                                      struct arena *arena, struct err *err);
/* ERR_UNSUPPORTED: Trino has no such type; ERR_LIMIT. */
MUST_CHECK bool column_type_from_engine(const struct engine_type *from, struct presto_type *type,
                                        struct arena *arena, struct err *err);
/* ERR_UNSUPPORTED: the engine has no such type; ERR_LIMIT. */
MUST_CHECK bool column_type_to_engine(const struct presto_type *from, struct engine_type *type,
                                      struct arena *arena, struct err *err);
/* The type's name in the engine's SQL, for a cast. */
void column_type_sql(struct text *out, const struct engine_type *type);

#endif
