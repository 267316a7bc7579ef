/* SPDX-License-Identifier: Apache-2.0 */
/* job_verbs.h - steelthread job list, show, trigger.
 *
 * Thread: the main one. */
#ifndef CLI_JOB_VERBS_H
#define CLI_JOB_VERBS_H

#include "base/command.h"

#define JOB_VERBS_COUNT 3
extern const struct command job_verbs[JOB_VERBS_COUNT];

#endif
