/*
 * script: the files that an interpreter is given to run.
 */
#ifndef SCAN_LINUX_SCRIPT_H
#define SCAN_LINUX_SCRIPT_H

#include "scan/linux/family.h"

/* A file named by an argument. */
struct script_file {
	struct str path;	/* a part of the arguments */
	/* Only for a module, which has a file only if that exists: the folder
	 * it is in (missing: the working folder), the text that stands for a
	 * slash, and a suffix it may have.  A file has neither: NULL. */
	struct str folder;
	const char *divider, *suffix;
};

enum { SCRIPT_FILES = 16 };

/* What the arguments, separated by NUL, give an interpreter to run. */
struct script_found {
	struct script_file v[SCRIPT_FILES];
	size_t n;
	bool by_stdin;		/* it reads its standard input */
};

/* Reads the arguments after the name of an interpreter (python3.11) or a shell.
 * Any other program has no files. */
void script_parse(struct str name, struct str args, struct script_found *found);

/* Appends a path from / on without `.', `..' and double slashes, changing only
 * the text; a relative one begins at cwd. */
void script_join(struct buf *b, struct str cwd, struct str path);

/* Sets script of the scan's processes. */
struct programs;
void script_tell(struct family *f, struct programs *ps);

#endif
