/*
 * The container of a network namespace, and the namespace of a tun(4) device:
 * what the kernel says of programs that pass connections on, whatever they say.
 */
#define _GNU_SOURCE
#include "scan/linux/target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/owners.h"

/* Older headers lack this. */
#ifndef TUNGETDEVNETNS
#define TUNGETDEVNETNS _IO('T', 227)
#endif

/* TUN_MINOR, linux/miscdevice.h; it is opened before any connection. */
enum { TUN_MAJOR = 10, TUN_MINOR = 200, FDS_MAX = 256 };

struct tun {
	uint32_t pid;
	uint64_t inode;
	size_t looked;
};

/* Asks a copy, which is closed at once.  0 if the kernel is too old to say, or
 * if we have no cap_net_admin there. */
static uint64_t
ask_tun(uint32_t pid, uint32_t number)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int fd = -1, ns = -1;
	struct stat st;
	uint64_t inode = 0;

	if (pidfd >= 0)
		fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	if (fd >= 0 && fstat(fd, &st) == 0 &&
	    st.st_rdev == makedev(TUN_MAJOR, TUN_MINOR))
		ns = ioctl(fd, TUNGETDEVNETNS);
	if (ns >= 0 && fstat(ns, &st) == 0)
		inode = st.st_ino;
	input_close(ns);
	input_close(fd);
	input_close(pidfd);
	return inode;
}

static void
take_descriptor(void *arg, int dir, const char *name)
{
	struct tun *t = arg;
	struct stat st;
	uint32_t fd;

	if (t->inode == 0 && t->looked++ < FDS_MAX && walk_id(name, &fd) &&
	    fstatat(dir, name, &st, 0) == 0 && S_ISCHR(st.st_mode) &&
	    st.st_rdev == makedev(TUN_MAJOR, TUN_MINOR))
		t->inode = ask_tun(t->pid, fd);
}

uint64_t
linux_tun_netns(int proc, uint32_t pid)
{
	struct tun t = { .pid = pid };
	int dir = walk_open(TREE_OWN, proc, pid, "/fd");

	if (dir >= 0)
		walk_each(dir, take_descriptor, &t);
	input_close(dir);
	return t.inode;
}

uint64_t
linux_netns_of(int pid)
{
	char path[sizeof "/proc//ns/net" + NUM_MAX], *p = path;

	memcpy(p, "/proc/", 6);
	p = num_format(p + 6, (uint64_t)pid);
	memcpy(p, "/ns/net", sizeof "/ns/net");
	return walk_inode(AT_FDCWD, path, LINUX_NETNS_LINK);
}

/* A look at all processes. */
struct lookout {
	struct scan *sc;
	struct proc *found;
	struct map index;	/* inode to number + 1 of found */
	size_t left;
};

static void
take_process(void *arg, int dir, const char *name)
{
	struct lookout *l = arg;
	char path[NUM_MAX + sizeof "/ns/net"];
	struct proc p = { .pid = 0 };
	uint32_t at;
	int task;

	if (l->left == 0 || !walk_id(name, &p.pid))
		return;
	memcpy(num_format(path, p.pid), "/ns/net", sizeof "/ns/net");
	at = map_get(&l->index, walk_inode(dir, path, LINUX_NETNS_LINK));
	if (at == 0 || (l->found[at - 1].pid != 0 &&
	    l->found[at - 1].pid < p.pid))
		return;
	task = walk_open(TREE_OWN, dir, p.pid, "/task");
	if (task < 0)
		return;
	linux_process(task, NEED_CONTAINER | NEED_USER, &p, l->sc);
	close(task);
	if (p.in.id.p != NULL && !p.in.is_app)
		l->found[at - 1] = p;
}

void
linux_netns_containers(const struct scan_request *req, struct scan *sc,
    const uint64_t *inodes, struct proc *found, size_t n)
{
	struct lookout l = { .sc = sc, .found = found };
	int proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t i;

	for (i = 0; i < n; i++) {
		found[i] = (struct proc){ .pid = 0 };
		if (inodes[i] == 0 || map_get(&l.index, inodes[i]) != 0)
			continue;
		*map_at(&l.index, inodes[i]) = (uint32_t)i + 1;
		l.left++;
	}
	if (proc >= 0 && l.left > 0)
		walk_each(proc, take_process, &l);
	input_close(proc);
	for (i = 0; i < n; i++)
		if (inodes[i] != 0)
			found[i] = found[map_get(&l.index, inodes[i]) - 1];
	map_free(&l.index);
}
