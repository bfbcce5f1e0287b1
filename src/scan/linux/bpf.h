/*
 * linux-bpf: every descriptor of the machine that is a socket, from inside the
 * kernel: a BPF iterator over the files of all tasks, bpf(2) and
 * Documentation/bpf/bpf_iterators.rst.
 */
#ifndef SCAN_LINUX_BPF_H
#define SCAN_LINUX_BPF_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/str.h"

/* In fd: it is no socket, but an io_uring, which may have some. */
#define LINUX_FILE_RING UINT32_C(0x80000000)

/* A descriptor of a process, whose effective user is uid.  The iterator writes
 * it.  A socket's inode has no more bits, get_next_ino in fs/inode.c. */
struct linux_file {
	uint64_t groups;	/* of task; the same number: the same control
				 * groups in all hierarchies; 0: not known */
	union {
		uint32_t inode;
		uint32_t sock;	/* what the caller makes of it */
	};
	uint32_t pid;
	uint32_t fd;
	uint32_t uid;
	uint32_t task;	/* the thread whose table has it: pid's first, if all
			 * share that */
	uint32_t unused;
};

/*
 * Calls some for every so many, in no order, and more than once where threads
 * of a process have tables of their own: also those that no walk of /proc sees.
 * False where the kernel does not let us, with errno, and in *what what it was
 * about; some may have been called then.
 */
bool linux_bpf_files(void (*some)(void *arg, const struct linux_file *f,
    size_t n), void *arg, const char **what);

/* A function, or a member of a struct, of the kernel's. */
struct linux_btf {
	const char *name, *member;	/* NULL: a function */
	uint32_t id;			/* of the function or the struct */
	int16_t offset;			/* of the member, bytes */
	bool may_lack;			/* offset is -1 where it has none */
};

/* Fills id and offset of the n wanted, whose id is 0.  False where one is not
 * there that must be, or text is no BTF. */
bool linux_btf_find(struct str text, struct linux_btf *want, size_t n);

#endif
