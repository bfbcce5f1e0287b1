/*
 * diff/party: the members of a key on one side.
 */
#ifndef DIFF_PARTY_H
#define DIFF_PARTY_H

#include "diff/tuple.h"

struct member {
	uint64_t set;		/* hash of its values */
	struct tuple tuple;	/* empty if the other side has no member */
	uint64_t pid;		/* the lowest so far */
	uint32_t row;		/* the row that stands for it */
	uint32_t rows;		/* the number of its rows */
	uint32_t match;		/* member of the other side, or DIFF_NONE */
	uint32_t peer;
	enum diff_change change;
	bool left;		/* the other side has none with its hash */
	bool unseen;		/* all its rows are, or their processes */
	bool exposed;		/* some row's process cannot be hidden from the
				 * other side's scan */
	bool spare;		/* perhaps hidden: paired only if nothing else
				 * is left; see match.h */
};

/* A member, and the hash or mask that finds it. */
struct probe {
	uint64_t by;
	uint32_t member;
};

/* The members of a key on one side. */
struct party {
	struct diff_side *side;
	struct member *v;	/* sorted by hash */
	struct probe *by_known;	/* sorted by known fields */
	size_t n, cap, by_known_cap;
};

/* Sets the members of the key with the first row head, or DIFF_NONE. */
void party_gather(struct party *p, uint32_t head);

/* Cancels members that are equal to the byte; true if any are left. */
bool party_cancel(struct party *a, struct party *b);

/* The member of a row. */
struct member *party_member(const struct party *p, uint32_t row);

/* Makes the row with the lowest pid stand for each left member. */
void party_choose(struct party *p, uint32_t head);

/* A process holds the row's socket.  The kernel's own have no pid. */
bool party_is_held(struct diff_side *s, uint32_t row);

/* Sets exposed of all unmatched members; false if all are exposed. */
bool party_expose(struct party *p, uint32_t head);

/* The other side has no equal of the member, nor any that may be the same. */
static inline bool
member_is_unmatched(const struct member *member)
{
	return member->left && member->match == DIFF_NONE && !member->unseen;
}

#endif
