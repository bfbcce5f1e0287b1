/*
 * netstat: what the parts of the reader of netstat's output share.
 */
#ifndef SCAN_FROM_NETSTAT_H
#define SCAN_FROM_NETSTAT_H

#include "scan/from/row.h"

/* What is behind the ends in the list that is read, as its heading has it. */
struct netstat_columns {
	bool known;			/* there is a heading */
	bool bsd;			/* it is of a BSD, or of macOS */
	bool user, program, timer;	/* Linux */
	/* macOS: how many numbers are in front of the pid, -1: there is none;
	 * how many words are behind it; its process is named, too. */
	int pid, behind;
	bool named;
};

/* Reads a heading; false: it is none, or (*cut) its end is missing. */
bool netstat_heading(struct netstat_columns *c, const struct row_words *w,
    bool *cut);

/*
 * Takes what is behind the ends, from word i on, of a row of Linux, or of the
 * others.  Returns NULL or what is wrong (a literal).  The strings of *h are
 * the line's; it has pid 0 if none is told.
 */
const char *netstat_rest_linux(const struct netstat_columns *c,
    const struct row_words *w, size_t i, struct row *r, struct row_holder *h);
const char *netstat_rest_bsd(const struct netstat_columns *c,
    const struct row_words *w, size_t i, struct row *r, struct row_holder *h);

#endif
