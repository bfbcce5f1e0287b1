/*
 * diff/print: prints the result, one snapshot for each of NEW's.
 */
#ifndef DIFF_PRINT_H
#define DIFF_PRINT_H

#include "diff/diff.h"
#include "out/out.h"

/* A set of changes has a bit for each. */
#define DIFF_BIT(change) (1u << (change))
#define DIFF_CHANGES (DIFF_BIT(DIFF_CHANGED) | DIFF_BIT(DIFF_NEW) | \
    DIFF_BIT(DIFF_GONE))

struct diff_print {
	struct diff *d;
	unsigned changes;	/* the rows to print */
	bool every;		/* all records of a member */
};

/* Parses a list such as new,gone; 0 if it is not one. */
unsigned diff_changes(const char *list);

/* Some row that is to be printed is a change. */
bool diff_print_any(const struct diff_print *p);

/* Prints; false, after a message, if standard output did not take it all. */
bool diff_print(const struct diff_print *p, const struct cols *cols,
    const struct out_opts *opts);

/* Copies NEW's snapshot, without the keys of prt-diff, into the empty s. */
void diff_print_snap(struct snap_room *s, const struct snap *from);

#endif
