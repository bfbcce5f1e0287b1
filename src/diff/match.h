/*
 * diff-member: what became of the rows of one key.
 *
 * The rows of a key with the same compared values are a member of it, so that
 * one more worker of a daemon is no change.  Members of the two sides that are
 * equal cancel; the others, in byte order, are paired first to last.
 */
#ifndef DIFF_MATCH_H
#define DIFF_MATCH_H

#include "diff/tuple.h"

struct diff_member;

struct diff_party {
	struct diff_side *side;
	struct diff_member *v;	/* by their hash */
	size_t n, cap;
};

struct diff_matcher {
	struct diff_party old, new;
	uint64_t full;			/* known of a row that lacks nothing */
	struct arena arena;		/* the tuples of the key at hand */
	struct diff_probe *probes;
	struct diff_member **order;
	uint64_t *masks;
	size_t probes_cap, order_cap, masks_cap;
	struct buf scratch;
};

/* Keeps both sides, whose rows are indexed.  The caller calls
 * diff_matcher_free. */
void diff_matcher_init(struct diff_matcher *m, struct diff_side *old,
    struct diff_side *new);
void diff_matcher_free(struct diff_matcher *m);

/*
 * Judges the rows of a key, of which there may be none (DIFF_NONE) on one
 * side.  Sets their change, and first of one row of each member that did
 * change.  The peer of a changed row is OLD's row that it is paired with; that
 * of an unchanged one of NEW a row of OLD that knows what it does not, and that
 * row's peer the next such one.
 */
void diff_matcher_judge(struct diff_matcher *m, uint32_t old, uint32_t new);

#endif
