/* SPDX-License-Identifier: Apache-2.0 */
/* failpoint.h - named places at which a crash test kills the process.
 *
 * STEELTHREAD_FAILPOINT=name[:n] in the environment makes the n-th (default
 * first) pass of that place a SIGKILL.  Without it a pass costs a comparison.
 *
 * Thread: any, after failpoint_init(). */
#ifndef IO_FAILPOINT_H
#define IO_FAILPOINT_H

/* Once, before threads are started. */
void failpoint_init(void);
/* `name` is file.place, for instance "sink.after_manifest". */
void failpoint_pass(const char *name);

#endif
