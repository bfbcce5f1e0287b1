/*
 * err: prints messages.  No other module writes to standard error.
 */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* The exit statuses of the three programs, prt(7).  STATUS_NO is an answer,
 * given only if the user asked for one. */
enum { STATUS_DONE = 0, STATUS_NO = 1, STATUS_TROUBLE = 2 };

/* Sets the name that starts each message.  The pointer is kept, not copied. */
void err_setprog(const char *name);
/* The program's name; "prt" until it is set. */
const char *err_prog(void);

/*
 * Writes `prog: MESSAGE' and a newline in one write(2).  If the format ends in
 * `:', the text of errno is appended.  Messages may contain names chosen by
 * attackers: each byte that is not printable ASCII is shown as \xHH.
 */
void err_msg(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Ends the program with STATUS_TROUBLE, after a message, without a flush or an
 * atexit handler: no partial output may leave. */
void err_die(void) __attribute__((noreturn));

/* err_die calls undo first, to undo unfinished work; undo must not allocate.
 * There is one at a time; NULL: nothing to undo. */
void err_at_death(void (*undo)(void *arg), void *arg);

/*
 * The caller has mapped a file to n bytes at p, until err_unmap.  If others
 * shorten the file, or its disk fails, access to it ends the program like
 * err_die, with a message about name.  False if that cannot be set up: then the
 * map must not be accessed.
 */
bool err_map(const void *p, size_t n, const char *name);
void err_unmap(const void *p);

/* Rings the terminal's bell, if standard error is a terminal. */
void err_bell(void);

#endif
