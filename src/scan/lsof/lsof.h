/*
 * lsof: a reader of what lsof(8) prints.
 *
 * Both of its forms are read, whichever comes: field output (lsof -F, with LF
 * or NUL behind each field) and the table for people.  The text may come in
 * pieces of any size, and memory grows with what is found in it, not with its
 * length.  What cannot be understood costs its line, never the rest.
 */
#ifndef SCAN_LSOF_LSOF_H
#define SCAN_LSOF_LSOF_H

#include "scan/scan.h"
#include "scan/services.h"

/* Runs lsof and, for what that does not tell of processes, ps. */
extern const struct backend lsof_backend;
/* Reads what lsof printed, from the request's file. */
extern const struct backend lsof_source;

struct lsof;

/* Called for each line that cannot be understood: its number, and what is
 * wrong with it (a literal). */
typedef void lsof_note(void *arg, size_t line, const char *wrong);

/* services, which may be NULL, has the ports of names; both are kept.  The
 * caller calls lsof_close. */
struct lsof *lsof_open(const struct services *services, lsof_note *note,
    void *arg);
void lsof_close(struct lsof *l);

/* Reads the next n bytes. */
void lsof_feed(struct lsof *l, const char *p, size_t n);

enum lsof_end {
	LSOF_READ,
	LSOF_UNKNOWN,		/* nothing was like lsof's output */
	LSOF_UNREAD,		/* of what was like it, no line could be read */
	LSOF_REFUSED		/* lsof_refusal says why */
};

/* To be called behind the last.  What was found is good if it was read. */
enum lsof_end lsof_end(struct lsof *l);

/* Why all of it is refused (a literal), and for which line. */
const char *lsof_refusal(const struct lsof *l, size_t *line);

/* The number of the first line that ended in CR LF, 0: none did. */
size_t lsof_cr_line(const struct lsof *l);

/* How many sockets were found; one that several processes hold may count more
 * than once. */
size_t lsof_count(const struct lsof *l);

/* Adds the sockets, and as their holders the processes, sorted by pid, that the
 * filter's pids allow. */
void lsof_give(struct lsof *l, const struct filter *filter, struct scan *sc);

/* What ps(1) says of processes: ps.c. */

enum { PS_NUMBERS = 3 };

/*
 * Reads a line of n numbers (at most PS_NUMBERS) and a last column that is text
 * and may hold anything, blanks at its start too, or be missing.  False where
 * it is none.
 */
bool ps_parse(struct str line, int n, uint32_t number[static PS_NUMBERS],
    struct str *text);

/* Appends the first of n pids, comma-separated, as far as they fit into max
 * bytes, but one at least; returns how many. */
size_t ps_list(struct buf *b, const uint32_t *pid, size_t n, size_t max);

/*
 * Fills in what needs asks for of the scan's processes, which are sorted by
 * pid.  One that has gone keeps what is known.  A ps that is not there or
 * fails has a message, and makes the scan incomplete.
 */
void ps_fill(struct scan *sc, unsigned needs);

#endif
