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

/* Refers to entries of the scan's tables. */
struct row {
	const struct sock *sock;
	const struct proc *proc;	/* NULL: no known holder */
	const struct holder *holder;	/* the first of its descriptors */
	uint32_t nholders;
};

struct rows {
	struct row *v;
	size_t n;
};

/* Where the values come from. */
struct rows_source {
	const struct scan *scan;
	const struct services *services;
	struct users users;
	struct str host, time;
	bool people;		/* for a table: local addresses include the
				 * interface that they are bound to, and
				 * listeners have a color */
};

/* How to get the value of each field. */
struct record;
extern const struct rows_getter {
	struct str (*get)(struct record *r);
	unsigned needs;
	size_t text;	/* if get is NULL: offset of a str in struct proc */
} rows_getters[FIELD_NSCAN];

/* What the columns need: bits of enum scan_need. */
unsigned rows_needs(const struct cols *cols);

enum { ROWS_OWNERS = 1 << 0, ROWS_UNSORTED = 1 << 1 };

/*
 * Makes the records, in prt(5)'s order unless ROWS_UNSORTED.  With ROWS_OWNERS
 * also for processes; if the filter has pids, only for these.  Sorts the scan's
 * holders, and points into its tables.  The caller calls rows_free.
 */
void rows_make(struct rows *r, struct scan *sc, const struct filter *filter,
    unsigned flags);
void rows_free(struct rows *r);

/*
 * Keeps the records that fit the filter's conditions on owners except its pids:
 * no_random, and the names.
 */
void rows_keep(struct rows *r, struct rows_source *src,
    const struct filter *filter);
/* Keeps one record for each socket. */
void rows_unite(struct rows *r, const struct scan *sc);
/* What the filter's names and no_random need. */
unsigned rows_filter_needs(const struct filter *filter);

/* The value of any field except fd; some are written to room. */
enum { ROWS_ROOM = 128 };
struct str rows_value(struct rows_source *src, const struct row *row,
    enum field_id id, char room[static ROWS_ROOM]);

/* If some processes are hidden, the number of the rows' sockets that one of
 * them may hold: sockets that can have a holder but show none, except the
 * kernel's own, and sockets that show only holders of other users than their
 * own. */
uint64_t rows_unowned(const struct rows *r, const struct scan *sc);

/* Writes all records. */
void rows_write(const struct rows *r, struct rows_source *src,
    const struct cols *cols, struct out *out);

#endif
