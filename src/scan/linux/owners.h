/*
 * linux-owners: what the ways to find the holders of sockets share.
 */
#ifndef SCAN_LINUX_OWNERS_H
#define SCAN_LINUX_OWNERS_H

#include "scan/scan.h"

/* Sockets by inode: open addressing, at most half full. */
struct inodes {
	uint64_t *key;		/* 0: free */
	uint32_t *sock;
	size_t mask;
};

#define INODES_NONE UINT32_MAX

/* The number of the socket with that inode, or INODES_NONE. */
uint32_t inodes_find(const struct inodes *t, uint64_t inode);

/* Descriptor fd of process pid, whose effective user is uid, is that socket. */
struct held {
	uint32_t pid, sock, fd, uid;
};

struct held_list {
	struct held *v;
	size_t n, cap;
	/* what linux_walk_early has described of them, in order of pids */
	const struct proc *known;
	size_t nknown;
};

/* Adds the holders of sc's sockets, and their processes, by a walk of the
 * process tables.  False after a message. */
bool linux_walk(const struct scan_request *req, const struct inodes *inodes,
    struct scan *sc);

/*
 * Adds those that are in the list, in order of pids and each once, and were
 * there after since, in clock ticks from boot on, CLOCK_BOOTTIME: a process
 * that is not older may be another of that number, and is looked at anew.
 */
bool linux_walk_held(const struct scan_request *req,
    const struct inodes *inodes, const struct held_list *held, uint64_t since,
    struct scan *sc);

/*
 * Describes processes, but for their users, while the others are still looked
 * for: those that next tells, as often as it returns true.  What is known of
 * those that were there before since is in part->proc then, in order of pids.
 * The caller calls scan_free.
 */
void linux_walk_early(const struct scan_request *req, uint64_t since,
    bool (*next)(void *arg, uint32_t *pid), void *arg, struct scan *part);

#endif
