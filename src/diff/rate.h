/*
 * diff/rate: how much the counters of a socket or an interface grew, a second.
 *
 * Since OLD, if OLD has the same one; if it was made since OLD, its counters
 * began at 0, and all that they have is of that time.
 */
#ifndef DIFF_RATE_H
#define DIFF_RATE_H

#include "diff/socket.h"
#include "lib/num.h"

enum { DIFF_NRATES = 4, RATE_MAX = NUM_MAX + 3 };

struct rates {
	struct diff *d;
	struct sockets *sockets;
	int at[DIFF_NRATES];		/* columns, -1: not asked for */
	bool any;
	struct str v[DIFF_NRATES];	/* of the row at hand */
	char text[DIFF_NRATES][RATE_MAX];
};

/* Adds the columns of those that there can be: both sides have the counter, and
 * a time. */
void rates_cols(struct cols *c, const struct diff *d);

/* For what follows, in these columns.  Keeps d and sockets. */
void rates_init(struct rates *r, struct diff *d, struct sockets *sockets,
    const struct cols *cols);

/* Finds those of a row of NEW; values of other rows of both sides go. */
void rates_read(struct rates *r, uint32_t row);

/* Puts them into the values of the row by column, as long as no other row is
 * read. */
void rates_put(const struct rates *r, struct str *v);

#endif
