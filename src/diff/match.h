/*
 * diff/match: compares the rows of the two sides, key by key.
 *
 * The rows of a key with the same compared values form one member of it, so
 * that one more worker of a daemon is not a change.  Members of the two sides
 * that are equal cancel; the others, in byte order, are paired first to last.
 *
 * A missing value matches anything: unknown is not changed.  Nor is a user
 * compared between a socket and a process: a daemon may have changed its user.
 *
 * Members out of the other side's sight (sight.h) cancel and match like all
 * others; those that are left are not paired, and are neither new nor gone.
 *
 * The same holds for a process that may have been hidden from the other side's
 * scan, if that side has another process with the same socket: the two share
 * it.  If no process is on both sides, nothing shows that it is the same
 * socket; if then a side has only such members left, they are paired: the
 * socket changed hands.
 */
#ifndef DIFF_MATCH_H
#define DIFF_MATCH_H

#include "diff/side.h"

/*
 * Matches two sides that were loaded with the same key.  Sets other and change
 * of all rows, and first on one row of each changed member.  peer: of a changed
 * row, its OLD partner; of an unchanged NEW row, the first OLD row that knows
 * more (chained through peer).  False if the rows of some key lack fields in
 * too many ways to compare each with each: then some that match may appear as
 * changes.
 */
bool diff_match(struct diff_side *old, struct diff_side *new);

/* The fields of the set, a bit each, in which a changed NEW row differs. */
uint64_t diff_changed_fields(struct diff_side *old, struct diff_side *new,
    uint32_t row);

#endif
