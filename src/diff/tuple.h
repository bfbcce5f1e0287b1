/*
 * diff-tuple: the compared values of a row.
 *
 * A missing value equals any other: not known is not changed.  Nor is a user:
 * a row without a process shows its socket's user, which need not be the one
 * that the daemon behind it changed to.
 */
#ifndef DIFF_TUPLE_H
#define DIFF_TUPLE_H

#include "diff/side.h"

enum { DIFF_TUPLE_MAX = 63 };	/* fields: one bit of known is DIFF_OWNED */

#define DIFF_OWNED (UINT64_C(1) << 63)

struct diff_tuple {
	const struct str *v;	/* one of each field of the set */
	uint64_t known;		/* bit i: v[i] is not missing; and DIFF_OWNED */
};

/* The tuple lives as long as the arena and the side. */
void diff_tuple_read(struct diff_tuple *t, struct diff_side *s, uint32_t row,
    struct arena *a);

/* What is known of a row that lacks none of the fields that both sides have. */
uint64_t diff_tuple_full(const struct diff_side *a, const struct diff_side *b);

/* The fields by which tuples with these masks can be compared. */
uint64_t diff_tuple_common(const struct cols *set, uint64_t a, uint64_t b);

#endif
