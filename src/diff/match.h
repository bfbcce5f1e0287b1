/*
 * diff/match: what became of the rows of the two sides, key by key.
 *
 * The rows of a key with the same compared values are a member of it, so that
 * one more worker of a daemon is no change.  Members of the two sides that are
 * equal cancel; the others, in byte order, are paired first to last.
 *
 * A missing value matches anything: unknown is not changed.  Nor is a user
 * compared between a socket and a process: a daemon may have changed its user.
 *
 * Members that are out of the other side's sight (sight.h) cancel and match as
 * all do; those that are left are not paired, and neither new nor gone.
 *
 * So is a process that may have been hidden from the other side's scan, if that
 * has another one with the same socket: the two share it.  Where nothing says
 * that it is the same socket, since no process is on both sides, and such are
 * all that a side has left, they are paired: the socket changed hands.
 */
#ifndef DIFF_MATCH_H
#define DIFF_MATCH_H

#include "diff/side.h"

/*
 * Matches two sides that were loaded with the same key.  Sets other and change
 * of all rows, and first on one row of each changed member.  peer: of a changed
 * row, its OLD partner; of an unchanged NEW row, the first OLD row that knows
 * more (chained through peer).  False if the rows of some key lack fields in
 * too many ways to compare each with each: some that match may be told as
 * changes.
 */
bool diff_match(struct diff_side *old, struct diff_side *new);

/* The fields of the set, a bit each, in which a changed row of NEW differs from
 * its peer. */
uint64_t diff_changed_fields(struct diff_side *old, struct diff_side *new,
    uint32_t row);

#endif
