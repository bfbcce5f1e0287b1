/*
 * netns-list: the list of network namespaces while it is made.
 */
#ifndef SCAN_LINUX_NETNS_LIST_H
#define SCAN_LINUX_NETNS_LIST_H

#include <string.h>

#include "lib/map.h"
#include "lib/num.h"
#include "scan/linux/linux.h"
#include "scan/linux/tree.h"

/* A mount namespace other than the scanner's, and the folder in the proc tree
 * of a task in it. */
struct mount_ns {
	uint64_t inode;
	const char *task;
};

/* PID/task/TID; and the path of a file there, whose name begins with a
 * slash. */
enum { TASK_PATH = NUM_MAX + NUM_MAX + sizeof "/task/",
	TASK_FILE = TASK_PATH + sizeof "/ns/net" };

static inline const char *
task_file(char path[static TASK_FILE], const char *task, const char *name)
{
	size_t n = strlen(task);

	memcpy(path, task, n);
	memcpy(path + n, name, strlen(name) + 1);
	return path;
}

/* The state while namespaces are listed. */
struct listing {
	const struct scan_request *req;
	struct linux_netns_list *list;
	struct map index;	/* inode to number + 1 in the list */
	struct arena *arena;
	enum tree_kind tree;
	int proc;
	uint32_t *pid;
	size_t npid, pidcap;
	uint32_t at;		/* the process being looked at */
	int error;		/* the first not for lack of privileges */
	bool lists;		/* the kernel has listed all: listns(2) */
	uint64_t *id;		/* their numbers */
	size_t nid, idcap;
	struct mount_ns *mounts;	/* if the kernel has not */
	size_t nmounts, mountscap;
	struct map mounts_index;	/* inode to 1 */
	uint64_t own_mounts;
};

/* netns-index.c: the entry with that inode, or NULL; it may move when another
 * is added. */
struct linux_netns *listing_find(const struct listing *s, uint64_t inode);

/* Adds one that is not in the list yet; label may be STR_NONE. */
struct linux_netns *listing_add(struct listing *s, uint64_t inode,
    struct str label);

/* netns-kept.c: namespaces without a task.  Call kept_begin first, then
 * kept_note for each task, with its folder in the proc tree; kept_add then adds
 * those that are not in the list yet: false after a message. */
void kept_begin(struct listing *s);
void kept_note(struct listing *s, const char *task);
bool kept_add(struct listing *s);
void kept_end(struct listing *s);

#endif
