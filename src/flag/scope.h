/*
 * scope: what a snapshot must show for each heuristic, and which ones are off
 * because it does not.
 */
#ifndef FLAG_SCOPE_H
#define FLAG_SCOPE_H

#include "flag/heuristics.h"

const char *scope_name(enum heur_scope scope);

/* The heuristics that the snapshot cannot answer, as bits. */
uint64_t scope_off(const struct view_snap *snap);

/*
 * Says which heuristics were off in some part of the stream: of those that were
 * asked for by name, and of those that are on (NULL: of none), except for lack
 * of a field of prt-diff.  snaps are what the stream's snapshots say.
 */
void scope_explain(const bool *on, const bool *asked, const struct stream *s,
    const struct view_snap *snaps, size_t nsnaps);

#endif
