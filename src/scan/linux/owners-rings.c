/*
 * Sockets that a process has given to an io_uring and then closed, or never had
 * as a descriptor: the ring's fixed files, io_uring_register(2).  They are
 * listed in /proc/PID/fdinfo/FD of the ring, io_uring_show_fdinfo in
 * io_uring/fdinfo.c:
 *
 *	UserFiles:	3
 *	    0: socket:[15852993]
 *	    2: /tmp/a\040file
 *	UserBufs:	0
 *
 * Before Linux 6.14 it shows only names: for all sockets `TCP', `UDP' and the
 * like, and for a file whatever its owner chose.  Such a list is not read.
 */
#define _GNU_SOURCE
#include "scan/linux/owners.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/input.h"
#include "lib/num.h"
#include "scan/linux/linux.h"

enum {
	TEXT_MAX = 64 * 1024 * 1024,	/* a million files take half of it */
	MAX_TRIES = 5,		/* a busy ring shows no list */
	RELEASE_MAX = 64,
	MAJOR = 6, MINOR = 14
};

/* Process pid has the sockets of one inode; first is one of them, + 1. */
struct fixed {
	uint32_t pid, first;
};

struct rings {
	struct fixed *v;
	size_t n, cap;
	uint32_t *at;		/* indexes in v, by process of the walk */
	size_t nat, atcap;
	uint32_t *sock;		/* of the ring being read, as in struct fixed */
	size_t nsock, sockcap;
	uint64_t unread;	/* rings that could not be read */
};

bool
linux_ring_list(struct str text, struct str *list, bool *lacks)
{
	struct str line;
	uint64_t n;

	do {
		line = str_cut(&text, '\n');
		if (!str_take_start(&line, "UserFiles:\t"))
			continue;
		*list = text;
		*lacks = !num_parse(line, UINT32_MAX, &n) || n > 0;
		return true;
	} while (text.p != NULL);
	return false;
}

bool
linux_ring_entry(struct str *list, uint64_t *inode)
{
	struct str line = str_cut(list, '\n');
	uint64_t slot;

	while (str_take(&line, ' '))
		;
	if (!num_take(&line, UINT32_MAX, &slot) || !str_take_start(&line, ": "))
		return false;
	*inode = walk_inode_of(line, "socket:[");
	return true;
}

static bool
tells_paths(const struct walk *w)
{
	char buf[RELEASE_MAX];
	ssize_t n = tree_read(tree_kind(w->req->proc), w->proc,
	    "sys/kernel/osrelease", buf, sizeof buf);
	struct str s = { buf, n > 0 ? (size_t)n : 0 };
	uint64_t major, minor;

	return num_take(&s, UINT32_MAX, &major) && str_take(&s, '.') &&
	    num_take(&s, UINT32_MAX, &minor) &&
	    (major > MAJOR || (major == MAJOR && minor >= MINOR));
}

/* The iterator does not say which thread's table has the ring.  If the first
 * thread has ended, it is another's. */
static int
open_of_next(const struct walk *w, const struct ring *r)
{
	char path[sizeof "../fdinfo/" + NUM_MAX];
	enum tree_kind t = tree_kind(w->req->proc);
	int task = walk_open(t, w->proc, r->pid, "/task");
	int thread = task < 0 ? -1 : walk_first_thread(t, task, r->pid);
	int fd = -1;

	snprintf(path, sizeof path, "../fdinfo/%lu", (unsigned long)r->fd);
	if (thread >= 0)
		fd = tree_open(t, thread, path);
	input_close(thread);
	input_close(task);
	return fd;
}

static bool
read_ring(const struct walk *w, const struct ring *r, struct buf *text)
{
	char path[sizeof "/task//fdinfo/" + NUM_MAX + NUM_MAX + NUM_MAX];
	int fd;
	bool ok;

	if (r->thread == 0)
		snprintf(path, sizeof path, "%lu/fdinfo/%lu",
		    (unsigned long)r->pid, (unsigned long)r->fd);
	else
		snprintf(path, sizeof path, "%lu/task/%lu/fdinfo/%lu",
		    (unsigned long)r->pid, (unsigned long)r->thread,
		    (unsigned long)r->fd);
	fd = tree_open(tree_kind(w->req->proc), w->proc, path);
	if (fd < 0 && r->thread == 0)
		fd = open_of_next(w, r);
	text->n = 0;
	ok = fd >= 0 && input_slurp_fd(fd, TEXT_MAX, text);
	input_close(fd);
	return ok;
}

/* True if it is a ring.  The iterator has judged by a name that any file may
 * have. */
static bool
is_ring(const struct walk *w, const struct ring *r)
{
	static const char expected[] = "anon_inode:[io_uring]";
	char path[sizeof "/fd/" + NUM_MAX + NUM_MAX], link[sizeof expected];

	snprintf(path, sizeof path, "%lu/fd/%lu", (unsigned long)r->pid,
	    (unsigned long)r->fd);
	return readlinkat(w->proc, path, link, sizeof link) ==
	    sizeof expected - 1 &&
	    memcmp(link, expected, sizeof expected - 1) == 0;
}

