/*
 * diff/rate: how fast a key's counters grow.
 */
#ifndef DIFF_RATE_H
#define DIFF_RATE_H

#include "diff/diff.h"

/* Both sides have the counter field and a time. */
bool diff_has_rate(const struct diff *d, enum field_id counter);

/* How much a counter of NEW's row grew since OLD, a second.  False if that
 * cannot be said. */
bool diff_rate(struct diff *d, uint32_t row, enum field_id counter,
    uint64_t *rate);

#endif
