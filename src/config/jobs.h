/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.h - the section `jobs`: each is a topic, a statement, and where its rows go.
 *
 * Thread: any. */
#ifndef CONFIG_JOBS_H
#define CONFIG_JOBS_H

#include "config/section.h"

#define JOBS_MAX 100

/* `into` is the configuration; its jobs are emptied first. */
void jobs_read(struct section_reader *reader, const struct section_value *value, void *into);
/* Two jobs that write one directory or keep one checkpoint are a fault. */
void jobs_check(struct section_reader *reader);
/* Translates each job's statement, as the job service will. */
void jobs_check_sql(struct section_reader *reader);

#endif
