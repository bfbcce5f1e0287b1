/*
 * flag-why: why a record was flagged, for people.
 */
#ifndef FLAG_WHY_H
#define FLAG_WHY_H

#include "flag/judge.h"

/* Appends a sentence for each flag of the verdict on the record f. */
void why_add(struct buf *b, const struct judge *j, const struct verdict *v,
    struct fact *f);

#endif
