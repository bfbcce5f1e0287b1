/*
 * script: the files that an interpreter was given to run.
 */
#ifndef SCAN_LINUX_SCRIPT_H
#define SCAN_LINUX_SCRIPT_H

#include "scan/linux/family.h"

/* What an argument names. */
struct script_file {
	struct str path;	/* a part of the arguments */
	/* Of a module, which has a file only if that is there: below which
	 * folder (missing: the working folder), what stands for a slash in it
	 * and what may be behind it; NULL of a file. */
	struct str folder;
	const char *divider, *suffix;
};

enum { SCRIPT_FILES = 16 };

/* What the arguments, a NUL between them, give an interpreter to run. */
struct script_found {
	struct script_file v[SCRIPT_FILES];
	size_t n;
	bool by_stdin;		/* it reads its standard input */
};

/* Reads those behind the name of an interpreter (python3.11), a shell included.
 * Any other program has none. */
void script_parse(struct str name, struct str args, struct script_found *found);

/* Appends a path from / on without `.', `..' and double slashes, as text alone
 * has it; a relative one begins at cwd. */
void script_join(struct buf *b, struct str cwd, struct str path);

/* Sets script of the scan's processes. */
struct programs;
void script_tell(struct family *f, struct programs *ps);

#endif
