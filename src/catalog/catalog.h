/* SPDX-License-Identifier: Apache-2.0 */
/* catalog.h - names the files as tables, as Hive's metastore does.
 *
 * Speaks the metastore's Thrift (unframed, binary, no SASL) to Spark, Trino,
 * Presto, Hive and our own services; keeps what it is told in HOME/catalog.db.
 * docs/catalog.md lists the methods. */
#ifndef CATALOG_CATALOG_H
#define CATALOG_CATALOG_H

#include "config/config.h"

/* The process's exit status. */
int catalog_main(const struct config *config);

#endif