static void
take_list(struct rings *found, const struct socks *socks, struct str list)
{
	uint64_t inode;
	uint32_t first;

	found->nsock = 0;
	while (linux_ring_entry(&list, &inode)) {
		first = inode != 0 ? map_get(&socks->first, inode) : 0;
		if (first != 0 && !socks->owned[first - 1])
			*MEM_PUSH(found->sock, found->nsock, found->sockcap) =
			    first;
	}
	/* a ring may have a file many times */
	found->nsock = num_sort(found->sock, found->nsock);
}

/* Reads the sockets of the ring; false if it is there but cannot be read. */
static bool
look_into(struct rings *found, const struct walk *w, const struct ring *r,
    struct buf *text)
{
	struct str list = STR_NONE, rest;
	bool lacks = true, known = false;
	uint64_t inode;
	int i;

	for (i = 0; i < MAX_TRIES && lacks; i++) {
		if (!read_ring(w, r, text))
			return errno == ENOENT || errno == ESRCH;
		known = linux_ring_list(buf_str(text), &list, &lacks);
		rest = list;
		if (known && lacks)
			lacks = !linux_ring_entry(&rest, &inode);
	}
	if (known)
		take_list(found, w->socks, list);
	return known || (r->thread == 0 && !is_ring(w, r));
}

static int
cmp_ring(const void *a, const void *b)
{
	const struct ring *x = a, *y = b;
	int c = num_cmp(x->inode, y->inode);

	return c != 0 ? c : num_cmp(x->pid, y->pid);
}

static int
cmp_fixed(const void *a, const void *b)
{
	const struct fixed *x = a, *y = b;
	int c = num_cmp(x->pid, y->pid);

	return c != 0 ? c : num_cmp(x->first, y->first);
}

/* Reads each ring once, however many descriptors and processes have it. */
static void
look_into_all(struct rings *found, struct walk *w)
{
	struct buf text = { 0 };
	const struct ring *r = w->ring, *end = r + w->nring;
	bool known = true;
	size_t i;

	qsort(w->ring, w->nring, sizeof *w->ring, cmp_ring);
	for (; r < end; r++) {
		bool is_next = r == w->ring || r->inode != r[-1].inode;

		if (is_next) {
			found->unread += !known;
			found->nsock = 0;
			known = look_into(found, w, r, &text);
		} else if (r->pid == r[-1].pid) {
			continue;
		} else if (!known) {
			known = look_into(found, w, r, &text);
		}
		for (i = 0; i < found->nsock; i++)
			*MEM_PUSH(found->v, found->n, found->cap) =
			    (struct fixed){ r->pid, found->sock[i] };
	}
	found->unread += !known;
	buf_free(&text);
}

/* Sorts the results, without repetitions, and walks their processes next. */
static void
settle(struct rings *found, struct walk *w)
{
	struct fixed *v = found->v;
	size_t i, n = 0;

	if (found->n > 0)
		qsort(v, found->n, sizeof *v, cmp_fixed);
	for (i = 0; i < found->n; i++)
		if (n == 0 || cmp_fixed(&v[n - 1], &v[i]) != 0)
			v[n++] = v[i];
	found->n = n;
	w->npid = 0;
	for (i = 0; i < n; i++) {
		if (i > 0 && v[i].pid == v[i - 1].pid)
			continue;
		*MEM_PUSH(found->at, found->nat, found->atcap) = (uint32_t)i;
		*MEM_PUSH(w->pid, w->npid, w->pidcap) = v[i].pid;
	}
}

static void
take_process(struct worker *w)
{
	const struct rings *found = w->walk->rings;
	const struct fixed *f = &found->v[found->at[w->at]];
	struct holder h = { 0, (uint32_t)w->part.nproc, HOLDER_NO_FD };
	int task = walk_open(tree_kind(w->walk->req->proc), w->walk->proc,
	    w->pid, "/task");

	for (; f < found->v + found->n && f->pid == w->pid; f++)
		socks_add_holders(w->walk->socks, f->first, &w->part, h);
	walk_add_process(w, task, task < 0 ? 0 :
	    w->walk->req->needs | NEED_STAT);
	input_close(task);
}

void
walk_take_rings(struct walk *w, struct scan *sc)
{
	struct rings found = { .n = 0 };

	if (w->nring == 0 || !socks_are_unowned(w->socks, sc) ||
	    !tells_paths(w))
		return;
	look_into_all(&found, w);
	settle(&found, w);
	w->rings = &found;
	walk_run(w, sc, take_process);
	w->rings = NULL;
	sc->hidden += found.unread;
	free(found.sock);
	free(found.at);
	free(found.v);
}
