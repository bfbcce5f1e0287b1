/*
 * rows: the records of a scan, one for each socket and process that holds it.
 */
#ifndef SCAN_ROWS_H
#define SCAN_ROWS_H

#include "out/out.h"
#include "record/columns.h"
#include "scan/scan.h"
#include "scan/services.h"
#include "scan/users.h"

/* Entries of the scan's tables. */
struct row {
	const struct sock *sock;
	const struct proc *proc;	/* NULL: nobody is known to hold it */
	const struct holder *holder;	/* the first of its descriptors */
	uint32_t nholders;
};

struct rows {
	struct row *v;
	size_t n;
};

/* What the values are made of. */
struct rows_source {
	const struct scan *scan;
	const struct services *services;
	struct users users;
	struct str host, time;
	bool people;		/* a table: a local address has the interface
				 * that it is bound to, a listener its color */
};

/* How the value of each field is had. */
struct record;
extern const struct rows_getter {
	struct str (*get)(struct record *r);
	unsigned needs;
	size_t text;	/* without get: a str of struct proc, where it is */
} rows_getters[FIELD_NSCAN];

/* What the columns need, bits of enum scan_need. */
unsigned rows_needs(const struct cols *cols);

enum { ROWS_OWNERS = 1 << 0, ROWS_UNSORTED = 1 << 1 };

/*
 * Makes the records, in prt(5)'s order unless ROWS_UNSORTED, of processes too
 * if ROWS_OWNERS; with filter's pids, those of these processes.  Sorts the
 * scan's holders, and points into its tables.  The caller calls rows_free.
 */
void rows_make(struct rows *r, struct scan *sc, const struct filter *filter,
    unsigned flags);
void rows_free(struct rows *r);

/*
 * Leaves those that the filter keeps because of whose they are, but for its
 * pids: no_random, and the names.
 */
void rows_keep(struct rows *r, struct rows_source *src,
    const struct filter *filter);
/* Leaves one for each socket. */
void rows_unite(struct rows *r, const struct scan *sc);
/* What the filter's names and no_random need. */
unsigned rows_filter_needs(const struct filter *filter);

/* The value of a field but fd; some are written at room. */
enum { ROWS_ROOM = 128 };
struct str rows_value(struct rows_source *src, const struct row *row,
    enum field_id id, char room[static ROWS_ROOM]);

/* Where some processes are hidden, how many of the rows' sockets one of them
 * may hold: those that somebody may hold and nobody is seen to, but not the
 * kernel's own, and those of which only other users than the socket's own are
 * seen. */
uint64_t rows_unowned(const struct rows *r, const struct scan *sc);

/* Writes all records. */
void rows_write(const struct rows *r, struct rows_source *src,
    const struct cols *cols, struct out *out);

#endif
