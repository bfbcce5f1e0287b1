/*
 * Network namespaces without a task that a descriptor or a mount keeps.  From
 * Linux 6.19 on the kernel lists them, listns(2).  Before, the mounts of each
 * mount namespace are read, proc_pid_mountinfo(5); descriptors are found with
 * the owners of sockets, strays.c.
 */
#define _GNU_SOURCE
#include "scan/linux/netns-list.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/owners.h"

#ifndef SYS_listns
#define SYS_listns 470		/* on all architectures except alpha and mips */
#endif

#define MOUNT_NS_LINK "mnt:["
#define OWN_MOUNT_NS "thread-self/ns/mnt"

enum {
	IDS_MAX = 1024,			/* per call */
	MOUNTS_MAX = 1 << 30,		/* bytes of mountinfo */
	NSFS_ROOT = -10003,		/* FD_NSFS_ROOT of linux/fcntl.h */
	FILEID_NSFS = 0xf1		/* linux/exportfs.h */
};

/* struct ns_id_req of linux/nsfs.h. */
struct ns_request {
	uint32_t size, spare;
	uint64_t after;			/* the last one listed so far */
	uint32_t type, spare2;
	uint64_t user_ns;
};

/* struct file_handle of open_by_handle_at(2) with a struct nsfs_file_handle of
 * linux/nsfs.h; only the namespace's number is needed. */
struct ns_handle {
	uint32_t size;
	int32_t type;
	uint64_t id;
	uint32_t ns_type, inode;
};

/* Reads the kernel's list; s->lists is false if it has none, or refuses. */
static void
list_ids(struct listing *s)
{
	struct ns_request request = { .size = sizeof request,
		.type = CLONE_NEWNET };
	uint64_t ids[IDS_MAX];
	long i, n;

	while ((n = syscall(SYS_listns, &request, ids, IDS_MAX, 0)) > 0) {
		for (i = 0; i < n; i++)
			*MEM_PUSH(s->id, s->nid, s->idcap) = ids[i];
		request.after = ids[n - 1];
	}
	/* ENOENT: none follows the last */
	s->lists = n == 0 || (errno == ENOENT && s->nid > 0);
}

void
kept_begin(struct listing *s)
{
	list_ids(s);
	if (!s->lists)
		s->own_mounts = walk_inode(s->proc, OWN_MOUNT_NS,
		    MOUNT_NS_LINK);
}

void
kept_note(struct listing *s, const char *task)
{
	char path[TASK_FILE];
	uint64_t inode;
	uint32_t *known;

	if (s->lists)
		return;
	inode = walk_inode(s->proc, task_file(path, task, "/ns/mnt"),
	    MOUNT_NS_LINK);
	if (inode == 0 || inode == s->own_mounts)
		return;
	known = map_at(&s->mounts_index, inode);
	if (*known != 0)
		return;
	*known = 1;
	*MEM_PUSH(s->mounts, s->nmounts, s->mountscap) = (struct mount_ns){
		inode, arena_str(s->arena, str_from(task)).p };
}

int
linux_netns_open(uint64_t id)
{
	struct ns_handle handle = { .size = sizeof handle -
		offsetof(struct ns_handle, id), .type = FILEID_NSFS,
		.id = id };

	return (int)syscall(SYS_open_by_handle_at, NSFS_ROOT, &handle,
	    O_RDONLY | O_CLOEXEC);
}

/* Adds namespaces that the kernel lists; only an open one shows its inode. */
static void
add_ids(struct listing *s)
{
	size_t i;

	for (i = 0; i < s->nid; i++) {
		int fd = linux_netns_open(s->id[i]);
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 &&
		    st.st_ino != s->list->own &&
		    listing_find(s, st.st_ino) == NULL)
			listing_add(s, st.st_ino, STR_NONE)->id = s->id[i];
		else if (fd < 0 && (errno == EPERM || errno == EACCES))
			s->list->hidden++;
		input_close(fd);
	}
}

/* Adds those in a mountinfo, whose paths are below root. */
static void
add_mounts(struct listing *s, struct str text, const char *root)
{
	while (text.n > 0) {
		uint64_t inode;
		const char *path = linux_mount_netns(str_cut(&text, '\n'),
		    &inode, s->arena);

		if (path == NULL || inode == s->list->own ||
		    listing_find(s, inode) != NULL)
			continue;
		if (root != NULL)
			path = linux_path(s->arena, root, path + 1);
		listing_add(s, inode, STR_NONE)->path = path;
	}
}

/* Reads the mounts of a task's mount namespace, or of our own if task is NULL.
 * False after a message. */
static bool
read_mounts(struct listing *s, const char *task)
{
	const char *file = linux_path(s->arena, s->req->proc,
	    linux_path(s->arena, task != NULL ? task : "thread-self",
	    "mountinfo"));
	struct buf text = { 0 };
	bool ok = input_slurp(file, MOUNTS_MAX, &text);

	if (ok) {
		add_mounts(s, buf_str(&text), task != NULL ?
		    linux_path(s->arena, task, "root") : NULL);
	} else if (task != NULL && (errno == EACCES || errno == EPERM)) {
		s->list->hidden++;
		ok = true;
	} else if (task != NULL && (errno == ENOENT || errno == ESRCH ||
	    errno == EINVAL)) {
		ok = true;	/* it has ended */
	} else {
		err_msg("%s:", file);
	}
	buf_free(&text);
	return ok;
}

bool
kept_add(struct listing *s)
{
	bool ok = true;
	size_t i;

	if (s->lists)
		add_ids(s);
	else
		ok = read_mounts(s, NULL);
	for (i = 0; ok && i < s->nmounts; i++)
		ok = read_mounts(s, s->mounts[i].task);
	return ok;
}

void
kept_end(struct listing *s)
{
	free(s->id);
	free(s->mounts);
	map_free(&s->mounts_index);
}
