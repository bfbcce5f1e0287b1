/*
 * scope: what a snapshot must show for each heuristic, and which heuristics are
 * off because it does not show that.
 */
#ifndef FLAG_SCOPE_H
#define FLAG_SCOPE_H

#include "flag/heuristics.h"

const char *scope_name(enum heur_scope scope);

/* The heuristics, as bits, that the snapshot cannot answer. */
uint64_t scope_off(const struct view_snap *snap);

/* The user's choice of heuristics. */
struct scope_wish {
	bool on[HEUR_COUNT];
	bool asked[HEUR_COUNT];		/* the user named it */
	bool explain;			/* say what each one lacked */
};

/*
 * Says which heuristics were off in some part of the stream, and why: those
 * that the user named; those that are on and lack a default field of prt-scan;
 * and with explain, also the others that are on and lack no field.  snaps
 * describe the stream's snapshots.
 */
void scope_explain(const struct scope_wish *wish, const struct stream *s,
    const struct view_snap *snaps, size_t nsnaps);

#endif
