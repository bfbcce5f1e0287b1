/*
 * diff/tuple: the compared values of a row, and which of them are known.
 */
#ifndef DIFF_TUPLE_H
#define DIFF_TUPLE_H

#include "diff/side.h"

/* Bits of `known' behind those of the fields.  A process holds the socket; that
 * is not what the row itself says, which has no field that could. */
#define TUPLE_OWNED (UINT64_C(1) << DIFF_SET_MAX)
#define TUPLE_ANYONE (TUPLE_OWNED << 1)

struct tuple {
	struct str *v;		/* one of each field of the set */
	uint64_t *hash;		/* of each, or NULL: not needed so far */
	size_t n;
	uint64_t known;		/* bit i: v[i] is not missing; TUPLE_... */
};

/* Sets t to a row's; it lives as long as the arena and the side. */
void tuple_read(struct tuple *t, struct diff_side *s, uint32_t row,
    struct arena *a);

/* The fields of the set, a bit each, by which tuples of which a and b are known
 * can be compared. */
uint64_t tuple_common(const struct cols *set, uint64_t a, uint64_t b);

#endif
