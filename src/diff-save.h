/*
 * diff-save: what prt-diff keeps for its next run.
 *
 * NEW's records with their first_seen; and what NEW could not know: the records
 * of hosts that were not scanned, and owners that OLD knew and nothing
 * contradicts.  Else a change between two scans that could see it would be lost
 * if one between them could not.
 */
#ifndef DIFF_SAVE_H
#define DIFF_SAVE_H

#include "diff.h"
#include "state.h"

/* Writes it after state_begin; false after a message. */
bool diff_save(const struct diff *d, struct state *state);

/* The side is such a file; false after a message. */
bool diff_save_check(const struct diff_side *s);

#endif
