/*
 * diff/first-seen: when a key was first seen, and when a record was last seen.
 */
#ifndef DIFF_FIRST_SEEN_H
#define DIFF_FIRST_SEEN_H

#include "diff/socket.h"

/* The time is unknown. */
#define DIFF_NEVER INT64_MIN

struct diff_seen {
	struct diff *d;
	struct sockets *sockets;
	int64_t *new;		/* by head: ms + 1; 0: unknown so far */
};

/* Keeps the pointers; the sides have been matched.  The caller calls
 * diff_seen_free. */
void diff_seen_init(struct diff_seen *s, struct diff *d,
    struct sockets *sockets);
void diff_seen_free(struct diff_seen *s);

/* first_seen for the key of a row of NEW, or of OLD; values of other rows
 * become invalid. */
int64_t diff_seen_new(struct diff_seen *s, uint32_t row);
int64_t diff_seen_old(struct diff_seen *s, uint32_t row);

/* To be called before diff_seen_new is, for this row and those after it: brings
 * what diff_seen_new needs of OLD into the cache, for some rows ahead. */
void diff_seen_expect(const struct diff_seen *s, uint32_t row);

/* When a row was last scanned: the time in the row, if it was kept since, or
 * else the time of its scan. */
int64_t diff_seen_last(struct diff_side *side, uint32_t row);

#endif
