/*
 * diff-print: what prt-diff prints, one snapshot for each of NEW.
 */
#ifndef DIFF_PRINT_H
#define DIFF_PRINT_H

#include "diff/diff.h"
#include "out/out.h"

struct diff_print {
	struct diff *d;
	unsigned changes;	/* the rows to print, see diff-row */
	bool every;		/* all records of a member, not its first */
	struct snap_room room[2];	/* for what out has now, and had before */
	struct snap snap[2];
};

/* Some row of that kind is a change. */
bool diff_print_any(const struct diff_print *p);

/* p and cols must live until out is closed. */
void diff_print(struct diff_print *p, const struct cols *cols,
    struct out *out);

/* NEW's snapshot without what only prt-diff says, into the empty s. */
void diff_print_snap(struct snap_room *s, const struct snap *from);

#endif
