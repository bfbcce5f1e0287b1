/*
 * diff/party: the members of a key on one side.
 */
#ifndef DIFF_PARTY_H
#define DIFF_PARTY_H

#include "diff/tuple.h"

struct member {
	uint64_t set;		/* hash of its values */
	struct tuple tuple;	/* empty if the other side has no member */
	uint64_t pid;		/* lowest so far */
	uint32_t row;		/* the one that stands for it */
	uint32_t rows;		/* number of them */
	uint32_t match;		/* a member of the other side, or DIFF_NONE */
	uint32_t peer;
	enum diff_change change;
	bool left;		/* the other side has none of its hash */
	bool unseen;		/* all of its rows are, or their processes */
	bool exposed;		/* some row's process is none that may be
				 * hidden from the other side's scan */
	bool spare;		/* hidden perhaps: paired only where nothing
				 * else is left; see match.h */
};

/* A member, and by what it is found. */
struct probe {
	uint64_t by;
	uint32_t member;
};

/* The members of a key on one side. */
struct party {
	struct diff_side *side;
	struct member *v;	/* by their hash */
	struct probe *by_known;	/* by what is known of them */
	size_t n, cap, by_known_cap;
};

/* Sets the members to those of a key, whose first row head is; DIFF_NONE: there
 * is none. */
void party_gather(struct party *p, uint32_t head);

/* Cancels what is equal to the byte; says whether anything is left. */
bool party_cancel(struct party *a, struct party *b);

/* The member that a row is of. */
struct member *party_member(const struct party *p, uint32_t row);

/* Lets the row with the lowest pid stand for each member that is left. */
void party_choose(struct party *p, uint32_t head);

/* A process has the row's socket.  One of the kernel's own has no pid. */
bool party_is_held(struct diff_side *s, uint32_t row);

/* Sets exposed of all members that are unmatched; false if it is of all. */
bool party_expose(struct party *p, uint32_t head);

/* Nothing of the other side is equal to it or may be the same. */
static inline bool
member_is_unmatched(const struct member *member)
{
	return member->left && member->match == DIFF_NONE && !member->unseen;
}

#endif
