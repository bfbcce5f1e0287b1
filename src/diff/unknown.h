/*
 * diff-cancel: members of a key that are equal as far as is known.
 */
#ifndef DIFF_UNKNOWN_H
#define DIFF_UNKNOWN_H

#include "diff/match.h"

struct diff_member {
	uint64_t set;		/* hash of its values */
	struct diff_tuple tuple;
	size_t fields;		/* of the tuple */
	uint64_t pid;		/* lowest so far */
	uint32_t row;		/* the one that stands for it */
	uint32_t rows;		/* number of them */
	uint32_t match;		/* a member of the other side, or DIFF_NONE */
	uint32_t peer;
	enum diff_change change;
	bool left;		/* the other side has none of its hash */
};

/*
 * Sets the match of each member that is left and has one.  One that lacks a
 * value matches any member of the other side that it does not contradict; one
 * that lacks none only those that lack one and are left themselves: where the
 * unknown of old is still there, a new one is new.
 */
void diff_cancel_unknown(struct diff_matcher *m);

#endif
