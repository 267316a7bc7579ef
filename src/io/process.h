/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - children of the supervisor, and what every process does first.
 *
 * Thread: the loop for children. */
#ifndef IO_PROCESS_H
#define IO_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"
#include "io/loop.h"

struct process;

struct process_events {
    /* A line of its standard output or error, without the line end; longer ones come in parts. */
    void (*line)(void *owner, struct span line);
    /* The last call; the memory is the loop's again.  `signum` is 0 when it exited. */
    void (*ended)(void *owner, int exit_status, int signum);
};

/* `arguments` ends with NULL; arguments[0] is the program's path.  `environment` adds NAME=value
 * strings to ours and ends with NULL; NULL adds nothing. */
MUST_CHECK struct process *process_start(struct loop *loop, const char *const *arguments,
                                         const char *const *environment,
                                         const struct process_events *events, void *owner,
                                         struct err *err);
int process_pid(const struct process *process);
void process_signal(struct process *process, int signum);
/* Lets the child be, without further calls: only before our own process ends. */
void process_abandon(struct process *process);

/* From now on SIGTERM is sent to this process when its parent ends; at once when it is gone
 * already (the parent's pid is not `parent_pid`). */
void process_end_with_parent(int parent_pid);
/* Descriptors 0 to 2 are open from now on: one that was closed fails whatever is read from it or
 * written to it, as before, and no file can take its place.  First of all. */
void process_hold_streams(void);
/* A pipe that no other program inherits: ends[0] is read, ends[1] is written. */
MUST_CHECK bool process_pipe(int ends[2], struct err *err);
/* Closes every descriptor from 3 on but `kept`: what whoever started us had open, a lock or the end
 * of a pipe, is not ours to hold.  Before anything of our own is open. */
void process_close_inherited(int kept);
/* Raises the limit of open files to what the system allows; returns it. */
uint64_t process_raise_file_limit(void);
/* From now on this process gets `more` bytes of memory besides what it has (its writable mappings
 * count, touched or not); past them the system refuses memory to it and its libraries.  mem_new
 * and its kind still get `reserve` bytes on top of that.  Returns the limit; 0: none was set. */
uint64_t process_limit_data(uint64_t more, uint64_t reserve);
/* The path of the running program. */
MUST_CHECK bool process_own_path(char *path, size_t path_bytes, struct err *err);

#endif
