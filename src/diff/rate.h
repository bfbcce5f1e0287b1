/*
 * diff/rate: how much the counters of a socket or interface grew per second.
 *
 * They count from OLD, if OLD has the same socket.  If it was made since OLD,
 * its counters began at 0, and their whole value belongs to that time.
 */
#ifndef DIFF_RATE_H
#define DIFF_RATE_H

#include "diff/socket.h"
#include "lib/num.h"

enum { DIFF_NRATES = 4, RATE_MAX = NUM_MAX + 3 };

struct rates {
	struct diff *d;
	struct sockets *sockets;
	int at[DIFF_NRATES];		/* columns, -1: not wanted */
	bool any;
	struct str v[DIFF_NRATES];	/* of the current row */
	char text[DIFF_NRATES][RATE_MAX];
};

/* Adds the columns of possible rates: both sides have counter and time. */
void rates_cols(struct cols *c, const struct diff *d);

/* Prepares for rows in these columns.  Keeps the pointers d and sockets. */
void rates_init(struct rates *r, struct diff *d, struct sockets *sockets,
    const struct cols *cols);

/* Computes the rates of a row of NEW; makes values of other rows invalid. */
void rates_read(struct rates *r, uint32_t row);

/* Puts the rates into a row's values, valid until another row is read. */
void rates_put(const struct rates *r, struct str *v);

#endif
