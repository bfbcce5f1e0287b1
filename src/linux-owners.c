/*
 * Who holds which socket: a walk of /proc/PID/fd, proc_pid_fd(5), whose links
 * read `socket:[INODE]'.  It costs what its system calls cost, so each is
 * relative to an open directory and no more are made than the links need.
 */
#define _GNU_SOURCE
#include "linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "num.h"

#define NO_SOCK UINT32_MAX

enum { DENTS_SIZE = 32 * 1024 };

/* What getdents64(2) writes. */
struct dent {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

/* Sockets by inode: open addressing, at most half full. */
struct inodes {
	uint64_t *key;		/* 0: free */
	uint32_t *sock;
	size_t mask;
};

struct walk {
	const struct scan_request *req;
	struct scan *sc;
	struct inodes inodes;
	int proc;		/* the proc tree */
	bool counts_fds;	/* st_size of /proc/PID/fd says how many */
};

static size_t
slot_of(const struct inodes *t, uint64_t inode)
{
	/* Fibonacci hashing; neighbours spread over the table */
	size_t i = (size_t)(inode * UINT64_C(0x9e3779b97f4a7c15) >> 20);

	for (i &= t->mask; t->key[i] != 0 && t->key[i] != inode;)
		i = (i + 1) & t->mask;
	return i;
}

static void
index_inodes(struct inodes *t, const struct scan *sc)
{
	size_t size = 64, i, slot;

	while (size < 2 * sc->nsock)
		size *= 2;
	t->mask = size - 1;
	t->key = mem_alloc(size * sizeof *t->key);
	t->sock = mem_alloc(size * sizeof *t->sock);
	for (i = 0; i < sc->nsock; i++) {
		if (sc->sock[i].inode == 0)
			continue;
		slot = slot_of(t, sc->sock[i].inode);
		t->key[slot] = sc->sock[i].inode;
		t->sock[slot] = (uint32_t)i;
	}
}

static uint32_t
find_sock(const struct inodes *t, uint64_t inode)
{
	size_t slot = slot_of(t, inode);

	return t->key[slot] == inode && inode != 0 ? t->sock[slot] : NO_SOCK;
}

/* The inode of a link `socket:[INODE]', 0 where it is another. */
static uint64_t
link_inode(const char *link, size_t n)
{
	struct str s = { link, n };
	uint64_t inode;

	if (!str_starts(s, "socket:[") || !str_ends(s, "]"))
		return 0;
	s = (struct str){ s.p + 8, s.n - 9 };
	return num_parse(s, UINT64_MAX, &inode) ? inode : 0;
}

/* One descriptor of the process whose fd directory is open. */
static void
take_fd(struct walk *w, int dir, const char *name, uint32_t proc)
{
	char link[sizeof "socket:[]" + NUM_MAX];
	struct holder *h;
	uint64_t fd;
	uint32_t sock;
	ssize_t n;

	/* "." and ".." are no numbers */
	if (!num_parse(str_from(name), UINT32_MAX, &fd))
		return;
	n = readlinkat(dir, name, link, sizeof link);
	if (n <= 0)
		return;
	sock = find_sock(&w->inodes, link_inode(link, (size_t)n));
	if (sock == NO_SOCK)
		return;
	h = scan_add_holder(w->sc);
	*h = (struct holder){ sock, proc, (uint32_t)fd };
}

/* Calls each for every entry of an open directory; false with errno. */
static bool
each_entry(int dir, void (*each)(struct walk *, int, const char *, uint32_t),
    struct walk *w, uint32_t arg)
{
	union {
		struct dent align;
		char bytes[DENTS_SIZE];
	} buf;
	const struct dent *d;
	long n, at;

	while ((n = syscall(SYS_getdents64, dir, &buf, sizeof buf)) > 0) {
		for (at = 0; at < n; at += d->reclen) {
			d = (const struct dent *)(const void *)
			    (buf.bytes + at);
			each(w, dir, d->name, arg);
		}
	}
	return n == 0;
}

/* errno of a process that has gone, or that hides its descriptors. */
static void
note_failure(struct walk *w, const char *name)
{
	if (errno == ENOENT || errno == ESRCH)
		return;
	if (errno != EACCES && errno != EPERM) {
		err_msg("%s/%s/fd:", w->req->proc, name);
		w->sc->incomplete = true;
	}
	w->sc->hidden++;
}

/* A process without descriptors, as kernel threads are, need not be opened. */
static bool
has_fds(const struct walk *w, const char *path)
{
	struct stat st;

	return !w->counts_fds || fstatat(w->proc, path, &st, 0) != 0 ||
	    st.st_size > 0;
}

static void
take_process(struct walk *w, int dir, const char *name, uint32_t unused)
{
	char path[NUM_MAX + sizeof "/fd"];
	size_t before = w->sc->nholder;
	uint64_t pid;
	int fd;

	(void)dir;
	(void)unused;
	if (!num_parse(str_from(name), INT32_MAX, &pid) ||
	    !filter_keeps_pid(w->req->filter, (uint32_t)pid))
		return;
	memcpy(stpcpy(path, name), "/fd", sizeof "/fd");
	if (!has_fds(w, path))
		return;
	fd = openat(w->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		note_failure(w, name);
		return;
	}
	if (!each_entry(fd, take_fd, w, (uint32_t)w->sc->nproc))
		note_failure(w, name);
	if (w->sc->nholder > before) {
		struct proc *p = scan_add_proc(w->sc);

		p->pid = (uint32_t)pid;
		if (linux_process(fd, w->req->needs, p, &w->sc->arena))
			w->sc->incomplete = true;
	}
	close(fd);
}

/* From Linux 6.2 on st_size is their number; before it is 0. */
static bool
counts_fds(int proc)
{
	struct stat st;

	return fstatat(proc, "self/fd", &st, 0) == 0 && st.st_size > 0;
}

bool
linux_owners(const struct scan_request *req, struct scan *sc)
{
	struct walk w = { .req = req, .sc = sc };
	bool ok;

	w.proc = open(req->proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w.proc < 0) {
		err_msg("%s:", req->proc);
		return false;
	}
	w.counts_fds = req->own_proc && counts_fds(w.proc);
	index_inodes(&w.inodes, sc);
	ok = each_entry(w.proc, take_process, &w, 0);
	if (!ok)
		err_msg("%s:", req->proc);
	free(w.inodes.key);
	free(w.inodes.sock);
	close(w.proc);
	if ((req->needs & NEED_PARENT) != 0)
		linux_parents(req->proc, sc);
	return ok;
}
