/*
 * diff/tuple: the compared values of a row, and which of them are known.
 */
#ifndef DIFF_TUPLE_H
#define DIFF_TUPLE_H

#include "diff/side.h"

/* Bits of `known' after those of the fields.  TUPLE_OWNED: a process holds the
 * socket, which no field of the row says. */
#define TUPLE_OWNED (UINT64_C(1) << DIFF_SET_MAX)
#define TUPLE_ANYONE (TUPLE_OWNED << 1)

struct tuple {
	struct str *v;		/* one for each field of the set */
	uint64_t *hash;		/* of each value, or NULL if not needed yet */
	size_t n;
	uint64_t known;		/* bit i: v[i] is not missing; TUPLE_... */
};

/* Sets t to the values of a row; it lives as long as the arena and the side. */
void tuple_read(struct tuple *t, struct diff_side *s, uint32_t row,
    struct arena *a);

/* The fields of the set, a bit each, in which tuples with known bits a and b
 * can be compared. */
uint64_t tuple_common(const struct cols *set, uint64_t a, uint64_t b);

#endif
