/* SPDX-License-Identifier: Apache-2.0 */
/* diag_file.h - what a service said, kept in HOME/diag/NAME.log within a bound.
 *
 * When the file is full it becomes NAME.log.1 in place of an older one.
 * Writing is a worker's; when the disk is full or slow, lines are dropped and
 * their number is said once it works again.
 *
 * Thread: the loop. */
#ifndef SUPERVISOR_DIAG_FILE_H
#define SUPERVISOR_DIAG_FILE_H

#include "base/span.h"
#include "io/worker.h"

#define DIAG_FILE_BYTES_MAX (4 * 1024 * 1024)
#define DIAG_FILE_WAITING_BYTES_MAX (1024 * 1024)

struct diag_file;

struct diag_file *diag_file_create(struct worker_pool *pool, const char *path);
void diag_file_add(struct diag_file *file, struct span line);
/* Before the pool is closed: from now on lines only wait. */
void diag_file_stop(struct diag_file *file);
/* After it: writes what waits.  NULL is fine. */
void diag_file_close(struct diag_file *file);

#endif
