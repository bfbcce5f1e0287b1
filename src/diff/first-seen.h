/*
 * diff/first-seen: when a key was first seen, and a record last.
 */
#ifndef DIFF_FIRST_SEEN_H
#define DIFF_FIRST_SEEN_H

#include "diff/socket.h"

/* No time is known. */
#define DIFF_NEVER INT64_MIN

struct diff_seen {
	struct diff *d;
	struct sockets *sockets;
	int64_t *new;		/* by head: ms and 1 more; 0: not known yet */
};

/* Keeps both; the sides were matched.  The caller calls diff_seen_free. */
void diff_seen_init(struct diff_seen *s, struct diff *d,
    struct sockets *sockets);
void diff_seen_free(struct diff_seen *s);

/* first_seen of the key of a row of NEW, of OLD; values of other rows go. */
int64_t diff_seen_new(struct diff_seen *s, uint32_t row);
int64_t diff_seen_old(struct diff_seen *s, uint32_t row);

/* diff_seen_new will be asked for the rows from this one on: what it needs of
 * OLD may be anywhere in memory, and is asked for some rows before. */
void diff_seen_expect(const struct diff_seen *s, uint32_t row);

/* The last scan that had a row: what the row says of that, if it was kept
 * since, or else when it was scanned. */
int64_t diff_seen_last(struct diff_side *side, uint32_t row);

#endif
