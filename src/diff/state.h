/*
 * diff/state: the data that prt-diff keeps for its next run.
 *
 * It keeps NEW's records with their first_seen, and what NEW could not know:
 * records of hosts that were not scanned, and owners that OLD knew and nothing
 * contradicts.  Otherwise two scans could not show a change if a scan between
 * them could not see it.
 *
 * The file is replaced as a whole or not at all, by one process at a time: at
 * any moment, even during a power cut, its name leads to the complete old or
 * new content.  Other users who may write to its folder (/tmp) cannot make us
 * read or overwrite a file of their choice: we follow no links, and the file
 * must be ours.
 */
#ifndef DIFF_STATE_H
#define DIFF_STATE_H

#include "diff/diff.h"

struct state {
	const char *path;
	struct buf base, lock_name, new_name;	/* without the folder */
	int folder, lock, fd;	/* fd: of the new content */
};

/*
 * Locks path.lock, waiting at most that many seconds.  False after a message.
 * The caller calls state_close in any case.  The pointer path is kept.
 */
bool state_lock(struct state *s, const char *path, unsigned seconds);

/* Removes content that was not committed, and unlocks. */
void state_close(struct state *s);

/* Opens the file for reading: *fd is its descriptor, -1 if it does not exist.
 * False after a message. */
bool state_open(const struct state *s, int *fd);

/* state_begin creates path.new, or a similar name if another user has that.
 * state_write appends to it; state_commit makes it the file.  False after a
 * message. */
bool state_begin(struct state *s);
bool state_write(struct state *s, const struct buf *b);
bool state_commit(struct state *s);

/* Writes the new state, after state_begin; false after a message. */
bool diff_state_save(struct diff *d, struct state *state);

/* A reader of the new state can tell which host each record belongs to; false
 * after a message.  To be called after diff_check. */
bool diff_state_check_hosts(const struct diff *d);

/* NEW has fields besides those that prt-diff adds; false after a message. */
bool diff_state_check_fields(const struct diff *d);

/* The stream is a file of -S; false after a message. */
bool diff_state_check(const struct stream *s);

#endif
