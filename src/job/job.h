/* SPDX-License-Identifier: Apache-2.0 */
/* job.h - the service that runs every streaming query of the configuration.
 *
 * Thread: the main one. */
#ifndef JOB_JOB_H
#define JOB_JOB_H

#include "config/config.h"

/* The process's exit status; 0 also when every query was bounded and is finished. */
int job_main(const struct config *config);

#endif
