/* SPDX-License-Identifier: Apache-2.0 */
/* cell.h - the engine's cells as JSON values of a reply.
 *
 * Thread: a worker, with the query of its step. */
#ifndef SQL_CELL_H
#define SQL_CELL_H

#include <stddef.h>

#include "base/text.h"
#include "engine/query.h"
#include "wire/presto_type.h"

/* Appends one value of `type`, to whose kind that of the cells belongs. */
void cell_write(struct text *out, const struct query_cells *cells, size_t row,
                const struct presto_type *type, const struct presto_type_style *style);

#endif
