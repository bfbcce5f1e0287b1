/*
 * diff/state: what prt-diff keeps for its next run.
 *
 * NEW's records with their first_seen; and what NEW could not know: the records
 * of hosts that were not scanned, and owners that OLD knew and nothing
 * contradicts.  Otherwise a change between two scans that could see it would be
 * lost if one between them could not.
 */
#ifndef DIFF_STATE_H
#define DIFF_STATE_H

#include "diff/diff.h"
#include "diff/state-file.h"

/* Writes it after state_begin; false after a message. */
bool diff_state_save(struct diff *d, struct state *state);

/* A reader of the new state can tell which host each record belongs to; false
 * after a message.  After diff_check. */
bool diff_state_check_hosts(const struct diff *d);

/* The stream is such a file; false after a message. */
bool diff_state_check(const struct stream *s);

#endif
