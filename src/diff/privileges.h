/*
 * diff/privileges: warns if one scan saw fewer owners than the other.
 */
#ifndef DIFF_PRIVILEGES_H
#define DIFF_PRIVILEGES_H

#include "diff/diff.h"

/* Must be called after diff_match, for sides that sight_compare has seen. */
void privileges_compare(struct diff *d);

#endif
