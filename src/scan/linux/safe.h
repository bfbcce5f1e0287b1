/*
 * safe: whether a file can be read without asking a file system that may never
 * answer: one of a user's own (FUSE), or of another machine.
 */
#ifndef SCAN_LINUX_SAFE_H
#define SCAN_LINUX_SAFE_H

#include "lib/map.h"
#include "scan/linux/linux.h"

struct safe {
	struct scan *sc;
	int proc;		/* the proc tree */
	uint64_t userns;	/* our own, */
	bool asked;		/* and our mounts, if they were read */
	struct map mount;	/* its number to SAFE_... */
};

void safe_begin(struct safe *s, struct scan *sc, int proc, uint64_t userns);
void safe_end(struct safe *s);

/* The file that the process has mapped, or a descriptor of, is such a one. */
bool safe_is(struct safe *s, uint32_t pid, const struct file_id *id);

/* The number of a mount and the type of its file system, in a line of
 * mountinfo: the first word, and the one behind a dash.  False if there is
 * none. */
bool safe_mount(struct str line, uint64_t *mount, struct str *type);
/* A file system of that type answers, where our own root has mounted it. */
bool safe_type(struct str type);

#endif
