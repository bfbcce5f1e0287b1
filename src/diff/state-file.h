/*
 * state: a file that is replaced as a whole or not at all, by one process at a
 * time.
 *
 * At any moment, also that of a power cut, its name is that of the old or of
 * the new content, complete.  Nobody else who may write to its folder (/tmp)
 * can make us read or overwrite a file of his choice: links are not followed,
 * and it must be ours.
 */
#ifndef DIFF_STATE_FILE_H
#define DIFF_STATE_FILE_H

#include <stdbool.h>

#include "lib/mem.h"

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

/* Begins new content, in path.new; appends to it; makes it the file.  False
 * after a message. */
bool state_begin(struct state *s);
bool state_write(struct state *s, const struct buf *b);
bool state_commit(struct state *s);

#endif
