/*
 * diff/state: what prt-diff keeps for its next run.
 *
 * NEW's records with their first_seen; and what NEW could not know: the records
 * of hosts that were not scanned, and owners that OLD knew and nothing
 * contradicts.  Otherwise a change between two scans that could see it would be
 * lost if one between them could not.
 *
 * The file is replaced as a whole or not at all, by one process at a time: at
 * any moment, also that of a power cut, its name is that of the old or of the
 * new content, complete.  Nobody else who may write to its folder (/tmp) can
 * make us read or overwrite a file of their choice: links are not followed, and
 * it must be ours.
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
 * Locks path.lock, waiting so many seconds at most.  False after a message.
 * The caller calls state_close in any case.  path is kept.
 */
bool state_lock(struct state *s, const char *path, unsigned seconds);

/* Removes what was not committed, and unlocks. */
void state_close(struct state *s);

/* Opens the file to be read: its descriptor in *fd, -1 where there is none.
 * False after a message. */
bool state_open(const struct state *s, int *fd);

/* Begins new content, in path.new, or a name like it if another user has that;
 * appends to it; makes it the file.  False after a message. */
bool state_begin(struct state *s);
bool state_write(struct state *s, const struct buf *b);
bool state_commit(struct state *s);

/* Writes it after state_begin; false after a message. */
bool diff_state_save(struct diff *d, struct state *state);

/* A reader of the new state can tell which host each record belongs to; false
 * after a message.  After diff_check. */
bool diff_state_check_hosts(const struct diff *d);

/* NEW has fields that can be kept, and not only those that prt-diff adds; false
 * after a message. */
bool diff_state_check_fields(const struct diff *d);

/* The stream is such a file; false after a message. */
bool diff_state_check(const struct stream *s);

#endif
