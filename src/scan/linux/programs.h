/*
 * programs: the shells, relays and interpreters that this machine has
 * installed, and what is a copy of one.
 */
#ifndef SCAN_LINUX_PROGRAMS_H
#define SCAN_LINUX_PROGRAMS_H

#include "lib/map.h"
#include "scan/linux/elf.h"
#include "scan/linux/linux.h"

enum program_class {
	PROGRAM_SHELL = 1,
	PROGRAM_INTERPRETER,
	PROGRAM_RELAY,
	PROGRAM_MANY,		/* busybox, toybox: what argv[0] says */
	PROGRAM_LOADER		/* ld.so, which runs its argument */
};

/* One that is installed. */
struct program {
	struct str name;	/* of its file */
	struct str path;	/* from root's / on */
	enum program_class class;
	bool is_link;
	struct file_id id;
	uint64_t size;
	struct elf_facts facts;
	char *ends;		/* its first and last page, without an id */
};

/* What a file is: one of them, or a copy. */
struct likeness {
	const struct program *program;	/* NULL: none */
	bool is_copy;
	bool is_loaded;		/* by ld.so, which exe is */
};

struct programs {
	struct scan *sc;
	int proc, root;		/* the proc tree, and root's / */
	struct program *v;
	size_t n, cap;
	struct names files;	/* by device and inode: a number in like */
	struct likeness *like;
	size_t nlike, likecap;
	uint64_t userns;	/* our own */
	struct safe *safe;	/* safe.c */
};

/* Finds them.  The caller calls programs_end. */
void programs_begin(struct programs *ps, const struct scan_request *req,
    struct scan *sc, int proc);
void programs_end(struct programs *ps);

/* The program that a process runs, and if that is ld.so, what it was given to
 * run; by its /proc/PID/exe.  Not known: none. */
struct likeness programs_of(struct programs *ps, uint32_t pid);

/* The same by a file's name alone; PROGRAM_... or 0. */
int programs_class(struct str name);

#endif
