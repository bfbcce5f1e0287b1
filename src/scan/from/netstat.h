/*
 * netstat: shared by the parts of the reader of netstat's output.
 */
#ifndef SCAN_FROM_NETSTAT_H
#define SCAN_FROM_NETSTAT_H

#include "scan/from/row.h"

/* What follows the ends in the current list, by its heading. */
struct netstat_columns {
	bool known;			/* there was a heading */
	bool bsd;			/* of a BSD or macOS */
	bool user, program, timer;	/* Linux */
	/* macOS: how many numbers come before the pid, -1 if there is none; and
	 * how many words after it.  The process has a name too. */
	int pid, behind;
	bool named;
};

/* Reads a heading; false if it is not one, or (*cut) its end is missing. */
bool netstat_heading(struct netstat_columns *c, const struct row_words *w,
    bool *cut);

/*
 * Reads what follows the ends of a row, from word i on: for Linux, or for the
 * others.  Returns NULL or what is wrong (a literal).  The strings of *h point
 * into the line; its pid is 0 if the row has none.
 */
const char *netstat_rest_linux(const struct netstat_columns *c,
    const struct row_words *w, size_t i, struct row *r, struct row_holder *h);
const char *netstat_rest_bsd(const struct netstat_columns *c,
    const struct row_words *w, size_t i, struct row *r, struct row_holder *h);

#endif
