/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.h - when a job's micro-batches begin, in Spark's words.
 *
 * Thread: any. */
#ifndef CONFIG_SCHEDULE_H
#define CONFIG_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "config/config.h"

#define SCHEDULE_MS_MAX (INT64_C(7) * 24 * 60 * 60 * 1000)

/* "10 seconds", "1 minute", "500 milliseconds", "0 seconds", "once", "availableNow". */
MUST_CHECK bool schedule_parse(const char *text, enum config_trigger *trigger, int64_t *ms,
                               struct err *err);
void schedule_write(enum config_trigger trigger, int64_t ms, struct text *out);

#endif
