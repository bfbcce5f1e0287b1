/*
 * sets: sets of small numbers, each different one kept once.
 *
 * A record's set of heuristics and rules is one number, however many there are.
 */
#ifndef FLAG_SETS_H
#define FLAG_SETS_H

#include <stdbool.h>

#include "lib/map.h"

struct sets {
	size_t words;			/* of each set */
	uint64_t *bits;			/* words of them a set */
	uint32_t *next;			/* set of equal hash, 0: none */
	size_t n, bits_cap, next_cap;
	struct map first;
	uint32_t last;			/* often asked for again */
};

/* Sets of numbers below size.  The caller calls sets_free. */
void sets_start(struct sets *s, size_t size);
void sets_free(struct sets *s);

/* The number of the set with those bits; that of the empty one is 0. */
uint32_t sets_id(struct sets *s, const uint64_t *bits);

/* Good until the next sets_id. */
const uint64_t *sets_bits(const struct sets *s, uint32_t id);

static inline void
sets_put(uint64_t *bits, size_t i)
{
	bits[i / 64] |= UINT64_C(1) << i % 64;
}

static inline void
sets_drop(uint64_t *bits, size_t i)
{
	bits[i / 64] &= ~(UINT64_C(1) << i % 64);
}

static inline bool
sets_has(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

#endif
