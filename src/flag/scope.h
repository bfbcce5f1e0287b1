/*
 * flag-off: which heuristics cannot be judged, and why.
 */
#ifndef FLAG_SCOPE_H
#define FLAG_SCOPE_H

#include "flag/heur.h"

_Static_assert(HEUR_COUNT <= 64, "a set of heuristics is an uint64_t");

/* What of the heuristics a snapshot cannot tell, as bits. */
uint64_t off_in(const struct heur_snap *snap);

/* Says which heuristics were off in some part of the stream: of those that are
 * asked for by name, and of those that are on (NULL: of none), but not that a
 * field of prt-diff is missing.  snaps are what the stream's snapshots say. */
void off_explain(const bool *on, const bool *asked, const struct stream *s,
    const struct heur_snap *snaps, size_t nsnaps);

#endif
