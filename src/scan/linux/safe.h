/*
 * safe: whether a file can be read without asking a file system that may never
 * answer, such as a user's own (FUSE) or a network one.
 */
#ifndef SCAN_LINUX_SAFE_H
#define SCAN_LINUX_SAFE_H

#include "lib/map.h"
#include "scan/linux/linux.h"

struct safe {
	struct scan *sc;
	int proc;		/* the proc tree */
	uint64_t userns;	/* our own one */
	bool asked;		/* our mounts were read, if possible */
	struct map mount;	/* mount number to SAFE_... */
};

void safe_begin(struct safe *s, struct scan *sc, int proc, uint64_t userns);
void safe_end(struct safe *s);

/* True if that file, mapped or opened by the process, is safe. */
bool safe_is(struct safe *s, uint32_t pid, const struct file_id *id);

/* The number of a mount and the type of its file system, in a line of
 * mountinfo: the first word, and the word after the dash.  False if they are
 * missing. */
bool safe_mount(struct str line, uint64_t *mount, struct str *type);
/* True if a file system of that type answers when our own root has mounted
 * it. */
bool safe_type(struct str type);

#endif
