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

/* What the user wants of the heuristics. */
struct scope_wish {
	bool on[HEUR_COUNT];
	bool asked[HEUR_COUNT];		/* he named it */
	bool explain;			/* of each one what it lacked */
};

/*
 * Says which heuristics were off in some part of the stream, and why: those
 * that were asked for by name; those that are on and lack a default field of
 * prt-scan; and if all is to be explained, the others that are on and lack no
 * field.  snaps are what the stream's snapshots say.
 */
void scope_explain(const struct scope_wish *wish, const struct stream *s,
    const struct view_snap *snaps, size_t nsnaps);

#endif
