/*
 * flag-off: which heuristics cannot be judged, and why.
 */
#ifndef FLAG_OFF_H
#define FLAG_OFF_H

#include "flag-heur.h"

/* What of the heuristics a snapshot cannot tell, as bits. */
uint64_t off_in(const struct stream_snap *snap);

/* Says which of those named by on (HEUR_COUNT of them) were off in some part of
 * the stream; snaps are what its snapshots say. */
void off_explain(const bool *on, const struct stream *s,
    const struct heur_snap *snaps);

#endif
