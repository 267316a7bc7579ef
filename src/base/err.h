/* SPDX-License-Identifier: Apache-2.0 */
/* err.h - how a function says why it failed.
 *
 * A function that can fail returns bool or a pointer and takes a struct err
 * last.  False or NULL means that the error is filled in and nothing else has
 * changed.  The error lives on the caller's stack and owns nothing.
 *
 * Thread: any; an error is a value. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define ERR_TEXT_BYTES 512

enum err_kind {
    ERR_NONE,
    ERR_IO,          /* the system refused; sys_errno says why */
    ERR_CORRUPT,     /* bytes we wrote do not check out */
    ERR_MALFORMED,   /* bytes a peer sent do not parse */
    ERR_UNSUPPORTED, /* understood, and not done here */
    ERR_NOT_FOUND,
    ERR_CONFLICT,    /* someone else got there first; retrying may help */
    ERR_LIMIT,       /* a stated limit would be passed */
    ERR_UNAVAILABLE, /* a peer is not there; retrying will help */
};

struct err {
    enum err_kind kind;
    int sys_errno;
    int line;   /* where in a text a person wrote; 0 when it is not about one */
    int column; /* counted from 1, in characters */
    char text[ERR_TEXT_BYTES];
};

/* All three return false, so that failing is one line: return err_set(...).  What is too long is
 * cut.  The arguments may be parts of `err` itself. */
bool err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Takes errno along and appends what it means. */
bool err_sys(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Puts "where: " in front. */
bool err_within(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
