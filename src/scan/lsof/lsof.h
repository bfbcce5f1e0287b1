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

/* To be called behind the last.  False where nothing was like lsof's output. */
bool lsof_end(struct lsof *l);

/* How many sockets were found; one that several processes hold may count more
 * than once. */
size_t lsof_count(const struct lsof *l);

/* Adds the sockets, and as their holders the processes, sorted by pid, that the
 * filter's pids allow. */
void lsof_give(struct lsof *l, const struct filter *filter, struct scan *sc);

#endif
