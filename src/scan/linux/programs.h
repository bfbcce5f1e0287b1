/*
 * programs: the shells, relays and interpreters installed on this machine, and
 * files that are copies of one.
 */
#ifndef SCAN_LINUX_PROGRAMS_H
#define SCAN_LINUX_PROGRAMS_H

#include "lib/map.h"
#include "scan/linux/elf.h"
#include "scan/linux/linux.h"

enum program_class {
	PROGRAM_OTHER,
	PROGRAM_SHELL,
	PROGRAM_INTERPRETER,
	PROGRAM_RELAY,
	PROGRAM_MANY,		/* busybox, toybox: argv[0] decides */
	PROGRAM_LOADER		/* ld.so, which runs its argument */
};

/* An installed program. */
struct program {
	struct str name;	/* of its file */
	struct str path;	/* from root's / on */
	enum program_class class;
	bool is_link;
	struct file_id id;
	uint64_t size;
	struct elf_facts facts;
	char *ends;		/* first and last page, if it has no id */
};

/* What a file is: an installed program, or a copy of one. */
struct likeness {
	const struct program *program;	/* NULL: none */
	bool is_copy;
	bool is_loaded;		/* by ld.so, to which exe leads */
};

struct programs {
	struct scan *sc;
	int proc, root;		/* the proc tree, and root's / */
	struct program *v;
	size_t n, cap;
	struct names files;	/* device and inode to number in like */
	struct likeness *like;
	size_t nlike, likecap;
	uint64_t userns;	/* our own one */
	struct safe *safe;	/* safe.c */
};

/* Finds them.  The caller calls programs_end. */
void programs_begin(struct programs *ps, const struct scan_request *req,
    struct scan *sc, int proc);
void programs_end(struct programs *ps);

/* The program that a process runs, from its /proc/PID/exe; if that is ld.so,
 * the program that ld.so was given.  program is NULL if not known. */
struct likeness programs_of(struct programs *ps, uint32_t pid);

/* The program that a process runs, if it is one of them; in another tree,
 * judged by its file's name.  False if it is none. */
struct program_seen {
	struct str name;
	enum program_class class;
	bool is_loaded;
};
bool programs_see(struct programs *ps, uint32_t pid, struct program_seen *seen);

/*
 * program-names.c: the class of a program by its file's name; and the name of a
 * process's exe, in the scan's arena.
 */
enum program_class programs_class(struct str name);
struct str program_exe(struct programs *ps, uint32_t pid);
/* Cuts the name off the arguments, which are separated by NUL: `/bin/sh',
 * `-sh', or `busybox sh' of a program that is many; first it skips arguments of
 * ld.so.  Returns what follows the last slash, without a dash. */
struct str program_take_name(struct str *args, const struct program_seen *seen);

#endif
