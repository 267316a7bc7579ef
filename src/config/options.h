/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - the sections named after a service: where it listens, and the keys that it takes
 * under the names they have in Kafka, Spark and Trino.
 *
 * Thread: any. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include "config/section.h"

void options_read_collector(struct section_reader *reader, const struct section_value *value,
                            void *config);
void options_read_broker(struct section_reader *reader, const struct section_value *value,
                         void *config);
void options_read_catalog(struct section_reader *reader, const struct section_value *value,
                          void *config);
void options_read_sql(struct section_reader *reader, const struct section_value *value,
                      void *config);
void options_read_job(struct section_reader *reader, const struct section_value *value,
                      void *config);

#endif
