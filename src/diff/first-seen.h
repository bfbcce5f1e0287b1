/*
 * diff/first-seen: when a key was first seen.
 */
#ifndef DIFF_FIRST_SEEN_H
#define DIFF_FIRST_SEEN_H

#include "diff/diff.h"

/* No time is known. */
#define DIFF_NEVER INT64_MIN

struct diff_seen {
	struct diff *d;
	int64_t *new, *old;	/* by head; 0: not known yet */
	uint64_t *inodes;
	size_t inodes_cap;
	bool by_inode;		/* both sides have them */
};

/* Keeps d, whose sides were matched.  The caller calls diff_seen_free. */
void diff_seen_init(struct diff_seen *s, struct diff *d);
void diff_seen_free(struct diff_seen *s);

/* first_seen of the key of a row of NEW, of OLD; values of other rows go. */
int64_t diff_seen_new(struct diff_seen *s, uint32_t row);
int64_t diff_seen_old(struct diff_seen *s, uint32_t row);

#endif
