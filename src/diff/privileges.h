/*
 * diff/privileges: a warning if one scan saw less of the owners than the other.
 */
#ifndef DIFF_PRIVILEGES_H
#define DIFF_PRIVILEGES_H

#include "diff/diff.h"

/* After diff_match, of sides that sight_compare has seen. */
void privileges_compare(struct diff *d);

#endif
