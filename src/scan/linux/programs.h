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
	PROGRAM_OTHER,
	PROGRAM_SHELL,
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

/* What a process runs, as far as it is one of them; of another tree by the name
 * of its file.  False if it is none. */
struct program_seen {
	struct str name;
	enum program_class class;
	bool is_loaded;
};
bool programs_see(struct programs *ps, uint32_t pid, struct program_seen *seen);

/*
 * program-names.c: the class of a program by its file's name.  The name of a
 * process's exe, in the scan's arena.
 */
enum program_class programs_class(struct str name);
struct str program_exe(struct programs *ps, uint32_t pid);
/* Cuts the name off the arguments, which have a NUL between them: `/bin/sh',
 * `-sh', or of several programs in one `busybox sh'; before it what ld.so took.
 * Returns what is behind the last slash, without a dash. */
struct str program_take_name(struct str *args, const struct program_seen *seen);

#endif
