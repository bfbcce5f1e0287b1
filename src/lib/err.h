/*
 * err: messages.  The only module that writes to standard error.
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* The exit statuses of the three programs, prt(7).  STATUS_NO is an answer and
 * given only where the user asked for one. */
enum { STATUS_DONE = 0, STATUS_NO = 1, STATUS_TROUBLE = 2 };

/* The name that starts each message; name is kept, not copied. */
void err_setprog(const char *name);
/* That name; "prt" before it is set. */
const char *err_prog(void);

/*
 * Writes `prog: MESSAGE' and a newline in one write(2).  A format that ends in
 * `:' has the text of errno appended.  Names in messages come from attackers:
 * each byte that is not printable ASCII is shown as \xHH.
 */
void err_msg(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Ends the program with STATUS_TROUBLE, after a message, without a flush or an
 * atexit handler: half an answer must not get out. */
void err_die(void) __attribute__((noreturn));

/* What err_die calls before: it undoes what was begun, and allocates nothing.
 * One at a time; NULL: there is nothing to undo any more. */
void err_at_death(void (*undo)(void *arg), void *arg);

/*
 * A file is mapped to n bytes at p, until err_unmap.  Where others make it
 * shorter, or its disk fails, looking at it ends the program as err_die does,
 * with a message that calls it name.  False if that cannot be had: no such map
 * may be looked at.
 */
bool err_map(const void *p, size_t n, const char *name);
void err_unmap(const void *p);

/* Rings the terminal's bell, where standard error is one. */
void err_bell(void);

#endif
