/*
 * diff-match: the rows of the two sides, key by key.
 */
#ifndef DIFF_PAIR_H
#define DIFF_PAIR_H

#include "diff/side.h"

/* Sets other, change, first and peer of all rows of two sides that were loaded
 * with the same key. */
void diff_match(struct diff_side *old, struct diff_side *new);

#endif
