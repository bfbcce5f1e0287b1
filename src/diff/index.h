/*
 * diff-index: a side's rows by their key.
 */
#ifndef DIFF_INDEX_H
#define DIFF_INDEX_H

#include "diff/side.h"

/* Sets head and next of all rows, and what diff_index_find needs. */
void diff_index_build(struct diff_side *s);

/* The first row of a key, or DIFF_NONE. */
uint32_t diff_index_find(const struct diff_side *s, const uint64_t key[2]);

#endif
