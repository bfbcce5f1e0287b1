/*
 * linux-bpf: finds every descriptor of the machine that is a socket, by a BPF
 * iterator in the kernel over the files of all tasks, bpf(2) and
 * Documentation/bpf/bpf_iterators.rst.
 */
#ifndef SCAN_LINUX_BPF_H
#define SCAN_LINUX_BPF_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/str.h"

/* In fd: this is not a socket, but an io_uring, which may hold some. */
#define LINUX_FILE_RING UINT32_C(0x80000000)

/* A descriptor of a process, whose effective user is uid, as the iterator
 * writes it.  A socket's inode fits 32 bits: get_next_ino in fs/inode.c. */
struct linux_file {
	uint64_t groups;	/* of task; equal numbers mean equal control
				 * groups in all hierarchies; 0: not known */
	union {
		uint32_t inode;
		uint32_t sock;	/* set and used by the caller */
	};
	uint32_t pid;
	uint32_t fd;
	uint32_t uid;
	uint32_t task;	/* the thread whose table has it: the first one if all
			 * threads share one */
	uint32_t unused;
};

/*
 * Calls some() with batches, in no order; a descriptor may come twice if
 * threads of a process have tables of their own.  Also lists those that a walk
 * of /proc does not see.  False if the kernel refuses, with errno, and in *what
 * the object of the message; some() may have been called before.
 */
bool linux_bpf_files(void (*some)(void *arg, const struct linux_file *f,
    size_t n), void *arg, const char **what);

/* A function of the kernel, or a member of one of its structs. */
struct linux_btf {
	const char *name, *member;	/* NULL: a function */
	uint32_t id;			/* of the function or the struct */
	int16_t offset;			/* of the member, bytes */
	bool may_lack;			/* if it does not exist, offset is -1 */
};

/* Fills id and offset of the n wanted; an id must be 0 before.  False if a
 * required one does not exist, or if text is not BTF. */
bool linux_btf_find(struct str text, struct linux_btf *want, size_t n);

#endif
