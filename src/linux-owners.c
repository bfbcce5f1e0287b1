/*
 * Who holds which socket: by the walk of /proc/PID/fd, linux-walk.c; or where
 * that would take long, by an iterator in the kernel, linux-bpf.c.
 */
#include "linux-owners.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "linux-bpf.h"
#include "linux.h"
#include "priv.h"

/*
 * So many open files are a walk of about 50 ms.  With fewer the iterator has
 * little to gain, and each use of it is a line in audit logs.
 */
enum { MANY_FILES = 20000 };

struct finder {
	const struct scan_request *req;
	const struct inodes *inodes;
	struct held_list held;
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

void
inodes_make(struct inodes *t, const struct scan *sc)
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

void
inodes_free(struct inodes *t)
{
	free(t->key);
	free(t->sock);
}

uint32_t
inodes_find(const struct inodes *t, uint64_t inode)
{
	size_t slot = slot_of(t, inode);

	return t->key[slot] == inode && inode != 0 ? t->sock[slot] :
	    INODES_NONE;
}

static void
take_file(void *arg, const struct linux_file *file)
{
	struct finder *f = arg;
	struct held_list *l = &f->held;
	uint32_t sock = inodes_find(f->inodes, file->inode);

	if (sock == INODES_NONE || !filter_keeps_pid(f->req->filter, file->pid))
		return;
	l->v = mem_grow(l->v, &l->cap, l->n + 1, sizeof *l->v);
	l->v[l->n++] = (struct held){ file->pid, sock, file->fd };
}

static int
cmp_held(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->fd != y->fd)
		return x->fd < y->fd ? -1 : 1;
	return (x->sock > y->sock) - (x->sock < y->sock);
}

/* Threads that share a table which is not the first one's are told twice. */
static void
sort_held(struct held_list *l)
{
	size_t i, n = 0;

	if (l->n > 0)
		qsort(l->v, l->n, sizeof *l->v, cmp_held);
	for (i = 0; i < l->n; i++)
		if (n == 0 || cmp_held(&l->v[n - 1], &l->v[i]) != 0)
			l->v[n++] = l->v[i];
	l->n = n;
}

static uint64_t
ticks_since_boot(void)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * hz + (uint64_t)t.tv_nsec * hz / 1000000000;
}

static bool
wants_bpf(const struct scan_request *req)
{
	if (req->owners != OWNERS_AUTO)
		return req->owners == OWNERS_BPF;
	return req->own_proc && req->filter->npids == 0 &&
	    linux_open_files() >= MANY_FILES && priv_lacks(PRIV_BPF) == NULL;
}

/* False after a message; *done is whether the kernel let us, else nothing was
 * added. */
static bool
by_bpf(struct finder *f, struct scan *sc, bool *done)
{
	uint64_t since = ticks_since_boot();
	const char *what;
	bool ok = true;

	*done = linux_bpf_files(take_file, f, &what);
	if (*done) {
		sort_held(&f->held);
		ok = linux_walk_held(f->req, f->inodes, &f->held, since, sc);
	} else if (f->req->owners == OWNERS_BPF) {
		err_msg("--owners=bpf: %s:", what);
		ok = false;
	}
	free(f->held.v);
	return ok;
}

bool
linux_owners(const struct scan_request *req, struct scan *sc)
{
	struct inodes inodes;
	struct finder f = { .req = req, .inodes = &inodes };
	bool ok = true, done = false;

	inodes_make(&inodes, sc);
	if (wants_bpf(req))
		ok = by_bpf(&f, sc, &done);
	if (ok && !done)
		ok = linux_walk(req, &inodes, sc);
	inodes_free(&inodes);
	if ((req->needs & NEED_PARENT) != 0)
		linux_parents(req->proc, sc);
	/* no daemon of this machine's knows of another's containers */
	if ((req->needs & NEED_NAMES) != 0 && req->own_proc)
		linux_names(sc);
	return ok;
}
