/*
 * diff-save: what prt-diff keeps for its next run.
 *
 * NEW's records with their first_seen; and what NEW could not know: the records
 * of hosts that were not scanned, and owners that OLD knew and nothing
 * contradicts.  Else a change between two scans that could see it would be lost
 * if one between them could not.
 */
#ifndef DIFF_STATE_H
#define DIFF_STATE_H

#include "diff/diff.h"
#include "diff/state-file.h"

/* Writes it after state_begin; false after a message. */
bool diff_save(struct diff *d, struct state *state);

/* Whoever reads what would be written could tell of each record which host's it
 * is; false after a message.  After diff_check. */
bool diff_save_able(const struct diff *d);

/* The stream is such a file; false after a message. */
bool diff_save_check(const struct stream *s);

#endif
